//! Texts of the catalog: one line, or several.

/// Letters that turn the direction of what follows would let a title rewrite the line that it stands in.
fn turns(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn fits(text: &str, least: usize, most: usize) -> bool {
    (least..=most).contains(&text.chars().take(most.saturating_add(1)).count())
}

/// A text of one line, trimmed, of 1 to `longest` characters.
pub(crate) fn line(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    if fits(text, 1, longest) && !text.chars().any(|letter| letter.is_control() || turns(letter)) {
        Ok(text.to_owned())
    } else {
        Err(format!("must be one line of 1 to {longest} characters"))
    }
}

/// A text of any lines, trimmed, of up to `longest` characters.
pub(crate) fn lines(text: &str, longest: usize) -> Result<String, String> {
    let text = text.trim();
    let strange = |letter: char| (letter.is_control() && !['\n', '\t'].contains(&letter)) || turns(letter);
    if fits(text, 0, longest) && !text.chars().any(strange) {
        Ok(text.to_owned())
    } else {
        Err(format!("must be a text of up to {longest} characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_and_a_text_may_have_several() {
        assert_eq!(line(" Mug ", 3), Ok("Mug".to_owned()));
        for wrong in ["", "  ", "Mugs", "a\nb", "a\u{202e}"] {
            assert!(line(wrong, 3).is_err(), "{wrong:?}");
        }
        assert_eq!(lines("a\n\tb", 4), Ok("a\n\tb".to_owned()));
        assert!(lines("", 4).is_ok() && lines("a\r", 4).is_ok(), "the end is trimmed");
        assert!(lines("abcde", 4).is_err() && lines("a\rb", 4).is_err() && lines("\u{2066}", 4).is_err());
    }
}
