//! Query understanding: what kind of question it is, which identifiers and paths it names, its search terms.
//!
//! Works on the shape of the text alone (case, underscores, qualifiers, slashes), never on lists of words taken
//! from particular questions.

mod frames;
mod quotes;
mod sections;
mod snippet;
mod terms;
mod wildcards;

use std::borrow::Cow;

use contexd_store::keyword::QueryTerm;

pub(crate) use self::frames::Frame;
use self::frames::frames;
use self::quotes::literals;
use self::sections::{Section, SectionKind, sections};
pub(crate) use self::snippet::Snippet;
use self::snippet::snippet;
use self::terms::weighted_terms;
use self::wildcards::read_wildcard;
use crate::QueryKind;
use crate::names::word_stems;
use crate::weights::SectionWeights;

/// Bytes of the question that are read; the rest of a longer one is cut off.
pub(crate) const MAX_QUERY_BYTES: usize = 64 << 10;
const MAX_STEMS: usize = 256;
const MAX_IDENTIFIERS: usize = 48;
const MAX_PATHS: usize = 8;
const IDENTIFIER_QUERY_WORDS: usize = 2;
/// Words up to which a question can ask for a class of files by name, or for a literal that it quotes. In a longer text (an
/// issue, a log) such words and quotations stand by the way.
const ASKING_WORDS: usize = 24;
/// Words above which a question is a report: no one phrases a question so.
const REPORT_WORDS: usize = 48;
/// Lines from which on a text of several is a report.
const REPORT_LINES: usize = 4;
/// Words of a report or of a block of code that stand for the whole of it.
const SUMMARY_WORDS: usize = 96;

/// How sure it is that a word of the question names a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// A plain word, as in prose.
    Word,
    /// A capitalised word that does not begin the question.
    Capitalised,
    /// Written as code is: qualified, with underscores or inner capitals, called, quoted in backticks.
    Code,
}

/// A name in the question that may be a symbol's.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedIdentifier {
    /// The qualifier's parts, outermost first; empty for a bare name.
    pub(crate) qualifier: Vec<String>,
    /// The last part, as written; may hold stars, each for any run of characters.
    pub(crate) name: String,
    /// How sure it is.
    pub(crate) strength: Strength,
    /// Whether it stands in code or output that a report quotes, and nowhere else.
    pub(crate) is_quoted: bool,
}

/// What was understood of a question.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Understanding {
    /// What its words look like.
    kind_of_words: QueryKind,
    /// Whether it is a single word that may be a path.
    pub(crate) is_path_alone: bool,
    /// The weighted terms for the keyword index.
    pub(crate) terms: Vec<QueryTerm>,
    /// The names in it, surest first.
    pub(crate) identifiers: Vec<NamedIdentifier>,
    /// The paths and file names in it.
    pub(crate) paths: Vec<String>,
    /// The places that error output in it names, the innermost first.
    pub(crate) frames: Vec<Frame>,
    /// What it quotes and is no name; none of a long question, a report or a block of code.
    pub(crate) literals: Vec<String>,
    /// The code that it is, if it has the shape of code.
    pub(crate) snippet: Option<Snippet>,
    /// The stems of its distinct content words, sorted.
    pub(crate) stems: Vec<String>,
    /// Which classes of file it asks for by name.
    pub(crate) asks_for: AsksFor,
}

/// Classes of file that a question asks for by name; their penalty is then switched off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AsksFor {
    /// Tests, specs, fixtures, mocks.
    pub(crate) tests: bool,
    /// Examples, samples, demos, benchmarks.
    pub(crate) examples: bool,
    /// Documentation.
    pub(crate) documentation: bool,
    /// Configuration and other data files.
    pub(crate) configuration: bool,
}

/// What of the repository was found to be in a question; decides what the question was.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Found {
    /// A file bears a path or file name in it.
    pub(crate) path: bool,
    /// A file has a line that error output in it names.
    pub(crate) frame: bool,
    /// The greatest share of its quotations or code that stands in one place, 0 to 1.
    pub(crate) verbatim: f32,
}

