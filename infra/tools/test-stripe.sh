#!/bin/sh
# The shop with localstripe as its payment gateway: a fake of Stripe that others wrote. It has a virtualenv of its own.
set -eu
cd "$(dirname "$0")/../.."
wanted=infra/tools/localstripe.txt
venv=.tools/localstripe
if ! cmp -s "$wanted" "$venv/requirements.txt"; then
    rm -rf "$venv"
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$venv/requirements.txt"
fi
cargo build --quiet --workspace --bin holdfast-local
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" infra/tools/test_stripe.py "${CARGO_TARGET_DIR:-target}/debug/holdfast-local"
echo "test-stripe: what is bought is paid and refunded by way of localstripe"
