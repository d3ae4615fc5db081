//! Which warehouse a line is taken from.

use holdfast_core::{Quantity, Sku, WarehouseId};

use super::warehouse::Priority;

/// What is wanted of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub sku: Sku,
    /// How many.
    pub quantity: Quantity,
}

/// What a warehouse has of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shelf {
    /// Where.
    pub warehouse: WarehouseId,
    /// Its place in the order.
    pub priority: Priority,
    /// How many can be taken.
    pub available: u32,
}

/// What is taken from one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// From where.
    pub warehouse: WarehouseId,
    /// How many.
    pub quantity: Quantity,
}

/// Where a line comes from: one or two warehouses.
pub type Allocation = Vec<Part>;

/// There are fewer than were wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at most {available} can be taken")]
pub struct Short {
    /// What one line could have at most.
    pub available: u32,
}

/// Takes a line from one warehouse when one has it all, else from two: the first in their order.
///
/// Never from more, because a checkout of 45 lines must fit one transaction.
pub fn allocate(quantity: Quantity, shelves: &[Shelf]) -> Result<Allocation, Short> {
    let mut shelves: Vec<_> = shelves.iter().filter(|shelf| shelf.available > 0).collect();
    // The id decides between equals, so that the same question always has the same answer.
    shelves.sort_by_key(|shelf| (shelf.priority, shelf.warehouse));
    let take = |shelf: &Shelf, count: u32| {
        Quantity::try_from(count).ok().map(|quantity| Part { warehouse: shelf.warehouse, quantity })
    };
    if let Some(shelf) = shelves.iter().find(|shelf| shelf.available >= quantity.get()) {
        return Ok(take(shelf, quantity.get()).into_iter().collect());
    }
    let mut most = shelves.iter().map(|shelf| shelf.available).max().unwrap_or(0);
    for (nth, first) in shelves.iter().enumerate() {
        for second in shelves.iter().skip(nth.saturating_add(1)) {
            let both = first.available.saturating_add(second.available);
            if both >= quantity.get() {
                let rest = quantity.get().saturating_sub(first.available);
                return Ok([take(first, first.available), take(second, rest)].into_iter().flatten().collect());
            }
            most = most.max(both);
        }
    }
    Err(Short { available: most })
}

/// Lines that name one article become one, where the first of them stood: checked apart, each alone might fit.
pub fn aggregate(lines: impl IntoIterator<Item = Line>) -> Result<Vec<Line>, holdfast_core::QuantityError> {
    let mut sums: Vec<Line> = Vec::new();
    for line in lines {
        match sums.iter_mut().find(|sum| sum.sku == line.sku) {
            Some(sum) => sum.quantity = sum.quantity.get().saturating_add(line.quantity.get()).try_into()?,
            None => sums.push(line),
        }
    }
    Ok(sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;
    use proptest::prelude::*;

    fn shelf(nth: u8, priority: u32, available: u32) -> Shelf {
        let (warehouse, priority) = (WarehouseId::from_bytes([nth; 16]), priority.try_into().unwrap());
        Shelf { warehouse, priority, available }
    }

    fn takes(quantity: u32, shelves: &[Shelf]) -> Result<Vec<(u8, u32)>, u32> {
        let allocation = allocate(quantity.try_into().unwrap(), shelves).map_err(|short| short.available)?;
        let nth = |id: WarehouseId| (0..=255).find(|nth| WarehouseId::from_bytes([*nth; 16]) == id).unwrap();
        Ok(allocation.iter().map(|take| (nth(take.warehouse), take.quantity.get())).collect())
    }

    #[test]
    fn one_warehouse_when_one_can_and_the_first_of_those_that_can() {
        let shelves = [shelf(1, 2, 9), shelf(2, 1, 4), shelf(3, 3, 9)];
        assert_eq!(takes(4, &shelves), Ok(vec![(2, 4)]));
        assert_eq!(takes(5, &shelves), Ok(vec![(1, 5)]));
        assert_eq!(takes(10, &shelves), Ok(vec![(2, 4), (1, 6)]));
        assert_eq!(takes(18, &shelves), Ok(vec![(1, 9), (3, 9)]));
        // All three together would have 22.
        assert_eq!(takes(19, &shelves), Err(18));
        assert_eq!(takes(1, &[]), Err(0));
    }

    #[test]
    fn lines_of_one_article_are_one() {
        let line = |sku: &str, count: u32| Line { sku: sku.parse().unwrap(), quantity: count.try_into().unwrap() };
        let lines = [line("A", 1), line("B", 2), line("A", 3)];
        assert_eq!(aggregate(lines), Ok(vec![line("A", 4), line("B", 2)]));
        assert!(aggregate([line("A", Quantity::MOST), line("A", 1)]).is_err());
    }

    proptest! {
        #[test]
        fn what_is_taken_is_there_and_is_what_was_wanted(
            quantity in 1_u32..60, available in proptest::collection::vec((0_u32..4, 0_u32..40), 0..5),
        ) {
            let shelves: Vec<_> = (1_u8..).zip(&available).map(|(nth, (p, a))| shelf(nth, *p, *a)).collect();
            let mut sorted: Vec<u32> = available.iter().map(|(_, available)| *available).collect();
            sorted.sort_unstable_by(|a, b| b.cmp(a));
            let most: u32 = sorted.iter().take(2).sum();
            match allocate(quantity.try_into().unwrap(), &shelves) {
                Ok(allocation) => {
                    prop_assert!((1..=2).contains(&allocation.len()));
                    prop_assert_eq!(allocation.iter().map(|take| take.quantity.get()).sum::<u32>(), quantity);
                    for take in &allocation {
                        let shelf = shelves.iter().find(|shelf| shelf.warehouse == take.warehouse).unwrap();
                        prop_assert!(take.quantity.get() <= shelf.available);
                    }
                    let one_can = sorted.first().is_some_and(|first| *first >= quantity);
                    prop_assert_eq!(allocation.len() == 1, one_can);
                }
                Err(short) => {
                    prop_assert_eq!(short.available, most);
                    prop_assert!(most < quantity);
                }
            }
        }
    }
}
