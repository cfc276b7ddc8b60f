//! The index against a reference that scores documents one by one from their token counts.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use tantivy::fieldnorm::FieldNormReader;

use super::*;
use crate::document::FileDocument;
use crate::{
    ChunkKind, ChunkRecord, ContentHash, FileEntry, FileRecord, FileStat, Generation, Span, StoreError,
    SymbolKind, SymbolRecord, Visibility, tokenizer,
};

const WRITER_BYTES: usize = 15 << 20;

/// A file of one chunk a line; a line that starts with `fn NAME` defines NAME.
fn file(id: u32, path: &str, text: &str) -> FileEntry {
    let mut record = FileRecord::default();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        let span = Span { start_byte: start as u32, end_byte: end as u32, start_line: 1, end_line: 1 };
        let mut defines = Vec::new();
        if let Some(name) = line.strip_prefix("fn ").and_then(|rest| rest.split_whitespace().next()) {
            defines.push(record.symbols.len() as u32);
            record.symbols.push(function(name, line, span));
        }
        let symbol = defines.first().copied();
        record.chunks.push(ChunkRecord { span, kind: ChunkKind::Text, symbol, defines });
        start = end;
    }
    FileEntry {
        id: FileId(id),
        path: path.into(),
        blob: ContentHash::of(text.as_bytes()),
        stat: FileStat::default(),
        record: Arc::new(record),
        generation: Generation(1),
    }
}

fn function(name: &str, signature: &str, span: Span) -> SymbolRecord {
    SymbolRecord {
        signature: signature.trim().into(),
        visibility: Visibility::Public,
        ..SymbolRecord::new(name, SymbolKind::Function, span, span)
    }
}

fn query<'a>(terms: &'a [QueryTerm], limit: usize) -> LexicalQuery<'a> {
    let mut fields = [FieldWeight { weight: 1.0, b: 0.75 }; Field::COUNT];
    fields[Field::Name as usize] = FieldWeight { weight: 3.0, b: 0.3 };
    fields[Field::Capsule as usize].weight = 0.0;
    LexicalQuery { terms, fields, k1: 1.2, limit, filter: None }
}

fn terms(text: &str) -> Vec<QueryTerm> {
    let weighted = |(position, text): (usize, &str)| QueryTerm {
        text: text.into(),
        weight: 1.0 + position as f32 / 4.0,
    };
    text.split_whitespace().enumerate().map(weighted).collect()
}

/// Scores of all chunks by definition.
fn reference(files: &[(FileEntry, String)], query: &LexicalQuery<'_>) -> BTreeMap<ChunkId, f64> {
    let chunks = counted_chunks(files);
    let total = chunks.len() as f64;
    let encoded = |counts: &Counts| {
        let length = counts.values().sum();
        f64::from(FieldNormReader::id_to_fieldnorm(FieldNormReader::fieldnorm_to_id(length)))
    };
    let means: [f64; Field::COUNT] =
        std::array::from_fn(|f| chunks.values().map(|fields| encoded(&fields[f])).sum::<f64>() / total);
    let mut scores: BTreeMap<ChunkId, f64> = BTreeMap::new();
    let mut distinct: BTreeMap<&str, f64> = BTreeMap::new();
    query.terms.iter().for_each(|term| *distinct.entry(&term.text).or_default() += f64::from(term.weight));
    for (text, weight) in distinct {
        let frequencies = |fields: &[Counts; Field::COUNT]| -> [f64; Field::COUNT] {
            std::array::from_fn(|f| {
                let FieldWeight { weight, b } = query.fields[f];
                let count = f64::from(fields[f].get(text).copied().unwrap_or(0));
                let length = 1.0 - f64::from(b) + f64::from(b) * encoded(&fields[f]) / means[f];
                if weight > 0.0 && count > 0.0 { f64::from(weight) * count / length } else { 0.0 }
            })
        };
        let holding =
            chunks.values().filter(|fields| frequencies(fields).iter().sum::<f64>() > 0.0).count() as f64;
        let idf = (1.0 + (total - holding + 0.5) / (holding + 0.5)).ln();
        for (chunk, fields) in &chunks {
            let x: f64 = frequencies(fields).iter().sum();
            if x > 0.0 {
                *scores.entry(*chunk).or_default() += weight * idf * x / (f64::from(query.k1) + x);
            }
        }
    }
    scores
}

type Counts = BTreeMap<String, u32>;

fn counted_chunks(files: &[(FileEntry, String)]) -> BTreeMap<ChunkId, [Counts; Field::COUNT]> {
    let mut chunks = BTreeMap::new();
    for (entry, text) in files {
        let document = FileDocument::new(&entry.path, &entry.record, text);
        for ordinal in 0..entry.record.chunks.len() {
            let counts = document.fields(ordinal).map(|text| {
                let mut counts = Counts::new();
                tokenizer::tokenize(&text, &mut |token| *counts.entry(token.to_owned()).or_default() += 1);
                counts
            });
            chunks.insert(ChunkId { file: entry.id, ordinal: ordinal as u32 }, counts);
        }
    }
    chunks
}

