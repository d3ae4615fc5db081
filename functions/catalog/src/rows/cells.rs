//! A row's cells, and what they say.

use std::borrow::Cow;

use holdfast_core::{Currency, Money};
use serde_json::{Map, Value};

use super::writer::{ESCAPE, PAIR, PART, unguarded};
use super::{Column, Row, RowError, from_decimal};
use crate::domain::{Status, VariantStatus};

/// The cells of a row, in either format. `None` is a column that the row does not have.
pub(super) trait Cells {
    /// A text; an empty one says nothing.
    fn text(&self, column: Column) -> Result<Option<Cow<'_, str>>, RowError>;
    /// Some texts.
    fn list(&self, column: Column) -> Result<Option<Vec<String>>, RowError>;
    /// Names and values.
    fn pairs(&self, column: Column) -> Result<Option<Vec<(String, String)>>, RowError>;
}

fn wrong(column: Column, why: impl ToString) -> RowError {
    RowError::Cell { column, why: why.to_string() }
}

/// What the cells say.
pub(super) fn row(cells: &impl Cells) -> Result<Row, RowError> {
    use Column as C;
    let filled = |column| {
        let text = cells.text(column)?.unwrap_or_default().trim().to_owned();
        if text.is_empty() { Err(wrong(column, "must not be empty")) } else { Ok(text) }
    };
    // Of a cell that may be empty: not there, there and empty, or there and full.
    let optional = |column| {
        let cell = cells.text(column)?;
        Ok::<_, RowError>(cell.map(|text| Some(text.trim().to_owned()).filter(|text| !text.is_empty())))
    };
    let currency: Currency = filled(C::Currency)?.parse().map_err(|why| wrong(C::Currency, why))?;
    let money = |column, text: String| from_decimal(&text, currency).map_err(|why| wrong(column, why));
    Ok(Row {
        slug: filled(C::Slug)?.parse().map_err(|why| wrong(C::Slug, why))?,
        title: filled(C::Title)?,
        // Editors of tables write the ends of a text's lines in their system's way.
        description: cells.text(C::Description)?.map(|text| text.trim().replace("\r\n", "\n")),
        brand: optional(C::Brand)?,
        tags: cells.list(C::Tags)?,
        categories: match cells.list(C::Categories)? {
            None => None,
            Some(slugs) => {
                let slugs = slugs.into_iter().map(|slug| slug.parse().map_err(|why| wrong(C::Categories, why)));
                Some(slugs.collect::<Result<_, _>>()?)
            }
        },
        status: optional(C::Status)?.map(|text| status(text.as_deref())).transpose()?,
        sku: filled(C::Sku)?.parse().map_err(|why| wrong(C::Sku, why))?,
        options: cells.pairs(C::Options)?,
        variant_status: optional(C::VariantStatus)?.map(|text| variant_status(text.as_deref())).transpose()?,
        price: money(C::Price, filled(C::Price)?)?,
        compare_at_price: inside(optional(C::CompareAtPrice)?, |text| -> Result<Money, _> {
            money(C::CompareAtPrice, text)
        })?,
        weight_grams: inside(optional(C::WeightGrams)?, |text| {
            text.parse().map_err(|_| wrong(C::WeightGrams, "must be a whole number of grams"))
        })?,
        barcode: optional(C::Barcode)?,
    })
}

fn inside<T>(
    cell: Option<Option<String>>,
    read: impl Fn(String) -> Result<T, RowError>,
) -> Result<Option<Option<T>>, RowError> {
    cell.map(|text| text.map(read).transpose()).transpose()
}

/// An empty cell says what a product that is created without saying so gets.
fn status(text: Option<&str>) -> Result<Status, RowError> {
    match text {
        None => Ok(Status::default()),
        Some("DRAFT") => Ok(Status::Draft),
        Some("ACTIVE") => Ok(Status::Active),
        Some("ARCHIVED") => Ok(Status::Archived),
        Some(_) => Err(wrong(Column::Status, "must be DRAFT, ACTIVE or ARCHIVED")),
    }
}

fn variant_status(text: Option<&str>) -> Result<VariantStatus, RowError> {
    match text {
        None => Ok(VariantStatus::default()),
        Some("ACTIVE") => Ok(VariantStatus::Active),
        Some("ARCHIVED") => Ok(VariantStatus::Archived),
        Some(_) => Err(wrong(Column::VariantStatus, "must be ACTIVE or ARCHIVED")),
    }
}

/// Cells between commas.
pub(super) struct CsvCells<'a> {
    columns: &'a [Column],
    cells: Vec<&'a str>,
}

