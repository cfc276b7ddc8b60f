//! The strings that a regular expression's matches must hold: a bottom-up walk over its syntax.
//!
//! For each part of the expression a [`Shape`] says what every match of the part looks like. Where the matches are
//! few they are known exactly; else it is known what they begin with, what they end with, and what else must stand
//! in them. Everything is bounded, and whatever does not fit its bound is forgotten, never guessed: a shape may say
//! too little, but what it says holds for every match.
//!
//! Letters are folded to lower case where they are ASCII, as the filters of trigrams do; all others are taken byte by
//! byte, so that `(?i)k`, which also matches the Kelvin sign, has two strings.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::needs::Needs;

/// Strings of a set.
type Strings = BTreeSet<Box<[u8]>>;

/// Most strings of a set.
const MOST_STRINGS: usize = 32;
/// Most characters of a class that is taken apart.
const MOST_CHARACTERS: u32 = 16;
/// Longest string of a set of beginnings or ends. Two bytes are enough for the trigrams that cross a border.
const BORDER_BYTES: usize = 2;
/// Most copies of a repeated part that are looked at.
const MOST_COPIES: u32 = 4;

/// What every match of a part of an expression looks like.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    matches: Matches,
    /// What must stand in it besides what `matches` says.
    needs: Needs,
}

#[derive(Clone, Debug)]
enum Matches {
    /// It is one of these.
    Exactly(Strings),
    /// It begins with one of these and ends with one of those; the two may overlap.
    Between(Strings, Strings),
}

impl Shape {
    /// The shape of `hir`.
    pub(super) fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::exactly([folded(&[])].into()),
            HirKind::Literal(literal) => Self::exactly([folded(&literal.0)].into()),
            HirKind::Class(class) => characters(class).map_or_else(Self::anything, Self::exactly),
            HirKind::Repetition(repetition) => Self::repeated(repetition),
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => Self::in_a_row(parts.iter().map(Self::of)),
            HirKind::Alternation(parts) => Self::one_of(parts.iter().map(Self::of).collect()),
        }
    }

    /// All that must stand in a match.
    pub(super) fn into_needs(self) -> Needs {
        match &self.matches {
            Matches::Exactly(strings) => self.needs.and(Needs::one_of_strings(strings)),
            Matches::Between(starts, ends) => {
                self.needs.and(Needs::one_of_strings(starts)).and(Needs::one_of_strings(ends))
            }
        }
    }

    fn exactly(strings: Strings) -> Self {
        Self { matches: Matches::Exactly(strings), needs: Needs::nothing() }
    }

    fn anything() -> Self {
        let empty: Strings = [folded(&[])].into();
        Self { matches: Matches::Between(empty.clone(), empty), needs: Needs::nothing() }
    }

    fn repeated(repetition: &Repetition) -> Self {
        let part = Self::of(&repetition.sub);
        match (repetition.min, repetition.max) {
            (0, Some(1)) => Self::one_of(vec![part, Self::exactly([folded(&[])].into())]),
            (0, _) => Self::anything(),
            (min, max) => {
                let copies = min.min(MOST_COPIES);
                // What one copy needs, the others need too: it is said once.
                let bare = Self { needs: Needs::nothing(), ..part.clone() };
                let row = Self::in_a_row([part].into_iter().chain((1..copies).map(|_| bare.clone())));
                // More copies may stand between: what is known of the first and of the last stays true.
                if max == Some(copies) { row } else { row.loosened() }
            }
        }
    }

    fn in_a_row(shapes: impl Iterator<Item = Self>) -> Self {
        shapes.reduce(Self::then).unwrap_or_else(|| Self::exactly([folded(&[])].into()))
    }

    /// This, and `next` right after it.
    fn then(self, next: Self) -> Self {
        if let (Matches::Exactly(a), Matches::Exactly(b)) = (&self.matches, &next.matches)
            && let Some(strings) = product(a, b)
        {
            return Self { matches: Matches::Exactly(strings), needs: self.needs.and(next.needs) };
        }
        let (left, right) = (self.ends(), next.starts());
        // A short beginning is followed by how the next part begins, a short end preceded by how this one ends.
        let starts = match &self.matches {
            Matches::Exactly(strings) => {
                product(strings, &right).map_or_else(|| heads(strings), |all| heads(&all))
            }
            Matches::Between(starts, _) => starts.clone(),
        };
        let ends = match &next.matches {
            Matches::Exactly(strings) => {
                product(&left, strings).map_or_else(|| tails(strings), |all| tails(&all))
            }
            Matches::Between(_, ends) => ends.clone(),
        };
        let crossing = product(&left, &right).map_or_else(Needs::nothing, |all| Needs::one_of_strings(&all));
        let needs = self.into_needs().and(next.into_needs()).and(crossing);
        Self { matches: Matches::Between(starts, ends), needs }
    }

    fn one_of(shapes: Vec<Self>) -> Self {
        let exact: Option<Vec<&Strings>> = shapes.iter().map(Self::strings).collect();
        if let Some(sets) = exact
            && sets.iter().map(|set| set.len()).sum::<usize>() <= MOST_STRINGS
        {
            return Self::exactly(sets.into_iter().flatten().cloned().collect());
        }
        let (mut starts, mut ends, mut needs) = (Strings::new(), Strings::new(), Vec::new());
        for shape in shapes.into_iter().map(Self::loosened) {
            if let Matches::Between(some_starts, some_ends) = shape.matches {
                starts.extend(some_starts);
                ends.extend(some_ends);
            }
            needs.push(shape.needs);
        }
        Self { matches: Matches::Between(bounded(starts), bounded(ends)), needs: Needs::one_of(needs) }
    }

    /// The strings, when they are all that is known.
    fn strings(&self) -> Option<&Strings> {
        match &self.matches {
            Matches::Exactly(strings) if self.needs.is_nothing() => Some(strings),
            _ => None,
        }
    }

    /// This with only the borders of its matches known; what is known of the rest moves into what is needed.
    fn loosened(self) -> Self {
        let matches = Matches::Between(self.starts(), self.ends());
        Self { needs: self.into_needs(), matches }
    }

    /// What the matches begin with.
    fn starts(&self) -> Strings {
        match &self.matches {
            Matches::Exactly(strings) => heads(strings),
            Matches::Between(starts, _) => starts.clone(),
        }
    }

    /// What the matches end with.
    fn ends(&self) -> Strings {
        match &self.matches {
            Matches::Exactly(strings) => tails(strings),
            Matches::Between(_, ends) => ends.clone(),
        }
    }
}

