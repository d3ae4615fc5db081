//! How a cart is shown: what was put in, and what that is and costs now.

use std::collections::{BTreeMap, HashMap};

use holdfast_catalog::wares::Ware;
use holdfast_core::{CartId, Money, ProductId, Sku, Timestamp, VariantId};
use holdfast_http::{MoneySchema, Problem};
use holdfast_inventory::domain::Shelf;
use holdfast_inventory::holds::Warehouses;
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::{Cart, Line};
use crate::shopper::CartToken;
use crate::store::Trolleys;

/// A cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartView {
    /// Its id; none while nothing was put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "crt_01kdvdna0023hc8t35x63mc56q")]
    id: Option<CartId>,
    /// Counts its changes: checkout can be held to it.
    version: u64,
    /// What is in it.
    lines: Vec<CartLineView>,
    /// What it adds up to, at today's prices.
    totals: Totals,
    /// What whoever shops should know before ordering.
    warnings: Vec<Warning>,
    /// From when on it is none, if nothing changes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// What opens it to a guest: said once, when it is new. Send it as X-Cart-Token.
    #[serde(skip_serializing_if = "Option::is_none")]
    cart_token: Option<String>,
}

/// A line of a cart.
#[derive(Debug, Serialize, ToSchema)]
pub struct CartLineView {
    /// Of which article.
    #[schema(value_type = String, example = "MUG-BLUE-L")]
    sku: Sku,
    /// Which product.
    #[schema(value_type = String)]
    product_id: ProductId,
    /// Which of its variants.
    #[schema(value_type = String)]
    variant_id: VariantId,
    /// The product's title.
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<String>,
    /// Its value of each of the product's options.
    options: BTreeMap<String, String>,
    /// Where the product's picture is seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<String>,
    /// How many.
    #[schema(example = 2)]
    quantity: u32,
    /// What each cost when it was put in.
    #[schema(value_type = MoneySchema)]
    unit_price: Money,
    /// What each costs now; nothing when it is not sold any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneySchema>)]
    current_unit_price: Option<Money>,
    /// What all of them cost now; nothing when it is not sold any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneySchema>)]
    total: Option<Money>,
    /// What has changed since it was put in.
    #[serde(skip_serializing_if = "Option::is_none")]
    changed: Option<Changed>,
    /// How many can be had, when those are fewer than are wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<u32>,
}

/// What has changed of an article since it was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Changed {
    /// It costs more.
    PriceUp,
    /// It costs less.
    PriceDown,
    /// It is sold in another currency.
    Currency,
    /// It is not sold any more.
    Gone,
}

/// What a cart adds up to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Totals {
    /// How many pieces.
    quantity: u32,
    /// What is still sold of it, at today's prices; nothing while the cart is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<MoneySchema>)]
    subtotal: Option<Money>,
}

/// What whoever shops should know.
#[derive(Debug, Serialize, ToSchema)]
pub struct Warning {
    /// Of which article.
    #[schema(value_type = String)]
    sku: Sku,
    /// price_up, price_down, currency, gone or short.
    #[schema(example = "short")]
    code: &'static str,
    /// In words.
    detail: String,
}

impl CartView {
    /// No cart: nothing in it.
    pub(super) fn of_nothing() -> Self {
        let totals = Totals { quantity: 0, subtotal: None };
        let (lines, warnings) = (Vec::new(), Vec::new());
        Self { id: None, version: 0, lines, totals, warnings, expires_at: None, cart_token: None }
    }

    /// A cart with nothing in it.
    pub(super) fn emptied(cart: &Cart) -> Self {
        Self { id: Some(cart.id), version: cart.version, expires_at: Some(cart.expires_at), ..Self::of_nothing() }
    }

