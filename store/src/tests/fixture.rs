//! A toy parser and a view of a snapshot that can be compared.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::keyword::{Field, FieldWeight, LexicalQuery, QueryTerm};
use crate::vectors::FileVectors;
use crate::{
    Batch, ChunkKind, ChunkRecord, ContentHash, FileChange, FileContent, FileEntry, FileRecord, FileStat,
    FileUpsert, IndexedContent, SkipReason, Snapshot, Span, StoreOptions, SymbolKind, SymbolRecord,
    TrigramFilter, VectorFill, Visibility,
};

pub(super) const MODEL: ContentHash = ContentHash([7; 32]);
pub(super) const DIMENSION: u32 = 8;

/// Options that keep the tests light.
pub(super) fn options() -> StoreOptions {
    StoreOptions { keyword_writer_bytes: 16 << 20, parser_version: 3, ..StoreOptions::default() }
}

/// Parses a text whose every line is a chunk, and whose lines of the form `fn NAME` are functions.
pub(super) fn parse(text: &str) -> FileRecord {
    let mut record = FileRecord { language: "toy".into(), ..FileRecord::default() };
    let mut start = 0;
    for (position, line) in text.split_inclusive('\n').enumerate() {
        let span = Span {
            start_byte: start,
            end_byte: start + line.len() as u32,
            start_line: position as u32 + 1,
            end_line: position as u32 + 1,
        };
        start = span.end_byte;
        let name = line.trim_end().strip_prefix("fn ");
        let defines = name.map(|_| record.symbols.len() as u32);
        record.symbols.extend(name.map(|name| function(name, line, span)));
        record.chunks.push(ChunkRecord {
            span,
            kind: ChunkKind::Text,
            symbol: defines,
            defines: defines.into_iter().collect(),
        });
        record.line_count += 1;
    }
    record
}

fn function(name: &str, line: &str, span: Span) -> SymbolRecord {
    let name_span = Span { start_byte: span.start_byte + 3, ..span };
    SymbolRecord {
        signature: line.trim_end().into(),
        visibility: Visibility::Public,
        ..SymbolRecord::new(name, SymbolKind::Function, name_span, span)
    }
}

/// Vectors that depend on the text alone, a row a chunk.
pub(super) fn embed(text: &str) -> Arc<FileVectors> {
    let mut vectors = FileVectors {
        model: MODEL,
        key: ContentHash::of(text.as_bytes()),
        dimension: DIMENSION,
        scales: Vec::new(),
        codes: Vec::new(),
    };
    for line in text.split_inclusive('\n') {
        let seed = ContentHash::of(line.as_bytes()).0;
        let row: Vec<f32> = seed[..DIMENSION as usize].iter().map(|&byte| f32::from(byte) - 127.5).collect();
        let norm = row.iter().map(|number| number * number).sum::<f32>().sqrt();
        let largest = row.iter().fold(0.0_f32, |most, number| most.max(number.abs())) / norm;
        let scale = largest / 127.0;
        vectors.scales.push(scale);
        vectors.codes.extend(row.iter().map(|number| (number / norm / scale).round() as i8));
    }
    Arc::new(vectors)
}

pub(super) fn content(text: &str) -> IndexedContent {
    IndexedContent {
        blob: ContentHash::of(text.as_bytes()),
        text: text.into(),
        record: Arc::new(parse(text)),
        vectors: Vec::new(),
    }
}

pub(super) fn upsert(path: &str, text: &str) -> FileChange {
    let content = FileContent::Indexed(content(text));
    FileChange::Upsert(FileUpsert { path: path.into(), stat: stat(text.len() as u64), content })
}

pub(super) fn upsert_embedded(path: &str, text: &str) -> FileChange {
    let content = FileContent::Indexed(IndexedContent { vectors: vec![embed(text)], ..content(text) });
    FileChange::Upsert(FileUpsert { path: path.into(), stat: stat(text.len() as u64), content })
}

pub(super) fn skip(path: &str, reason: SkipReason) -> FileChange {
    let content = FileContent::Skipped { reason, detail: "because".into() };
    FileChange::Upsert(FileUpsert { path: path.into(), stat: stat(1), content })
}

pub(super) fn remove(path: &str) -> FileChange {
    FileChange::Remove { path: path.into() }
}

pub(super) fn touch(path: &str, size: u64) -> FileChange {
    FileChange::Touch { path: path.into(), stat: stat(size) }
}

