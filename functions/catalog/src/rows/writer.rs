//! Rows as an export writes them: reading them again gives the same rows.

use serde_json::{Map, Value, json};

use super::{Column, Format, Row};
use crate::domain::{Status, VariantStatus};

/// Between the parts of a list.
pub(super) const PART: char = '|';
/// Between a name and its value.
pub(super) const PAIR: char = '=';
/// Before one of these, and before itself, where it is meant.
pub(super) const ESCAPE: char = '\\';
/// Before a cell that an editor of tables would take for a formula, and run.
const GUARD: char = '\'';
/// What formulas begin with.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// What stands above an export's rows.
pub fn header(format: Format) -> String {
    match format {
        Format::Csv => Column::ALL.map(Column::name).join(",") + "\r\n",
        Format::JsonLines => String::new(),
    }
}

/// A row as a line, with its end.
pub fn write(row: &Row, format: Format) -> String {
    match format {
        Format::Csv => Column::ALL.map(|column| quoted(guarded(csv_cell(row, column)))).join(",") + "\r\n",
        Format::JsonLines => {
            let said =
                Column::ALL.into_iter().filter_map(|column| Some((column.name().to_owned(), member(row, column)?)));
            format!("{}\n", Value::Object(said.collect::<Map<_, _>>()))
        }
    }
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches(GUARD).starts_with(FORMULA)
}

fn guarded(cell: String) -> String {
    if is_formula(&cell) { format!("{GUARD}{cell}") } else { cell }
}

/// The cell that was guarded.
pub(super) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(GUARD).filter(|rest| is_formula(rest)).unwrap_or(cell)
}

fn quoted(cell: String) -> String {
    let plain = !cell.contains(['"', ',', '\r', '\n']) && cell.trim() == cell;
    if plain { cell } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}

fn escaped(part: &str) -> String {
    let mut text = String::with_capacity(part.len());
    for letter in part.chars() {
        if [PART, PAIR, ESCAPE].contains(&letter) {
            text.push(ESCAPE);
        }
        text.push(letter);
    }
    text
}

fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect::<Vec<_>>().join(&PART.to_string())
}

fn csv_cell(row: &Row, column: Column) -> String {
    match member(row, column) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(flag)) => flag.to_string(),
        Some(Value::Array(parts)) => joined(parts.iter().filter_map(Value::as_str).map(escaped)),
        Some(Value::Object(pairs)) => {
            let pair = |(name, value): (&String, &Value)| {
                format!("{}{PAIR}{}", escaped(name), escaped(value.as_str().unwrap_or_default()))
            };
            joined(pairs.iter().map(pair))
        }
    }
}

/// What a row says in a column; none where it leaves things alone.
fn member(row: &Row, column: Column) -> Option<Value> {
    Some(match column {
        Column::Slug => json!(row.slug.as_str()),
        Column::Title => json!(row.title),
        Column::Description => json!(row.description.as_ref()?),
        Column::Brand => json!(row.brand.as_ref()?),
        Column::Tags => json!(row.tags.as_ref()?),
        Column::Categories => json!(row.categories.as_ref()?),
        Column::Status => json!(match row.status? {
            Status::Draft => "DRAFT",
            Status::Active => "ACTIVE",
            Status::Archived => "ARCHIVED",
        }),
        Column::Sku => json!(row.sku.as_str()),
        Column::Options => {
            let pairs = row.options.as_ref()?.iter().map(|(name, value)| (name.clone(), json!(value)));
            Value::Object(pairs.collect())
        }
        Column::VariantStatus => json!(match row.variant_status? {
            VariantStatus::Active => "ACTIVE",
            VariantStatus::Archived => "ARCHIVED",
        }),
        Column::Price => json!(row.price.decimal()),
        Column::CompareAtPrice => json!(row.compare_at_price?.map(|price| price.decimal())),
        Column::Currency => json!(row.price.currency.code()),
        Column::WeightGrams => json!(row.weight_grams?),
        Column::Barcode => json!(row.barcode.as_ref()?),
    })
}