impl<'a> CsvCells<'a> {
    pub(super) fn new(columns: &'a [Column], cells: Vec<&'a str>) -> Result<Self, RowError> {
        if cells.len() == columns.len() {
            Ok(Self { columns, cells })
        } else {
            Err(RowError::WrongCount { found: cells.len(), expected: columns.len() })
        }
    }

    fn cell(&self, column: Column) -> Option<&'a str> {
        let nth = self.columns.iter().position(|one| *one == column)?;
        self.cells.get(nth).map(|cell| unguarded(cell))
    }
}

impl Cells for CsvCells<'_> {
    fn text(&self, column: Column) -> Result<Option<Cow<'_, str>>, RowError> {
        Ok(self.cell(column).map(Cow::Borrowed))
    }

    fn list(&self, column: Column) -> Result<Option<Vec<String>>, RowError> {
        let parts = |text: &str| split(text, PART).iter().map(|part| plain(part)).collect();
        Ok(self.cell(column).map(parts))
    }

    fn pairs(&self, column: Column) -> Result<Option<Vec<(String, String)>>, RowError> {
        let Some(text) = self.cell(column) else { return Ok(None) };
        let pair = |part: &&str| match split(part, PAIR).as_slice() {
            [name, value] => Ok((plain(name), plain(value))),
            _ => Err(wrong(column, "must be like Size=M|Colour=red")),
        };
        split(text, PART).iter().map(pair).collect::<Result<_, _>>().map(Some)
    }
}

/// Parts a text where this stands unescaped; a text of nothing has no parts.
fn split(text: &str, at: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begins, mut escaped) = (0, false);
    for (place, letter) in text.char_indices() {
        if !escaped && letter == at {
            parts.push(text.get(begins..place).unwrap_or_default());
            begins = place + letter.len_utf8();
        }
        escaped = !escaped && letter == ESCAPE;
    }
    if !text.trim().is_empty() {
        parts.push(text.get(begins..).unwrap_or_default());
    }
    parts
}

/// A part without its escapes.
fn plain(part: &str) -> String {
    let mut escaped = false;
    let kept = |letter: &char| {
        escaped = !escaped && *letter == ESCAPE;
        !escaped
    };
    part.trim().chars().filter(kept).collect()
}

/// Members of an object.
pub(super) struct JsonCells(Map<String, Value>);

impl JsonCells {
    pub(super) fn new(text: &str) -> Result<Self, RowError> {
        let members: Map<String, Value> = serde_json::from_str(text).map_err(|_| RowError::NotAnObject)?;
        match members.keys().find(|name| Column::named(name).is_none()) {
            Some(unknown) => Err(RowError::UnknownName(unknown.clone())),
            None => Ok(Self(members)),
        }
    }
}

/// As text that `Nul` and its like look through: an escape may hide one.
fn clean(column: Column, text: &str) -> Result<&str, RowError> {
    if text.contains('\0') { Err(wrong(column, "has a NUL in it")) } else { Ok(text) }
}

impl Cells for JsonCells {
    fn text(&self, column: Column) -> Result<Option<Cow<'_, str>>, RowError> {
        match self.0.get(column.name()) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Cow::Borrowed(""))),
            Some(Value::String(text)) => clean(column, text).map(|text| Some(Cow::Borrowed(text))),
            // A price is text: a number would be read as a float before anyone could look at it.
            Some(Value::Number(number)) if column == Column::WeightGrams => Ok(Some(Cow::Owned(number.to_string()))),
            Some(Value::Number(_) | Value::Bool(_) | Value::Array(_) | Value::Object(_)) => {
                Err(wrong(column, "must be a text"))
            }
        }
    }

    fn list(&self, column: Column) -> Result<Option<Vec<String>>, RowError> {
        let text = |value: &Value| match value.as_str() {
            Some(text) => clean(column, text).map(|text| text.trim().to_owned()),
            None => Err(wrong(column, "must be a list of texts")),
        };
        match self.0.get(column.name()) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Vec::new())),
            Some(Value::Array(texts)) => texts.iter().map(text).collect::<Result<_, _>>().map(Some),
            Some(Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Object(_)) => {
                Err(wrong(column, "must be a list of texts"))
            }
        }
    }

    fn pairs(&self, column: Column) -> Result<Option<Vec<(String, String)>>, RowError> {
        let pair = |(name, value): (&String, &Value)| match value.as_str() {
            Some(value) => Ok((clean(column, name)?.trim().to_owned(), clean(column, value)?.trim().to_owned())),
            None => Err(wrong(column, "must be an object of texts")),
        };
        match self.0.get(column.name()) {
            None => Ok(None),
            Some(Value::Null) => Ok(Some(Vec::new())),
            Some(Value::Object(choices)) => choices.iter().map(pair).collect::<Result<_, _>>().map(Some),
            Some(Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Array(_)) => {
                Err(wrong(column, "must be an object of texts"))
            }
        }
    }
}
