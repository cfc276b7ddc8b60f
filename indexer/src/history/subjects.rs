//! What commits say of what they wrote, as far as it still stands: questions with known answers for an evaluation.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use super::repository::{CommitId, Repository};
use super::{Commit, History, HistoryError, HistoryOptions};

/// Lines between two written ones that are counted to the same piece.
const GAP: u32 = 3;
/// Letters and digits that a line needs to tell where it stands.
const TELLING: usize = 8;

/// A commit that says in a line what it did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Name of the commit, in hexadecimal digits.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// What it wrote that still stands, by path.
    pub files: Vec<WrittenFile>,
}

/// A file that a commit wrote to and that is still there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenFile {
    /// Path relative to the root.
    pub path: Arc<str>,
    /// The pieces of the file at the newest commit that the commit wrote, first and last line, 1-based and inclusive, in
    /// order; empty when none of its lines stands.
    pub pieces: Vec<(u32, u32)>,
}

/// The commits below `root` that count by `options`, newest first, with what they wrote that still stands. A commit of
/// which no file is left is left out.
///
/// # Errors
/// When `root` is in no repository, or git's data cannot be read.
pub fn told_commits(root: &Path, options: HistoryOptions) -> Result<Vec<Told>, HistoryError> {
    let history = History::read(root, options)?;
    let repository = Repository::open(root)?;
    let Some(head) = history.head else { return Ok(Vec::new()) };
    Ok(history.commits.iter().filter_map(|commit| told(&repository, head, commit)).collect())
}

/// `None` where an object cannot be read, or nothing is left.
fn told(repository: &Repository, head: CommitId, commit: &Commit) -> Option<Told> {
    let read = repository.git.find_commit(commit.id).ok()?;
    let parent = read.parent_ids().next()?.detach();
    let subject = String::from_utf8_lossy(read.message().ok()?.summary().as_ref()).into_owned();
    let files: Vec<WrittenFile> = commit
        .files
        .iter()
        .filter(|file| !file.is_removed)
        .filter_map(|file| {
            let present = text_at(repository, head, &file.path)?;
            let after = text_at(repository, commit.id, &file.path)?;
            let before = text_at(repository, parent, &file.path).unwrap_or_default();
            Some(WrittenFile { path: Arc::clone(&file.path), pieces: pieces(&before, &after, &present) })
        })
        .collect();
    (!files.is_empty()).then(|| Told { commit: commit.id.to_string(), subject, files })
}

/// The text of a file below the root in a commit.
fn text_at(repository: &Repository, commit: CommitId, path: &str) -> Option<String> {
    let tree = repository.git.find_commit(commit).ok()?.tree().ok()?;
    let entry = tree.lookup_entry_by_path(format!("{}{path}", repository.prefix)).ok()??;
    let blob = entry.object().ok()?;
    String::from_utf8(blob.data.clone()).ok()
}

/// Where the lines stand in `present` that `after` has and `before` has not.
fn pieces(before: &str, after: &str, present: &str) -> Vec<(u32, u32)> {
    let old: HashSet<&str> = before.lines().collect();
    let written: HashSet<&str> = after.lines().filter(|line| tells(line) && !old.contains(line)).collect();
    let mut pieces: Vec<(u32, u32)> = Vec::new();
    for (number, _) in (1..).zip(present.lines()).filter(|(_, line)| written.contains(line)) {
        match pieces.last_mut() {
            Some((_, last)) if number - *last <= GAP => *last = number,
            _ => pieces.push((number, number)),
        }
    }
    pieces
}

fn tells(line: &str) -> bool {
    line.chars().filter(|c| c.is_alphanumeric()).count() >= TELLING
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_what_was_written_and_still_stands() {
        let before = "fn first_function() {}\nfn second_function() {}\n";
        let after = "fn first_function() {}\nfn written_function() {\n}\nfn written_besides() {}\n";
        let present = "// something new above\nfn written_function() {\n}\nfn written_besides() {}\n\n\n\n\n\nfn first_function() {}\n";
        assert_eq!(pieces(before, after, present), [(2, 4)]);
        assert_eq!(pieces(before, after, "fn first_function() {}\n"), []);
        assert_eq!(pieces("", "}\n", "}\n"), [], "a brace stands anywhere");
    }
}
