//! The second embedding tier: an ONNX model that cannot be used, and one whose vectors are made in the background.
//!
//! What runs a model needs ONNX Runtime: the library that `CONTEXD_TEST_ONNX_RUNTIME` names, or one that lies in or
//! beside the model of `CONTEXD_TEST_MODEL_DIR`. Without it those tests say so and pass: the runtime is no part of
//! this program, is too large to be committed, and nothing else can run a network.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use contexd_proto::v1;
use contexd_proto::v1::semantic_state::State;
use contexd_tests::client::Client;
use contexd_tests::sandbox::{Daemon, Sandbox};
use contexd_tests::tree::Tree;
use contexd_tests::workspace;
use rustix::process::Signal;

use super::SHOP;

/// Chunks that are embedded in one go, and so at most are in flight when a daemon is killed.
const SLICE_CHUNKS: u64 = 32;
/// How often the daemon is killed in the middle of the work.
const KILLS: u64 = 3;

/// A network of 348 bytes with its tokenizer.
pub(super) fn tiny_model() -> PathBuf {
    workspace::root().join("indexer/src/embed/testdata/tiny-model")
}

/// The model that `CONTEXD_TEST_MODEL_DIR` names.
pub(super) fn real_model() -> Option<PathBuf> {
    std::env::var_os("CONTEXD_TEST_MODEL_DIR").map(PathBuf::from)
}

/// An ONNX Runtime to test with; says so when there is none.
pub(super) fn runtime_or_skip() -> Option<PathBuf> {
    let named = std::env::var_os("CONTEXD_TEST_ONNX_RUNTIME").map(PathBuf::from);
    let file_name = format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let beside =
        real_model().into_iter().flat_map(|model| ["", "lib", "../lib"].map(|folder| model.join(folder)));
    let found =
        named.into_iter().chain(beside.map(|folder| folder.join(&file_name))).find(|path| path.is_file());
    if found.is_none() {
        eprintln!("skipped: no onnx runtime (set CONTEXD_TEST_ONNX_RUNTIME to the library)");
    }
    found
}

/// Configures a model that is filled in whatever else the machine does.
fn configure(sandbox: &Sandbox, model: &Path, runtime: &Path) {
    sandbox.configure(&format!(
        "[semantic]\nmodel_dir = {model:?}\nonnxruntime = {runtime:?}\nmax_load = 0.0\non_battery = true\n"
    ));
}

/// What replies of several services say of semantic search.
fn semantic_of_replies(client: &Client, tree: &Tree) -> Vec<v1::SemanticState> {
    let repository = tree.root_text().to_owned();
    let pack = v1::AssembleContextRequest {
        repository: repository.clone(),
        query: "total price".to_owned(),
        budget: 500,
        ..Default::default()
    };
    let outline = v1::GetOutlineRequest {
        repository: repository.clone(),
        path: "src/cart.rs".to_owned(),
        ..Default::default()
    };
    let symbols = v1::SearchSymbolsRequest { repository, name: "Cart".to_owned(), ..Default::default() };
    let found = client.search(tree.root_text(), "charge the credit card");
    assert_eq!(found.hits.first().map(|hit| hit.path.as_str()), Some("web/checkout.py"), "tier 1 answers");
    let metas = [
        found.meta,
        client.wait(client.packing().assemble_context(pack)).expect("a pack is assembled").meta,
        client.wait(client.searching().get_outline(outline)).expect("the file is indexed").meta,
        client.wait(client.searching().search_symbols(symbols)).expect("the search succeeds").meta,
    ];
    let of_replies = metas.into_iter().map(|meta| meta.expect("every reply has a meta").semantic);
    let of_status = client.status(tree.root_text()).semantic;
    of_replies
        .chain([of_status])
        .map(|semantic| semantic.expect("it says how semantic search takes part"))
        .collect()
}

/// Checks that a daemon with this model and runtime serves with the built-in model, and says why in every reply.
fn check_static(sandbox: &Sandbox, reason: &str) {
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    for semantic in semantic_of_replies(&client, &tree) {
        assert_eq!((semantic.state(), semantic.percent), (State::Static, 100), "{semantic:?}");
        assert!(semantic.reason.contains(reason), "{reason}: {semantic:?}");
        assert!(semantic.reason.contains("hint: "), "{semantic:?}");
    }
    let shown = sandbox.run(&["status"]).expect_code(0).stdout;
    assert!(shown.contains("static (") && shown.contains(reason), "{shown}");
}

