//! POST /v1/unsubscribe: mails of a kind are declined, from one of them, with one click.

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::http::StatusCode;
use holdfast_http::{CodeProblems, Json, NoContent, Origin, OurFault, Problem, Query, endpoint};
use holdfast_runtime::Function;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::routes;

use crate::decline::{Decline, Reader};
use crate::events::Happened;
use crate::store::{Change, Ledger};

/// What a mail's link says.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnsubscribeRequest {
    /// The token of the mail's link.
    #[schema(max_length = 200)]
    token: String,
}

/// The same, as a mail client sends it (RFC 8058): in the URL, with a form for a body.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct UnsubscribeQuery {
    /// The token of the mail's header List-Unsubscribe. Whoever sends it here need not send a JSON body.
    #[param(max_length = 200)]
    token: Option<String>,
}

/// Either way.
struct Token(String);

impl<S: Send + Sync> FromRequest<S> for Token {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Query(UnsubscribeQuery { token }) = Query::from_request_parts(&mut parts, state).await?;
        match token {
            Some(token) => Ok(Self(token)),
            None => {
                let request = Request::from_parts(parts, body);
                let Json(UnsubscribeRequest { token }) = Json::from_request(request, state).await?;
                Ok(Self(token))
            }
        }
    }
}

fn refused() -> Problem {
    let detail = "The token is not one of ours: take the whole link from the mail.";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid_token", "The token is not valid", detail)
}

/// Declines mails of the kind that one of them is of.
///
/// It takes no login, because the mail is proof enough, and no second click. Doing it again changes nothing. What concerns an
/// account's security is not declined this way, nor any other.
#[utoipa::path(
    post, path = "/v1/unsubscribe", operation_id = "unsubscribe", tag = "notifications", security(()),
    params(UnsubscribeQuery),
    request_body = UnsubscribeRequest,
    responses(
        (status = 204, description = "No more such mails"), CodeProblems, OurFault
    )
)]
async fn unsubscribe(State(ledger): State<Ledger>, origin: Origin, Token(token): Token) -> Result<NoContent, Problem> {
    let Decline { reader, kind } = Decline::read(&ledger.key, &token).ok_or_else(refused)?;
    match reader {
        Reader::Customer(user) => {
            // The mail's reader, whoever they are: a forwarded mail declines as well as its first reader's.
            let cause = origin.causation(None);
            let decline = ledger.change(user, &cause, |recipient, _| {
                let preferences = recipient.preferences.without_mails_of(kind);
                let happened = Happened::Unsubscribed { kind };
                let same = preferences == recipient.preferences;
                Ok((!same).then_some(Change { happened, preferences, device: None, answer: () }))
            });
            decline.await?;
        }
        Reader::Guest(mark) => ledger.decline(&mark, kind, &origin.causation(None)).await?,
    }
    Ok(NoContent)
}

/// unsubscribe.
pub fn function() -> Function {
    endpoint::<Ledger>("unsubscribe", || routes!(unsubscribe))
}
