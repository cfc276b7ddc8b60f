//! Finds and loads the ONNX Runtime library, once for the whole process.
//!
//! The library is no part of this program, so nothing about it is taken for granted: a file that is missing, cut
//! off, of another architecture, too old or no ONNX Runtime at all is an error with a hint, before the loader or the
//! library could end the process.

use std::{
    env::consts::{DLL_PREFIX, DLL_SUFFIX},
    fmt::Display,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use ort::environment::Environment;

use super::{EmbedError, shared_library};

const INSTALL_HINT: &str = "install onnx runtime 1.24 or newer (`contexd model install gte-small` brings one along) and name the library file in the configuration";

/// Folders of the system in which package managers put the library.
const SYSTEM_FOLDERS: [&str; 7] = [
    "/usr/local/lib",
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib/x86_64-linux-gnu",
    "/usr/lib/aarch64-linux-gnu",
    "/opt/onnxruntime/lib",
    "/opt/homebrew/lib",
];

/// The library that this process uses; it can be chosen once and is never unloaded.
static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

struct Loaded {
    path: PathBuf,
    environment: Environment,
}

/// Where the library is: the file (or the folder with it) that was `asked` for, else one beside the model, else one
/// of the system.
pub(super) fn locate(asked: Option<&Path>, model_directory: &Path) -> Result<PathBuf, EmbedError> {
    let file_name = format!("{DLL_PREFIX}onnxruntime{DLL_SUFFIX}");
    if let Some(path) = asked {
        let path = if path.is_dir() { path.join(file_name) } else { path.to_owned() };
        return if path.is_file() { Ok(path) } else { Err(unusable(Some(&path), "there is no such file")) };
    }
    let beside = [model_directory.to_owned(), model_directory.join("lib"), model_directory.join("../lib")];
    let folders = beside.into_iter().chain(SYSTEM_FOLDERS.map(PathBuf::from));
    let mut candidates = folders.map(|folder| folder.join(&file_name));
    candidates
        .find(|path| path.is_file())
        .ok_or_else(|| unusable(None, format!("found no {file_name} beside the model or in a system folder")))
}

/// Loads the library at `path`. Where this process has one already, that one stays.
pub(super) fn load(path: &Path) -> Result<Environment, EmbedError> {
    shared_library::check(path).map_err(|reason| unusable(Some(path), reason))?;
    let mut loaded = lock(&LOADED);
    if let Some(loaded) = loaded.as_ref() {
        if loaded.path != path {
            tracing::warn!(asked = %path.display(), used = %loaded.path.display(), "a process loads one onnx runtime");
        }
        return Ok(loaded.environment.clone());
    }
    let environment = contained(|| initialise(path)).map_err(|reason| unusable(Some(path), reason))?;
    *loaded = Some(Loaded { path: path.to_owned(), environment: environment.clone() });
    Ok(environment)
}

fn initialise(path: &Path) -> Result<Environment, String> {
    let builder = ort::init_from(path).map_err(|error| error.to_string())?;
    builder.with_name("contexd").with_telemetry(false).build().map_err(|error| error.to_string())
}

/// Runs `work`, which calls code that is not ours, and turns a panic in it into an error.
pub(super) fn contained<T, E: Display>(work: impl FnOnce() -> Result<T, E>) -> Result<T, String> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(panic) => Err(panic_message(panic.as_ref())),
    }
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let message =
        panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    format!("panicked: {}", message.unwrap_or("no message"))
}

/// A lock whose data stays usable when a holder panicked.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn unusable(path: Option<&Path>, reason: impl Into<String>) -> EmbedError {
    EmbedError::Runtime {
        path: path.map(Path::to_owned),
        reason: reason.into(),
        hint: INSTALL_HINT.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[cfg(target_os = "linux")]
    fn check_refused(content: &[u8], expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("libonnxruntime.so");
        std::fs::write(&path, content).unwrap();
        let Err(error) = load(&path) else {
            // Another test of this process has loaded a real one, and that one stays.
            assert!(
                lock(&LOADED).as_ref().is_some_and(|loaded| loaded.path != path),
                "{} was loaded",
                path.display()
            );
            return;
        };
        let message = error.to_string();
        assert!(message.contains(expected), "{message}");
        assert!(message.contains("hint: install"), "{message}");
        assert!(message.contains(&path.display().to_string()), "{message}");
    }

    #[test]
    fn a_library_that_is_asked_for_must_exist() {
        let error = locate(Some(Path::new("/nowhere/libonnxruntime.so")), Path::new("/")).unwrap_err();
        assert!(error.to_string().contains("no such file"), "{error}");
    }

    #[test]
    fn a_library_beside_the_model_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let library = folder.path().join("lib").join(format!("{DLL_PREFIX}onnxruntime{DLL_SUFFIX}"));
        std::fs::create_dir_all(library.parent().unwrap()).unwrap();
        std::fs::write(&library, "").unwrap();
        assert_eq!(locate(None, folder.path()).unwrap(), library);
        let asked_folder = locate(Some(library.parent().unwrap()), Path::new("/nowhere")).unwrap();
        assert_eq!(asked_folder, library);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_text_file_is_refused() {
        check_refused(b"not a library", "shared library");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_empty_file_is_refused() {
        check_refused(b"", "shared library");
    }

    #[cfg(target_os = "linux")]
    mod compiled {
        //! Libraries that load but are no usable ONNX Runtime; needs a C compiler and is skipped without one.

        use std::process::Command;

        use super::*;

        fn compile(source: &str, folder: &Path) -> Option<PathBuf> {
            let (code, library) = (folder.join("library.c"), folder.join("libonnxruntime.so"));
            std::fs::write(&code, source).unwrap();
            let compiled =
                Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&code).status();
            if compiled.is_ok_and(|status| status.success()) {
                return Some(library);
            }
            eprintln!("skipped: needs a c compiler");
            None
        }

        fn check_source_refused(source: &str, expected: &str) {
            let folder = tempfile::tempdir().unwrap();
            let Some(library) = compile(source, folder.path()) else { return };
            check_refused(&std::fs::read(library).unwrap(), expected);
        }

        #[test]
        fn another_library_is_refused() {
            check_source_refused("int unrelated(void) { return 1; }", "does not export");
        }

        #[test]
        fn an_old_runtime_is_refused() {
            check_source_refused(
                r#"static const void *get_api(unsigned v) { return 0; }
                   static const char *version(void) { return "1.16.3"; }
                   struct base { const void *(*get_api)(unsigned); const char *(*version)(void); };
                   static const struct base BASE = { get_api, version };
                   const struct base *OrtGetApiBase(void) { return &BASE; }"#,
                "1.16.3",
            );
        }

        #[test]
        fn a_runtime_that_gives_nothing_is_refused() {
            check_source_refused("const void *OrtGetApiBase(void) { return 0; }", "panicked");
        }

        #[test]
        fn a_cut_off_library_is_refused() {
            let folder = tempfile::tempdir().unwrap();
            let Some(library) = compile("int big[5000] = { 1 };", folder.path()) else { return };
            let whole = std::fs::read(library).unwrap();
            check_refused(&whole[..whole.len() / 2], "cut off");
        }

        #[test]
        fn a_library_for_another_processor_is_refused() {
            let folder = tempfile::tempdir().unwrap();
            let Some(library) = compile("int number = 1;", folder.path()) else { return };
            let mut other = std::fs::read(library).unwrap();
            other[18] = 8;
            check_refused(&other, "another processor");
        }
    }
}
