//! What stands against a move of stock.

use holdfast_http::Problem;

use crate::domain::Count;
use crate::store::StockItem;

/// 409: fewer can be taken than were wanted.
pub(super) fn insufficient(available: u32) -> Problem {
    let detail = format!("At most {available} can be had.");
    Problem::conflict("insufficient_stock", "There is too little stock", detail)
}

/// 409: less would lie there than is held.
pub(super) fn below_reserved(stock: &StockItem) -> Problem {
    let (on_hand, reserved) = (stock.balance().on_hand(), stock.reserved);
    let detail = format!("Of {on_hand} on hand, {reserved} are held for somebody.");
    Problem::conflict("below_reserved", "Less would be left than is held", detail)
}

/// 409: more would lie there than is counted.
pub(super) fn too_many() -> Problem {
    Problem::conflict(
        "too_much_stock",
        "There would be too much stock",
        format!("A place holds {} at most.", Count::MOST),
    )
}

/// 404: nothing of the article has ever lain there.
pub(super) fn no_stock() -> Problem {
    Problem::not_found("stock")
}