    /// With the token, when it has just been made.
    pub(super) fn with_token(self, token: Option<&CartToken>) -> Self {
        Self { cart_token: token.map(|token| token.expose().to_owned()), ..self }
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    fn of(cart: &Cart, wares: &HashMap<Sku, Ware>, shelves: &HashMap<Sku, Vec<Shelf>>) -> Self {
        let available = |sku: &Sku| {
            let shelves = shelves.get(sku).map_or(&[] as &[Shelf], Vec::as_slice);
            shelves.iter().fold(0, |sum: u32, shelf| sum.saturating_add(shelf.available))
        };
        let line = |line: &Line| CartLineView::of(line, wares.get(&line.sku), available(&line.sku));
        let lines: Vec<_> = cart.lines.iter().map(line).collect();
        let warnings = lines.iter().flat_map(CartLineView::warnings).collect();
        let totals = Totals::of(&lines);
        Self { lines, totals, warnings, ..Self::emptied(cart) }
    }
}

impl Trolleys {
    /// A cart, with what is true now of all that is in it.
    pub(super) async fn view(&self, cart: Option<&Cart>) -> Result<CartView, Problem> {
        self.view_with(cart, &self.holds.warehouses().await?).await
    }

    /// The same where the warehouses are known: in one round trip.
    pub(super) async fn view_with(&self, cart: Option<&Cart>, of: &Warehouses) -> Result<CartView, Problem> {
        let Some(cart) = cart else { return Ok(CartView::of_nothing()) };
        if cart.lines.is_empty() {
            return Ok(CartView::emptied(cart));
        }
        let skus: Vec<_> = cart.lines.iter().map(|line| line.sku.clone()).collect();
        let wares = self.wares.now(cart.lines.iter().map(|line| line.place));
        let (wares, shelves) = futures::try_join!(wares, self.holds.shelves(&skus, of))?;
        Ok(CartView::of(cart, &wares, &shelves))
    }
}

impl Totals {
    fn of(lines: &[CartLineView]) -> Self {
        let quantity = lines.iter().fold(0, |sum: u32, line| sum.saturating_add(line.quantity));
        let mut sold = lines.iter().filter_map(|line| line.total);
        // 45 lines of 999 of the dearest ware are far below what an amount can hold; two currencies are told of by a warning.
        let subtotal = sold.next().and_then(|first| sold.try_fold(first, |sum, total| sum.plus(total).ok()));
        Self { quantity, subtotal }
    }
}

impl CartLineView {
    fn of(line: &Line, ware: Option<&Ware>, available: u32) -> Self {
        let price = ware.filter(|ware| ware.sold).map(|ware| ware.price);
        let changed = match price {
            None => Some(Changed::Gone),
            Some(now) if now == line.unit_price => None,
            Some(now) if now.currency != line.unit_price.currency => Some(Changed::Currency),
            Some(now) if now.amount < line.unit_price.amount => Some(Changed::PriceDown),
            Some(_) => Some(Changed::PriceUp),
        };
        let quantity = line.quantity.get();
        Self {
            sku: line.sku.clone(),
            product_id: line.place.product_id,
            variant_id: line.place.variant_id,
            title: ware.map(|ware| ware.title.clone()),
            options: ware.map(|ware| ware.options.clone()).unwrap_or_default(),
            image: ware.and_then(|ware| ware.image.clone()),
            quantity,
            unit_price: line.unit_price,
            current_unit_price: price,
            total: price.and_then(|price| price.times(quantity).ok()),
            changed,
            available: (available < quantity).then_some(available),
        }
    }

    fn warnings(&self) -> impl Iterator<Item = Warning> {
        let warning = |code, detail: String| Warning { sku: self.sku.clone(), code, detail };
        let changed = self.changed.map(|changed| match changed {
            Changed::Gone => warning("gone", format!("{} is not sold any more.", self.sku)),
            Changed::Currency => warning("currency", format!("{} is sold in another currency now.", self.sku)),
            Changed::PriceUp => warning("price_up", format!("{} has become dearer.", self.sku)),
            Changed::PriceDown => warning("price_down", format!("{} has become cheaper.", self.sku)),
        });
        let short = self.available.filter(|_| self.changed != Some(Changed::Gone));
        let short = short.map(|left| warning("short", format!("{left} of {} can be had.", self.sku)));
        changed.into_iter().chain(short)
    }
}
