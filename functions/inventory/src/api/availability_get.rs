//! GET /v1/availability: whether articles can be had, for everybody.

use axum::extract::State;
use axum::response::Response;
use holdfast_core::Sku;
use holdfast_http::{Freshness, IfNoneMatch, Listed, OurFault, Problem, Query, QueryProblems, endpoint};
use holdfast_runtime::Function;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::domain::Level;
use crate::store::{Inventory, Stock};

/// The most articles that one request asks for: what a list page shows.
const MOST_SKUS: usize = 50;
/// How long an answer may be shown: checkout decides, and a page that is a little behind misleads nobody for long.
const CACHED: Freshness = Freshness::Public(10);

/// Which articles.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AvailabilityQuery {
    /// SKUs with commas between them, 1 to 50.
    #[param(example = "TEE-M,TEE-L")]
    skus: String,
}

/// Whether an article can be had.
#[derive(Serialize, ToSchema)]
pub struct ArticleAvailability {
    /// Which.
    #[schema(value_type = String, example = "TEE-M")]
    sku: Sku,
    /// How well it is stocked. What is not kept at all is out.
    availability: Level,
    /// How many are left, when there are few; how many there are is nobody's business else.
    #[serde(skip_serializing_if = "Option::is_none")]
    available: Option<u32>,
}

/// Whether articles can be had: in stock, low or out.
#[utoipa::path(
    get, path = "/v1/availability", operation_id = "availability_get", tag = "inventory", security(()),
    params(AvailabilityQuery),
    responses(
        (status = 200, description = "One for each SKU, in their order", body = Listed<ArticleAvailability>, headers(("etag" = String, description = "Names what it says"))),
        (status = 304, description = "What If-None-Match names is still so"),
        QueryProblems, OurFault
    )
)]
async fn availability_get(
    State(inventory): State<Inventory>,
    known: IfNoneMatch,
    Query(query): Query<AvailabilityQuery>,
) -> Result<Response, Problem> {
    let skus = parsed(&query.skus)?;
    let (stocks, _) = inventory.stocks(&skus).await?;
    let items = skus.into_iter().map(|sku| ArticleAvailability::of(stocks.get(&sku), sku)).collect();
    Ok(known.answer(&Listed::<ArticleAvailability>::whole(items), None, CACHED))
}

fn parsed(skus: &str) -> Result<Vec<Sku>, Problem> {
    let wrong = |why: String| Problem::invalid("?skus", why);
    let mut all: Vec<Sku> = Vec::new();
    for text in skus.split(',') {
        let sku = text.parse().map_err(|error| wrong(format!("{text:?} {error}")))?;
        if !all.contains(&sku) {
            all.push(sku);
        }
        if all.len() > MOST_SKUS {
            return Err(wrong(format!("must name 1 to {MOST_SKUS} SKUs")));
        }
    }
    Ok(all)
}

impl ArticleAvailability {
    fn of(stock: Option<&Stock>, sku: Sku) -> Self {
        let (available, threshold) =
            stock.map_or((0, 0), |stock| (stock.available(), stock.article.low_stock_threshold));
        let availability = Level::of(available, threshold);
        Self { sku, availability, available: (availability == Level::Low).then_some(available) }
    }
}

/// availability-get.
pub fn function() -> Function {
    endpoint::<Inventory>("availability-get", || routes!(availability_get))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fiftieth_sku_is_the_last() {
        let skus = |count: usize| (0..count).map(|nth| format!("S{nth}")).collect::<Vec<_>>().join(",");
        assert_eq!(parsed(&skus(50)).map(|skus| skus.len()).ok(), Some(50));
        assert!(parsed(&skus(51)).is_err() && parsed("").is_err() && parsed("a,,b").is_err() && parsed("a b").is_err());
        assert_eq!(parsed("a,b,a").unwrap().len(), 2);
    }
}
