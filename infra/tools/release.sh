#!/bin/sh
# All binaries for release, in one call of cargo: each call of its own would settle the dependencies' features anew and
# build them again. GNU's linker, because Rust's own (lld) keeps the exception tables of functions that it removes:
# 2.5 MB of a function's 12 (docs/decisions/2026-11-20-release-profile.md). Other platforms have another default.
set -eu
cd "$(dirname "$0")/../.."
export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C linker-features=-lld"
exec cargo build --release --workspace --bins
