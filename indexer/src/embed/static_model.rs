//! Tier 1: a table of token vectors, compiled into the program. A text's vector is the weighted sum of its tokens'.

use super::{
    EmbedError, Embedder, ModelInfo,
    accumulate::{Term, weighted_sum},
    static_file::{StaticFile, verify},
    words::words,
};

/// Starts the table at a cache line, so that a row of 256 components takes four lines, not five.
#[repr(C, align(64))]
struct Aligned<Bytes: ?Sized>(Bytes);

static BUILT_IN: &Aligned<[u8]> = &Aligned(*include_bytes!("../../../models/contexd-static/model.bin"));

/// The built-in embedding model: no network, no native library, no set-up.
///
/// Reads its table straight from the program's image, so that making one costs microseconds. One thread embeds tens
/// of thousands of chunks a second; callers that want more split the texts over threads.
#[derive(Clone, Debug)]
pub struct StaticModel {
    file: StaticFile<'static>,
    info: ModelInfo,
}

impl StaticModel {
    /// The model that is part of the program.
    #[must_use]
    pub fn built_in() -> Self {
        let file = StaticFile::parse(&BUILT_IN.0);
        Self::new(file.expect("invariant: a test parses and verifies the committed model"))
    }

    /// Reads every byte of the model that is part of the program and compares with the hash in its header.
    ///
    /// # Errors
    /// When a byte differs: the program's file is damaged.
    pub fn verify_built_in() -> Result<(), EmbedError> {
        verify(&BUILT_IN.0)
    }

    fn new(file: StaticFile<'static>) -> Self {
        let info = ModelInfo {
            name: file.name.to_owned(),
            fingerprint: file.fingerprint,
            dimension: file.dimension,
            max_tokens: file.max_tokens,
        };
        Self { file, info }
    }

    /// The vector of one text; documents and questions are treated alike.
    fn embed(&self, text: &str, scratch: &mut Scratch) -> Vec<f32> {
        self.tokenize(text, &mut scratch.tokens);
        self.count(scratch);
        scratch.sums.resize(self.file.dimension, 0);
        weighted_sum(self.file.rows, &scratch.terms, &mut scratch.sums);
        unit_vector(&scratch.sums)
    }

    /// Replaces `tokens` by the tokens of `text`, cut off at the most that the model reads.
    fn tokenize(&self, text: &str, tokens: &mut Vec<u16>) {
        tokens.clear();
        for word in words(text) {
            self.file.vocabulary.append_tokens(word, tokens);
            if tokens.len() >= self.file.max_tokens {
                tokens.truncate(self.file.max_tokens);
                return;
            }
        }
    }

    /// Makes one term of each distinct token, its weight times the square root of how often it occurs.
    fn count(&self, scratch: &mut Scratch) {
        let Scratch { tokens, counts, terms, .. } = scratch;
        counts.resize(self.file.tokens(), 0);
        tokens.iter().for_each(|token| counts[usize::from(*token)] += 1);
        terms.clear();
        for token in tokens {
            let count = std::mem::take(&mut counts[usize::from(*token)]);
            if count > 0 {
                self.append_terms(*token, count, terms);
            }
        }
    }

    /// A factor that does not fit a term is spread over several.
    fn append_terms(&self, token: u16, count: u16, terms: &mut Vec<Term>) {
        let start = usize::from(token) * self.file.dimension;
        let mut left = times_root(self.file.weight(token), count);
        while left > 0 {
            let weight = i16::try_from(left).unwrap_or(i16::MAX);
            terms.push(Term { start, weight });
            left -= u32::from(weight.unsigned_abs());
        }
    }
}

impl Embedder for StaticModel {
    fn model(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        let mut scratch = Scratch::default();
        Ok(texts.iter().map(|text| self.embed(text, &mut scratch)).collect())
    }

    fn embed_query(&self, text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(self.embed(text, &mut Scratch::default()))
    }
}

