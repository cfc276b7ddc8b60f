//! Parses arbitrary bytes as each language: detection, syntax tree, symbols, references, chunks.
//!
//! The first byte chooses the language, the second how the rest becomes a text. The record must keep all its
//! promises; a panic and a hang are found by the fuzzer itself.
#![no_main]

#[path = "../../indexer/tests/parse/record_rules.rs"]
mod record_rules;

use contexd_indexer::lang::{self, Language};
use contexd_indexer::{ParseBudget, parse};
use libfuzzer_sys::{Corpus, fuzz_target};

fuzz_target!(|data: &[u8]| -> Corpus {
    let [language, form, bytes @ ..] = data else { return Corpus::Reject };
    let text = text_of(bytes, *form);
    let language = language_of(*language, &text);
    record_rules::assert_holds(&text, &parse(&text, language, &ParseBudget::default()));
    Corpus::Keep
});

/// The text in `bytes`: as it is, with other line ends, with a byte order mark, or several times over.
fn text_of(bytes: &[u8], form: u8) -> String {
    let text = String::from_utf8_lossy(bytes);
    match form % 8 {
        1 => text.replace('\n', "\r\n"),
        2 => format!("\u{feff}{text}"),
        3 => text.repeat(16),
        _ => text.into_owned(),
    }
}

/// The language with the number `choice`, or the one that the text itself looks like.
fn language_of(choice: u8, text: &str) -> &'static Language {
    let choice = usize::from(choice) % (lang::all().count() + 1);
    lang::all().nth(choice).unwrap_or_else(|| lang::detect("unknown", text.as_bytes()))
}
