//! `contexd start`: the daemon in the background.

use std::fmt::Write;

use clap::Args;
use serde::Serialize;

use crate::cli::Outcome;
use crate::cli::daemon;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Palette, Printer};

/// Arguments of `contexd start`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd start
  contexd start --socket /tmp/c.sock --json
  contexd start --model-dir ~/models/gte-small --onnxruntime /usr/lib/libonnxruntime.so

Returns when the daemon answers, and prints its process id, socket and log. One that runs already is left as it is.
Commands that need a daemon start it on their own.
With --json: one object with pid, socket, log and started (false when it ran already).")]
pub(crate) struct StartArgs {}

/// What `contexd start` says.
#[derive(Debug, Serialize)]
struct Started {
    pid: u32,
    socket: String,
    log: String,
    started: bool,
}

/// Runs `contexd start`.
pub(crate) async fn run(invocation: &Invocation, printer: &mut Printer) -> Result<Outcome, CommandError> {
    let settings = &invocation.settings;
    let running = daemon::find(&settings.socket).await?;
    let started = running.is_none();
    let daemon = match running {
        Some(daemon) => daemon,
        None => daemon::start(settings).await?,
    };
    let report = Started {
        pid: daemon.pid,
        socket: settings.socket.display().to_string(),
        log: daemon::log_path(settings).display().to_string(),
        started,
    };
    printer.object(&report, render)?;
    Ok(Outcome::Found)
}

fn render(report: &Started, palette: &Palette) -> String {
    let Palette { name, faint, .. } = palette;
    let state = if report.started { "started" } else { "running already" };
    let mut text = format!("{name}daemon{name:#}: {state}\n");
    for (label, value) in [("pid", &report.pid.to_string()), ("socket", &report.socket), ("log", &report.log)]
    {
        let _ = writeln!(text, "  {faint}{label:<6}{faint:#} {value}");
    }
    text
}
