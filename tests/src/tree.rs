//! A directory tree to index, and the changes that tests make to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A directory tree. Removed with the sandbox that it stands in.
#[derive(Clone, Debug)]
pub struct Tree {
    root: PathBuf,
}

/// A line of a fixture that begins a file, followed by its path.
const FILE_MARK: &str = "//- /";

impl Tree {
    /// An empty tree at `root`, marked as a repository.
    ///
    /// # Panics
    /// When it cannot be created.
    #[must_use]
    pub fn create(root: &Path) -> Self {
        fs::create_dir_all(root.join(".git")).expect("a directory can be created");
        Self { root: root.canonicalize().expect("the directory was just created") }
    }

    /// Its root: absolute, without symbolic links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its root as text.
    ///
    /// # Panics
    /// When the temporary directory's path is not UTF-8.
    #[must_use]
    pub fn root_text(&self) -> &str {
        self.root.to_str().expect("temporary directories have ordinary names")
    }

    /// Writes the files of `fixture`, in which each begins with a line `//- /path`.
    pub fn write_all(&self, fixture: &str) -> &Self {
        for file in fixture.split(FILE_MARK).skip(1) {
            let (path, text) = file.split_once('\n').unwrap_or((file, ""));
            self.write(path.trim(), text);
        }
        self
    }

    /// Writes a file as editors do: whole, under another name, then renamed.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let target = self.root.join(path);
        let folder = target.parent().expect("invariant: the path lies beneath the root");
        fs::create_dir_all(folder).expect("a directory can be created");
        let temporary = folder.join(".save~");
        fs::write(&temporary, text).expect("a file can be written");
        fs::rename(&temporary, &target).expect("a file can be renamed");
    }

    /// The text of a file.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap_or_else(|error| panic!("cannot read {path}: {error}"))
    }

    /// Lines `first` to `last` of a file, 1-based and inclusive, without the end of the last one.
    ///
    /// # Panics
    /// When the file has no such lines.
    #[must_use]
    pub fn lines(&self, path: &str, first: u32, last: u32) -> String {
        let text = self.read(path);
        let lines: Vec<&str> = text.split('\n').collect();
        lines[first as usize - 1..last as usize].join("\n")
    }

    /// Deletes a file.
    ///
    /// # Panics
    /// When it cannot be deleted.
    pub fn remove(&self, path: &str) {
        fs::remove_file(self.root.join(path)).expect("a file can be removed");
    }

    /// Renames a file or directory.
    ///
    /// # Panics
    /// When it cannot be renamed.
    pub fn rename(&self, from: &str, to: &str) {
        fs::rename(self.root.join(from), self.root.join(to)).expect("a path can be renamed");
    }

    /// Runs git in the tree, without any configuration of the user or the system.
    ///
    /// # Panics
    /// When git is not installed or fails.
    pub fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args([
            "-c",
            "user.name=Test",
            "-c",
            "user.email=test@example.com",
            "-c",
            "init.defaultBranch=main",
        ]);
        command.args(["-c", "commit.gpgsign=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0"]);
        command.args(arguments).current_dir(&self.root);
        for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            command.env_remove(name);
        }
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        let output = command.output().expect("git is installed");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
