#!/bin/sh
# Everything that can be said of template.yaml without deploying it.
set -eu
cd "$(dirname "$0")/../.."
infra/lint/venv.sh
export SAM_CLI_TELEMETRY=0 PYTHONDONTWRITEBYTECODE=1
.venv/bin/sam validate --lint --template template.yaml --region us-east-1
for stage in default e2e local prod; do
    .venv/bin/sam validate --template template.yaml --config-file infra/samconfig.toml --config-env "$stage" >/dev/null
done
.venv/bin/cfn-lint --template template.yaml --regions us-east-1
.venv/bin/python infra/lint/test_template_rules.py
.venv/bin/python infra/lint/test_artefacts.py
.venv/bin/python infra/lint/template_rules.py
.venv/bin/python infra/lint/template_size.py
