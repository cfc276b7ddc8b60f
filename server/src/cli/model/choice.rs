//! Which model `contexd model use` has chosen: a small file that the program writes, beside the installed models.
//!
//! It is the last of the sources of settings. What people write themselves, flags, variables and their configuration
//! file, comes before it and is never rewritten.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use contexd::whole_file;
use serde::{Deserialize, Serialize};

use crate::cli::error::CommandError;
use crate::settings::Layer;

/// Name of the file in the data directory.
const FILE: &str = "model.toml";

/// The chosen model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Choice {
    /// Its directory, absolute.
    pub(crate) model_dir: PathBuf,
    /// The ONNX Runtime library to use with it, where that is not beside it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) onnxruntime: Option<PathBuf>,
}

impl Choice {
    /// The choice noted in `data_dir`; `None` when there is none, that is when the built-in model was chosen.
    pub(crate) fn load(data_dir: &Path) -> Result<Option<Self>, CommandError> {
        let path = data_dir.join(FILE);
        let refused = |detail: String| {
            CommandError::input(format!("cannot read {}: {detail}", path.display()))
                .hint("delete the file, and choose a model again with `contexd model use`")
        };
        match fs::read_to_string(&path) {
            Ok(text) => toml::from_str(&text).map(Some).map_err(|error| refused(error.message().to_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    /// Notes the choice in `data_dir`, whole or not at all; no choice is the built-in model.
    pub(crate) fn save(choice: Option<&Self>, data_dir: &Path) -> Result<(), CommandError> {
        let path = data_dir.join(FILE);
        let Some(choice) = choice else {
            return match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => Err(unwritable(&path, &error)),
                _ => Ok(()),
            };
        };
        let text = toml::to_string(choice)
            .map_err(|error| CommandError::input(format!("cannot note the choice: {error}")))?;
        let write = || {
            fs::create_dir_all(data_dir)?;
            whole_file::replace(&path, text.as_bytes())
        };
        write().map_err(|error| unwritable(&path, &error))
    }

    /// The settings that it makes.
    pub(crate) fn layer(self) -> Layer {
        Layer { model_dir: Some(self.model_dir), onnxruntime: self.onnxruntime, ..Layer::default() }
    }
}

fn unwritable(path: &Path, error: &std::io::Error) -> CommandError {
    CommandError::input(format!("cannot write {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_choice_comes_back_until_it_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let data_dir = folder.path().join("contexd");
        assert_eq!(Choice::load(&data_dir).unwrap(), None);
        Choice::save(None, &data_dir).unwrap();
        for onnxruntime in [None, Some("/lib/libonnxruntime.so".into())] {
            let choice = Choice { model_dir: "/models/own".into(), onnxruntime };
            Choice::save(Some(&choice), &data_dir).unwrap();
            assert_eq!(Choice::load(&data_dir).unwrap(), Some(choice));
        }
        Choice::save(None, &data_dir).unwrap();
        assert_eq!(Choice::load(&data_dir).unwrap(), None);
    }

    #[test]
    fn a_damaged_file_is_an_error_with_a_hint() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(FILE), "model = 'x'").unwrap();
        let error = Choice::load(folder.path()).unwrap_err();
        assert!(error.message.contains(FILE) && !error.hints.is_empty(), "{error}");
    }
}
