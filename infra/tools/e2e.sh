#!/bin/bash
# template.yaml, deployed to an AWS on this machine (ministack, without Docker), and the stories told to it over HTTP; then everything
# is destroyed, and nothing is left. The functions are real binaries in the shape that Lambda starts; PROFILE=release takes those that
# `make build ARCH=x86_64` built. STORIES= tells only those that have this in their names. `e2e.sh cold` measures how functions start
# there instead (infra/bench/cold.py).
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD work=target/e2e port=${HOLDFAST_E2E_PORT:-4599}
infra/tools/venv.sh e2e
infra/lint/venv.sh

# The tree as `sam deploy` sees it: template.yaml as it is, and the functions where it says that they are.
rm -rf $work && mkdir -p $work/target/lambda
cp template.yaml $work/ && cp -r infra $work/infra
if [ "${PROFILE:-debug}" = release ]; then
    [ -d target/lambda ] || { echo "nothing is built: make build ARCH=x86_64" >&2; exit 1; }
    cp -r target/lambda/. $work/target/lambda/
    cargo build --quiet --workspace --bin e2e --bin signing-keys
else
    cargo build --quiet --workspace --bins
    for source in functions/*/src/bin/*.rs; do
        name=$(basename "$source" .rs)
        mkdir -p $work/target/lambda/"$name"
        # Debug information is for debuggers: without it a function is a third as large.
        strip --strip-debug -o $work/target/lambda/"$name"/bootstrap "${CARGO_TARGET_DIR:-target}/debug/$name"
    done
fi
built=$SECONDS

export GATEWAY_PORT=$port BIND_HOST=127.0.0.1 IOT_MTLS_ENABLED=0 PYTHONDONTWRITEBYTECODE=1 SAM_CLI_TELEMETRY=0
export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 AWS_ENDPOINT_URL=http://127.0.0.1:$port
if curl -s -o /dev/null "http://127.0.0.1:$port"; then
    echo "the port $port is taken: HOLDFAST_E2E_PORT names another" >&2
    exit 1
fi
.tools/e2e/bin/python infra/e2e/aws.py >$work/aws.log 2>&1 &
aws=$!
trap 'kill $aws 2>/dev/null; wait $aws 2>/dev/null || true' EXIT
for _ in $(seq 200); do
    curl -sf -o /dev/null "http://127.0.0.1:$port/_ministack/ready" && break
    kill -0 $aws || { cat $work/aws.log >&2; exit 1; }
    sleep 0.1
done

cd $work
python="$root/.venv/bin/python"
$python infra/tools/stage.py secrets e2e
# SES sends from addresses that are verified.
$python -c 'import boto3; boto3.client("sesv2").create_email_identity(EmailIdentity="holdfast.test")'
deploy="sam deploy --config-file infra/samconfig.toml --config-env e2e"
echo "$deploy"
PATH="$root/.venv/bin:$PATH" $deploy >deploy.log 2>&1 || { tail -30 deploy.log >&2; exit 1; }
deployed=$SECONDS
api=$($python -c 'import boto3; print(boto3.client("apigatewayv2").get_apis()["Items"][0]["ApiId"])')
jwks=$($python -c 'import boto3; print(boto3.client("ssm").get_parameter(Name="/holdfast/e2e/auth/jwks")["Parameter"]["Value"])')

status=0 driver="$root/${CARGO_TARGET_DIR:-target}/debug/e2e"
if [ "${1:-}" = cold ]; then
    "$driver" "127.0.0.1:$port" "$api.execute-api.localhost:$port" "$jwks" seed goods.json
    cd "$root"
    .tools/e2e/bin/python infra/bench/cold.py target/lambda $work/goods.json target/bare/bootstrap "${NODE_FOLDER:-/nowhere}" || status=$?
    exit $status
fi
"$driver" "127.0.0.1:$port" "$api.execute-api.localhost:$port" "$jwks" ${STORIES:+"$STORIES"} | tee stories.log || status=$?
told=$SECONDS
ln -sfn "$root/.venv" .venv
YES=1 infra/tools/destroy.sh e2e >destroy.log 2>&1 || { tail -30 destroy.log >&2; status=1; }
tail -2 destroy.log
echo "$(grep '^e2e:' stories.log); built in $built s, deployed in $((deployed - built)) s, told in $((told - deployed)) s, destroyed in $((SECONDS - told)) s"
exit $status
