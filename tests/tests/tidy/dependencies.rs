//! Who may depend on whom.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{Metadata, MetadataCommand, Package};
use contexd_tests::workspace;

use super::report;

/// Every edge between two of our own crates. Anything else is an error, and so is an edge that is gone.
const EDGES: [(&str, &[&str]); 7] = [
    ("contexd-store", &[]),
    ("contexd-proto", &[]),
    ("contexd-indexer", &["contexd-store"]),
    // The indexer's parser makes the records of the graph's tests; the graph itself does not know it.
    ("contexd-graph", &["contexd-indexer", "contexd-store"]),
    ("contexd-retriever", &["contexd-graph", "contexd-store"]),
    ("contexd", &["contexd-graph", "contexd-indexer", "contexd-proto", "contexd-retriever", "contexd-store"]),
    (
        "contexd-tests",
        &["contexd-graph", "contexd-indexer", "contexd-proto", "contexd-retriever", "contexd-store"],
    ),
];

/// Foreign crates that only some of ours may know. A name ending in `*` stands for all that start so.
const CONFINED: [(&str, &[&str]); 25] = [
    ("tonic*", &["contexd-proto", "contexd", "contexd-tests"]),
    ("prost*", &["contexd-proto", "contexd", "contexd-tests"]),
    ("protox", &["contexd-proto"]),
    ("tokio*", &["contexd", "contexd-tests"]),
    ("hyper*", &["contexd", "contexd-tests"]),
    ("tower*", &["contexd", "contexd-tests"]),
    ("clap*", &["contexd"]),
    ("indicatif", &["contexd"]),
    ("anyhow", &["contexd"]),
    ("tracing-subscriber", &["contexd"]),
    ("rustix", &["contexd-indexer", "contexd", "contexd-tests"]),
    ("notify*", &["contexd-indexer"]),
    ("ignore", &["contexd-indexer"]),
    ("tree-sitter*", &["contexd-indexer"]),
    ("streaming-iterator", &["contexd-indexer"]),
    ("gix*", &["contexd-indexer"]),
    ("fastembed", &["contexd-indexer"]),
    ("ort", &["contexd-indexer"]),
    ("rusqlite", &["contexd-store"]),
    ("tantivy*", &["contexd-store"]),
    ("hnsw_rs", &["contexd-store"]),
    ("memmap2", &["contexd-store"]),
    ("bpe-openai", &["contexd-retriever", "contexd-tests"]),
    ("regex-syntax", &["contexd-retriever"]),
    // Ripgrep's libraries: the server searches with them, the tests compare with them.
    ("grep-*", &["contexd", "contexd-tests"]),
];

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command.manifest_path(workspace::root().join("Cargo.toml")).no_deps();
    command.exec().expect("cargo metadata runs")
}

fn dependency_names(package: &Package) -> BTreeSet<&str> {
    package.dependencies.iter().map(|dependency| dependency.name.as_str()).collect()
}

#[test]
fn crate_edges_are_those_of_the_table() {
    let metadata = metadata();
    let members: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let actual: BTreeMap<&str, BTreeSet<&str>> = metadata
        .packages
        .iter()
        .map(|package| (package.name.as_str(), &dependency_names(package) & &members))
        .collect();
    let expected: BTreeMap<&str, BTreeSet<&str>> =
        EDGES.iter().map(|(name, edges)| (*name, edges.iter().copied().collect())).collect();
    assert_eq!(actual, expected, "edges between our crates (left: Cargo.toml files, right: the table)");
}

#[test]
fn foreign_crates_stay_in_the_crates_that_may_know_them() {
    let mut problems = Vec::new();
    for package in &metadata().packages {
        for dependency in dependency_names(package) {
            let allowed = CONFINED.iter().find(|(pattern, _)| matches(pattern, dependency));
            if allowed.is_some_and(|(_, crates)| !crates.contains(&package.name.as_str())) {
                problems.push(format!("{} depends on {dependency}", package.name));
            }
        }
    }
    report("crates confined to others", &problems);
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == pattern,
    }
}

#[test]
fn versions_stand_in_the_workspace_manifest_only() {
    let mut problems = Vec::new();
    for (name, _) in EDGES {
        let folder = name.strip_prefix("contexd-").unwrap_or("server");
        let manifest = workspace::text(&format!("{folder}/Cargo.toml"));
        for line in dependency_lines(&manifest) {
            if !line.contains("workspace = true") && !line.contains(".workspace = true") {
                problems.push(format!("{folder}/Cargo.toml: {line}"));
            }
        }
    }
    report("dependencies without `workspace = true`", &problems);
}

/// The lines of the dependency tables of a manifest.
fn dependency_lines(manifest: &str) -> Vec<&str> {
    let mut in_dependencies = false;
    let mut lines = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.ends_with("dependencies]");
        } else if in_dependencies && line.contains('=') && !line.starts_with('#') {
            lines.push(line);
        }
    }
    lines
}
