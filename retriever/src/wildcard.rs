//! Names with wildcards: `parse_*`, `*Handler`, `get_*_by_id`. A `*` stands for any run of characters, also none.

use std::sync::Arc;

use contexd_store::{Snapshot, SymbolId, SymbolRecord};

use crate::names::{container_parts, part_matches};

/// Distinct names that one wildcard may stand for.
const MOST_NAMES: usize = 400;

/// A name with wildcards, lower-cased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wildcard {
    /// What stands between the stars; the first and the last may be empty.
    parts: Vec<String>,
}

impl Wildcard {
    /// The wildcard that `name` is, if it has a star.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let parts = || name.split('*').map(str::to_lowercase).collect();
        name.contains('*').then(|| Self { parts: parts() })
    }

    /// Whether it is nothing but stars.
    pub(crate) fn is_anything(&self) -> bool {
        self.parts.iter().all(String::is_empty)
    }

    /// Whether the lower-cased `name` is of its form.
    pub(crate) fn matches(&self, name: &str) -> bool {
        let (Some((first, middle)), Some(last)) = (self.parts.split_first(), self.parts.last()) else {
            return false;
        };
        let Some(mut rest) = name.strip_prefix(first.as_str()) else { return false };
        for part in &middle[..middle.len().saturating_sub(1)] {
            let Some(at) = rest.find(part.as_str()) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last.as_str())
    }

    /// The lower-cased names of symbols that it stands for, in order; none when it is nothing but stars.
    pub(crate) fn names(&self, snapshot: &Snapshot) -> Vec<Arc<str>> {
        if self.is_anything() {
            return Vec::new();
        }
        let longest = self.parts.iter().max_by_key(|part| part.len()).map_or("", String::as_str);
        let known = match self.parts.first() {
            Some(first) if !first.is_empty() => snapshot.symbol_names_with_prefix(first, usize::MAX),
            _ => snapshot.symbol_names_containing(longest, usize::MAX),
        };
        known.into_iter().filter(|name| self.matches(name)).take(MOST_NAMES).collect()
    }

    /// The symbols that it stands for. One that is nothing but stars stands for the symbols of the files that define
    /// `container`.
    pub(crate) fn symbols(&self, snapshot: &Snapshot, container: Option<&str>) -> Vec<SymbolId> {
        if !self.is_anything() {
            let names = self.names(snapshot);
            return names.iter().flat_map(|name| snapshot.symbols_named(name)).collect();
        }
        let mut files: Vec<_> = container.map_or(Vec::new(), |name| snapshot.symbols_named(name));
        files.dedup_by_key(|symbol| symbol.file);
        let symbols = files.into_iter().filter_map(|id| snapshot.file(id.file)).flat_map(|file| {
            (0..file.record.symbols.len()).map(|ordinal| SymbolId { file: file.id, ordinal: ordinal as u32 })
        });
        symbols.collect()
    }
}

/// Whether the containers of `symbol` hold all parts of `qualifier`, which may have wildcards.
pub(crate) fn holds_qualifier(symbol: &SymbolRecord, qualifier: &[String]) -> bool {
    let containers: Vec<String> = container_parts(symbol).map(str::to_lowercase).collect();
    qualifier.iter().all(|part| containers.iter().any(|container| part_matches(part, container)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run_of_characters() {
        let matches = |wildcard: &str, name: &str| Wildcard::of(wildcard).unwrap().matches(name);
        for (wildcard, name) in [
            ("parse_*", "parse_url"),
            ("parse_*", "parse_"),
            ("*Handler", "errorhandler"),
            ("get_*_by_id", "get_user_by_id"),
            ("*cache*", "lrucache"),
            ("a*b*c", "axxbyybc"),
            ("*", "anything"),
        ] {
            assert!(matches(wildcard, name), "{wildcard} {name}");
        }
        for (wildcard, name) in [
            ("parse_*", "unparse_url"),
            ("*Handler", "handlers"),
            ("get_*_by_id", "get_by_id"),
            ("ab*ba", "aba"),
        ] {
            assert!(!matches(wildcard, name), "{wildcard} {name}");
        }
        assert_eq!(Wildcard::of("plain"), None);
    }
}
