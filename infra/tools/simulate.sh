#!/bin/sh
# Runs SEEDS seeds from FROM on, and names the command that replays one that fails.
set -eu
cd "$(dirname "$0")/../.."
cargo build --quiet --profile fast --workspace --bin simulate
exec "${CARGO_TARGET_DIR:-target}/fast/simulate" --from "${FROM:-1}" --seeds "${SEEDS:-10000}" "$@"
