#!/bin/bash
# Everything that can be said of the code without running it. All of it is said, whatever is found first.
set -uo pipefail
cd "$(dirname "$0")/../.."
passed=0 failed=()

step() {
    local name=$1 began=$SECONDS
    shift
    echo "== $name"
    if "$@"; then
        passed=$((passed + 1))
        echo "   $((SECONDS - began)) s"
    else
        failed+=("$name")
    fi
}

# The database of advisories is not in the tree, and not within reach of every machine.
advisories() {
    if .tools/bin/cargo-deny fetch db 2>/dev/null; then
        .tools/bin/cargo-deny check --hide-inclusion-graph advisories
    else
        echo "not checked: the database of advisories is out of reach"
    fi
}

# A minimal Rust comes without them.
cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt
cargo clippy --version >/dev/null 2>&1 || rustup component add clippy

step format cargo fmt --all --check
step clippy cargo clippy --workspace --all-targets --quiet -- -D warnings
step documentation env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --lib --quiet
step tools infra/tools/install.sh cargo-deny cargo-machete
step "unused dependencies" .tools/bin/cargo-machete --with-metadata
step dependencies .tools/bin/cargo-deny --log-level error check bans licenses sources
step advisories advisories
step template.yaml infra/lint/template.sh

if [ ${#failed[@]} -gt 0 ]; then
    echo "lint: $passed passed, ${#failed[@]} failed in $SECONDS s: ${failed[*]}"
    exit 1
fi
echo "lint: $passed passed, none failed in $SECONDS s"
