//! What was typed: the command, and the options that all commands share.
//!
//! First of two stages; [`super::invocation`] is the second and says what it means. The arguments of one command
//! stand in that command's file.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand};

use crate::cli::{
    completions, context, def, eval, explain, grep, index, map, model, neighbours, outline, refs, related,
    repo, search, serve, start, status, stop, symbols, why,
};
use crate::settings::{ColorWhen, Layer};

/// Ranked, multi-file context from a repository, for people and language models
///
/// contexd keeps an index of a repository's working tree that follows every change, and answers from it: ranked
/// places (search, symbols, outline) and packs of several files within a token budget (context). A daemon holds the
/// indexes; a command that finds none running starts it.
#[derive(Debug, Parser)]
#[command(name = "contexd", version, max_term_width = 100, after_help = AFTER_HELP)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Options that all commands share.
    #[command(flatten)]
    pub(crate) shared: SharedArgs,
}

const AFTER_HELP: &str = "\
Examples:
  contexd search how are blocking tasks spawned     ranked places in the repository around you
  contexd grep -w unsafe src                         every line that matches, as on disk now
  contexd symbols Runtime::spawn                    definitions by name
  contexd refs Runtime::spawn                       every place that uses it
  contexd related callers Runtime::spawn            what calls it
  contexd map                                       modules, what depends on what
  contexd context \"where is the pool resized\" --budget 4000 > context.md
  contexd why src/generated.rs                      why a file is, or is not, in the index
  contexd status                                    what is indexed, and how it is doing
  contexd model install gte-small                   a transformer for better semantic search

Configuration, the first that names a setting decides:
  flags
  CONTEXD_SOCKET, CONTEXD_CACHE_DIR, CONTEXD_MODEL_DIR, CONTEXD_ONNXRUNTIME, CONTEXD_QUERY_LOG
  .contexd.toml at the repository's root            include, exclude, [search] limit, [context] budget, format
  $XDG_CONFIG_HOME/contexd/config.toml              socket, cache_dir, color, [search] limit, [context] budget, format,
                                                    [semantic] model_dir, onnxruntime, threads, max_load, on_battery,
                                                    [query_log] enabled, max_entries, max_bytes
  what `contexd model use` has chosen

Exit status: 0 found, 1 nothing found, 2 error. Data goes to stdout, everything else to stderr.
`contexd help COMMAND` has examples for each command.";

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Search a repository by words, identifiers or a whole issue text
    Search(search::SearchArgs),
    /// Find every line that matches a pattern, as it is on disk now
    Grep(grep::GrepArgs),
    /// Find definitions by name
    Symbols(symbols::SymbolsArgs),
    /// Show where a name is defined
    Def(def::DefArgs),
    /// List the places that use a definition
    Refs(refs::RefsArgs),
    /// List callers, callees, implementations, tests and the like of a definition
    Related(related::RelatedArgs),
    /// List what a file imports, is imported by, and is changed together with
    Neighbours(neighbours::NeighboursArgs),
    /// Show the repository's shape: modules, what depends on what, the most used definitions
    Map(map::MapArgs),
    /// List the definitions of one file
    Outline(outline::OutlineArgs),
    /// Assemble the pieces of several files that serve a question, within a token budget
    Context(context::ContextArgs),
    /// Explain why a place ranks where it ranks for a question
    Explain(explain::ExplainArgs),
    /// Explain why a file is, or is not, in the index
    Why(why::WhyArgs),
    /// Measure how well questions are answered
    Eval(eval::EvalArgs),
    /// Bring a repository's index up to date, once
    Index(index::IndexArgs),
    /// Show what is indexed and how it is doing
    Status(status::StatusArgs),
    /// Add, remove or list repositories
    Repo(repo::RepoArgs),
    /// List, install, choose or check embedding models
    Model(model::ModelArgs),
    /// Start the daemon in the background
    Start(start::StartArgs),
    /// Stop the daemon
    Stop(stop::StopArgs),
    /// Run the daemon in the foreground
    Serve(serve::ServeArgs),
    /// Print a shell's completion script
    Completions(completions::CompletionsArgs),
}

