//! The Lambda `audit-list`.

fn main() -> Result<(), holdfast_runtime::BoxError> {
    holdfast_runtime::run(holdfast_trail::api::audit_list::function())
}
