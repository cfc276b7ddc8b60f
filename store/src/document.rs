//! What the projections see of a chunk: its fields for the keyword index and its text for embedding.
//!
//! Pure functions of (path, record, text), so that a projection can be rebuilt from the database of truth. What is the
//! same for all chunks of a file is made once, in [`FileDocument::new`].

use std::borrow::Cow;
use std::collections::HashSet;

use crate::keyword::Field;
use crate::{ChunkRecord, ContentHash, FileRecord, ImportRecord, SymbolKind, SymbolRecord, Visibility};

/// Top-level symbols named in a file's context.
const CONTEXT_SYMBOLS: usize = 16;
/// Imports named in a file's context.
const CONTEXT_IMPORTS: usize = 16;
/// Words of a capsule.
const CAPSULE_WORDS: usize = 60;
/// Bytes of signatures, and of documentation, that one chunk contributes to their fields.
const FIELD_BYTES: usize = 4_096;
/// Bytes of a chunk's text that are embedded: what a static model of 512 tokens reads of it.
const EMBEDDED_BODY_BYTES: usize = 2_000;
/// Bytes of a signature and of a documentation sentence that are embedded.
const EMBEDDED_SENTENCE_BYTES: usize = 200;
/// Names of a group of symbols that are embedded.
const EMBEDDED_NAMES: usize = 8;
/// Path words that are embedded, from the end.
const EMBEDDED_PATH_WORDS: usize = 8;

/// The field texts of one chunk, by `Field as usize`.
pub type ChunkFields<'a> = [Cow<'a, str>; Field::COUNT];

/// The capsule of chunk `ordinal`: path words, enclosing types, names of the file's main symbols, imports. Searched,
/// never shown.
///
/// # Panics
/// When the record has no such chunk.
#[must_use]
pub fn capsule(path: &str, record: &FileRecord, ordinal: usize) -> String {
    FileDocument::new(path, record, "").capsule(ordinal)
}

/// The text of chunk `ordinal` that is embedded: where it stands and what it declares, then its body.
///
/// # Panics
/// When the record has no such chunk or is not the record of `text`.
#[must_use]
pub fn embedding_text(path: &str, record: &FileRecord, text: &str, ordinal: usize) -> String {
    FileDocument::new(path, record, text).embedding_text(ordinal)
}

/// The texts of all chunks that are embedded, in chunk order.
///
/// # Panics
/// When the record is not the record of `text`.
#[must_use]
pub fn embedding_texts(path: &str, record: &FileRecord, text: &str) -> Vec<String> {
    let document = FileDocument::new(path, record, text);
    (0..record.chunks.len()).map(|ordinal| document.embedding_text(ordinal)).collect()
}

/// Hash over the embedding texts of a file, in order: the key of the vector cache.
#[must_use]
pub fn embedding_key(texts: &[impl AsRef<str>]) -> ContentHash {
    let mut hasher = blake3::Hasher::new();
    for text in texts.iter().map(AsRef::as_ref) {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    ContentHash(*hasher.finalize().as_bytes())
}

/// A file seen as a sequence of documents, one a chunk.
pub struct FileDocument<'a> {
    record: &'a FileRecord,
    text: &'a str,
    /// The path without the extension of its last part.
    stem_path: &'a str,
    /// Names that say what the file is about: stem, main symbols, imports.
    context: String,
    /// The last words of the path, separated by blanks.
    path_words: String,
}

impl<'a> FileDocument<'a> {
    /// Prepares the file at `path`.
    #[must_use]
    pub fn new(path: &'a str, record: &'a FileRecord, text: &'a str) -> Self {
        let stem_path = without_extension(path);
        Self {
            record,
            text,
            stem_path,
            context: file_context(stem_path, record),
            path_words: last_path_words(stem_path),
        }
    }

