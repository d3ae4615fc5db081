#!/bin/bash
# How functions start, as they are built for Lambda: infra/bench/cold.py, against the local AWS of `make e2e`.
set -euo pipefail
cd "$(dirname "$0")/../.."
infra/lint/venv.sh
machine=$(uname -m | sed 's/aarch64/arm64/')
if ! [ -x target/bare/bootstrap ] || [ "$(.venv/bin/python infra/tools/stage.py architecture)" != "$machine" ]; then
    ARCH=$machine infra/tools/build.sh
fi
node=$PWD/.tools/node
if command -v npm >/dev/null && ! [ -d "$node/node_modules/@aws-sdk/client-dynamodb" ]; then
    mkdir -p "$node"
    npm install --prefix "$node" --no-audit --no-fund --silent @aws-sdk/client-dynamodb@3 || echo "Node's SDK is out of reach" >&2
fi
[ ! -d "$node/node_modules" ] || cp infra/bench/read.mjs "$node/"
PROFILE=release NODE_FOLDER=$node exec infra/tools/e2e.sh cold
