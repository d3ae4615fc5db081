//! What a mail says, written once and rendered twice: as text and as HTML.
//!
//! A name is whatever its owner typed. It enters HTML escaped, and subjects not at all.

mod html;
mod text;

use crate::manner::{Language, Manner};

/// A mail, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The subject: one line.
    pub subject: String,
    /// For those who read text.
    pub text: String,
    /// For those who read HTML.
    pub html: String,
    /// All of it in a line, for a telephone: the subject, and where it leads.
    pub short: String,
}

/// To whom a letter goes, and from whose shop.
#[derive(Clone, Copy, Debug)]
pub struct Addressee<'a> {
    /// What the shop is called.
    pub shop: &'a str,
    /// How they are written to.
    pub manner: Manner,
    /// What they are called: nothing where the name is not known, or may be a stranger's words.
    pub name: Option<&'a str>,
    /// Where such mails are declined with one click, where they can be.
    pub decline: Option<&'a str>,
}

/// A letter that is being written.
#[derive(Clone, Debug)]
#[must_use = "a letter says nothing before `mail`"]
pub struct Letter {
    shop: String,
    language: Language,
    greeting: String,
    decline: Option<String>,
    parts: Vec<Part>,
}

/// A part of a letter.
#[derive(Clone, Debug)]
enum Part {
    Headline(&'static str),
    Paragraph(String),
    Link { label: &'static str, to: String },
    Code(String),
    Goods(Vec<Good>),
    Sums(Vec<Sum>),
    Facts(Vec<(&'static str, String)>),
    Block { title: &'static str, lines: Vec<String> },
}

/// A line of an order, as a letter shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Good {
    /// How many.
    pub count: u32,
    /// What it is called.
    pub title: String,
    /// What else there is to say of it: its options, its article.
    pub detail: String,
    /// What all of them cost; nothing where that is not the point.
    pub amount: Option<String>,
}

/// A line of what an order adds up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sum {
    /// What.
    pub label: String,
    /// How much.
    pub amount: String,
    /// Whether it is what matters.
    pub is_total: bool,
}

/// What stands at the end of each, so that nobody waits for an answer.
fn footer(language: Language) -> &'static str {
    match language {
        Language::English => "This mail was sent automatically. Answers to it are not read.",
        Language::German => "Diese E-Mail wurde automatisch versandt. Antworten darauf werden nicht gelesen.",
    }
}

fn decline(language: Language) -> &'static str {
    match language {
        Language::English => "No more mails like this one",
        Language::German => "Keine solchen E-Mails mehr",
    }
}

impl Letter {
    /// A letter to them.
    pub fn to(addressee: &Addressee<'_>) -> Self {
        let hello = match addressee.manner.language() {
            Language::English => "Hello",
            Language::German => "Guten Tag",
        };
        let greeting = addressee.name.map_or_else(|| format!("{hello},"), |name| format!("{hello} {name},"));
        Self {
            shop: addressee.shop.to_owned(),
            language: addressee.manner.language(),
            greeting,
            decline: addressee.decline.map(str::to_owned),
            parts: Vec::new(),
        }
    }

    fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// What it is about, in a few words above all else.
    pub fn headed(self, headline: &'static str) -> Self {
        self.with(Part::Headline(headline))
    }

    /// A paragraph.
    pub fn says(self, paragraph: impl Into<String>) -> Self {
        self.with(Part::Paragraph(paragraph.into()))
    }

    /// Something to do: a button in HTML, an address in text.
    pub fn offers(self, label: &'static str, to: &str) -> Self {
        self.with(Part::Link { label, to: to.to_owned() })
    }

    /// Something to copy.
    pub fn shows(self, code: &str) -> Self {
        self.with(Part::Code(code.to_owned()))
    }

    /// What was bought, or comes back.
    pub fn lists(self, goods: Vec<Good>) -> Self {
        self.with(Part::Goods(goods))
    }

    /// What it adds up to.
    pub fn adds_up(self, sums: Vec<Sum>) -> Self {
        self.with(Part::Sums(sums))
    }

