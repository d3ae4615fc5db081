#!/bin/bash
# Attacks a local host on disk in which calls conflict and are throttled, functions die, answers are lost, and what is sent comes
# twice or in another order. SEED= and ROUNDS= choose; a run that found something says how it is made again.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --profile fast --workspace --bin holdfast-local --bin race
built=${CARGO_TARGET_DIR:-target}/fast
export HOLDFAST_CHAOS=conflicts,throttle,crash,lost,duplicates,reorder,early HOLDFAST_CHAOS_SEED=${SEED:-1} RUST_LOG=off
HOST=$built/holdfast-local infra/tools/with-host.sh \
    bash -c '"$0" --at "$SHOP" --seed "$1" --rounds "$2"' "$built/race" "${SEED:-1}" "${ROUNDS:-20}"
