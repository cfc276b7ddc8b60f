//! Workers over real trees that change under them. Nothing sleeps: a test waits for a barrier or a generation.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command as Process;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use contexd_store::{ContentHash, Snapshot, StoreOptions, open_in_memory};
use crossbeam_channel::Receiver;
use proptest::prelude::*;
use tempfile::TempDir;

use super::filling::Filling;
use super::*;
use crate::embed::{EmbedError, ModelInfo, StaticModel};
use crate::scope::{ScopeConfig, ScopeOptions};

/// Long enough for a machine that does other things as well; a test that passes never waits for it.
const LONG: Duration = Duration::from_secs(60);

/// A tree, a worker over it, and the generations that it told of.
struct Fixture {
    tree: TempDir,
    _cookies: TempDir,
    handle: RepositoryHandle,
    generations: Receiver<Generation>,
}

fn store_options() -> StoreOptions {
    StoreOptions { parser_version: crate::PARSER_VERSION, ..StoreOptions::default() }
}

fn scope_source(root: &Path) -> ScopeSource {
    let root = root.to_owned();
    Box::new(move || {
        let config = ScopeConfig::load(&root)?;
        Scope::new(&root, &ScopeOptions { config, ..ScopeOptions::default() })
    })
}

fn config(root: &Path, watch: Option<WatchOptions>) -> WorkerConfig {
    WorkerConfig {
        scope: scope_source(root),
        store: open_in_memory(&store_options()).unwrap(),
        embedder: Some(Arc::new(StaticModel::built_in())),
        pipeline: PipelineOptions::default(),
        watch,
    }
}

impl Fixture {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, Some)
    }

    fn with(files: &[(&str, &str)], watch: impl FnOnce(WatchOptions) -> Option<WatchOptions>) -> Self {
        let (tree, cookies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        files.iter().for_each(|(path, text)| write(tree.path(), path, text));
        let options = watch(WatchOptions::new(cookies.path().to_owned()));
        let handle = RepositoryWorker::spawn(config(tree.path(), options)).unwrap();
        let (sender, generations) = unbounded();
        handle.on_commit(move |generation| {
            let _ = sender.send(generation);
        });
        let fixture = Self { tree, _cookies: cookies, handle, generations };
        fixture.snapshot();
        fixture
    }

    fn root(&self) -> &Path {
        self.tree.path()
    }

    fn write(&self, path: &str, text: &str) {
        write(self.root(), path, text);
    }

    /// The index once it holds what is on the disk.
    fn snapshot(&self) -> Arc<Snapshot> {
        let reached = self.handle.barrier(LONG).unwrap();
        let snapshot = self.handle.reader().snapshot();
        assert!(snapshot.generation() >= reached);
        snapshot
    }

    fn paths(&self) -> Vec<String> {
        self.snapshot().files().map(|file| file.path.to_string()).collect()
    }

    /// Checks that the index is that of a fresh start.
    fn check_fresh(&self) {
        assert_eq!(self.snapshot().digest(), fresh_digest(self.root()));
    }

    /// Waits, without any barrier, until a generation satisfies `is_wanted`.
    fn wait_until(&self, is_wanted: impl Fn(&Snapshot) -> bool) {
        while !is_wanted(&self.handle.reader().snapshot()) {
            self.generations.recv_timeout(LONG).unwrap();
        }
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        self.handle.shutdown();
    }
}

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn fresh_digest(root: &Path) -> ContentHash {
    let scope = (scope_source(root))().unwrap();
    let store = open_in_memory(&store_options()).unwrap();
    let mut pipeline = Pipeline::new(scope, store, None, PipelineOptions::default());
    pipeline.scan().unwrap();
    pipeline.reader().snapshot().digest()
}

const SMALL: [(&str, &str); 2] = [("a.rs", "fn a() {}\n"), ("src/b.rs", "fn b() {}\n")];

#[test]
fn the_first_scan_is_reached_by_a_barrier() {
    let fixture = Fixture::new(&SMALL);
    assert_eq!(fixture.paths(), ["a.rs", "src/b.rs"]);
    let status = fixture.handle.status();
    assert_eq!(status.watch, WatchState::Watching { directories: 2 });
    assert_eq!((status.files_walked, status.pending, status.last_error), (2, 0, None));
    assert_eq!(status.last_scan.unwrap().files_walked, 2);
    assert_eq!((status.semantic[0].coverage.embedded, status.semantic[0].coverage.total), (2, 2));
}

