//! The `contexd` program under test, built once in a test run.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::workspace;

/// Path of the program, built from the present sources. `CONTEXD_BIN` names another one.
///
/// # Panics
/// When the program does not compile.
#[must_use]
pub fn path() -> &'static PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| match std::env::var_os("CONTEXD_BIN") {
        Some(path) => path.into(),
        None => built_in_this_run(),
    })
}

/// cargo-nextest runs every test in a process of its own: the first one builds, the others read where the program is.
fn built_in_this_run() -> PathBuf {
    let Ok(run) = std::env::var("NEXTEST_RUN_ID") else { return build() };
    let mut note = lock_note();
    let mut text = String::new();
    note.read_to_string(&mut text).expect("invariant: the note is text that this function wrote");
    if let Some(path) = text.strip_prefix(&run).and_then(|rest| rest.strip_prefix('\n')) {
        return path.into();
    }
    let path = build();
    note.set_len(0).and_then(|()| note.rewind()).expect("the note can be emptied");
    write!(note, "{run}\n{}", path.display()).expect("the note can be written");
    path
}

/// The file that says which run built the program last, locked until it is closed.
fn lock_note() -> File {
    let path = target_directory().join("contexd-under-test");
    let note = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(&path);
    let note = note.unwrap_or_else(|error| panic!("cannot open {}: {error}", path.display()));
    note.lock().expect("the note can be locked");
    note
}

/// The target directory that this test was built in: it runs from `<target>/<profile>/deps`.
fn target_directory() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows its own path");
    test.ancestors().nth(3).expect("invariant: tests lie three levels below the target directory").to_owned()
}

fn build() -> PathBuf {
    let mut command = Command::new(env!("CARGO"));
    command.args(["build", "--workspace", "--bin", "contexd", "--message-format", "json"]);
    command.arg("--target-dir").arg(target_directory()).current_dir(workspace::root());
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.stderr(Stdio::inherit()).output().expect("cargo can be started");
    assert!(output.status.success(), "contexd does not compile");
    let messages = String::from_utf8_lossy(&output.stdout);
    messages.lines().filter_map(executable).next_back().expect("cargo names the program it built")
}

/// The path in one of cargo's messages, if it is about our program.
fn executable(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_ours = message["target"]["name"] == "contexd" && message["target"]["kind"][0] == "bin";
    message["executable"].as_str().filter(|_| is_ours).map(PathBuf::from)
}
