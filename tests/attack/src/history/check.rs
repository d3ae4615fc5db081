//! Whether a history could have happened one operation after the other.
//!
//! **Stock.** What an operation does to a stock is adding a fixed vector to (available, reserved), so that what a set of operations has
//! left does not depend on their order. A moment of a history is therefore known by *which* of the operations that are under way have
//! taken effect already: with four clients on an article at most 2⁴ sets. The check walks through the calls and returns in time, and
//! keeps the sets that are possible; when an operation returns, it must be among those that have taken effect, each of which must have
//! been allowed when it did. A history is linearizable if some set is left at its end: it is the search of Wing and Gong with all
//! orders that lead to the same place taken as one, so that its time is that of the history times a constant.
//!
//! **Orders.** A key's order is written once, and its status only moves on: PENDING, then CANCELLED. Such a register is linearizable if
//! all successes under a key name one order, and nobody who begins after another has heard of a stage sees an earlier one, or is told
//! that there is none.

use std::collections::{BTreeMap, BTreeSet};

/// When something was asked and answered, in nanoseconds of one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Asked.
    pub invoked: u64,
    /// Answered.
    pub returned: u64,
}

/// What was asked of a stock, and answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stock {
    /// So much was added, or taken away.
    Adjusted(i64),
    /// So much was to be taken away, and that was refused.
    NotAdjusted(i64),
    /// So many were held.
    Held(i64),
    /// So many were to be held, and that was refused.
    NotHeld(i64),
    /// So many that were held were let go.
    Freed(i64),
    /// So many could be had and were held.
    Read(i64, i64),
}

/// What was asked of the order of a key, and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Order {
    /// It was placed, or had been.
    Placed(String),
    /// It was refused.
    Refused,
    /// It was called off.
    Cancelled,
    /// It was seen like this: a stage of [`STAGES`], or not at all.
    Seen(Option<usize>),
}

/// The statuses of an order that nobody pays, in the order that they can have.
pub const STAGES: [&str; 2] = ["PENDING", "CANCELLED"];

/// The most operations on an article that may be under way at once.
pub const MOST_AT_ONCE: usize = 16;

impl Stock {
    /// What is left after it; nothing when it could not have been answered so.
    fn after(self, [available, reserved]: [i64; 2]) -> Option<[i64; 2]> {
        let after = match self {
            Self::Adjusted(by) => [available + by, reserved],
            Self::Held(by) => [available - by, reserved + by],
            Self::Freed(by) => [available + by, reserved - by],
            Self::NotAdjusted(by) => return (available + by < 0).then_some([available, reserved]),
            Self::NotHeld(by) => return (available < by).then_some([available, reserved]),
            Self::Read(seen, held) => return ([seen, held] == [available, reserved]).then_some([seen, held]),
        };
        after.iter().all(|count| *count >= 0).then_some(after)
    }
}

/// Whether operations on one article could have happened one after the other, from this stock on. If not, the first that could not.
pub fn stock(start: [i64; 2], history: &[(Span, Stock)]) -> Result<(), usize> {
    // Calls and returns in time; of those at the same moment the calls first, which forbids less.
    let mut moments: Vec<(u64, bool, usize)> = Vec::with_capacity(history.len() * 2);
    for (nth, (span, _)) in history.iter().enumerate() {
        moments.push((span.invoked, false, nth));
        moments.push((span.returned, true, nth));
    }
    moments.sort_unstable();
    // What has taken effect of what is under way, with what that has left.
    let (mut open, mut possible): (Vec<usize>, BTreeMap<BTreeSet<usize>, [i64; 2]>) =
        (Vec::new(), BTreeMap::from([(BTreeSet::new(), start)]));
    for (_, returns, nth) in moments {
        if !returns {
            open.push(nth);
            if open.len() > MOST_AT_ONCE {
                return Err(nth);
            }
            continue;
        }
        spread(history, &open, &mut possible);
        possible.retain(|done, _| done.contains(&nth));
        if possible.is_empty() {
            return Err(nth);
        }
        // From now on it is the past of all that is possible.
        open.retain(|other| *other != nth);
        possible = possible
            .into_iter()
            .map(|(mut done, left)| {
                done.remove(&nth);
                (done, left)
            })
            .collect();
    }
    Ok(())
}

/// Adds all that can have taken effect by now.
fn spread(history: &[(Span, Stock)], open: &[usize], possible: &mut BTreeMap<BTreeSet<usize>, [i64; 2]>) {
    let mut new: Vec<(BTreeSet<usize>, [i64; 2])> = possible.iter().map(|(done, left)| (done.clone(), *left)).collect();
    while let Some((done, left)) = new.pop() {
        for nth in open.iter().filter(|nth| !done.contains(nth)) {
            let Some(after) = history.get(*nth).and_then(|(_, operation)| operation.after(left)) else { continue };
            let mut more = done.clone();
            more.insert(*nth);
            if possible.insert(more.clone(), after).is_none() {
                new.push((more, after));
            }
        }
    }
}