    /// The field texts of chunk `ordinal`.
    ///
    /// # Panics
    /// When there is no such chunk.
    #[must_use]
    pub fn fields(&self, ordinal: usize) -> ChunkFields<'_> {
        let chunk = &self.record.chunks[ordinal];
        let mut fields: ChunkFields<'_> = Default::default();
        for field in Field::ALL {
            fields[field as usize] = match field {
                Field::Name => self.joined(chunk, |symbol| &symbol.name),
                Field::Container => self.enclosing_chain(chunk).join(" ").into(),
                Field::Signature => self.joined(chunk, |symbol| &symbol.signature),
                Field::Path => self.stem_path.into(),
                Field::Doc => self.joined(chunk, |symbol| &symbol.doc),
                Field::Body => self.body(chunk).into(),
                Field::Capsule => self.context.as_str().into(),
            };
        }
        fields
    }

    /// The capsule of chunk `ordinal`.
    ///
    /// # Panics
    /// When there is no such chunk.
    #[must_use]
    pub fn capsule(&self, ordinal: usize) -> String {
        let chain = self.enclosing_chain(&self.record.chunks[ordinal]);
        let words = chain.into_iter().chain(self.context.split_ascii_whitespace());
        words.take(CAPSULE_WORDS).collect::<Vec<_>>().join(" ")
    }

    /// The text of chunk `ordinal` that is embedded.
    ///
    /// # Panics
    /// When there is no such chunk.
    #[must_use]
    pub fn embedding_text(&self, ordinal: usize) -> String {
        let chunk = &self.record.chunks[ordinal];
        let declaration = self.declaration(chunk);
        let chain = self.enclosing_chain(chunk);
        let head = [self.path_words.as_str()].into_iter().chain(chain).chain(declaration);
        let mut text = head.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        text.push('\n');
        text.push_str(cut(self.body(chunk), EMBEDDED_BODY_BYTES));
        text
    }

    /// What the chunk declares: signature and first sentence of the documentation, or the names of a group.
    fn declaration<'s>(&'s self, chunk: &'s ChunkRecord) -> Vec<&'s str> {
        match chunk.defines.as_slice() {
            [] => Vec::new(),
            [only] => declared(&self.record.symbols[*only as usize]).to_vec(),
            [first, ..] if chunk.symbol == Some(*first) && chunk.defines.len() <= 2 => {
                declared(&self.record.symbols[*first as usize]).to_vec()
            }
            _ => self.defined(chunk).take(EMBEDDED_NAMES).map(|symbol| &*symbol.name).collect(),
        }
    }

    fn defined<'s>(&'s self, chunk: &'s ChunkRecord) -> impl Iterator<Item = &'s SymbolRecord> {
        chunk.defines.iter().map(|&position| &self.record.symbols[position as usize])
    }

    /// One text of every symbol that the chunk defines, a line each.
    fn joined<'s>(
        &'s self,
        chunk: &'s ChunkRecord,
        text_of: impl Fn(&'s SymbolRecord) -> &'s str,
    ) -> Cow<'s, str> {
        if let [only] = chunk.defines.as_slice() {
            return cut(text_of(&self.record.symbols[*only as usize]), FIELD_BYTES).into();
        }
        let mut joined = String::new();
        for text in self.defined(chunk).map(text_of).filter(|text| !text.is_empty()) {
            if joined.len() + text.len() > FIELD_BYTES {
                break;
            }
            joined.push_str(text);
            joined.push('\n');
        }
        joined.into()
    }

    /// Names of what encloses the chunk, outermost first. A further part of a long definition is enclosed by it.
    fn enclosing_chain(&self, chunk: &ChunkRecord) -> Vec<&str> {
        let Some(named_by) = chunk.symbol else { return Vec::new() };
        let symbols = &self.record.symbols;
        let is_defined_here = chunk.defines.contains(&named_by);
        let innermost = if is_defined_here { symbols[named_by as usize].parent } else { Some(named_by) };
        let mut chain: Vec<&str> =
            std::iter::successors(innermost, |&position| symbols[position as usize].parent)
                .map(|position| &*symbols[position as usize].name)
                .collect();
        chain.reverse();
        chain
    }

    fn body(&self, chunk: &ChunkRecord) -> &'a str {
        &self.text[chunk.span.bytes()]
    }
}