/// Memory that is used again from text to text.
#[derive(Default)]
struct Scratch {
    tokens: Vec<u16>,
    /// How often each token of the vocabulary occurs; all zeros between two texts.
    counts: Vec<u16>,
    terms: Vec<Term>,
    sums: Vec<i32>,
}

/// `weight * sqrt(count)` in whole numbers, rounded down, with eight binary places of the root.
fn times_root(weight: i16, count: u16) -> u32 {
    let root = (u32::from(count) << 16).isqrt();
    (u32::from(weight.unsigned_abs()) * root) >> 8
}

/// `sums` scaled to length 1; zeros stay zeros.
fn unit_vector(sums: &[i32]) -> Vec<f32> {
    let norm = square_sum(sums).sqrt();
    if norm == 0.0 {
        return vec![0.0; sums.len()];
    }
    let factor = 1.0 / norm;
    sums.iter().map(|sum| (f64::from(*sum) * factor) as f32).collect()
}

/// Sum of the squares, added in one fixed order (four interleaved lanes), so that it has the same bits everywhere.
fn square_sum(sums: &[i32]) -> f64 {
    let mut lanes = [0.0; 4];
    for group in sums.chunks_exact(lanes.len()) {
        for (lane, sum) in lanes.iter_mut().zip(group) {
            *lane += f64::from(*sum) * f64::from(*sum);
        }
    }
    (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::time::{Duration, Instant};

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    const MANIFEST: &str = include_str!("../../../models/contexd-static/manifest.json");
    const REFERENCE: &str = include_str!("../../../models/contexd-static/reference.jsonl");

    /// One line of the reference: what the training code's own tokenizer and arithmetic give for a text.
    #[derive(Deserialize)]
    struct Reference {
        text: String,
        repeat: usize,
        tokens: Vec<u16>,
        vector: String,
    }

    impl Reference {
        fn all() -> Vec<Self> {
            REFERENCE.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
        }

        fn vector(&self) -> Vec<f32> {
            let digits = self.vector.as_bytes().chunks(2);
            digits
                .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap())
                .map(signed)
                .collect()
        }
    }

    fn signed(byte: u8) -> f32 {
        f32::from(byte as i8)
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
    }

    fn similarity(a: &str, b: &str) -> f32 {
        let model = StaticModel::built_in();
        cosine(&model.embed_query(a).unwrap(), &model.embed_query(b).unwrap())
    }

    #[test]
    fn the_committed_model_is_the_one_the_manifest_names() {
        let manifest: serde_json::Value = serde_json::from_str(MANIFEST).unwrap();
        let model = StaticModel::built_in();
        verify(&BUILT_IN.0).unwrap();
        assert_eq!(manifest["name"], model.info.name);
        assert_eq!(manifest["tokens"], model.file.tokens());
        assert_eq!(manifest["dimension"], model.info.dimension);
        assert_eq!(manifest["max_tokens"], model.info.max_tokens);
        assert_eq!(manifest["model.bin"]["bytes"], BUILT_IN.0.len());
        assert_eq!(manifest["model.bin"]["blake3"], blake3::hash(&BUILT_IN.0).to_string());
    }

    #[test]
    fn every_token_of_the_model_is_found_by_its_text() {
        let model = StaticModel::built_in();
        for token in 2..model.file.tokens() as u16 {
            let text = model.file.vocabulary.token_text(token);
            let mut found = Vec::new();
            match text.strip_prefix(b"##") {
                None => model.file.vocabulary.append_tokens(text, &mut found),
                Some(piece) => found.extend(model.file.vocabulary.continuation(piece)),
            }
            assert_eq!(found, [token], "{}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn weights_fit_the_sum() {
        let file = StaticModel::built_in().file;
        let largest = (0..file.tokens()).map(|token| file.weight(token as u16)).max();
        assert_eq!(largest, Some(i16::MAX));
        assert!(file.rows.iter().all(|component| *component as i8 != i8::MIN));
    }

    #[test]
    fn equals_the_reference() {
        let model = StaticModel::built_in();
        for reference in Reference::all() {
            let text = reference.text.repeat(reference.repeat);
            let mut tokens = Vec::new();
            model.tokenize(&text, &mut tokens);
            assert_eq!(tokens, reference.tokens, "{text}");
            let vector = model.embed_query(&text).unwrap();
            if tokens.is_empty() {
                assert_eq!(vector, reference.vector(), "{text}");
            } else {
                assert!(cosine(&vector, &reference.vector()) > 0.999, "{text}");
            }
        }
    }

    #[test]
    fn the_bits_are_the_same_on_every_machine() {
        let texts = Reference::all();
        let texts: Vec<&str> = texts.iter().map(|reference| reference.text.as_str()).collect();
        let vectors = StaticModel::built_in().embed_documents(&texts).unwrap();
        let bytes: Vec<u8> = vectors.iter().flatten().flat_map(|component| component.to_le_bytes()).collect();
        // Changes with the model alone; where the code changes it, `static_file::ALGORITHM` must change too.
        expect_test::expect!["dcb224c86c6451a9c74c27ae54dbaac08fa4a7f24a187ed84425095d61e6f9cc"]
            .assert_eq(&blake3::hash(&bytes).to_string());
    }

    #[test]
    fn related_texts_are_closer_than_unrelated_ones() {
        for (question, right, wrong) in [
            (
                "read a file into a string",
                "fn load(path: &Path) -> io::Result<String> { fs::read_to_string(path) }",
                "fn retry_delay(attempt: u32) -> Duration { BASE * 2_u32.pow(attempt) }",
            ),
            (
                "exponential backoff between retries",
                "fn retry_delay(attempt: u32) -> Duration { BASE * 2_u32.pow(attempt) }",
                "class UserSerializer(ModelSerializer): fields = ['id', 'email']",
            ),
            (
                "open a tcp socket and listen for connections",
                "let listener = TcpListener::bind(address).await?;",
                "def median(values): return sorted(values)[len(values) // 2]",
            ),
        ] {
            assert!(similarity(question, right) > similarity(question, wrong) + 0.1, "{question}");
        }
    }

    #[test]
    fn only_the_first_tokens_of_a_long_text_count() {
        let model = StaticModel::built_in();
        let long = "open the file ".repeat(1000);
        let mut tokens = Vec::new();
        model.tokenize(&long, &mut tokens);
        assert_eq!(tokens.len(), model.info.max_tokens);
        assert_eq!(model.embed_query(&long).unwrap(), model.embed_query(&(long.clone() + "socket")).unwrap());
    }

    #[test]
    fn making_the_model_costs_next_to_nothing() {
        let fastest = (0..5).map(|_| time_to_first_vector()).min().unwrap();
        assert!(fastest < Duration::from_millis(10), "took {fastest:?}");
    }

    fn time_to_first_vector() -> Duration {
        let start = Instant::now();
        StaticModel::built_in().embed_query("open a file").unwrap();
        start.elapsed()
    }

    #[test]
    fn a_damaged_file_is_refused() {
        let whole = &BUILT_IN.0;
        for length in [0, 100, 128, 4096, whole.len() - 1] {
            let cut = &whole[..length];
            assert!(matches!(StaticFile::parse(cut), Err(EmbedError::StaticModel(_))), "{length} bytes");
        }
        let mut flipped = whole.to_vec();
        flipped[5_000_000] ^= 1;
        assert!(StaticFile::parse(&flipped).is_ok() && verify(&flipped).is_err());
        flipped[16] = 3;
        assert!(StaticFile::parse(&flipped).is_err());
    }

    proptest! {
        #[test]
        fn vectors_are_unit_or_zero(text in ".{0,200}") {
            let vector = StaticModel::built_in().embed_query(&text).unwrap();
            let norm = vector.iter().map(|component| component * component).sum::<f32>().sqrt();
            prop_assert!(norm == 0.0 || (norm - 1.0).abs() < 1e-5, "norm {}", norm);
        }
    }
}
