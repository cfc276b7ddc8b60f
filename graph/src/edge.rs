//! What the graph says: edges, their kinds, and how sure they are.

use contexd_store::{ReferenceKind, SymbolId};

/// A symbol by the file that it stands in and its position there. Unlike a
/// [`SymbolId`] it survives edits of the file that leave its outline alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Node {
    pub(crate) slot: Slot,
    pub(crate) ordinal: u32,
}

/// A path's number in a graph; it stays while graphs are made from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(pub(crate) u32);

/// How sure it is that a use means a definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// Proven by the language's scopes and by imports that name it.
    Exact,
    /// Found by way of a written or inferred type, or of what a wildcard or an include brings in.
    Scoped,
    /// The only definition in the repository that bears the name and could be meant.
    UniqueName,
    /// One of so many definitions that bear the name.
    Ambiguous(u32),
}

impl Confidence {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Scoped => "scoped",
            Self::UniqueName => "unique_name",
            Self::Ambiguous(_) => "ambiguous",
        }
    }

    /// Definitions that come into question: 1 unless it is ambiguous.
    #[must_use]
    pub fn candidates(self) -> u32 {
        match self {
            Self::Ambiguous(candidates) => candidates,
            Self::Exact | Self::Scoped | Self::UniqueName => 1,
        }
    }
}

/// What an edge says of its two ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// The first calls the second.
    Calls,
    /// The first uses the second as a type.
    UsesType,
    /// The first extends or implements the second.
    Inherits,
    /// The first expands the macro that the second is.
    Expands,
    /// The first, a method, takes the place of the second, its base's.
    Overrides,
    /// The first, a test, uses the second.
    Tests,
    /// The first, a document, names the second.
    Documents,
}

impl EdgeKind {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::UsesType => "uses_type",
            Self::Inherits => "inherits",
            Self::Expands => "expands",
            Self::Overrides => "overrides",
            Self::Tests => "tests",
            Self::Documents => "documents",
        }
    }

    /// What a use of this kind says.
    #[must_use]
    pub fn of_reference(kind: ReferenceKind) -> Self {
        match kind {
            ReferenceKind::Call => Self::Calls,
            ReferenceKind::Type => Self::UsesType,
            ReferenceKind::Inherit => Self::Inherits,
            ReferenceKind::Macro => Self::Expands,
            ReferenceKind::Mention => Self::Documents,
        }
    }
}

/// What a use of a name refers to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// How sure it is.
    pub confidence: Confidence,
    /// The definitions, best first: several where one thing is declared more than once, or where it is ambiguous.
    /// At most [`MAX_TARGETS`].
    pub targets: Vec<SymbolId>,
}

/// Most definitions that are kept of an ambiguous use.
pub const MAX_TARGETS: usize = 16;

/// [`Resolution`] within a graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// Position in [`FileRecord::references`](contexd_store::FileRecord::references).
    pub(crate) reference: u32,
    pub(crate) confidence: Confidence,
    pub(crate) targets: Box<[Node]>,
}
