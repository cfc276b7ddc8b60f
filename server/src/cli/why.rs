//! `contexd why`: what became of a path.

use std::path::PathBuf;

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{Fate, render_fate};

/// Arguments of `contexd why`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd why src/main.rs                     indexed, as what, and since when
  contexd why target/debug/app                ignored, and by which rule in which file
  contexd why assets/logo.png --json

A file is indexed, skipped (too_large, binary, invalid_utf8, minified, generated, lock_file, secret, unreadable,
symlink, special_file, path_not_utf8), ignored by a rule, outside the repository, or not there at all (exit status 1).
With --json: one object, with path, fate, reason, detail, rule, indexed.")]
pub(crate) struct WhyArgs {
    /// The path: relative to the working directory or to the repository's root
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    path: PathBuf,
}

/// Runs `contexd why`.
pub(crate) async fn run(
    args: &WhyArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let request = v1::WhyRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        path: invocation.path_in_repository(&args.path)?,
    };
    let reply = service.ask(invocation, async || service.repositories().why(request.clone()).await).await?;
    let fate = Fate::from(reply);
    printer.object(&fate, render_fate)?;
    Ok(Outcome::found(fate.exists()))
}
