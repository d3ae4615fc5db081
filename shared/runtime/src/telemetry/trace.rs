//! Traces: to which outside request a piece of work belongs (W3C Trace Context), and how long each step of it took.

use std::fmt;
use std::str::FromStr;

use holdfast_core::{Ambient, Timestamp};

/// A trace: everything that one outside request set off.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId([u8; 16]);

/// A step of a trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId([u8; 8]);

/// Where in which trace something happens: what travels as `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace: TraceId,
    /// The step.
    pub span: SpanId,
    /// Whether spans of this trace are collected.
    pub sampled: bool,
}

/// A text that is no `traceparent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no traceparent: version 00, a trace, a parent and flags, in lower-case hex")]
pub struct NoTrace;

/// Which side of what a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Answers a request.
    Server,
    /// Asks somebody else.
    Client,
    /// Hands on an event.
    Producer,
    /// Handles one.
    Consumer,
    /// Nothing of these: a schedule's run, a batch.
    Internal,
}

/// A step that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// What it was: `POST /v1/checkout`, `DynamoDB.GetItem`.
    pub name: String,
    /// Which side of it.
    pub kind: SpanKind,
    /// Its trace and itself.
    pub context: TraceContext,
    /// The step that it is part of.
    pub parent: Option<SpanId>,
    /// When it began.
    pub began: Timestamp,
    /// When it was over.
    pub ended: Timestamp,
    /// Whether it failed.
    pub failed: bool,
    /// What else is known of it, by OpenTelemetry's names: never what a person wrote.
    pub attributes: Vec<(&'static str, Attribute)>,
}

/// What is known of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Attribute {
    /// A text.
    Text(String),
    /// A number.
    Number(i64),
}

impl TraceId {
    pub(crate) fn new(ambient: &Ambient) -> Self {
        Self(ambient.bytes())
    }
}

impl SpanId {
    pub(crate) fn new(ambient: &Ambient) -> Self {
        Self(ambient.bytes())
    }

    /// The `nth` step beside this one: a draw for each call of a table would be one too many.
    pub(crate) fn after(self, nth: u64) -> Self {
        Self(u64::from_be_bytes(self.0).wrapping_add(nth).to_be_bytes())
    }
}

impl TraceContext {
    /// The beginning of a trace that nobody has begun yet.
    pub fn root(ambient: &Ambient) -> Self {
        Self { trace: TraceId::new(ambient), span: SpanId::new(ambient), sampled: true }
    }

    /// A step of the same trace.
    pub(crate) fn child(self, span: SpanId) -> Self {
        Self { span, ..self }
    }
}

impl From<&str> for Attribute {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Attribute {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u16> for Attribute {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<u32> for Attribute {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{}-{}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// So many bytes in lower-case hex, not all of them nothing.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    if text.len() != 2 * N {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let &[high, low] = pair else { return None };
        *byte = digit(high)? << 4 | digit(low)?;
    }
    (bytes != [0; N]).then_some(bytes)
}

impl FromStr for TraceId {
    type Err = NoTrace;

    fn from_str(text: &str) -> Result<Self, NoTrace> {
        bytes(text).map(Self).ok_or(NoTrace)
    }
}

impl FromStr for TraceContext {
    type Err = NoTrace;

    fn from_str(text: &str) -> Result<Self, NoTrace> {
        let parts: Vec<&str> = text.split('-').collect();
        let &["00", trace, span, flags] = parts.as_slice() else { return Err(NoTrace) };
        let flags = match flags {
            "00" => [0],
            flags => bytes::<1>(flags).ok_or(NoTrace)?,
        };
        let trace = trace.parse()?;
        let span = bytes(span).map(SpanId).ok_or(NoTrace)?;
        Ok(Self { trace, span, sampled: flags.first().is_some_and(|flags| flags & 1 == 1) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_traceparent_is_read_and_written_alike() {
        for text in [
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
        ] {
            assert_eq!(text.parse::<TraceContext>().unwrap().to_string(), text);
        }
        let more = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03".parse::<TraceContext>().unwrap();
        assert!(more.sampled, "the other flags are not ours");
    }

    #[test]
    fn only_a_trace_is_a_trace() {
        for text in [
            "",
            "ada@example.test, who lives at 12 St James's Square, LND",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e47é-00f067aa0ba902b7-01",
        ] {
            assert_eq!(text.parse::<TraceContext>(), Err(NoTrace), "{text}");
        }
    }

    #[test]
    fn steps_beside_one_another_have_names_of_their_own() {
        let root = TraceContext::root(&Ambient::system());
        assert_ne!(root.span.after(1), root.span.after(2));
        assert_eq!(SpanId([255; 8]).after(2), SpanId([0, 0, 0, 0, 0, 0, 0, 1]));
        assert_eq!(root.child(root.span.after(1)).trace, root.trace);
    }
}
