#!/bin/bash
# Hostile input. docs/openapi.json drives schemathesis against a local host that is full of wares, as nobody, as a customer and as each kind of
# staff: nothing it sends may be answered with a 5xx, nor with anything that the document does not say; and the shop's books still add up.
# Then each of the shop's own readers is tried for SECONDS_EACH= with bytes that were bent from good ones, and for as long by cargo-fuzz, which
# bends what reaches further. EXAMPLES= says how many cases a route gets from each, SEED= what chance grows from. schemathesis has one worker,
# because two of them have had CPython's own parser fail.
set -euo pipefail
cd "$(dirname "$0")/../.."
infra/tools/venv.sh fuzz
cargo build --quiet --workspace --bin holdfast-local --bin holdfast --bin fuzz
built=${CARGO_TARGET_DIR:-target}/debug
export SEED=${SEED:-1} EXAMPLES=${EXAMPLES:-20} BUILT=$built RUST_LOG=off

HOLDFAST_SEED=demo HOST=$built/holdfast-local infra/tools/with-host.sh bash -euo pipefail -c '
    for who in nobody customer analyst catalog warehouse support admin; do
        as=()
        if [ $who != nobody ]; then
            token=$(curl -sf "$SHOP/v1/auth/login" --json "{\"email\": \"$who@demo.test\", \"password\": \"holdfast-demo\"}" |
                sed -E "s/.*\"access_token\":\"([^\"]*)\".*/\1/")
            as=(--header "Authorization: Bearer $token")
        fi
        echo "schemathesis, as $who"
        .tools/fuzz/bin/schemathesis run docs/openapi.json --url "$SHOP" "${as[@]}" \
            --checks not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance \
            --phases examples,coverage,fuzzing --max-examples "$EXAMPLES" --seed "$SEED" --workers 1 --continue-on-failure \
            --suppress-health-check all --warnings off --generation-database none --no-color
    done
    "$BUILT/holdfast" --at "$SHOP" audit'
"$built/fuzz" "${SECONDS_EACH:-60}" "$SEED"

infra/tools/need.sh c++
infra/tools/install.sh cargo-fuzz
# In a workspace of their own, and of the same versions.
cp Cargo.lock tests/fuzz/
hostile=$PWD/${CARGO_TARGET_DIR:-target}/hostile
for reader in tests/fuzz/src/bin/*.rs; do
    reader=$(basename "$reader" .rs)
    mkdir -p "$hostile/corpus/$reader" "$hostile/harm"
    log=$hostile/$reader.log
    CARGO_TARGET_DIR=$hostile .tools/bin/cargo-fuzz run --fuzz-dir tests/fuzz --sanitizer none --dev "$reader" "$hostile/corpus/$reader" -- \
        -artifact_prefix="$hostile/harm/" -max_total_time="${SECONDS_EACH:-60}" -seed="$SEED" -max_len=200000 -print_final_stats=1 \
        >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
    echo "cargo-fuzz: $reader: $(awk '/number_of_executed_units/ { tried = $2 } /new_units_added/ { new = $2 } END { print tried " inputs, " new " of which reached further" }' "$log")"
done
