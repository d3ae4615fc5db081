#!/bin/bash
# The LocalStack way. With Docker: its last free image, and template.yaml deployed to it. Without: LocalStack in host mode, from PyPI,
# for queues, bus and buckets, with dynoxide's own HTTP server for the tables, and three stories told to a shop that stands on both.
set -euo pipefail
cd "$(dirname "$0")/../.."
if ! docker info >/dev/null 2>&1; then
    exec infra/tools/localstack.sh
fi
infra/lint/venv.sh
[ -x target/lambda/health/bootstrap ] || ARCH=x86_64 infra/tools/build.sh
docker compose --file infra/tools/compose.yaml up --detach --wait
export AWS_ENDPOINT_URL=http://127.0.0.1:4566 AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_DEFAULT_REGION=us-east-1 SAM_CLI_TELEMETRY=0
.venv/bin/python infra/tools/stage.py secrets e2e
.venv/bin/sam deploy --config-file infra/samconfig.toml --config-env e2e
echo "the shop is at LocalStack: AWS_ENDPOINT_URL=$AWS_ENDPOINT_URL. It ends by: docker compose --file infra/tools/compose.yaml down"
