#!/bin/sh
# Explores every order of the calls of three who act at once, with a death at each.
set -eu
cd "$(dirname "$0")/../.."
cargo build --quiet --profile fast --workspace --bin exhaust
exec "${CARGO_TARGET_DIR:-target}/fast/exhaust" "$@"
