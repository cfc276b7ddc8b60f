//! Chunks: the pieces of a file that are retrieved, made of whole lines, tiling it.
//!
//! In three steps, all on lines: [`layout`] decides by the symbols which lines belong together, [`split`] cuts
//! what is too long where a cut hurts least, as [`boundaries`] rates each line, and the pieces become records.

mod boundaries;
mod layout;
mod split;

use std::ops::Range;

use contexd_store::{ChunkKind, ChunkRecord, SymbolRecord};
use tree_sitter::Tree;

use self::boundaries::Boundaries;
use self::layout::Piece;
use self::split::Limits;
use crate::lines::LineIndex;

/// Lines, 0-based and half open.
type Lines = Range<u32>;

/// A definition with more lines is split.
const MAX_LINES: u32 = 60;

/// Small neighbours are joined up to this many lines; text is cut into windows of about as many.
const GROUP_LINES: u32 = 40;

/// A definition with at least this many lines is never joined with its neighbours.
const ALONE_LINES: u32 = 12;

/// A chunk has no more bytes than this, unless it is one line.
const MAX_BYTES: u32 = 8 * 1024;

/// Chunks of a file with a syntax tree.
pub(crate) fn chunk_code(
    text: &str,
    lines: &LineIndex,
    symbols: &[SymbolRecord],
    tree: &Tree,
) -> Vec<ChunkRecord> {
    let pieces = layout::by_definitions(text, lines, symbols);
    let long: Vec<Lines> =
        pieces.iter().filter(|p| is_long(lines, &p.lines)).map(|p| p.lines.clone()).collect();
    let boundaries = Boundaries::of_tree(text, lines, tree, &long);
    to_records(lines, symbols, pieces, &boundaries, &Limits::CODE)
}

/// Chunks of a document with headings.
pub(crate) fn chunk_sections(text: &str, lines: &LineIndex, headings: &[SymbolRecord]) -> Vec<ChunkRecord> {
    let pieces = layout::by_sections(text, lines, headings);
    to_records(lines, headings, pieces, &Boundaries::of_text(text, lines), &Limits::TEXT)
}

/// Chunks of a file of which nothing is known.
pub(crate) fn chunk_text(text: &str, lines: &LineIndex) -> Vec<ChunkRecord> {
    let pieces = layout::whole(lines);
    to_records(lines, &[], pieces, &Boundaries::of_text(text, lines), &Limits::TEXT)
}

fn is_long(lines: &LineIndex, range: &Lines) -> bool {
    range.len() > MAX_LINES as usize || lines.bytes_in(range.clone()) > MAX_BYTES
}

fn to_records(
    lines: &LineIndex,
    symbols: &[SymbolRecord],
    pieces: Vec<Piece>,
    boundaries: &Boundaries,
    limits: &Limits,
) -> Vec<ChunkRecord> {
    let mut chunks = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let parts = split::split(lines, piece.lines.clone(), boundaries, limits);
        for (position, part) in parts.into_iter().enumerate() {
            let kind = match piece.kind {
                ChunkKind::Header if position > 0 => ChunkKind::Definition,
                kind => kind,
            };
            let span = lines.span_of_lines(part);
            chunks.push(ChunkRecord { span, kind, symbol: piece.symbol, defines: Vec::new() });
        }
    }
    assign_definitions(symbols, &mut chunks);
    chunks
}

/// Writes each symbol into the chunk that its name stands in.
fn assign_definitions(symbols: &[SymbolRecord], chunks: &mut [ChunkRecord]) {
    for (position, symbol) in symbols.iter().enumerate() {
        let at = symbol.name_span.start_byte;
        let chunk = chunks.partition_point(|chunk| chunk.span.end_byte <= at);
        if let Some(chunk) = chunks.get_mut(chunk) {
            chunk.defines.push(position as u32);
        }
    }
}
