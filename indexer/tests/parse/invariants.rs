//! What holds for every record, on random texts and on broken fixtures.

use std::fs;
use std::path::Path;

use contexd_indexer::{ParseBudget, lang, parse};
use contexd_store::FileRecord;
use proptest::prelude::*;

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

fn fixtures() -> Vec<(String, String)> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse/fixtures");
    let mut found: Vec<(String, String)> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension != "txt"))
        .map(|path| (path.to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    found.sort();
    found
}

/// The byte offset nearest to a share of the text that is a character's start.
fn boundary(text: &str, share: f64) -> usize {
    text.floor_char_boundary((text.len() as f64 * share) as usize)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_texts(text in "([a-z{}()#;:=.\"'/* ]{0,30}(\n|\r\n|\n\n|\t)){0,120}", language in 0usize..12) {
        let language = lang::all().nth(language).unwrap();
        let record = parse(&text, language, &ParseBudget::default());
        assert_holds(&text, &record);
    }

    #[test]
    fn any_unicode(text in "\\PC{0,200}") {
        for language in lang::all().take(10) {
            assert_holds(&text, &parse(&text, language, &ParseBudget::default()));
        }
    }

    #[test]
    fn mutated_fixtures(
        cut in (0.0..1.0f64, 0.0..1.0f64),
        repeat in 1usize..6,
        inserted in "[{}()\\[\\]<>;:\"'`/*#\\\\\n\t ]{0,4}",
    ) {
        for (path, text) in fixtures() {
            let (from, to) = (boundary(&text, cut.0.min(cut.1)), boundary(&text, cut.0.max(cut.1)));
            let mutated = [&text[..from], &inserted, &text[to..]].concat().repeat(repeat);
            let language = lang::detect(&path, text.as_bytes());
            assert_holds(&mutated, &parse(&mutated, language, &ParseBudget::default()));
        }
    }
}
