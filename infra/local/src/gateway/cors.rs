//! CORS, which the HTTP API and buckets answer by themselves: functions never see a preflight, and what they say of CORS is
//! dropped.

use axum::body::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};

use crate::template::model::CorsSpec;

/// The settings of an API or a bucket.
#[derive(Clone, Debug)]
pub(crate) struct Cors {
    origins: Vec<String>,
    methods: Option<HeaderValue>,
    headers: Option<HeaderValue>,
    exposed: Option<HeaderValue>,
    max_age: Option<HeaderValue>,
}

impl Cors {
    /// What the template says; none where it says nothing.
    pub(crate) fn of(spec: &CorsSpec) -> Option<Self> {
        let list =
            |values: &[String]| (!values.is_empty()).then(|| HeaderValue::from_str(&values.join(",")).ok()).flatten();
        (!spec.origins.is_empty()).then(|| Self {
            origins: spec.origins.clone(),
            methods: list(&spec.methods),
            headers: list(&spec.headers),
            exposed: list(&spec.exposed),
            max_age: (spec.max_age_s > 0).then(|| HeaderValue::from(spec.max_age_s)),
        })
    }

    /// The answer to a preflight; none when the request is not one.
    pub(crate) fn preflight(&self, request: &Request<Bytes>) -> Option<Response<Bytes>> {
        let asks = request.method() == Method::OPTIONS && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        let origin = request.headers().get(ORIGIN).filter(|_| asks)?;
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::NO_CONTENT;
        if let Some(allowed) = self.allowed(origin) {
            let headers = response.headers_mut();
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            set(headers, ACCESS_CONTROL_ALLOW_METHODS, self.methods.as_ref());
            set(headers, ACCESS_CONTROL_ALLOW_HEADERS, self.headers.as_ref());
            set(headers, ACCESS_CONTROL_MAX_AGE, self.max_age.as_ref());
        }
        Some(response)
    }

    /// Adds what a script at `origin` needs in order to read an answer.
    pub(crate) fn apply(&self, origin: Option<&HeaderValue>, headers: &mut HeaderMap) {
        let own: Vec<_> = headers.keys().filter(|name| name.as_str().starts_with("access-control-")).cloned().collect();
        for name in own {
            headers.remove(name);
        }
        if let Some(allowed) = origin.and_then(|origin| self.allowed(origin)) {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
            set(headers, ACCESS_CONTROL_EXPOSE_HEADERS, self.exposed.as_ref());
        }
    }

    fn allowed(&self, origin: &HeaderValue) -> Option<HeaderValue> {
        if self.origins.iter().any(|allowed| allowed == "*") {
            return Some(HeaderValue::from_static("*"));
        }
        let text = origin.to_str().ok()?;
        // `https://*` admits every origin of that scheme.
        let admits = |allowed: &String| match allowed.strip_suffix('*') {
            Some(scheme) => text.starts_with(scheme),
            None => allowed == text,
        };
        self.origins.iter().any(admits).then(|| origin.clone())
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<&HeaderValue>) {
    if let Some(value) = value {
        headers.insert(name, value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str]) -> Cors {
        Cors::of(&CorsSpec {
            origins: origins.iter().map(|origin| (*origin).to_owned()).collect(),
            methods: vec!["GET".to_owned(), "POST".to_owned()],
            headers: vec!["authorization".to_owned()],
            exposed: vec!["x-request-id".to_owned()],
            max_age_s: 600,
        })
        .unwrap()
    }

    fn preflight(origin: &str) -> Request<Bytes> {
        let request =
            Request::options("/v1/me").header("origin", origin).header("access-control-request-method", "GET");
        request.body(Bytes::new()).unwrap()
    }

    #[test]
    fn a_preflight_from_an_admitted_origin_is_told_what_it_may() {
        let answer = cors(&["https://shop.example"]).preflight(&preflight("https://shop.example")).unwrap();
        assert_eq!(answer.status(), 204);
        let header = |name: &str| answer.headers().get(name).unwrap().to_str().unwrap();
        assert_eq!(header("access-control-allow-origin"), "https://shop.example");
        assert_eq!(header("access-control-allow-methods"), "GET,POST");
        assert_eq!(header("access-control-allow-headers"), "authorization");
        assert_eq!(header("access-control-max-age"), "600");
    }

    #[test]
    fn a_preflight_from_elsewhere_is_told_nothing() {
        let answer = cors(&["https://shop.example"]).preflight(&preflight("https://evil.example")).unwrap();
        assert_eq!((answer.status().as_u16(), answer.headers().len()), (204, 0));
        let plain = Request::options("/v1/me").header("origin", "https://shop.example").body(Bytes::new()).unwrap();
        assert!(cors(&["*"]).preflight(&plain).is_none());
    }

    #[test]
    fn an_answer_says_what_the_api_says_of_cors_and_not_what_the_function_says() {
        let mut headers = HeaderMap::new();
        headers.insert("access-control-allow-origin", HeaderValue::from_static("https://evil.example"));
        let https = cors(&["https://*"]);
        https.apply(Some(&HeaderValue::from_static("https://any.example")), &mut headers);
        assert_eq!(headers["access-control-allow-origin"], "https://any.example");
        assert_eq!(headers["access-control-expose-headers"], "x-request-id");
        https.apply(Some(&HeaderValue::from_static("http://any.example")), &mut headers);
        assert!(headers.is_empty());
    }
}
