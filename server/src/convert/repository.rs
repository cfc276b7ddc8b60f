//! `RepositoryService`: requests in, replies out.

use std::time::Duration;

use contexd_proto::v1;
use contexd_store::{FileEntry, Problem};

use super::meta::{count, head, item_state, milliseconds, reply_meta, semantic, small_count};
use super::request;
use crate::engine::{
    Answer, Engine, IgnoreRule, ItemState, PathFate, PathReport, Phase, RepositoryStatus, ScanTimings,
    Summary, Watching,
};
use crate::error::ServiceError;

const DEFAULT_WATCH_INTERVAL_MS: u32 = 100;

/// How long a request is ready to wait.
pub(crate) fn wait(limit_ms: u32) -> Result<Duration, ServiceError> {
    request::wait_limit("wait_ms", limit_ms)
}

/// Time between two looks at a status that is watched.
pub(crate) fn watch_interval(asked_ms: u32) -> Duration {
    let milliseconds = if asked_ms == 0 { DEFAULT_WATCH_INTERVAL_MS } else { asked_ms };
    Duration::from_millis(u64::from(milliseconds.clamp(10, 60_000)))
}

pub(crate) fn list_response(summaries: Vec<Summary>) -> v1::ListRepositoriesResponse {
    v1::ListRepositoriesResponse { repositories: summaries.into_iter().map(summary).collect() }
}

fn summary(summary: Summary) -> v1::RepositorySummary {
    v1::RepositorySummary {
        id: summary.id,
        root: summary.root.display().to_string(),
        open: summary.open,
        added_unix_ms: summary.added_unix_ms,
        last_used_unix_ms: summary.last_used_unix_ms,
    }
}

pub(crate) fn status_response(
    engine: &Engine,
    statuses: Vec<RepositoryStatus>,
) -> v1::RepositoryStatusResponse {
    let server = v1::ServerInfo {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        uptime_ms: milliseconds(engine.uptime()),
        daemon: engine.is_watching(),
    };
    v1::RepositoryStatusResponse {
        repositories: statuses.into_iter().map(status).collect(),
        server: Some(server),
    }
}

pub(crate) fn status(status: RepositoryStatus) -> v1::RepositoryStatus {
    let RepositoryStatus { summary, index_dir, contents, work, semantic: semantics, head: at } = status;
    let counts = contents.counts;
    let skipped: usize = counts.files_skipped.values().sum();
    v1::RepositoryStatus {
        id: summary.id,
        root: summary.root.display().to_string(),
        generation: contents.generation.0,
        digest: contents.digest.map(|digest| digest.to_string()).unwrap_or_default(),
        files_walked: count(counts.files_indexed + skipped),
        files_indexed: count(counts.files_indexed),
        skipped: counts
            .files_skipped
            .into_iter()
            .map(|(reason, files)| (reason.as_str().to_owned(), count(files)))
            .collect(),
        languages: contents.languages.into_iter().map(|(name, files)| (name, count(files))).collect(),
        chunks: count(counts.chunks),
        symbols: count(counts.symbols),
        semantic: Some(semantic(semantics)),
        pending: count(work.pending),
        phase: phase(work.phase).into(),
        progress: Some(v1::Progress { done: work.progress.done, total: work.progress.total }),
        watch: Some(watching(work.watching)),
        head: Some(head(at)),
        disk_bytes: contents.disk_bytes,
        index_dir: index_dir.display().to_string(),
        added_unix_ms: summary.added_unix_ms,
        last_used_unix_ms: summary.last_used_unix_ms,
        last_error: work.last_error.unwrap_or_default(),
        last_scan: work.last_scan.map(scan_timings),
    }
}

fn phase(phase: Phase) -> v1::Phase {
    match phase {
        Phase::Opening => v1::Phase::Opening,
        Phase::Scanning => v1::Phase::Scanning,
        Phase::Applying => v1::Phase::Applying,
        Phase::Embedding => v1::Phase::Embedding,
        Phase::Idle => v1::Phase::Idle,
        Phase::Failed => v1::Phase::Failed,
    }
}

fn watching(watching: Watching) -> v1::WatchState {
    use v1::watch_state::State;
    let (state, reason) = match watching {
        Watching::On => (State::Watching, String::new()),
        Watching::Degraded(reason) => (State::Degraded, reason),
        Watching::Off(reason) => (State::Off, reason),
    };
    v1::WatchState { state: state.into(), reason }
}

fn scan_timings(timings: ScanTimings) -> v1::ScanTimings {
    v1::ScanTimings {
        total_ms: milliseconds(timings.total),
        walk_ms: milliseconds(timings.walk),
        read_ms: milliseconds(timings.read),
        parse_ms: milliseconds(timings.parse),
        embed_ms: milliseconds(timings.embed),
        commit_ms: milliseconds(timings.commit),
        files_read: count(timings.files_read),
        files_parsed: count(timings.files_parsed),
        files_changed: count(timings.files_changed),
        files_removed: count(timings.files_removed),
        bytes_read: timings.bytes_read,
        chunks_embedded: count(timings.chunks_embedded),
    }
}

pub(crate) fn why_response(answer: Answer<PathReport>) -> v1::WhyResponse {
    let PathReport { path, fate } = answer.value;
    let mut response =
        v1::WhyResponse { meta: Some(reply_meta(answer.meta, Vec::new())), path, ..Default::default() };
    let (code, detail) = match fate {
        PathFate::Indexed { file, state } => {
            response.indexed = Some(indexed_file(&file, state));
            (v1::PathFate::Indexed, "it is indexed".to_owned())
        }
        PathFate::Skipped { reason, detail } => {
            response.reason = reason.as_str().to_owned();
            (v1::PathFate::Skipped, detail)
        }
        PathFate::Ignored { detail, rule } => {
            response.rule = rule.map(ignore_rule);
            (v1::PathFate::Ignored, detail)
        }
        PathFate::Outside => (v1::PathFate::Outside, "it lies outside the repository".to_owned()),
        PathFate::NotFound => (v1::PathFate::NotFound, "there is nothing of that name".to_owned()),
        PathFate::Pending => (v1::PathFate::Pending, "it is in scope and not indexed yet".to_owned()),
        PathFate::Directory => (v1::PathFate::Directory, "it is a directory in scope".to_owned()),
    };
    response.fate = code.into();
    response.detail = detail;
    response
}

fn ignore_rule(rule: IgnoreRule) -> v1::IgnoreRule {
    v1::IgnoreRule { file: rule.file, line: rule.line, pattern: rule.pattern }
}

fn indexed_file(file: &FileEntry, state: ItemState) -> v1::IndexedFile {
    let record = &file.record;
    v1::IndexedFile {
        language: record.language.to_string(),
        blob: file.blob.to_string(),
        size: file.stat.size,
        lines: record.line_count,
        chunks: small_count(record.chunks.len()),
        symbols: small_count(record.symbols.len()),
        state: item_state(state).into(),
        problems: record.problems.iter().map(|problem| shown_problem(*problem)).collect(),
        generation: file.generation.0,
    }
}

fn shown_problem(problem: Problem) -> String {
    match problem {
        Problem::SyntaxErrors(count) => format!("{count} syntax errors"),
        Problem::ParseTimeout => "parsing took too long: indexed as text".to_owned(),
        Problem::TooManyItems => "too many symbols or references: not all are recorded".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn watch_intervals_have_limits() {
        let milliseconds = |asked| watch_interval(asked).as_millis();
        assert_eq!([0, 1, 250, u32::MAX].map(milliseconds), [100, 10, 250, 60_000]);
    }
}
