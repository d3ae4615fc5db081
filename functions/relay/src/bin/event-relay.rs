//! The Lambda `event-relay`: one for each table's stream.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_relay::function())
}