/// The same for a runtime library of these bytes.
fn check_runtime(library: &[u8], reason: &str) {
    let sandbox = Sandbox::new();
    let path = sandbox.path("libonnxruntime.so");
    fs::write(&path, library).expect("a file can be written");
    configure(&sandbox, &tiny_model(), &path);
    check_static(&sandbox, reason);
}

#[test]
fn a_runtime_that_is_absent_leaves_tier_1_and_a_reason_in_every_reply() {
    let sandbox = Sandbox::new();
    configure(&sandbox, &tiny_model(), Path::new("/nowhere/libonnxruntime.so"));
    check_static(&sandbox, "there is no such file");
}

#[test]
fn a_model_that_is_incomplete_leaves_tier_1_and_a_reason_in_every_reply() {
    let sandbox = Sandbox::new();
    let model = sandbox.path("model");
    fs::create_dir(&model).expect("a directory can be created");
    fs::copy(tiny_model().join("model.onnx"), model.join("model.onnx")).expect("a file can be copied");
    configure(&sandbox, &model, Path::new("/nowhere/libonnxruntime.so"));
    check_static(&sandbox, "tokenizer.json");
    fs::remove_dir_all(&model).expect("a directory can be removed");
    check_static(&sandbox, "there is no such directory");
}

/// The header of a shared library for processor `machine` whose table of segments lies beyond its end.
#[cfg(target_os = "linux")]
fn elf_header(machine: u8) -> Vec<u8> {
    let mut header = vec![0; 64];
    header[..6].copy_from_slice(b"\x7fELF\x02\x01");
    (header[18], header[33], header[56]) = (machine, 1, 1);
    header
}

#[cfg(target_os = "linux")]
#[test]
fn a_runtime_that_cannot_be_loaded_leaves_tier_1_and_a_reason_in_every_reply() {
    check_runtime(b"not a library", "not a 64-bit shared library");
    check_runtime(&elf_header(8), "another processor");
    let ours = match std::env::consts::ARCH {
        "x86_64" => 62,
        "aarch64" => 183,
        _ => return,
    };
    check_runtime(&elf_header(ours), "cut off");
}

#[cfg(target_os = "linux")]
#[test]
fn a_runtime_that_is_too_old_leaves_tier_1_and_a_reason_in_every_reply() {
    const OLD: &str = r#"static const void *get_api(unsigned v) { return 0; }
        static const char *version(void) { return "1.16.3"; }
        struct base { const void *(*get_api)(unsigned); const char *(*version)(void); };
        static const struct base BASE = { get_api, version };
        const struct base *OrtGetApiBase(void) { return &BASE; }"#;
    let sandbox = Sandbox::new();
    let (code, library) = (sandbox.path("old.c"), sandbox.path("old.so"));
    fs::write(&code, OLD).expect("a file can be written");
    let compiled = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&code).status();
    if !compiled.is_ok_and(|status| status.success()) {
        eprintln!("skipped: needs a c compiler");
        return;
    }
    check_runtime(&fs::read(library).expect("it was just compiled"), "1.16.3");
}

#[test]
fn a_network_that_is_cut_off_leaves_tier_1_and_a_reason_in_every_reply() {
    let Some(runtime) = runtime_or_skip() else { return };
    let sandbox = Sandbox::new();
    let model = sandbox.path("model");
    fs::create_dir(&model).expect("a directory can be created");
    for file in ["tokenizer.json", "tokenizer_config.json"] {
        fs::copy(tiny_model().join(file), model.join(file)).expect("a file can be copied");
    }
    let network = fs::read(tiny_model().join("model.onnx")).expect("it is committed");
    fs::write(model.join("model.onnx"), &network[..network.len() / 2]).expect("a file can be written");
    configure(&sandbox, &model, &runtime);
    check_static(&sandbox, "model.onnx");
}

/// A tree of `files` sources with a chunk for each of `functions`, and one more.
fn sources(sandbox: &Sandbox, files: u64, functions: u64) -> Tree {
    let tree = sandbox.tree("large", "");
    for number in 0..files {
        let mut text = format!("//! Module {number}.\n");
        for function in 0..functions {
            let _ = writeln!(
                text,
                "\n/// Opens file {function} of module {number}.\npub fn open_{number}_{function}(seed: u64) -> u64 {{"
            );
            for line in 0..12 {
                let _ = writeln!(
                    text,
                    "    let step_{line} = seed.rotate_left({line}) ^ {number}; // read and close"
                );
            }
            text.push_str("    seed\n}\n");
        }
        tree.write(&format!("part{}/module_{number}.rs", number % 10), text);
    }
    tree
}

