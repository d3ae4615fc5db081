//! A receipt for a printer: A4, in a font that every reader has.

use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};

use super::Receipt;

/// A4 in points.
const PAPER: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 56.0;
const RIGHT: f32 = 539.0;
const TOP: f32 = 780.0;
const BOTTOM: f32 = 60.0;
const LEADING: f32 = 18.0;
const SIZE: f32 = 10.0;
/// Letters of a title that fit before the column of counts.
const TITLE: usize = 52;

const REGULAR: Name<'_> = Name(b"F1");
const BOLD: Name<'_> = Name(b"F2");

/// What stands on a line: at the left, in the middle, and at the right.
struct Row<'a> {
    font: Name<'a>,
    left: String,
    middle: String,
    right: String,
}

impl Receipt {
    /// As a PDF, on as many pages as it takes.
    pub fn pdf(&self) -> Vec<u8> {
        let rows = self.rows();
        let fitting = ((TOP - BOTTOM) / LEADING) as usize;
        let pages: Vec<&[Row<'_>]> = rows.chunks(fitting.max(1)).collect();
        let mut ids = (1..).map(Ref::new);
        let mut id = || ids.next().unwrap_or(Ref::new(1));
        let (catalog, tree, regular, bold) = (id(), id(), id(), id());
        let sheets: Vec<(Ref, Ref)> = pages.iter().map(|_| (id(), id())).collect();
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree);
        let count = i32::try_from(sheets.len()).unwrap_or(i32::MAX);
        pdf.pages(tree).kids(sheets.iter().map(|(page, _)| *page)).count(count);
        for (font, name) in [(regular, b"Helvetica".as_slice()), (bold, b"Helvetica-Bold")] {
            pdf.type1_font(font).base_font(Name(name)).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        for (rows, (page, content)) in pages.iter().zip(&sheets) {
            let mut sheet = pdf.page(*page);
            sheet.media_box(Rect::new(0.0, 0.0, PAPER.0, PAPER.1)).parent(tree).contents(*content);
            sheet.resources().fonts().pair(REGULAR, regular).pair(BOLD, bold);
            sheet.finish();
            pdf.stream(*content, &drawn(rows));
        }
        pdf.finish()
    }

    fn rows(&self) -> Vec<Row<'static>> {
        let row = |font, left: &str, middle: &str, right: &str| Row {
            font,
            left: left.to_owned(),
            middle: middle.to_owned(),
            right: right.to_owned(),
        };
        let text = |left: &str| row(REGULAR, left, "", "");
        let mut rows = vec![row(BOLD, &self.shop, "", &self.date), text(&format!("Receipt for order {}", self.number))];
        rows.push(text(""));
        rows.extend(self.address.iter().map(|line| text(line)));
        rows.push(text(""));
        for line in &self.lines {
            let title: String = line.title.chars().take(TITLE).collect();
            rows.push(row(REGULAR, &title, &line.count, &line.total));
        }
        rows.push(text(""));
        rows.extend(
            self.sums.iter().map(|(name, amount)| row(if name == "Total" { BOLD } else { REGULAR }, name, "", amount)),
        );
        rows
    }
}

fn drawn(rows: &[Row<'_>]) -> Vec<u8> {
    let mut content = Content::new();
    let mut y = TOP;
    for row in rows {
        let middle = RIGHT - 110.0 - width(&row.middle);
        for (x, text) in [(LEFT, &row.left), (middle, &row.middle), (RIGHT - width(&row.right), &row.right)] {
            if !text.is_empty() {
                content.begin_text().set_font(row.font, SIZE).next_line(x, y).show(Str(&latin(text))).end_text();
            }
        }
        y -= LEADING;
    }
    content.finish().to_vec()
}

/// About as wide as Helvetica sets digits and capitals: what stands at the right is made of these.
fn width(text: &str) -> f32 {
    text.chars().map(|letter| if matches!(letter, '.' | ',' | ' ') { 0.278 } else { 0.6 }).sum::<f32>() * SIZE
}

/// The letters that the font has; another shows as a question mark.
fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|letter| u8::try_from(u32::from(letter)).ok().filter(|byte| *byte >= 32).unwrap_or(b'?')).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Item;
    use super::*;

    fn receipt(lines: usize) -> Receipt {
        let line =
            Item { title: "Mug (MUG)".to_owned(), count: "1 x 5.00 CHF".to_owned(), total: "5.00 CHF".to_owned() };
        Receipt {
            shop: "Shop".to_owned(),
            number: "8T35-X63M-C56Q".to_owned(),
            date: "2026-11-21".to_owned(),
            address: vec!["Zoë \u{4e2d}".to_owned()],
            lines: vec![line; lines],
            sums: vec![("Total".to_owned(), "5.00 CHF".to_owned())],
        }
    }

    #[test]
    fn a_long_receipt_takes_more_pages() {
        let pages = |lines| {
            let pdf = receipt(lines).pdf();
            assert!(pdf.starts_with(b"%PDF-1.7") && pdf.ends_with(b"%%EOF"));
            let text = String::from_utf8_lossy(&pdf).into_owned();
            assert!(text.contains("8T35-X63M-C56Q") && text.contains("5.00 CHF"));
            text.matches("/Type /Page\n").count()
        };
        assert_eq!((pages(1), pages(45)), (1, 2));
    }

    #[test]
    fn a_letter_that_the_font_lacks_is_a_question_mark() {
        assert_eq!(latin("Zoë \u{4e2d}\n"), b"Zo\xeb ??");
    }
}
