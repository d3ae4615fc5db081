//! A letter as HTML: what every mail client shows alike, in light and in dark.
//!
//! It is a column of text, its colours left to the reader, and buttons whose colours stand on both. It loads nothing.

use std::fmt::Write;

use super::{Good, Letter, Part, Sum, decline, footer};

const BODY: &str = "margin:0;padding:32px 24px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";
const COLUMN: &str = "max-width:560px;margin:0 auto;overflow-wrap:anywhere";
const BRAND: &str = "margin:0 0 32px;padding:0 0 16px;border-bottom:2px solid #1d5fd1;font-size:18px;font-weight:700;letter-spacing:.02em";
const HEADLINE: &str = "margin:0 0 20px;font-size:26px;line-height:1.25;letter-spacing:-.01em";
const PARAGRAPH: &str = "margin:0 0 16px";
const BUTTON: &str = "display:inline-block;margin:8px 0 24px;padding:12px 24px;border-radius:6px;background:#1d5fd1;color:#ffffff;font-weight:600;text-decoration:none";
const CODE: &str = "margin:0 0 16px;padding:12px;border:1px solid #8a8f98;border-radius:6px;font-family:Consolas,Menlo,monospace;font-size:13px;word-break:break-all";
const TABLE: &str = "width:100%;margin:8px 0 16px;border-collapse:collapse";
const ROW: &str = "padding:12px 0;border-bottom:1px solid rgba(138,143,152,.45);text-align:left;vertical-align:top";
const LINE: &str = "padding:3px 0;text-align:left;vertical-align:top";
const TOTAL: &str = "padding:10px 0 3px;text-align:left;vertical-align:top;font-size:18px;font-weight:700";
const AMOUNT: &str = ";padding-left:16px;text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums";
const SMALL: &str = "font-size:14px;opacity:.72";
const TITLE: &str = "margin:24px 0 4px;font-size:14px;font-weight:700";
const FOOT: &str =
    "margin:40px 0 0;padding:16px 0 0;border-top:1px solid rgba(138,143,152,.45);font-size:13px;opacity:.72";

/// A letter, for those who read HTML.
pub(super) fn rendered(letter: &Letter, subject: &str) -> String {
    let mut parts = String::new();
    // A headline stands above the greeting, wherever it was said.
    let (headlines, rest): (Vec<_>, Vec<_>) = letter.parts.iter().partition(|part| matches!(part, Part::Headline(_)));
    for part in headlines {
        parts.push_str(&of_part(part));
    }
    let _ = writeln!(parts, "<p style=\"{PARAGRAPH}\">{}</p>", escaped(&letter.greeting));
    for part in rest {
        parts.push_str(&of_part(part));
    }
    let foot = match &letter.decline {
        Some(to) => format!(
            "{}<br><a style=\"color:inherit\" href=\"{}\">{}</a>",
            footer(letter.language),
            escaped(to),
            decline(letter.language)
        ),
        None => footer(letter.language).to_owned(),
    };
    format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <meta name=\"supported-color-schemes\" content=\"light dark\">\n\
         <style>:root{{color-scheme:light dark}}</style>\n<title>{}</title>\n</head>\n\
         <body style=\"{BODY}\">\n<div style=\"{COLUMN}\">\n<p style=\"{BRAND}\">{}</p>\n{parts}\
         <p style=\"{FOOT}\">{foot}</p>\n</div>\n</body>\n</html>\n",
        letter.language.tag(),
        escaped(subject),
        escaped(&letter.shop),
    )
}

fn of_part(part: &Part) -> String {
    match part {
        Part::Headline(headline) => format!("<h1 style=\"{HEADLINE}\">{headline}</h1>\n"),
        Part::Paragraph(paragraph) => format!("<p style=\"{PARAGRAPH}\">{}</p>\n", escaped(paragraph)),
        Part::Link { label, to } => {
            format!("<p style=\"margin:0\"><a style=\"{BUTTON}\" href=\"{}\">{label}</a></p>\n", escaped(to))
        }
        Part::Code(code) => format!("<p style=\"{CODE}\">{}</p>\n", escaped(code)),
        Part::Goods(goods) => table(goods.iter().map(of_good)),
        Part::Sums(sums) => table(sums.iter().map(of_sum)),
        Part::Facts(facts) => table(facts.iter().map(|(name, value)| {
            let name = format!("<td style=\"{LINE};{SMALL}\">{name}</td>");
            format!("{name}<td style=\"{LINE};padding-left:16px;text-align:right\">{}</td>", escaped(value))
        })),
        Part::Block { title, lines } => {
            let lines: Vec<_> = lines.iter().map(|line| escaped(line)).collect();
            format!("<p style=\"{TITLE}\">{title}</p>\n<p style=\"{PARAGRAPH}\">{}</p>\n", lines.join("<br>"))
        }
    }
}

fn table(rows: impl Iterator<Item = String>) -> String {
    let rows: String = rows.map(|row| format!("<tr>{row}</tr>\n")).collect();
    format!("<table role=\"presentation\" style=\"{TABLE}\">\n{rows}</table>\n")
}

fn of_good(good: &Good) -> String {
    let detail = match good.detail.as_str() {
        "" => String::new(),
        detail => format!("<br><span style=\"{SMALL}\">{}</span>", escaped(detail)),
    };
    let title = format!("<td style=\"{ROW}\">{} \u{d7} {}{detail}</td>", good.count, escaped(&good.title));
    let amount = good.amount.as_ref().map_or_else(String::new, |amount| escaped(amount));
    format!("{title}<td style=\"{ROW}{AMOUNT}\">{amount}</td>")
}

fn of_sum(sum: &Sum) -> String {
    let style = if sum.is_total { TOTAL } else { LINE };
    let label = format!("<td style=\"{style}\">{}</td>", escaped(&sum.label));
    format!("{label}<td style=\"{style}{AMOUNT}\">{}</td>", escaped(&sum.amount))
}

/// As text between tags, and as the value of an attribute in quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
