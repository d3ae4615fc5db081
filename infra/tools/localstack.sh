#!/bin/bash
# LocalStack in host mode: SQS, S3 and EventBridge, and three stories told to a shop that asks it over HTTP. Nothing is
# left when it ends.
set -euo pipefail
cd "$(dirname "$0")/../.."
port=${HOLDFAST_LOCALSTACK_PORT:-4603} work=$PWD/target/localstack
infra/tools/venv.sh localstack
cargo build --quiet --workspace --bin apart
built=$SECONDS
if curl -s -o /dev/null "http://127.0.0.1:$port"; then
    echo "the port $port is taken: HOLDFAST_LOCALSTACK_PORT names another" >&2
    exit 1
fi
stop() { [ -z "$localstack" ] || { kill $localstack 2>/dev/null; wait $localstack 2>/dev/null; } || true; localstack=; }
localstack=
trap stop EXIT
# Each story in an empty one. All that it writes lies here; it looks for no newer version, and tells nobody that it runs.
start() {
    rm -rf "$work" && mkdir -p "$work"
    env GATEWAY_LISTEN="127.0.0.1:$port" SERVICES=sqs,s3,events EAGER_SERVICE_LOADING=0 DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 \
        TMPDIR="$work" HOME="$work" AWS_DEFAULT_REGION=us-east-1 \
        .tools/localstack/bin/python -m localstack.runtime.main >"$work/localstack.log" 2>&1 &
    localstack=$!
    for _ in $(seq 300); do
        curl -sf -o /dev/null "http://127.0.0.1:$port/_localstack/health" && return
        kill -0 $localstack || break
        sleep 0.2
    done
    tail -20 "$work/localstack.log" >&2
    exit 1
}
driver=${CARGO_TARGET_DIR:-target}/debug/apart told=0 failed=0
for story in $("$driver"); do
    start
    if "$driver" "127.0.0.1:$port" "$work/tables" "$story"; then told=$((told + 1)); else failed=$((failed + 1)); fi
    stop
done
echo "localstack: $told stories told, $failed failed; built in $built s, told in $((SECONDS - built)) s"
[ $told -gt 0 ] && [ $failed = 0 ]