/// What a text is by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A question of a few words.
    Question,
    /// An issue, a log, error output.
    Report,
    /// Lines of code and nothing else.
    Block,
}

/// A question taken apart, before its words are looked at.
struct Reading<'a> {
    form: Form,
    sections: Vec<Section<'a>>,
    snippet: Option<Snippet>,
    frames: Vec<Frame>,
}

impl<'a> Reading<'a> {
    fn of(text: &'a str, words: usize) -> Self {
        let frames = frames(text);
        // Lines of error output look like code; what names a place is read as error output.
        let snippet = if frames.is_empty() { snippet(text) } else { None };
        let form = if snippet.as_ref().is_some_and(|snippet| snippet.is_certain) {
            Form::Block
        } else if is_report(text, words) {
            Form::Report
        } else {
            Form::Question
        };
        let sections = match form {
            Form::Question => vec![Section { kind: SectionKind::Prose, text }],
            Form::Report => sections(text),
            Form::Block => vec![Section { kind: SectionKind::Quoted, text }],
        };
        Self { form, sections, snippet, frames }
    }

    /// The part of `text`, which was read, that says what it is about.
    fn summary(&self, text: &'a str) -> Cow<'a, str> {
        let told = self.sections.iter().filter(|section| section.kind != SectionKind::Quoted);
        let words = match self.form {
            Form::Question => return Cow::Borrowed(text),
            Form::Report => first_words(told.map(|section| section.text)),
            Form::Block => first_words(std::iter::once(text)),
        };
        if words.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(words) }
    }
}

fn first_words<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<&str> = texts.flat_map(str::split_whitespace).take(SUMMARY_WORDS).collect();
    words.join(" ")
}

impl AsksFor {
    /// All classes.
    pub(crate) fn everything() -> Self {
        Self { tests: true, examples: true, documentation: true, configuration: true }
    }
}

/// Reads `text`.
pub(crate) fn understand(text: &str, weights: &SectionWeights) -> Understanding {
    let text = truncate_at_char(text.trim(), MAX_QUERY_BYTES);
    let words: Vec<&str> = split_words(text).collect();
    let is_short = words.len() <= ASKING_WORDS;
    let reading = Reading::of(text, words.len());
    // What code names by paths is used there, not asked for.
    let paths = if reading.form == Form::Block { Vec::new() } else { named_paths(&words) };
    let identifiers = named_identifiers(&reading.sections, reading.form == Form::Question);
    Understanding {
        kind_of_words: match reading.form {
            Form::Question => classify(&words, &identifiers),
            Form::Report => QueryKind::Report,
            Form::Block => QueryKind::Snippet,
        },
        is_path_alone: words.len() == 1 && !paths.is_empty(),
        terms: weighted_terms(&reading.sections, weights),
        identifiers,
        paths,
        stems: stems(&reading.summary(text)),
        asks_for: if is_short { asks_for(text) } else { AsksFor::default() },
        literals: if is_short && reading.form == Form::Question { literals(text) } else { Vec::new() },
        snippet: reading.snippet,
        frames: reading.frames,
    }
}

fn is_report(text: &str, words: usize) -> bool {
    words > REPORT_WORDS || text.lines().count() >= REPORT_LINES
}

/// The part of a question that says what it is about, which is what its vector should be made of: all of a short one,
/// the title, the prose and the messages of a report as far as its first words go (96 of them), as many words of code.
#[must_use]
pub fn text_to_embed(text: &str) -> Cow<'_, str> {
    let text = truncate_at_char(text.trim(), MAX_QUERY_BYTES);
    Reading::of(text, split_words(text).count()).summary(text)
}

/// The longest prefix of `text` of at most `limit` bytes that ends at a character's end.
fn truncate_at_char(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    &text[..end]
}

fn split_words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '{' | '}' | '[' | ']' | '=' | '|')
    })
    .filter(|word| !word.is_empty())
}

