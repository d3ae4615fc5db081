#!/bin/sh
# The benches, over release binaries.
set -eu
cd "$(dirname "$0")/../.."
infra/tools/release.sh
exec "${CARGO_TARGET_DIR:-target}/release/bench" "$@"
