//! Where the lines of a text begin: the one place that turns byte offsets into line numbers.
//!
//! A line ends after `\n`; a last line without one counts too, so that lines always tile the text.

use std::ops::Range;

use contexd_store::Span;

/// The start of every line of a text.
pub(crate) struct LineIndex {
    /// Offset of each line's first byte; a last element holds the text's length.
    starts: Vec<u32>,
}

impl LineIndex {
    /// Finds the lines of `text`, which must be shorter than 4 GiB.
    pub(crate) fn new(text: &str) -> Self {
        let mut starts = Vec::with_capacity(text.len() / 32 + 2);
        starts.push(0);
        let newlines = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        starts.extend(newlines.map(|(offset, _)| offset as u32 + 1));
        if starts.last().copied() != Some(text.len() as u32) {
            starts.push(text.len() as u32);
        }
        Self { starts }
    }

    /// Number of lines.
    pub(crate) fn count(&self) -> u32 {
        self.starts.len() as u32 - 1
    }

    /// Offset at which the 0-based `line` starts; the text's length for the line after the last.
    pub(crate) fn start(&self, line: u32) -> u32 {
        let last = self.starts.len() - 1;
        self.starts[(line as usize).min(last)]
    }

    /// The 0-based line that holds the byte at `offset`; the last line for the text's end.
    pub(crate) fn line_of(&self, offset: u32) -> u32 {
        let after = self.starts.partition_point(|start| *start <= offset) as u32;
        after.saturating_sub(1).min(self.count().saturating_sub(1))
    }

    /// Number of bytes in the 0-based lines `lines`.
    pub(crate) fn bytes_in(&self, lines: Range<u32>) -> u32 {
        self.start(lines.end) - self.start(lines.start)
    }

    /// The text of the 0-based `line`, with its line end.
    pub(crate) fn text<'t>(&self, text: &'t str, line: u32) -> &'t str {
        &text[self.start(line) as usize..self.start(line + 1) as usize]
    }

    /// The span of a byte range.
    pub(crate) fn span(&self, bytes: Range<u32>) -> Span {
        let last_byte = bytes.end.saturating_sub(1).max(bytes.start);
        Span {
            start_byte: bytes.start,
            end_byte: bytes.end,
            start_line: self.line_of(bytes.start) + 1,
            end_line: self.line_of(last_byte) + 1,
        }
    }

    /// The span of the 0-based lines `lines`, line ends included.
    pub(crate) fn span_of_lines(&self, lines: Range<u32>) -> Span {
        Span {
            start_byte: self.start(lines.start),
            end_byte: self.start(lines.end),
            start_line: lines.start + 1,
            end_line: lines.end,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[u32]) {
        let lines = LineIndex::new(text);
        assert_eq!(lines.starts, expected, "{text:?}");
    }

    #[test]
    fn line_starts_tile_the_text() {
        check("", &[0]);
        check("a", &[0, 1]);
        check("a\n", &[0, 2]);
        check("\n\nb", &[0, 1, 2, 3]);
        check("a\r\nb\r\n", &[0, 3, 6]);
    }

    #[test]
    fn offsets_map_to_lines() {
        let lines = LineIndex::new("ab\ncd\n");
        let of = |offset| lines.line_of(offset);
        assert_eq!([of(0), of(2), of(3), of(5), of(6)], [0, 0, 1, 1, 1]);
        let span = lines.span(1..3);
        assert_eq!((span.start_line, span.end_line), (1, 1));
    }
}
