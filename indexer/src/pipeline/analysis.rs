//! The one place where the pipeline meets the parser.

use std::panic::{AssertUnwindSafe, catch_unwind};

use contexd_store::{FileRecord, Problem};

use crate::lang::{self, Language};
use crate::{ParseBudget, parse};

/// How much of a text tells its language.
const DETECTION_BYTES: usize = 64 << 10;

/// The language that the file is parsed as.
pub(crate) fn language(path: &str, text: &str) -> &'static Language {
    lang::detect(path, &text.as_bytes()[..text.len().min(DETECTION_BYTES)])
}

/// Parses a file. A parser that panics costs the file its symbols, not the index the file.
pub(crate) fn parsed(path: &str, text: &str, language: &'static Language) -> FileRecord {
    let budget = ParseBudget::default();
    catch_unwind(AssertUnwindSafe(|| parse(text, language, &budget))).unwrap_or_else(|_| {
        tracing::error!(path, "the parser panicked; the file is indexed as plain text");
        let plain = lang::by_name("text").unwrap_or(language);
        let mut record = parse(text, plain, &budget);
        record.language = language.name.into();
        record.problems.push(Problem::ParseTimeout);
        record
    })
}
