//! What a file must hold to match: trigrams, put together by "all of" and "one of".

use std::collections::BTreeSet;

use contexd_store::{Trigram, TrigramFilter};
use regex_syntax::ParserBuilder;

use super::GrepPattern;
use super::literals::Shape;

/// Most trigrams asked of a file for one string: more prove little.
const MOST_TRIGRAMS: usize = 24;
/// Most conditions that must all hold.
const MOST_CLAUSES: usize = 64;
/// Deepest nesting of a pattern; the engine that searches has the same limit.
const NEST_LIMIT: u32 = 250;

/// What a file must hold for a pattern to match in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needs(Clauses);

/// All of these, each of them one of several.
type Clauses = Vec<Clause>;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Clause {
    Trigrams(BTreeSet<Trigram>),
    OneOf(Vec<Needs>),
}

impl Needs {
    /// What `pattern` needs. Nothing for one that cannot be parsed: whoever searches with it will say so.
    #[must_use]
    pub fn of(pattern: &GrepPattern) -> Self {
        let literal;
        let text = if pattern.is_literal {
            literal = regex_syntax::escape(&pattern.text);
            &literal
        } else {
            &pattern.text
        };
        let mut parser = ParserBuilder::new()
            .utf8(false)
            .multi_line(true)
            .nest_limit(NEST_LIMIT)
            .case_insensitive(pattern.may_fold_case)
            .build();
        parser.parse(text).map_or_else(|_| Self::nothing(), |hir| Shape::of(&hir).into_needs())
    }

    /// Whether a text with these trigrams may match; `false` is proof that it does not.
    #[must_use]
    pub fn may_be_met(&self, text: &TrigramFilter) -> bool {
        self.0.iter().all(|clause| match clause {
            Clause::Trigrams(trigrams) => text.may_hold_all(trigrams),
            Clause::OneOf(needs) => needs.iter().any(|needs| needs.may_be_met(text)),
        })
    }

