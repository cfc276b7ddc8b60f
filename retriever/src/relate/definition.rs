//! What a name means: one that stands at a place, or one given by itself.

use std::sync::Arc;

use contexd_graph::{Confidence, Resolution, dotted};
use contexd_store::{FileEntry, SymbolKind};

use super::{Definition, Meaning, Place, Target, View};
use crate::{FilterSpec, RetrieveError, SymbolHit, SymbolMatch, SymbolQuery, search_symbols};

/// Definitions of one name that are considered.
const MAX_NAMESAKES: usize = 1_000;

/// What was found to be meant.
#[derive(Clone, Debug, Default)]
pub struct Meanings {
    /// Surest first.
    pub found: Vec<Meaning>,
    /// Meanings before the limit.
    pub total: usize,
}

/// The definitions that `target` means, surest first, at most `limit`.
///
/// # Errors
/// When the target names no indexed file or no line of it, or the index cannot be read.
pub fn define(view: View<'_>, target: &Target, limit: usize) -> Result<Meanings, RetrieveError> {
    let mut found = match target {
        Target::Name(name) => named(view, name)?,
        Target::Position { path, line, column } => at_position(view, path, *line, *column)?,
    };
    found.sort_by_key(|meaning| meaning.confidence);
    let total = found.len();
    found.truncate(limit);
    Ok(Meanings { found, total })
}

/// The distinct definitions that `target` means.
pub(super) fn targets(view: View<'_>, target: &Target) -> Result<Vec<Definition>, RetrieveError> {
    let mut targets: Vec<Definition> = Vec::new();
    for meaning in define(view, target, MAX_NAMESAKES)?.found {
        if !targets.iter().any(|known| known.id() == meaning.definition.id()) {
            targets.push(meaning.definition);
        }
    }
    Ok(targets)
}

/// The definitions of a name: as written, else but for case; with the containers that it names, else beneath them.
fn named(view: View<'_>, name: &str) -> Result<Vec<Meaning>, RetrieveError> {
    let query = SymbolQuery {
        name: name.to_owned(),
        limit: MAX_NAMESAKES,
        filter: FilterSpec::default(),
        exact_only: true,
    };
    let mut hits = search_symbols(view.snapshot, &query)?.hits;
    hits.retain(|hit| hit.kind != SymbolKind::Impl);
    if hits.iter().any(|hit| hit.matched == SymbolMatch::Exact) {
        hits.retain(|hit| hit.matched == SymbolMatch::Exact);
    }
    let wanted = dotted(name.trim().trim_end_matches("()"));
    let bears_it = |hit: &SymbolHit| {
        let record = &hit.file.record.symbols[hit.symbol.ordinal as usize];
        let qualified = dotted(&record.qualified_name);
        qualified.strip_suffix(&*wanted).is_some_and(|outer| outer.is_empty() || outer.ends_with('.'))
    };
    if hits.iter().any(bears_it) {
        hits.retain(bears_it);
    }
    let confidence = match hits.len() {
        0 | 1 => Confidence::Exact,
        many => Confidence::Ambiguous(u32::try_from(many).unwrap_or(u32::MAX)),
    };
    let meanings = hits.into_iter().map(|hit| Meaning {
        definition: Definition { file: hit.file, ordinal: hit.symbol.ordinal },
        confidence,
        used_at: None,
    });
    Ok(meanings.collect())
}

fn at_position(view: View<'_>, path: &str, line: u32, column: u32) -> Result<Vec<Meaning>, RetrieveError> {
    let file = view.snapshot.file_by_path(path).ok_or_else(|| {
        let detail = format!("{path} is not indexed");
        RetrieveError::InvalidArgument { field: "position", detail }
    })?;
    if column == 0 {
        return Ok(in_line(view, file, line));
    }
    let text = view.snapshot.text(file)?;
    let offset = offset_of(&text, line, column).ok_or_else(|| {
        let detail = format!("{path} has no line {line} with a column {column}");
        RetrieveError::InvalidArgument { field: "position", detail }
    })?;
    Ok(at_offset(view, file, &text, offset))
}

/// What the uses in a line mean; where there are none, the definitions in it.
fn in_line(view: View<'_>, file: &Arc<FileEntry>, line: u32) -> Vec<Meaning> {
    let mut found: Vec<Meaning> = Vec::new();
    for (reference, resolution) in view.graph.uses_in(&file.path).filter(|(use_, _)| use_.line == line) {
        let place = Place { file: Arc::clone(file), line, start_byte: reference.start_byte };
        found.extend(meanings(view, &resolution, Some(&place)));
    }
    if found.is_empty() {
        let symbols = (0..).zip(&file.record.symbols);
        let own = symbols.filter(|(_, symbol)| symbol.name_span.start_line == line);
        found.extend(own.map(|(ordinal, _)| itself(file, ordinal)));
    }
    found
}

