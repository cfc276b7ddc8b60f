//! What every record promises, whatever the text. Also used by the fuzz target and by the run over broken files.

use contexd_store::FileRecord;

/// Asserts all that a record promises.
#[track_caller]
pub(crate) fn assert_holds(text: &str, record: &FileRecord) {
    assert_eq!(record.line_count as usize, text.split_inclusive('\n').count(), "line count");
    assert_chunks_tile(text, record);
    assert_symbols_nest(text, record);
    for reference in &record.references {
        assert!(text[reference.start_byte as usize..].starts_with(&*reference.name), "{reference:?}");
        assert!(reference.enclosing.is_none_or(|symbol| {
            record.symbols[symbol as usize].span.bytes().contains(&(reference.start_byte as usize))
        }));
    }
    assert!(record.references.is_sorted_by_key(|reference| reference.start_byte));
}

#[track_caller]
fn assert_chunks_tile(text: &str, record: &FileRecord) {
    let mut end_byte = 0;
    let mut end_line = 0;
    for chunk in &record.chunks {
        let span = &chunk.span;
        assert_eq!(span.start_byte, end_byte, "chunks touch");
        assert_eq!(span.start_line, end_line + 1, "lines touch");
        assert!(span.end_byte > span.start_byte && span.end_line >= span.start_line, "not empty");
        let part = &text[span.bytes()];
        assert_eq!(part.split_inclusive('\n').count() as u32, span.line_count(), "whole lines");
        assert!(part.ends_with('\n') || span.end_byte as usize == text.len(), "ends after a line");
        assert!(part.len() <= 8 * 1024 || span.line_count() == 1, "{} bytes", part.len());
        assert!(span.line_count() <= 90, "{} lines", span.line_count());
        assert!(chunk.defines.is_sorted());
        (end_byte, end_line) = (span.end_byte, span.end_line);
    }
    assert_eq!(end_byte as usize, text.len(), "chunks reach the end");
    let defined: usize = record.chunks.iter().map(|chunk| chunk.defines.len()).sum();
    assert_eq!(defined, record.symbols.len(), "each symbol is defined in one chunk");
}

#[track_caller]
fn assert_symbols_nest(text: &str, record: &FileRecord) {
    assert!(record.symbols.is_sorted_by_key(|symbol| symbol.span.start_byte), "ordered by start");
    for (position, symbol) in record.symbols.iter().enumerate() {
        let outermost =
            std::iter::successors(Some(position), |at| record.symbols[*at].parent.map(|at| at as usize));
        assert!(
            outermost.take(record.symbols.len() + 1).count() <= record.symbols.len(),
            "parents make no circle"
        );
        assert!(symbol.span.contains(&symbol.name_span), "{symbol:?}");
        assert_eq!(&text[symbol.name_span.bytes()], &*symbol.name);
        assert!(!symbol.name.is_empty() && symbol.qualified_name.ends_with(&*symbol.name));
        assert!(symbol.signature.len() <= 310 && symbol.doc.len() <= 2048);
        assert!(!symbol.signature.contains('\n'));
    }
}
