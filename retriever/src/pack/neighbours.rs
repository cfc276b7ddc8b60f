//! Neighbours: what a primary piece needs to be understood. Its container, and the definitions it uses.

use std::collections::BTreeSet;
use std::sync::Arc;

use contexd_store::{ReferenceKind, Snapshot, Span, Symbol, SymbolKind};

use super::PackRole;
use super::assemble::Piece;
use super::excerpt::symbol_of;
use crate::candidates::chunk_of_symbol;

/// Definitions followed from one primary piece.
const DEFINITIONS_PER_PIECE: usize = 8;

/// The neighbours of `primary`, nearest first: container, then used definitions by order of use, types first.
pub(super) fn of(snapshot: &Snapshot, primary: &Piece) -> Vec<Piece> {
    container(primary).into_iter().chain(definitions(snapshot, primary)).collect()
}

fn container(primary: &Piece) -> Option<Piece> {
    let child = symbol_of(&primary.file, primary.symbol)?;
    let parent = symbol_of(&primary.file, child.parent)?;
    let head = Span {
        start_line: parent.name_span.start_line,
        end_line: parent.name_span.start_line,
        ..parent.name_span
    };
    Some(Piece {
        file: Arc::clone(&primary.file),
        span: head,
        symbol: child.parent,
        role: PackRole::Container,
        reason: format!("encloses {}", child.name),
        score: 0.0,
    })
}

fn definitions(snapshot: &Snapshot, primary: &Piece) -> Vec<Piece> {
    let mut followed: BTreeSet<&str> = BTreeSet::new();
    let mut pieces: Vec<(bool, Piece)> = Vec::new();
    let lines = primary.span.start_line..=primary.span.end_line;
    for reference in primary.file.record.references.iter().filter(|reference| lines.contains(&reference.line))
    {
        if pieces.len() < DEFINITIONS_PER_PIECE && followed.insert(&reference.name) {
            let found =
                only_definition(snapshot, &reference.name).filter(|symbol| !stands_in(symbol, primary));
            if let Some(piece) = found.and_then(|symbol| definition_piece(&symbol, reference.kind, primary)) {
                pieces.push((reference.kind == ReferenceKind::Call, piece));
            }
        }
    }
    pieces.sort_by_key(|(is_call, _)| *is_call);
    pieces.into_iter().map(|(_, piece)| piece).collect()
}

/// The definition of `name`, if exactly one symbol of the repository that can be used by its bare name bears it.
/// An ambiguous name is not followed: a guess is never shown as fact.
fn only_definition<'a>(snapshot: &'a Snapshot, name: &str) -> Option<Symbol<'a>> {
    let mut definitions = snapshot
        .symbols_named(name)
        .into_iter()
        .filter_map(|id| snapshot.symbol(id))
        .filter(|symbol| *symbol.record.name == *name && is_followed(symbol.record.kind));
    let first = definitions.next()?;
    definitions.next().is_none().then_some(first)
}

fn is_followed(kind: SymbolKind) -> bool {
    kind.is_type() || kind.is_callable() || kind == SymbolKind::Constant
}

fn stands_in(symbol: &Symbol<'_>, piece: &Piece) -> bool {
    symbol.file.id == piece.file.id && piece.span.contains(&symbol.record.name_span)
}

fn definition_piece(symbol: &Symbol<'_>, kind: ReferenceKind, primary: &Piece) -> Option<Piece> {
    let chunk = chunk_of_symbol(symbol.file, symbol.id)?;
    let chunk_span = symbol.file.record.chunks.get(chunk.ordinal as usize)?.span;
    let user = symbol_of(&primary.file, primary.symbol)
        .map_or_else(|| primary.file.path.to_string(), |s| s.name.to_string());
    let verb = match kind {
        ReferenceKind::Call => "called by",
        ReferenceKind::Type => "type used by",
        ReferenceKind::Inherit => "base of",
        ReferenceKind::Macro => "macro used by",
        ReferenceKind::Mention => "named by",
    };
    Some(Piece {
        file: Arc::clone(symbol.file),
        span: narrower(symbol.record.span, chunk_span),
        symbol: Some(symbol.id.ordinal),
        role: PackRole::Definition,
        reason: format!("{verb} {user}; the only definition of {}", symbol.record.name),
        score: 0.0,
    })
}

/// The span of fewer lines.
fn narrower(a: Span, b: Span) -> Span {
    if a.line_count() <= b.line_count() { a } else { b }
}
