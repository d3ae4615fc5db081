//! Where the links in mails lead as long as no storefront does: plain forms, each in front of one route of the API.

use std::borrow::Cow;
use std::net::IpAddr;

use axum::body::Bytes;
use http::header::{CONTENT_TYPE, USER_AGENT};
use http::{Method, Request, Response, StatusCode};
use serde_json::{Map, Value};

use super::html::{Escaped, frame};
use super::{page, refuse};
use crate::World;

/// A form in front of a route.
#[derive(Debug)]
pub(super) struct Form {
    /// Where it is; what follows /dev is what the mails call it.
    pub(super) path: &'static str,
    /// What it does.
    pub(super) title: &'static str,
    /// The route that it asks.
    route: &'static str,
    fields: &'static [Field],
    /// What follows once it is done: words, and a link.
    next: (&'static str, &'static str, &'static str),
}

#[derive(Debug)]
struct Field {
    /// Its name in the route's body, and in the link.
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    /// What a browser fills in.
    autocomplete: &'static str,
}

const TOKEN: Field = Field { name: "token", label: "The mail's code", kind: "text", autocomplete: "off" };
const EMAIL: Field = Field { name: "email", label: "E-mail address", kind: "email", autocomplete: "email" };
const PASSWORD: Field =
    Field { name: "password", label: "Password", kind: "password", autocomplete: "current-password" };
const NEW_PASSWORD: Field =
    Field { name: "password", label: "New password", kind: "password", autocomplete: "new-password" };

/// The pages that mails link to.
pub(super) const FORMS: [Form; 5] = [
    Form {
        path: "/dev/verify-email",
        title: "Verify an address",
        route: "/v1/auth/verify-email",
        fields: &[TOKEN],
        next: ("The address is verified.", "/dev/login", "Log in"),
    },
    Form {
        path: "/dev/login",
        title: "Log in",
        route: "/v1/auth/login",
        fields: &[EMAIL, PASSWORD],
        next: ("The access token goes into the header Authorization, after Bearer.", "/docs", "Try the API"),
    },
    Form {
        path: "/dev/forgot-password",
        title: "Forget a password",
        route: "/v1/auth/forgot-password",
        fields: &[EMAIL],
        next: ("An account of that address gets a mail.", "/dev/mail", "Open the mailbox"),
    },
    Form {
        path: "/dev/reset-password",
        title: "Set a new password",
        route: "/v1/auth/reset-password",
        fields: &[TOKEN, NEW_PASSWORD],
        next: ("The password is set, and every session has ended.", "/dev/login", "Log in"),
    },
    Form {
        path: "/dev/unsubscribe",
        title: "No more such mails",
        route: "/v1/unsubscribe",
        fields: &[TOKEN],
        next: ("No more mails of that kind come.", "/dev/mail", "Open the mailbox"),
    },
];

impl Form {
    /// The form at a path.
    pub(super) fn at(path: &str) -> Option<&'static Self> {
        FORMS.iter().find(|form| form.path == path)
    }

    /// Shows it, with what the link brings; sent, asks the route and shows what that says.
    pub(super) async fn answer(&self, world: &World, request: Request<Bytes>, source_ip: IpAddr) -> Response<Bytes> {
        match *request.method() {
            Method::GET => {
                let brought = request.uri().query().unwrap_or_default();
                page(&self.page(&Sent::read(brought.as_bytes()), ""))
            }
            Method::POST => {
                let sent = Sent::read(request.body());
                let mut asked = Request::post(self.route).header(CONTENT_TYPE, "application/json");
                if let Some(agent) = request.headers().get(USER_AGENT) {
                    asked = asked.header(USER_AGENT, agent);
                }
                match asked.body(Bytes::from(self.body(&sent).to_string())) {
                    Ok(asked) => page(&self.page(&sent, &self.outcome(&world.request(asked, source_ip).await))),
                    Err(error) => refuse(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
                }
            }
            _ => refuse(StatusCode::METHOD_NOT_ALLOWED, "GET shows the form, POST sends it"),
        }
    }

    fn body(&self, sent: &Sent<'_>) -> Value {
        let field = |field: &Field| (field.name.to_owned(), Value::from(sent.field(field.name)));
        Value::Object(self.fields.iter().map(field).collect::<Map<_, _>>())
    }

    fn page(&self, sent: &Sent<'_>, outcome: &str) -> String {
        let mut fields = String::new();
        for Field { name, label, kind, autocomplete } in self.fields {
            // A password is not written into a page.
            let value = if *kind == "password" { "" } else { sent.field(name) };
            fields.push_str(&format!(
                "<label>{label}<input name=\"{name}\" type=\"{kind}\" autocomplete=\"{autocomplete}\" value=\"{}\" \
                 required></label>",
                Escaped(value)
            ));
        }
        let body = format!(
            "<nav>In front of <code>POST {}</code>: a storefront has a page of its own here.</nav>{outcome}\
             <form method=\"post\" action=\"{}\">{fields}<button>{}</button></form>",
            self.route, self.path, self.title
        );
        frame(self.title, &body)
    }

    fn outcome(&self, answer: &Response<Bytes>) -> String {
        let status = answer.status();
        let said = serde_json::from_slice::<Value>(answer.body()).ok();
        let body =
            said.as_ref().map_or_else(String::new, |said| format!("<pre>{}</pre>", Escaped(&format!("{said:#}"))));
        let (class, words) = if status.is_success() {
            let (words, to, label) = self.next;
            ("well", format!("{words} <a href=\"{to}\">{label}</a>"))
        } else {
            let detail = said.as_ref().and_then(|said| said.get("detail")?.as_str());
            ("ill", Escaped(detail.unwrap_or("The API refuses it.")).to_string())
        };
        format!("<article class=\"{class}\" role=\"status\"><p><b>{status}</b> {words}</p>{body}</article>")
    }
}

/// What a link or a form brings.
pub(super) struct Sent<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Sent<'a> {
    pub(super) fn read(encoded: &'a [u8]) -> Self {
        Self(form_urlencoded::parse(encoded).collect())
    }

    pub(super) fn field(&self, name: &str) -> &str {
        self.0.iter().find(|(named, _)| named == name).map_or("", |(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_fills_the_form_and_cannot_leave_it() {
        let form = Form::at("/dev/reset-password").unwrap();
        let page = form.page(&Sent::read(b"token=%22%3E%3Cscript%3E&password=hunter2"), "");
        assert!(page.contains("name=\"token\" type=\"text\"") && page.contains("value=\"&quot;&gt;&lt;script&gt;\""));
        assert!(page.contains("type=\"password\"") && !page.contains("hunter2"), "{page}");
    }

    #[test]
    fn a_route_is_sent_its_fields_and_no_others() {
        let form = Form::at("/dev/reset-password").unwrap();
        let body = form.body(&Sent::read(b"token=a.b&password=two+words%26more&extra=1"));
        assert_eq!(body.to_string(), r#"{"token":"a.b","password":"two words&more"}"#);
    }

    #[test]
    fn a_refusal_is_shown_with_its_reason() {
        let mut answer = Response::new(Bytes::from(r#"{"detail":"The code <is> wrong."}"#));
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        let form = Form::at("/dev/verify-email").unwrap();
        let shown = form.outcome(&answer);
        assert!(shown.contains("<b>400 Bad Request</b> The code &lt;is&gt; wrong.") && !shown.contains("/dev/login"));
        *answer.status_mut() = StatusCode::NO_CONTENT;
        assert!(form.outcome(&answer).contains("The address is verified. <a href=\"/dev/login\">"));
    }
}
