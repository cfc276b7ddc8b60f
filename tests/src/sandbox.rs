//! The program in a world of its own: home, caches, socket and environment of a temporary directory.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

use crate::client::Client;
use crate::program;
use crate::tree::Tree;

/// How long a daemon may take to start or stop before a test gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// A temporary world. Everything in it is removed when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    directory: TempDir,
}

/// What a finished command left.
#[derive(Clone, Debug)]
pub struct Output {
    /// Its exit code.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it said.
    pub stderr: String,
}

impl Output {
    /// The printed JSON objects, one a line.
    ///
    /// # Panics
    /// When a line is not JSON.
    #[must_use]
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {self:?}"));
        self.stdout.lines().map(parse).collect()
    }

    /// The one printed JSON object.
    ///
    /// # Panics
    /// When there is not exactly one.
    #[must_use]
    pub fn json(&self) -> Value {
        let mut objects = self.json_lines();
        assert_eq!(objects.len(), 1, "one JSON object: {self:?}");
        objects.remove(0)
    }

    /// Itself, if the exit code is `code`.
    ///
    /// # Panics
    /// When it is another.
    #[must_use]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "exit code: {self:?}");
        self
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// A fresh world.
    ///
    /// # Panics
    /// When no temporary directory can be created.
    #[must_use]
    pub fn new() -> Self {
        let directory = tempfile::Builder::new().prefix("contexd-").tempdir().expect("a temporary directory");
        for name in ["home", "run", "trees"] {
            fs::create_dir(directory.path().join(name)).expect("a directory can be created");
        }
        Self { directory }
    }

    /// A path in it.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The daemon's socket.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.path("run/contexd.sock")
    }

    /// Writes the user's configuration file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn configure(&self, text: &str) {
        let folder = self.path("config/contexd");
        fs::create_dir_all(&folder).expect("a directory can be created");
        fs::write(folder.join("config.toml"), text).expect("a file can be written");
    }

    /// A tree to index with the files of `fixture`: see [`Tree::write_all`].
    #[must_use]
    pub fn tree(&self, name: &str, fixture: &str) -> Tree {
        let tree = Tree::create(&self.path("trees").join(name));
        tree.write_all(fixture);
        tree
    }

    /// The program with `arguments`, in this world's environment and no other.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(program::path());
        command.args(arguments).env_clear().stdin(Stdio::null()).current_dir(self.directory.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.path("home")).env("XDG_CACHE_HOME", self.path("cache"));
        command.env("XDG_CONFIG_HOME", self.path("config")).env("XDG_STATE_HOME", self.path("state"));
        command.env("XDG_DATA_HOME", self.path("data"));
        command.env("XDG_RUNTIME_DIR", self.path("run")).env("CONTEXD_SOCKET", self.socket());
        command
    }

    /// Runs the program to its end.
    ///
    /// # Panics
    /// When it cannot be started or is killed by a signal.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Output {
        finish(&mut self.command(arguments))
    }

    /// Runs the program in a tree, with `stdin` as its input.
    ///
    /// # Panics
    /// When it cannot be started or is killed by a signal.
    #[must_use]
    pub fn run_in(&self, tree: &Tree, arguments: &[&str], stdin: &str) -> Output {
        let input = self.path("stdin");
        fs::write(&input, stdin).expect("a file can be written");
        let input = File::open(&input).expect("the file was just written");
        finish(self.command(arguments).current_dir(tree.root()).stdin(input))
    }

    /// Starts `contexd serve` and waits until it answers.
    ///
    /// # Panics
    /// When it ends instead, or does not answer in time.
    #[must_use]
    pub fn serve(&self) -> Daemon {
        self.serve_with(&[])
    }

    /// The same, with these variables in its environment.
    ///
    /// # Panics
    /// As [`Sandbox::serve`].
    #[must_use]
    pub fn serve_with(&self, variables: &[(&str, &str)]) -> Daemon {
        let log = self.path("daemon.log");
        let stderr = File::options().create(true).append(true).open(&log).expect("a file can be opened");
        let mut command = self.command(&["serve"]);
        command.envs(variables.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the program can be started");
        let mut daemon = Daemon { child, socket: self.socket(), log };
        let deadline = Instant::now() + PATIENCE;
        while Client::connect(&daemon.socket).is_none_or(|client| !client.is_serving()) {
            let ended = daemon.child.try_wait().expect("the child can be asked");
            assert!(ended.is_none(), "the daemon ended with {ended:?}: {}", daemon.log_text());
            assert!(Instant::now() < deadline, "the daemon does not answer: {}", daemon.log_text());
            pause();
        }
        daemon
    }
}

/// Between two looks at a process, which nothing else reports on.
#[expect(clippy::disallowed_methods, reason = "the system has no event for this that ends at a deadline")]
fn pause() {
    std::thread::sleep(Duration::from_millis(5));
}

fn finish(command: &mut Command) -> Output {
    let output = command.output().expect("the program can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the program prints UTF-8");
    let code = output.status.code().unwrap_or_else(|| panic!("killed: {:?}", output.status));
    Output { code, stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// A running `contexd serve`. Killed when it is dropped.
#[derive(Debug)]
pub struct Daemon {
    child: Child,
    socket: PathBuf,
    log: PathBuf,
}

impl Daemon {
    /// A client of it.
    ///
    /// # Panics
    /// When it does not accept the connection.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::connect(&self.socket).expect("a running daemon accepts connections")
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log_text(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// Sends it a signal and waits for its end.
    ///
    /// # Panics
    /// When it has ended already, or does not end in time.
    #[must_use]
    pub fn end_with(&mut self, signal: Signal) -> ExitStatus {
        let process = Pid::from_child(&self.child);
        kill_process(process, signal).expect("the daemon runs");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("the child can be asked") {
                return status;
            }
            assert!(Instant::now() < deadline, "the daemon does not end: {}", self.log_text());
            pause();
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // It may have ended already; then there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
