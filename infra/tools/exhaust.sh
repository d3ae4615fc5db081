#!/bin/sh
# Explores every order of the calls of three who act at once, with a death at each, in a release build.
set -eu
cd "$(dirname "$0")/../.."
# As release.sh links, so that neither builds again what the other has built.
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C linker-features=-lld"
cargo build --quiet --release --workspace --bin exhaust
exec "${CARGO_TARGET_DIR:-target}/release/exhaust" "$@"
