//! The items of the inventory table. A test holds their keys to the letter.

use holdfast_core::{ReceiptId, ReservationId, Sku, Timestamp, WarehouseId};
use holdfast_dynamo::{Item, Key};
use holdfast_http::Fingerprint;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::reservations::REMEMBERED;
use crate::domain::{
    Balance, Holder, Kind, Level, Movement, Note, Priority, Reservation, Status, Take, Turn, Warehouse, WarehouseName,
};

/// The one shard of a stock for now: a stock that many buy from at once can get more, each with a part of it.
pub(super) const SHARD: u8 = 0;
/// The index partition in which articles list by SKU.
pub(super) const ARTICLES: &str = "ARTICLES";
/// The index partition in which articles list that are low or out.
pub(super) const LOW: &str = "LOW";
/// The partition of all warehouses: there are few, and all are read together.
pub(super) const WAREHOUSES: &str = "WAREHOUSES";
/// Over how many partitions of the index active reservations are spread: one takes a thousand writes a second.
pub(super) const BUCKETS: u8 = 8;

pub(super) fn article_partition(sku: &Sku) -> String {
    format!("STOCK#{sku}")
}

pub(super) fn article_key(sku: &Sku) -> Key {
    Key::new(article_partition(sku), "ARTICLE")
}

pub(super) fn level_key(sku: &Sku) -> Key {
    Key::new(article_partition(sku), "LEVEL")
}

pub(super) fn stock_key(sku: &Sku, warehouse: WarehouseId) -> Key {
    Key::new(article_partition(sku), format!("WAREHOUSE#{warehouse}#{SHARD}"))
}

pub(super) fn warehouse_key(id: WarehouseId) -> Key {
    Key::new(WAREHOUSES, id.to_string())
}

/// How many warehouses were opened: none is ever closed.
pub(super) fn opened_key() -> Key {
    Key::new(WAREHOUSES, "OPENED")
}

pub(super) fn reservation_key(id: ReservationId) -> Key {
    Key::new(format!("RESERVATION#{id}"), "RESERVATION")
}

pub(super) fn timer_key(id: ReservationId) -> Key {
    Key::new(format!("TIMER#{id}"), "TIMER")
}

pub(super) fn receipt_key(id: ReceiptId) -> Key {
    Key::new(format!("RECEIPT#{id}"), "RECEIPT")
}

pub(super) fn movements_partition(sku: &Sku) -> String {
    format!("MOVEMENTS#{sku}")
}

/// The index partition of a bucket of active reservations.
pub(super) fn active_partition(bucket: u8) -> String {
    format!("ACTIVE#{bucket}")
}

/// A moment as a place in the index: it sorts as the moment does.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond().max(0))
}

fn bucket(id: ReservationId) -> u8 {
    id.to_string().bytes().last().map_or(0, |byte| byte % BUCKETS)
}

/// A stock: an article in a warehouse. It carries the event of its latest movement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StockItem {
    /// Which article.
    pub sku: Sku,
    /// Where.
    pub warehouse_id: WarehouseId,
    /// Which part of it.
    pub shard: u8,
    /// What can be taken.
    pub available: u32,
    /// What is held.
    pub reserved: u32,
    /// Counts its movements.
    pub version: u64,
}

impl StockItem {
    /// What lies there.
    pub(crate) fn balance(&self) -> Balance {
        Balance { available: self.available, reserved: self.reserved }
    }
}

impl Item for StockItem {
    const ENTITY: &'static str = "stock";
    fn key(&self) -> Key {
        stock_key(&self.sku, self.warehouse_id)
    }
}

/// An article, over all warehouses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArticleItem {
    /// Which.
    pub sku: Sku,
    /// At how many it counts as low.
    pub low_stock_threshold: u32,
    /// Counts its changes.
    pub version: u64,
    /// Since when it is kept.
    pub created_at: Timestamp,
}

impl Item for ArticleItem {
    const ENTITY: &'static str = "article";
    fn key(&self) -> Key {
        article_key(&self.sku)
    }
    fn gsi1(&self) -> Option<Key> {
        Some(Key::new(ARTICLES, self.sku.as_str()))
    }
}

/// How well an article is stocked: written by the projector when it changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LevelItem {
    /// Which article.
    pub sku: Sku,
    /// How well.
    pub level: Level,
    /// Counts its changes.
    pub version: u64,
}

