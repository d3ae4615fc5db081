#!/bin/sh
# Links a function: GNU's compiler for its processor (LINK_BY), by mold, which keeps one of several functions that are the same code
# (docs/decisions/2026-11-20-release-profile.md).
exec "$LINK_BY" -fuse-ld=mold -Wl,--icf=all "$@"
