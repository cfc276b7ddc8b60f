//! The weighted terms of a question for the keyword index.

use std::collections::HashMap;

use contexd_store::keyword::QueryTerm;
use contexd_store::tokenizer::{self, TokenKind};

use super::is_content_word;
use super::sections::{Section, SectionKind};
use crate::weights::SectionWeights;

/// Terms asked for, the weightiest of a longer question.
const MAX_TERMS: usize = 256;

/// What is known of a term while the sections are read.
struct Term {
    kind: TokenKind,
    /// Weight of the weightiest section that has it.
    section: f32,
    count: u32,
}

/// Distinct tokens of the question in order of first appearance, a repeated one weighing `1 + ln(times)` of what its
/// weightiest section gives it. Function words are left out unless the question has nothing else.
pub(super) fn weighted_terms(sections: &[Section<'_>], weights: &SectionWeights) -> Vec<QueryTerm> {
    let (order, terms) = read_terms(sections, weights);
    let has_content = order.iter().any(|text| is_content_word(text));
    let mut weighted: Vec<QueryTerm> = order
        .into_iter()
        .filter(|text| !has_content || is_content_word(text))
        .map(|text| {
            let term = &terms[&text];
            let weight = kind_weight(term.kind) * term.section * (1.0 + (term.count as f32).ln());
            QueryTerm { text, weight }
        })
        .collect();
    keep_weightiest(&mut weighted);
    weighted
}

fn read_terms(sections: &[Section<'_>], weights: &SectionWeights) -> (Vec<String>, HashMap<String, Term>) {
    let mut order: Vec<String> = Vec::new();
    let mut terms: HashMap<String, Term> = HashMap::new();
    for section in sections {
        let weight = weight_of(section.kind, weights);
        for token in tokenizer::query_tokens(section.text) {
            let known = terms.entry(token.text.clone()).or_insert_with(|| {
                order.push(token.text.clone());
                Term { kind: token.kind, section: weight, count: 0 }
            });
            known.count += token.count;
            known.section = known.section.max(weight);
            if kind_weight(token.kind) > kind_weight(known.kind) {
                known.kind = token.kind;
            }
        }
    }
    (order, terms)
}

/// Leaves the weightiest terms, in their order.
fn keep_weightiest(terms: &mut Vec<QueryTerm>) {
    if terms.len() <= MAX_TERMS {
        return;
    }
    let mut positions: Vec<usize> = (0..terms.len()).collect();
    positions.sort_by(|a, b| terms[*b].weight.total_cmp(&terms[*a].weight));
    positions.truncate(MAX_TERMS);
    positions.sort_unstable();
    *terms = positions.into_iter().map(|position| terms[position].clone()).collect();
}

fn weight_of(kind: SectionKind, weights: &SectionWeights) -> f32 {
    match kind {
        SectionKind::Title => weights.title,
        SectionKind::Prose => weights.prose,
        SectionKind::Message => weights.message,
        SectionKind::Quoted => weights.quoted,
    }
}

/// A word and its stem, an identifier and its parts, are one piece of evidence seen twice: the finer form of each
/// pair weighs less.
fn kind_weight(kind: TokenKind) -> f32 {
    match kind {
        TokenKind::Compound | TokenKind::Word => 1.0,
        TokenKind::Stem | TokenKind::Part => 0.7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEIGHTS: SectionWeights = SectionWeights { title: 2.0, prose: 1.0, message: 1.5, quoted: 0.5 };

    fn weight(sections: &[Section<'_>], word: &str) -> f32 {
        let terms = weighted_terms(sections, &WEIGHTS);
        terms.iter().find(|term| term.text == word).map_or(0.0, |term| term.weight)
    }

    #[test]
    fn the_weightiest_section_counts() {
        let sections = [
            Section { kind: SectionKind::Title, text: "socket" },
            Section { kind: SectionKind::Quoted, text: "mode" },
        ];
        assert!((weight(&sections, "socket") - 2.0).abs() < 1e-6);
        assert!((weight(&sections, "mode") - 0.5).abs() < 1e-6);
    }

    #[test]
    fn a_long_text_keeps_its_weightiest_terms() {
        let listing: String = (0..4 * MAX_TERMS).map(|n| format!("package{n}x ")).collect();
        let sections = [
            Section { kind: SectionKind::Quoted, text: &listing },
            Section { kind: SectionKind::Prose, text: "socket" },
        ];
        assert_eq!(weighted_terms(&sections, &WEIGHTS).len(), MAX_TERMS);
        assert!(weight(&sections, "socket") > 0.0);
    }
}
