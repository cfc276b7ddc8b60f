//! What holds for every record, on random texts and on broken fixtures.

use std::fs;
use std::path::Path;

use contexd_indexer::{ParseBudget, lang, parse};
use proptest::prelude::*;

use crate::record_rules::assert_holds;

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
