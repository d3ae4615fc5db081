#!/bin/bash
# Records OPERATIONS= operations of a local host on disk under load, and checks whether they could have happened one after the other.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --profile fast --workspace --bin holdfast-local --bin history
built=${CARGO_TARGET_DIR:-target}/fast
RUST_LOG=off HOST=$built/holdfast-local infra/tools/with-host.sh \
    bash -c '"$0" --at "$SHOP" --operations "$1" --seed "$2"' "$built/history" "${OPERATIONS:-1000000}" "${SEED:-1}"
