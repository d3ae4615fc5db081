//! The audit: whether a stock is what its movements add up to.

use super::movement::{Balance, Movement};

/// What is wrong with a stock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// This movement is missing.
    #[error("its movement {0} is missing")]
    Missing(u64),
    /// The movements up to this one do not add up to the balance that it states.
    #[error("its movements up to {0} do not add up to what the last of them left")]
    Sum(u64),
    /// The stock itself is not what its latest movement left.
    #[error("it is not what its movement {0} left")]
    Balance(u64),
}

/// Recomputes a stock from its movements.
///
/// The projection may lag a little: `behind` says whether the stock's last change is so recent that its movement need not
/// be there yet. Movements after `version` are of changes since the stock was read.
pub fn audit(version: u64, stock: Balance, behind: bool, movements: &[Movement]) -> Option<Finding> {
    let mut movements: Vec<_> = movements.iter().filter(|movement| movement.sequence <= version).collect();
    movements.sort_by_key(|movement| movement.sequence);
    let (mut available, mut reserved) = (0_i64, 0_i64);
    let mut expected = 1_u64;
    for movement in &movements {
        if movement.sequence != expected {
            return Some(Finding::Missing(expected));
        }
        available = available.saturating_add(movement.available_by);
        reserved = reserved.saturating_add(movement.reserved_by);
        let stated = (i64::from(movement.after.available), i64::from(movement.after.reserved));
        if (available, reserved) != stated {
            return Some(Finding::Sum(expected));
        }
        expected = expected.saturating_add(1);
    }
    if expected <= version {
        return (!behind).then_some(Finding::Missing(expected));
    }
    let latest = movements.last().map(|movement| movement.after).unwrap_or_default();
    (latest != stock).then_some(Finding::Balance(version))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Kind;
    use holdfast_core::{Id, Timestamp, WarehouseId};
    use proptest::prelude::*;

    fn movements(steps: &[(i64, i64)]) -> Vec<Movement> {
        let (mut available, mut reserved) = (1_000_i64, 1_000_i64);
        let mut all = vec![(1_000, 1_000)];
        all.extend_from_slice(steps);
        let step = |(nth, (a, r)): (u64, &(i64, i64))| {
            if nth > 1 {
                available += a;
                reserved += r;
            }
            Movement {
                sku: "A".parse().unwrap(),
                warehouse_id: WarehouseId::from_bytes([1; 16]),
                sequence: nth,
                kind: Kind::Adjusted,
                available_by: *a,
                reserved_by: *r,
                after: Balance { available: available.try_into().unwrap(), reserved: reserved.try_into().unwrap() },
                reference: String::new(),
                actor: None,
                at: Timestamp::UNIX_EPOCH,
            }
        };
        (1..).zip(&all).map(step).collect()
    }

    fn latest(movements: &[Movement]) -> (u64, Balance) {
        movements.last().map(|last| (last.sequence, last.after)).unwrap()
    }

    proptest! {
        #[test]
        fn what_adds_up_is_found_right_and_what_does_not_is_found(
            steps in proptest::collection::vec((-9_i64..9, -9_i64..9), 1..30), at in 0_usize..30,
        ) {
            let right = movements(&steps);
            let (version, stock) = latest(&right);
            prop_assert_eq!(audit(version, stock, false, &right), None);
            let at = at % right.len();
            let mut lacking = right.clone();
            let gone = lacking.remove(at).sequence;
            prop_assert_eq!(audit(version, stock, false, &lacking), Some(Finding::Missing(gone)));
            let mut wrong = right.clone();
            wrong[at].available_by += 1;
            prop_assert_eq!(audit(version, stock, false, &wrong), Some(Finding::Sum(wrong[at].sequence)));
            let other = Balance { available: stock.available + 1, ..stock };
            prop_assert_eq!(audit(version, other, false, &right), Some(Finding::Balance(version)));
        }
    }

    #[test]
    fn a_projection_may_lag_but_not_for_ever() {
        let all = movements(&[(-1, 1), (-1, 1)]);
        let (version, stock) = latest(&all);
        assert_eq!(audit(version, stock, true, &all[..2]), None);
        assert_eq!(audit(version, stock, false, &all[..2]), Some(Finding::Missing(3)));
        // One that is missing in between is no lag.
        assert_eq!(audit(version, stock, true, &[all[0].clone(), all[2].clone()]), Some(Finding::Missing(2)));
        // What happened since the stock was read is not its affair.
        assert_eq!(audit(2, all[1].after, false, &all), None);
    }
}
