//! What the typed arguments mean: settings resolved, the repository found.
//!
//! Second of two stages; [`super::args`] is the first.

use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, OnceLock};

use contexd::engine::Engine;
use contexd_proto::v1;

use crate::cli::args::{Cli, SharedArgs};
use crate::cli::error::CommandError;
use crate::cli::model::choice::Choice;
use crate::cli::output::{Notes, Printer};
use crate::config;
use crate::settings::{Environment, Layer, ModelSource, Settings, repository_around};

/// All that a command needs to know besides its own arguments.
pub(crate) struct Invocation {
    /// The resolved settings.
    pub(crate) settings: Settings,
    /// Which source names the embedding model.
    pub(crate) model_source: ModelSource,
    /// The ONNX Runtime library that people name themselves, rather than what was noted with the chosen model.
    pub(crate) named_runtime: Option<PathBuf>,
    /// Root of the repository, canonical.
    pub(crate) repository: PathBuf,
    /// Whether the repository was named rather than found around the working directory.
    pub(crate) repository_named: bool,
    /// The working directory, canonical.
    pub(crate) working_dir: PathBuf,
    /// Whether to do everything in this process.
    pub(crate) no_daemon: bool,
    /// Milliseconds to wait for the disk's present state.
    pub(crate) wait: Option<u32>,
    /// How much to log: 0 to 2.
    pub(crate) verbose: u8,
    /// For telling people what goes on.
    pub(crate) notes: Notes,
    /// Whether to print JSON.
    json: bool,
    /// Whether the environment forbids colour.
    plain_environment: bool,
    /// The engine of this process, if the command opened one.
    engine: OnceLock<Arc<Engine>>,
}

impl Invocation {
    /// Resolves what was typed against the environment and the configuration files.
    pub(crate) fn resolve(cli: &Cli, environment: &Environment) -> Result<Self, CommandError> {
        let working_dir = std::env::current_dir()?;
        let named = cli.command.named_repository().or(cli.shared.repo.as_deref());
        let mut invocation = Self {
            settings: Settings::resolve(Layer::default(), environment, &working_dir),
            model_source: ModelSource::default(),
            named_runtime: None,
            repository: working_dir.clone(),
            repository_named: named.is_some(),
            working_dir,
            no_daemon: cli.shared.no_daemon,
            wait: cli.shared.wait,
            verbose: cli.shared.verbose,
            notes: Notes { quiet: cli.shared.quiet },
            json: cli.shared.json,
            plain_environment: environment.plain,
            engine: OnceLock::new(),
        };
        let mut repository_layer = Layer::default();
        if cli.command.concerns_repository() {
            invocation.repository = find_repository(named, &invocation.working_dir)?;
            repository_layer = config::load_repository_file(&invocation.repository, &environment.user_file)?;
        }
        let merged = merge(&cli.shared, environment, repository_layer)?;
        invocation.model_source = merged.model_source;
        invocation.named_runtime = merged.named_runtime.map(|path| invocation.working_dir.join(path));
        invocation.settings = Settings::resolve(merged.layer, environment, &invocation.working_dir);
        Ok(invocation)
    }

    /// The printer of this invocation's data.
    pub(crate) fn printer(&self) -> Printer {
        Printer::to_stdout(self.json, self.settings.color, self.plain_environment)
    }

    /// Keeps `engine` as the engine of this process, to be closed when the command ends.
    pub(crate) fn own_engine(&self, engine: Arc<Engine>) -> &Arc<Engine> {
        self.engine.get_or_init(|| engine)
    }

    /// The engine of this process, if the command opened one.
    pub(crate) fn opened_engine(&self) -> Option<&Arc<Engine>> {
        self.engine.get()
    }

    /// Closes the engine of this process, if the command opened one.
    pub(crate) async fn close(&self) {
        if let Some(engine) = self.engine.get() {
            engine.close().await;
        }
    }

    /// The repository as requests name it.
    pub(crate) fn repository_name(&self) -> Result<String, CommandError> {
        wire_path(&self.repository)
    }

    /// How fresh an answer must be.
    pub(crate) fn consistency(&self) -> Option<v1::Consistency> {
        let level = v1::consistency::Level::WaitForDiskMs(self.wait?);
        Some(v1::Consistency { level: Some(level) })
    }

    /// Tells people how to come back to an answer, where answers are kept.
    pub(crate) fn note_logged(&self, meta: Option<&v1::ReplyMeta>) {
        if let Some(meta) = meta.filter(|_| self.settings.query_log.enabled) {
            self.notes.say(format!("note: `contexd explain {}` tells how this was ranked", meta.query_id));
        }
    }

    /// A path of the repository as it was typed, as requests name it: relative to the working directory where such
    /// a file exists there, else relative to the repository's root.
    pub(crate) fn path_in_repository(&self, typed: &Path) -> Result<String, CommandError> {
        let from_here = lexically_normal(&self.working_dir.join(typed));
        let exists = |path: &Path| path.symlink_metadata().is_ok();
        let from_root = self.repository.join(typed);
        let inside = from_here.starts_with(&self.repository);
        if exists(&from_here) && (inside || !exists(&from_root)) {
            return wire_path(&from_here);
        }
        wire_path(typed)
    }
}