#[test]
fn changes_are_followed_without_being_asked_for() {
    let fixture = Fixture::new(&SMALL);
    fixture.write("a.rs", "fn other() {}\n");
    fixture.wait_until(|snapshot| {
        snapshot.file_by_path("a.rs").unwrap().blob == ContentHash::of(b"fn other() {}\n")
    });
    fs::remove_file(fixture.root().join("a.rs")).unwrap();
    fixture.wait_until(|snapshot| snapshot.file_by_path("a.rs").is_none());
}

#[test]
fn a_barrier_sees_what_was_done_before_it() {
    let fixture = Fixture::new(&SMALL);
    for round in 0..20 {
        let text = format!("fn round{round}() {{}}\n");
        fixture.write("a.rs", &text);
        let blob = fixture.snapshot().file_by_path("a.rs").unwrap().blob;
        assert_eq!(blob, ContentHash::of(text.as_bytes()));
    }
}

#[test]
fn directories_are_followed_when_they_move() {
    let fixture = Fixture::new(&[("src/deep/a.rs", ""), ("src/b.rs", "")]);
    let rename =
        |from: &str, to: &str| fs::rename(fixture.root().join(from), fixture.root().join(to)).unwrap();
    rename("src", "lib");
    assert_eq!(fixture.paths(), ["lib/b.rs", "lib/deep/a.rs"]);
    fixture.write("lib/deep/c.rs", "");
    assert_eq!(fixture.paths(), ["lib/b.rs", "lib/deep/a.rs", "lib/deep/c.rs"]);
    rename("lib", "src");
    fixture.write("src/deep/d.rs", "");
    rename("src/deep", "deep");
    fixture.write("deep/e.rs", "");
    assert_eq!(fixture.paths(), ["deep/a.rs", "deep/c.rs", "deep/d.rs", "deep/e.rs", "src/b.rs"]);
    fs::remove_dir_all(fixture.root().join("deep")).unwrap();
    fixture.write("deep/new.rs", "");
    assert_eq!(fixture.paths(), ["deep/new.rs", "src/b.rs"]);
    fixture.write("deep/newer.rs", "");
    assert_eq!(fixture.paths(), ["deep/new.rs", "deep/newer.rs", "src/b.rs"]);
    assert_eq!(fixture.handle.status().watch, WatchState::Watching { directories: 3 });
}

#[test]
fn nested_directories_made_in_a_burst_are_not_missed() {
    let fixture = Fixture::new(&[]);
    for directory in 0..20 {
        for file in 0..10 {
            fixture.write(&format!("a{directory}/b/c/d/{file}.rs"), "fn f() {}\n");
        }
    }
    assert_eq!(fixture.paths().len(), 200);
    fixture.write("a7/b/c/d/late.rs", "");
    assert_eq!(fixture.paths().len(), 201);
}

#[test]
fn an_atomic_save_is_an_edit() {
    let fixture = Fixture::new(&SMALL);
    fixture.write(".a.rs.tmp", "fn saved() {}\n");
    fs::rename(fixture.root().join(".a.rs.tmp"), fixture.root().join("a.rs")).unwrap();
    assert_eq!(fixture.paths(), ["a.rs", "src/b.rs"]);
    fixture.check_fresh();
}

