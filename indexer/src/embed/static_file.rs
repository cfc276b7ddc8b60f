//! The layout of a static model file, version 1: a header of 128 bytes, then five sections.
//!
//! All numbers are little-endian; each section begins at the next multiple of 64 bytes.
//!
//! | at | header field |
//! |---:|---|
//! | 0 | magic `CTXDSTAT` |
//! | 8 | u32 version, 1 |
//! | 12 | u32 tokens in the vocabulary, V, at most 65,536 |
//! | 16 | u32 dimension, D, a multiple of 64 |
//! | 20 | u32 tokens read of a text, at most 512 |
//! | 24 | u32 bytes of the longest token |
//! | 28 | u32 bytes read of a word, at most 64 |
//! | 32 | u32 slots of the hash table, S, a power of two above V |
//! | 36 | u32 bytes of all token texts, T |
//! | 40 | zeros |
//! | 64 | BLAKE3 hash of everything from byte 128 on |
//! | 96 | name of the model, UTF-8, filled up with zeros |
//!
//! | section | bytes | content |
//! |---|---:|---|
//! | rows | V * D | i8, one row a token |
//! | weights | 2 V | u16 of at most 32,767, the row's scale relative to the largest one |
//! | slots | 4 S | u32 a slot, see the vocabulary; 0 is an empty slot |
//! | offsets | 4 (V + 1) | u32, where each token's text begins, and the end of the last |
//! | text | T | token texts, one after the other, a continuation beginning with `##` |
//!
//! Tokens 0 and 1 are padding and unknown: they are in no slot, so nothing ever maps to them. The vector of a text
//! is the sum of `row * weight * sqrt(count)` over its distinct tokens, scaled to length 1: a word that occurs nine times
//! counts for three. 512 products of an i8 and a 15-bit weight fit an i32, so the sum is exact and the same on every
//! machine.

use contexd_store::ContentHash;

use super::{EmbedError, vocabulary::Vocabulary};

const MAGIC: &[u8; 8] = b"CTXDSTAT";
const VERSION: u32 = 1;
const HEADER: usize = 128;
const ALIGNMENT: usize = 64;
const NAME_AT: usize = 96;

/// Tokens a text may have at most: so many products of an i8 and a 15-bit weight cannot overflow an i32.
const MOST_TOKENS: usize = 512;

/// Changes with the code that turns a text into tokens or rows into a vector; part of a model's fingerprint.
const ALGORITHM: &[u8] = b"camel-case words, greedy longest match, integer sum, roots of counts; revision 2";

/// A static model file, borrowed.
#[derive(Clone, Debug)]
pub(super) struct StaticFile<'a> {
    pub(super) name: &'a str,
    pub(super) dimension: usize,
    pub(super) max_tokens: usize,
    pub(super) fingerprint: ContentHash,
    /// i8 components, [`dimension`](Self::dimension) a token.
    pub(super) rows: &'a [u8],
    pub(super) vocabulary: Vocabulary<'a>,
    weights: &'a [u8],
}

impl<'a> StaticFile<'a> {
    /// Reads the header and finds the sections. Touches no section.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, EmbedError> {
        let header = bytes.get(..HEADER).ok_or_else(|| damaged("the header is cut off"))?;
        if &header[..MAGIC.len()] != MAGIC || number(header, 8) as u32 != VERSION {
            return Err(damaged("not a static model of format version 1"));
        }
        let sizes = Sizes::read(header)?;
        let mut sections = Sections { bytes, at: HEADER };
        let rows = sections.take(sizes.tokens * sizes.dimension)?;
        let weights = sections.take(sizes.tokens * 2)?;
        let slots = sections.take(sizes.slots * 4)?;
        let offsets = sections.take((sizes.tokens + 1) * 4)?;
        let text = sections.take(sizes.text)?;
        Ok(Self {
            name: name(header)?,
            dimension: sizes.dimension,
            max_tokens: sizes.max_tokens,
            fingerprint: ContentHash::of(&[header, ALGORITHM].concat()),
            rows,
            vocabulary: Vocabulary::new(slots, offsets, text, sizes.longest_token, sizes.longest_word),
            weights,
        })
    }

    /// Weight of a token's row, at most 32,767.
    pub(super) fn weight(&self, token: u16) -> i16 {
        let at = usize::from(token) * 2;
        i16::from_le_bytes([self.weights[at], self.weights[at + 1]])
    }

    /// Tokens in the vocabulary.
    pub(super) fn tokens(&self) -> usize {
        self.weights.len() / 2
    }
}

/// Reads every byte of a model file and compares with the hash in its header.
pub(super) fn verify(bytes: &[u8]) -> Result<(), EmbedError> {
    let expected = &bytes[64..96];
    if ContentHash::of(&bytes[HEADER..]).0 != expected {
        return Err(damaged("the content does not have the hash that stands in the header"));
    }
    Ok(())
}

/// The numbers of the header, checked so that the arithmetic on them cannot overflow.
struct Sizes {
    tokens: usize,
    dimension: usize,
    max_tokens: usize,
    longest_token: usize,
    longest_word: usize,
    slots: usize,
    text: usize,
}

impl Sizes {
    fn read(header: &[u8]) -> Result<Self, EmbedError> {
        let sizes = Self {
            tokens: number(header, 12),
            dimension: number(header, 16),
            max_tokens: number(header, 20),
            longest_token: number(header, 24),
            longest_word: number(header, 28),
            slots: number(header, 32),
            text: number(header, 36),
        };
        if sizes.are_plausible() { Ok(sizes) } else { Err(damaged("the header has sizes out of range")) }
    }

    fn are_plausible(&self) -> bool {
        self.tokens <= 1 << 16
            && self.dimension > 0
            && self.dimension.is_multiple_of(64)
            && self.dimension <= 4096
            && self.max_tokens <= MOST_TOKENS
            && self.longest_word <= Vocabulary::LONGEST_WORD
            && self.slots.is_power_of_two()
            && self.slots > self.tokens
            && self.slots <= 1 << 20
    }
}

/// Hands out the sections in order.
struct Sections<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Sections<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], EmbedError> {
        let start = self.at.next_multiple_of(ALIGNMENT);
        self.at = start + length;
        self.bytes.get(start..self.at).ok_or_else(|| damaged("the file is cut off"))
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize
}

fn name(header: &[u8]) -> Result<&str, EmbedError> {
    let padded = &header[NAME_AT..HEADER];
    let length = padded.iter().position(|byte| *byte == 0).unwrap_or(padded.len());
    std::str::from_utf8(&padded[..length]).map_err(|_| damaged("the name is not utf-8"))
}

fn damaged(reason: &str) -> EmbedError {
    EmbedError::StaticModel(reason.to_owned())
}
