//! The payment gateway: its API under /dev/gateway/v1, and the pages on which a person pays.

use axum::body::Bytes;
use holdfast_core::{Money, Timestamp};
use http::uri::PathAndQuery;
use http::{Method, Request, Response, StatusCode, Uri};

use super::html::{Escaped, frame, shown};
use super::{page, refuse};
use crate::World;
use crate::engines::gateway::{CARDS, Intent, IntentStatus};

/// Where all of it is.
const ROOT: &str = crate::internet::GATEWAY;

/// Whether a path is one of these.
pub(super) fn is_gateway(path: &str) -> bool {
    path.strip_prefix(ROOT).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers a request under /dev/gateway.
pub(super) async fn answer(world: &World, request: Request<Bytes>) -> Response<Bytes> {
    let path = request.uri().path().strip_prefix(ROOT).unwrap_or_default().to_owned();
    if path.starts_with("/v1/") {
        return match within(request) {
            Some(request) => world.gateway().handle(request).await,
            None => refuse(StatusCode::BAD_REQUEST, "this is no address of the gateway's API"),
        };
    }
    match (request.method(), path.strip_prefix("/pay/")) {
        (&Method::GET, None) if path.trim_matches('/').is_empty() => match world.gateway().intents() {
            Ok(intents) => page(&list(&intents)),
            Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
        },
        (&Method::GET, Some(id)) => show(world, id, ""),
        (&Method::POST, Some(id)) => {
            let outcome = outcome(sent(world, id, request.body()));
            show(world, id, &outcome)
        }
        (_, None) if !path.trim_matches('/').is_empty() => {
            refuse(StatusCode::NOT_FOUND, "there is /dev/gateway, /dev/gateway/pay/{intent} and /dev/gateway/v1")
        }
        _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "GET shows a page, POST pays"),
    }
}

/// The request as the gateway's API sees it.
pub(crate) fn within(request: Request<Bytes>) -> Option<Request<Bytes>> {
    let (mut parts, body) = request.into_parts();
    let path = parts.uri.path_and_query()?.as_str().strip_prefix(ROOT)?.parse::<PathAndQuery>().ok()?;
    parts.uri = Uri::from(path);
    Some(Request::from_parts(parts, body))
}

/// What a form on the page says, done.
fn sent(world: &World, id: &str, body: &Bytes) -> Result<Intent, String> {
    let fields: Vec<_> = form_urlencoded::parse(body).collect();
    match fields.as_slice() {
        [(name, method)] if name == "payment_method" => world.gateway().pay(id, method),
        [(name, answer)] if name == "authenticated" && (answer == "yes" || answer == "no") => {
            world.gateway().authenticate(id, answer == "yes")
        }
        _ => Err("a form names a payment method, or says whether the customer authenticated".to_owned()),
    }
}

fn outcome(done: Result<Intent, String>) -> String {
    let (class, words) = match done {
        Err(reason) => ("ill", reason),
        Ok(intent) => match &intent.last_payment_error {
            Some(error) => ("ill", error["message"].as_str().unwrap_or("The payment failed.").to_owned()),
            None => ("well", format!("The payment is {} now.", intent.status.name())),
        },
    };
    format!("<article class=\"{class}\" role=\"status\"><p>{}</p></article>", Escaped(&words))
}

fn list(intents: &[Intent]) -> String {
    let nav =
        "<nav>Stripe's API is under <code>/dev/gateway/v1</code>, for the key <code>sk_test_sandbox</code>.</nav>";
    if intents.is_empty() {
        return frame("Payments", &format!("{nav}<p class=\"empty\">Nobody has been asked to pay yet.</p>"));
    }
    let articles: String = intents.iter().map(article).collect();
    frame("Payments", &format!("{nav}{articles}"))
}

fn show(world: &World, id: &str, outcome: &str) -> Response<Bytes> {
    let found = world.gateway().intents().map(|all| all.into_iter().find(|intent| intent.id == id));
    match found {
        Ok(Some(intent)) => {
            let nav = "<nav><a href=\"/dev/gateway\">all payments</a></nav>";
            page(&frame("Pay", &format!("{nav}{outcome}{}", article(&intent))))
        }
        Ok(None) => refuse(StatusCode::NOT_FOUND, "there is no such payment"),
        Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn article(intent: &Intent) -> String {
    let made = Timestamp::from_second(intent.created).map(shown).unwrap_or_default();
    let order = intent.metadata.iter().map(|(name, value)| format!("{name} {value} · "));
    let form = match intent.status {
        IntentStatus::RequiresPaymentMethod | IntentStatus::RequiresConfirmation => form_to_pay(&intent.id),
        IntentStatus::RequiresAction => form_to_authenticate(&intent.id),
        IntentStatus::Processing | IntentStatus::Succeeded | IntentStatus::Canceled => String::new(),
    };
    format!(
        "<article><details open><summary><b><a href=\"{ROOT}/pay/{id}\">{id}</a></b><span>{amount}</span>\
         <span>{status}</span></summary><p>{about}{made}</p>{form}</details></article>",
        id = Escaped(&intent.id),
        amount = Escaped(&amount(intent)),
        status = intent.status.name(),
        about = Escaped(&order.collect::<String>()),
        made = Escaped(&made),
    )
}

/// How much, as people read it.
fn amount(intent: &Intent) -> String {
    let currency = intent.currency.to_ascii_uppercase().parse();
    match (i64::try_from(intent.amount), currency) {
        (Ok(amount), Ok(currency)) => Money::new(amount, currency).to_string(),
        _ => format!("{} {}", intent.amount, intent.currency),
    }
}

fn form_to_pay(id: &str) -> String {
    let buttons = CARDS.iter().map(|card| {
        let (id, title) = (Escaped(card.id), Escaped(card.title));
        format!("<p><button name=\"payment_method\" value=\"{id}\">{id}</button> {title}</p>")
    });
    format!("<form method=\"post\" action=\"{ROOT}/pay/{}\">{}</form>", Escaped(id), buttons.collect::<String>())
}

fn form_to_authenticate(id: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{ROOT}/pay/{}\"><p>The bank asks whether it is really you. \
         <button name=\"authenticated\" value=\"yes\">It is</button> <button name=\"authenticated\" value=\"no\">It is not</button></p></form>",
        Escaped(id)
    )
}

#[cfg(test)]
mod tests;
