//! What one commit does.

use std::sync::Arc;
use std::time::Duration;

use super::fixture::{
    DIMENSION, MODEL, View, batch, content, embed, fill, options, parse, remove, skip, stat, touch, upsert,
    upsert_embedded,
};
use crate::vectors::FileVectors;
use crate::{
    Batch, ContentHash, Fate, FileChange, FileContent, FileUpsert, Generation, IndexedContent, Reader,
    RecordKey, SkipReason, StoreError, StoreOptions, Writer, open, open_in_memory,
};

const ALPHA: &str = "fn alpha\nuses beta\n";
const BETA: &str = "fn Beta\nfn alpha\n";

fn in_memory(changes: impl IntoIterator<Item = FileChange>) -> (Writer, Reader) {
    let (mut writer, reader) = open_in_memory(&options()).unwrap();
    writer.commit(Batch { changes: changes.into_iter().collect(), vectors: Vec::new() }).unwrap();
    (writer, reader)
}

#[test]
fn an_empty_index_answers() {
    let (_writer, reader) = open_in_memory(&options()).unwrap();
    let view = View::of(&reader.snapshot());
    assert_eq!(reader.snapshot().generation(), Generation(0));
    assert!(view.files.is_empty() && view.symbols.is_empty());
}

#[test]
fn files_symbols_and_texts_are_found() {
    let (_writer, reader) = in_memory([upsert("b.toy", BETA), upsert("a.toy", ALPHA)]);
    let snapshot = reader.snapshot();
    let view = View::of(&snapshot);
    assert_eq!(view.files[0], ("a.toy".to_owned(), stat(ALPHA.len() as u64), ALPHA.to_owned()));
    assert_eq!(
        view.symbols,
        [
            ("alpha".to_owned(), vec![("a.toy".to_owned(), 0), ("b.toy".to_owned(), 8)]),
            ("beta".to_owned(), vec![("b.toy".to_owned(), 0)]),
        ]
    );
    assert_eq!((view.counts.files_indexed, view.counts.chunks, view.counts.symbols), (2, 4, 3));
    assert!(view.lexical[1].1.is_superset(&[("a.toy".to_owned(), 2), ("b.toy".to_owned(), 1)].into()));
    assert_eq!(snapshot.symbols_named("BETA").len(), 1);
}

#[test]
fn names_are_found_by_prefix_part_and_distance() {
    let text = "fn parse\nfn parse_all\nfn reparse\nfn purse\nfn other\n";
    let (_writer, reader) = in_memory([upsert("a", text)]);
    let snapshot = reader.snapshot();
    let check = |found: Vec<Arc<str>>, expected: &[&str]| {
        assert_eq!(found.iter().map(|name| &**name).collect::<Vec<_>>(), expected);
    };
    check(snapshot.symbol_names_with_prefix("PAR", 9), &["parse", "parse_all"]);
    check(snapshot.symbol_names_with_prefix("par", 1), &["parse"]);
    check(snapshot.symbol_names_containing("arse", 9), &["parse", "parse_all", "reparse"]);
    check(snapshot.symbol_names_near("prase", 2, 9), &["parse", "purse"]);
    check(snapshot.symbol_names_near("parse", 2, 2), &["parse", "purse"]);
    check(snapshot.symbol_names_near("nothing", 1, 9), &[]);
}

#[test]
fn an_edit_replaces_and_a_removal_removes() {
    let (mut writer, reader) = in_memory([upsert("a", ALPHA), upsert("b", BETA)]);
    let before = reader.snapshot();
    writer.commit(batch([upsert("a", "fn gamma\n"), remove("b"), remove("absent")])).unwrap();
    let after = reader.snapshot();
    assert_eq!(after.generation(), Generation(2));
    assert!(after.symbols_named("alpha").is_empty() && after.fate("b").is_none());
    assert_eq!(View::of(&after).files.len(), 1);
    assert_eq!(View::of(&before).files.len(), 2, "the old snapshot is unchanged");
}