/// Whether what was heard of one key's order could have happened one after the other. If not, why.
pub fn order(history: &[(Span, Order)]) -> Result<(), String> {
    let ids: BTreeSet<&String> = history
        .iter()
        .filter_map(|(_, order)| match order {
            Order::Placed(id) => Some(id),
            Order::Refused | Order::Cancelled | Order::Seen(_) => None,
        })
        .collect();
    if ids.len() > 1 {
        return Err(format!("one key, several orders: {ids:?}"));
    }
    // What each shows: nothing yet, or a stage.
    let shown = |order: &Order| match order {
        Order::Placed(_) => Some(0),
        Order::Cancelled => Some(1),
        Order::Refused => None,
        Order::Seen(stage) => *stage,
    };
    for (span, order) in history {
        let stage = shown(order);
        // Somebody must at least have begun what is seen.
        let begun = |to: usize| {
            history.iter().any(|(other, wrote)| {
                let writes = match wrote {
                    Order::Placed(_) => to == 0,
                    Order::Cancelled => to == 1,
                    Order::Refused | Order::Seen(_) => false,
                };
                writes && other.invoked <= span.returned
            })
        };
        if let (Order::Seen(_), Some(stage)) = (order, stage)
            && !begun(stage)
        {
            return Err(format!("{} was seen before anybody did that", STAGES.get(stage).unwrap_or(&"")));
        }
        let known = history.iter().filter(|(other, _)| other.returned < span.invoked);
        let known = known.filter_map(|(_, other)| shown(other)).max();
        // A repeat of placing it is told what was placed, whatever has become of it.
        if known > stage && !matches!(order, Order::Placed(_)) {
            return Err(format!("{order:?} after somebody had heard of more: {known:?}"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Stock::{Adjusted, Freed, Held, NotAdjusted, NotHeld, Read};
    use super::*;

    fn span(invoked: u64, returned: u64) -> Span {
        Span { invoked, returned }
    }

    fn check(operations: &[(u64, u64, Stock)]) -> Result<(), usize> {
        let history: Vec<_> =
            operations.iter().map(|(invoked, returned, operation)| (span(*invoked, *returned), *operation)).collect();
        stock([2, 0], &history)
    }

    #[test]
    fn what_could_have_happened_is_believed() {
        assert_eq!(check(&[]), Ok(()));
        assert_eq!(check(&[(1, 2, Held(2)), (3, 4, NotHeld(1)), (5, 6, Freed(2)), (7, 8, Read(2, 0))]), Ok(()));
        // Two reads during a hold may see it, or not yet; in either order of their answers.
        assert_eq!(check(&[(1, 9, Held(1)), (2, 3, Read(2, 0)), (4, 5, Read(1, 1))]), Ok(()));
        assert_eq!(check(&[(1, 9, Held(1)), (2, 6, Read(1, 1)), (3, 5, Read(2, 0))]), Ok(()));
        // Who is refused may have been before the stock came, or after it went.
        assert_eq!(check(&[(1, 9, Adjusted(1)), (2, 8, NotHeld(3)), (3, 7, Held(3))]), Ok(()));
        assert_eq!(check(&[(1, 4, NotAdjusted(-3)), (5, 6, Adjusted(-2)), (7, 8, Read(0, 0))]), Ok(()));
    }

    #[test]
    fn what_could_not_have_happened_is_found() {
        // Sold twice.
        assert_eq!(check(&[(1, 4, Held(2)), (2, 5, Held(1))]), Err(1));
        // An effect that nobody sees afterwards.
        assert_eq!(check(&[(1, 2, Held(1)), (3, 4, Read(2, 0))]), Err(1));
        // Seen, and then not any more.
        assert_eq!(check(&[(1, 9, Held(1)), (2, 3, Read(1, 1)), (4, 5, Read(2, 0))]), Err(2));
        // Refused although there was enough all the time.
        assert_eq!(check(&[(1, 2, NotHeld(2))]), Err(0));
        assert_eq!(check(&[(1, 2, Adjusted(5)), (3, 4, NotAdjusted(-7))]), Err(1));
        // Given back twice.
        assert_eq!(check(&[(1, 2, Held(1)), (3, 4, Freed(1)), (5, 6, Freed(1))]), Err(2));
        // Half of an effect.
        assert_eq!(check(&[(1, 9, Held(1)), (2, 3, Read(1, 0))]), Err(1));
        // A lost update: both were granted, and one of them is not there.
        assert_eq!(check(&[(1, 4, Adjusted(1)), (2, 5, Adjusted(1)), (6, 7, Read(3, 0))]), Err(2));
    }

    #[test]
    fn too_many_at_once_are_not_passed_over() {
        let many: Vec<_> = (0..=16).map(|_| (1, 9, Adjusted(1))).collect();
        assert_eq!(check(&many), Err(16));
    }

    #[test]
    fn an_order_is_placed_once_and_moves_on() {
        let placed = |invoked, returned, id: &str| (span(invoked, returned), Order::Placed(id.to_owned()));
        let seen = |invoked, returned, stage| (span(invoked, returned), Order::Seen(stage));
        let off = |invoked, returned| (span(invoked, returned), Order::Cancelled);
        let refused = |invoked, returned| (span(invoked, returned), Order::Refused);
        let good = [
            refused(1, 2),
            placed(3, 6, "a"),
            placed(4, 5, "a"),
            seen(7, 8, Some(0)),
            off(9, 12),
            seen(10, 11, Some(0)),
        ];
        assert_eq!(order(&good), Ok(()));
        assert_eq!(order(&[placed(1, 2, "a"), off(3, 4), placed(5, 6, "a"), seen(7, 8, Some(1))]), Ok(()));
        for (wrong, why) in [
            (vec![placed(1, 2, "a"), placed(1, 2, "b")], "several orders"),
            (vec![placed(1, 2, "a"), refused(3, 4)], "had heard of more"),
            (vec![placed(1, 2, "a"), seen(3, 4, None)], "had heard of more"),
            (vec![placed(1, 2, "a"), off(3, 4), seen(5, 6, Some(0))], "had heard of more"),
            (vec![placed(1, 2, "a"), off(3, 9), seen(4, 5, Some(1)), seen(6, 7, Some(0))], "had heard of more"),
            (vec![seen(1, 2, Some(0)), placed(3, 4, "a")], "before anybody"),
        ] {
            assert!(order(&wrong).is_err_and(|found| found.contains(why)), "{wrong:?}");
        }
    }
}
