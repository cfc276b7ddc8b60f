//! What each layer must not know.

use contexd_tests::rust_source::{mask, without_tests};
use contexd_tests::workspace::{SourceFile, files};

use super::report;

/// Folders and files of the server that may name wire types.
const WIRE_TYPE_MODULES: [&str; 4] = ["convert", "rpc", "cli", "daemon"];

/// Modules of the indexer that compute: bytes in, values out; all of the graph does. The retriever's twin of this list is `retriever/clippy.toml`.
const COMPUTE_MODULES: [&str; 8] =
    ["parse", "symbols", "chunk", "content", "lang", "lines", "mask", "manifest"];

/// The one place among them that reads a clock: it ends the parsing of a file that takes too long.
const CLOCK: (&str, &str) = ("indexer/src/parse.rs", "Instant::now");

/// What reaches outside the process, or reads a clock.
const OUTSIDE_WORLD: [&str; 8] = [
    "std::fs",
    "std::env::",
    "std::process",
    "std::net",
    "File::open",
    "SystemTime",
    "Instant::now",
    "thread::spawn",
];

/// Whether `file` is module `name` of `crate_folder`, or lies in its folder.
fn is_in_module(file: &SourceFile, crate_folder: &str, name: &str) -> bool {
    let Some(rest) = file.path.strip_prefix(crate_folder).and_then(|rest| rest.strip_prefix("/src/")) else {
        return false;
    };
    rest == format!("{name}.rs") || rest.starts_with(&format!("{name}/"))
}

fn production_code(file: &SourceFile) -> String {
    without_tests(&mask(&file.text))
}

#[test]
fn wire_types_stay_in_the_modules_at_the_door() {
    let problems: Vec<String> = files("server/src", &[".rs"])
        .into_iter()
        .filter(|file| !WIRE_TYPE_MODULES.iter().any(|name| is_in_module(file, "server", name)))
        .filter(|file| mask(&file.text).contains("contexd_proto"))
        .map(|file| file.path)
        .collect();
    report("files that name wire types", &problems);
}

#[test]
fn modules_that_compute_do_not_reach_outside() {
    let mut problems = Vec::new();
    let of_indexer = files("indexer/src", &[".rs"])
        .into_iter()
        .filter(|file| COMPUTE_MODULES.iter().any(|name| is_in_module(file, "indexer", name)));
    for file in of_indexer.chain(files("graph/src", &[".rs"])) {
        for (number, line) in production_code(&file).lines().enumerate() {
            let is_clock = file.path == CLOCK.0 && line.contains(CLOCK.1);
            if !is_clock && OUTSIDE_WORLD.iter().any(|word| line.contains(word)) {
                problems.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    report("computing modules that reach outside", &problems);
}

#[test]
fn library_crates_never_print() {
    let printing = ["println!", "eprintln!", "print!", "eprint!"];
    let mut problems = Vec::new();
    for folder in ["proto/src", "store/src", "indexer/src", "retriever/src"] {
        for file in files(folder, &[".rs"]) {
            if printing.iter().any(|name| production_code(&file).contains(name)) {
                problems.push(file.path);
            }
        }
    }
    report("library code that prints", &problems);
}

#[test]
fn every_query_file_has_a_row_in_the_language_table() {
    let table: String = files("indexer/src", &[".rs"]).into_iter().map(|file| file.text).collect();
    let problems: Vec<String> = files("indexer/queries", &[".scm"])
        .into_iter()
        .map(|file| file.path)
        .filter(|path| !table.contains(path.trim_start_matches("indexer/")))
        .collect();
    report("query files that no language uses", &problems);
}
