//! The sources that are asked about: where they lie, and their indexes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cargo_metadata::MetadataCommand;
use contexd_indexer::embed::{Embedder, StaticModel};
use contexd_indexer::pipeline::{Pipeline, PipelineOptions};
use contexd_indexer::scope::{Scope, ScopeConfig, ScopeOptions};
use contexd_store::{Problem, Snapshot, StoreOptions};
use contexd_tests::workspace;

/// The name of this repository among the sources; the others are packages of `Cargo.lock`.
pub(super) const OWN: &str = "contexd";

/// What of this repository is not indexed: the questions and their answers themselves.
const NOT_INDEXED: &str = "/tests/quality";

/// The directory of every package that the build on this machine uses, by name. Where the lock file has several
/// versions of one, the newest counts.
pub(super) fn roots() -> BTreeMap<String, PathBuf> {
    let mut command = MetadataCommand::new();
    command.manifest_path(workspace::root().join("Cargo.toml"));
    let of_this_machine = ["--locked", "--offline", "--filter-platform", "host-tuple"];
    command.other_options(of_this_machine.map(str::to_owned).to_vec());
    let mut packages = command.exec().expect("cargo metadata runs").packages;
    packages.sort_by(|a, b| a.version.cmp(&b.version));
    let directory =
        |manifest: &Path| manifest.parent().expect("invariant: a manifest lies in a directory").to_owned();
    packages
        .iter()
        .map(|package| (package.name.to_string(), directory(package.manifest_path.as_std_path())))
        .chain([(OWN.to_owned(), workspace::root())])
        .collect()
}

/// How often a source is indexed before the machine counts as too busy.
const ATTEMPTS: usize = 5;

/// The index of a source, every file of it parsed to its end.
///
/// The time a file may take to be parsed is the clock's. On a machine that is busy with other things a large file may
/// exceed it, and would be ranked as plain text.
pub(super) fn index(root: &Path) -> Arc<Snapshot> {
    let is_whole = |snapshot: &Arc<Snapshot>| {
        snapshot.files().all(|file| !file.record.problems.contains(&Problem::ParseTimeout))
    };
    let whole = (0..ATTEMPTS).map(|_| index_once(root)).find(is_whole);
    whole.unwrap_or_else(|| panic!("the machine is too busy: {} was never parsed in time", root.display()))
}

fn index_once(root: &Path) -> Arc<Snapshot> {
    let config = ScopeConfig { include: Vec::new(), exclude: vec![NOT_INDEXED.to_owned()] };
    let scope = Scope::new(root, &ScopeOptions { config, ..ScopeOptions::default() }).unwrap();
    let store = contexd_store::open_in_memory(&StoreOptions::default()).unwrap();
    let embedder: Arc<dyn Embedder> = Arc::new(StaticModel::built_in());
    let mut pipeline = Pipeline::new(scope, store, Some(embedder), PipelineOptions::default());
    pipeline.scan().unwrap();
    pipeline.reader().snapshot()
}
