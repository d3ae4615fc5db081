#!/bin/bash
# Opens a shop on disk and on a free port, runs a command that finds its address in SHOP, and ends the shop by its process id.
# HOST is the shop's binary. What goes wrong in it, HOLDFAST_CHAOS says; it begins with the demo accounts, or with what HOLDFAST_SEED says.
set -euo pipefail
data=$(mktemp -d)
: >"$data/out"
HOLDFAST_PORT=0 HOLDFAST_DATA=$data/shop HOLDFAST_SEED=${HOLDFAST_SEED:-accounts} "$HOST" >"$data/out" 2>"$data/err" &
host=$!
trap 'kill $host 2>/dev/null || true; wait $host 2>/dev/null || true; rm -rf "$data"' EXIT

shop=
for _ in $(seq 300); do
    shop=$(sed -n 's/^ *API *//p' "$data/out")
    [ -n "$shop" ] && break
    kill -0 $host 2>/dev/null || { cat "$data/err" >&2; exit 1; }
    sleep 0.2
done
[ -n "$shop" ] || { echo "the host did not open" >&2; exit 1; }

status=0
SHOP=$shop "$@" || status=$?
kill -0 $host 2>/dev/null || { echo "the host ended by itself:" >&2; tail -n 20 "$data/err" >&2; status=1; }
exit $status
