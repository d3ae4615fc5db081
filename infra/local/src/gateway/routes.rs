//! Which function a request is for, by the HTTP API's rules of precedence.

use crate::template::model::{EventSource, Route, Stack};

/// All routes, the most specific first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Routes {
    paths: Vec<Path>,
    default: Option<usize>,
}

#[derive(Clone, Debug)]
struct Path {
    /// None takes any.
    method: Option<String>,
    segments: Vec<Segment>,
    /// Its place among the stack's functions.
    function: usize,
}

// In the order in which the API prefers them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Segment {
    Fixed(String),
    Parameter,
    /// `{proxy+}`: one segment or more, and the last.
    Greedy,
}

/// Why the routes of a template do not make an API.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("two functions take {route}: {first} and {second}")]
pub struct RouteError {
    route: String,
    first: String,
    second: String,
}

impl Routes {
    /// The routes of all functions.
    pub(crate) fn of(stack: &Stack) -> Result<Self, RouteError> {
        let mut routes = Self::default();
        for (function, spec) in stack.functions.iter().enumerate() {
            for event in &spec.events {
                let EventSource::Http(route) = event else { continue };
                if let Some(taken) = routes.add(route, function) {
                    let name = |at: usize| stack.functions.get(at).map_or_else(String::new, |f| f.logical_id.clone());
                    let (first, second) = (name(taken), name(function));
                    return Err(RouteError { route: describe(route), first, second });
                }
            }
        }
        routes.paths.sort_by(|a, b| a.rank().cmp(&b.rank()));
        Ok(routes)
    }

    /// Adds a route, or names the function that has it already.
    fn add(&mut self, route: &Route, function: usize) -> Option<usize> {
        match route {
            Route::Default => {
                let taken = self.default;
                self.default = Some(function);
                taken
            }
            Route::Path { method, path } => {
                let method = (method != "ANY").then(|| method.clone());
                let segments = path.split('/').skip(1).map(Segment::parse).collect();
                let new = Path { method, segments, function };
                let taken = self.paths.iter().find(|path| path.method == new.method && path.segments == new.segments);
                let taken = taken.map(|path| path.function);
                self.paths.push(new);
                taken
            }
        }
    }

    /// The function for a request.
    pub(crate) fn find(&self, method: &str, path: &str) -> Option<usize> {
        let found = self.paths.iter().find(|candidate| candidate.takes(method, path));
        found.map(|path| path.function).or(self.default)
    }
}

impl Path {
    /// Whole matches before greedy ones, fixed segments before parameters, a method before any.
    fn rank(&self) -> (bool, &[Segment], bool) {
        (self.segments.last() == Some(&Segment::Greedy), &self.segments, self.method.is_none())
    }

    fn takes(&self, method: &str, path: &str) -> bool {
        if self.method.as_ref().is_some_and(|wanted| wanted != method) {
            return false;
        }
        let mut given = path.split('/').skip(1);
        for segment in &self.segments {
            let Some(part) = given.next() else { return false };
            match segment {
                Segment::Fixed(text) if text == part => {}
                Segment::Fixed(_) => return false,
                Segment::Parameter if part.is_empty() => return false,
                Segment::Parameter => {}
                Segment::Greedy => return !part.is_empty(),
            }
        }
        given.next().is_none()
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(name) if name.ends_with('+') => Self::Greedy,
            Some(_) => Self::Parameter,
            None => Self::Fixed(text.to_owned()),
        }
    }
}

fn describe(route: &Route) -> String {
    match route {
        Route::Default => "$default".to_owned(),
        Route::Path { method, path } => format!("{method} {path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routes(list: &[(&str, &str)]) -> Routes {
        let mut routes = Routes::default();
        for (function, (method, path)) in list.iter().enumerate() {
            let route = match *path {
                "$default" => Route::Default,
                path => Route::Path { method: (*method).to_owned(), path: path.to_owned() },
            };
            assert_eq!(routes.add(&route, function), None);
        }
        routes.paths.sort_by(|a, b| a.rank().cmp(&b.rank()));
        routes
    }

    #[test]
    fn the_most_specific_route_takes_a_request() {
        let api = [
            ("ANY", "/{proxy+}"),
            ("GET", "/pets/{proxy+}"),
            ("GET", "/pets/dog/{id}"),
            ("GET", "/pets/dog/1"),
            ("ANY", "/pets/dog/1"),
            ("", "$default"),
        ];
        let routes = routes(&api);
        let find = |method, path| routes.find(method, path);
        assert_eq!(find("GET", "/pets/dog/1"), Some(3));
        assert_eq!(find("PUT", "/pets/dog/1"), Some(4));
        assert_eq!(find("GET", "/pets/dog/2"), Some(2));
        assert_eq!(find("GET", "/pets/cat/2/tail"), Some(1));
        assert_eq!(find("PUT", "/pets/cat"), Some(0));
        assert_eq!(find("GET", "/"), Some(5));
    }

    #[test]
    fn what_no_route_takes_is_for_the_default() {
        let routes = routes(&[("GET", "/health"), ("", "$default"), ("GET", "/v1/users/{id}")]);
        for (method, path) in [
            ("POST", "/health"),
            ("HEAD", "/health"),
            ("GET", "/health/"),
            ("GET", "/v1/users/"),
            ("GET", "/v1/users/1/2"),
        ] {
            assert_eq!(routes.find(method, path), Some(1), "{method} {path}");
        }
        assert_eq!(routes.find("GET", "/v1/users/usr_1"), Some(2));
        assert_eq!(super::Routes::default().find("GET", "/"), None);
    }

    #[test]
    fn a_route_belongs_to_one_function() {
        let mut routes = routes(&[("GET", "/v1/users/{id}")]);
        let same = Route::Path { method: "GET".to_owned(), path: "/v1/users/{user}".to_owned() };
        assert_eq!(routes.add(&same, 7), Some(0));
    }
}