/// Follows the status until at least `enough` chunks have a vector of the installed model; the last look.
fn wait_for_vectors(
    client: &Client,
    tree: &Tree,
    enough: impl Fn(&v1::RepositoryStatus) -> bool,
) -> v1::RepositoryStatus {
    let request = v1::WatchStatusRequest { repository: tree.root_text().to_owned(), min_interval_ms: 10 };
    let mut repositories = client.repositories();
    client.block_on(async {
        let looks = repositories.watch_status(request).await.expect("status can be watched");
        let mut looks = looks.into_inner();
        loop {
            let look = looks.message().await.expect("the daemon runs").expect("the stream goes on");
            let status = look.repository.expect("a look has a status");
            let semantic = status.semantic.clone().unwrap_or_default();
            assert!(!semantic.reason.contains("hint: "), "the model is not usable: {semantic:?}");
            if status.last_scan.is_some() && (enough(&status) || semantic.state() == State::Ready) {
                return status;
            }
        }
    })
}

/// Texts that daemons with this log began to embed with the installed model.
fn texts_begun(daemon: &Daemon) -> u64 {
    let log = daemon.log_text();
    let lines = log.lines().filter(|line| line.contains(": embedding model="));
    let texts = lines.filter_map(|line| line.rsplit("texts=").next()?.trim().parse::<u64>().ok());
    texts.sum()
}

/// Kills the daemon three times in the middle of the fill; each time the next one goes on where it was.
fn check_resumed(model: &Path, files: u64, functions: u64) {
    let Some(runtime) = runtime_or_skip() else { return };
    let sandbox = Sandbox::new();
    let tree = sources(&sandbox, files, functions);
    configure(&sandbox, model, &runtime);
    let serve = || sandbox.serve_with(&[("CONTEXD_LOG", "info,contexd_indexer=debug")]);
    for kill in 1..=KILLS {
        let mut daemon = serve();
        let client = daemon.client();
        client.add(tree.root_text());
        let progress = |status: &v1::RepositoryStatus| status.progress.unwrap_or_default();
        let is_enough = |status: &v1::RepositoryStatus| {
            let v1::Progress { done, total } = progress(status);
            status.phase() == v1::Phase::Embedding && done * (KILLS + 2) >= total * kill
        };
        let status = wait_for_vectors(&client, &tree, is_enough);
        let semantic = status.semantic.clone().unwrap_or_default();
        assert_eq!((status.phase(), semantic.state()), (v1::Phase::Embedding, State::Partial), "{status:?}");
        assert!(!daemon.end_with(Signal::KILL).success());
        let v1::Progress { done, total } = progress(&status);
        eprintln!("killed at {done} of {total} vectors; {} texts begun so far", texts_begun(&daemon));
    }
    let daemon = serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let complete = wait_for_vectors(&client, &tree, |_| false);
    let semantic = complete.semantic.clone().unwrap_or_default();
    assert_eq!((semantic.state(), semantic.percent, semantic.reason.as_str()), (State::Ready, 100, ""));
    let begun = texts_begun(&daemon);
    eprintln!("complete: {} vectors; {begun} texts begun in all", complete.chunks);
    assert!(begun >= complete.chunks, "each chunk has a text of its own");
    let most = complete.chunks + KILLS * SLICE_CHUNKS;
    assert!(begun <= most, "{begun} texts were begun; with those in flight it may be {most}");
}

#[test]
fn killed_three_times_while_filling_in_no_vector_is_computed_twice() {
    check_resumed(&tiny_model(), 1_500, 4);
}

#[test]
fn killed_three_times_while_filling_in_with_a_real_model_no_vector_is_computed_twice() {
    match real_model() {
        Some(model) => check_resumed(&model, 256, 1),
        None => eprintln!("skipped: CONTEXD_TEST_MODEL_DIR names no model directory"),
    }
}

#[test]
fn a_second_repository_with_the_same_files_has_its_vectors_at_once() {
    let Some(runtime) = runtime_or_skip() else { return };
    let sandbox = Sandbox::new();
    configure(&sandbox, &tiny_model(), &runtime);
    let daemon = sandbox.serve_with(&[("CONTEXD_LOG", "info,contexd_indexer=debug")]);
    let client = daemon.client();
    let first = sandbox.tree("shop", SHOP);
    client.add(first.root_text());
    let _ = wait_for_vectors(&client, &first, |_| false);
    let begun = texts_begun(&daemon);
    assert!(begun > 0, "{}", daemon.log_text());
    let second = sandbox.tree("clone", SHOP);
    client.add(second.root_text());
    let status = wait_for_vectors(&client, &second, |_| false);
    assert_eq!(status.semantic.unwrap_or_default().state(), State::Ready);
    assert_eq!(texts_begun(&daemon), begun, "nothing was embedded again");
}