impl Understanding {
    /// The kind once it is known what the repository has of what is named: `app.use` looks like a file name until no
    /// file bears it, error output is one that names a place in a file, and what may be code is code when
    /// most of it stands in one place.
    pub(crate) fn kind(&self, found: Found) -> QueryKind {
        if found.frame {
            QueryKind::Report
        } else if self.is_path_alone && found.path {
            QueryKind::Path
        } else if self.kind_of_words != QueryKind::Identifier
            && self.snippet.as_ref().is_some_and(|snippet| found.verbatim >= snippet.least_share())
        {
            QueryKind::Snippet
        } else {
            self.kind_of_words
        }
    }
}

fn classify(words: &[&str], identifiers: &[NamedIdentifier]) -> QueryKind {
    let code_names = identifiers.iter().filter(|identifier| identifier.strength == Strength::Code).count();
    let single_name = words.len() == 1 && !identifiers.is_empty();
    let only_code = !words.is_empty() && words.len() <= IDENTIFIER_QUERY_WORDS && code_names == words.len();
    if single_name || only_code { QueryKind::Identifier } else { QueryKind::NaturalLanguage }
}

fn named_paths(words: &[&str]) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    for word in words {
        let trimmed = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '/');
        let path = trimmed.trim_start_matches("./").trim_matches('/');
        if paths.len() < MAX_PATHS && looks_like_path(path) && !paths.iter().any(|known| known == path) {
            paths.push(path.to_owned());
        }
    }
    paths
}

/// A slash between names, or a file name with a short alphanumeric extension; not a web address.
fn looks_like_path(word: &str) -> bool {
    if word.len() < 3 || word.contains("://") || word.contains("::") || word.contains('(') {
        return false;
    }
    let file_name = word.rsplit('/').next().unwrap_or(word);
    let has_extension = file_name.rsplit_once('.').is_some_and(|(stem, extension)| {
        stem.len() > 1
            && (1..=4).contains(&extension.len())
            && extension.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
            && extension.chars().any(|c| c.is_ascii_lowercase())
    });
    has_extension || (word.contains('/') && word.split('/').all(|part| part.len() > 1))
}

