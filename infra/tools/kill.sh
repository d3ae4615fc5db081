#!/bin/bash
# Kills a local host on disk KILLS= times under load, at moments that grow from SEED=; audits what it leaves, and opens it again.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --quiet --profile fast --workspace --bin holdfast-local --bin holdfast --bin kill
built=${CARGO_TARGET_DIR:-target}/fast
exec "$built/kill" --host "$built/holdfast-local" --holdfast "$built/holdfast" --kills "${KILLS:-500}" --seed "${SEED:-1}"