/// The sources of settings made one.
struct Merged {
    layer: Layer,
    model_source: ModelSource,
    named_runtime: Option<PathBuf>,
}

/// The sources of settings, in order.
fn merge(shared: &SharedArgs, environment: &Environment, repository: Layer) -> Result<Merged, CommandError> {
    let user = config::load_user_file(&environment.user_file, environment.home.as_deref())?;
    let chosen = Choice::load(&environment.data_dir)?.map(Choice::layer).unwrap_or_default();
    let flags = shared.layer();
    let sources = [
        (ModelSource::Flag, &flags),
        (ModelSource::Environment, &environment.layer),
        (ModelSource::UserFile, &user),
        (ModelSource::Chosen, &chosen),
    ];
    let first = sources.into_iter().find(|(_, layer)| layer.model_dir.is_some());
    let model_source = first.map_or(ModelSource::BuiltIn, |(source, _)| source);
    let named = flags.or(environment.layer.clone()).or(repository).or(user);
    let named_runtime = named.onnxruntime.clone();
    Ok(Merged { layer: named.or(chosen), model_source, named_runtime })
}

fn find_repository(named: Option<&Path>, working_dir: &Path) -> Result<PathBuf, CommandError> {
    let Some(named) = named else { return Ok(repository_around(working_dir)) };
    let missing = |error: std::io::Error| {
        CommandError::input(format!("cannot open the repository {}: {error}", named.display()))
            .hint("name a directory that exists with --repo PATH")
    };
    let root = working_dir.join(named).canonicalize().map_err(missing)?;
    if !root.is_dir() {
        return Err(CommandError::input(format!("not a directory: {}", named.display()))
            .hint("a repository is named by its root directory"));
    }
    Ok(root)
}

/// `path` as text; the service takes no other.
pub(crate) fn wire_path(path: &Path) -> Result<String, CommandError> {
    let not_text = || CommandError::input(format!("the path is not UTF-8: {}", path.display()));
    path.to_str().map(str::to_owned).ok_or_else(not_text)
}

/// `path` without `.` and `..`, without looking at the disk: the last part may be a symbolic link that is meant
/// itself.
fn lexically_normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use clap::Parser;

    use super::*;

    fn resolve(line: &[&str]) -> Result<Invocation, CommandError> {
        Invocation::resolve(&Cli::try_parse_from(line).unwrap(), &Environment::read(|_| None))
    }

    fn refusal(line: &[&str]) -> CommandError {
        resolve(line).err().expect("invariant: the test expects a refusal")
    }

    #[test]
    fn a_repository_that_is_named_must_be_a_directory() {
        for path in ["/nonexistent/repository", file!()] {
            let error = refusal(&["contexd", "search", "x", "--repo", path]);
            assert!(!error.hints.is_empty(), "{path}");
        }
    }

    #[test]
    fn flags_come_before_the_repositorys_file() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(config::REPOSITORY_FILE), "[search]\nlimit = 4\n").unwrap();
        let path = root.path().to_str().unwrap();
        let invocation = resolve(&["contexd", "search", "x", "--repo", path, "--socket", "/s"]).unwrap();
        assert_eq!((invocation.settings.search_limit, invocation.repository_named), (4, true));
        assert_eq!(invocation.settings.socket, Path::new("/s"));
    }

    #[test]
    fn a_broken_repository_file_does_not_keep_the_daemon_from_stopping() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(config::REPOSITORY_FILE), "nonsense = 1\n").unwrap();
        let path = root.path().to_str().unwrap();
        assert!(resolve(&["contexd", "search", "x", "--repo", path]).is_err());
        assert!(resolve(&["contexd", "stop", "--repo", path]).is_ok());
    }

    #[test]
    fn paths_are_taken_from_here_first_and_from_the_root_else() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("src")).unwrap();
        std::fs::write(root.join("src/a.rs"), "").unwrap();
        let mut invocation = resolve(&["contexd", "search", "x", "--repo", root.to_str().unwrap()]).unwrap();
        invocation.working_dir = root.join("src");
        let here = root.join("src/a.rs").to_str().unwrap().to_owned();
        assert_eq!(invocation.path_in_repository(Path::new("./a.rs")).unwrap(), here);
        assert_eq!(invocation.path_in_repository(Path::new("src/a.rs")).unwrap(), "src/a.rs");
        assert_eq!(invocation.path_in_repository(Path::new("gone.rs")).unwrap(), "gone.rs");
    }

    #[test]
    fn normalising_does_not_look_at_the_disk() {
        assert_eq!(lexically_normal(Path::new("/a/./b/../c")), Path::new("/a/c"));
    }
}
