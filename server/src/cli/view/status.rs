//! Repositories: what is indexed of them and how they are doing.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use contexd_proto::v1;
use serde::Serialize;

use super::Semantic;
use crate::cli::output::{Palette, duration, grouped, size};

/// The daemon and the repositories asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct StatusReport {
    /// The process that answers requests.
    pub(crate) daemon: DaemonStatus,
    /// In the order of their roots.
    pub(crate) repositories: Vec<RepositoryStatus>,
}

/// The daemon of a socket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct DaemonStatus {
    /// Whether one runs.
    pub(crate) running: bool,
    /// Its socket.
    pub(crate) socket: String,
    /// Its log.
    pub(crate) log: String,
    /// Its process id; absent when none runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pid: Option<u32>,
    /// Its version; absent when none runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) version: Option<String>,
    /// Milliseconds since it started; absent when none runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uptime_ms: Option<u64>,
}

impl DaemonStatus {
    /// No daemon at `socket`.
    pub(crate) fn absent(socket: &Path, log: &Path) -> Self {
        Self { socket: socket.display().to_string(), log: log.display().to_string(), ..Self::default() }
    }

    /// The daemon that says `server` of itself.
    pub(crate) fn running(self, server: v1::ServerInfo) -> Self {
        Self {
            running: true,
            pid: Some(server.pid),
            version: Some(server.version),
            uptime_ms: Some(server.uptime_ms),
            ..self
        }
    }
}

/// A repository's index. `files_walked` is `files_indexed` and all of `skipped`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct RepositoryStatus {
    /// Absolute path of the root.
    pub(crate) root: String,
    /// Short stable name.
    pub(crate) id: String,
    /// Newest committed generation.
    pub(crate) generation: u64,
    /// One hash over all records.
    pub(crate) digest: String,
    /// Files that the walk found.
    pub(crate) files_walked: u64,
    /// Files that are indexed.
    pub(crate) files_indexed: u64,
    /// Files that are not, by reason.
    pub(crate) skipped: BTreeMap<String, u64>,
    /// Indexed files by language.
    pub(crate) languages: BTreeMap<String, u64>,
    /// Chunks of the indexed files.
    pub(crate) chunks: u64,
    /// Symbols of the indexed files.
    pub(crate) symbols: u64,
    /// How far semantic search takes part.
    pub(crate) semantic: Semantic,
    /// Paths known to have changed that are not indexed yet.
    pub(crate) pending: u64,
    /// `opening`, `scanning`, `applying`, `embedding`, `idle` or `failed`; `stored` where no process works on it.
    pub(crate) phase: &'static str,
    /// Units of the phase that are done.
    pub(crate) progress_done: u64,
    /// Units of the phase in all, as far as known.
    pub(crate) progress_total: u64,
    /// `watching`, `degraded` or `off`.
    pub(crate) watch: &'static str,
    /// Why it is degraded or off.
    pub(crate) watch_reason: String,
    /// Branch that is checked out; empty when none.
    pub(crate) branch: String,
    /// Commit that is checked out; empty when none.
    pub(crate) commit: String,
    /// Bytes that the index takes on disk.
    pub(crate) disk_bytes: u64,
    /// Directory of the index.
    pub(crate) index_dir: String,
    /// When it last answered, in milliseconds since the Unix epoch.
    pub(crate) last_used_unix_ms: i64,
    /// What went wrong last; empty when nothing did.
    pub(crate) last_error: String,
    /// Where the time of the last finished scan went; absent before the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) last_scan: Option<ScanTimings>,
}

impl RepositoryStatus {
    /// The status of an index that nobody works on: what is stored.
    #[must_use]
    pub(crate) fn at_rest(self) -> Self {
        Self { phase: "stored", progress_done: 0, progress_total: 0, ..self }
    }
}

