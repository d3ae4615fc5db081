//! What can be asked for: the types of the events that the rule of this context's queue lets through.

/// As they are generated from the contexts' events, one a line. `tests/tests/documents.rs` holds the list to them, and to the rule.
const KINDS: &str = include_str!("../../data/event-types.txt");

/// Every type that an endpoint can ask for.
pub fn known_kinds() -> impl Iterator<Item = &'static str> {
    KINDS.lines()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_types_are_known_and_the_shops_own_bookkeeping_is_not_among_them() {
        assert!(known_kinds().any(|kind| kind == "orders.order-paid.v1"));
        assert!(known_kinds().all(|kind| !kind.starts_with("inventory.stock-")));
        let mut sorted: Vec<_> = known_kinds().collect();
        sorted.sort_unstable();
        sorted.dedup();
        assert!(known_kinds().eq(sorted));
    }
}
