//! What a mail says, written once and rendered twice: as text and as HTML.
//!
//! A name is whatever its owner typed. It enters HTML escaped, and subjects not at all.

use std::fmt::Write;

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The subject: one line.
    pub subject: &'static str,
    /// For those who read text.
    pub text: String,
    /// For those who read HTML.
    pub html: String,
}

/// A letter that is being written.
#[derive(Clone, Debug)]
#[must_use = "a letter says nothing before `mail`"]
pub struct Letter {
    greeting: String,
    parts: Vec<Part>,
}

#[derive(Clone, Debug)]
enum Part {
    Paragraph(String),
    Link { label: &'static str, to: String },
    Code(String),
}

/// What every mail client shows alike, in light and in dark: a column of text, its colours left to the reader, and buttons
/// whose colours stand on both.
const BODY: &str = "margin:0;padding:24px;font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;font-size:16px;line-height:1.5";
const COLUMN: &str = "max-width:520px;margin:0 auto";
const BRAND: &str = "margin:0 0 24px;font-size:18px;font-weight:700;letter-spacing:.02em";
const PARAGRAPH: &str = "margin:0 0 16px";
const BUTTON: &str = "display:inline-block;margin:0 0 16px;padding:12px 20px;border-radius:6px;background:#1d5fd1;color:#ffffff;font-weight:600;text-decoration:none";
const CODE: &str = "margin:0 0 16px;padding:12px;border:1px solid #8a8f98;border-radius:6px;font-family:Consolas,Menlo,monospace;font-size:13px;word-break:break-all";
const FOOT: &str = "margin:32px 0 0;padding:16px 0 0;border-top:1px solid #8a8f98;font-size:13px";

/// At the end of each, so that nobody waits for an answer.
const FOOTER: &str = "This mail was sent automatically. Answers to it are not read.";

impl Letter {
    /// A letter to someone of this name.
    pub fn to(name: &str) -> Self {
        Self { greeting: format!("Hello {name},"), parts: Vec::new() }
    }

    /// A letter to somebody whose name is not known, or not to be trusted.
    pub fn to_whom_it_concerns() -> Self {
        Self { greeting: "Hello,".to_owned(), parts: Vec::new() }
    }

    /// A paragraph.
    pub fn says(mut self, paragraph: impl Into<String>) -> Self {
        self.parts.push(Part::Paragraph(paragraph.into()));
        self
    }

    /// Something to do: a button in HTML, an address in text.
    pub fn offers(mut self, label: &'static str, to: &str) -> Self {
        self.parts.push(Part::Link { label, to: to.to_owned() });
        self
    }

    /// Something to copy.
    pub fn shows(mut self, code: &str) -> Self {
        self.parts.push(Part::Code(code.to_owned()));
        self
    }

    /// Finished, under this subject.
    pub fn mail(self, subject: &'static str) -> Mail {
        Mail { subject, text: self.text(), html: self.html(subject) }
    }

    fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.greeting);
        for part in &self.parts {
            // Writing to a String does not fail.
            let _ = match part {
                Part::Paragraph(paragraph) => write!(text, "{paragraph}\n\n"),
                Part::Link { label, to } => write!(text, "{label}: {to}\n\n"),
                Part::Code(code) => write!(text, "    {code}\n\n"),
            };
        }
        text + "-- \nHoldfast\n" + FOOTER + "\n"
    }

    fn html(&self, subject: &str) -> String {
        let mut parts = format!("<p style=\"{PARAGRAPH}\">{}</p>\n", escaped(&self.greeting));
        for part in &self.parts {
            let _ = match part {
                Part::Paragraph(paragraph) => writeln!(parts, "<p style=\"{PARAGRAPH}\">{}</p>", escaped(paragraph)),
                Part::Link { label, to } => {
                    writeln!(
                        parts,
                        "<p style=\"margin:0\"><a style=\"{BUTTON}\" href=\"{}\">{label}</a></p>",
                        escaped(to)
                    )
                }
                Part::Code(code) => writeln!(parts, "<p style=\"{CODE}\">{}</p>", escaped(code)),
            };
        }
        format!(
            "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <meta name=\"supported-color-schemes\" content=\"light dark\">\n<title>{}</title>\n</head>\n\
             <body style=\"{BODY}\">\n<div style=\"{COLUMN}\">\n<p style=\"{BRAND}\">Holdfast</p>\n{parts}\
             <p style=\"{FOOT}\">{FOOTER}</p>\n</div>\n</body>\n</html>\n",
            escaped(subject)
        )
    }
}

/// As text between tags, and as the value of an attribute in quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::mails::{already_registered, reset_password, verify_email};

    #[test]
    fn a_letter_says_the_same_in_text_and_in_html() {
        let mail =
            Letter::to("Ada").says("One.").offers("Do it", "https://shop.test/a?b=1&c=2").shows("c0de").mail("Hi");
        assert_eq!(mail.subject, "Hi");
        assert!(
            mail.text
                .starts_with("Hello Ada,\n\nOne.\n\nDo it: https://shop.test/a?b=1&c=2\n\n    c0de\n\n-- \nHoldfast\n")
        );
        for part in [
            "<title>Hi</title>",
            "Hello Ada,",
            ">One.</p>",
            "href=\"https://shop.test/a?b=1&amp;c=2\">Do it</a>",
            ">c0de</p>",
        ] {
            assert!(mail.html.contains(part), "{part}");
        }
    }

    #[test]
    fn each_mail_has_its_link_and_its_token() {
        let verify = verify_email::mail("https://shop.test/verify-email?token=t0k", "t0k");
        let reset = reset_password::mail("Ada", "https://shop.test/reset-password?token=t0k", "t0k");
        let again = already_registered::mail("Ada", "https://shop.test/login", "https://shop.test/forgot-password");
        assert!(
            verify.text.contains(": https://shop.test/verify-email?token=t0k\n") && verify.text.contains("    t0k\n")
        );
        assert!(verify.text.contains("for 24 hours"));
        assert!(
            reset.html.contains("href=\"https://shop.test/reset-password?token=t0k\"")
                && reset.text.contains("for 60 minutes")
        );
        assert!(again.text.contains("Log in: https://shop.test/login\n"));
        for mail in [verify, reset, again] {
            assert!(mail.text.is_ascii() && mail.html.is_ascii());
            assert!(!mail.html.contains("http://") && !mail.html.contains("src="), "a mail loads nothing");
        }
    }

    proptest! {
        #[test]
        fn no_name_becomes_markup(name in "\\PC{0,100}") {
            let mail = Letter::to(&name).says("x").mail("Hi");
            let plain = Letter::to("").says("x").mail("Hi");
            for mark in ['<', '>', '"', '\''] {
                prop_assert_eq!(mail.html.matches(mark).count(), plain.html.matches(mark).count());
            }
        }
    }
}
