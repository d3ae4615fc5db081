//! How an order is shown to staff: each role sees what its work needs, by a type that has no more.

use holdfast_accounts::domain::PostalAddress;
use holdfast_auth::Role;
use holdfast_core::{OrderId, Sku, Timestamp};
use holdfast_http::Customer;
use holdfast_inventory::domain::Take;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ChargeView, LineView, OrderSummary, OrderView, ReturnView, TurnView};
use crate::domain::{Buyer, Order, PaymentStatus, Return, Shipment, Status, Turn};

/// What a member of staff may see of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    /// All of it.
    Whole,
    /// What is packed, and where it goes.
    Parcel,
    /// Figures: nothing personal.
    Figures,
}

/// An order, as the caller's role may see it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum StaffOrder {
    /// Support's and admins'.
    Whole(Box<WholeOrder>),
    /// The warehouse's.
    Parcel(Box<ParcelOrder>),
    /// Analysts'.
    Figures(Box<FiguresOrder>),
}

/// An order with everything that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WholeOrder {
    #[serde(flatten)]
    order: OrderView,
    /// Whose; a guest's where nobody is named.
    customer_id: Option<String>,
    /// From where it was ordered.
    source_ip: Option<String>,
    /// With what, as the shop names it.
    device_id: Option<String>,
    /// From which warehouses it is taken.
    takes: Vec<Take>,
    /// Each step, by whom and why.
    steps: Vec<StepView>,
    /// Its returns.
    returns: Vec<ReturnView>,
}

/// An order, as it is packed and sent.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ParcelOrder {
    /// Its id.
    #[schema(value_type = String)]
    id: OrderId,
    /// By which people name it.
    number: String,
    /// Where it stands.
    status: Status,
    /// What goes into the parcel.
    lines: Vec<ParcelLine>,
    /// From which warehouses it is taken.
    takes: Vec<Take>,
    /// Where it goes; nothing once its buyer was erased.
    shipping_address: Option<PostalAddress>,
    /// How it is sent.
    shipping_method: String,
    /// Its parcel.
    shipment: Option<Shipment>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// What goes into a parcel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ParcelLine {
    /// Of which article.
    #[schema(value_type = String)]
    sku: Sku,
    /// What the product was called.
    title: String,
    /// Its value of each option.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    options: std::collections::BTreeMap<String, String>,
    /// How many.
    quantity: u32,
}

/// An order without anything personal.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FiguresOrder {
    /// Its id.
    #[schema(value_type = String)]
    id: OrderId,
    /// Where it stands.
    status: Status,
    /// Where its money stands.
    payment_status: PaymentStatus,
    /// What was bought.
    lines: Vec<LineView>,
    /// For how much.
    #[serde(flatten)]
    charges: ChargeView,
    /// To which country.
    country: Option<String>,
    /// Each step that it took.
    history: Vec<TurnView>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A step of an order's life, with who took it and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Who: a user's id; nobody where the shop itself did, or a guest.
    actor: Option<String>,
    /// From where.
    from: Option<Status>,
    /// To where.
    to: Status,
    /// Why.
    why: Option<String>,
}

impl Sight {
    /// What this caller may see: the most that any of their roles may.
    pub(super) fn of(caller: &Customer) -> Self {
        let is = |role: Role| caller.roles.contains(&role);
        if is(Role::Admin) || is(Role::Support) {
            Self::Whole
        } else if is(Role::Warehouse) {
            Self::Parcel
        } else {
            Self::Figures
        }
    }

    /// A list's entry, as this caller may see it.
    pub(super) fn summary(self, order: &Order) -> OrderSummary {
        let summary = OrderSummary::of(order);
        match self {
            Self::Whole => summary,
            Self::Parcel | Self::Figures => OrderSummary { customer_id: None, ..summary },
        }
    }

    /// An order, as this caller may see it.
    pub(super) fn order(self, order: &Order, buyer: Option<&Buyer>, returns: &[Return]) -> StaffOrder {
        let address = || buyer.map(|buyer| buyer.shipping_address.clone());
        match self {
            Self::Whole => StaffOrder::Whole(Box::new(WholeOrder {
                order: OrderView::of(order, buyer),
                customer_id: order.owner.customer().map(|user| user.to_string()),
                source_ip: buyer.map(|buyer| buyer.source_ip.to_string()),
                device_id: buyer.and_then(|buyer| buyer.device_id.clone()),
                takes: order.takes.clone(),
                steps: order.history.iter().map(StepView::of).collect(),
                returns: returns.iter().map(ReturnView::of).collect(),
            })),
            Self::Parcel => StaffOrder::Parcel(Box::new(ParcelOrder {
                id: order.id,
                number: order.number().to_string(),
                status: order.status,
                lines: order.lines.iter().map(ParcelLine::of).collect(),
                takes: order.takes.clone(),
                shipping_address: address(),
                shipping_method: order.charges.shipping.label.clone(),
                shipment: order.shipment.clone(),
                created_at: order.created_at,
            })),
            Self::Figures => StaffOrder::Figures(Box::new(FiguresOrder {
                id: order.id,
                status: order.status,
                payment_status: order.payment_status,
                lines: order.lines.iter().map(|line| LineView::of(line, order)).collect(),
                charges: ChargeView::of(order),
                country: address().map(|address| address.country),
                history: OrderView::of(order, None).history,
                created_at: order.created_at,
            })),
        }
    }
}

impl ParcelLine {
    fn of(line: &crate::domain::Line) -> Self {
        Self {
            sku: line.sku.clone(),
            title: line.title.clone(),
            options: line.options.clone(),
            quantity: line.quantity.get(),
        }
    }
}

impl StepView {
    fn of(turn: &Turn) -> Self {
        let Turn { at, actor, from, to, why, .. } = turn.clone();
        Self { at, actor, from, to, why }
    }
}