#[track_caller]
fn check_against_reference(
    searcher: &KeywordSearcher,
    files: &[(FileEntry, String)],
    query: &LexicalQuery<'_>,
) {
    let expected = reference(files, query);
    let hits = searcher.search(query).unwrap();
    assert_eq!(hits.len(), expected.len().min(query.limit));
    let mut best: Vec<f64> = expected.values().copied().collect();
    best.sort_by(|a, b| b.total_cmp(a));
    for (hit, best) in hits.iter().zip(best) {
        let score = expected[&hit.chunk];
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-4 * (1.0 + b.abs());
        assert!(near(f64::from(hit.score), score), "{hit:?}: {score}");
        assert!(near(f64::from(hit.score), best), "{hit:?} is not the next best, which has {best}");
    }
    let is_sorted = hits.is_sorted_by(|a, b| (b.score, a.chunk) < (a.score, b.chunk));
    assert!(is_sorted, "by score, then chunk: {hits:?}");
}

fn add_all(index: &KeywordIndex, files: &[(FileEntry, String)]) {
    files.iter().for_each(|(entry, text)| index.add(entry, text).unwrap());
}

fn line() -> impl Strategy<Value = String> {
    let word = prop::sample::select(vec!["ab", "cd", "ef", "ab_cd", "cdEf", "gh", "ij"]);
    (any::<bool>(), prop::collection::vec(word, 1..9)).prop_map(|(defines, words)| {
        let prefix = if defines { "fn " } else { "" };
        format!("{prefix}{}\n", words.join(" "))
    })
}

fn tree() -> impl Strategy<Value = Vec<(FileEntry, String)>> {
    prop::collection::vec(prop::collection::vec(line(), 1..6), 1..8).prop_map(|files| {
        let numbered = files.into_iter().map(|lines| lines.concat()).enumerate();
        numbered.map(|(id, text)| (file(id as u32, &format!("ij/f{id}.rs"), &text), text)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 8, ..ProptestConfig::default() })]

    #[test]
    fn scores_are_those_of_the_definition(files in tree(), limit in 1_usize..20) {
        let mut index = KeywordIndex::in_memory(WRITER_BYTES).unwrap();
        add_all(&index, &files);
        let searcher = index.commit(Generation(1)).unwrap();
        check_against_reference(&searcher, &files, &query(&terms("ab cd ab_cd ij ab none"), limit));
    }

    #[test]
    fn an_index_grown_edit_by_edit_answers_like_a_new_one(before in tree(), after in tree()) {
        let renumber = |(entry, text): (FileEntry, String)| {
            (FileEntry { id: FileId(entry.id.0 + 100), ..entry }, text)
        };
        let after: Vec<_> = after.into_iter().map(renumber).collect();
        let mut grown = KeywordIndex::in_memory(WRITER_BYTES).unwrap();
        add_all(&grown, &before);
        grown.commit(Generation(1)).unwrap();
        before.iter().skip(1).for_each(|(entry, _)| grown.delete(entry.id));
        for (generation, file) in after.iter().enumerate() {
            add_all(&grown, std::slice::from_ref(file));
            grown.commit(Generation(generation as u64 + 2)).unwrap();
        }
        let left: Vec<_> = before.into_iter().take(1).chain(after).collect();
        let mut fresh = KeywordIndex::in_memory(WRITER_BYTES).unwrap();
        add_all(&fresh, &left);
        let terms = terms("ab cd ab_cd ij ef gh");
        let query = query(&terms, 50);
        let fresh = fresh.commit(Generation(1)).unwrap();
        let grown = grown.searcher().unwrap();
        prop_assert_eq!(grown.document_count(), fresh.document_count());
        prop_assert_eq!(grown.search(&query).unwrap(), fresh.search(&query).unwrap());
    }
}

#[test]
fn long_posting_lists_are_scored_and_explained() {
    let line = |n: usize| format!("fn common{} word{} ab {}\n", n % 7, n % 50, "filler ".repeat(n % 13));
    let files: Vec<(FileEntry, String)> = (0..40)
        .map(|id| {
            let text: String = (0..50).map(|n| line(id * 31 + n * 3)).collect();
            (file(id as u32, &format!("src/dir{}/f{id}.rs", id % 3), &text), text)
        })
        .collect();
    let mut index = KeywordIndex::in_memory(WRITER_BYTES).unwrap();
    add_all(&index, &files);
    let searcher = index.commit(Generation(1)).unwrap();
    for limit in [1, 7, 200, 5_000] {
        check_against_reference(&searcher, &files, &query(&terms("ab common3 word7 src dir1"), limit));
    }
}