impl Item for LevelItem {
    const ENTITY: &'static str = "level";
    fn key(&self) -> Key {
        level_key(&self.sku)
    }
    fn gsi1(&self) -> Option<Key> {
        self.level.is_low().then(|| Key::new(LOW, self.sku.as_str()))
    }
}

/// A warehouse.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct WarehouseItem {
    id: WarehouseId,
    name: WarehouseName,
    priority: Priority,
    version: u64,
    created_at: Timestamp,
}

impl Item for WarehouseItem {
    const ENTITY: &'static str = "warehouse";
    fn key(&self) -> Key {
        warehouse_key(self.id)
    }
}

impl From<Warehouse> for WarehouseItem {
    fn from(Warehouse { id, name, priority, version, created_at }: Warehouse) -> Self {
        Self { id, name, priority, version, created_at }
    }
}

impl From<WarehouseItem> for Warehouse {
    fn from(WarehouseItem { id, name, priority, version, created_at }: WarehouseItem) -> Self {
        Self { id, name, priority, version, created_at }
    }
}

/// A reservation. While it is active it shows in the index by its expiry, and carries no TTL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReservationItem {
    pub(super) id: ReservationId,
    version: u64,
    pub(super) lines: Vec<Take>,
    pub(super) reference: Note,
    pub(super) status: Status,
    pub(super) created_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) history: Vec<Turn>,
    /// Of the request of staff's that made it, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) fingerprint: Option<Fingerprint>,
}

impl Item for ReservationItem {
    const ENTITY: &'static str = "reservation";
    fn key(&self) -> Key {
        reservation_key(self.id)
    }
    fn gsi1(&self) -> Option<Key> {
        let place = || Key::new(active_partition(bucket(self.id)), format!("{}#{}", moment(self.expires_at), self.id));
        (self.status == Status::Active).then(place)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        // One that is sold as it begins is over already; an active one must not go before it is.
        (self.status != Status::Active).then(|| self.created_at.saturating_add(REMEMBERED).ok()).flatten()
    }
}

impl ReservationItem {
    pub(super) fn new(reservation: Reservation, fingerprint: Option<Fingerprint>) -> Self {
        let Reservation { id, lines, reference, status, created_at, expires_at, history, .. } = reservation;
        Self { id, version: 1, lines, reference, status, created_at, expires_at, history, fingerprint }
    }
}

impl From<ReservationItem> for Reservation {
    fn from(item: ReservationItem) -> Self {
        let ReservationItem { id, lines, reference, status, created_at, expires_at, history, fingerprint, .. } = item;
        let holder = if fingerprint.is_some() { Holder::Desk } else { Holder::Another };
        Self { id, lines, holder, reference, status, created_at, expires_at, history }
    }
}

/// Lies beside a reservation until its time is up: its removal is a hint to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimerItem {
    /// Whose.
    pub reservation_id: ReservationId,
    /// When.
    pub due_at: Timestamp,
}

impl Item for TimerItem {
    const ENTITY: &'static str = "timer";
    fn key(&self) -> Key {
        timer_key(self.reservation_id)
    }
    fn expires_at(&self) -> Option<Timestamp> {
        // A TTL has whole seconds: the next one, because a hint that comes early does not come again.
        self.due_at.checked_add(SignedDuration::from_millis(999)).ok()
    }
}

/// What a keyed request did, for whoever asks again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct ReceiptItem {
    pub(super) id: ReceiptId,
    pub(super) fingerprint: Fingerprint,
    /// As JSON in a text: an answer's numbers come back as they went.
    pub(super) answer: String,
}

impl ReceiptItem {
    pub(super) fn answer(&self) -> Value {
        serde_json::from_str(&self.answer).unwrap_or_default()
    }
}

impl Item for ReceiptItem {
    const ENTITY: &'static str = "receipt";
    fn key(&self) -> Key {
        receipt_key(self.id)
    }
}

/// An article that a request's counts have been applied to: none happens twice, whatever happened between.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct CountedItem {
    pub(super) receipt: ReceiptId,
    pub(super) sku: Sku,
}

impl Item for CountedItem {
    const ENTITY: &'static str = "counted";
    fn key(&self) -> Key {
        Key::new(format!("RECEIPT#{}", self.receipt), format!("COUNTED#{}", self.sku))
    }
}

