//! The few words that staff add to what they do.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A reason or a reference: one line of 1 to [`Note::LONGEST`] ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Note(String);

/// Why a text is not a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {} visible ASCII characters and spaces, without spaces around", Note::LONGEST)]
pub struct NoteError;

impl Note {
    /// The longest, in characters: it stands in a stock item's event, and the item must stay under 1 KB.
    pub const LONGEST: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Note {
    type Error = NoteError;
    fn try_from(text: String) -> Result<Self, NoteError> {
        let fits = (1..=Self::LONGEST).contains(&text.len()) && text.trim() == text;
        if fits && text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(NoteError)
        }
    }
}

impl From<Note> for String {
    fn from(note: Note) -> String {
        note.0
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_a_line() {
        let note = |text: &str| Note::try_from(text.to_owned()).is_ok();
        assert!(note("broken in transit") && note(&"x".repeat(64)));
        assert!(!note("") && !note(&"x".repeat(65)) && !note(" x") && !note("a\nb") && !note("é"));
    }
}
