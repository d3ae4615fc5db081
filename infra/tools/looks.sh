#!/bin/sh
# Mails as a browser shows them: measured, and drawn into target/looks.
set -eu
cd "$(dirname "$0")/../.."
CHROMIUM=$(infra/tools/chromium.sh)
export CHROMIUM
cargo test --workspace --quiet --test shop -- --ignored looks::
echo "every mail fits its column; see them in target/looks"