pub(super) fn fill(path: &str, text: &str) -> VectorFill {
    VectorFill { path: path.into(), blob: ContentHash::of(text.as_bytes()), vectors: embed(text) }
}

pub(super) fn stat(size: u64) -> FileStat {
    FileStat { size, modified_ns: 1_000 + size as i64 }
}

pub(super) fn batch<const N: usize>(changes: [FileChange; N]) -> Batch {
    Batch { changes: changes.into(), vectors: Vec::new() }
}

/// What a snapshot says, without what hangs on how it came about (ids, generations, scores).
#[derive(Debug, PartialEq)]
pub(super) struct View {
    pub(super) digest: ContentHash,
    pub(super) files: Vec<(String, FileStat, String)>,
    pub(super) skipped: Vec<(String, FileStat, SkipReason, String)>,
    pub(super) symbols: Vec<(String, Vec<(String, u32)>)>,
    pub(super) counts: crate::Counts,
    pub(super) lexical: Vec<(String, BTreeSet<(String, u32)>)>,
    pub(super) nearest: Vec<(String, u32, f32)>,
    pub(super) embedded: usize,
}

impl View {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let names = snapshot.symbol_names_with_prefix("", usize::MAX);
        Self {
            digest: snapshot.digest(),
            files: snapshot.files_with_trigrams().map(|file| file_view(snapshot, file)).collect(),
            skipped: snapshot
                .skipped_files()
                .map(|file| (file.path.to_string(), file.stat, file.reason, file.detail.to_string()))
                .collect(),
            symbols: names.iter().map(|name| (name.to_string(), symbol_places(snapshot, name))).collect(),
            counts: snapshot.counts(),
            lexical: ["alpha", "beta", "gamma", "delta", "fn"]
                .map(|term| (term.to_owned(), lexical_places(snapshot, term)))
                .into(),
            nearest: nearest_places(snapshot),
            embedded: snapshot.vector_coverage(MODEL).embedded,
        }
    }
}

fn file_view(
    snapshot: &Snapshot,
    (file, trigrams): (&Arc<FileEntry>, &Arc<TrigramFilter>),
) -> (String, FileStat, String) {
    let text = snapshot.text(file).unwrap();
    assert_eq!(**trigrams, TrigramFilter::of(text.as_bytes()));
    assert_eq!(ContentHash::of(text.as_bytes()), file.blob);
    assert_eq!(*file.record, parse(&text));
    assert_eq!(snapshot.file(file.id).unwrap().path, file.path);
    assert_eq!(snapshot.file_by_path(&file.path).unwrap().id, file.id);
    (file.path.to_string(), file.stat, text.to_string())
}

fn symbol_places(snapshot: &Snapshot, name: &str) -> Vec<(String, u32)> {
    let places = snapshot.symbols_named(name).into_iter().map(|id| {
        let symbol = snapshot.symbol(id).unwrap();
        assert_eq!(symbol.record.name.to_lowercase(), name);
        (symbol.file.path.to_string(), symbol.record.span.start_byte)
    });
    let places: Vec<_> = places.collect();
    assert!(places.is_sorted(), "{places:?}");
    places
}

fn lexical_places(snapshot: &Snapshot, term: &str) -> BTreeSet<(String, u32)> {
    let terms = [QueryTerm { text: term.to_owned(), weight: 1.0 }];
    let query = LexicalQuery {
        terms: &terms,
        fields: [FieldWeight { weight: 1.0, b: 0.75 }; Field::COUNT],
        k1: 1.2,
        limit: 1_000,
        filter: None,
    };
    let hits = snapshot.lexical(&query).unwrap();
    hits.iter()
        .map(|hit| {
            let chunk = snapshot.chunk(hit.chunk).unwrap();
            (chunk.file.path.to_string(), chunk.record.span.start_line)
        })
        .collect()
}

fn nearest_places(snapshot: &Snapshot) -> Vec<(String, u32, f32)> {
    if snapshot.vector_coverage(MODEL).embedded == 0 {
        return Vec::new();
    }
    let mut query = [0.0; DIMENSION as usize];
    query[0] = 1.0;
    let hits = snapshot.nearest(MODEL, &query, 5, None).unwrap();
    hits.iter()
        .map(|hit| {
            let path = snapshot.file(hit.chunk.file).unwrap().path.to_string();
            (path, hit.chunk.ordinal, hit.similarity)
        })
        .collect()
}