#[test]
fn skipped_files_are_counted_and_explained() {
    let (mut writer, reader) = in_memory([skip("a.bin", SkipReason::Binary), skip("b", SkipReason::Secret)]);
    let fate_is = |path: &str, reason: Option<SkipReason>| {
        let snapshot = reader.snapshot();
        let found = match snapshot.fate(path) {
            Some(Fate::Skipped(file)) => Some(file.reason),
            _ => None,
        };
        assert_eq!(found, reason);
    };
    fate_is("a.bin", Some(SkipReason::Binary));
    writer.commit(batch([upsert("a.bin", ALPHA), skip("b", SkipReason::TooLarge)])).unwrap();
    fate_is("a.bin", None);
    fate_is("b", Some(SkipReason::TooLarge));
    assert_eq!(reader.snapshot().counts().files_skipped, [(SkipReason::TooLarge, 1)].into());
    writer.commit(batch([skip("a.bin", SkipReason::Generated), remove("b")])).unwrap();
    fate_is("a.bin", Some(SkipReason::Generated));
    assert_eq!(reader.snapshot().counts().files_skipped, [(SkipReason::Generated, 1)].into());
    assert_eq!(reader.snapshot().counts().files_indexed, 0);
}

#[test]
fn a_batch_without_new_content_keeps_the_generation() {
    let (mut writer, reader) = in_memory([upsert_embedded("a", ALPHA), skip("b", SkipReason::Binary)]);
    let same = |writer: &mut Writer, batch: Batch| {
        assert_eq!(writer.commit(batch).unwrap().generation(), Generation(1));
    };
    same(&mut writer, Batch::default());
    same(&mut writer, batch([touch("a", 500), touch("b", 600), touch("absent", 7)]));
    assert_eq!(reader.snapshot().file_by_path("a").unwrap().stat, stat(500));
    same(&mut writer, batch([upsert_embedded("a", ALPHA), skip("b", SkipReason::Binary), remove("absent")]));
    assert_eq!(reader.snapshot().file_by_path("a").unwrap().stat, stat(ALPHA.len() as u64));
    same(&mut writer, Batch { changes: Vec::new(), vectors: vec![fill("a", ALPHA), fill("a", BETA)] });
}

#[test]
fn stats_survive_reopening() {
    let temp = tempfile::tempdir().unwrap();
    let (mut writer, _) = open(temp.path(), &options()).unwrap();
    writer.commit(batch([upsert("a", ALPHA), skip("b", SkipReason::Binary)])).unwrap();
    let touched = View::of(&writer.commit(batch([touch("a", 500), touch("b", 600)])).unwrap());
    drop(writer);
    let (_writer, reader) = open(temp.path(), &options()).unwrap();
    assert_eq!(View::of(&reader.snapshot()), touched);
    assert_eq!(touched.skipped[0].1, stat(600));
}

#[test]
fn vectors_come_with_the_file_or_later() {
    let (mut writer, reader) = in_memory([upsert_embedded("a", ALPHA), upsert("b", BETA)]);
    assert_eq!(reader.snapshot().vector_coverage(MODEL).embedded, 2);
    let stale = fill("b", "something else\nentirely\n");
    let filled = writer.commit(Batch { changes: Vec::new(), vectors: vec![fill("b", BETA), stale] }).unwrap();
    assert_eq!(filled.generation(), Generation(2));
    assert_eq!(filled.vector_coverage(MODEL).embedded, 4);
    assert_eq!(filled.vector_models(), [MODEL]);
    writer.commit(batch([remove("a")])).unwrap();
    assert_eq!(reader.snapshot().vector_coverage(MODEL).embedded, 2);
}

#[test]
fn equally_good_hits_come_in_path_order() {
    let paths: Vec<String> = (0..60).map(|number| format!("dir/{:02}", (number * 37) % 60)).collect();
    let (_writer, reader) = in_memory(paths.iter().map(|path| upsert_embedded(path, "fn alpha\n")));
    let snapshot = reader.snapshot();
    let mut query = vec![0.0; DIMENSION as usize];
    query[1] = 1.0;
    let hits = snapshot.nearest(MODEL, &query, 3, None).unwrap();
    let found: Vec<_> = hits.iter().map(|hit| &*snapshot.file(hit.chunk.file).unwrap().path).collect();
    assert_eq!(found, ["dir/00", "dir/01", "dir/02"]);
}

