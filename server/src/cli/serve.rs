//! `contexd serve`: the daemon in the foreground.

use std::net::SocketAddr;

use clap::{Args, ValueEnum};
use contexd::daemon::{DaemonOptions, logging};

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;

/// Arguments of `contexd serve`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd serve
  contexd serve --tcp 127.0.0.1:50051         on loopback as well, for clients that know no Unix sockets
  contexd serve --log-format json -v

Serves gRPC (package contexd.v1, with health and reflection) on a Unix socket that only its user can open. SIGTERM or
SIGINT ends it: requests under way are finished first. One daemon a socket; a second one refuses to start.
The log goes to stderr; CONTEXD_LOG takes directives for it, such as info,contexd_indexer=debug.
`contexd start` does the same in the background.")]
pub(crate) struct ServeArgs {
    /// Serve on this TCP address as well; loopback only
    #[arg(long, value_name = "ADDRESS:PORT")]
    tcp: Option<SocketAddr>,
    /// How log lines are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) log_format: LogFormat,
}

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    #[default]
    Text,
    /// One object a line
    Json,
}

impl From<LogFormat> for logging::LogFormat {
    fn from(format: LogFormat) -> Self {
        match format {
            LogFormat::Text => Self::Text,
            LogFormat::Json => Self::Json,
        }
    }
}

/// Runs `contexd serve` until it is told to stop.
pub(crate) async fn run(args: &ServeArgs, invocation: &Invocation) -> Result<Outcome, CommandError> {
    let settings = &invocation.settings;
    let options = DaemonOptions {
        engine: settings.engine_options(),
        tcp: args.tcp,
        ..DaemonOptions::new(settings.socket.clone(), settings.cache_dir.clone())
    };
    contexd::daemon::serve(options).await?;
    Ok(Outcome::Found)
}
