#!/bin/bash
# `sam local` where Docker's engine can be installed and no image can be pulled: builds the base image from Debian's packages, invokes
# five functions with their sample events, asks start-api for three routes, and stops everything that it started. As root, on Debian.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo "it starts an engine of Docker's of its own: run it as root" >&2; exit 1; }
infra/lint/venv.sh
missing=()
command -v dockerd >/dev/null || missing+=(docker.io)
command -v debootstrap >/dev/null || missing+=(debootstrap)
if [ ${#missing[@]} -gt 0 ]; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
if ! [ -x target/lambda/health/bootstrap ] || [ "$(.venv/bin/python infra/tools/stage.py architecture)" != x86_64 ]; then
    ARCH=x86_64 infra/tools/build.sh
fi

work=$PWD/target/sam-local
mkdir -p "$work"
export DOCKER_HOST=unix://$work/docker.sock SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1
docker=$(command -v /usr/bin/docker || command -v docker)
# No iptables and no bridge of the system's: containers use the machine's own network.
dockerd --host "$DOCKER_HOST" --data-root "$work/data" --exec-root "$work/run" --pidfile "$work/docker.pid" >"$work/dockerd.log" 2>&1 &
engine=$!
api=
stop() {
    [ -z "$api" ] || { kill -TERM "$api" 2>/dev/null; wait "$api" 2>/dev/null; } || true
    left=$($docker ps -aq 2>/dev/null || true)
    [ -z "$left" ] || $docker rm -f $left >/dev/null 2>&1 || true
    kill $engine 2>/dev/null && wait $engine 2>/dev/null || true
}
trap stop EXIT
for _ in $(seq 100); do $docker version >/dev/null 2>&1 && break; kill -0 $engine || { tail -5 "$work/dockerd.log" >&2; exit 1; }; sleep 0.2; done

# The name that SAM looks for; what is in it is Debian, which has what a binary of Rust needs.
image=public.ecr.aws/lambda/provided:al2023-x86_64
if ! $docker image inspect $image >/dev/null 2>&1; then
    rm -rf "$work/root"
    debootstrap --variant=minbase --include=ca-certificates bookworm "$work/root" http://deb.debian.org/debian >"$work/debootstrap.log"
    tar -C "$work/root" -c . | $docker import - $image >/dev/null
    rm -rf "$work/root"
fi
$docker tag $image public.ecr.aws/lambda/provided:al2023

sam="$PWD/.venv/bin/sam"
options="--skip-pull-image --parameter-overrides Architecture=x86_64 AuthJwks={\"keys\":[]}"
asked=0
for function in health docs-openapi docs-page not-found auth-jwks; do
    resource=$(echo "$function" | sed -E 's/(^|-)([a-z])/\U\2/g')Function
    answer=$($sam local invoke "$resource" --event events/$function.json $options 2>"$work/$function.log")
    echo "$answer" | grep -q '"statusCode"' || { echo "$function: $answer" >&2; tail -5 "$work/$function.log" >&2; exit 1; }
    echo "invoked $function: $(echo "$answer" | grep -o '"statusCode": *[0-9]*')"
    asked=$((asked + 1))
done

port=$(.venv/bin/python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
$sam local start-api --host 127.0.0.1 --port "$port" $options >"$work/start-api.log" 2>&1 &
api=$!
for _ in $(seq 300); do curl -s -o /dev/null "http://127.0.0.1:$port/health" && break; sleep 0.2; done
routes=0
for route in "/health 200" "/.well-known/jwks.json 200" "/no/such/route 404"; do
    set -- $route
    status=$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$port$1")
    [ "$status" = "$2" ] || { echo "$1: $status, not $2" >&2; tail -5 "$work/start-api.log" >&2; exit 1; }
    echo "asked $1: $status"
    routes=$((routes + 1))
done
stop
trap - EXIT
! $docker version >/dev/null 2>&1 || { docker info | grep -q "$work" && { echo "the engine still runs" >&2; exit 1; }; }
echo "sam local: $asked functions invoked, $routes routes asked, everything stopped, in $SECONDS s"