    /// Whether any text may match.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn nothing() -> Self {
        Self(Vec::new())
    }

    /// One of `strings`.
    pub(super) fn one_of_strings(strings: &BTreeSet<Box<[u8]>>) -> Self {
        Self::one_of(strings.iter().map(|string| Self::string(string)).collect())
    }

    /// One of `needs`.
    pub(super) fn one_of(mut needs: Vec<Self>) -> Self {
        needs.dedup();
        if needs.iter().any(Self::is_nothing) {
            return Self::nothing();
        }
        match needs.pop() {
            Some(only) if needs.is_empty() => only,
            Some(last) => {
                needs.push(last);
                Self(vec![Clause::OneOf(needs)])
            }
            // No string at all matches, and so may any file be ruled out; it is not worth a clause of its own.
            None => Self::nothing(),
        }
    }

    /// Both, as far as there is room: to ask less is always right.
    pub(super) fn and(mut self, other: Self) -> Self {
        let room = MOST_CLAUSES.saturating_sub(self.0.len());
        self.0.extend(other.0.into_iter().take(room));
        self
    }

    fn string(string: &[u8]) -> Self {
        let trigrams: BTreeSet<Trigram> = Trigram::all_of(string).take(MOST_TRIGRAMS).collect();
        if trigrams.is_empty() { Self::nothing() } else { Self(vec![Clause::Trigrams(trigrams)]) }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use regex::bytes::RegexBuilder;

    use super::*;

    fn pattern(text: &str) -> GrepPattern {
        GrepPattern { text: text.to_owned(), ..GrepPattern::default() }
    }

    fn admits(pattern: &GrepPattern, text: &str) -> bool {
        Needs::of(pattern).may_be_met(&TrigramFilter::of(text.as_bytes()))
    }

    #[track_caller]
    fn check(expression: &str, held: &[&str], ruled_out: &[&str]) {
        for text in held {
            assert!(admits(&pattern(expression), text), "{expression} in {text}");
        }
        for text in ruled_out {
            assert!(!admits(&pattern(expression), text), "{expression} in {text}");
        }
    }

    #[test]
    fn files_without_the_strings_are_ruled_out() {
        check("hello", &["say hello", "HELLO"], &["help", "", "he", "hel lo"]);
        check("hello.*world", &["hello big world", "world hello"], &["hello", "world"]);
        check("(?:abc|def)xyz", &["abcxyz", "defxyz"], &["abc", "xyz", "ghixyz"]);
        check("foobar|.*bazqux", &["foobar", "bazqux"], &["foo bar", "baz qux"]);
        check("[ab]cdef", &["acdef", "bcdef"], &["ccde"]);
        check("x+yyzz", &["xyyzz"], &["yyzz yz"]);
        check("(?:abc){2}", &["abcabc"], &["abc"]);
        check("(?:abc){9,}d", &["abcabcabcabcd"], &["abcabc"]);
        check("ab?cd", &["abcd", "acd"], &["abce"]);
    }

    #[test]
    fn what_may_match_anywhere_rules_nothing_out() {
        for expression in
            ["", "a", "ab", "a.*b", "[a-z]{3}", "(?:abc)?", "(?:abc)*", "abc|d", "(", "^$", r"\bx"]
        {
            assert!(Needs::of(&pattern(expression)).is_nothing(), "{expression}");
        }
    }

    #[test]
    fn literals_are_taken_as_they_stand() {
        let literal = GrepPattern { is_literal: true, ..pattern("a.*b(") };
        assert!(admits(&literal, "x a.*b( y") && !admits(&literal, "a-b"));
    }

    #[test]
    fn case_is_folded_beyond_ascii() {
        let folding = GrepPattern { may_fold_case: true, ..pattern("STRASSE kelvin") };
        assert!(admits(&folding, "strasse kelvin") && admits(&folding, "\u{17f}tra\u{17f}se \u{212a}elvin"));
        let umlauts = GrepPattern { may_fold_case: true, ..pattern("größe") };
        assert!(admits(&umlauts, "GRÖẞE grÖße") && !admits(&umlauts, "grosse"));
    }

    /// Expressions over a small alphabet, so that they match often.
    fn expressions() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            8 => "[a-dA-Dkſ]{1,5}",
            1 => Just(".".to_owned()),
            1 => Just("[a-c]".to_owned()),
            1 => Just("[^a]".to_owned()),
            1 => Just(r"\w".to_owned()),
            1 => Just(r"\n".to_owned()),
            1 => Just(r"\b".to_owned()),
            1 => Just("^".to_owned()),
            1 => Just("(?i:kAb)".to_owned()),
            1 => Just(r"(?-u:\xC5)".to_owned()),
        ];
        leaf.prop_recursive(4, 24, 3, |inner| {
            prop_oneof![
                3 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| parts.concat()),
                2 => prop::collection::vec(inner.clone(), 2..4).prop_map(|parts| format!("(?:{})", parts.join("|"))),
                1 => (inner, prop::sample::select(vec!["*", "+", "?", "{2}", "{1,3}", "{3,}", "{0}"]))
                    .prop_map(|(part, times)| format!("(?:{part}){times}")),
            ]
        })
    }

    /// Texts that the expressions match now and then, bytes that are no UTF-8 among them.
    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let piece = prop::sample::select(vec![
            "a", "b", "c", "d", "A", "B", "K", "k", "\u{212a}", "s", "\u{17f}", "\n", "\r\n", " ", "ab",
            "abc", "dcba", "kab",
        ]);
        let bytes = prop_oneof![9 => piece.prop_map(|text| text.as_bytes().to_vec()), 1 => Just(vec![0xC5])];
        prop::collection::vec(bytes, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_text_that_matches_is_never_ruled_out(
            expression in expressions(), text in texts(), may_fold_case in any::<bool>(), multi_line in any::<bool>(),
        ) {
            let searched = RegexBuilder::new(&expression).multi_line(true).case_insensitive(may_fold_case).build();
            let pattern = GrepPattern { text: expression, is_literal: false, may_fold_case, multi_line };
            if searched.is_ok_and(|regex| regex.is_match(&text)) {
                prop_assert!(Needs::of(&pattern).may_be_met(&TrigramFilter::of(&text)), "{pattern:?} in {text:?}");
            }
        }

        #[test]
        fn a_literal_that_a_text_holds_never_rules_it_out(text in texts(), from in 0_usize..80, length in 0_usize..30) {
            let part = String::from_utf8_lossy(&text).into_owned();
            let part: String = part.chars().skip(from).take(length).collect();
            let pattern = GrepPattern { text: part.to_uppercase(), is_literal: true, may_fold_case: true, multi_line: true };
            let searched = RegexBuilder::new(&regex::escape(&pattern.text)).case_insensitive(true).build().unwrap();
            if searched.is_match(&text) {
                prop_assert!(Needs::of(&pattern).may_be_met(&TrigramFilter::of(&text)), "{pattern:?}");
            }
        }
    }
}
