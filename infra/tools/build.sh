#!/bin/bash
# All functions as release binaries, and what each weighs.
set -euo pipefail
cd "$(dirname "$0")/../.."
infra/tools/release.sh
release=${CARGO_TARGET_DIR:-target}/release
count=0 total=0 largest=0 largest_name=
for source in functions/*/src/bin/*.rs; do
    name=$(basename "$source" .rs)
    bytes=$(stat -c %s "$release/$name" 2>/dev/null || stat -f %z "$release/$name")
    zipped=$(gzip -9 -c "$release/$name" | wc -c)
    awk -v name="$name" -v bytes="$bytes" -v zipped="$zipped" \
        'BEGIN { printf "%-28s %6.2f MB, %5.2f MB zipped\n", name, bytes / 1e6, zipped / 1e6 }'
    count=$((count + 1)) total=$((total + zipped))
    if [ "$zipped" -gt "$largest" ]; then
        largest=$zipped largest_name=$name
    fi
done
awk -v count=$count -v total=$total -v largest=$largest -v name="$largest_name" -v seconds=$SECONDS 'BEGIN {
    printf "%d functions, %.1f MB zipped, the largest %s with %.2f MB, in %d s\n", count, total / 1e6, name, largest / 1e6, seconds
}'
