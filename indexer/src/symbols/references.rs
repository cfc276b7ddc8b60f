//! References: from captured ranges to records.

use contexd_store::{ReferenceKind, ReferenceRecord, SymbolRecord};

use super::captures::RawReference;
use super::enclosing::Enclosing;
use super::{chain, names};
use crate::lang::Syntax;
use crate::lines::LineIndex;

/// Turns captured uses into records: one per place, none for the names of definitions.
pub(super) fn references(
    text: &str,
    lines: &LineIndex,
    syntax: &Syntax,
    mut raw: Vec<RawReference>,
    symbols: &[SymbolRecord],
    limit: usize,
) -> (Vec<ReferenceRecord>, bool) {
    raw.sort_by_key(|reference| (reference.name.start, rank(reference.role.kind)));
    let mut defined: Vec<u32> = symbols.iter().map(|symbol| symbol.name_span.start_byte).collect();
    defined.sort_unstable();
    let mut enclosing = Enclosing::new(symbols);
    let mut records: Vec<ReferenceRecord> = Vec::with_capacity(raw.len().min(limit));
    for reference in raw {
        let written = &text[reference.name.start as usize..reference.name.end as usize];
        let path = written.rfind('.').filter(|_| syntax.dotted_names).map_or(0, |dot| dot + 1);
        let start = reference.name.start + path as u32;
        let name = &written[path..];
        let is_repeated = records.last().is_some_and(|last| last.start_byte == start);
        if is_repeated || !is_reference(syntax, &reference, name) || defined.binary_search(&start).is_ok() {
            continue;
        }
        if records.len() >= limit {
            return (records, true);
        }
        records.push(ReferenceRecord {
            name: name.into(),
            kind: reference.role.kind,
            line: lines.line_of(start) + 1,
            start_byte: start,
            enclosing: enclosing.at(start),
            receiver: chain::receiver(text, start as usize, syntax),
        });
    }
    (records, false)
}

/// Which of two captures of one name says more.
fn rank(kind: ReferenceKind) -> u8 {
    match kind {
        ReferenceKind::Inherit => 0,
        ReferenceKind::Macro => 1,
        ReferenceKind::Call => 2,
        ReferenceKind::Type => 3,
        ReferenceKind::Mention => 4,
    }
}

/// Whether the name can refer to a definition; a single capital letter is a type parameter.
fn is_reference(syntax: &Syntax, reference: &RawReference, name: &str) -> bool {
    let starts_upper = name.starts_with(char::is_uppercase);
    let is_type = reference.role.kind == ReferenceKind::Type;
    let is_parameter = is_type && name.len() == 1 && starts_upper;
    let is_builtin = is_type && syntax.builtin_types.contains(&name);
    let is_variable = reference.role.capitalized && !starts_upper;
    names::is_word(name, syntax.name_marks)
        && !(is_parameter || is_builtin || is_variable || syntax.ignored_names.contains(&name))
}
