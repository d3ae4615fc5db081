//! GET /docs: the API's description, to browse and to try out.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_http::{OurFault, endpoint};
use holdfast_runtime::{FromInit, Function, Init, InitError};
use sha2::{Digest, Sha256};
use utoipa_axum::routes;

use holdfast_http::Fixed;

const BUNDLE: &str = include_str!("../../assets/swagger-ui/swagger-ui-bundle.js");
const START: &str = include_str!("../../assets/page.js");
const STYLE: [&str; 2] =
    [include_str!("../../assets/swagger-ui/swagger-ui.css"), include_str!("../../assets/page.css")];

/// The page.
#[derive(Clone, Debug)]
pub struct Page(Fixed);

impl FromInit for Page {
    async fn from_init(_: &Init) -> Result<Self, InitError> {
        let style = STYLE.concat();
        let (bundle, start) = (inline(BUNDLE), inline(START));
        let policy = policy(&[&bundle, &start], &style);
        let page = page(&bundle, &start, &style);
        Ok(Self(Fixed::new(page, "text/html; charset=utf-8", vec![(CONTENT_SECURITY_POLICY, policy)])))
    }
}

/// A script as it may stand inside a page: HTML reads these two in a script, to find where it ends. They stand in texts and
/// patterns alone, where the escape means the same.
fn inline(script: &str) -> String {
    script.replace("<!--", r"\x3c!--").replace("<script", r"\x3cscript")
}

fn page(bundle: &str, start: &str, style: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Holdfast API</title>\n\
         <link rel=\"icon\" href=\"data:,\">\n<style>{style}</style>\n</head>\n<body>\n<div id=\"docs\"></div>\n\
         <noscript>This page needs JavaScript. The description itself is at <a href=\"/openapi.json\">/openapi.json</a>.\
         </noscript>\n<script>{bundle}</script>\n<script>{start}</script>\n</body>\n</html>\n"
    )
}

/// Admits what the page itself carries, by its hash, and calls to this API: nothing from elsewhere, and nothing slipped in.
fn policy(scripts: &[&str], style: &str) -> String {
    let hash = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
    let scripts: Vec<String> = scripts.iter().map(|script| hash(script)).collect();
    format!(
        "default-src 'none'; script-src {}; style-src {}; img-src data:; connect-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        scripts.join(" "),
        hash(style)
    )
}

/// The API's description, to browse and to try out.
///
/// *Authorize* takes the access token that a login answers.
#[utoipa::path(
    get, path = "/docs", operation_id = "docs_page", tag = "service", security(()),
    responses(
        (status = 200, description = "A page", body = String, content_type = "text/html"),
        (status = 304, description = "It is still what the ETag in If-None-Match names"),
        OurFault,
    )
)]
async fn docs_page(State(Page(page)): State<Page>, headers: HeaderMap) -> Response {
    page.answer(&headers)
}

/// docs-page.
pub fn function() -> Function {
    endpoint::<Page>("docs-page", || routes!(docs_page))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_the_page_ends_its_parts_early() {
        let (bundle, start, style) = (inline(BUNDLE), inline(START), STYLE.concat());
        for script in [&bundle, &start] {
            let lower = script.to_ascii_lowercase();
            for mark in ["</script", "<script", "<!--"] {
                assert!(!lower.contains(mark), "{mark}");
            }
        }
        assert!(!style.to_ascii_lowercase().contains("</style"));
        let page = page(&bundle, &start, &style);
        assert_eq!((page.matches("<script>").count(), page.matches("</script>").count()), (2, 2));
    }

    #[test]
    fn the_page_fits_into_an_answer_of_a_lambda() {
        const LARGEST_ANSWER: usize = 6 * 1024 * 1024;
        let page = page(&inline(BUNDLE), &inline(START), &STYLE.concat());
        // As JSON text, where quotes and line ends take two bytes.
        assert!(serde_json::to_string(&page).unwrap().len() < LARGEST_ANSWER / 2);
    }

    #[test]
    fn the_policy_names_each_part_by_its_hash() {
        let policy = policy(&["a", "b"], "c");
        let hashes = [
            "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=",
            "PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0=",
            "Ln0sA6lQeuJl7PW1NWiFpTOTogKdJBOUmXJloaJa78Y=",
        ];
        assert!(hashes.iter().all(|hash| policy.contains(&format!("'sha256-{hash}'"))), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"));
    }

    #[test]
    fn the_page_asks_nothing_of_elsewhere() {
        assert!(START.contains("validatorUrl: null"));
        for mark in ["@import", "url(http", "url(//"] {
            assert!(!STYLE.concat().contains(mark), "{mark}");
        }
    }
}