/// Where the time of a scan went, in milliseconds, and what it did. Stages overlap.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct ScanTimings {
    /// From start to commit.
    pub(crate) total_ms: u64,
    /// Walking the tree, reading stats, comparing with the index.
    pub(crate) walk_ms: u64,
    /// Reading and hashing.
    pub(crate) read_ms: u64,
    /// Parsing.
    pub(crate) parse_ms: u64,
    /// Computing vectors of the built-in model.
    pub(crate) embed_ms: u64,
    /// Writing and publishing.
    pub(crate) commit_ms: u64,
    /// Files whose content was read.
    pub(crate) files_read: u64,
    /// Files that were parsed.
    pub(crate) files_parsed: u64,
    /// Files that came, changed, or came to be skipped.
    pub(crate) files_changed: u64,
    /// Files that left.
    pub(crate) files_removed: u64,
    /// Bytes that were read.
    pub(crate) bytes_read: u64,
    /// Chunks whose vectors were computed.
    pub(crate) chunks_embedded: u64,
}

impl From<v1::RepositoryStatus> for RepositoryStatus {
    fn from(status: v1::RepositoryStatus) -> Self {
        let head = status.head.clone().unwrap_or_default();
        let progress = status.progress.unwrap_or_default();
        let watch = status.watch.clone().unwrap_or_default();
        Self {
            phase: phase_name(status.phase()),
            watch: watch_name(watch.state()),
            watch_reason: watch.reason,
            root: status.root,
            id: status.id,
            generation: status.generation,
            digest: status.digest,
            files_walked: status.files_walked,
            files_indexed: status.files_indexed,
            skipped: status.skipped.into_iter().collect(),
            languages: status.languages.into_iter().collect(),
            chunks: status.chunks,
            symbols: status.symbols,
            semantic: status.semantic.into(),
            pending: status.pending,
            progress_done: progress.done,
            progress_total: progress.total,
            branch: head.branch,
            commit: head.commit,
            disk_bytes: status.disk_bytes,
            index_dir: status.index_dir,
            last_used_unix_ms: status.last_used_unix_ms,
            last_error: status.last_error,
            last_scan: status.last_scan.map(ScanTimings::from),
        }
    }
}

impl From<v1::ScanTimings> for ScanTimings {
    fn from(timings: v1::ScanTimings) -> Self {
        Self {
            total_ms: timings.total_ms,
            walk_ms: timings.walk_ms,
            read_ms: timings.read_ms,
            parse_ms: timings.parse_ms,
            embed_ms: timings.embed_ms,
            commit_ms: timings.commit_ms,
            files_read: timings.files_read,
            files_parsed: timings.files_parsed,
            files_changed: timings.files_changed,
            files_removed: timings.files_removed,
            bytes_read: timings.bytes_read,
            chunks_embedded: timings.chunks_embedded,
        }
    }
}

fn phase_name(phase: v1::Phase) -> &'static str {
    match phase {
        v1::Phase::Opening => "opening",
        v1::Phase::Scanning => "scanning",
        v1::Phase::Applying => "applying",
        v1::Phase::Embedding => "embedding",
        v1::Phase::Idle => "idle",
        v1::Phase::Failed => "failed",
        v1::Phase::Unspecified => "unknown",
    }
}

fn watch_name(state: v1::watch_state::State) -> &'static str {
    use v1::watch_state::State;
    match state {
        State::Watching => "watching",
        State::Degraded => "degraded",
        State::Off => "off",
        State::Unspecified => "unknown",
    }
}

/// What `contexd index` did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct IndexReport {
    /// The index as it stands now.
    #[serde(flatten)]
    pub(crate) repository: RepositoryStatus,
    /// From the start of the command until the index was complete and on disk, in milliseconds.
    pub(crate) wall_ms: u64,
}

/// What `contexd repo add` did.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Added {
    /// Whether it was new.
    pub(crate) added: bool,
    /// The index as it stands now.
    #[serde(flatten)]
    pub(crate) repository: RepositoryStatus,
}

/// What `contexd repo remove` did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Removed {
    /// Root of the repository.
    pub(crate) root: String,
    /// Bytes that its index took.
    pub(crate) freed_bytes: u64,
}

/// The known repositories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RepositoryList {
    /// In the order of their roots.
    pub(crate) repositories: Vec<RepositorySummary>,
}

