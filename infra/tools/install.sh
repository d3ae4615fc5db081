#!/bin/sh
# The linters of crates, built into .tools when they are not there in the version pinned here.
# They run for seconds and are built for minutes: hence hardly optimised.
set -eu
cd "$(dirname "$0")/../.."
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=debuginfo

install() {
    stamp=".tools/$1-$2"
    [ -e "$stamp" ] && return
    echo "building $1 $2, once"
    cargo install "$1" --version "$2" --locked --quiet --force --root .tools
    rm -f ".tools/$1"-[0-9]*
    : >"$stamp"
}

install cargo-deny 0.20.2
install cargo-machete 0.9.2
