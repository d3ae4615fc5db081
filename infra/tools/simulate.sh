#!/bin/sh
# Runs SEEDS seeds from FROM on, in a release build, and names the command that replays one that fails.
set -eu
cd "$(dirname "$0")/../.."
# As release.sh links, so that neither builds again what the other has built.
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C linker-features=-lld"
cargo build --quiet --release --workspace --bin simulate
exec "${CARGO_TARGET_DIR:-target}/release/simulate" --from "${FROM:-1}" --seeds "${SEEDS:-10000}" "$@"
