//! `contexd eval mine`: an evaluation set out of a repository's own history.
//!
//! What a commit says in its subject is the question, what it wrote and what still stands is the answer. What would give
//! the answer away is taken out of the question: paths, names of the files, numbers of issues; and what answers nothing
//! is left out: sweeps over many files, releases, logs of changes.

use clap::Args;
use contexd_indexer::history::{HistoryOptions, Told, told_commits};

use super::annotations::{Question, Target};
use crate::cli::Outcome;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;

/// Files that a commit may have written to.
const MOST_FILES: usize = 5;
/// Words that a question needs.
const FEWEST_WORDS: usize = 4;
/// Pieces of one file that are listed; a file with more is listed whole.
const MOST_PIECES: usize = 6;

/// Arguments of `contexd eval mine`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd eval mine > questions.json && contexd eval questions.json
  contexd eval mine --max 500 --commits 20000

Each commit with one parent and at most five files gives a question: its subject without paths, names of files and
numbers of issues. The answers are the lines it wrote that still stand in those files.")]
pub(crate) struct MineArgs {
    /// Most questions, the newest first
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..))]
    max: u32,
    /// Most commits that are looked at
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u32).range(1..))]
    commits: u32,
}

/// Runs `contexd eval mine`.
pub(super) async fn run(
    args: &MineArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let root = invocation.repository.clone();
    let options = HistoryOptions {
        max_commits: args.commits as usize,
        max_visited: args.commits as usize,
        max_files: MOST_FILES,
        ..HistoryOptions::default()
    };
    let told = tokio::task::spawn_blocking(move || told_commits(&root, options))
        .await
        .map_err(|error| CommandError::new(ErrorKind::System, error.to_string()))?
        .map_err(|error| CommandError::new(ErrorKind::Input, error.to_string()))?;
    let questions: Vec<Question> = told.iter().filter_map(question).take(args.max as usize).collect();
    let text = serde_json::to_string_pretty(&questions)
        .map_err(|error| CommandError::new(ErrorKind::System, error.to_string()))?;
    printer.text(&format!("{text}\n"))?;
    invocation.notes.say(format!("{} questions out of {} commits", questions.len(), told.len()));
    Ok(Outcome::found(!questions.is_empty()))
}

/// The question that a commit gives, if it gives one.
fn question(told: &Told) -> Option<Question> {
    let files: Vec<_> = told.files.iter().filter(|file| answers(&file.path)).collect();
    if files.is_empty() || is_routine(&told.subject) {
        return None;
    }
    let names: Vec<String> = told.files.iter().flat_map(|file| names_of(&file.path)).collect();
    let query = without_answers(&told.subject, &names);
    if query.split_whitespace().count() < FEWEST_WORDS {
        return None;
    }
    let relevant = files.iter().flat_map(|file| targets(&file.path, &file.pieces)).collect();
    Some(Question { query, relevant, secondary: Vec::new(), focus: None, category: "commit".to_owned() })
}

fn targets(path: &str, pieces: &[(u32, u32)]) -> Vec<Target> {
    if pieces.is_empty() || pieces.len() > MOST_PIECES {
        return vec![Target::File(path.to_owned())];
    }
    let lines = |(first, last): &(u32, u32)| Target::Lines {
        path: path.to_owned(),
        start_line: Some(*first),
        end_line: Some(*last),
    };
    pieces.iter().map(lines).collect()
}

/// Whether a file can be the answer to a question: not a log of changes, which repeats the questions, nor a lock file.
fn answers(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
    let stem = name.split('.').next().unwrap_or(&name);
    !matches!(stem, "changelog" | "changes" | "history" | "news" | "releases") && !name.ends_with(".lock")
}

/// Whether a subject is about the repository's upkeep: merges, reverts and releases say nothing of the code.
fn is_routine(subject: &str) -> bool {
    let first = subject.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default().to_lowercase();
    matches!(first.as_str(), "merge" | "revert" | "release" | "bump" | "version" | "v1" | "v2" | "prepare")
}

/// The file's path, name and stem, in lower case.
fn names_of(path: &str) -> Vec<String> {
    let path = path.to_lowercase();
    let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
    let stem = name.split('.').next().unwrap_or(&name).to_owned();
    vec![path, name, stem]
}

/// `subject` without the words that are paths, names of the files or numbers of issues.
fn without_answers(subject: &str, names: &[String]) -> String {
    let gives_away = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/' && c != '_').to_lowercase();
        bare.contains('/') || names.contains(&bare) || word.trim_matches(['(', ')']).starts_with('#')
    };
    subject.split_whitespace().filter(|word| !gives_away(word)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use contexd_indexer::history::WrittenFile;

    use super::*;

    fn told(subject: &str, path: &str, pieces: &[(u32, u32)]) -> Told {
        let file = WrittenFile { path: path.into(), pieces: pieces.to_vec() };
        Told { commit: String::new(), subject: subject.to_owned(), files: vec![file] }
    }

    #[test]
    fn what_gives_the_answer_away_is_taken_out() {
        let told = told("pool: resize src/pool.rs when many tasks wait (#12)", "src/pool.rs", &[(3, 9)]);
        let question = question(&told).unwrap();
        assert_eq!(question.query, "resize when many tasks wait");
        assert_eq!(question.relevant, targets("src/pool.rs", &[(3, 9)]));
    }

    #[test]
    fn upkeep_asks_nothing() {
        assert!(question(&told("Merge branch of somebody else", "a.rs", &[])).is_none());
        assert!(question(&told("note what the next release brings", "CHANGELOG.md", &[])).is_none());
        assert!(question(&told("fix typo", "a.rs", &[])).is_none());
    }
}
