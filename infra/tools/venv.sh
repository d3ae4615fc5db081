#!/bin/sh
# Python tools in a virtualenv of their own, .tools/<name>, made anew when requirements/<name>.txt changes.
set -eu
cd "$(dirname "$0")/../.."
wanted=infra/tools/requirements/$1.txt
made=.tools/$1
if ! cmp -s "$wanted" "$made/requirements.txt"; then
    infra/tools/need.sh python3
    rm -rf "$made"
    python3 -m venv "$made"
    "$made/bin/pip" install --quiet --disable-pip-version-check --requirement "$wanted"
    cp "$wanted" "$made/requirements.txt"
fi
