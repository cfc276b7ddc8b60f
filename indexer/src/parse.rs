//! From a file's text to its record: detect, parse, extract, chunk. Cannot fail.
//!
//! A file with syntax errors keeps all that can be had, one that takes too long is chunked as text; both are
//! said in the record's problems.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use contexd_store::{FileRecord, Problem};
use cpu_time::ThreadTime;
use tree_sitter::{ParseOptions, Parser, Tree};

use crate::chunk;
use crate::lang::{self, Compiled, Language, Outline, Syntax};
use crate::lines::LineIndex;
use crate::manifest;
use crate::mask;
use crate::symbols::{self, Extracted, Source};

/// Version of everything that turns a text into a record; stored with each record. To be raised with every
/// change of a query, a rule or the chunking that changes records.
pub const PARSER_VERSION: u32 = 6;

/// How much of a text is looked at to tell its language.
const DETECTION_BYTES: usize = 64 * 1024;

/// How much of a text the parser is given at once, which is how far it reads between two looks at the clock.
const READ_BYTES: usize = 64 * 1024;

/// Most syntax errors that are counted.
const MAX_COUNTED_ERRORS: u32 = 1_000;

/// What one file may cost.
#[derive(Clone, Debug)]
pub struct ParseBudget {
    /// Processor time for parsing and for the query. A file that needs more is chunked as text.
    pub time: Duration,
    /// Most symbols that are recorded.
    pub max_symbols: usize,
    /// Most references that are recorded.
    pub max_references: usize,
}

impl Default for ParseBudget {
    fn default() -> Self {
        Self { time: Duration::from_secs(2), max_symbols: 20_000, max_references: 50_000 }
    }
}

/// When a file's time is over. The only clock in the parsing half.
///
/// It counts the processor time of the thread that made it, so that the same text gives the same record on a busy machine.
/// The clock on the wall, which is cheaper to read, tells when that can be over at the earliest.
pub(crate) struct Deadline {
    began: ThreadTime,
    time: Duration,
    earliest: Cell<Instant>,
}

impl Deadline {
    /// The end of `time` from now.
    pub(crate) fn after(time: Duration) -> Self {
        Self { began: ThreadTime::now(), time, earliest: Cell::new(from_now(time)) }
    }

    /// Whether the time is over.
    pub(crate) fn has_passed(&self) -> bool {
        if Instant::now() < self.earliest.get() {
            return false;
        }
        let left = self.time.saturating_sub(self.began.elapsed());
        self.earliest.set(from_now(left));
        left.is_zero()
    }
}

/// The moment that lies so far ahead, or else an hour.
fn from_now(time: Duration) -> Instant {
    let now = Instant::now();
    now.checked_add(time).unwrap_or(now + Duration::from_secs(3600))
}

/// The record of the file at `path` with the content `text`.
#[must_use]
pub fn parse_file(path: &str, text: &str, budget: &ParseBudget) -> FileRecord {
    let head = &text.as_bytes()[..text.len().min(DETECTION_BYTES)];
    parse(text, lang::detect(path, head), budget)
}

/// The record of `text`, which is written in `language`.
///
/// Texts of 4 GiB and more do not fit the record's offsets: they get no chunks and [`Problem::TooManyItems`].
#[must_use]
pub fn parse(text: &str, language: &'static Language, budget: &ParseBudget) -> FileRecord {
    let mut record = FileRecord { language: language.name.into(), ..FileRecord::default() };
    if u32::try_from(text.len()).is_err() {
        record.problems.push(Problem::TooManyItems);
        return record;
    }
    record.module_roots = manifest::module_roots(language.name, text);
    let lines = LineIndex::new(text);
    record.line_count = lines.count();
    let parsed = language.grammar().map(|(syntax, compiled)| {
        parse_with_grammar(text, &lines, syntax, compiled, budget, &mut record.problems)
    });
    match parsed {
        Some(Some((tree, extracted))) => {
            record.chunks = chunk::chunk_code(text, &lines, &extracted.symbols, &tree);
            record.symbols = extracted.symbols;
            record.references = extracted.references;
            record.imports = extracted.imports;
            record.bindings = extracted.bindings;
        }
        Some(None) => {
            record.problems = vec![Problem::ParseTimeout];
            record.chunks = chunk::chunk_text(text, &lines);
        }
        None if language.outline == Outline::HashHeadings => {
            record.symbols = symbols::headings(text, &lines);
            record.references = symbols::mentions(text, &lines, &record.symbols, budget.max_references);
            record.chunks = chunk::chunk_sections(text, &lines, &record.symbols);
        }
        None => record.chunks = chunk::chunk_text(text, &lines),
    }
    record
}