#[test]
fn the_filter_comes_before_the_limit() {
    let files = [
        (file(1, "a", "ab ab\n"), "ab ab\n".to_owned()),
        (file(2, "b", "ab cd ef gh\n"), "ab cd ef gh\n".to_owned()),
    ];
    let mut index = KeywordIndex::in_memory(WRITER_BYTES).unwrap();
    add_all(&index, &files);
    let searcher = index.commit(Generation(1)).unwrap();
    let terms = terms("ab");
    let only_second = |file: FileId| file == FileId(2);
    let hits = searcher.search(&LexicalQuery { filter: Some(&only_second), ..query(&terms, 1) }).unwrap();
    assert_eq!(hits[0].chunk, ChunkId { file: FileId(2), ordinal: 0 });
    assert!(searcher.search(&query(&terms, 0)).unwrap().is_empty());
}

#[test]
fn terms_without_sense_are_harmless() {
    let mut index = KeywordIndex::in_memory(WRITER_BYTES).unwrap();
    let empty = index.searcher().unwrap();
    assert!(empty.search(&query(&terms("ab"), 5)).unwrap().is_empty());
    add_all(&index, &[(file(1, "a", "ab\n"), "ab\n".to_owned())]);
    let searcher = index.commit(Generation(1)).unwrap();
    for weight in [0.0, -1.0, f32::NAN, f32::INFINITY] {
        let terms = [QueryTerm { text: "ab".into(), weight }];
        assert!(searcher.search(&query(&terms, 5)).unwrap().is_empty(), "{weight}");
    }
    let all_fields_off = LexicalQuery { fields: [FieldWeight { weight: 0.0, b: 0.0 }; 7], ..query(&[], 5) };
    assert!(searcher.search(&all_fields_off).unwrap().is_empty());
}

#[test]
fn a_commit_survives_reopening_and_a_rollback_forgets() {
    let directory = tempfile::tempdir().unwrap();
    let mut index = KeywordIndex::open(directory.path(), WRITER_BYTES, 1).unwrap();
    assert_eq!(index.committed_generation(), None);
    add_all(&index, &[(file(1, "a", "ab\n"), "ab\n".to_owned())]);
    let first = index.commit(Generation(7)).unwrap();
    index.delete(FileId(1));
    add_all(&index, &[(file(2, "b", "ab\n"), "ab\n".to_owned())]);
    index.rollback().unwrap();
    add_all(&index, &[(file(3, "c", "ab\n"), "ab\n".to_owned())]);
    let second = index.commit(Generation(8)).unwrap();
    drop(index);
    let files = |searcher: &KeywordSearcher| -> Vec<u32> {
        let hits = searcher.search(&query(&terms("ab"), 9)).unwrap();
        hits.iter().map(|hit| hit.chunk.file.0).collect()
    };
    assert_eq!((files(&first), files(&second)), (vec![1], vec![1, 3]));
    let reopened = KeywordIndex::open(directory.path(), WRITER_BYTES, 1).unwrap();
    assert_eq!(reopened.committed_generation(), Some(Generation(8)));
    assert_eq!(files(&reopened.searcher().unwrap()), [1, 3]);
}

#[test]
fn damage_and_another_schema_are_found_at_opening() {
    let open = |dir: &std::path::Path| KeywordIndex::open(dir, WRITER_BYTES, 1).map(drop);
    let is_corrupt = |result| matches!(result, Err(StoreError::Corrupt { .. }));
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("keyword");
    let mut index = KeywordIndex::open(&path, WRITER_BYTES, 1).unwrap();
    add_all(&index, &[(file(1, "a", "ab\n"), "ab\n".to_owned())]);
    index.commit(Generation(1)).unwrap();
    assert!(matches!(open(&path), Err(StoreError::Keyword(_))), "locked is not damaged");
    drop(index);
    let segments: Vec<_> = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|file| file.extension().is_some_and(|extension| extension != "lock" && extension != "json"))
        .collect();
    assert!(segments.len() >= 4, "{segments:?}");
    for file in segments.iter().chain([&path.join("meta.json")]) {
        let whole = std::fs::read(file).unwrap();
        std::fs::write(file, &whole[..whole.len() / 2]).unwrap();
        assert!(is_corrupt(open(&path)), "cut {}", file.display());
        let mut flipped = whole.clone();
        flipped[0] ^= 0x40;
        std::fs::write(file, &flipped).unwrap();
        assert!(is_corrupt(open(&path)), "flipped {}", file.display());
        std::fs::write(file, &whole).unwrap();
        open(&path).unwrap();
    }
    KeywordIndex::wipe(&path).unwrap();
    KeywordIndex::wipe(&path).unwrap();
    tantivy::Index::create_in_dir(
        {
            std::fs::create_dir(&path).unwrap();
            &path
        },
        tantivy::schema::Schema::builder().build(),
    )
    .unwrap();
    assert!(is_corrupt(open(&path)), "another schema");
}
