//! How an order is shown to its owner.

use holdfast_accounts::domain::PostalAddress;
use holdfast_core::{Money, OrderId, ProductId, ReturnId, Sku, Timestamp, VariantId};
use holdfast_http::MoneySchema;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Buyer, Line, Order, PaymentStatus, Return, ReturnStatus, Returned, Shipment, Status, Turn};

/// An order, as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderSummary {
    /// Its id.
    #[schema(value_type = String, example = "ord_01kdvdna0023hc8t35x63mc56q")]
    pub id: OrderId,
    /// By which people name it.
    #[schema(example = "8T35-X63M-C56Q")]
    pub number: String,
    /// Where it stands.
    pub status: Status,
    /// Where its money stands.
    pub payment_status: PaymentStatus,
    /// How many pieces.
    pub quantity: u64,
    /// What is to be paid, or was.
    #[schema(value_type = MoneySchema)]
    pub total: Money,
    /// Whose; a guest's where nobody is named.
    pub customer_id: Option<String>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// An order.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderView {
    /// Its id.
    #[schema(value_type = String, example = "ord_01kdvdna0023hc8t35x63mc56q")]
    pub id: OrderId,
    /// By which people name it.
    #[schema(example = "8T35-X63M-C56Q")]
    pub number: String,
    /// Where it stands.
    pub status: Status,
    /// Where its money stands.
    pub payment_status: PaymentStatus,
    /// What was bought.
    pub lines: Vec<LineView>,
    /// For how much.
    #[serde(flatten)]
    pub charges: ChargeView,
    /// Where the parcel goes; nothing once its buyer was erased.
    pub shipping_address: Option<PostalAddress>,
    /// Where the invoice goes, if elsewhere.
    pub billing_address: Option<PostalAddress>,
    /// Where mails about it go, if an address was named for it.
    pub email: Option<String>,
    /// Until when its stock is held for certain.
    #[schema(value_type = String, format = DateTime)]
    pub reservation_expires_at: Timestamp,
    /// Its parcel.
    pub shipment: Option<Shipment>,
    /// How much went back.
    #[schema(value_type = MoneySchema)]
    pub refunded: Money,
    /// Each step that it took.
    pub history: Vec<TurnView>,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

/// A line of an order.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// Of which article.
    #[schema(value_type = String, example = "TEE-M")]
    pub sku: Sku,
    /// Which product.
    #[schema(value_type = String)]
    pub product_id: ProductId,
    /// Which of its variants.
    #[schema(value_type = String)]
    pub variant_id: VariantId,
    /// What the product was called.
    pub title: String,
    /// Its value of each option.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub options: std::collections::BTreeMap<String, String>,
    /// Its picture.
    pub image: Option<String>,
    /// How many.
    #[schema(example = 2)]
    pub quantity: u32,
    /// What each cost.
    #[schema(value_type = MoneySchema)]
    pub unit_price: Money,
    /// What all of them cost.
    #[schema(value_type = MoneySchema)]
    pub total: Money,
    /// The tax on that.
    #[schema(value_type = MoneySchema)]
    pub tax: Money,
}

/// What an order costs: `total = subtotal + shipping + tax`, without the tax where prices include it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChargeView {
    /// All lines.
    #[schema(value_type = MoneySchema)]
    pub subtotal: Money,
    /// Sending it.
    #[schema(value_type = MoneySchema)]
    pub shipping: Money,
    /// How it is sent: the method's id.
    pub shipping_method: String,
    /// What that was called.
    pub shipping_label: String,
    /// All tax.
    #[schema(value_type = MoneySchema)]
    pub tax: Money,
    /// Whether the prices include it.
    pub tax_included: bool,
    /// What is to be paid.
    #[schema(value_type = MoneySchema)]
    pub total: Money,
}

/// A step of an order's life.
#[derive(Debug, Serialize, ToSchema)]
pub struct TurnView {
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// From where; from nowhere where it began.
    pub from: Option<Status>,
    /// To where.
    pub to: Status,
}

/// A return.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReturnView {
    /// Its id.
    #[schema(value_type = String, example = "ret_01kdvdna0023hc8t35x63mc56q")]
    pub id: ReturnId,
    /// Of which order.
    #[schema(value_type = String)]
    pub order_id: OrderId,
    /// Where it stands.
    pub status: ReturnStatus,
    /// What comes back.
    pub lines: Vec<Returned>,
    /// Why, in the buyer's words.
    pub reason: String,
    /// What is refunded when it has come.
    #[schema(value_type = MoneySchema)]
    pub refund: Money,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

impl OrderSummary {
    pub(super) fn of(order: &Order) -> Self {
        Self {
            id: order.id,
            number: order.number().to_string(),
            status: order.status,
            payment_status: order.payment_status,
            quantity: order.lines.iter().map(|line| u64::from(line.quantity.get())).sum(),
            total: order.money(order.charges.total),
            customer_id: order.owner.customer().map(|user| user.to_string()),
            created_at: order.created_at,
        }
    }
}

impl OrderView {
    /// As its owner sees it.
    pub fn of(order: &Order, buyer: Option<&Buyer>) -> Self {
        Self {
            id: order.id,
            number: order.number().to_string(),
            status: order.status,
            payment_status: order.payment_status,
            lines: order.lines.iter().map(|line| LineView::of(line, order)).collect(),
            charges: ChargeView::of(order),
            shipping_address: buyer.map(|buyer| buyer.shipping_address.clone()),
            billing_address: buyer.and_then(|buyer| buyer.billing_address.clone()),
            email: buyer.and_then(|buyer| buyer.email.as_ref()).map(|email| email.as_str().to_owned()),
            reservation_expires_at: order.reservation_expires_at,
            shipment: order.shipment.clone(),
            refunded: order.money(order.refunded),
            history: order.history.iter().map(TurnView::of).collect(),
            created_at: order.created_at,
        }
    }
}

impl LineView {
    pub(super) fn of(line: &Line, order: &Order) -> Self {
        Self {
            sku: line.sku.clone(),
            product_id: line.place.product_id,
            variant_id: line.place.variant_id,
            title: line.title.clone(),
            options: line.options.clone(),
            image: line.image.clone(),
            quantity: line.quantity.get(),
            unit_price: order.money(line.unit_price),
            total: order.money(line.total),
            tax: order.money(line.tax),
        }
    }
}

impl ChargeView {
    pub(super) fn of(order: &Order) -> Self {
        let charges = &order.charges;
        Self {
            subtotal: order.money(charges.subtotal),
            shipping: order.money(charges.shipping.amount),
            shipping_method: charges.shipping.method.clone(),
            shipping_label: charges.shipping.label.clone(),
            tax: order.money(charges.tax),
            tax_included: charges.tax_included,
            total: order.money(charges.total),
        }
    }
}

impl TurnView {
    fn of(turn: &Turn) -> Self {
        Self { at: turn.at, from: turn.from, to: turn.to }
    }
}

impl ReturnView {
    pub(super) fn of(back: &Return) -> Self {
        Self {
            id: back.id,
            order_id: back.order_id,
            status: back.status,
            lines: back.lines.clone(),
            reason: back.reason.clone(),
            refund: back.refund,
            created_at: back.created_at,
        }
    }

    /// As it was asked for: what a repeat of that request is answered.
    pub(super) fn as_asked(back: &Return) -> Self {
        Self { status: ReturnStatus::Requested, ..Self::of(back) }
    }
}
