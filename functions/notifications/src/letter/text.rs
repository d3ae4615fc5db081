//! A letter as text.

use std::fmt::Write;

use super::{Letter, Part, decline, footer};

/// A letter, for those who read text.
pub(super) fn rendered(letter: &Letter) -> String {
    let mut text = format!("{}\n\n", letter.greeting);
    for part in &letter.parts {
        // Writing to a String does not fail.
        let _ = write(&mut text, part);
    }
    let _ = writeln!(text, "-- \n{}\n{}", letter.shop, footer(letter.language));
    if let Some(to) = &letter.decline {
        let _ = writeln!(text, "{}: {to}", decline(letter.language));
    }
    text
}

fn write(text: &mut String, part: &Part) -> std::fmt::Result {
    match part {
        // The subject says it already.
        Part::Headline(_) => return Ok(()),
        Part::Paragraph(paragraph) => writeln!(text, "{paragraph}")?,
        Part::Link { label, to } => writeln!(text, "{label}: {to}")?,
        Part::Code(code) => writeln!(text, "    {code}")?,
        Part::Goods(goods) => {
            for good in goods {
                let detail = if good.detail.is_empty() { String::new() } else { format!(" ({})", good.detail) };
                let amount = good.amount.as_ref().map_or_else(String::new, |amount| format!(": {amount}"));
                writeln!(text, "{} x {}{detail}{amount}", good.count, good.title)?;
            }
        }
        Part::Sums(sums) => {
            for sum in sums {
                writeln!(text, "{}: {}", sum.label, sum.amount)?;
            }
        }
        Part::Facts(facts) => {
            for (name, value) in facts {
                writeln!(text, "{name}: {value}")?;
            }
        }
        Part::Block { title, lines } => {
            writeln!(text, "{title}:")?;
            for line in lines {
                writeln!(text, "    {line}")?;
            }
        }
    }
    text.push('\n');
    Ok(())
}
