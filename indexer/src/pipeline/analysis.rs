//! The one place where the pipeline meets the parser.

use std::panic::{AssertUnwindSafe, catch_unwind};

use contexd_store::{ChunkKind, ChunkRecord, FileRecord, Problem, Span};

pub(crate) use crate::PARSER_VERSION;
pub(crate) use crate::content::classify;
use crate::{ParseBudget, lang, parse_file};

/// Bytes from which a file's language is told.
const DETECTION_BYTES: usize = 64 * 1024;

/// Name of the language that the file is parsed as.
pub(crate) fn language(path: &str, text: &str) -> &'static str {
    let head = &text.as_bytes()[..text.len().min(DETECTION_BYTES)];
    lang::detect(path, head).name
}

/// Parses a file. A parser that panics costs the file its symbols, not the index the file.
pub(crate) fn parse(path: &str, text: &str) -> FileRecord {
    let parsed = catch_unwind(AssertUnwindSafe(|| parse_file(path, text, &ParseBudget::default())));
    parsed.unwrap_or_else(|_| {
        tracing::error!(path, "the parser panicked; the file is indexed as one piece of text");
        unparsed(language(path, text), text)
    })
}

/// A record without symbols, the whole file one chunk.
fn unparsed(language: &str, text: &str) -> FileRecord {
    let line_count = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    let end_byte = u32::try_from(text.len()).unwrap_or(u32::MAX);
    let span = Span { start_byte: 0, end_byte, start_line: 1, end_line: line_count };
    let chunk = ChunkRecord { span, kind: ChunkKind::Text, symbol: None, defines: Vec::new() };
    let chunks = if text.is_empty() { Vec::new() } else { vec![chunk] };
    let problems = vec![Problem::ParseTimeout];
    FileRecord { language: language.into(), line_count, chunks, problems, ..FileRecord::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unparsed_file_is_one_chunk() {
        let record = unparsed("text", "a\nb\n");
        assert_eq!(record.chunks[0].span.bytes(), 0..4);
        assert_eq!((record.line_count, record.chunks[0].span.line_count()), (2, 2));
        assert!(unparsed("text", "").chunks.is_empty());
    }
}
