//! What ripgrep finds: its libraries in this process, and the program itself. Neither knows of any index.

use std::path::Path;
use std::process::{Command, Stdio};

use contexd_tests::tree::Tree;
use grep_printer::JSONBuilder;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{BinaryDetection, SearcherBuilder};
use serde_json::Value;

use super::Found;
use super::patterns::Pattern;

/// The service cuts lines after this many bytes and leaves out the matches that begin later.
const SHOWN_BYTES: u64 = 64 << 10;
/// The first version of the program whose matches of whole words are those of the present libraries.
const OLDEST: u32 = 15;

/// Searches every file of the tree, in the order of their paths; `Err` when the pattern is refused.
pub(super) fn found_by_libraries(tree: &Tree, pattern: &Pattern) -> Result<Vec<Found>, String> {
    let matcher = matcher(pattern)?;
    let mut searcher = SearcherBuilder::new()
        .line_number(true)
        .multi_line(pattern.multi_line)
        .before_context(pattern.context as usize)
        .after_context(pattern.context as usize)
        .binary_detection(BinaryDetection::quit(0))
        .build();
    let mut printer = JSONBuilder::new().build(Vec::new());
    for path in paths(tree.root(), tree.root()) {
        let sink = printer.sink_with_path(&matcher, &path);
        searcher.search_path(&matcher, tree.root().join(&path), sink).map_err(|error| error.to_string())?;
    }
    Ok(read(&String::from_utf8(printer.into_inner()).unwrap()))
}

fn matcher(pattern: &Pattern) -> Result<RegexMatcher, String> {
    let mut builder = RegexMatcherBuilder::new();
    builder.multi_line(true).fixed_strings(pattern.is_literal).word(pattern.word);
    builder.case_insensitive(pattern.ignore_case).case_smart(pattern.smart_case).ban_byte(Some(0));
    if !pattern.multi_line {
        builder.line_terminator(Some(b'\n'));
    }
    builder.build(&pattern.text).map_err(|error| error.to_string())
}

/// The files below `folder`, relative to `root`, in the order of their paths.
fn paths(root: &Path, folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != ".git") {
                found.extend(paths(root, &path));
            }
        } else {
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

/// Reads ripgrep's JSON.
fn read(json: &str) -> Vec<Found> {
    let messages = json.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut found: Vec<Found> = messages.filter_map(|message| read_message(&message)).collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn read_message(message: &Value) -> Option<Found> {
    let is_context = match message["type"].as_str()? {
        "match" => false,
        "context" => true,
        _ => return None,
    };
    let data = &message["data"];
    let matches = data["submatches"].as_array()?.iter();
    let matches = matches.map(|found| (found["start"].as_u64().unwrap(), found["end"].as_u64().unwrap()));
    Some(Found {
        path: data["path"]["text"].as_str()?.trim_start_matches("./").to_owned(),
        line: data["line_number"].as_u64()?,
        is_context,
        matches: matches.filter(|(start, _)| *start <= SHOWN_BYTES).collect(),
    })
}

/// The program `rg`.
pub(super) struct Program;

impl Program {
    /// The program, if one that is new enough is installed.
    #[expect(clippy::print_stdout, reason = "a comparison that is left out is said")]
    pub(super) fn find() -> Option<Self> {
        let version = Command::new("rg").arg("--version").output().ok();
        let version =
            version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
        let major =
            version.trim_start_matches("ripgrep ").split('.').next().and_then(|number| number.parse().ok());
        match major {
            Some(major) if OLDEST <= major => {
                println!("compared with {}", version.lines().next().unwrap_or_default());
                Some(Self)
            }
            _ => {
                println!("not compared with the program rg: none of version {OLDEST} or later is installed");
                None
            }
        }
    }

    /// What it finds in the tree.
    pub(super) fn found(&self, tree: &Tree, pattern: &Pattern) -> Vec<Found> {
        let mut command = Command::new("rg");
        command.args(["--no-config", "--json", "--hidden", "--glob", "!.git/**"]);
        let options = [
            (pattern.is_literal, "--fixed-strings"),
            (pattern.ignore_case, "--ignore-case"),
            (pattern.smart_case && !pattern.ignore_case, "--smart-case"),
            (pattern.word, "--word-regexp"),
            (pattern.multi_line, "--multiline"),
        ];
        command.args(options.iter().filter(|(is_set, _)| *is_set).map(|(_, option)| option));
        command.arg(format!("--context={}", pattern.context)).args(["--regexp", &pattern.text, "./"]);
        let output = command.current_dir(tree.root()).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.code().is_some_and(|code| code < 2), "{pattern:?}: {output:?}");
        read(&String::from_utf8(output.stdout).unwrap())
    }
}
