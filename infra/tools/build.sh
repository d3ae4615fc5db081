#!/bin/bash
# All functions for Lambda, in one call of cargo-lambda: target/lambda/<function>/bootstrap, as template.yaml names them, and
# target/zips/<function>.zip with what each weighs. One call, because each of its own would settle the dependencies' features
# anew and build them again. ARCH=x86_64 builds for the other processor.
set -euo pipefail
cd "$(dirname "$0")/../.."
arch=${ARCH:-arm64} # make passes it empty where nobody says
case $arch in
    arm64) target=aarch64-unknown-linux-gnu ;;
    x86_64) target=x86_64-unknown-linux-gnu ;;
    *) echo "ARCH is arm64 or x86_64, not $arch" >&2; exit 1 ;;
esac

# Rust's standard library for the target is not in every Rust, nor is a linker for another processor on every machine.
machine=$(uname -m)
has_target() { [ -n "$(find "$(rustc --print sysroot)/lib/rustlib/$1/lib" -name 'libstd-*.rlib' 2>/dev/null)" ]; }
gets_target() { has_target "$1" || { command -v rustup >/dev/null && rustup target add "$1"; }; }
gnu() { [ "$machine" = "${1%%-*}" ] && echo cc || echo "${1%%-*}-linux-gnu-gcc"; }
cannot() {
    echo "$1" >&2
    [ $arch = arm64 ] && [ "$machine" = x86_64 ] || exit 1
    arch=x86_64 target=x86_64-unknown-linux-gnu
    echo "Building for x86_64 instead: deploy it with Architecture=x86_64, as make deploy does by itself." >&2
}
if ! gets_target $target; then
    cannot "Rust cannot build for $arch here: its standard library for $target is missing, and rustup could not get it.
Where rustup reaches the internet: rustup target add $target. Debian's own Rust: apt install libstd-rust-dev:arm64."
elif [ "${COMPILER:-cargo}" = cargo ] && ! command -v "$(gnu $target)" >/dev/null; then
    cannot "There is no $(gnu $target) to link for $arch with. Debian: apt install gcc-aarch64-linux-gnu libc6-dev-arm64-cross.
COMPILER=cargo-zigbuild does without, by Zig, whose linker makes every function half a megabyte heavier."
fi

infra/tools/venv.sh build
export PATH="$PWD/.tools/build/bin:$PATH"

# Where the code lies on this machine is in no binary, so that the same code has the same hash everywhere.
export RUSTFLAGS="--remap-path-prefix=$PWD=/holdfast --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo --remap-path-prefix=$(rustc --print sysroot)=/rust"
# Not lld, which is Rust's own for x86_64 and Zig's: it keeps the exception tables of functions that it removes, a fifth of a function's
# size (docs/decisions/2026-11-20-release-profile.md).
[ $target != x86_64-unknown-linux-gnu ] || RUSTFLAGS="$RUSTFLAGS -C linker-features=-lld"
if [ "${COMPILER:-cargo}" = cargo ]; then
    LINK_BY=$(gnu $target) linker=$(gnu $target)
    if command -v mold >/dev/null; then
        linker=$PWD/infra/tools/mold-gcc
    else
        echo "GNU's linker makes functions heavier than mold does, and some are then over 4 MB. Debian: apt install mold." >&2
    fi
    export LINK_BY "CARGO_TARGET_$(echo $target | tr a-z- A-Z_)_LINKER=$linker"
fi

rm -rf target/lambda target/zips
# Functions alone: what none of them stands on (the local host, the operator's command, the tests) would bring HTTP/2 along.
packages=$(awk -F'"' 'FNR == 1 { package = 1 } package && /^name/ { print "--package", $2; package = 0 }' functions/*/Cargo.toml infra/bare/Cargo.toml)
cargo lambda build --compiler "${COMPILER:-cargo}" --release --locked --target $target $packages --bins
# Not a function, and not deployed: what cold starts are measured against.
rm -rf target/bare && mv target/lambda/bare target/bare
built=$SECONDS
infra/lint/venv.sh
.tools/build/bin/python infra/tools/zips.py target/lambda target/zips
.tools/build/bin/python infra/tools/sbom.py $target target/holdfast.cdx.json
echo "built for $arch in $built s, with the zips in $SECONDS s"
PYTHONDONTWRITEBYTECODE=1 .venv/bin/python infra/tools/artefacts.py target/lambda target/zips
