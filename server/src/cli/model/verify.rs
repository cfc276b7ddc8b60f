//! `contexd model verify`: are the files what they were, and does each model embed a sentence?

use std::fmt::Write;
use std::path::Path;

use contexd_indexer::embed::{Embedder, StaticModel};
use serde::Serialize;

use super::installed::{InstalledModel, InstalledModels};
use super::{BUILT_IN, SENTENCE, check, refused};
use crate::cli::Outcome;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::{Palette, Printer, counted};

/// What was found.
#[derive(Debug, Serialize)]
struct Verified {
    models: Vec<VerifiedModel>,
}

/// What was found of one model.
#[derive(Debug, Default, Serialize)]
struct VerifiedModel {
    name: String,
    /// Whether there is no problem.
    ok: bool,
    /// Files whose hash was compared; 0 for a directory without a manifest.
    files: usize,
    /// Length of the vector of a sentence; absent when there is none.
    dimension: Option<usize>,
    problems: Vec<String>,
}

/// Runs `contexd model verify`.
pub(super) fn run(
    only: Option<&str>,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let installed = InstalledModels::below(&invocation.settings.data_dir).list()?;
    let mut models = Vec::new();
    let is_wanted = |name: &str| only.is_none_or(|only| only == name);
    if is_wanted(BUILT_IN) {
        models.push(built_in());
    }
    for model in installed.iter().filter(|model| is_wanted(&model.manifest.name)) {
        models.push(of_installed(model, invocation));
    }
    let is_installed = |directory: &Path| installed.iter().any(|model| model.folder == directory);
    if let Some(directory) = invocation.settings.model_dir.as_deref().filter(|path| !is_installed(path))
        && only.is_none()
    {
        models.push(of_directory(directory, invocation));
    }
    let verified = Verified { models };
    printer.object(&verified, render)?;
    let damaged: Vec<&str> =
        verified.models.iter().filter(|model| !model.ok).map(|model| &*model.name).collect();
    if damaged.is_empty() {
        return Ok(Outcome::found(!verified.models.is_empty()));
    }
    Err(CommandError::input(format!("not in order: {}", damaged.join(", ")))
        .hint("an installed model: `contexd model remove NAME`, then `contexd model install NAME`"))
}

fn built_in() -> VerifiedModel {
    let bytes = StaticModel::verify_built_in().err();
    let model = StaticModel::built_in();
    let embedded = model.embed_query(SENTENCE);
    let problems: Vec<String> =
        bytes.into_iter().chain(embedded.err()).map(|error| refused(error).message).collect();
    let dimension = Some(model.model().dimension);
    VerifiedModel { name: BUILT_IN.to_owned(), ok: problems.is_empty(), files: 1, dimension, problems }
}

fn of_installed(model: &InstalledModel, invocation: &Invocation) -> VerifiedModel {
    let damages = model.problems();
    let name = model.manifest.name.clone();
    let found = VerifiedModel { name, files: model.manifest.file_count(), ..VerifiedModel::default() };
    if damages.is_empty() {
        tried(found, &model.folder, invocation)
    } else {
        VerifiedModel { problems: damages, ..found }
    }
}

fn of_directory(directory: &Path, invocation: &Invocation) -> VerifiedModel {
    let found = VerifiedModel { name: directory.display().to_string(), ..VerifiedModel::default() };
    tried(found, directory, invocation)
}

/// `found` with what comes of embedding a sentence.
fn tried(found: VerifiedModel, directory: &Path, invocation: &Invocation) -> VerifiedModel {
    match check(directory, &invocation.settings.model_options()) {
        Ok(info) => VerifiedModel { ok: true, dimension: Some(info.dimension), ..found },
        Err(error) => VerifiedModel { problems: vec![error.message], ..found },
    }
}

fn render(verified: &Verified, palette: &Palette) -> String {
    let Palette { name, faint, alert, .. } = palette;
    let mut text = String::new();
    for model in &verified.models {
        let files = match model.files {
            0 => "no manifest".to_owned(),
            files => format!("{} compared", counted(files as u64, "file")),
        };
        let state = if model.ok { "in order" } else { "not in order" };
        let _ = writeln!(text, "{name}{}{name:#}: {state}  {faint}{files}{faint:#}", model.name);
        for problem in &model.problems {
            let _ = writeln!(text, "  {alert}{problem}{alert:#}");
        }
    }
    text
}
