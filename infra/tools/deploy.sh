#!/bin/bash
# A stage as template.yaml has it now, with the functions in target/lambda: deploy.sh STAGE. Says what it would do and asks;
# YES=1 answers. AWS_ENDPOINT_URL leads elsewhere than to AWS.
set -euo pipefail
cd "$(dirname "$0")/../.."
stage=${1:?which stage? make deploy STAGE=dev, or another that infra/samconfig.toml has}
infra/lint/venv.sh
export SAM_CLI_TELEMETRY=0 PYTHONDONTWRITEBYTECODE=1
python=.venv/bin/python
config=$($python infra/tools/stage.py config "$stage")
$python infra/tools/stage.py plan "$stage"
if [ "${YES:-}" != 1 ]; then
    read -rp "deploy the stage $stage? Type its name: " answer
    [ "$answer" = "$stage" ] || { echo "nothing is deployed"; exit 1; }
fi
$python infra/tools/stage.py secrets "$stage"
# What samconfig.toml gives the parameters, and what only this machine knows: overrides replace one another whole.
mapfile -t overrides < <($python infra/tools/stage.py overrides "$stage")
.venv/bin/sam deploy --config-file infra/samconfig.toml --config-env "$config" --no-confirm-changeset \
    --no-fail-on-empty-changeset --parameter-overrides "${overrides[@]}"
echo "stage $stage: deployed in $SECONDS s"
