//! The pipeline over real trees and an index in memory.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::time::SystemTime;

use contexd_store::{ContentHash, FileStat, SkipReason, StoreOptions, VectorCache, open_in_memory};
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::embed::{EmbedError, ModelInfo, StaticModel};
use crate::scope::ScopeOptions;

fn store_options() -> StoreOptions {
    StoreOptions { parser_version: crate::PARSER_VERSION, ..StoreOptions::default() }
}

fn store() -> (Writer, Reader) {
    open_in_memory(&store_options()).unwrap()
}

fn options() -> PipelineOptions {
    // Files in tests are always fresh.
    PipelineOptions { settling: Duration::ZERO, max_file_bytes: 1000, ..PipelineOptions::default() }
}

fn pipeline_with(root: &Path, store: (Writer, Reader), options: PipelineOptions) -> Pipeline {
    let scope = Scope::new(root, &ScopeOptions::default()).unwrap();
    Pipeline::new(scope, store, Some(Arc::new(StaticModel::built_in())), options)
}

fn pipeline(root: &Path) -> Pipeline {
    pipeline_with(root, store(), options())
}

fn digest(pipeline: &Pipeline) -> ContentHash {
    pipeline.reader().snapshot().digest()
}

/// The digest of an index made from nothing.
fn fresh_digest(root: &Path) -> ContentHash {
    let mut fresh = pipeline(root);
    fresh.scan().unwrap();
    digest(&fresh)
}

