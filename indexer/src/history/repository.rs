//! Reads a git repository: which commits there are, and which files each of them changed.
//!
//! With `revision` the only module that knows `gix`.

use std::cell::Cell;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use gix::bstr::BStr;
use gix::diff::tree::recorder::Change;
use gix::diff::tree::visit::{Action, Change as Visited};
use gix::diff::tree::{Recorder, State, Visit};
use gix::objs::{FindExt, TreeRefIter};
use gix::revision::walk::Sorting;
use gix::traverse::commit::simple::CommitTimeOrder;

use super::{ChangedFile, Commit, HistoryError, HistoryOptions};
use crate::scan::relative_path;
use crate::scope::git_dir::GitDir;

/// A commit's name.
pub(super) type CommitId = gix::ObjectId;

/// Settings that stand above those of the repository. Commits and directories are small; an object that claims
/// more than this is damaged.
const SETTINGS: [&str; 1] = ["gitoxide.objects.allocLimit=64m"];

/// An open repository, seen from a directory in it.
pub(super) struct Repository {
    pub(super) git: gix::Repository,
    /// Path of that directory, with a slash at its end unless it is the top.
    pub(super) prefix: String,
    pub(super) root: Box<Path>,
}

/// What an earlier reading has seen.
pub(super) struct Known<'a> {
    /// The head that it began with.
    pub(super) head: CommitId,
    /// Every commit that it looked at.
    pub(super) visited: &'a HashSet<CommitId>,
}

/// What a walk through the commits found.
#[derive(Default)]
pub(super) struct Walked {
    /// The commits that count.
    pub(super) commits: Vec<Commit>,
    /// All that were looked at.
    pub(super) visited: HashSet<CommitId>,
    /// Whether the walk came to the known head.
    pub(super) met_known_head: bool,
    /// Commits that could not be read.
    pub(super) unreadable: usize,
}

/// What a commit says of the files below the root.
enum Finding {
    /// It counts.
    Counts(Commit),
    /// It does not: a merge, a first commit, a sweep over many files, or one that changes nothing below the root.
    Nothing,
}

impl Repository {
    /// Opens the repository that `root` belongs to. Settings of the user, the system and the environment are not
    /// read.
    pub(super) fn open(root: &Path) -> Result<Self, HistoryError> {
        let missing = || HistoryError::NoRepository { path: root.to_owned() };
        let absolute = root.canonicalize().map_err(|_| missing())?;
        let (top, _) = GitDir::enclosing(&absolute).ok_or_else(missing)?;
        let mut prefix = relative_path(&top, &absolute).ok_or_else(missing)?;
        if !prefix.is_empty() {
            prefix.push('/');
        }
        let options = gix::open::Options::isolated().config_overrides(SETTINGS);
        let git = gix::open_opts(&top, options).map_err(|error| unreadable(root, &error))?;
        Ok(Self { git, prefix, root: root.into() })
    }

    /// The commit that is checked out; `None` before the first one.
    pub(super) fn head(&self) -> Result<Option<CommitId>, HistoryError> {
        let head = self.git.head().and_then(gix::Head::try_into_peeled_id);
        Ok(head.map_err(|error| unreadable(&self.root, &error))?.map(gix::Id::detach))
    }

    /// Walks from `head` towards older commits, not past what is known, until enough commits are found that count.
    pub(super) fn walk(&self, head: CommitId, known: Option<&Known>, options: &HistoryOptions) -> Walked {
        let met_known_head = Cell::new(false);
        let is_new = |id: &gix::oid| {
            let Some(known) = known else { return true };
            met_known_head.set(met_known_head.get() || *known.head == *id);
            !known.visited.contains(id)
        };
        let mut walked = Walked::default();
        let newest_first = Sorting::ByCommitTime(CommitTimeOrder::NewestFirst);
        let Ok(commits) = self.git.rev_walk([head]).sorting(newest_first).selected(is_new) else {
            walked.unreadable = 1;
            return walked;
        };
        let mut state = State::default();
        for commit in commits.take(options.max_visited) {
            // Without its parents there is no way on from a commit that cannot be read.
            let Ok(commit) = commit else {
                walked.unreadable += 1;
                break;
            };
            walked.visited.insert(commit.id);
            match self.examine(&commit, options, &mut state) {
                Some(Finding::Counts(found)) => walked.commits.push(found),
                Some(Finding::Nothing) => {}
                None => walked.unreadable += 1,
            }
            if walked.commits.len() >= options.max_commits {
                break;
            }
        }
        walked.met_known_head = met_known_head.get();
        walked
    }

