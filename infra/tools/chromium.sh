#!/bin/sh
# Says where a Chromium is that needs no screen; installs Debian's where there is none.
set -eu
for name in chromium chromium-browser google-chrome; do
    if command -v "$name"; then
        exit 0
    fi
done
if ! command -v apt-get >/dev/null; then
    echo "Chromium is missing: install it, then run this again." >&2
    exit 1
fi
as_root=
[ "$(id -u)" = 0 ] || as_root=sudo
{ $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >&2
command -v chromium
