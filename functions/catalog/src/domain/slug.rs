//! Slugs: what stands for a product or a category in a URL that people read.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A slug: 1 to 80 of `a-z 0-9 -`, with no dash at an end and no two in a row.
///
/// No id is one, and none reads as one: ids have an underscore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to {} of the characters a-z 0-9, with single dashes between them", Slug::LONGEST)]
pub struct SlugError;

impl Slug {
    /// The longest, in characters.
    pub const LONGEST: usize = 80;
    /// How much of a title is taken: what makes it unique has to fit behind it.
    const OF_A_TITLE: usize = 64;

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug that says what the title says; `otherwise` where it has no letter that a slug can have.
    pub fn of_title(title: &str, otherwise: &str) -> Self {
        let mut text = String::new();
        for letter in title.chars().flat_map(char::to_lowercase) {
            match plain(letter) {
                Some(plain) => text.push_str(plain),
                None if letter.is_ascii_alphanumeric() => text.push(letter),
                // An apostrophe parts no words.
                None if letter == '\'' || letter == '\u{2019}' => {}
                None if !text.is_empty() && !text.ends_with('-') => text.push('-'),
                None => {}
            }
        }
        text.truncate(Self::OF_A_TITLE);
        let text = text.trim_matches('-');
        if text.is_empty() { Self(otherwise.to_ascii_lowercase().replace('_', "-")) } else { Self(text.to_owned()) }
    }

    /// The same, told apart from its namesakes.
    #[must_use]
    pub fn apart(&self, mark: &str) -> Self {
        Self(format!("{}-{}", self.0.get(..Self::OF_A_TITLE).unwrap_or(&self.0).trim_end_matches('-'), mark))
    }
}

/// A letter of Western and Central Europe as it is written without its marks.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ā' | 'ą' => "a",
        'ä' | 'æ' => "ae",
        'ç' | 'ć' | 'č' => "c",
        'ď' | 'đ' => "d",
        'è' | 'é' | 'ê' | 'ë' | 'ē' | 'ę' | 'ě' => "e",
        'ì' | 'í' | 'î' | 'ï' | 'ī' => "i",
        'ł' => "l",
        'ñ' | 'ń' | 'ň' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ő' | 'ø' => "o",
        'ö' | 'œ' => "oe",
        'ř' => "r",
        'ś' | 'š' => "s",
        'ß' => "ss",
        'ť' => "t",
        'ù' | 'ú' | 'û' | 'ů' | 'ű' | 'ū' => "u",
        'ü' => "ue",
        'ý' | 'ÿ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '&' => "and",
        _ => return None,
    })
}

impl TryFrom<String> for Slug {
    type Error = SlugError;
    fn try_from(text: String) -> Result<Self, SlugError> {
        let letters = text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        let dashes = text.starts_with('-') || text.ends_with('-') || text.contains("--");
        if (1..=Self::LONGEST).contains(&text.len()) && letters && !dashes { Ok(Self(text)) } else { Err(SlugError) }
    }
}

impl FromStr for Slug {
    type Err = SlugError;
    fn from_str(text: &str) -> Result<Self, SlugError> {
        text.to_owned().try_into()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_title_says_its_slug() {
        let slug = |title: &str| Slug::of_title(title, "prd_1").to_string();
        assert_eq!(slug("Crème & Brûlée: the Äpfel's!"), "creme-and-brulee-the-aepfels");
        assert_eq!(slug("  --Mug--  no.  7 "), "mug-no-7");
        assert_eq!(slug("茶碗"), "prd-1");
    }

    #[test]
    fn a_slug_has_a_shape() {
        let is = |text: &str| text.parse::<Slug>().is_ok();
        assert!(is("a") && is("mug-7") && is(&"x".repeat(80)));
        for wrong in ["", "-a", "a-", "a--b", "A", "a_b", "é", "a b", &"x".repeat(81)] {
            assert!(!is(wrong), "{wrong:?}");
        }
    }

    proptest! {
        #[test]
        fn every_title_has_a_slug_and_so_has_its_namesake(title in "\\PC{0,200}", mark in "[a-z0-9]{1,8}") {
            let slug = Slug::of_title(&title, "prd_00000000000000000000000000");
            prop_assert!(slug.as_str().parse::<Slug>().is_ok(), "{slug}");
            prop_assert!(slug.apart(&mark).as_str().parse::<Slug>().is_ok(), "{}", slug.apart(&mark));
        }
    }
}