    /// Names with their values.
    pub fn states(self, facts: Vec<(&'static str, String)>) -> Self {
        self.with(Part::Facts(facts))
    }

    /// Lines that belong together, like an address; nothing where there are none.
    pub fn quotes(self, title: &'static str, lines: Vec<String>) -> Self {
        if lines.is_empty() { self } else { self.with(Part::Block { title, lines }) }
    }

    /// Finished, under this subject.
    pub fn mail(self, subject: impl Into<String>) -> Mail {
        let subject = subject.into();
        let leads = self.parts.iter().find_map(|part| match part {
            Part::Link { to, .. } => Some(to),
            Part::Headline(_) | Part::Paragraph(_) | Part::Code(_) | Part::Goods(_) => None,
            Part::Sums(_) | Part::Facts(_) | Part::Block { .. } => None,
        });
        let short = match leads {
            Some(to) => format!("{}: {subject}. {to}", self.shop),
            None => format!("{}: {subject}.", self.shop),
        };
        Mail { text: text::rendered(&self), html: html::rendered(&self, &subject), short, subject }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn to<'a>(locale: &str, name: Option<&'a str>) -> Addressee<'a> {
        let manner = Manner::of(&locale.to_owned().try_into().unwrap());
        Addressee { shop: "Holdfast", manner, name, decline: None }
    }

    #[test]
    fn a_letter_says_the_same_in_text_and_in_html() {
        let good = Good { count: 2, title: "Mug".to_owned(), detail: "blue".to_owned(), amount: Some("$4".to_owned()) };
        let sum = |label: &str, is_total| Sum { label: label.to_owned(), amount: "$9".to_owned(), is_total };
        let mail = Letter::to(&to("en", Some("Ada")))
            .headed("Thanks")
            .says("One.")
            .offers("Do it", "https://shop.test/a?b=1&c=2")
            .shows("c0de")
            .lists(vec![good])
            .adds_up(vec![sum("Shipping", false), sum("Total", true)])
            .states(vec![("Carrier", "Post".to_owned())])
            .quotes("Goes to", vec!["12 Square".to_owned()])
            .quotes("Goes nowhere", vec![])
            .mail("Hi");
        assert_eq!((mail.subject.as_str(), mail.short.as_str()), ("Hi", "Holdfast: Hi. https://shop.test/a?b=1&c=2"));
        assert_eq!(
            mail.text,
            "Hello Ada,\n\nOne.\n\nDo it: https://shop.test/a?b=1&c=2\n\n    c0de\n\n2 x Mug (blue): $4\n\n\
             Shipping: $9\nTotal: $9\n\nCarrier: Post\n\nGoes to:\n    12 Square\n\n-- \nHoldfast\n\
             This mail was sent automatically. Answers to it are not read.\n"
        );
        for part in [
            "<title>Hi</title>",
            ">Thanks</h1>",
            "Hello Ada,",
            ">One.</p>",
            "href=\"https://shop.test/a?b=1&amp;c=2\">Do it</a>",
            ">c0de</p>",
            ">2 \u{d7} Mug<",
            ">blue<",
            ">$4<",
            ">Shipping<",
            ">Total<",
            ">Carrier<",
            ">Post<",
            ">Goes to<",
            "12 Square",
        ] {
            assert!(mail.html.contains(part), "{part}: {}", mail.html);
        }
        assert!(!mail.html.contains("Goes nowhere"));
    }

    #[test]
    fn a_letter_is_written_in_its_readers_language() {
        let mail = Letter::to(&to("de-CH", Some("Ada"))).says("x").mail("Hi");
        assert!(mail.text.starts_with("Guten Tag Ada,\n") && mail.text.contains("automatisch"));
        assert!(mail.html.contains("<html lang=\"de\">"));
        assert!(Letter::to(&to("de", None)).mail("Hi").text.starts_with("Guten Tag,\n"));
    }

    #[test]
    fn what_can_be_declined_says_where() {
        let link = "https://shop.test/unsubscribe?token=t&x";
        let addressee = Addressee { decline: Some(link), ..to("en", None) };
        let mail = Letter::to(&addressee).says("x").mail("Hi");
        assert!(mail.text.ends_with(&format!("No more mails like this one: {link}\n")));
        assert!(mail.html.contains("href=\"https://shop.test/unsubscribe?token=t&amp;x\""));
        assert!(!Letter::to(&to("en", None)).mail("Hi").html.contains("href"));
    }

    proptest! {
        #[test]
        fn no_text_becomes_markup(name in "\\PC{1,100}") {
            let letter = |name: &str| {
                let good = Good { count: 1, title: name.to_owned(), detail: name.to_owned(), amount: Some(name.to_owned()) };
                let sum = Sum { label: name.to_owned(), amount: name.to_owned(), is_total: true };
                let letter = Letter::to(&to("en", Some(name))).says(name).shows(name).offers("x", name);
                let letter = letter.lists(vec![good]).adds_up(vec![sum]).states(vec![("x", name.to_owned())]);
                letter.quotes("x", vec![name.to_owned()]).mail(name)
            };
            let (mail, plain) = (letter(&name), letter("-"));
            for mark in ['<', '>', '"', '\''] {
                prop_assert_eq!(mail.html.matches(mark).count(), plain.html.matches(mark).count());
            }
        }
    }
}
