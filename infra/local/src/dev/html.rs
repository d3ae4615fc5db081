//! The pages' frame, and the one way in which text gets into them.

use std::fmt::{Display, Write};

use holdfast_core::Timestamp;

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
h2{font-size:1rem;margin:2rem 0 .6rem}
section table,article table{width:100%;font-size:.8125rem}
th{font-weight:600;text-align:left;color:var(--soft);padding:.2rem 1rem .2rem 0;white-space:nowrap}
.wide{max-width:84rem}.wide td{padding-right:1rem;border-top:1px solid var(--line)}.wide td:first-child{overflow-wrap:anywhere}
.wide code{font-size:.75rem;overflow-wrap:anywhere}
.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.ill td:first-child{box-shadow:inset 3px 0 #c0392b;padding-left:.6rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.75rem}
.tiles div{border:1px solid var(--line);border-radius:.6rem;padding:.7rem 1rem;color:var(--soft);font-size:.8125rem}
.tiles b{display:block;font-size:1.5rem;color:CanvasText;font-variant-numeric:tabular-nums}
.clock form{display:inline-flex;flex-wrap:wrap;gap:.5rem;max-width:none;margin:0 .5rem .5rem 0}.clock p{margin:0 0 .6rem}
.clock button{padding:.4rem .8rem;font-size:.875rem}.quiet{background:var(--soft)}
details p{color:var(--soft);font-size:.8125rem}section summary{padding:.6rem 0}
header{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:.7rem 1rem;border-bottom:1px solid var(--line)}
header b{flex:1 1 14rem}header span{color:var(--soft);font-size:.875rem}
article table td{padding:.25rem 1rem;border-top:0}article .empty{padding:.6rem 1rem;margin:0}
.bar{width:55%}.bar i{display:block;height:.7rem;min-width:2px;border-radius:2px;background:var(--mark)}tr.ill .bar i{background:#c0392b}
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
    document(title, "", body)
}

/// One for tables.
pub(super) fn wide(title: &str, body: &str) -> String {
    document(title, " class=\"wide\"", body)
}

fn document(title: &str, class: &str, body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width\"><title>{title} · Holdfast</title><style>{STYLE}</style></head>\
         <body{class}><h1><a href=\"/dev\">Holdfast</a> · {title}</h1>{body}</body></html>",
        title = Escaped(title),
    )
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
