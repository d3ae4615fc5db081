#!/bin/sh
# Tools of cargo's, by their names, built into .tools when they are not there in the version pinned here.
# They run for seconds and are built for minutes: hence hardly optimised.
set -eu
cd "$(dirname "$0")/../.."
export CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_DEBUG=false CARGO_PROFILE_RELEASE_STRIP=debuginfo

for tool; do
    case $tool in
        cargo-deny) version=0.20.2 ;;
        cargo-fuzz) version=0.13.2 ;;
        cargo-machete) version=0.9.2 ;;
        *) echo "no version of $tool is pinned in infra/tools/install.sh" >&2 && exit 1 ;;
    esac
    stamp=".tools/$tool-$version"
    [ -e "$stamp" ] && continue
    echo "building $tool $version, once"
    cargo install "$tool" --version "$version" --locked --quiet --force --root .tools
    rm -f ".tools/$tool"-[0-9]*
    : >"$stamp"
done
