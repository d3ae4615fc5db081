#!/bin/sh
# Python tools in the project's own virtualenv, .venv, made anew when requirements.txt changes.
set -eu
cd "$(dirname "$0")/../.."
wanted=infra/lint/requirements.txt
if ! cmp -s "$wanted" .venv/requirements.txt; then
    command -v python3 >/dev/null || { echo "the linters of template.yaml and the client of the payment gateway need python3 with its venv module" >&2; exit 1; }
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/pip install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" .venv/requirements.txt
fi
