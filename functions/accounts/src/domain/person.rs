//! What people are called, and in which language.

use serde::{Deserialize, Serialize};

/// A person's name: 1 to 100 characters, on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

/// A language, and perhaps a country: `en`, `de-CH`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

impl PersonName {
    /// The longest, in characters.
    pub const LONGEST: usize = 100;

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Locale {
    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Default for Locale {
    fn default() -> Self {
        Self("en".to_owned())
    }
}

/// A text of one line, trimmed, of 1 to `longest` characters.
pub(super) fn line(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    let fits = (1..=longest).contains(&text.chars().take(longest.saturating_add(1)).count());
    // Letters that turn the direction of what follows would let a name rewrite the line that it stands in.
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if fits && !text.chars().any(|letter| letter.is_control() || turns(letter)) {
        Ok(text.to_owned())
    } else {
        Err(format!("must be one line of 1 to {longest} characters"))
    }
}

impl TryFrom<String> for PersonName {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        line(&text, Self::LONGEST).map(Self)
    }
}

impl From<PersonName> for String {
    fn from(name: PersonName) -> Self {
        name.0
    }
}

impl TryFrom<String> for Locale {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, &'static str> {
        let (language, country) = text.split_once('-').map_or((text.as_str(), None), |(a, b)| (a, Some(b)));
        let small = language.len() == 2 && language.bytes().all(|byte| byte.is_ascii_lowercase());
        let large = country.is_none_or(|code| code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()));
        if small && large { Ok(Self(text)) } else { Err("must be a language like en or de-CH") }
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        let name = |text: &str| PersonName::try_from(text.to_owned()).map(String::from);
        assert_eq!(name("  Ada Lovelace "), Ok("Ada Lovelace".to_owned()));
        assert!(name(&"é".repeat(100)).is_ok() && name(&"é".repeat(101)).is_err());
        for wrong in ["", "  ", "a\nb", "a\0b", "a\u{202e}b"] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_locale_is_a_language_and_perhaps_a_country() {
        let locale = |text: &str| Locale::try_from(text.to_owned()).is_ok();
        assert!(locale("en") && locale("de-CH"));
        assert!(!locale("") && !locale("EN") && !locale("de-ch") && !locale("deu") && !locale("de-CH-x"));
    }
}