/// A known repository in short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct RepositorySummary {
    /// Absolute path of the root.
    pub(crate) root: String,
    /// Short stable name.
    pub(crate) id: String,
    /// Whether it is indexed and followed now.
    pub(crate) open: bool,
    /// When it was added, in milliseconds since the Unix epoch.
    pub(crate) added_unix_ms: i64,
    /// When it last answered, in milliseconds since the Unix epoch.
    pub(crate) last_used_unix_ms: i64,
}

impl From<v1::ListRepositoriesResponse> for RepositoryList {
    fn from(list: v1::ListRepositoriesResponse) -> Self {
        let summary = |repository: v1::RepositorySummary| RepositorySummary {
            root: repository.root,
            id: repository.id,
            open: repository.open,
            added_unix_ms: repository.added_unix_ms,
            last_used_unix_ms: repository.last_used_unix_ms,
        };
        Self { repositories: list.repositories.into_iter().map(summary).collect() }
    }
}

/// A block of `label  value` lines.
struct Facts<'a> {
    text: &'a mut String,
    palette: &'a Palette,
}

impl Facts<'_> {
    fn line(&mut self, label: &str, value: impl AsRef<str>) {
        let faint = self.palette.faint;
        let _ = writeln!(self.text, "  {faint}{label:<9}{faint:#} {}", value.as_ref());
    }

    fn alert(&mut self, label: &str, value: impl AsRef<str>) {
        let alert = self.palette.alert;
        self.line(label, format!("{alert}{}{alert:#}", value.as_ref()));
    }
}

/// The whole report for people.
pub(crate) fn render_status(report: &StatusReport, palette: &Palette) -> String {
    let mut text = String::new();
    render_daemon(&mut text, &report.daemon, palette);
    for repository in &report.repositories {
        text.push('\n');
        render_repository(&mut text, repository, palette);
    }
    if report.repositories.is_empty() {
        text.push_str("\nno repository is indexed\n");
    }
    text
}

fn render_daemon(text: &mut String, daemon: &DaemonStatus, palette: &Palette) {
    let Palette { name, .. } = palette;
    let _ =
        writeln!(text, "{name}daemon{name:#}: {}", if daemon.running { "running" } else { "not running" });
    let mut facts = Facts { text, palette };
    if let (Some(pid), Some(version), Some(uptime)) = (daemon.pid, &daemon.version, daemon.uptime_ms) {
        facts.line("process", format!("{pid}, version {version}, up {}", duration(uptime)));
    }
    facts.line("socket", &daemon.socket);
    facts.line("log", &daemon.log);
}

fn render_repository(text: &mut String, repository: &RepositoryStatus, palette: &Palette) {
    let Palette { place, .. } = palette;
    let _ = writeln!(text, "{place}{}{place:#}: {}", repository.root, activity(repository));
    let mut facts = Facts { text, palette };
    facts.line("index", format!("generation {}, digest {}", repository.generation, repository.digest));
    facts.line("files", files_phrase(repository));
    facts.line("pieces", pieces_phrase(repository));
    facts.line("semantic", repository.semantic.phrase());
    facts.line("pending", grouped(repository.pending));
    match repository.watch {
        "degraded" => facts.alert("watch", format!("degraded: {}", repository.watch_reason)),
        "off" if !repository.watch_reason.is_empty() => {
            facts.line("watch", format!("off: {}", repository.watch_reason));
        }
        watch => facts.line("watch", watch),
    }
    if let Some(head) = head_phrase(repository) {
        facts.line("head", head);
    }
    facts.line("disk", format!("{} in {}", size(repository.disk_bytes), repository.index_dir));
    if !repository.last_error.is_empty() {
        facts.alert("error", &repository.last_error);
    }
}

/// What the indexer does, and how far it has come.
fn activity(repository: &RepositoryStatus) -> String {
    match (repository.phase, repository.progress_total) {
        (phase @ ("scanning" | "embedding"), total) if total > 0 => {
            format!("{phase} {} of {}", grouped(repository.progress_done), grouped(total))
        }
        (phase, _) => phase.to_owned(),
    }
}

