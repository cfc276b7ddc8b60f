//! `contexd model use` and `remove`: which model is chosen, and what becomes of one that is not wanted any more.

use std::path::PathBuf;

use contexd::engine::ModelOptions;
use contexd_indexer::embed::{EmbedError, Embedder, FastembedModel, StaticModel};
use serde::Serialize;

use super::choice::Choice;
use super::installed::InstalledModels;
use super::{BUILT_IN, catalog, check};
use crate::cli::Outcome;
use crate::cli::daemon;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Palette, Printer, size};
use crate::settings::ModelSource;

/// What `contexd model use` did.
#[derive(Debug, Serialize)]
struct Used {
    name: String,
    dimension: usize,
    /// Absent for the built-in model.
    #[serde(skip_serializing_if = "Option::is_none")]
    directory: Option<String>,
    /// Whether a daemon runs that goes on with the model it was started with.
    restart_needed: bool,
}

/// What `contexd model remove` did.
#[derive(Debug, Serialize)]
struct Removed {
    name: String,
    freed_bytes: u64,
    /// Whether it was chosen, so that the built-in model serves from now on.
    was_in_use: bool,
}

/// Runs `contexd model use`: tries the model first, and changes nothing when it cannot be used.
pub(super) async fn run(
    model: &str,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    refuse_if_decided(invocation.model_source)?;
    let data_dir = &invocation.settings.data_dir;
    let (name, dimension, choice) = if model == BUILT_IN {
        (BUILT_IN.to_owned(), StaticModel::built_in().model().dimension, None)
    } else {
        let directory = find(model, invocation)?;
        let options = with_runtime(&directory, invocation)?;
        let info = check(&directory, &options)?;
        (info.name, info.dimension, Some(Choice { model_dir: directory, onnxruntime: options.onnxruntime }))
    };
    Choice::save(choice.as_ref(), data_dir)?;
    let report = Used {
        name,
        dimension,
        directory: choice.map(|choice| choice.model_dir.display().to_string()),
        restart_needed: tell_of_daemon(invocation).await?,
    };
    printer.object(&report, render_used)?;
    Ok(Outcome::Found)
}

/// What people wrote down decides; a choice would change nothing.
fn refuse_if_decided(source: ModelSource) -> Result<(), CommandError> {
    let (what, hint) = match source {
        ModelSource::Chosen | ModelSource::BuiltIn => return Ok(()),
        ModelSource::Flag => ("--model-dir names a model already", "leave the flag out"),
        ModelSource::Environment => ("CONTEXD_MODEL_DIR names a model already", "unset the variable"),
        ModelSource::UserFile => {
            ("the configuration file names a model already", "remove `model_dir` from its [semantic] table")
        }
    };
    Err(CommandError::input(format!("{what}, and comes before what is chosen")).hint(hint))
}

/// The directory that is meant: one with a `/` in it, or that of an installed model.
fn find(model: &str, invocation: &Invocation) -> Result<PathBuf, CommandError> {
    if model.contains('/') || model == "." || model == ".." {
        let typed = invocation.working_dir.join(model);
        return typed
            .canonicalize()
            .map_err(|error| CommandError::input(format!("cannot open {model}: {error}")));
    }
    if let Some(installed) = InstalledModels::below(&invocation.settings.data_dir).find(model)? {
        return Ok(installed.folder);
    }
    let error = CommandError::input(format!("no model of this name is installed: {model}"));
    Err(match catalog::find(model) {
        Some(entry) => error.hint(format!("contexd model install {}", entry.name)),
        None if invocation.working_dir.join(model).is_dir() => {
            error.hint(format!("for the directory: contexd model use ./{model}"))
        }
        None => error.hint("`contexd model list` shows the names"),
    })
}

/// The options to use the model in `directory` with. Where no ONNX Runtime is found for it, one that came with an
/// installed model does.
fn with_runtime(directory: &std::path::Path, invocation: &Invocation) -> Result<ModelOptions, CommandError> {
    let options =
        ModelOptions { onnxruntime: invocation.named_runtime.clone(), ..invocation.settings.model_options() };
    let opened = FastembedModel::open(directory, &options.fastembed());
    let is_absent = matches!(opened, Err(EmbedError::Runtime { path: None, .. }));
    if !is_absent {
        return Ok(options);
    }
    let installed = InstalledModels::below(&invocation.settings.data_dir).list()?;
    let file_name = format!("{}onnxruntime{}", std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let mut libraries = installed.iter().map(|model| model.folder.join(&file_name));
    Ok(ModelOptions { onnxruntime: libraries.find(|library| library.is_file()), ..options })
}

/// Says that a running daemon has to be started again, if there is one.
async fn tell_of_daemon(invocation: &Invocation) -> Result<bool, CommandError> {
    let Some(daemon) = daemon::find(&invocation.settings.socket).await? else { return Ok(false) };
    invocation.notes.say(format!(
        "the running daemon (pid {}) goes on with the model it was started with\n\
         hint: `contexd stop`; the next command starts it anew",
        daemon.pid
    ));
    Ok(true)
}

fn render_used(used: &Used, palette: &Palette) -> String {
    let Palette { name, faint, .. } = palette;
    let directory = used.directory.as_deref().unwrap_or("part of the program");
    format!(
        "{name}{}{name:#}: in use, {} dimensions\n  {faint}{directory}{faint:#}\n",
        used.name, used.dimension
    )
}

/// Runs `contexd model remove`.
pub(super) async fn remove(
    name: &str,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let data_dir = &invocation.settings.data_dir;
    let models = InstalledModels::below(data_dir);
    let Some(model) = models.find(name)? else {
        if name == BUILT_IN {
            return Err(CommandError::input("the built-in model is part of the program and stays"));
        }
        invocation.notes.say(format!("not installed: {name}"));
        return Ok(Outcome::NothingFound);
    };
    let was_in_use = Choice::load(data_dir)?.is_some_and(|choice| choice.model_dir == model.folder);
    if was_in_use {
        Choice::save(None, data_dir)?;
        tell_of_daemon(invocation).await?;
    }
    models.remove(&model)?;
    let removed = Removed { name: name.to_owned(), freed_bytes: model.manifest.bytes(), was_in_use };
    printer.object(&removed, |removed, _| {
        let then = if removed.was_in_use { "; the built-in model is in use" } else { "" };
        format!("removed {}, {} freed{then}\n", removed.name, size(removed.freed_bytes))
    })?;
    Ok(Outcome::Found)
}
