//! BM25F, term at a time.
//!
//! For a term `t` and a chunk: `x = sum over fields f of weight_f * tf_f / (1 - b_f + b_f * length_f / mean_length_f)`,
//! and the term's score is `weight_t * idf(t) * x / (k1 + x)` with `idf(t) = ln(1 + (N - n + 0.5) / (n + 0.5))`, where
//! `N` counts the living chunks and `n` those of them that hold the term in a field of positive weight. Lengths are
//! tantivy's, rounded down to one of 256 steps, the same way in the index and in the means.
//!
//! Scores add up in one array a segment.

use std::collections::HashMap;
use std::io;

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::TermInfo;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, InvertedIndexReader, Term};

use super::searcher::{Segment, View};
use super::{Field, LexicalHit, LexicalQuery, QueryTerm};
use crate::top_k::TopK;
use crate::{ChunkId, FileId};

/// Runs `query` over `view`.
pub(super) fn search(view: &View, query: &LexicalQuery<'_>) -> io::Result<Vec<LexicalHit>> {
    if query.limit == 0 || view.documents == 0 {
        return Ok(Vec::new());
    }
    let factors = LengthFactors::new(view, query);
    let mut accumulators: Vec<Accumulator> = view.segments.iter().map(Accumulator::new).collect();
    for term in distinct_terms(query.terms) {
        accumulate(view, query.k1, &factors, &term, &mut accumulators)?;
    }
    Ok(best_documents(view, query, &accumulators))
}

/// A term of the query.
struct WeightedTerm<'a> {
    text: &'a str,
    weight: f32,
}

/// The terms of positive weight, duplicates added up, in order of first appearance.
fn distinct_terms(terms: &[QueryTerm]) -> Vec<WeightedTerm<'_>> {
    let mut distinct: Vec<WeightedTerm<'_>> = Vec::with_capacity(terms.len());
    let mut positions: HashMap<&str, usize> = HashMap::with_capacity(terms.len());
    for term in terms.iter().filter(|term| term.weight > 0.0 && term.weight.is_finite()) {
        let position = *positions.entry(&term.text).or_insert(distinct.len());
        match distinct.get_mut(position) {
            Some(known) => known.weight += term.weight,
            None => distinct.push(WeightedTerm { text: &term.text, weight: term.weight }),
        }
    }
    distinct
}

/// `weight / (1 - b + b * length / mean length)` by field and encoded length; `None` for a field left out.
struct LengthFactors([Option<Box<[f32; 256]>>; Field::COUNT]);

impl LengthFactors {
    fn new(view: &View, query: &LexicalQuery<'_>) -> Self {
        Self(std::array::from_fn(|field| {
            let settings = query.fields[field];
            let mean = view.mean_lengths[field].max(f32::MIN_POSITIVE);
            (settings.weight > 0.0).then(|| {
                Box::new(std::array::from_fn(|code| {
                    let length = FieldNormReader::id_to_fieldnorm(code as u8) as f32;
                    settings.weight / (1.0 - settings.b + settings.b * length / mean)
                }))
            })
        }))
    }
}

/// A term that so large a share of a segment's documents hold (one in this many) is added up by passing through all of
/// them: quicker than to list those that it touches.
const COMMON: usize = 8;

/// Scores of one segment's documents.
struct Accumulator {
    scores: Vec<f32>,
    /// `x` of the term at hand; 0 outside [`accumulate`].
    frequencies: Vec<f32>,
    /// Documents that the term at hand touches, unless it is common.
    touched: Vec<DocId>,
    /// Documents with a score, unless a term was common.
    scored: Vec<DocId>,
    /// Whether the term at hand is common.
    is_common: bool,
    /// Whether any term was.
    any_common: bool,
}

impl Accumulator {
    fn new(segment: &Segment) -> Self {
        let size = segment.size();
        Self {
            scores: vec![0.0; size],
            frequencies: vec![0.0; size],
            touched: Vec::new(),
            scored: Vec::new(),
            is_common: false,
            any_common: false,
        }
    }

    /// Begins with a term that has so many postings.
    fn begin(&mut self, postings: usize) {
        self.is_common = postings > self.scores.len() / COMMON;
        self.any_common |= self.is_common;
    }

    #[inline]
    fn add_frequency(&mut self, doc: DocId, frequency: f32) {
        let sum = &mut self.frequencies[doc as usize];
        if !self.is_common && *sum == 0.0 {
            self.touched.push(doc);
        }
        *sum += frequency;
    }

    /// Living documents that hold the term at hand.
    fn holding(&self, segment: &Segment) -> usize {
        if self.is_common {
            segment.count_alive(positive(&self.frequencies))
        } else {
            segment.count_alive(self.touched.iter().copied())
        }
    }