fn write(root: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn tree(files: &[(&str, &str)]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    files.iter().for_each(|(path, text)| write(dir.path(), path, text));
    dir
}

fn apply(pipeline: &mut Pipeline, paths: &[&str]) -> ScanReport {
    let paths = paths.iter().map(|&path| path.to_owned()).collect();
    pipeline.apply(&paths, &mut |_| {}, &|_| {}).unwrap()
}

fn indexed_paths(pipeline: &Pipeline) -> Vec<String> {
    pipeline.reader().snapshot().files().map(|file| file.path.to_string()).collect()
}

const SMALL: [(&str, &str); 3] =
    [("a.rs", "fn a() {}\n"), ("src/b.rs", "fn b() {}\n"), ("src/deep/c.rs", "fn c() {}\n")];

#[test]
fn every_file_is_indexed_or_counted() {
    let dir = tree(&SMALL);
    write(dir.path(), "image.png", b"\x89PNG\0\0");
    write(dir.path(), "latin.txt", b"caf\xe9\n");
    write(dir.path(), "huge.rs", "x".repeat(1001));
    write(dir.path(), "empty.rs", "");
    #[cfg(unix)]
    std::os::unix::fs::symlink("a.rs", dir.path().join("link.rs")).unwrap();
    let mut pipeline = pipeline(dir.path());
    let report = pipeline.scan().unwrap();
    assert_eq!(report.files_walked, report.indexed + report.skipped.values().sum::<usize>());
    let expected = [
        (SkipReason::TooLarge, 1),
        (SkipReason::Binary, 1),
        (SkipReason::InvalidUtf8, 1),
        (SkipReason::Symlink, 1),
    ];
    assert_eq!(report.skipped, BTreeMap::from(expected));
    assert_eq!(indexed_paths(&pipeline), ["a.rs", "empty.rs", "src/b.rs", "src/deep/c.rs"]);
    assert_eq!(pipeline.progress().counts().files_done, 8);
}

#[test]
fn unchanged_files_are_not_read_again() {
    let dir = tree(&SMALL);
    write(dir.path(), "image.png", b"\x89PNG\0\0");
    let mut pipeline = pipeline(dir.path());
    assert_eq!(pipeline.scan().unwrap().files_read, 4);
    let again = pipeline.scan().unwrap();
    assert_eq!((again.files_read, again.commits, again.generation.0), (0, 0, 1));
}

#[test]
fn files_that_have_not_settled_are_read_again_and_make_no_generation() {
    let dir = tree(&SMALL);
    let settling = Duration::from_secs(3600);
    let mut pipeline = pipeline_with(dir.path(), store(), PipelineOptions { settling, ..options() });
    let first = pipeline.scan().unwrap();
    let again = pipeline.scan().unwrap();
    assert_eq!((again.files_read, again.changed, again.generation), (3, 0, first.generation));
}

#[test]
fn changed_paths_are_followed() {
    let dir = tree(&SMALL);
    let root = dir.path();
    let mut pipeline = pipeline(root);
    pipeline.scan().unwrap();
    let mut check = |paths: &[&str], changed: usize, removed: usize| {
        let report = apply(&mut pipeline, paths);
        assert_eq!((report.changed, report.removed), (changed, removed), "{paths:?}");
        assert_eq!(digest(&pipeline), fresh_digest(root), "{paths:?}");
    };
    write(root, "a.rs", "fn a() { b() }\n");
    check(&["a.rs"], 1, 0);
    check(&["a.rs"], 0, 0);
    fs::remove_file(root.join("a.rs")).unwrap();
    check(&["a.rs", "never.was"], 0, 1);
    fs::rename(root.join("src"), root.join("lib")).unwrap();
    check(&["src", "lib"], 2, 2);
    fs::remove_dir_all(root.join("lib/deep")).unwrap();
    write(root, "lib/deep", "now a file");
    check(&["lib/deep"], 1, 1);
    fs::remove_file(root.join("lib/deep")).unwrap();
    write(root, "lib/deep/d.rs", "fn d() {}");
    check(&["lib/deep"], 1, 1);
    write(root, "lib/b.rs", "x".repeat(2000));
    check(&["lib/b.rs"], 1, 0);
    write(root, "lib/b.rs", "y".repeat(10));
    check(&["lib/b.rs"], 1, 0);
}

#[test]
fn paths_that_lead_outside_are_not_followed() {
    let dir = tree(&[("outside.rs", ""), ("root/a.rs", "")]);
    let mut pipeline = pipeline(&dir.path().join("root"));
    let report = apply(&mut pipeline, &["../outside.rs", "/etc/passwd", "", ".", "a.rs"]);
    assert_eq!((report.changed, indexed_paths(&pipeline)), (1, vec!["a.rs".to_owned()]));
}

#[test]
fn a_file_that_vanishes_before_it_is_read_is_no_error() {
    let dir = tree(&SMALL);
    let mut pipeline = pipeline(dir.path());
    pipeline.scan().unwrap();
    fs::remove_file(dir.path().join("a.rs")).unwrap();
    let gone = |path: &str| ScannedFile { path: path.into(), stat: FileStat::default(), skip: None };
    let work = Work { candidates: vec![gone("a.rs"), gone("z.rs")], files_walked: 2, ..Work::default() };
    let report = pipeline.run(work, ScanReport::default(), Instant::now(), &|_| {}).unwrap();
    assert_eq!((report.removed, report.changed, report.files_walked), (1, 0, 2));
    assert_eq!(digest(&pipeline), fresh_digest(dir.path()));
}

#[test]
fn what_is_known_is_neither_parsed_nor_embedded_again() {
    let dir = tree(&SMALL);
    let mut pipeline = pipeline(dir.path());
    let first = pipeline.scan().unwrap();
    assert_eq!((first.parsed, first.records_reused, first.vectors_reused), (3, 0, 0));
    write(dir.path(), "a.rs", "fn other() {}\n");
    assert_eq!(apply(&mut pipeline, &["a.rs"]).parsed, 1);
    write(dir.path(), "a.rs", SMALL[0].1);
    let back = apply(&mut pipeline, &["a.rs"]);
    assert_eq!((back.parsed, back.records_reused, back.chunks_embedded, back.vectors_reused), (0, 1, 0, 1));
}

#[test]
fn every_chunk_has_a_vector_of_the_serving_model() {
    let dir = tree(&SMALL);
    let mut pipeline = pipeline(dir.path());
    pipeline.scan().unwrap();
    let snapshot = pipeline.reader().snapshot();
    let coverage = snapshot.vector_coverage(StaticModel::built_in().model().fingerprint);
    assert_eq!((coverage.embedded, coverage.total), (3, 3));
}

#[test]
fn a_stopped_scan_goes_on_to_the_same_index() {
    let dir = tree(&SMALL);
    let small = PipelineOptions { batch_files: 1, ..options() };
    let mut pipeline = pipeline_with(dir.path(), store(), small);
    let stop = pipeline.stop_flag();
    stop.store(true, Ordering::Relaxed);
    assert!(matches!(pipeline.scan(), Err(IndexerError::Stopped)));
    assert_ne!(digest(&pipeline), fresh_digest(dir.path()));
    stop.store(false, Ordering::Relaxed);
    let stop_after_one = |_| stop.store(true, Ordering::Relaxed);
    let partial = pipeline.scan_watching(&mut |_| {}, &stop_after_one);
    stop.store(false, Ordering::Relaxed);
    // The preparation runs ahead of the commits, so that a small tree may be through already.
    assert!(matches!(partial, Ok(_) | Err(IndexerError::Stopped)));
    pipeline.scan().unwrap();
    assert_eq!(digest(&pipeline), fresh_digest(dir.path()));
}

#[test]
fn batches_are_bounded_by_files_and_bytes() {
    let file = |size| ScannedFile { path: "".into(), stat: FileStat { size, modified_ns: 0 }, skip: None };
    let sizes = |sizes: &[u64]| sizes.iter().copied().map(file).collect::<Vec<_>>();
    let limits = PipelineOptions { max_file_bytes: 100, batch_files: 3, batch_bytes: 20, ..options() };
    let check = |of: &[u64], expected| assert_eq!(batch_length(&sizes(of), &limits), expected, "{of:?}");
    check(&[], 0);
    check(&[1, 1, 1, 1], 3);
    check(&[10, 10, 1], 2);
    check(&[50, 1], 1);
}

#[test]
fn a_root_that_is_gone_is_an_error() {
    let dir = tree(&SMALL);
    let mut pipeline = pipeline(dir.path());
    pipeline.scan().unwrap();
    let before = digest(&pipeline);
    dir.close().unwrap();
    assert!(matches!(pipeline.scan(), Err(IndexerError::Root { .. })));
    assert_eq!(digest(&pipeline), before);
}

/// Something that happens to a tree.
#[derive(Clone, Debug)]
enum Step {
    Write(&'static str, u8),
    Delete(&'static str),
    Rename(&'static str, &'static str),
    Ignore(&'static str, &'static str),
    Link(&'static str),
}

const PLACES: [&str; 9] = ["a", "a/x.rs", "a/y.rs", "a/b", "a/b/z.rs", "c", "c/x.rs", "d.log", "c/d.log"];

fn step() -> impl Strategy<Value = Step> {
    let place = || prop::sample::select(&PLACES[..]);
    prop_oneof![
        4 => (place(), any::<u8>()).prop_map(|(path, text)| Step::Write(path, text % 4)),
        2 => place().prop_map(Step::Delete),
        2 => (place(), place()).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => (prop::sample::select(&[".gitignore", "a/.gitignore"][..]),
              prop::sample::select(&["*.log", "b/", "", "/c"][..])).prop_map(|(at, rule)| Step::Ignore(at, rule)),
        1 => place().prop_map(Step::Link),
    ]
}

/// Carries out a step as far as it is possible; returns the paths that it may have changed.
fn carry_out(root: &Path, step: &Step) -> Vec<String> {
    let make_room = |path: &str| drop(fs::create_dir_all(root.join(path).parent().unwrap()));
    let touched: &[&str] = match step {
        Step::Write(path, text) => {
            make_room(path);
            let text = if *text == 3 { "\0".to_owned() } else { format!("fn f{text}() {{}}\n") };
            let _ = fs::write(root.join(path), text);
            &[path]
        }
        Step::Delete(path) => {
            let _ = fs::remove_file(root.join(path)).or_else(|_| fs::remove_dir_all(root.join(path)));
            &[path]
        }
        Step::Rename(from, to) => {
            make_room(to);
            let _ = fs::rename(root.join(from), root.join(to));
            &[from, to]
        }
        Step::Ignore(at, rule) => {
            make_room(at);
            let _ = fs::write(root.join(at), rule);
            &[at]
        }
        Step::Link(at) => {
            make_room(at);
            #[cfg(unix)]
            let _ = std::os::unix::fs::symlink("/", root.join(at));
            &[at]
        }
    };
    // A directory that was made on the way is told as well.
    let told = touched.iter().flat_map(|path| [path.split('/').next().unwrap_or(path), path]);
    told.map(str::to_owned).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn following_changes_ends_in_the_same_index_as_starting_anew(
        rounds in prop::collection::vec((prop::collection::vec(step(), 1..4), any::<bool>()), 1..5),
    ) {
        let dir = tree(&SMALL);
        let mut pipeline = pipeline(dir.path());
        pipeline.scan().unwrap();
        for (steps, rescan) in rounds {
            let touched: BTreeSet<String> = steps.iter().flat_map(|step| carry_out(dir.path(), step)).collect();
            let are_rules_touched = steps.iter().any(|step| matches!(step, Step::Ignore(..)));
            if rescan || are_rules_touched {
                pipeline.scan().unwrap();
            } else {
                pipeline.apply(&touched, &mut |_| {}, &|_| {}).unwrap();
            }
            prop_assert_eq!(digest(&pipeline), fresh_digest(dir.path()));
        }
    }
}

/// A model that remembers the texts that it was given.
struct Recording {
    info: ModelInfo,
    texts: Mutex<Vec<String>>,
}

impl Recording {
    fn new() -> Arc<Self> {
        let fingerprint = ContentHash::of(b"recording");
        let info = ModelInfo { name: "recording".to_owned(), fingerprint, dimension: 2, max_tokens: 8 };
        Arc::new(Self { info, texts: Mutex::default() })
    }

    /// The names of the functions in the texts, in the order in which they came.
    fn functions(&self) -> Vec<String> {
        let texts = self.texts.lock().unwrap();
        let name = |text: &String| text.rsplit("fn ").next().unwrap().split('(').next().unwrap().to_owned();
        texts.iter().map(name).collect()
    }
}

impl Embedder for Recording {
    fn model(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        self.texts.lock().unwrap().extend(texts.iter().map(|text| (*text).to_owned()));
        Ok(vec![vec![0.6, 0.8]; texts.len()])
    }

    fn embed_query(&self, _text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(vec![0.6, 0.8])
    }
}

/// Files edited one after the other, in the order given.
fn edited_in_turn(names: &[&str]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (seconds, name) in names.iter().enumerate() {
        write(root.path(), &format!("{name}.rs"), format!("fn {name}() {{}}\n"));
        let file = fs::File::options().write(true).open(root.path().join(format!("{name}.rs"))).unwrap();
        let edited = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 + seconds as u64);
        file.set_modified(edited).unwrap();
    }
    root
}

/// An index of `root`, and its vectors of `model` filled in.
fn fill(root: &Path, model: &Arc<Recording>, cache: Option<Arc<VectorCache>>, asked: &Arc<Asked>) {
    let mut pipeline = pipeline(root);
    pipeline.scan().unwrap();
    let mut fill = Fill::new(Arc::clone(model) as Arc<dyn Embedder>, cache, Arc::clone(asked));
    while pipeline.step(&mut fill).unwrap() {}
    let coverage = pipeline.reader().snapshot().vector_coverage(model.info.fingerprint);
    assert_eq!(coverage.embedded, coverage.total);
}

#[test]
fn what_was_asked_for_is_embedded_first_then_what_was_edited_last() {
    let root = edited_in_turn(&["one", "two", "three", "four", "five"]);
    let (model, asked) = (Recording::new(), Arc::<Asked>::default());
    for path in ["one.rs", "gone.rs", "three.rs"] {
        asked.add([&Arc::from(path)]);
    }
    fill(root.path(), &model, None, &asked);
    assert_eq!(model.functions(), ["three", "one", "five", "four", "two"]);
}

#[test]
fn a_text_that_another_index_had_embedded_is_not_embedded_again() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Arc::new(VectorCache::open(&folder.path().join("vectors.sqlite")).unwrap());
    let model = Recording::new();
    fill(edited_in_turn(&["one", "two"]).path(), &model, Some(Arc::clone(&cache)), &Arc::default());
    fill(edited_in_turn(&["two", "three"]).path(), &model, Some(cache), &Arc::default());
    assert_eq!(model.functions(), ["two", "one", "three"]);
}
