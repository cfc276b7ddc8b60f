//! Who uses a definition.

use std::collections::HashSet;
use std::sync::Arc;

use contexd_graph::Confidence;
use contexd_store::keyword::{Field, FieldWeight, LexicalQuery, QueryTerm};
use contexd_store::tokenizer::{self, TokenKind};
use contexd_store::{FileEntry, ReferenceKind, SymbolId, SymbolKind};

use super::definition::{innermost, name_at, targets};
use super::{Definition, Place, Target, View};
use crate::{Filter, FilterSpec, RetrieveError};

/// Pieces of files that are looked through for uses that no parser records.
const MAX_PIECES: usize = 20_000;

/// How a definition is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UseKind {
    /// In a way that the parser records.
    Reference(ReferenceKind),
    /// It is read or set.
    Value,
}

impl UseKind {
    /// The stable lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reference(kind) => kind.as_str(),
            Self::Value => "value",
        }
    }
}

/// A use of a definition.
#[derive(Clone, Debug)]
pub struct FoundUse {
    /// Where it stands.
    pub place: Place,
    /// How the definition is used.
    pub kind: UseKind,
    /// The innermost symbol around it.
    pub enclosing: Option<u32>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Positions in [`FoundUses::targets`] of the definitions that may be meant.
    pub targets: Vec<u32>,
}

/// The uses found.
#[derive(Clone, Debug, Default)]
pub struct FoundUses {
    /// The definitions that were asked about.
    pub targets: Vec<Definition>,
    /// By path and place.
    pub uses: Vec<FoundUse>,
    /// Uses before the limit.
    pub total: usize,
}

/// The uses of what `target` means that are at least as sure as `least`, at most `limit`.
///
/// # Errors
/// When the target or the filter is malformed, or the index cannot be read.
pub fn find_references(
    view: View<'_>,
    target: &Target,
    filter: &FilterSpec,
    least: Confidence,
    limit: usize,
) -> Result<FoundUses, RetrieveError> {
    let filter = Filter::new(filter)?;
    let targets = targets(view, target)?;
    let mut uses: Vec<FoundUse> = Vec::new();
    for (position, definition) in (0..).zip(&targets) {
        add_recorded(view, definition, position, &mut uses);
        if !is_recorded(definition.record().kind) {
            add_values(view, definition, position, &mut uses)?;
        }
    }
    let mut uses = merged(uses);
    uses.retain(|found| is_at_least(found.confidence, least) && filter.admits_file(&found.place.file));
    let total = uses.len();
    uses.truncate(limit);
    Ok(FoundUses { targets, uses, total })
}

/// Whether `confidence` is at least as sure as `least`; ambiguous ones are all alike.
pub(super) fn is_at_least(confidence: Confidence, least: Confidence) -> bool {
    confidence <= least || matches!((confidence, least), (Confidence::Ambiguous(_), Confidence::Ambiguous(_)))
}

/// Whether the parser records the uses of symbols of this kind.
fn is_recorded(kind: SymbolKind) -> bool {
    kind.is_callable() || kind.is_type()
}

fn add_recorded(view: View<'_>, definition: &Definition, position: u32, uses: &mut Vec<FoundUse>) {
    for found in view.graph.uses_of(definition.id()) {
        let record = found.record();
        let (line, start_byte) = (record.line, record.start_byte);
        uses.push(FoundUse {
            kind: UseKind::Reference(record.kind),
            enclosing: record.enclosing,
            confidence: found.confidence,
            targets: vec![position],
            place: Place { file: found.file, line, start_byte },
        });
    }
}

/// Adds the places where a name stands that is read or set: found by the keyword index, resolved one by one.
fn add_values(
    view: View<'_>,
    definition: &Definition,
    position: u32,
    uses: &mut Vec<FoundUse>,
) -> Result<(), RetrieveError> {
    let symbol = definition.record();
    let mut seen: HashSet<SymbolId> = HashSet::new();
    for file in files_with(view, &symbol.name)? {
        if !seen.insert(SymbolId { file: file.id, ordinal: 0 }) {
            continue;
        }
        let text = view.snapshot.text(&file)?;
        let defined: HashSet<u32> = file.record.symbols.iter().map(|s| s.name_span.start_byte).collect();
        let recorded: HashSet<u32> = file.record.references.iter().map(|r| r.start_byte).collect();
        let mut line = 1;
        let mut counted = 0;
        for (offset, _) in text.match_indices(&*symbol.name) {
            line += text.as_bytes()[counted..offset].iter().filter(|byte| **byte == b'\n').count() as u32;
            counted = offset;
            let start_byte = offset as u32;
            let is_other = defined.contains(&start_byte) || recorded.contains(&start_byte);
            let Some(name) = name_at(&text, offset).filter(|name| !is_other && *name.text == *symbol.name)
            else {
                continue;
            };
            let enclosing = innermost(&file, offset);
            let meaning = view.graph.meaning_of(&file.path, enclosing, &name.receiver, name.text);
            let Some(meaning) = meaning.filter(|meaning| meaning.targets.contains(&definition.id())) else {
                continue;
            };
            uses.push(FoundUse {
                place: Place { file: Arc::clone(&file), line, start_byte },
                kind: UseKind::Value,
                enclosing,
                confidence: meaning.confidence,
                targets: vec![position],
            });
        }
    }
    Ok(())
}

/// The files that hold a word.
fn files_with(view: View<'_>, name: &str) -> Result<Vec<Arc<FileEntry>>, RetrieveError> {
    let whole = |kind| matches!(kind, TokenKind::Compound | TokenKind::Word);
    let terms: Vec<QueryTerm> = tokenizer::query_tokens(name)
        .into_iter()
        .filter(|token| whole(token.kind))
        .map(|token| QueryTerm { text: token.text, weight: 1.0 })
        .collect();
    let fields = [FieldWeight { weight: 1.0, b: 0.0 }; Field::COUNT];
    let query = LexicalQuery { terms: &terms, fields, k1: 1.2, limit: MAX_PIECES, filter: None };
    let hits = view.snapshot.lexical(&query)?;
    let mut files: Vec<Arc<FileEntry>> =
        hits.iter().filter_map(|hit| view.snapshot.file(hit.chunk.file)).cloned().collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files.dedup_by(|a, b| a.id == b.id);
    Ok(files)
}

/// One use a place, in order; its targets together, its confidence the surest.
fn merged(mut uses: Vec<FoundUse>) -> Vec<FoundUse> {
    uses.sort_by(|a, b| {
        let key = |found: &FoundUse| (Arc::clone(&found.place.file.path), found.place.start_byte);
        key(a).cmp(&key(b)).then_with(|| a.targets.cmp(&b.targets))
    });
    let mut merged: Vec<FoundUse> = Vec::with_capacity(uses.len());
    for found in uses {
        match merged.last_mut() {
            Some(last)
                if last.place.file.id == found.place.file.id
                    && last.place.start_byte == found.place.start_byte =>
            {
                last.confidence = last.confidence.min(found.confidence);
                last.targets.extend(found.targets);
            }
            _ => merged.push(found),
        }
    }
    merged
}
