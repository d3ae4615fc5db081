#!/bin/bash
# Every test, and a line that sums up what all test binaries said.
set -uo pipefail
cd "$(dirname "$0")/../.."
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# Bins are three lines, and documentation has no tests: neither is linked for nothing.
cargo test --workspace --lib --test '*' --no-fail-fast 2>&1 | tee "$log"
status=$?
awk -v status=$status -v seconds=$SECONDS '
    /^test result: / { passed += $4; failed += $6; ignored += $8 }
    END {
        printf "%d passed, %d failed, %d ignored in %d s\n", passed, failed, ignored, seconds
        if (status != 0 && failed == 0) printf "but cargo ended with %d: the errors are above\n", status
    }' "$log"
exit $status
