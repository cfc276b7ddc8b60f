//! `contexd stop`: end the daemon.

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::daemon;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;

/// Arguments of `contexd stop`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd stop
  contexd stop --socket /tmp/c.sock

The daemon finishes the requests it is at and what it is writing, then goes; the command returns when it has gone.
Exit status 1 when none runs. With --json: one object with pid, socket and stopped.")]
pub(crate) struct StopArgs {}

/// What `contexd stop` says.
#[derive(Debug, Serialize)]
struct Stopped {
    stopped: bool,
    pid: Option<u32>,
    socket: String,
}

/// Runs `contexd stop`.
pub(crate) async fn run(invocation: &Invocation, printer: &mut Printer) -> Result<Outcome, CommandError> {
    let socket = &invocation.settings.socket;
    let daemon = daemon::find(socket).await?;
    let pid = daemon.map(|daemon| daemon.pid);
    if let Some(pid) = pid {
        daemon::stop(pid).await?;
    }
    let report = Stopped { stopped: pid.is_some(), pid, socket: socket.display().to_string() };
    printer.object(&report, |report, _| match report.pid {
        Some(pid) => format!("stopped the daemon (pid {pid})\n"),
        None => format!("no daemon runs at {}\n", report.socket),
    })?;
    Ok(Outcome::found(report.stopped))
}