fn at_offset(view: View<'_>, file: &Arc<FileEntry>, text: &str, offset: usize) -> Vec<Meaning> {
    let touches = |start: u32, length: usize| {
        let start = start as usize;
        (start..=start + length).contains(&offset)
    };
    let symbols = (0..).zip(&file.record.symbols);
    let own = symbols
        .filter(|(_, symbol)| symbol.kind != SymbolKind::Impl)
        .find(|(_, symbol)| touches(symbol.name_span.start_byte, symbol.name.len()));
    if let Some((ordinal, _)) = own {
        return vec![itself(file, ordinal)];
    }
    let recorded = file.record.references.iter().find(|r| touches(r.start_byte, r.name.len()));
    if let Some(reference) = recorded {
        let place = Place { file: Arc::clone(file), line: reference.line, start_byte: reference.start_byte };
        let known = view.graph.uses_in(&file.path).find(|(of, _)| of.start_byte == reference.start_byte);
        return known.map_or_else(Vec::new, |(_, resolution)| meanings(view, &resolution, Some(&place)));
    }
    let Some(name) = name_at(text, offset) else { return Vec::new() };
    let enclosing = innermost(file, offset);
    let resolution = view.graph.meaning_of(&file.path, enclosing, &name.receiver, name.text);
    let line = 1 + text.as_bytes()[..name.start].iter().filter(|byte| **byte == b'\n').count() as u32;
    let place = Place { file: Arc::clone(file), line, start_byte: name.start as u32 };
    resolution.map_or_else(Vec::new, |resolution| meanings(view, &resolution, Some(&place)))
}

fn itself(file: &Arc<FileEntry>, ordinal: u32) -> Meaning {
    let definition = Definition { file: Arc::clone(file), ordinal };
    Meaning { definition, confidence: Confidence::Exact, used_at: None }
}

fn meanings(view: View<'_>, resolution: &Resolution, used_at: Option<&Place>) -> Vec<Meaning> {
    let definitions = resolution.targets.iter().filter_map(|id| view.definition(*id));
    definitions
        .map(|definition| Meaning {
            definition,
            confidence: resolution.confidence,
            used_at: used_at.cloned(),
        })
        .collect()
}

/// The innermost symbol around an offset.
pub(super) fn innermost(file: &FileEntry, offset: usize) -> Option<u32> {
    let around = (0..).zip(&file.record.symbols).filter(|(_, s)| s.span.bytes().contains(&offset));
    around.last().map(|(ordinal, _)| ordinal)
}

/// A name in a text, with what stands before it.
pub(super) struct NameAt<'t> {
    pub(super) text: &'t str,
    pub(super) start: usize,
    /// The names that it is taken from, joined by `.`.
    pub(super) receiver: String,
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The name that `offset` stands in or right behind.
pub(super) fn name_at(text: &str, offset: usize) -> Option<NameAt<'_>> {
    let offset = text.floor_char_boundary(offset);
    let start = text[..offset].rfind(|c| !is_word(c)).map_or(0, |at| text.ceil_char_boundary(at + 1));
    let end = text[offset..].find(|c| !is_word(c)).map_or(text.len(), |at| offset + at);
    let name = text.get(start..end).filter(|name| !name.is_empty())?;
    let starts_well = !name.starts_with(|c: char| c.is_ascii_digit());
    starts_well.then(|| NameAt { text: name, start, receiver: receiver_before(&text[..start]) })
}

/// The names at the end of `text` that operators join to what follows.
fn receiver_before(text: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(before) = ["::", "->", "?.", "."].iter().find_map(|operator| rest.strip_suffix(operator)) {
        let start = before.rfind(|c| !is_word(c)).map_or(0, |at| before.ceil_char_boundary(at + 1));
        if start == before.len() {
            names.push("?"); // not a name: a call, an index, a literal
            break;
        }
        names.push(&before[start..]);
        rest = &before[..start];
    }
    names.reverse();
    names.join(".")
}

/// The offset of a 1-based line and column; the column may stand right behind the line's last byte.
fn offset_of(text: &str, line: u32, column: u32) -> Option<usize> {
    let mut start = 0;
    for (number, content) in (1..).zip(text.split_inclusive('\n')) {
        if number == line {
            let within = column as usize - 1;
            return (within <= content.trim_end_matches(['\n', '\r']).len()).then_some(start + within);
        }
        start += content.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_at_places() {
        let check = |text: &str, offset: usize, expected: Option<(&str, &str)>| {
            let found = name_at(text, offset);
            let shown = found.as_ref().map(|name| (&*name.receiver, name.text));
            assert_eq!(shown, expected, "{text} {offset}");
        };
        check("a.b::cd + e", 6, Some(("a.b", "cd")));
        check("a.b::cd + e", 7, Some(("a.b", "cd")));
        check("f().x", 5, Some(("?", "x")));
        check("x", 0, Some(("", "x")));
        check("é + y", 5, Some(("", "y")));
        check("1 + 2", 0, None);
        check("", 0, None);
    }

    #[test]
    fn lines_and_columns() {
        let text = "ab\ncd\r\n";
        assert_eq!(offset_of(text, 1, 1), Some(0));
        assert_eq!(offset_of(text, 2, 3), Some(5));
        assert_eq!(offset_of(text, 2, 4), None);
        assert_eq!(offset_of(text, 3, 1), None);
    }
}