#[test]
fn malformed_vectors_are_refused_before_anything_is_written() {
    let (mut writer, reader) = in_memory([upsert_embedded("a", ALPHA)]);
    let mut refused = |vectors: FileVectors| {
        let content = IndexedContent { vectors: vec![Arc::new(vectors)], ..content(BETA) };
        let change = FileUpsert { path: "b".into(), stat: stat(1), content: FileContent::Indexed(content) };
        let result = writer.commit(batch([FileChange::Upsert(change)]));
        assert!(matches!(result, Err(StoreError::InvalidVector(_))));
    };
    let good = FileVectors::clone(&embed(BETA));
    refused(FileVectors::clone(&embed("one row\n")));
    refused(FileVectors { dimension: 4, codes: vec![1; 8], ..good.clone() });
    refused(FileVectors { codes: vec![1; 8], ..good.clone() });
    refused(FileVectors { scales: vec![f32::NAN; 2], ..good });
    assert_eq!(writer.commit(batch([upsert_embedded("b", BETA)])).unwrap().generation(), Generation(2));
    assert_eq!(reader.snapshot().counts().files_indexed, 2);
}

#[test]
fn stored_records_and_vectors_are_found_again() {
    let (mut writer, reader) = in_memory([upsert_embedded("a", ALPHA)]);
    writer.commit(batch([remove("a")])).unwrap();
    let key = |parser_version| RecordKey {
        blob: ContentHash::of(ALPHA.as_bytes()),
        language: "toy".into(),
        parser_version,
    };
    let records = reader.find_records(&[key(4), key(3)]).unwrap();
    assert!(records[0].is_none());
    assert_eq!(**records[1].as_ref().unwrap(), parse(ALPHA));
    let vectors = embed(ALPHA);
    let found = reader.find_vectors(MODEL, &[ContentHash([0; 32]), vectors.key]).unwrap();
    assert_eq!(found, [None, Some(vectors)]);
}

#[test]
fn unused_content_is_kept_for_a_while_and_then_collected() {
    let (mut writer, reader) = in_memory([upsert_embedded("a", ALPHA), upsert_embedded("b", BETA)]);
    writer.commit(batch([remove("a")])).unwrap();
    let stored = || {
        let keys = [embed(ALPHA).key, embed(BETA).key];
        reader.find_vectors(MODEL, &keys).unwrap().iter().map(Option::is_some).collect::<Vec<_>>()
    };
    let day = |number: u64| Duration::from_secs((20_000 + number) * 24 * 60 * 60);
    assert_eq!(writer.collect_garbage_at(day(0)).unwrap(), 0);
    assert_eq!(writer.collect_garbage_at(day(13)).unwrap(), 0);
    writer.commit(batch([upsert_embedded("a", ALPHA)])).unwrap();
    assert_eq!(writer.collect_garbage_at(day(14)).unwrap(), 0, "it is used again");
    writer.commit(batch([remove("a")])).unwrap();
    assert_eq!(writer.collect_garbage_at(day(15)).unwrap(), 0);
    assert_eq!(stored(), [true, true]);
    assert_eq!(writer.collect_garbage_at(day(29)).unwrap(), 3, "a record, a text, vectors");
    assert_eq!(stored(), [false, true]);
    assert_eq!(View::of(&reader.snapshot()).files.len(), 1);
}

#[test]
fn another_parser_version_empties_the_index_but_not_the_caches() {
    let temp = tempfile::tempdir().unwrap();
    let (mut writer, _) = open(temp.path(), &options()).unwrap();
    writer.commit(batch([upsert_embedded("a", ALPHA), skip("b", SkipReason::Binary)])).unwrap();
    drop(writer);
    let newer = StoreOptions { parser_version: 4, ..options() };
    let (writer, reader) = open(temp.path(), &newer).unwrap();
    let view = View::of(&reader.snapshot());
    assert!(view.files.is_empty() && view.skipped.is_empty() && view.embedded == 0);
    assert!(reader.snapshot().generation() > Generation(1));
    assert!(reader.find_vectors(MODEL, &[embed(ALPHA).key]).unwrap()[0].is_some());
    drop((writer, reader));
    let (_writer, reader) = open(temp.path(), &newer).unwrap();
    assert_eq!(View::of(&reader.snapshot()), view);
}

#[test]
fn one_process_at_a_time() {
    let temp = tempfile::tempdir().unwrap();
    let (writer, reader) = open(temp.path(), &options()).unwrap();
    assert!(matches!(open(temp.path(), &options()), Err(StoreError::Locked { .. })));
    drop(writer);
    open(temp.path(), &options()).unwrap();
    drop(reader);
}
