//! What tantivy is given: the schema, and a chunk's tokens ready to be counted.
//!
//! Chunks are tokenized by the threads that add them, which are many, and not by tantivy's indexing thread, which is
//! one: a field arrives there as its tokens separated by blanks.

use tantivy::IndexSettings;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf};
use tantivy::schema::{
    Document, FAST, Field as TantivyField, INDEXED, IndexRecordOption, Schema, TextFieldIndexing,
    TextOptions, Value,
};
use tantivy::tokenizer::{Token, TokenStream, Tokenizer, TokenizerManager};

use super::Field;
use crate::document::ChunkFields;
use crate::{ChunkId, FileId, tokenizer};

/// Name of [`PackedTokens`] in the schema. Changes with the tokenizer, so that an index made by another one is seen to
/// have another schema.
const TOKENIZER: &str = "contexd-1";

/// The packed [`ChunkId`], read by the searcher.
pub(super) const CHUNK_FIELD: &str = "chunk";

/// Handles of the schema's fields.
#[derive(Clone, Copy)]
pub(super) struct Fields {
    /// The text fields, by `Field as usize`.
    pub(super) texts: [TantivyField; Field::COUNT],
    /// The file's id, to delete by.
    pub(super) file: TantivyField,
    chunk: TantivyField,
}

/// The schema and its handles.
pub(super) fn schema() -> (Schema, Fields) {
    let indexing = TextFieldIndexing::default()
        .set_tokenizer(TOKENIZER)
        .set_index_option(IndexRecordOption::WithFreqs)
        .set_fieldnorms(true);
    let options = TextOptions::default().set_indexing_options(indexing);
    let mut builder = Schema::builder();
    let texts = Field::ALL.map(|field| builder.add_text_field(field_name(field), options.clone()));
    let file = builder.add_u64_field("file", INDEXED);
    let chunk = builder.add_u64_field(CHUNK_FIELD, FAST);
    (builder.build(), Fields { texts, file, chunk })
}

/// Settings of a new index: nothing is stored, so nothing is compressed.
pub(super) fn settings() -> IndexSettings {
    IndexSettings { docstore_compress_dedicated_thread: false, ..IndexSettings::default() }
}

/// The tokenizers that the schema names.
pub(super) fn tokenizers() -> TokenizerManager {
    // tantivy looks up its default tokenizer for fields that are no text, too.
    let manager = TokenizerManager::default();
    manager.register(TOKENIZER, PackedTokens::default());
    manager
}

fn field_name(field: Field) -> &'static str {
    match field {
        Field::Name => "name",
        Field::Container => "container",
        Field::Signature => "signature",
        Field::Path => "path",
        Field::Doc => "doc",
        Field::Body => "body",
        Field::Capsule => "capsule",
    }
}

/// One chunk as tantivy sees it.
pub(super) struct ChunkDocument {
    texts: [(TantivyField, String); Field::COUNT],
    file: (TantivyField, u64),
    chunk: (TantivyField, u64),
}

impl ChunkDocument {
    /// Tokenizes the fields of `chunk`.
    pub(super) fn new(fields: Fields, chunk: ChunkId, texts: &ChunkFields<'_>) -> Self {
        let FileId(file) = chunk.file;
        Self {
            texts: std::array::from_fn(|field| (fields.texts[field], packed_tokens(&texts[field]))),
            file: (fields.file, u64::from(file)),
            chunk: (fields.chunk, chunk.to_u64()),
        }
    }
}

/// The tokens of `text`, each followed by a blank.
fn packed_tokens(text: &str) -> String {
    let mut packed = String::with_capacity(text.len() + text.len() / 2);
    tokenizer::tokenize(text, &mut |token| {
        packed.push_str(token);
        packed.push(' ');
    });
    packed
}

/// A field's value, borrowed from a [`ChunkDocument`].
#[derive(Clone, Copy, Debug)]
pub(super) enum FieldValue<'a> {
    Tokens(&'a str),
    Number(u64),
}

impl<'a> Value<'a> for FieldValue<'a> {
    type ArrayIter = std::iter::Empty<Self>;
    type ObjectIter = std::iter::Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match self {
            Self::Tokens(tokens) => ReferenceValueLeaf::Str(tokens),
            Self::Number(number) => ReferenceValueLeaf::U64(*number),
        })
    }
}

impl Document for ChunkDocument {
    type Value<'a> = FieldValue<'a>;
    type FieldsValuesIter<'a> = std::array::IntoIter<(TantivyField, FieldValue<'a>), { Field::COUNT + 2 }>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        let numbers = [self.file, self.chunk];
        std::array::from_fn(|position| match self.texts.get(position) {
            Some((field, tokens)) => (*field, FieldValue::Tokens(tokens)),
            None => {
                let (field, number) = numbers[position - Field::COUNT];
                (field, FieldValue::Number(number))
            }
        })
        .into_iter()
    }
}

/// Takes [`packed_tokens`] apart again, with one token buffer for all.
#[derive(Clone, Default)]
struct PackedTokens {
    token: Token,
}

struct PackedStream<'a> {
    rest: &'a str,
    token: &'a mut Token,
}

impl Tokenizer for PackedTokens {
    type TokenStream<'a> = PackedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PackedStream<'a> {
        self.token.reset();
        PackedStream { rest: text, token: &mut self.token }
    }
}

impl TokenStream for PackedStream<'_> {
    fn advance(&mut self) -> bool {
        let Some((token, rest)) = self.rest.split_once(' ') else { return false };
        self.rest = rest;
        self.token.text.clear();
        self.token.text.push_str(token);
        self.token.position = self.token.position.wrapping_add(1);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}
