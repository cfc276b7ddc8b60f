//! What the graph says: which definitions a use means, and how sure that is.

use contexd_store::SymbolId;

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

impl Resolved {
    /// Whether it means one definition, if only because no other bears the name.
    pub(crate) fn is_sure(&self) -> bool {
        self.confidence <= Confidence::UniqueName
    }
}
