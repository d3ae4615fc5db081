//! Which paths there are, and what may be asked of them.

use std::collections::BTreeSet;

use axum::http::Method;
use serde_json::Value;

/// The API's routes.
#[derive(Clone, Debug)]
pub(crate) struct Routes(Vec<Route>);

#[derive(Clone, Debug)]
struct Route {
    path: String,
    methods: Vec<Method>,
}

impl Routes {
    /// Those that an OpenAPI document lists. Another field than a method's (a path's `parameters`) is passed over.
    pub(crate) fn of(openapi: &str) -> Self {
        let document: Value = serde_json::from_str(openapi).unwrap_or_default();
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        let route = |(path, item): (&String, &Value)| {
            let methods = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE].into_iter();
            let methods = methods.filter(|method| item.get(method.as_str().to_ascii_lowercase()).is_some()).collect();
            Route { path: path.clone(), methods }
        };
        Self(paths.map(route).collect())
    }

    /// The methods that `path` takes; none where there is no such path.
    pub(crate) fn methods(&self, path: &str) -> BTreeSet<&str> {
        let here = self.0.iter().filter(|route| matches(&route.path, path));
        here.flat_map(|route| &route.methods).map(Method::as_str).collect()
    }
}

/// Whether a path's template (`/v1/users/{id}`) has this path.
fn matches(template: &str, path: &str) -> bool {
    let (mut wanted, mut given) = (template.split('/'), path.split('/'));
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted == given => {}
            (Some(wanted), Some(given)) if wanted.starts_with('{') && !given.is_empty() => {}
            (None | Some(_), None | Some(_)) => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_takes_what_the_document_says() {
        let routes = Routes::of(
            r#"{"paths": {
                "/health": {"get": {}},
                "/v1/me/addresses/{id}": {"patch": {}, "delete": {}, "parameters": []},
                "/v1/admin/users/{id}": {"get": {}},
                "/v1/admin/users/exists": {"get": {}, "post": {}}
            }}"#,
        );
        let methods = |path: &str| routes.methods(path).into_iter().collect::<Vec<_>>();
        assert_eq!(methods("/health"), ["GET"]);
        assert_eq!(methods("/v1/me/addresses/adr_1"), ["DELETE", "PATCH"]);
        assert_eq!(methods("/v1/admin/users/exists"), ["GET", "POST"]);
        for nowhere in
            ["/", "", "/healthy", "/health/", "/v1/me/addresses/", "/v1/me/addresses/a/b", "/v1/me/addresses"]
        {
            assert_eq!(methods(nowhere), [""; 0], "{nowhere}");
        }
    }

    #[test]
    fn without_a_document_there_is_no_path() {
        assert!(Routes::of("").methods("/health").is_empty());
        assert!(Routes::of(r#"{"openapi": "3.1.0"}"#).methods("/health").is_empty());
    }
}