    /// Turns the frequencies of the term at hand into score.
    fn saturate(&mut self, k1: f32, factor: f32) {
        if self.is_common {
            for (score, frequency) in self.scores.iter_mut().zip(&mut self.frequencies) {
                let saturated = if *frequency > 0.0 { saturation(*frequency, k1) } else { 0.0 };
                *score += factor * saturated;
                *frequency = 0.0;
            }
            return;
        }
        for doc in self.touched.drain(..) {
            let frequency = std::mem::take(&mut self.frequencies[doc as usize]);
            let score = &mut self.scores[doc as usize];
            if *score == 0.0 {
                self.scored.push(doc);
            }
            *score += factor * saturation(frequency, k1);
        }
    }

    /// The documents with a score.
    fn scored(&self) -> impl Iterator<Item = DocId> {
        let (all, listed) =
            if self.any_common { (&self.scores[..], &[][..]) } else { (&[][..], &self.scored[..]) };
        positive(all).chain(listed.iter().copied())
    }
}

/// The documents whose number is positive.
fn positive(numbers: &[f32]) -> impl Iterator<Item = DocId> {
    (0..).zip(numbers).filter(|(_, number)| **number > 0.0).map(|(doc, _)| doc)
}

fn saturation(frequency: f32, k1: f32) -> f32 {
    frequency / (k1 + frequency)
}

fn inverse_document_frequency(documents: u32, holding: usize) -> f32 {
    let (documents, holding) = (f64::from(documents), holding as f64);
    (1.0 + (documents - holding + 0.5) / (holding + 0.5)).ln() as f32
}

/// Adds the score of `term` to every document that holds it.
fn accumulate(
    view: &View,
    k1: f32,
    factors: &LengthFactors,
    term: &WeightedTerm<'_>,
    accumulators: &mut [Accumulator],
) -> io::Result<()> {
    let mut holding = 0;
    for (segment, accumulator) in view.segments.iter().zip(accumulators.iter_mut()) {
        let postings = postings_of(view, segment, factors, term)?;
        accumulator.begin(postings.iter().map(|(.., info)| info.doc_freq as usize).sum());
        for (field, factors, info) in postings {
            for_each_posting(&segment.postings[field], &info, |doc, frequency| {
                let length = segment.lengths[field].fieldnorm_id(doc);
                accumulator.add_frequency(doc, frequency as f32 * factors[usize::from(length)]);
            })?;
        }
        holding += accumulator.holding(segment);
    }
    let factor = term.weight * inverse_document_frequency(view.documents, holding);
    accumulators.iter_mut().for_each(|accumulator| accumulator.saturate(k1, factor));
    Ok(())
}

/// Where the postings of `term` are in each field that counts and has it.
fn postings_of<'f>(
    view: &View,
    segment: &Segment,
    factors: &'f LengthFactors,
    term: &WeightedTerm<'_>,
) -> io::Result<Vec<(usize, &'f [f32; 256], TermInfo)>> {
    let mut found = Vec::with_capacity(Field::COUNT);
    for (field, factors) in factors.0.iter().enumerate() {
        let Some(factors) = factors else { continue };
        let key = Term::from_field_text(view.fields.texts[field], term.text);
        if let Some(info) = segment.postings[field].get_term_info(&key)? {
            found.push((field, &**factors, info));
        }
    }
    Ok(found)
}

fn for_each_posting(
    reader: &InvertedIndexReader,
    info: &TermInfo,
    mut visit: impl FnMut(DocId, u32),
) -> io::Result<()> {
    let mut blocks = reader.read_block_postings_from_terminfo(info, IndexRecordOption::WithFreqs)?;
    while !blocks.docs().is_empty() {
        for (&doc, &frequency) in blocks.docs().iter().zip(blocks.freqs()) {
            visit(doc, frequency);
        }
        blocks.advance();
    }
    Ok(())
}

/// The living, admitted documents of the highest scores, best first, equal scores by chunk.
fn best_documents(view: &View, query: &LexicalQuery<'_>, accumulators: &[Accumulator]) -> Vec<LexicalHit> {
    let mut admission = Admission::new(query);
    let mut best = TopK::new(query.limit);
    for (segment, accumulator) in view.segments.iter().zip(accumulators) {
        for doc in accumulator.scored() {
            let score = accumulator.scores[doc as usize];
            if !best.wants(score) || !segment.is_alive(doc) {
                continue;
            }
            let chunk = segment.chunk(doc);
            if admission.admits(chunk.file) {
                best.push(score, chunk.to_u64());
            }
        }
    }
    best.into_sorted().map(|(score, chunk)| LexicalHit { chunk: ChunkId::from_u64(chunk), score }).collect()
}

/// The query's filter, asked once a file.
struct Admission<'a> {
    filter: Option<&'a (dyn Fn(FileId) -> bool + Sync)>,
    known: HashMap<FileId, bool>,
}

impl<'a> Admission<'a> {
    fn new(query: &LexicalQuery<'a>) -> Self {
        Self { filter: query.filter, known: HashMap::new() }
    }

    fn admits(&mut self, file: FileId) -> bool {
        self.filter.is_none_or(|filter| *self.known.entry(file).or_insert_with(|| filter(file)))
    }
}
