//! As much of MIME as it takes to show a raw message in the mailbox.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What a reader sees of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) from: String,
    pub(super) to: Vec<String>,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: Option<String>,
}

/// How deep parts are looked into: alternatives within related within mixed is as deep as mail goes.
const DEEPEST: usize = 4;

impl Message {
    /// Reads a raw message; what cannot be read is shown as it came.
    pub(super) fn read(raw: &str) -> Self {
        let raw = raw.replace("\r\n", "\n");
        let (headers, _) = split(&raw);
        let header = |name: &str| header(&headers, name).map(|value| decoded_words(&value)).unwrap_or_default();
        let to = header("to").split(',').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
        let mut message = Self { from: header("from"), to, subject: header("subject"), ..Self::default() };
        message.part(&raw, DEEPEST);
        message
    }

    fn part(&mut self, raw: &str, depth: usize) {
        let (headers, body) = split(raw);
        let kind = header(&headers, "content-type").unwrap_or_else(|| "text/plain".to_owned());
        if let Some(boundary) = boundary(&kind).filter(|_| depth > 0) {
            let rule = format!("\n--{boundary}");
            // What stands before the first rule is for readers without MIME; the last piece begins with "--".
            for part in format!("\n{body}").split(&rule).skip(1).filter(|part| !part.starts_with("--")) {
                self.part(part.trim_start_matches('\n'), depth - 1);
            }
            return;
        }
        let body = decoded(body, &header(&headers, "content-transfer-encoding").unwrap_or_default());
        match kind.to_lowercase() {
            kind if kind.starts_with("text/html") => self.html = Some(body),
            kind if kind.starts_with("text/plain") => self.text.push_str(&body),
            _ => {}
        }
    }
}

/// The headers, each on a line of its own, and the body.
fn split(raw: &str) -> (String, &str) {
    let (headers, body) = raw.split_once("\n\n").unwrap_or((raw, ""));
    (headers.replace("\n ", " ").replace("\n\t", " "), body)
}

fn header(headers: &str, name: &str) -> Option<String> {
    headers.lines().find_map(|line| {
        let (is, value) = line.split_once(':')?;
        is.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn boundary(kind: &str) -> Option<String> {
    let place = kind.to_lowercase().find("boundary=")?;
    let value = kind.get(place + "boundary=".len()..)?;
    let value = match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => value.split([';', ' ']).next()?,
    };
    (!value.is_empty()).then(|| value.to_owned())
}

fn decoded(body: &str, encoding: &str) -> String {
    let bytes = match encoding.to_lowercase().as_str() {
        "base64" => STANDARD.decode(body.split_whitespace().collect::<String>()).ok(),
        "quoted-printable" => Some(quoted_printable(&body.replace("=\n", ""), false)),
        _ => None,
    };
    bytes.map_or_else(|| body.to_owned(), |bytes| String::from_utf8_lossy(&bytes).into_owned())
}

fn quoted_printable(text: &str, in_header: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let escaped = after.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match escaped.and_then(|hex| u8::from_str_radix(hex, 16).ok()).filter(|_| byte == b'=') {
            Some(value) => {
                bytes.push(value);
                rest = after.get(2..).unwrap_or_default();
            }
            None if in_header && byte == b'_' => bytes.push(b' '),
            None => bytes.push(byte),
        }
    }
    bytes
}

/// `=?utf-8?B?…?=` and `=?utf-8?Q?…?=` in a header's value.
fn decoded_words(value: &str) -> String {
    let mut decoded = String::new();
    let mut rest = value;
    let mut after_word = false;
    while let Some((before, (bytes, after))) = next_word(rest) {
        // White space between two encoded words is no part of the text.
        if !(after_word && before.trim().is_empty()) {
            decoded.push_str(before);
        }
        decoded.push_str(&String::from_utf8_lossy(&bytes));
        (rest, after_word) = (after, true);
    }
    decoded + rest
}

/// What stands before the next encoded word, what the word says, and what follows it.
fn next_word(value: &str) -> Option<(&str, (Vec<u8>, &str))> {
    let (before, word) = value.split_once("=?")?;
    let mut fields = word.splitn(3, '?');
    let (_charset, encoding, text) = (fields.next()?, fields.next()?, fields.next()?);
    let (text, after) = text.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => STANDARD.decode(text).ok()?,
        "Q" | "q" => quoted_printable(text, true),
        _ => return None,
    };
    Some((before, (bytes, after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_two_parts_is_read() {
        let raw = "From: Shop <shop@x.test>\r\nTo: a@x.test, b@x.test\r\nSubject: =?utf-8?B?R3LDvMOfZQ==?=\r\n \
                   =?utf-8?Q?_dich?=\r\nContent-Type: multipart/alternative;\r\n boundary=\"cut\"\r\n\r\nignored\r\n\
                   --cut\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\
                   \r\nna=C3=AFve long=\r\nline\r\n--cut\r\nContent-Type: text/html\r\n\
                   Content-Transfer-Encoding: base64\r\n\r\nPHA+aGk8L3A+\r\n--cut--\r\n";
        let message = Message::read(raw);
        assert_eq!(message.from, "Shop <shop@x.test>");
        assert_eq!(message.to, ["a@x.test", "b@x.test"]);
        assert_eq!(message.subject, "Grüße dich");
        assert_eq!(message.text.trim(), "naïve longline");
        assert_eq!(message.html.as_deref(), Some("<p>hi</p>"));
    }

    #[test]
    fn a_plain_message_is_its_text() {
        let message = Message::read("Subject: hello\n\nbody\n");
        assert_eq!((message.subject.as_str(), message.text.as_str()), ("hello", "body\n"));
        assert_eq!(Message::read("").text, "");
    }
}
