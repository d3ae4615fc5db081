#!/bin/sh
# The benches, over release binaries that one call of cargo has built.
set -eu
cd "$(dirname "$0")/../.."
cargo build --release --workspace --bins
exec "${CARGO_TARGET_DIR:-target}/release/bench" "$@"
