#!/bin/sh
# The local host's payment gateway, by Stripe's own client for Python.
set -eu
cd "$(dirname "$0")/../.."
infra/lint/venv.sh
cargo build --quiet --workspace --bin holdfast-local
PYTHONDONTWRITEBYTECODE=1 exec .venv/bin/python infra/tools/stripe_sandbox.py "${CARGO_TARGET_DIR:-target}/debug/holdfast-local"