fn files_phrase(repository: &RepositoryStatus) -> String {
    let (walked, indexed) = (repository.files_walked, repository.files_indexed);
    let mut phrase = format!("{} walked, {} indexed", grouped(walked), grouped(indexed));
    let skipped: u64 = repository.skipped.values().sum();
    if skipped > 0 {
        let reasons: Vec<String> = repository
            .skipped
            .iter()
            .map(|(reason, count)| format!("{reason} {}", grouped(*count)))
            .collect();
        let _ = write!(phrase, ", {} skipped ({})", grouped(skipped), reasons.join(", "));
    }
    phrase
}

fn pieces_phrase(repository: &RepositoryStatus) -> String {
    format!("{} chunks, {} symbols", grouped(repository.chunks), grouped(repository.symbols))
}

fn head_phrase(repository: &RepositoryStatus) -> Option<String> {
    let commit = repository.commit.get(..12).unwrap_or(&repository.commit);
    match (repository.branch.as_str(), commit) {
        ("", "") => None,
        ("", commit) => Some(format!("detached at {commit}")),
        (branch, commit) => Some(format!("{branch} at {commit}")),
    }
}

/// What `contexd index` did, for people.
pub(crate) fn render_index(report: &IndexReport, palette: &Palette) -> String {
    let repository = &report.repository;
    let Palette { place, .. } = palette;
    let mut text = format!("{place}{}{place:#}: generation {}\n", repository.root, repository.generation);
    let mut facts = Facts { text: &mut text, palette };
    facts.line("files", files_phrase(repository));
    facts.line("pieces", pieces_phrase(repository));
    facts.line("semantic", repository.semantic.phrase());
    facts.line("time", time_phrase(report));
    if let Some(scan) = &repository.last_scan {
        facts.line("work", work_phrase(scan));
    }
    text
}

/// The whole time, and that of each stage; stages overlap.
fn time_phrase(report: &IndexReport) -> String {
    let wall = duration(report.wall_ms);
    let Some(scan) = &report.repository.last_scan else { return wall };
    let stages = [
        ("walk", scan.walk_ms),
        ("read", scan.read_ms),
        ("parse", scan.parse_ms),
        ("embed", scan.embed_ms),
        ("commit", scan.commit_ms),
    ];
    let stages = stages.map(|(stage, time)| format!("{stage} {}", duration(time)));
    format!("{wall} ({})", stages.join(", "))
}

fn work_phrase(scan: &ScanTimings) -> String {
    let (read, bytes, parsed) = (grouped(scan.files_read), size(scan.bytes_read), grouped(scan.files_parsed));
    let (changed, removed) = (grouped(scan.files_changed), grouped(scan.files_removed));
    format!("{read} files read ({bytes}), {parsed} parsed, {changed} changed, {removed} removed")
}

/// What `contexd repo add` did, for people.
pub(crate) fn render_added(added: &Added, palette: &Palette) -> String {
    let Palette { place, .. } = palette;
    let verb = if added.added { "added" } else { "known already" };
    let mut text = format!("{verb}: {place}{}{place:#}\n", added.repository.root);
    let mut facts = Facts { text: &mut text, palette };
    facts.line("files", files_phrase(&added.repository));
    facts.line("pieces", pieces_phrase(&added.repository));
    text
}

/// What `contexd repo remove` did, for people.
pub(crate) fn render_removed(removed: &Removed, palette: &Palette) -> String {
    let Palette { place, .. } = palette;
    format!("removed: {place}{}{place:#} ({} freed)\n", removed.root, size(removed.freed_bytes))
}

