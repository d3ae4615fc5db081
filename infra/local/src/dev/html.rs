//! The pages' frame, and the one way in which text gets into them.

use std::fmt::{Display, Write};

use holdfast_core::{Clock, Timestamp};

use super::storefront::FORMS;
use crate::World;

const STYLE: &str = "
:root{color-scheme:light dark;--line:#8883;--soft:#888;--mark:#0a7d5a}
*{box-sizing:border-box}
body{margin:0 auto;max-width:52rem;padding:2rem 1.25rem 4rem;font:1rem/1.55 system-ui,sans-serif}
h1{font-size:1.4rem;margin:0 0 1.5rem}h1 a{color:inherit;text-decoration:none}
a{color:var(--mark)}
nav{color:var(--soft);margin-bottom:1.5rem}
table{border-collapse:collapse}td{padding:.2rem 1.5rem .2rem 0;vertical-align:top}td:first-child{white-space:nowrap}
article{border:1px solid var(--line);border-radius:.6rem;margin:0 0 1rem;overflow:hidden}
summary{cursor:pointer;padding:.8rem 1rem;display:flex;gap:1rem;justify-content:space-between;flex-wrap:wrap}
summary b{flex:1 1 16rem}summary span{color:var(--soft);font-size:.875rem}
pre{margin:0;padding:1rem;border-top:1px solid var(--line);white-space:pre-wrap;overflow-wrap:anywhere;font:.875rem/1.5 ui-monospace,monospace}
iframe{display:block;width:100%;height:26rem;border:0;border-top:1px solid var(--line);background:#fff}
.empty{color:var(--soft)}
form{display:grid;gap:1rem;max-width:30rem}
label{display:grid;gap:.3rem;font-size:.875rem;color:var(--soft)}
input{font:inherit;color:CanvasText;background:Canvas;padding:.6rem .75rem;border:1px solid var(--line);border-radius:.4rem}
button{font:inherit;font-weight:600;justify-self:start;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:var(--mark);color:#fff;cursor:pointer}
article p{margin:0;padding:.8rem 1rem}
.well{border-left:4px solid var(--mark)}.ill{border-left:4px solid #c0392b}
";

/// Text, with what HTML would read as its own escaped.
pub(super) struct Escaped<'a>(pub &'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for letter in self.0.chars() {
            match letter {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// A time as people read it: to the second.
pub(super) fn shown(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A whole page around `body`, which is HTML already.
pub(super) fn frame(title: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Holdfast</title><style>{STYLE}</style></head>\
         <body><h1><a href=\"/dev\">Holdfast</a> · {title}</h1>{body}</body></html>",
        title = Escaped(title),
    )
}

/// Where everything is.
pub(super) fn index(world: &World) -> String {
    let body = format!(
        "<table>\
         <tr><td><a href=\"/docs\">API documentation</a></td><td>every route, to read and to try</td></tr>\
         <tr><td><a href=\"/dev/mail\">Mailbox</a></td><td>every mail that the shop has sent, also as \
         <a href=\"/dev/mail.json\">JSON</a></td></tr>\
         <tr><td><a href=\"/dev/gateway\">Payments</a></td><td>every payment that a customer was asked for, to pay or to decline; Stripe's \
         API is under <code>/dev/gateway/v1</code></td></tr>\
         <tr><td>{}</td><td>where the links in mails lead, as long as no storefront does</td></tr>\
         <tr><td><code>POST /dev/clock</code></td><td><code>{{\"advance_seconds\": 900}}</code> moves the clock; it is now {}</td></tr>\
         <tr><td><code>POST /dev/settle</code></td><td>answers once queues, streams and due schedules are idle</td></tr>\
         </table>",
        FORMS
            .iter()
            .map(|form| format!("<a href=\"{}\">{}</a>", form.path, form.title))
            .collect::<Vec<_>>()
            .join("<br>"),
        Escaped(&shown(world.clock().now())),
    );
    frame("on this machine", &body)
}

/// A text whose web addresses can be followed.
pub(super) fn linked(text: &str) -> String {
    let mut html = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some(start) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
        let (before, from) = rest.split_at(start);
        let end =
            from.find(|letter: char| letter.is_whitespace() || "<>\"'()[]".contains(letter)).unwrap_or(from.len());
        // A full stop after an address ends the sentence, not the address.
        let address = from[..end].trim_end_matches(['.', ',', ';', '!', '?']);
        let (before, shown) = (Escaped(before), Escaped(address));
        html.push_str(&format!("{before}<a href=\"{shown}\" target=\"_blank\" rel=\"noopener\">{shown}</a>"));
        rest = &from[address.len()..];
    }
    html.push_str(&Escaped(rest).to_string());
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_place() {
        assert_eq!(Escaped("<a b=\"c\" d='e'>&").to_string(), "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
    }

    #[test]
    fn times_are_shown_to_the_second() {
        assert_eq!(shown("2026-01-02T03:04:05.678901234Z".parse().unwrap()), "2026-01-02 03:04:05 UTC");
    }

    #[test]
    fn addresses_in_a_text_are_links() {
        let html = linked("Go to http://a.test/x?y=1&z=2. Or <https://b.test>!");
        assert!(html.contains("<a href=\"http://a.test/x?y=1&amp;z=2\" target"), "{html}");
        assert!(html.contains("&lt;<a href=\"https://b.test\" target"), "{html}");
        assert!(html.ends_with("</a>&gt;!"), "{html}");
        assert_eq!(linked("plain & simple"), "plain &amp; simple");
        assert_eq!(linked("https://"), "<a href=\"https://\" target=\"_blank\" rel=\"noopener\">https://</a>");
    }
}
