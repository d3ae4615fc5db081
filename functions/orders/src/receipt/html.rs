//! A receipt for a screen, and for a browser that prints it.

use super::{Item, Receipt};

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;color:#1d2430;max-width:42rem;margin:3rem auto;padding:0 1.5rem}\
h1{font-size:1.5rem;margin:0}p{margin:.25rem 0;color:#5b6472}address{font-style:normal;margin:1.5rem 0;white-space:pre-line}\
table{width:100%;border-collapse:collapse;margin-top:1.5rem}td{padding:.5rem 0;border-bottom:1px solid #e3e7ed;vertical-align:top}\
td:last-child,td:nth-child(2){text-align:right;white-space:nowrap;padding-left:1rem;font-variant-numeric:tabular-nums}\
tfoot td{border:0;padding:.25rem 0}tfoot tr.total td{font-weight:700;border-top:2px solid #1d2430;padding-top:.5rem}\
@media print{body{margin:0}}";

impl Receipt {
    /// As a page of its own, which loads nothing.
    pub fn html(&self) -> String {
        let row = |Item { title, count, total }: &Item| {
            format!("<tr><td>{}</td><td>{}</td><td>{}</td></tr>", escaped(title), escaped(count), escaped(total))
        };
        let sum = |(name, amount): &(String, String)| {
            let class = if name == "Total" { " class=\"total\"" } else { "" };
            format!("<tr{class}><td colspan=\"2\">{}</td><td>{}</td></tr>", escaped(name), escaped(amount))
        };
        let rows: String = self.lines.iter().map(row).collect();
        let sums: String = self.sums.iter().map(sum).collect();
        format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
            <title>Receipt {number}</title><style>{STYLE}</style></head><body><h1>{shop}</h1><p>Receipt for order {number}</p>\
            <p>{date}</p><address>{address}</address><table><tbody>{rows}</tbody><tfoot>{sums}</tfoot></table></body></html>",
            number = escaped(&self.number),
            shop = escaped(&self.shop),
            date = escaped(&self.date),
            address = escaped(&self.address.join("\n")),
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_wrote_is_text() {
        let line =
            Item { title: "<script>alert(1)</script>".to_owned(), count: "1".to_owned(), total: "\"&".to_owned() };
        let receipt = Receipt {
            shop: "Shop".to_owned(),
            number: "N".to_owned(),
            date: "2026-11-21".to_owned(),
            address: vec!["<b>".to_owned()],
            lines: vec![line],
            sums: vec![("Total".to_owned(), "1".to_owned())],
        };
        let page = receipt.html();
        assert!(!page.contains("<script>") && !page.contains("<b>") && page.contains("&lt;script&gt;"));
        assert!(page.contains("&quot;&amp;") && page.contains("class=\"total\""));
    }
}