impl Command {
    /// Whether the command is about a repository, so that the repository's configuration applies.
    pub(crate) fn concerns_repository(&self) -> bool {
        !matches!(
            self,
            Self::Model(_) | Self::Start(_) | Self::Stop(_) | Self::Serve(_) | Self::Completions(_)
        )
    }

    /// The repository that the command's own arguments name.
    pub(crate) fn named_repository(&self) -> Option<&Path> {
        match self {
            Self::Index(args) => args.path.as_deref(),
            Self::Repo(args) => args.named_repository(),
            _ => None,
        }
    }
}

/// Options that all commands share.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Shared options")]
pub(crate) struct SharedArgs {
    /// Root of the repository [default: the nearest directory upwards with .git or .contexd.toml]
    #[arg(long, global = true, value_name = "PATH", value_hint = clap::ValueHint::DirPath)]
    pub(crate) repo: Option<PathBuf>,
    /// Unix socket of the daemon [default: $XDG_RUNTIME_DIR/contexd/contexd.sock, else below the cache]
    #[arg(long, global = true, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(crate) socket: Option<PathBuf>,
    /// Answer in this process: bring the index up to date, answer, exit; no daemon is used or started
    #[arg(long, global = true)]
    pub(crate) no_daemon: bool,
    /// Wait up to this many milliseconds until the index holds all that is on disk now [default: do not wait]
    #[arg(long, global = true, value_name = "MS", value_parser = clap::value_parser!(u32).range(..=600_000))]
    pub(crate) wait: Option<u32>,
    /// Print data as JSON, one object a line, each with a schema_version
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Log more: once what is done, twice how (only where this process does the work)
    #[arg(long, short, global = true, action = clap::ArgAction::Count, conflicts_with = "quiet")]
    pub(crate) verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// When to colour output [default: auto]
    #[arg(long, global = true, value_name = "WHEN")]
    pub(crate) color: Option<ColorWhen>,
    /// Where indexes are kept, for a daemon that starts [default: $XDG_CACHE_HOME/contexd]
    #[arg(long, global = true, value_name = "PATH", value_hint = clap::ValueHint::DirPath)]
    pub(crate) cache_dir: Option<PathBuf>,
    /// Directory of an ONNX embedding model, for a daemon that starts [default: what `contexd model use` chose]
    #[arg(long, global = true, value_name = "PATH", value_hint = clap::ValueHint::DirPath)]
    pub(crate) model_dir: Option<PathBuf>,
    /// The ONNX Runtime library, for a daemon that starts [default: where the system looks]
    #[arg(long, global = true, value_name = "PATH", value_hint = clap::ValueHint::FilePath)]
    pub(crate) onnxruntime: Option<PathBuf>,
    /// Keep past answers for `contexd explain ID`, in a daemon that starts or with --no-daemon [default: do not]
    #[arg(long, global = true)]
    pub(crate) query_log: bool,
}

impl SharedArgs {
    /// The settings that the flags name.
    pub(crate) fn layer(&self) -> Layer {
        Layer {
            socket: self.socket.clone(),
            cache_dir: self.cache_dir.clone(),
            model_dir: self.model_dir.clone(),
            onnxruntime: self.onnxruntime.clone(),
            query_log: self.query_log.then_some(true),
            color: self.color,
            ..Layer::default()
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn definitions_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn shared_options_stand_before_or_after_the_command() {
        for line in ["contexd --json --wait 200 search word", "contexd search word --json --wait 200"] {
            let shared = parse(line).unwrap().shared;
            assert!(shared.json && shared.wait == Some(200), "{line}");
        }
    }

    #[test]
    fn every_command_teaches_by_example() {
        for command in Cli::command().get_subcommands() {
            let after = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(after.contains("contexd "), "{} has no examples", command.get_name());
        }
    }

    #[test]
    fn nothing_is_hidden() {
        for command in Cli::command().get_subcommands() {
            assert!(!command.is_hide_set(), "{}", command.get_name());
            assert!(
                command.get_arguments().all(|argument| !argument.is_hide_set()),
                "{}",
                command.get_name()
            );
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for line in ["contexd", "contexd search", "contexd search x --wait 600001", "contexd search x -v -q"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