/// The known repositories for people: a line each.
pub(crate) fn render_repositories(list: &RepositoryList, palette: &Palette) -> String {
    let Palette { place, faint, .. } = palette;
    let mut text = String::new();
    for repository in &list.repositories {
        let state = if repository.open { "" } else { "  (not open)" };
        let _ =
            writeln!(text, "{place}{}{place:#}  {faint}{}{state}{faint:#}", repository.root, repository.id);
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use std::collections::BTreeMap;

    use expect_test::{Expect, expect};

    use super::*;
    use crate::cli::output::to_json;

    fn repository() -> RepositoryStatus {
        v1::RepositoryStatus {
            root: "/src/tokio".to_owned(),
            generation: 3,
            digest: "ab12".to_owned(),
            files_walked: 1_003,
            files_indexed: 1_000,
            skipped: BTreeMap::from([("binary".to_owned(), 2), ("too_large".to_owned(), 1)]),
            chunks: 12_345,
            symbols: 6_789,
            phase: v1::Phase::Scanning.into(),
            progress: Some(v1::Progress { done: 500, total: 1_003 }),
            watch: Some(v1::WatchState {
                state: v1::watch_state::State::Degraded.into(),
                reason: "too many directories".to_owned(),
            }),
            head: Some(v1::Head { branch: "main".to_owned(), commit: "0123456789abcdef".to_owned() }),
            disk_bytes: 5 << 20,
            index_dir: "/cache/tokio".to_owned(),
            last_scan: Some(v1::ScanTimings {
                walk_ms: 20,
                parse_ms: 1_800,
                files_read: 1_000,
                ..v1::ScanTimings::default()
            }),
            ..v1::RepositoryStatus::default()
        }
        .into()
    }

    fn report() -> StatusReport {
        let server = v1::ServerInfo { version: "0.1.0".to_owned(), pid: 77, uptime_ms: 61_000, daemon: true };
        StatusReport {
            daemon: DaemonStatus::absent(Path::new("/run/c.sock"), Path::new("/log")).running(server),
            repositories: vec![repository()],
        }
    }

    fn check(actual: &str, expect: &Expect) {
        expect.assert_eq(actual);
    }

    #[test]
    fn a_status_for_people() {
        check(
            &render_status(&report(), &Palette::default()),
            &expect![[r#"
                daemon: running
                  process   77, version 0.1.0, up 1 min 1 s
                  socket    /run/c.sock
                  log       /log

                /src/tokio: scanning 500 of 1,003
                  index     generation 3, digest ab12
                  files     1,003 walked, 1,000 indexed, 3 skipped (binary 2, too_large 1)
                  pieces    12,345 chunks, 6,789 symbols
                  semantic  off
                  pending   0
                  watch     degraded: too many directories
                  head      main at 0123456789ab
                  disk      5.0 MiB in /cache/tokio
            "#]],
        );
    }

    #[test]
    fn the_names_that_scripts_read() {
        let json: serde_json::Value = serde_json::from_str(&to_json(&report()).unwrap()).unwrap();
        assert_eq!((&json["schema_version"], &json["daemon"]["running"]), (&1.into(), &true.into()));
        let repository = &json["repositories"][0];
        let names = [
            "root",
            "generation",
            "digest",
            "files_walked",
            "files_indexed",
            "skipped",
            "chunks",
            "symbols",
            "semantic",
            "pending",
        ];
        for name in names {
            assert!(!repository[name].is_null(), "{name}");
        }
        assert_eq!(repository["skipped"]["binary"], 2);
    }

    #[test]
    fn an_index_report_for_people() {
        let report = IndexReport { repository: repository(), wall_ms: 2_100 };
        check(
            &render_index(&report, &Palette::default()),
            &expect![[r#"
                /src/tokio: generation 3
                  files     1,003 walked, 1,000 indexed, 3 skipped (binary 2, too_large 1)
                  pieces    12,345 chunks, 6,789 symbols
                  semantic  off
                  time      2.10 s (walk 20 ms, read 0 ms, parse 1.80 s, embed 0 ms, commit 0 ms)
                  work      1,000 files read (0 B), 0 parsed, 0 changed, 0 removed
            "#]],
        );
    }

    #[test]
    fn a_missing_daemon_says_where_it_would_be() {
        let report = StatusReport {
            daemon: DaemonStatus::absent(Path::new("/run/c.sock"), Path::new("/log")),
            repositories: Vec::new(),
        };
        check(
            &render_status(&report, &Palette::default()),
            &expect![[r#"
                daemon: not running
                  socket    /run/c.sock
                  log       /log

                no repository is indexed
            "#]],
        );
    }
}
