#!/bin/bash
# Ends a stage: destroy.sh STAGE. Says what is lost and asks; YES=1 answers.
set -euo pipefail
cd "$(dirname "$0")/../.."
stage=${1:?which stage? make destroy STAGE=dev, or another that infra/samconfig.toml has}
infra/lint/venv.sh
export SAM_CLI_TELEMETRY=0 PYTHONDONTWRITEBYTECODE=1
python=.venv/bin/python
config=$($python infra/tools/stage.py config "$stage")
$python infra/tools/stage.py ending "$stage"
if [ "${YES:-}" != 1 ]; then
    read -rp "destroy the stage $stage? Type its name: " answer
    [ "$answer" = "$stage" ] || { echo "nothing is destroyed"; exit 1; }
fi
$python infra/tools/stage.py empty "$stage"
.venv/bin/sam delete --config-file infra/samconfig.toml --config-env "$config" --no-prompts
$python infra/tools/stage.py leftovers "$stage"
echo "stage $stage: destroyed in $SECONDS s"