    /// What a commit says; `None` when it cannot be read.
    fn examine(
        &self,
        commit: &gix::revision::walk::Info,
        options: &HistoryOptions,
        state: &mut State,
    ) -> Option<Finding> {
        let [parent] = commit.parent_ids[..] else { return Some(Finding::Nothing) };
        let is_cut_off = self.git.shallow_commits().ok().flatten();
        if is_cut_off.is_some_and(|commits| commits.contains(&commit.id)) {
            return Some(Finding::Nothing);
        }
        let (before, after) = (self.tree_of(parent)?, self.tree_of(commit.id)?);
        if before == after || self.directory_in(before)? == self.directory_in(after)? {
            return Some(Finding::Nothing);
        }
        let files = match self.changed_files(before, after, options.max_files, state)? {
            Some(changes) => self.files_below_root(&changes),
            None => Vec::new(),
        };
        if files.is_empty() {
            return Some(Finding::Nothing);
        }
        Some(Finding::Counts(Commit { id: commit.id, time: commit.commit_time(), files }))
    }

    /// What is wrong with the repository.
    pub(super) fn unreadable(&self, error: &gix::Error) -> HistoryError {
        unreadable(&self.root, error)
    }

    fn tree_of(&self, commit: CommitId) -> Option<gix::ObjectId> {
        Some(self.git.find_commit(commit).ok()?.tree_id().ok()?.detach())
    }

    /// The root's own object in `tree`, `None` inside where it is not there; `None` outside when damaged.
    fn directory_in(&self, tree: gix::ObjectId) -> Option<Option<gix::ObjectId>> {
        if self.prefix.is_empty() {
            return Some(Some(tree));
        }
        let parts = self.prefix.trim_end_matches('/').split('/');
        let entry = self.git.find_tree(tree).ok()?.lookup_entry(parts).ok()?;
        Some(entry.map(|entry| entry.object_id()))
    }

    /// The changes between two trees, `None` inside when there are more than `limit`; `None` outside when damaged.
    fn changed_files(
        &self,
        before: gix::ObjectId,
        after: gix::ObjectId,
        limit: usize,
        state: &mut State,
    ) -> Option<Option<Vec<Change>>> {
        let objects = &self.git.objects;
        let (mut before_bytes, mut after_bytes) = (Vec::new(), Vec::new());
        let before: TreeRefIter = objects.find_tree_iter(&before, &mut before_bytes).ok()?;
        let after: TreeRefIter = objects.find_tree_iter(&after, &mut after_bytes).ok()?;
        let mut changes = FewChanges { recorder: Recorder::default(), limit };
        match gix::diff::tree(before, after, state, objects, &mut changes) {
            Ok(()) => Some(Some(changes.recorder.records)),
            Err(gix::diff::tree::Error::Cancelled) => Some(None),
            Err(_) => None,
        }
    }

    /// Those of the changes that are files below the root; names that are not UTF-8 are not indexed.
    fn files_below_root(&self, changes: &[Change]) -> Vec<ChangedFile> {
        let mut files: Vec<ChangedFile> = changes
            .iter()
            .filter_map(|change| {
                let (path, is_removed) = match change {
                    Change::Addition { path, .. } | Change::Modification { path, .. } => (path, false),
                    Change::Deletion { path, .. } => (path, true),
                };
                let path = std::str::from_utf8(path).ok()?.strip_prefix(&self.prefix)?;
                Some(ChangedFile { path: Arc::from(path), is_removed })
            })
            .collect();
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path).then(a.is_removed.cmp(&b.is_removed)));
        files.dedup_by(|later, kept| later.path == kept.path);
        files
    }
}

fn unreadable(root: &Path, error: &gix::Error) -> HistoryError {
    HistoryError::Unreadable { path: root.to_owned(), detail: error.to_string() }
}

/// Records changes of files, and stops when there are too many.
struct FewChanges {
    recorder: Recorder,
    limit: usize,
}

impl Visit for FewChanges {
    fn pop_front_tracked_path_and_set_current(&mut self) {
        self.recorder.pop_front_tracked_path_and_set_current();
    }

    fn push_back_tracked_path_component(&mut self, component: &BStr) {
        self.recorder.push_back_tracked_path_component(component);
    }

    fn push_path_component(&mut self, component: &BStr) {
        self.recorder.push_path_component(component);
    }

    fn pop_path_component(&mut self) {
        self.recorder.pop_path_component();
    }

    fn visit(&mut self, change: Visited) -> Action {
        if !change.entry_mode().is_blob() {
            return Action::Continue(());
        }
        let action = self.recorder.visit(change);
        if self.recorder.records.len() > self.limit { Action::Break(()) } else { action }
    }
}