/// A movement. Its key is the stock's and the sequence's: projecting it again finds it there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct MovementItem {
    sku: Sku,
    warehouse_id: WarehouseId,
    sequence: u64,
    kind: Kind,
    available_by: i64,
    reserved_by: i64,
    after: Balance,
    reference: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    actor: Option<String>,
    at: Timestamp,
}

impl Item for MovementItem {
    const ENTITY: &'static str = "movement";
    fn key(&self) -> Key {
        let place = format!("{}#{}#{:012}", moment(self.at), self.warehouse_id, self.sequence);
        Key::new(movements_partition(&self.sku), place)
    }
}

impl From<Movement> for MovementItem {
    fn from(movement: Movement) -> Self {
        let Movement { sku, warehouse_id, sequence, kind, available_by, reserved_by, after, reference, actor, at } =
            movement;
        Self { sku, warehouse_id, sequence, kind, available_by, reserved_by, after, reference, actor, at }
    }
}

impl From<MovementItem> for Movement {
    fn from(item: MovementItem) -> Self {
        let MovementItem { sku, warehouse_id, sequence, kind, available_by, reserved_by, after, reference, actor, at } =
            item;
        Self { sku, warehouse_id, sequence, kind, available_by, reserved_by, after, reference, actor, at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use holdfast_core::Id;

    const ZERO: &str = "00000000000000000000000000";

    #[test]
    fn keys_are_these_to_the_letter() {
        let sku: Sku = "TEE-M".parse().unwrap();
        let (warehouse, reservation) = (WarehouseId::from_bytes([0; 16]), ReservationId::from_bytes([0; 16]));
        let is = |key: Key, pk: &str, sk: &str| assert_eq!((key.pk.as_str(), key.sk.as_str()), (pk, sk));
        is(stock_key(&sku, warehouse), "STOCK#TEE-M", &format!("WAREHOUSE#whs_{ZERO}#0"));
        is(article_key(&sku), "STOCK#TEE-M", "ARTICLE");
        is(level_key(&sku), "STOCK#TEE-M", "LEVEL");
        is(warehouse_key(warehouse), "WAREHOUSES", &format!("whs_{ZERO}"));
        is(opened_key(), "WAREHOUSES", "OPENED");
        is(reservation_key(reservation), &format!("RESERVATION#rsv_{ZERO}"), "RESERVATION");
        is(timer_key(reservation), &format!("TIMER#rsv_{ZERO}"), "TIMER");
        is(receipt_key(ReceiptId::from_bytes([0; 16])), &format!("RECEIPT#rct_{ZERO}"), "RECEIPT");
        let movement = Movement {
            sku,
            warehouse_id: warehouse,
            sequence: 42,
            kind: Kind::Held,
            available_by: -1,
            reserved_by: 1,
            after: Balance::default(),
            reference: String::new(),
            actor: None,
            at: Timestamp::from_millisecond(1_767_225_600_000).unwrap(),
        };
        let place = format!("1767225600000#whs_{ZERO}#000000000042");
        is(MovementItem::from(movement).key(), "MOVEMENTS#TEE-M", &place);
    }

    fn reservation(status: Status) -> ReservationItem {
        let reservation = Reservation {
            id: ReservationId::from_bytes([0; 16]),
            lines: Vec::new(),
            holder: Holder::Another,
            reference: "a call".to_owned().try_into().unwrap(),
            status,
            created_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::from_millisecond(60_500).unwrap(),
            history: Vec::new(),
        };
        ReservationItem::new(reservation, None)
    }

    #[test]
    fn a_reservation_is_in_the_index_while_it_is_active_and_carries_no_ttl() {
        let place = Key::new("ACTIVE#0", format!("0000000060500#rsv_{ZERO}"));
        assert_eq!(reservation(Status::Active).gsi1(), Some(place));
        assert_eq!(reservation(Status::Active).expires_at(), None);
        assert_eq!(reservation(Status::Released).gsi1(), None);
    }

    #[test]
    fn a_timer_never_goes_off_early() {
        let due = |ms| {
            let due_at = Timestamp::from_millisecond(ms).unwrap();
            let timer = TimerItem { reservation_id: ReservationId::from_bytes([0; 16]), due_at };
            timer.expires_at().unwrap().as_second()
        };
        assert_eq!([due(60_000), due(60_001), due(60_999)], [60, 61, 61]);
    }
}