fn git(root: &Path, arguments: &[&str]) {
    let mut command = Process::new("git");
    command.current_dir(root).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{role}_NAME"), "test").env(format!("GIT_{role}_EMAIL"), "test@example.org");
    }
    let output = command.args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn another_branch_is_followed() {
    let fixture = Fixture::new(&SMALL);
    let git = |arguments: &[&str]| git(fixture.root(), arguments);
    git(&["init", "--quiet", "--initial-branch=main"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=first"]);
    git(&["checkout", "--quiet", "-b", "other"]);
    git(&["rm", "--quiet", "-r", "src"]);
    fixture.write("new/deep/c.rs", "fn c() {}\n");
    fixture.write("a.rs", "fn changed() {}\n");
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=second"]);
    assert_eq!(fixture.paths(), ["a.rs", "new/deep/c.rs"]);
    git(&["checkout", "--quiet", "main"]);
    assert_eq!(fixture.paths(), ["a.rs", "src/b.rs"]);
    fixture.check_fresh();
    git(&["checkout", "--quiet", "other"]);
    assert_eq!(fixture.paths(), ["a.rs", "new/deep/c.rs"]);
    fixture.check_fresh();
}

#[test]
fn edited_rules_count_at_once() {
    let fixture = Fixture::new(&[("a.log", ""), ("b.tmp", ""), ("out/c.rs", "")]);
    let check = |file: &str, text: &str, expected: &[&str]| {
        fixture.write(file, text);
        let shown = fixture.paths();
        let shown: Vec<&str> = shown
            .iter()
            .map(String::as_str)
            .filter(|path| !path.ends_with("ignore") && !path.ends_with("toml"))
            .collect();
        assert_eq!(shown, expected, "{file}: {text}");
    };
    check(".gitignore", "*.log\nout/\n", &["b.tmp"]);
    assert_eq!(fixture.handle.status().watch, WatchState::Watching { directories: 1 });
    check(".contexdignore", "!out/\n*.tmp", &["out/c.rs"]);
    check("out/.gitignore", "*.rs\n", &[]);
    check(".contexd.toml", "include = ['*.log']", &["a.log"]);
    check(".contexd.toml", "includes = []", &["a.log"]);
    assert!(fixture.handle.status().last_error.unwrap().contains("unknown field"));
    check(".contexd.toml", "", &[]);
    assert_eq!(fixture.handle.status().last_error, None);
    check(".gitignore", "", &["a.log"]);
}

#[test]
fn a_tree_too_large_to_watch_is_compared_now_and_then() {
    let every = Duration::from_millis(20);
    let limits = |options| Some(WatchOptions { max_directories: 1, reconcile_every: every, ..options });
    let fixture = Fixture::with(&SMALL, limits);
    let state = fixture.handle.status().watch;
    assert!(matches!(&state, WatchState::Degraded { directories: 1, .. }), "{state:?}");
    fixture.write("src/c.rs", "");
    assert_eq!(fixture.paths(), ["a.rs", "src/b.rs", "src/c.rs"]);
    fixture.write("src/d.rs", "");
    fixture.wait_until(|snapshot| snapshot.file_by_path("src/d.rs").is_some());
    fs::remove_dir_all(fixture.root().join("src")).unwrap();
    fixture.wait_until(|snapshot| snapshot.file_by_path("src/d.rs").is_none());
}

#[test]
fn without_a_watcher_barriers_and_requests_bring_the_index_up() {
    let fixture = Fixture::with(&SMALL, |_| None);
    fixture.write("c.rs", "");
    assert_eq!(fixture.paths(), ["a.rs", "c.rs", "src/b.rs"]);
    fixture.write("d.rs", "");
    fixture.handle.request_rescan();
    fixture.wait_until(|snapshot| snapshot.file_by_path("d.rs").is_some());
    assert_eq!(fixture.handle.status().watch, WatchState::Off);
}

#[test]
fn a_root_that_is_gone_is_reported_and_picked_up_again() {
    let fixture = Fixture::new(&SMALL);
    let before = fixture.snapshot().digest();
    let away = fixture.root().with_extension("away");
    fs::rename(fixture.root(), &away).unwrap();
    assert!(matches!(fixture.handle.barrier(LONG), Err(BarrierError::Failed(_))));
    let status = fixture.handle.status();
    assert!(status.errors > 0 && status.last_error.is_some());
    assert_eq!(fixture.handle.reader().snapshot().digest(), before);
    fs::rename(&away, fixture.root()).unwrap();
    fixture.write("c.rs", "");
    assert_eq!(fixture.paths(), ["a.rs", "c.rs", "src/b.rs"]);
    assert!(matches!(fixture.handle.status().watch, WatchState::Watching { .. }));
}

#[test]
fn an_ended_worker_answers_that_it_has_ended() {
    let fixture = Fixture::new(&SMALL);
    fixture.handle.shutdown();
    assert_eq!(fixture.handle.status().phase, Phase::Stopped);
    assert!(matches!(fixture.handle.barrier(LONG), Err(BarrierError::Stopped)));
    fixture.handle.shutdown();
}

#[test]
fn a_broad_root_is_refused_at_once() {
    let config = WorkerConfig {
        scope: Box::new(|| Scope::new(Path::new("/"), &ScopeOptions::default())),
        ..config(Path::new("/"), None)
    };
    assert!(matches!(RepositoryWorker::spawn(config), Err(IndexerError::BroadRoot { .. })));
}

/// A model that embeds every text alike and fails when told to.
struct Constant {
    info: ModelInfo,
    fails: Arc<AtomicBool>,
}

impl Constant {
    fn new(fails: Arc<AtomicBool>) -> Self {
        let fingerprint = ContentHash::of(b"constant");
        let info = ModelInfo { name: "constant".to_owned(), fingerprint, dimension: 2, max_tokens: 8 };
        Self { info, fails }
    }
}

impl Embedder for Constant {
    fn model(&self) -> &ModelInfo {
        &self.info
    }

    fn embed_documents(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, EmbedError> {
        if self.fails.load(Ordering::Relaxed) {
            let (model, reason) = ("constant".to_owned(), "told to".to_owned());
            return Err(EmbedError::Inference { model, reason });
        }
        Ok(vec![vec![0.6, 0.8]; texts.len()])
    }

    fn embed_query(&self, _text: &str) -> Result<Vec<f32>, EmbedError> {
        Ok(vec![0.6, 0.8])
    }
}

fn background(model: Constant, pause: Option<Pause>) -> BackgroundModel {
    BackgroundModel { embedder: Arc::new(model), cache: None, pause }
}

#[test]
fn a_model_that_is_told_to_pause_is_not_due_until_it_may_go_on() {
    let busy = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&busy);
    let pause: Pause = Arc::new(move || asked.load(Ordering::Relaxed).then(|| "busy".to_owned()));
    let model = background(Constant::new(Arc::default()), Some(pause));
    let mut filling = Filling::background(model, Arc::default());
    let now = Instant::now();
    assert!(!filling.is_due(Generation(1), now));
    assert_eq!(filling.paused(), Some("busy"));
    let next = filling.next_look(now).expect("it is asked again");
    busy.store(false, Ordering::Relaxed);
    assert!(!filling.is_due(Generation(1), now), "asked only now and then");
    assert!(filling.is_due(Generation(1), next));
    assert_eq!((filling.paused(), filling.next_look(next)), (None, None));
}

#[test]
fn a_second_model_is_filled_in_behind_and_keeps_up() {
    let fixture = Fixture::new(&[]);
    for number in 0..150 {
        fixture.write(&format!("{number}.rs"), &format!("fn f{number}() {{}}\n"));
    }
    fixture.snapshot();
    let fails = Arc::new(AtomicBool::new(false));
    let model = Constant::new(Arc::clone(&fails));
    let fingerprint = model.info.fingerprint;
    let covered = |snapshot: &Snapshot| snapshot.vector_coverage(fingerprint).embedded;
    fixture.handle.fill_with(background(model, None));
    fixture.wait_until(|snapshot| covered(snapshot) == 150);
    let status = fixture.handle.status();
    assert_eq!((status.semantic.len(), status.semantic[1].coverage.embedded), (2, 150));
    fixture.write("7.rs", "fn changed() {}\n");
    fixture.wait_until(|snapshot| {
        covered(snapshot) == 150
            && snapshot.file_by_path("7.rs").unwrap().blob == ContentHash::of(b"fn changed() {}\n")
    });
    fails.store(true, Ordering::Relaxed);
    fixture.write("8.rs", "fn changed_too() {}\n");
    fixture.snapshot();
    fails.store(false, Ordering::Relaxed);
    fixture.wait_until(|snapshot| covered(snapshot) == 150);
}

/// Something that happens to a tree.
fn step() -> impl Strategy<Value = (u8, String, String)> {
    let path = || prop::collection::vec(prop::sample::select(&["a", "b", "c"][..]), 1..5);
    let path = move || path().prop_map(|parts| parts.join("/"));
    (any::<u8>(), path(), path())
}

fn carry_out(root: &Path, (kind, first, second): &(u8, String, String)) {
    let (first, second) = (root.join(first), root.join(second));
    let _ = match kind % 5 {
        0 | 1 => fs::create_dir_all(first.parent().unwrap()).and_then(|()| fs::write(first, [b'x', *kind])),
        2 => fs::remove_dir_all(&first).or_else(|_| fs::remove_file(&first)),
        3 => fs::rename(first, second),
        _ => fs::create_dir_all(first),
    };
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_ends_in_the_index_of_a_fresh_start(
        rounds in prop::collection::vec(prop::collection::vec(step(), 1..60), 1..4),
    ) {
        let fixture = Fixture::new(&SMALL);
        for steps in rounds {
            steps.iter().for_each(|step| carry_out(fixture.root(), step));
            fixture.check_fresh();
        }
    }
}
