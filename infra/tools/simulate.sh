#!/bin/sh
# Runs SEEDS seeds from FROM on, and names the command that replays one that fails. PROFILE=dev takes what tests are built with.
set -eu
cd "$(dirname "$0")/../.."
profile=${PROFILE:-fast}
cargo build --quiet --profile "$profile" --workspace --bin simulate
built=${CARGO_TARGET_DIR:-target}/$([ "$profile" = dev ] && echo debug || echo "$profile")
exec "$built/simulate" --from "${FROM:-1}" --seeds "${SEEDS:-10000}" "$@"