/// Signature (or name) and first documentation sentence.
fn declared(symbol: &SymbolRecord) -> [&str; 2] {
    let signature = if symbol.signature.is_empty() { &symbol.name } else { &symbol.signature };
    [cut(signature, EMBEDDED_SENTENCE_BYTES), cut(first_sentence(&symbol.doc), EMBEDDED_SENTENCE_BYTES)]
}

/// The text up to the first full stop that ends a sentence, or the first blank line.
fn first_sentence(doc: &str) -> &str {
    let paragraph = doc.split("\n\n").next().unwrap_or(doc);
    let end = paragraph.match_indices('.').map(|(at, _)| at + 1).find(|&end| {
        let follower = paragraph[end..].chars().next();
        follower.is_none_or(char::is_whitespace)
    });
    paragraph[..end.unwrap_or(paragraph.len())].trim()
}

/// The start of `text`, at most `limit` bytes of it.
fn cut(text: &str, limit: usize) -> &str {
    &text[..text.floor_char_boundary(limit)]
}

/// The path without the extension of its last part: `src/http/server.test` for `src/http/server.test.ts`. A name that
/// starts with its only dot is kept.
fn without_extension(path: &str) -> &str {
    let name_start = path.rfind('/').map_or(0, |slash| slash + 1);
    match path[name_start..].rfind('.') {
        Some(dot) if dot > 0 => &path[..name_start + dot],
        _ => path,
    }
}

fn last_path_words(stem_path: &str) -> String {
    let words: Vec<&str> =
        stem_path.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).collect();
    words[words.len().saturating_sub(EMBEDDED_PATH_WORDS)..].join(" ")
}

/// The words that say what a file is about: its stem, its main symbols, what it imports.
fn file_context(stem_path: &str, record: &FileRecord) -> String {
    let stem = stem_path.rsplit('/').next().unwrap_or(stem_path);
    let mut seen = HashSet::new();
    let words = [stem].into_iter().chain(main_symbols(record)).chain(imported_names(record));
    words.filter(|word| !word.is_empty() && seen.insert(*word)).collect::<Vec<_>>().join(" ")
}

/// Names of the most important top-level symbols: types and callables before the rest, visible before hidden, long
/// before short, in file order among equals.
fn main_symbols(record: &FileRecord) -> impl Iterator<Item = &str> {
    let mut top_level: Vec<&SymbolRecord> =
        record.symbols.iter().filter(|symbol| is_top_level(symbol, record) && !symbol.is_test).collect();
    top_level.sort_by_key(|symbol| {
        let is_hidden = symbol.visibility == Visibility::Private;
        (kind_rank(symbol.kind), is_hidden, std::cmp::Reverse(symbol.span.line_count()))
    });
    top_level.into_iter().take(CONTEXT_SYMBOLS).map(|symbol| &*symbol.name)
}

/// Whether nothing but modules and namespaces encloses the symbol.
fn is_top_level(symbol: &SymbolRecord, record: &FileRecord) -> bool {
    symbol.parent.is_none_or(|parent| {
        let parent = &record.symbols[parent as usize];
        matches!(parent.kind, SymbolKind::Module | SymbolKind::Namespace) && parent.parent.is_none()
    })
}

fn kind_rank(kind: SymbolKind) -> u8 {
    match kind {
        kind if kind.is_type() => 0,
        kind if kind.is_callable() => 1,
        SymbolKind::Module | SymbolKind::Namespace | SymbolKind::Heading => 2,
        _ => 3,
    }
}

fn imported_names(record: &FileRecord) -> impl Iterator<Item = &str> {
    record.imports.iter().filter_map(imported_name).take(CONTEXT_IMPORTS)
}

/// What an import is about: the name taken from the module, else the module.
fn imported_name(import: &ImportRecord) -> Option<&str> {
    last_name(&import.name).filter(|name| *name != "default").or_else(|| last_name(&import.module))
}

/// The last name of an import path: `HashMap` of `std::collections::HashMap`, `stdio` of `stdio.h`.
fn last_name(path: &str) -> Option<&str> {
    path.rsplit(|c: char| !c.is_alphanumeric() && c != '_').find(|name| name.len() > 2)
}

#[cfg(test)]
mod tests;
