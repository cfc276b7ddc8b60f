//! `contexd model list`: the models, and where each stands.

use std::fmt::Write;
use std::path::Path;

use contexd_indexer::embed::{Embedder, StaticModel};
use serde::Serialize;

use super::installed::{InstalledModel, InstalledModels};
use super::{BUILT_IN, catalog};
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Palette, Printer, size};
use crate::settings::ModelSource;

/// The models.
#[derive(Debug, Serialize)]
struct ModelList {
    /// `flag`, `environment`, `user_file`, `chosen` or `built_in`: what says which model is in use.
    source: ModelSource,
    /// Folder of the installed models.
    folder: String,
    models: Vec<ListedModel>,
}

/// One of them.
#[derive(Debug, Default, Serialize)]
struct ListedModel {
    name: String,
    /// `built_in`, `installed`, `available` (to be installed) or `directory` (in use, and not installed by contexd).
    state: &'static str,
    /// Whether the next daemon that starts uses it; the built-in model serves beside any other.
    in_use: bool,
    dimension: Option<usize>,
    /// Once installed, ONNX Runtime included.
    bytes: Option<u64>,
    licence: Option<String>,
    path: Option<String>,
}

/// Runs `contexd model list`.
pub(super) fn run(invocation: &Invocation, printer: &mut Printer) -> Result<Outcome, CommandError> {
    let installed = InstalledModels::below(&invocation.settings.data_dir);
    let known = installed.list()?;
    let in_use = invocation.settings.model_dir.as_deref();
    let mut models = vec![built_in(in_use.is_none())];
    models.extend(known.iter().map(|model| of_installed(model, in_use)));
    let is_known = |name: &str| known.iter().any(|model| model.manifest.name == name);
    let available = catalog::all().iter().filter(|entry| !is_known(entry.name));
    models.extend(available.map(|entry| ListedModel {
        name: entry.name.to_owned(),
        state: "available",
        dimension: Some(entry.dimension),
        bytes: Some(entry.bytes),
        licence: Some(entry.licence.to_owned()),
        ..ListedModel::default()
    }));
    if let Some(directory) = in_use.filter(|_| models.iter().all(|model| !model.in_use)) {
        models.push(of_directory(directory));
    }
    let folder = installed.folder().display().to_string();
    printer.object(&ModelList { source: invocation.model_source, folder, models }, render)?;
    Ok(Outcome::Found)
}

fn built_in(in_use: bool) -> ListedModel {
    let dimension = Some(StaticModel::built_in().model().dimension);
    ListedModel { name: BUILT_IN.to_owned(), state: "built_in", in_use, dimension, ..ListedModel::default() }
}

fn of_installed(model: &InstalledModel, in_use: Option<&Path>) -> ListedModel {
    ListedModel {
        name: model.manifest.name.clone(),
        state: "installed",
        in_use: in_use == Some(&model.folder),
        dimension: Some(model.manifest.dimension),
        bytes: Some(model.manifest.bytes()),
        licence: Some(model.manifest.licence.clone()),
        path: Some(model.folder.display().to_string()),
    }
}

fn of_directory(directory: &Path) -> ListedModel {
    let path = directory.display().to_string();
    let name = directory.file_name().map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned());
    ListedModel { name, state: "directory", in_use: true, path: Some(path), ..ListedModel::default() }
}

fn render(list: &ModelList, palette: &Palette) -> String {
    let Palette { name, faint, .. } = palette;
    let mut text = String::new();
    for model in &list.models {
        let mark = if model.in_use { '*' } else { ' ' };
        let state = model.state.replace('_', " ");
        let _ = write!(text, "{mark} {name}{:<12}{name:#} {state:<9}", model.name);
        let dimension = model.dimension.map(|dimension| format!("{dimension} dimensions"));
        let licence = model.licence.as_ref().map(|licence| format!("licence {licence}"));
        let facts = [dimension, model.bytes.map(size), licence, model.path.clone()];
        let facts: Vec<String> = facts.into_iter().flatten().collect();
        let _ = writeln!(text, "  {faint}{}{faint:#}", facts.join(", "));
    }
    let because = match list.source {
        ModelSource::Flag => "--model-dir says so",
        ModelSource::Environment => "CONTEXD_MODEL_DIR says so",
        ModelSource::UserFile => "the configuration file says so",
        ModelSource::Chosen => "chosen with `contexd model use`",
        ModelSource::BuiltIn => "nothing else was chosen",
    };
    let _ = writeln!(text, "* in use: {because}");
    text
}