fn folded(bytes: &[u8]) -> Box<[u8]> {
    bytes.to_ascii_lowercase().into()
}

/// The characters of a class as strings, when they are few.
fn characters(class: &Class) -> Option<Strings> {
    match class {
        Class::Unicode(class) => {
            let ranges = class.ranges();
            let count: u32 = ranges.iter().map(|range| range.end() as u32 - range.start() as u32 + 1).sum();
            let characters = ranges.iter().flat_map(|range| range.start()..=range.end());
            (count <= MOST_CHARACTERS).then(|| {
                characters.map(|character| folded(character.encode_utf8(&mut [0; 4]).as_bytes())).collect()
            })
        }
        Class::Bytes(class) => {
            let ranges = class.ranges();
            let count: u32 = ranges.iter().map(|range| u32::from(range.end() - range.start()) + 1).sum();
            let bytes = ranges.iter().flat_map(|range| range.start()..=range.end());
            (count <= MOST_CHARACTERS).then(|| bytes.map(|byte| folded(&[byte])).collect())
        }
    }
}

/// Each string of `a` followed by each of `b`, when they are few.
fn product(a: &Strings, b: &Strings) -> Option<Strings> {
    (a.len() * b.len() <= MOST_STRINGS)
        .then(|| a.iter().flat_map(|a| b.iter().map(|b| [&**a, &**b].concat().into())).collect())
}

fn heads(strings: &Strings) -> Strings {
    bounded(strings.iter().map(|string| string[..string.len().min(BORDER_BYTES)].into()).collect())
}

fn tails(strings: &Strings) -> Strings {
    let from = |string: &[u8]| string.len().saturating_sub(BORDER_BYTES);
    bounded(strings.iter().map(|string| string[from(string)..].into()).collect())
}

/// `strings`, or the empty string in the place of too many.
fn bounded(strings: Strings) -> Strings {
    if strings.len() <= MOST_STRINGS { strings } else { [folded(&[])].into() }
}
