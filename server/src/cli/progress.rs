//! How far a scan is: a bar on a terminal, two plain lines elsewhere, both on stderr.

use std::time::{Duration, Instant};

use contexd_proto::v1;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::task::JoinHandle;

use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Notes, counted, duration};
use crate::cli::service::Service;

/// Time between two looks at the progress, in milliseconds.
const LOOK_MS: u32 = 50;
/// What the bar looks like.
const TEMPLATE: &str = "indexing {msg} {wide_bar} {human_pos}/{human_len} files {elapsed}";

/// The progress of a scan that is under way.
pub(crate) struct Progress {
    notes: Notes,
    started: Instant,
    bar: Option<Bar>,
}

/// A bar and the task that moves it.
struct Bar {
    bar: ProgressBar,
    mover: JoinHandle<()>,
}

impl Progress {
    /// Shows the scan of the invocation's repository until [`Progress::finish`]. Words are made of it only where the
    /// repository is new: to look through it again is soon done.
    pub(crate) fn follow(
        service: &Service,
        invocation: &Invocation,
        is_first: bool,
    ) -> Result<Self, CommandError> {
        let repository = invocation.repository_name()?;
        let notes = Notes { quiet: invocation.notes.quiet || !is_first };
        let bar = invocation.notes.animated().then(|| Bar::start(service, &repository));
        if bar.is_none() {
            notes.say(format!("indexing {repository}"));
        }
        Ok(Self { notes, started: Instant::now(), bar })
    }

    /// Clears the bar and says what was done.
    pub(crate) fn finish(mut self, status: Option<&v1::RepositoryStatus>) {
        drop(self.bar.take());
        let elapsed = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let files = counted(status.map_or(0, |status| status.files_indexed), "file");
        self.notes.say(format!("indexed {files} in {}", duration(elapsed)));
    }
}

impl Bar {
    fn start(service: &Service, repository: &str) -> Self {
        let bar = ProgressBar::new(0).with_style(style()).with_message(repository.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        let request = v1::WatchStatusRequest { repository: repository.to_owned(), min_interval_ms: LOOK_MS };
        let mut repositories = service.repositories();
        let moved = bar.clone();
        let mover = tokio::spawn(async move {
            let Ok(stream) = repositories.watch_status(request).await else { return };
            let mut stream = stream.into_inner();
            while let Ok(Some(look)) = stream.message().await {
                show(&moved, &look.repository.unwrap_or_default());
            }
        });
        Self { bar, mover }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.mover.abort();
        self.bar.finish_and_clear();
    }
}

fn show(bar: &ProgressBar, status: &v1::RepositoryStatus) {
    let progress = status.progress.unwrap_or_default();
    if status.phase() == v1::Phase::Scanning {
        bar.set_length(progress.total);
        bar.set_position(progress.done);
    }
}

fn style() -> ProgressStyle {
    ProgressStyle::with_template(TEMPLATE).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_is_valid() {
        assert!(ProgressStyle::with_template(TEMPLATE).is_ok());
    }

    #[test]
    fn a_bar_moves_with_the_scan_only() {
        let bar = ProgressBar::hidden();
        let look = |phase: v1::Phase, done| v1::RepositoryStatus {
            phase: phase.into(),
            progress: Some(v1::Progress { done, total: 9 }),
            ..v1::RepositoryStatus::default()
        };
        show(&bar, &look(v1::Phase::Scanning, 4));
        show(&bar, &look(v1::Phase::Embedding, 800));
        assert_eq!((bar.position(), bar.length()), (4, Some(9)));
    }
}
