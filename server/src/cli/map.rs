//! `contexd map`: the repository's shape.

use std::path::PathBuf;

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::service::Service;
use crate::cli::view::{Map, render_map};

/// Arguments of `contexd map`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd map                                 modules, their sizes, what they use, the most used definitions
  contexd map src --modules 80                closer, beneath one directory
  contexd map --json | jq '.modules[].path'

With --json: one object with files, lines, modules (path, files, lines, symbols, languages, uses, used_by_others, top)
and symbols (the definitions that the most places depend on)")]
pub(crate) struct MapArgs {
    /// Only what lies beneath this directory
    #[arg(value_name = "DIRECTORY", value_hint = clap::ValueHint::DirPath)]
    directory: Option<PathBuf>,
    /// Most modules, 1 to 1,000: directories are put together until there are no more
    #[arg(long, value_name = "N", default_value_t = 40, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    modules: u32,
    /// Most definitions named of each module, 1 to 100
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    symbols: u32,
}

/// Runs `contexd map`.
pub(crate) async fn run(
    args: &MapArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let service = Service::start(invocation).await?;
    let beneath = match &args.directory {
        Some(directory) => invocation.path_in_repository(directory)?,
        None => String::new(),
    };
    let request = v1::GetMapRequest {
        repository: invocation.repository_name()?,
        consistency: invocation.consistency(),
        modules: args.modules,
        symbols: args.symbols,
        beneath: if beneath == "." { String::new() } else { beneath },
    };
    let reply = service.ask(invocation, async || service.graph().get_map(request.clone()).await).await?;
    let map = Map::from(reply);
    printer.object(&map, render_map)?;
    if map.files == 0 {
        invocation.notes.say("nothing is indexed there");
    }
    Ok(Outcome::found(map.files > 0))
}
