//! Bytes in, rows out, however the bytes are cut.

use csv_core::ReadRecordResult;
use serde::{Deserialize, Serialize};

use super::cells::{CsvCells, JsonCells, row};
use super::{Column, Format, Row, RowError};

/// The longest row, in bytes: a description of the longest, and the rest of it. A quote that is never closed makes the
/// rest of a file one row, and this is what of it is held in memory.
pub const LONGEST_ROW: usize = 64 * 1024;
/// More cells than there are columns is wrong however many there are.
pub(super) const MOST_CELLS: usize = 64;
/// What some editors put before a text.
const BYTE_ORDER_MARK: [u8; 3] = [0xef, 0xbb, 0xbf];

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Bytes before it.
    pub offset: u64,
    /// Its line, from 1.
    pub line: u64,
}

/// From where another run goes on: behind a row, with what the header said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// Where.
    pub place: Place,
    /// The columns of the file, in its order; none for JSON lines.
    pub columns: Vec<Column>,
}

/// A row, or why it is none, and where it stood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line that it begins on.
    pub line: u64,
    /// What it says.
    pub row: Result<Row, RowError>,
    /// Where the next one begins, or an end of line before it.
    pub after: Place,
}

/// Why nothing of a file can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// There is nothing in it.
    #[error("the file has no header")]
    Missing,
    /// Its first line is too long, or not text.
    #[error("the header cannot be read")]
    Unreadable,
    /// A name that says nothing.
    #[error("the header names {0:?}, which is no column")]
    Unknown(String),
    /// A column that is there twice.
    #[error("the header names {0} twice")]
    Twice(&'static str),
    /// A column without which no row makes sense.
    #[error("the header lacks {0}")]
    Lacks(&'static str),
}

/// Reads a file piece by piece.
#[derive(Debug)]
pub struct Reader {
    format: Format,
    columns: Option<Vec<Column>>,
    csv: csv_core::Reader,
    /// What is there of the row that is being read.
    held: Held,
    /// Where that row begins.
    begins: Place,
    /// How far the file has been read.
    at: Place,
}

#[derive(Debug)]
struct Held {
    bytes: Vec<u8>,
    /// How many of them there are.
    length: usize,
    /// Where cells end.
    ends: [usize; MOST_CELLS],
    cells: usize,
    begun: bool,
    too_long: bool,
    too_many: bool,
}

impl Held {
    fn clear(&mut self) {
        (self.length, self.cells) = (0, 0);
        (self.begun, self.too_long, self.too_many) = (false, false, false);
    }

    fn filled(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Reader {
    /// From the beginning of a file.
    pub fn new(format: Format) -> Self {
        let start = Place { offset: 0, line: 1 };
        let held = Held {
            // One more, to tell a row of the longest from one that is longer.
            bytes: vec![0; LONGEST_ROW + 1],
            length: 0,
            ends: [0; MOST_CELLS],
            cells: 0,
            begun: false,
            too_long: false,
            too_many: false,
        };
        Self { format, columns: None, csv: csv_core::Reader::new(), held, begins: start, at: start }
    }

    /// From where another run came to: its next bytes are those from the cursor's offset on.
    pub fn resume(format: Format, cursor: Cursor) -> Self {
        let fresh = Self::new(format);
        let columns = (!cursor.columns.is_empty()).then_some(cursor.columns);
        Self { columns, begins: cursor.place, at: cursor.place, ..fresh }
    }

    /// Where another run would go on from this place.
    pub fn cursor(&self, place: Place) -> Cursor {
        Cursor { place, columns: self.columns.clone().unwrap_or_default() }
    }

    /// Takes the file's next bytes, and gives back the rows that end in them.
    pub fn feed(&mut self, mut bytes: &[u8]) -> Result<Vec<Line>, HeaderError> {
        let mut lines = Vec::new();
        loop {
            bytes = self.skip(bytes);
            if bytes.is_empty() {
                return Ok(lines);
            }
            let (read, complete) = match self.format {
                Format::Csv => self.read_csv(bytes),
                Format::JsonLines => self.read_line(bytes),
            };
            self.advance(bytes.get(..read).unwrap_or_default());
            bytes = bytes.get(read..).unwrap_or_default();
            if complete {
                lines.extend(self.complete()?);
            }
        }
    }

    /// Gives back the last row, where no end of line follows it.
    pub fn end(&mut self) -> Result<Option<Line>, HeaderError> {
        let complete = self.held.begun
            && match self.format {
                // No bytes tell it that the file ends.
                Format::Csv => self.read_csv(&[]).1,
                Format::JsonLines => true,
            };
        let last = if complete { self.complete()? } else { None };
        let header = self.format == Format::JsonLines || self.columns.is_some();
        if header { Ok(last) } else { Err(HeaderError::Missing) }
    }

    /// Passes over what stands between rows: ends of line, and a byte order mark before the first.
    fn skip<'a>(&mut self, mut bytes: &'a [u8]) -> &'a [u8] {
        while let ([first, rest @ ..], false) = (bytes, self.held.begun) {
            let mark = usize::try_from(self.at.offset).ok().and_then(|at| BYTE_ORDER_MARK.get(at));
            if !matches!(first, b'\r' | b'\n') && mark != Some(first) {
                break;
            }
            self.advance(&[*first]);
            bytes = rest;
        }
        if !self.held.begun {
            self.begins = self.at;
        }
        bytes
    }

    fn advance(&mut self, read: &[u8]) {
        let count = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        self.at.offset = self.at.offset.saturating_add(count(read.len()));
        let ends = read.iter().filter(|byte| **byte == b'\n').count();
        self.at.line = self.at.line.saturating_add(count(ends));
    }

    /// How many bytes belong to the row that is being read, and whether they complete it.
    fn read_csv(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut read = 0;
        self.held.begun = true;
        loop {
            let Held { bytes: room, length, ends, cells, too_long, too_many, .. } = &mut self.held;
            let rest = bytes.get(read..).unwrap_or_default();
            let (room, ends) =
                (room.get_mut(*length..).unwrap_or_default(), ends.get_mut(*cells..).unwrap_or_default());
            let (result, taken, written, ended) = self.csv.read_record(rest, room, ends);
            read += taken;
            *length += written;
            *cells += ended;
            match result {
                ReadRecordResult::InputEmpty => return (read, false),
                ReadRecordResult::Record => return (read, true),
                ReadRecordResult::End => return (read, false),
                // What it holds is of no use any more; it is read to its end, wherever that is.
                ReadRecordResult::OutputFull => (*length, *too_long) = (0, true),
                ReadRecordResult::OutputEndsFull => (*cells, *too_many) = (0, true),
            }
        }
    }

    fn read_line(&mut self, bytes: &[u8]) -> (usize, bool) {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let part = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
        let Held { bytes: room, length, begun, too_long, .. } = &mut self.held;
        *begun = true;
        match room.get_mut(*length..*length + part.len()) {
            Some(room) => {
                room.copy_from_slice(part);
                *length += part.len();
            }
            None => *too_long = true,
        }
        (end.map_or(bytes.len(), |end| end + 1), end.is_some())
    }

    /// The row that is held; none where it was the header, or a line of nothing.
    fn complete(&mut self) -> Result<Option<Line>, HeaderError> {
        let row = match self.format {
            Format::Csv => {
                let Some(columns) = &self.columns else {
                    self.columns = Some(header(self.cells().map_err(|_| HeaderError::Unreadable)?)?);
                    self.held.clear();
                    return Ok(None);
                };
                self.cells().and_then(|cells| CsvCells::new(columns, cells)).and_then(|cells| row(&cells))
            }
            Format::JsonLines => {
                let text = self.text();
                if text.as_ref().is_ok_and(|text| text.trim().is_empty()) {
                    self.held.clear();
                    return Ok(None);
                }
                text.and_then(JsonCells::new).and_then(|cells| row(&cells))
            }
        };
        self.held.clear();
        Ok(Some(Line { line: self.begins.line, row, after: self.at }))
    }

    fn text(&self) -> Result<&str, RowError> {
        if self.held.too_long || self.held.length > LONGEST_ROW {
            return Err(RowError::TooLong);
        }
        let text = std::str::from_utf8(self.held.filled()).map_err(|_| RowError::NotUtf8)?;
        if text.contains('\0') { Err(RowError::Nul) } else { Ok(text) }
    }

    fn cells(&self) -> Result<Vec<&str>, RowError> {
        let text = self.text()?;
        if self.held.too_many {
            return Err(RowError::TooManyCells);
        }
        let ends = self.held.ends.get(..self.held.cells).unwrap_or_default();
        let mut begins = 0;
        let cells = ends.iter().map(|end| {
            // Not on a letter's boundary only where a cell ends within one: then its halves are no text.
            let cell = text.get(begins..*end).ok_or(RowError::NotUtf8);
            begins = *end;
            cell
        });
        cells.collect()
    }
}

fn header(names: Vec<&str>) -> Result<Vec<Column>, HeaderError> {
    let mut columns = Vec::with_capacity(names.len());
    for name in names {
        let name = name.trim().to_ascii_lowercase();
        let column = Column::named(&name).ok_or(HeaderError::Unknown(name))?;
        if columns.contains(&column) {
            return Err(HeaderError::Twice(column.name()));
        }
        columns.push(column);
    }
    let missing = Column::ALL.into_iter().find(|column| column.is_required() && !columns.contains(column));
    missing.map_or(Ok(columns), |column| Err(HeaderError::Lacks(column.name())))
}
