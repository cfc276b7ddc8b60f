//! Neighbours: what a primary piece needs to be understood. Its container, and the definitions it uses.

use std::collections::BTreeSet;
use std::sync::Arc;

use contexd_graph::Confidence;
use contexd_store::{ReferenceKind, Span, Symbol, SymbolId};

use super::PackRole;
use super::assemble::Piece;
use super::excerpt::symbol_of;
use crate::candidates::chunk_of_symbol;
use crate::relate::View;

/// Definitions followed from one primary piece.
const DEFINITIONS_PER_PIECE: usize = 8;

/// The neighbours of `primary`, nearest first: container, then used definitions, the surest first, types before functions.
pub(super) fn of(view: View<'_>, primary: &Piece) -> Vec<Piece> {
    container(primary).into_iter().chain(definitions(view, primary)).collect()
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

/// The definitions that the piece's lines use: those that the graph is sure of, or that alone bear the name. An
/// ambiguous use is not followed: a guess is never shown as fact.
fn definitions(view: View<'_>, primary: &Piece) -> Vec<Piece> {
    let mut followed: BTreeSet<SymbolId> = BTreeSet::new();
    let mut pieces: Vec<(Confidence, bool, Piece)> = Vec::new();
    let lines = primary.span.start_line..=primary.span.end_line;
    let uses = view.graph.uses_in(&primary.file.path).filter(|(use_, _)| lines.contains(&use_.line));
    for (reference, resolution) in uses {
        let Some(symbol) = resolution.targets.first().and_then(|id| view.snapshot.symbol(*id)) else {
            continue;
        };
        let is_sure = !matches!(resolution.confidence, Confidence::Ambiguous(_));
        if !is_sure || stands_in(&symbol, primary) || !followed.insert(symbol.id) {
            continue;
        }
        if let Some(piece) = definition_piece(&symbol, reference.kind, resolution.confidence, primary) {
            pieces.push((resolution.confidence, reference.kind == ReferenceKind::Call, piece));
        }
    }
    pieces.sort_by_key(|(confidence, is_call, _)| (*confidence, *is_call));
    pieces.into_iter().take(DEFINITIONS_PER_PIECE).map(|(.., piece)| piece).collect()
}

fn stands_in(symbol: &Symbol<'_>, piece: &Piece) -> bool {
    symbol.file.id == piece.file.id && piece.span.contains(&symbol.record.name_span)
}

fn definition_piece(
    symbol: &Symbol<'_>,
    kind: ReferenceKind,
    confidence: Confidence,
    primary: &Piece,
) -> Option<Piece> {
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
    let certainty = match confidence {
        Confidence::Exact => "by scope and imports",
        Confidence::Scoped => "by its type",
        Confidence::UniqueName | Confidence::Ambiguous(_) => "the only definition of that name",
    };
    Some(Piece {
        file: Arc::clone(symbol.file),
        span: narrower(symbol.record.span, chunk_span),
        symbol: Some(symbol.id.ordinal),
        role: PackRole::Definition,
        reason: format!("{verb} {user}; {certainty}"),
        score: 0.0,
    })
}

/// The span of fewer lines.
fn narrower(a: Span, b: Span) -> Span {
    if a.line_count() <= b.line_count() { a } else { b }
}
