//! `contexd index`: bring a repository's index up to date, once.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::scan;
use crate::cli::service::{Host, Service};
use crate::cli::view::{IndexReport, render_index};

/// Arguments of `contexd index`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd index                               the repository around you
  contexd index ~/src/tokio --json
  contexd index ~/src/tokio --no-daemon       in this process, even if a daemon runs

Where a daemon runs, it does the work and goes on following the repository; else this process does it and exits.
The exit comes when the index is complete and on disk. Files that did not change are not read again.
With --json: one object with the fields of `contexd status` and wall_ms.")]
pub(crate) struct IndexArgs {
    /// Root of the repository [default: as --repo]
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::DirPath)]
    pub(crate) path: Option<PathBuf>,
    /// Accept `/` or a home directory as the root
    #[arg(long)]
    allow_broad_root: bool,
}

/// Runs `contexd index`.
pub(crate) async fn run(
    args: &IndexArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let started = Instant::now();
    let service = Service::running_or_own(invocation).await?;
    let added = scan::complete(&service, invocation, args.allow_broad_root).await?;
    let repository = if added.added || service.host == Host::Own {
        added.repository.unwrap_or_default()
    } else {
        scan::compare(&service, invocation).await?
    };
    let wall_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    printer.object(&IndexReport { repository: repository.into(), wall_ms }, render_index)?;
    Ok(Outcome::Found)
}
