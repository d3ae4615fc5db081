//! Which input is wrong, and why.

/// An input that is not what it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// A JSON pointer to it.
    pub pointer: String,
    /// What it must be.
    pub detail: String,
}

impl Wrong {
    /// This one, for this reason.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }

    /// The same, seen from further up: an input within an input.
    pub fn under(self, parents: &str) -> Self {
        Self { pointer: format!("{parents}{}", self.pointer), ..self }
    }
}

/// A name as it stands in a JSON pointer.
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
