#!/bin/bash
# LocalStack in host mode, for one run: SQS, S3 and EventBridge, and three stories told to a shop that asks it over HTTP. Nothing is
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
rm -rf "$work" && mkdir -p "$work"
# All that it writes lies here; it looks for no newer version, and tells nobody that it runs.
env GATEWAY_LISTEN="127.0.0.1:$port" SERVICES=sqs,s3,events EAGER_SERVICE_LOADING=0 DISABLE_EVENTS=1 SKIP_SSL_CERT_DOWNLOAD=1 \
    TMPDIR="$work" HOME="$work" AWS_DEFAULT_REGION=us-east-1 \
    .tools/localstack/bin/python -m localstack.runtime.main >"$work/localstack.log" 2>&1 &
localstack=$!
trap 'kill $localstack 2>/dev/null; wait $localstack 2>/dev/null || true' EXIT
for _ in $(seq 300); do
    curl -sf -o /dev/null "http://127.0.0.1:$port/_localstack/health" && break
    kill -0 $localstack || { tail -20 "$work/localstack.log" >&2; exit 1; }
    sleep 0.2
done
status=0
"${CARGO_TARGET_DIR:-target}/debug/apart" "127.0.0.1:$port" "$work/tables" | tee "$work/stories.log" || status=$?
echo "$(grep '^localstack:' "$work/stories.log"); built in $built s, told in $((SECONDS - built)) s"
exit $status