/// How far [`parse_as_far_as`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The bare syntax tree, of the same text as always.
    Tree,
    /// The tree and what the query finds in it: symbols, references, imports, bindings.
    Facts,
}

/// Does the first part of the work of [`parse`] and throws its result away: for measurements of what each part
/// costs. False without a grammar, and when the time was over.
#[must_use]
pub fn parse_as_far_as(stage: Stage, text: &str, language: &'static Language, budget: &ParseBudget) -> bool {
    let Some((syntax, compiled)) = language.grammar() else { return false };
    let deadline = Deadline::after(budget.time);
    match stage {
        Stage::Tree => parse_tree(&text_for_grammar(text, syntax), compiled, &deadline).is_some(),
        Stage::Facts => {
            let lines = LineIndex::new(text);
            parse_with_grammar(text, &lines, syntax, compiled, budget, &mut Vec::new()).is_some()
        }
    }
}

/// Parses and extracts; `None` when the time was over.
fn parse_with_grammar(
    text: &str,
    lines: &LineIndex,
    syntax: &Syntax,
    compiled: &Compiled,
    budget: &ParseBudget,
    problems: &mut Vec<Problem>,
) -> Option<(Tree, Extracted)> {
    let deadline = Deadline::after(budget.time);
    let tree = parse_tree(&text_for_grammar(text, syntax), compiled, &deadline)?;
    let source = Source { text, lines, tree: &tree, syntax, compiled };
    let extracted = symbols::extract(&source, budget, &deadline)?;
    let errors = count_errors(&tree);
    problems.extend((errors > 0).then_some(Problem::SyntaxErrors(errors)));
    problems.extend(extracted.is_truncated.then_some(Problem::TooManyItems));
    Some((tree, extracted))
}

/// What the grammar is to see of `text`: as long as it, with what would lead it astray masked.
fn text_for_grammar<'t>(text: &'t str, syntax: &Syntax) -> Cow<'t, str> {
    mask::patched(mask::masked(text, syntax.masking), text, syntax.patching)
}

/// The syntax tree, made by this thread's parser; `None` when the time was over.
fn parse_tree(text: &str, compiled: &Compiled, deadline: &Deadline) -> Option<Tree> {
    thread_local! {
        static PARSER: RefCell<Parser> = RefCell::new(Parser::new());
    }
    PARSER.with_borrow_mut(|parser| {
        parser.set_language(&compiled.grammar).expect("invariant: a test sets every grammar in the table");
        let mut on_progress = |_: &_| {
            if deadline.has_passed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut on_progress);
        let bytes = text.as_bytes();
        let mut was_cut = false;
        // a scanner that looks far ahead makes no progress: where the time is over, it finds the end of the text
        let mut read = |offset: usize, _| {
            was_cut = was_cut || (offset >= READ_BYTES && deadline.has_passed());
            let start = if was_cut { bytes.len() } else { offset.min(bytes.len()) };
            &bytes[start..bytes.len().min(start + READ_BYTES)]
        };
        let tree = parser.parse_with_options(&mut read, None, Some(options)).filter(|_| !was_cut);
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}

/// Counts error and missing nodes, looking only where the tree says there are some.
fn count_errors(tree: &Tree) -> u32 {
    let mut cursor = tree.walk();
    let mut count = 0;
    loop {
        let node = cursor.node();
        count += u32::from(node.is_error() || node.is_missing());
        if count >= MAX_COUNTED_ERRORS {
            return count;
        }
        if node.has_error() && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return count;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_counts_what_the_thread_has_used() {
        assert!(Deadline::after(Duration::ZERO).has_passed());
        let began = ThreadTime::now();
        let deadline = Deadline::after(Duration::from_millis(20));
        while !deadline.has_passed() {
            std::hint::spin_loop();
        }
        assert!(began.elapsed() >= Duration::from_millis(20));
        assert!(deadline.has_passed(), "it does not begin again");
    }
}
