//! Excerpts: the lines of a piece at each level of detail. Always whole, contiguous lines of the source.

use std::sync::Arc;

use contexd_store::{FileEntry, Span, SymbolRecord};

use super::PackLevel;

/// A piece is folded only when it is longer than this.
const FOLD_ABOVE_LINES: u32 = 12;
/// Lines that a folded piece shows, at least.
const FOLDED_LINES: u32 = 8;
/// Lines that a declaration may take.
const SIGNATURE_LINES: u32 = 12;

/// A text with the offsets of its lines.
pub(super) struct Lines {
    text: Arc<str>,
    /// Offset of each line's first byte.
    starts: Vec<usize>,
}

impl Lines {
    pub(super) fn new(text: Arc<str>) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self { text, starts }
    }

    /// The lines `first..=last` (1-based) without the last one's line feed.
    pub(super) fn slice(&self, first: u32, last: u32) -> &str {
        let start = self.starts.get(first.saturating_sub(1) as usize).copied().unwrap_or(self.text.len());
        let end = self.starts.get(last as usize).map_or(self.text.len(), |next| next - 1);
        self.text.get(start..end.max(start)).unwrap_or("")
    }

    fn line(&self, number: u32) -> &str {
        self.slice(number, number)
    }
}

/// The lines to show of a piece at `level`, or `None` when the piece has no such level.
pub(super) fn shown_lines(
    level: PackLevel,
    piece: &Span,
    symbol: Option<&SymbolRecord>,
    lines: &Lines,
) -> Option<(u32, u32)> {
    let named =
        symbol.filter(|symbol| (piece.start_line..=piece.end_line).contains(&symbol.name_span.start_line));
    match level {
        PackLevel::Full => Some((piece.start_line, piece.end_line)),
        PackLevel::Folded => folded(piece, lines),
        PackLevel::Signature => named.map(|symbol| declaration(piece, symbol, lines)),
        PackLevel::Name => named.map(|symbol| (symbol.name_span.start_line, symbol.name_span.start_line)),
    }
}

/// The first third of a long piece, cut at the last blank line within it if there is one past the minimum.
fn folded(piece: &Span, lines: &Lines) -> Option<(u32, u32)> {
    if piece.line_count() <= FOLD_ABOVE_LINES {
        return None;
    }
    let least = piece.start_line + FOLDED_LINES - 1;
    let most = least.max(piece.start_line + piece.line_count() / 3);
    let blank = (least..=most).rev().find(|&line| lines.line(line).trim().is_empty());
    Some((piece.start_line, blank.map_or(most, |line| line - 1)))
}

/// From the line that bears the name to the one on which the declaration's head ends.
fn declaration(piece: &Span, symbol: &SymbolRecord, lines: &Lines) -> (u32, u32) {
    let first = symbol.name_span.start_line;
    let last_allowed = piece.end_line.min(first + SIGNATURE_LINES - 1);
    let ends_head = |line: &u32| {
        let text = lines.line(*line).trim_end();
        text.ends_with(['{', ':', ';', '=']) || text.ends_with("=>") || text.ends_with("where")
    };
    let last = (first..=last_allowed).find(ends_head).unwrap_or(first);
    (first, last)
}

/// The symbol at `ordinal` of a file.
pub(super) fn symbol_of(file: &FileEntry, ordinal: Option<u32>) -> Option<&SymbolRecord> {
    file.record.symbols.get(ordinal? as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_cut_without_their_last_end() {
        let lines = Lines::new("a\nb\r\nc".into());
        assert_eq!(lines.slice(1, 2), "a\nb\r");
        assert_eq!(lines.slice(3, 3), "c");
        assert_eq!(lines.slice(3, 9), "c");
        assert_eq!(lines.slice(9, 9), "");
    }

    #[test]
    fn long_pieces_fold_at_a_blank_line() {
        let text: String =
            (1..=40).map(|n| if n == 11 { "\n".to_owned() } else { format!("line {n}\n") }).collect();
        let piece = Span { start_byte: 0, end_byte: text.len() as u32, start_line: 1, end_line: 40 };
        assert_eq!(shown_lines(PackLevel::Folded, &piece, None, &Lines::new(text.into())), Some((1, 10)));
    }
}
