#!/bin/bash
# The local host's status page in a headless Chromium: what it shows after some traffic, and that it loads nothing from elsewhere.
# Screenshots lie in target/status-page.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=${CARGO_TARGET_DIR:-target}
if [ -z "${SHOP:-}" ]; then
    cargo build --quiet --workspace --bin holdfast-local
    export HOST=$target/debug/holdfast-local HOLDFAST_SEED=empty
    exec infra/tools/with-host.sh infra/tools/status-page.sh
fi
shop=$SHOP chromium=$(infra/tools/chromium.sh)
shots=$target/status-page
profile=$(mktemp -d)
trap 'rm -rf "$profile"' EXIT
mkdir -p "$shots"

# Some traffic: two customers, what is not there, a forgotten password.
for name in ada grace; do
    curl -sf "$shop/v1/auth/register" --json "{\"email\": \"$name@example.test\", \"password\": \"correct horse battery\", \"name\": \"$name\"}" >/dev/null
done
curl -s "$shop/v1/nowhere" >/dev/null
trace=$(curl -si "$shop/v1/auth/forgot-password" --json '{"email": "ada@example.test"}' | sed -n 's/^traceresponse: 00-\([0-9a-f]*\)-.*/\1/Ip' | tr -d '\r')
curl -sf -X POST "$shop/dev/settle" >/dev/null

# Chromium's profile is its own, and it may reach this machine alone.
look() {
    timeout 60 "$chromium" --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$profile" \
        --host-resolver-rules="MAP * ~NOTFOUND, EXCLUDE 127.0.0.1" --virtual-time-budget=4000 "$@" 2>/dev/null
}
failed=0
sees() {
    local page=$1 what=$2
    grep -qF "$what" <<<"$dom" || { echo "$page does not show: $what" >&2; failed=1; }
}

dom=$(look --dump-dom "$shop/dev")
for what in "POST /v1/auth/register" "accounts.user-registered.v1" "dead letters" "+ 15 minutes" "auth-register" "Confirm your e-mail address"; do
    sees /dev "$what"
done
if grep -qE "ada@example.test|<script" <<<"$dom"; then
    echo "/dev shows what it must not" >&2
    failed=1
fi
dom=$(look --dump-dom "$shop/dev/traces/$trace")
for what in "POST /v1/auth/forgot-password" "DynamoDB." "SESv2.SendEmail" "publish accounts."; do
    sees "/dev/traces/$trace" "$what"
done
look --window-size=1360,1900 --screenshot="$shots/status.png" "$shop/dev" >/dev/null
look --window-size=1360,1200 --screenshot="$shots/trace.png" "$shop/dev/traces/$trace" >/dev/null
look --window-size=420,1600 --screenshot="$shots/status-narrow.png" "$shop/dev" >/dev/null
for shot in status trace status-narrow; do
    [ -s "$shots/$shot.png" ] || { echo "no screenshot of $shot" >&2; failed=1; }
done

# A button, pressed as a browser does.
before=$(curl -sf "$shop/dev/status.json" | grep -o '"now":"[^"]*"')
curl -sf -o /dev/null -H "origin: $shop" --data advance_seconds=86400 "$shop/dev/clock"
after=$(curl -sf "$shop/dev/status.json" | grep -o '"now":"[^"]*"')
[ "${before:0:17}" != "${after:0:17}" ] || { echo "the clock did not move: $before $after" >&2; failed=1; }

[ $failed = 0 ] || exit 1
echo "status page: seen in $("$chromium" --version | cut -d. -f1), screenshots in $shots"
