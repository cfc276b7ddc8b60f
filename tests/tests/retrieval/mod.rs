//! Retrieval on small trees, from files to hits and packs, without a daemon.

mod packs;
mod ranking;
mod symbols;
mod verbatim;

use std::sync::Arc;

use contexd_indexer::embed::{Embedder, StaticModel};
use contexd_indexer::pipeline::{Pipeline, PipelineOptions};
use contexd_indexer::scope::{Scope, ScopeOptions};
use contexd_retriever::{DenseQuery, FilterSpec, Query, SearchResult, Weights, search};
use contexd_store::{Snapshot, StoreOptions};

/// A tree of a few languages with tests, documentation and an example; files begin at `//- /path`.
const SHOP: &str = include_str!("shop.fixture");

/// The snapshot of a fixture's files.
fn index(fixture: &str) -> Arc<Snapshot> {
    let tree = tempfile::tempdir().unwrap();
    for section in fixture.split("//- /").skip(1) {
        let (path, text) = section.split_once('\n').unwrap();
        let file = tree.path().join(path.trim());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
    }
    let scope = Scope::new(tree.path(), &ScopeOptions::default()).unwrap();
    let store = contexd_store::open_in_memory(&StoreOptions::default()).unwrap();
    let embedder: Arc<dyn Embedder> = Arc::new(StaticModel::built_in());
    let mut pipeline = Pipeline::new(scope, store, Some(embedder), PipelineOptions::default());
    pipeline.scan().unwrap();
    pipeline.reader().snapshot()
}

/// A question with its vector, as the service asks it.
fn question(text: &str, filter: FilterSpec) -> Query {
    let model = StaticModel::built_in();
    let vector = model.embed_query(text).unwrap();
    let dense = vec![DenseQuery { model: model.model().fingerprint, vector, built_in: true }];
    Query { text: text.to_owned(), limit: 10, dense, filter, ..Query::default() }
}

pub(crate) fn answer(snapshot: &Snapshot, text: &str, filter: FilterSpec) -> SearchResult {
    search(snapshot, &question(text, filter), Weights::built_in()).unwrap()
}

/// The hits as `path:start` in order.
fn places(result: &SearchResult) -> Vec<String> {
    result.hits.iter().map(|hit| format!("{}:{}", hit.file.path, hit.span.start_line)).collect()
}
