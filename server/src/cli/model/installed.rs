//! The installed models: a folder each below the data directory, with a manifest of the hash of every file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::cli::error::{CommandError, ErrorKind as Kind};

/// Name of the manifest within a model's folder.
const MANIFEST: &str = "manifest.json";
/// The manifest's format; another one is not read.
const FORMAT: u32 = 1;

/// What was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    format: u32,
    /// Name of the model.
    pub(crate) name: String,
    /// Licence of its weights.
    pub(crate) licence: String,
    /// Where it came from.
    pub(crate) source: String,
    /// Length of its vectors.
    pub(crate) dimension: usize,
    /// The files by their names.
    files: BTreeMap<String, Seal>,
}

/// What a file was when it was installed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Seal {
    bytes: u64,
    sha256: String,
}

impl Manifest {
    /// The manifest of the files that are in `folder` now.
    pub(crate) fn of_folder(
        folder: &Path,
        (name, licence, source): (&str, &str, &str),
        dimension: usize,
    ) -> io::Result<Self> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (bytes, sha256) = (entry.metadata()?.len(), sha256_of(&entry.path())?);
            files.insert(entry.file_name().to_string_lossy().into_owned(), Seal { bytes, sha256 });
        }
        let [name, licence, source] = [name, licence, source].map(str::to_owned);
        Ok(Self { format: FORMAT, name, licence, source, dimension, files })
    }

    /// Writes it into `folder`.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<()> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        fs::write(folder.join(MANIFEST), text)
    }

    /// Bytes of all files.
    pub(crate) fn bytes(&self) -> u64 {
        self.files.values().map(|seal| seal.bytes).sum()
    }

    /// Number of files.
    pub(crate) fn file_count(&self) -> usize {
        self.files.len()
    }
}

/// An installed model.
#[derive(Clone, Debug)]
pub(crate) struct InstalledModel {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// What was installed.
    pub(crate) manifest: Manifest,
}

impl InstalledModel {
    /// What is not as it was installed, a line each. Reads every byte.
    pub(crate) fn problems(&self) -> Vec<String> {
        let check = |(name, seal): (&String, &Seal)| match sha256_of(&self.folder.join(name)) {
            Err(error) => Some(format!("{name}: {error}")),
            Ok(found) if found != seal.sha256 => Some(format!("{name}: not the file that was installed")),
            Ok(_) => None,
        };
        self.manifest.files.iter().filter_map(check).collect()
    }
}

/// The folder of the installed models.
#[derive(Clone, Debug)]
pub(crate) struct InstalledModels {
    folder: PathBuf,
}

impl InstalledModels {
    /// Those below `data_dir`.
    pub(crate) fn below(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("models") }
    }

    /// The folder that holds a folder a model.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// All of them by name. A folder without a manifest that can be read is none of ours.
    pub(crate) fn list(&self) -> Result<Vec<InstalledModel>, CommandError> {
        let entries = match fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed("read", &self.folder, &error)),
        };
        let is_shown = |folder: &PathBuf| {
            folder.file_name().is_some_and(|name| !name.as_encoded_bytes().starts_with(b"."))
        };
        let folders = entries.flatten().map(|entry| entry.path()).filter(is_shown);
        let mut models: Vec<InstalledModel> = folders.filter_map(|folder| read(&folder)).collect();
        models.sort_by(|a, b| a.manifest.name.cmp(&b.manifest.name));
        Ok(models)
    }

    /// The one of this name.
    pub(crate) fn find(&self, name: &str) -> Result<Option<InstalledModel>, CommandError> {
        Ok(self.list()?.into_iter().find(|model| model.manifest.name == name))
    }

    /// Deletes a model, its manifest first, so that half a model is never taken for a whole.
    pub(crate) fn remove(&self, model: &InstalledModel) -> Result<(), CommandError> {
        let removed = fs::remove_file(model.folder.join(MANIFEST));
        removed
            .and_then(|()| fs::remove_dir_all(&model.folder))
            .map_err(|error| failed("delete", &model.folder, &error))
    }
}

fn read(folder: &Path) -> Option<InstalledModel> {
    let text = fs::read_to_string(folder.join(MANIFEST)).ok()?;
    let manifest: Manifest = serde_json::from_str(&text).ok()?;
    (manifest.format == FORMAT).then(|| InstalledModel { folder: folder.to_owned(), manifest })
}

/// SHA-256 of a file's bytes, in hexadecimal.
pub(crate) fn sha256_of(path: &Path) -> io::Result<String> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher))?;
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes into a hash.
struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The failure of `action` on `path`.
pub(crate) fn failed(action: &str, path: &Path, error: &io::Error) -> CommandError {
    CommandError::new(Kind::System, format!("cannot {action} {}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    /// A data directory with one installed model of two files.
    fn one_installed() -> (tempfile::TempDir, InstalledModels) {
        let data_dir = tempfile::tempdir().unwrap();
        let models = InstalledModels::below(data_dir.path());
        let folder = models.folder().join("tiny");
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("model.onnx"), "abc").unwrap();
        fs::write(folder.join("tokenizer.json"), "{}").unwrap();
        Manifest::of_folder(&folder, ("tiny", "MIT", "a test"), 4).unwrap().write(&folder).unwrap();
        (data_dir, models)
    }

    #[test]
    fn hashes_are_those_of_the_standard() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256_of(&path).unwrap(), expected);
    }

    #[test]
    fn what_is_not_as_it_was_installed_is_named() {
        let (_data_dir, models) = one_installed();
        let model = models.find("tiny").unwrap().unwrap();
        assert_eq!((model.manifest.bytes(), model.manifest.file_count()), (5, 2));
        assert_eq!(model.problems(), Vec::<String>::new());
        fs::write(model.folder.join("model.onnx"), "abd").unwrap();
        fs::remove_file(model.folder.join("tokenizer.json")).unwrap();
        let problems = model.problems();
        assert!(problems[0].starts_with("model.onnx: not the file"), "{problems:?}");
        assert!(problems[1].starts_with("tokenizer.json: "), "{problems:?}");
    }

    #[test]
    fn a_removed_model_is_listed_no_more_and_other_folders_never_were() {
        let (_data_dir, models) = one_installed();
        fs::create_dir(models.folder().join("unfinished")).unwrap();
        fs::create_dir(models.folder().join(".install-1")).unwrap();
        let listed = models.list().unwrap();
        assert_eq!(listed.len(), 1);
        models.remove(&listed[0]).unwrap();
        assert!(models.list().unwrap().is_empty() && !listed[0].folder.exists());
        assert!(InstalledModels::below(Path::new("/nonexistent")).list().unwrap().is_empty());
    }
}
