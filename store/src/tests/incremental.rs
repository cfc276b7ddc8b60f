//! An index brought up by any sequence of batches equals one built from the final state.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::{View, batch, fill, options, remove, skip, stat, touch, upsert, upsert_embedded};
use crate::{Batch, FileChange, SkipReason, open, open_in_memory};

/// What stands at a path in the model of the repository.
#[derive(Clone, Debug, PartialEq)]
enum Content {
    Text { text: String, embedded: bool },
    Skipped(SkipReason),
}

#[derive(Clone, Debug)]
enum Change {
    Put(Content),
    Touch(u64),
    Remove,
    Fill,
}

type Model = BTreeMap<String, (Content, u64)>;

fn text() -> impl Strategy<Value = String> {
    let line = prop::sample::select(vec![
        "fn alpha\n",
        "fn Beta\n",
        "fn gamma_delta\n",
        "calls alpha and beta\n",
        "delta\n",
        "größe alpha\n",
    ]);
    prop::collection::vec(line, 0..6).prop_map(|lines| lines.concat())
}

fn change() -> impl Strategy<Value = Change> {
    let skipped = prop::sample::select(vec![SkipReason::Binary, SkipReason::Secret]);
    prop_oneof![
        6 => (text(), any::<bool>()).prop_map(|(text, embedded)| Change::Put(Content::Text { text, embedded })),
        1 => skipped.prop_map(|reason| Change::Put(Content::Skipped(reason))),
        1 => (0..99_u64).prop_map(Change::Touch),
        2 => Just(Change::Remove),
        1 => Just(Change::Fill),
    ]
}

fn batches() -> impl Strategy<Value = Vec<BTreeMap<String, Change>>> {
    let path = prop::sample::select(vec!["a", "a/b", "a/c", "b", "Ä", "z/deep/er"]).prop_map(str::to_owned);
    prop::collection::vec(prop::collection::btree_map(path, change(), 0..4), 1..8)
}

/// Applies `changes` to the model and makes the batch that says the same.
fn apply(model: &mut Model, changes: &BTreeMap<String, Change>) -> Batch {
    let mut made = Batch::default();
    for (path, change) in changes {
        match change {
            Change::Put(content) => {
                let keeps_vectors = matches!(
                    (model.get(path), content),
                    (Some((Content::Text { text: old, embedded: true }, _)), Content::Text { text, .. }) if old == text
                );
                made.changes.push(put(path, content));
                let mut content = content.clone();
                if let Content::Text { embedded, .. } = &mut content {
                    *embedded |= keeps_vectors;
                }
                model.insert(path.clone(), (content.clone(), size_of(&content)));
            }
            Change::Touch(size) => {
                made.changes.push(touch(path, *size));
                model.entry(path.clone()).and_modify(|entry| entry.1 = *size);
            }
            Change::Remove => {
                made.changes.push(remove(path));
                model.remove(path);
            }
            Change::Fill => {
                if let Some((Content::Text { text, embedded }, _)) = model.get_mut(path) {
                    made.vectors.push(fill(path, text));
                    *embedded = true;
                }
            }
        }
    }
    made
}

fn put(path: &str, content: &Content) -> FileChange {
    match content {
        Content::Text { text, embedded: true } => upsert_embedded(path, text),
        Content::Text { text, embedded: false } => upsert(path, text),
        Content::Skipped(reason) => skip(path, *reason),
    }
}

fn size_of(content: &Content) -> u64 {
    match content {
        Content::Text { text, .. } => text.len() as u64,
        Content::Skipped(_) => 1,
    }
}

/// The view of an index that was filled with the final state in one batch.
fn fresh(model: &Model) -> View {
    let (mut writer, reader) = open_in_memory(&options()).unwrap();
    let puts = model.iter().map(|(path, (content, _))| put(path, content));
    writer.commit(Batch { changes: puts.collect(), vectors: Vec::new() }).unwrap();
    let mut view = View::of(&reader.snapshot());
    for (path, stat_of) in view.files.iter_mut().map(|file| (&file.0, &mut file.1)) {
        *stat_of = stat(model[path].1);
    }
    for (path, stat_of) in view.skipped.iter_mut().map(|file| (&file.0, &mut file.1)) {
        *stat_of = stat(model[path].1);
    }
    view
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_equals_fresh(batches in batches()) {
        let (mut writer, reader) = open_in_memory(&options()).unwrap();
        let mut model = Model::new();
        for changes in &batches {
            writer.commit(apply(&mut model, changes)).unwrap();
        }
        prop_assert_eq!(View::of(&reader.snapshot()), fresh(&model));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn incremental_on_disk_with_restarts_equals_fresh(batches in batches()) {
        let temp = tempfile::tempdir().unwrap();
        let mut model = Model::new();
        for changes in &batches {
            let (mut writer, _) = open(temp.path(), &options()).unwrap();
            writer.commit(apply(&mut model, changes)).unwrap();
        }
        let (_writer, reader) = open(temp.path(), &options()).unwrap();
        prop_assert_eq!(View::of(&reader.snapshot()), fresh(&model));
    }
}

#[test]
fn the_last_change_of_a_path_wins() {
    let (mut writer, reader) = open_in_memory(&options()).unwrap();
    writer.commit(batch([upsert("a", "fn alpha\n"), upsert("a", "fn beta\n"), remove("b")])).unwrap();
    assert!(reader.snapshot().symbols_named("alpha").is_empty());
    assert_eq!(reader.snapshot().symbols_named("beta").len(), 1);
}
