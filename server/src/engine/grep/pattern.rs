//! A pattern, ready to search with: compiled as ripgrep compiles it, and what a file must hold to match it.

use contexd_retriever::{GrepPattern, Needs};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};

use super::{GrepOutput, GrepQuery, LetterCase};
use crate::error::ServiceError;

/// Most memory of one compiled pattern, in bytes.
const COMPILED_BYTES: usize = 16 << 20;
/// Most memory of one thread's state while a pattern is matched, in bytes.
const STATE_BYTES: usize = 16 << 20;
/// Most memory of one file's search, in bytes: its longest line, or all of it when a match may span lines.
const SEARCH_BYTES: usize = 32 << 20;
/// What makes a file binary, and what ends its search.
const BINARY_MARK: u8 = 0;

/// A compiled pattern.
pub(super) struct Pattern {
    pub(super) matcher: RegexMatcher,
    pub(super) needs: Needs,
    searchers: SearcherBuilder,
}

impl Pattern {
    /// Compiles the pattern of `query`.
    ///
    /// # Errors
    /// When it is malformed, or too large.
    pub(super) fn compile(query: &GrepQuery) -> Result<Self, ServiceError> {
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(true)
            .fixed_strings(query.is_literal)
            .word(query.word)
            .case_insensitive(query.case == LetterCase::Ignored)
            .case_smart(query.case == LetterCase::Smart)
            .ban_byte(Some(BINARY_MARK))
            .size_limit(COMPILED_BYTES)
            .dfa_size_limit(STATE_BYTES);
        if !query.multi_line {
            builder.line_terminator(Some(b'\n'));
        }
        let matcher = builder.build(&query.pattern).map_err(|error| ServiceError::InvalidPattern {
            detail: error.to_string(),
            hint: hint(query, &error.to_string()),
        })?;
        let needs = Needs::of(&GrepPattern {
            text: query.pattern.clone(),
            is_literal: query.is_literal,
            may_fold_case: query.case != LetterCase::Heeded,
            multi_line: query.multi_line,
        });
        Ok(Self { matcher, needs, searchers: searchers(query) })
    }

    /// A searcher for one thread.
    pub(super) fn searcher(&self) -> Searcher {
        self.searchers.build()
    }
}

fn searchers(query: &GrepQuery) -> SearcherBuilder {
    let (before, after) = match query.output {
        GrepOutput::Lines => query.context,
        GrepOutput::Files | GrepOutput::Counts => (0, 0),
    };
    let mut searchers = SearcherBuilder::new();
    searchers
        .line_number(true)
        .multi_line(query.multi_line)
        .before_context(before as usize)
        .after_context(after as usize)
        .binary_detection(BinaryDetection::quit(BINARY_MARK))
        .heap_limit(Some(SEARCH_BYTES));
    searchers
}

/// What to do about a pattern that cannot be compiled.
fn hint(query: &GrepQuery, detail: &str) -> &'static str {
    if detail.contains("not allowed in a regex") && !query.multi_line {
        "a match that spans lines needs multi-line search (--multiline)"
    } else if query.is_literal {
        "a shorter pattern may do"
    } else {
        "to look for the characters as they stand, search for a literal (--fixed-strings)"
    }
}