fn named_identifiers(sections: &[Section<'_>], may_hold_wildcards: bool) -> Vec<NamedIdentifier> {
    let mut identifiers: Vec<NamedIdentifier> = Vec::new();
    for section in sections {
        let words: Vec<&str> = split_words(section.text).collect();
        for (position, word) in words.iter().enumerate() {
            let wildcard = if may_hold_wildcards { read_wildcard(word, words.len() == 1) } else { None };
            let name = wildcard.or_else(|| read_identifier(word, position == 0 && words.len() > 1));
            let Some(mut identifier) = name else { continue };
            identifier.is_quoted = section.kind == SectionKind::Quoted;
            add_identifier(&mut identifiers, identifier);
        }
    }
    let order = |of: &NamedIdentifier| (of.is_quoted, std::cmp::Reverse(of.strength));
    identifiers.sort_by_key(order);
    identifiers.truncate(MAX_IDENTIFIERS);
    identifiers
}

/// Keeps each name once: as it is surest, and as told rather than quoted.
fn add_identifier(identifiers: &mut Vec<NamedIdentifier>, new: NamedIdentifier) {
    match identifiers.iter_mut().find(|known| known.name == new.name) {
        Some(known) => {
            let is_quoted = known.is_quoted && new.is_quoted;
            if new.strength > known.strength {
                *known = new;
            }
            known.is_quoted = is_quoted;
        }
        None => identifiers.push(new),
    }
}

fn read_identifier(word: &str, begins_sentence: bool) -> Option<NamedIdentifier> {
    let quoted = word.starts_with('`');
    let bare = word.trim_matches(|c: char| {
        !c.is_alphanumeric() && c != '_' && c != '$' && c != '(' && c != ')' && c != '!'
    });
    let called = bare.contains('(') || bare.ends_with('!');
    let head = bare.split(['(', '!', '<']).next().unwrap_or(bare);
    let parts = name_parts(head);
    let valid = parts.iter().all(|part| is_identifier(part));
    let (name, qualifier) = parts.split_last()?;
    if !valid || name.len() < 2 {
        return None;
    }
    let strength = identifier_strength(name, quoted || called || !qualifier.is_empty(), begins_sentence);
    Some(NamedIdentifier {
        qualifier: qualifier.iter().map(|part| (*part).to_owned()).collect(),
        name: (*name).to_owned(),
        strength,
        is_quoted: false,
    })
}

/// The parts of a qualified name, however the language joins them.
fn name_parts(name: &str) -> Vec<&str> {
    let parts = name.split("::").flat_map(|part| part.split(['.', '#', '\\']));
    parts.flat_map(|part| part.split("->")).collect()
}

fn is_identifier(part: &str) -> bool {
    let mut characters = part.chars();
    characters.next().is_some_and(|c| c.is_alphabetic() || c == '_' || c == '$')
        && characters.all(|c| c.is_alphanumeric() || c == '_' || c == '$')
}

fn identifier_strength(name: &str, marked_as_code: bool, begins_sentence: bool) -> Strength {
    let inner_capital = name.chars().skip(1).any(char::is_uppercase) && name.chars().any(char::is_lowercase);
    let has_underscore = name.trim_matches('_').contains('_') || name.starts_with('_');
    if marked_as_code || inner_capital || has_underscore {
        Strength::Code
    } else if name.chars().next().is_some_and(char::is_uppercase) && !begins_sentence {
        Strength::Capitalised
    } else {
        Strength::Word
    }
}

fn stems(text: &str) -> Vec<String> {
    let mut stems = word_stems(text);
    stems.sort_unstable();
    stems.truncate(MAX_STEMS);
    stems
}

/// Whether a lower-cased word carries content. The list is the closed class of English function words (articles,
/// pronouns, prepositions, auxiliaries, question words), which no repository's vocabulary changes.
pub(crate) fn is_content_word(word: &str) -> bool {
    const FUNCTION_WORDS: [&str; 62] = [
        "a", "about", "after", "all", "also", "an", "and", "any", "are", "as", "at", "be", "been", "before",
        "between", "by", "can", "could", "did", "do", "does", "during", "each", "for", "from", "had", "has",
        "have", "how", "if", "in", "into", "is", "it", "its", "may", "not", "of", "on", "or", "our", "over",
        "should", "so", "than", "that", "the", "their", "then", "there", "these", "this", "to", "was", "we",
        "what", "when", "where", "which", "why", "with", "you",
    ];
    const LONGEST: usize = length_of_longest(&FUNCTION_WORDS);
    word.len() > LONGEST || FUNCTION_WORDS.binary_search(&word).is_err()
}

const fn length_of_longest(words: &[&str]) -> usize {
    let (mut longest, mut at) = (0, 0);
    while at < words.len() {
        if words[at].len() > longest {
            longest = words[at].len();
        }
        at += 1;
    }
    longest
}

fn asks_for(text: &str) -> AsksFor {
    let mut asked = AsksFor::default();
    for word in text.split(|c: char| !c.is_alphanumeric()) {
        match word.to_ascii_lowercase().as_str() {
            "test" | "tests" | "testing" | "spec" | "specs" | "fixture" | "fixtures" | "mock" | "mocks" => {
                asked.tests = true;
            }
            "example" | "examples" | "sample" | "samples" | "demo" | "benchmark" | "benchmarks" | "bench" => {
                asked.examples = true;
            }
            "docs" | "documentation" | "readme" | "guide" | "tutorial" | "changelog" | "markdown" => {
                asked.documentation = true;
            }
            "config" | "configuration" | "settings" | "manifest" | "yaml" | "json" | "toml" | "workflow" => {
                asked.configuration = true;
            }
            _ => {}
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Weights;

    fn understand(text: &str) -> Understanding {
        super::understand(text, &Weights::built_in().sections)
    }

    fn strongest(text: &str) -> Option<(String, Strength)> {
        understand(text)
            .identifiers
            .into_iter()
            .next()
            .map(|identifier| (identifier.name, identifier.strength))
    }

    #[test]
    fn the_list_of_function_words_is_sorted() {
        assert!(
            !is_content_word("a")
                && !is_content_word("you")
                && !is_content_word("has")
                && is_content_word("runtime")
        );
    }

    #[test]
    fn kinds_follow_the_shape() {
        let found = |path, frame| Found { path, frame, verbatim: 0.0 };
        let kind = |text| understand(text).kind(found(true, false));
        assert_eq!(kind("Runtime"), QueryKind::Identifier);
        assert_eq!(kind("Runtime::block_on"), QueryKind::Identifier);
        assert_eq!(kind("parse_url splitHost"), QueryKind::Identifier);
        assert_eq!(kind("src/runtime/mod.rs"), QueryKind::Path);
        assert_eq!(kind("mod.rs"), QueryKind::Path);
        assert_eq!(understand("app.use").kind(Found::default()), QueryKind::Identifier);
        assert_eq!(kind("how does the runtime spawn tasks"), QueryKind::NaturalLanguage);
        assert_eq!(kind(""), QueryKind::NaturalLanguage);
        assert_eq!(kind("it fails\n\nsince the update\nof yesterday"), QueryKind::Report);
        assert_eq!(kind("parse_*"), QueryKind::Identifier);
        assert_eq!(kind("a = next(b);\nrun(a, c);"), QueryKind::Snippet);
        let line = understand("if err != nil { return nil, f(err) }");
        assert_eq!(line.kind(Found::default()), QueryKind::NaturalLanguage);
        assert_eq!(line.kind(Found { verbatim: 0.8, ..Found::default() }), QueryKind::Snippet);
        assert_eq!(
            understand("where is \"a b c\"").kind(Found { verbatim: 1.0, ..Found::default() }),
            QueryKind::NaturalLanguage
        );
        assert_eq!(understand("a.rs:3: error").kind(found(true, true)), QueryKind::Report);
    }

    #[test]
    fn names_are_told_from_prose() {
        assert_eq!(strongest("where is `spawn` defined"), Some(("spawn".into(), Strength::Code)));
        assert_eq!(strongest("how does the Router dispatch"), Some(("Router".into(), Strength::Capitalised)));
        assert_eq!(strongest("call parse_url() first"), Some(("parse_url".into(), Strength::Code)));
        let qualified = understand("Runtime::block_on").identifiers.remove(0);
        assert_eq!(
            (qualified.qualifier, qualified.name),
            (vec!["Runtime".to_owned()], "block_on".to_owned())
        );
    }

    #[test]
    fn paths_are_found_in_error_output() {
        let found = understand(
            "File \"django/db/models/query.py\", line 10, see https://example.com/a.html e.g. this",
        );
        assert_eq!(found.paths, ["django/db/models/query.py"]);
    }

    #[test]
    fn what_a_report_quotes_says_less() {
        let report = "Copying loses the `file_mode`\n\nSeen with copy_tree.\n```\nshutil.copy_all(a)\n```\n";
        let quoted: Vec<(String, bool)> = understand(report)
            .identifiers
            .into_iter()
            .filter(|identifier| identifier.strength == Strength::Code)
            .map(|identifier| (identifier.name, identifier.is_quoted))
            .collect();
        let expected = [("file_mode", false), ("copy_tree", false), ("copy_all", true)];
        assert_eq!(quoted, expected.map(|(name, is_quoted)| (name.to_owned(), is_quoted)));
        assert_eq!(text_to_embed(report), "Copying loses the `file_mode` Seen with copy_tree.");
        assert_eq!(text_to_embed(" retry policy "), "retry policy");
    }

    #[test]
    fn names_in_code_are_used_there() {
        let block = understand("total = add_tax(price);\nlog.info(total, path.join(\"a/b.txt\"));");
        assert!(block.identifiers.iter().all(|identifier| identifier.is_quoted));
        assert!(block.paths.is_empty() && block.literals.is_empty());
        assert_eq!(text_to_embed("a = next(b);\n  run(a, c);"), "a = next(b); run(a, c);");
    }

    #[test]
    fn a_huge_question_is_cut_at_a_character() {
        let text = "ü".repeat(MAX_QUERY_BYTES);
        assert!(understand(&text).terms.len() <= 256);
    }
}
