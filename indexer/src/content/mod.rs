//! Which contents are indexed at all, and why the others are not.
//!
//! Every rule errs on the side of indexing: a file is skipped only for a mark that has no other common meaning.
//! Size is the caller's decision ([`SkipReason::TooLarge`]).

mod generated;
mod secrets;

use contexd_store::SkipReason;

use crate::lang::{self, Category};

pub use secrets::redact;

/// A NUL byte among this many first bytes makes a file binary.
const BINARY_WINDOW: usize = 8 * 1024;

/// Shorter files are never taken for minified.
const MINIFIED_MIN_BYTES: usize = 2_000;

/// Minified text has more bytes a line than this on average...
const MINIFIED_AVERAGE_LINE: usize = 250;

/// ...and a line longer than this.
const MINIFIED_LONGEST_LINE: usize = 2_000;

/// The text of the file at `path`, or why it is not indexed.
///
/// The rules, in this order:
/// - **secret by name**: `.env` and its variants (except examples), private key and key-store files, credential
///   files of well-known tools;
/// - **lock file**: the well-known names;
/// - **binary**: a well-known extension, or a NUL byte in the first 8 KiB;
/// - **not UTF-8**;
/// - **secret by content**: a private key's header followed by key material, or a token in a well-known format
///   that is not a placeholder;
/// - **generated**: a comment within the first 20 lines says so in a well-established form;
/// - **minified**: `*.min.js` and the like, or code, markup or data with more than 250 bytes a line on average
///   and a line of more than 2,000.
///
/// # Errors
/// The reason to skip the file.
pub fn classify<'a>(path: &str, bytes: &'a [u8]) -> Result<&'a str, SkipReason> {
    let file_name = path.rsplit('/').next().unwrap_or(path);
    if secrets::is_secret_name(path) {
        return Err(SkipReason::Secret);
    }
    if LOCK_FILES.contains(&file_name) {
        return Err(SkipReason::LockFile);
    }
    if has_binary_extension(file_name) || bytes[..bytes.len().min(BINARY_WINDOW)].contains(&0) {
        return Err(SkipReason::Binary);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| SkipReason::InvalidUtf8)?;
    if secrets::has_secret(text) {
        return Err(SkipReason::Secret);
    }
    if generated::is_generated(text) {
        return Err(SkipReason::Generated);
    }
    if is_minified(path, file_name, text) {
        return Err(SkipReason::Minified);
    }
    Ok(text)
}

/// Lock files of package managers.
const LOCK_FILES: [&str; 24] = [
    "Cargo.lock",
    "package-lock.json",
    "npm-shrinkwrap.json",
    "yarn.lock",
    "pnpm-lock.yaml",
    "bun.lock",
    "bun.lockb",
    "deno.lock",
    "poetry.lock",
    "Pipfile.lock",
    "uv.lock",
    "pdm.lock",
    "pixi.lock",
    "conda-lock.yml",
    "Gemfile.lock",
    "composer.lock",
    "go.sum",
    "go.work.sum",
    "mix.lock",
    "pubspec.lock",
    "Podfile.lock",
    "packages.lock.json",
    "flake.lock",
    "gradle.lockfile",
];

/// Extensions of files that hold no text.
const BINARY_EXTENSIONS: [&str; 88] = [
    "7z",
    "a",
    "apk",
    "avi",
    "avif",
    "bin",
    "blend",
    "bmp",
    "br",
    "bz2",
    "cab",
    "class",
    "cur",
    "dat",
    "db",
    "deb",
    "dll",
    "dmg",
    "doc",
    "docx",
    "dylib",
    "ear",
    "egg",
    "elc",
    "eot",
    "exe",
    "fla",
    "flac",
    "gif",
    "gz",
    "heic",
    "icns",
    "ico",
    "iso",
    "jar",
    "jpeg",
    "jpg",
    "lib",
    "lz4",
    "lzma",
    "m4a",
    "mkv",
    "mo",
    "mov",
    "mp3",
    "mp4",
    "mpeg",
    "mpg",
    "msi",
    "node",
    "npy",
    "npz",
    "o",
    "obj",
    "odt",
    "ogg",
    "onnx",
    "otf",
    "parquet",
    "pdb",
    "pdf",
    "png",
    "ppt",
    "pptx",
    "psd",
    "pyc",
    "pyd",
    "pyo",
    "rar",
    "rlib",
    "rpm",
    "safetensors",
    "so",
    "sqlite",
    "swf",
    "tar",
    "tgz",
    "tif",
    "tiff",
    "ttf",
    "wasm",
    "wav",
    "webm",
    "webp",
    "whl",
    "woff",
    "woff2",
    "xlsx",
];

/// Further extensions of archives.
const ARCHIVE_EXTENSIONS: [&str; 4] = ["xz", "zip", "zst", "war"];

fn has_binary_extension(file_name: &str) -> bool {
    let Some((_, extension)) = file_name.rsplit_once('.') else { return false };
    let extension = extension.to_ascii_lowercase();
    BINARY_EXTENSIONS.contains(&extension.as_str()) || ARCHIVE_EXTENSIONS.contains(&extension.as_str())
}

/// Endings of files that say they are minified or a map of such a file.
const MINIFIED_ENDINGS: [&str; 7] =
    [".min.js", ".min.mjs", ".min.cjs", ".min.css", ".bundle.js", ".js.map", ".css.map"];

fn is_minified(path: &str, file_name: &str, text: &str) -> bool {
    if MINIFIED_ENDINGS.iter().any(|ending| file_name.ends_with(ending)) {
        return true;
    }
    if text.len() < MINIFIED_MIN_BYTES {
        return false;
    }
    let mut lines = 0;
    let mut longest = 0;
    for line in text.split('\n') {
        lines += 1;
        longest = longest.max(line.len());
    }
    longest > MINIFIED_LONGEST_LINE
        && text.len() / lines > MINIFIED_AVERAGE_LINE
        && lang::detect(path, &text.as_bytes()[..text.len().min(1024)]).category != Category::Prose
        && !file_name.ends_with(".csv")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[track_caller]
    fn check(path: &str, content: &str, expected: Option<SkipReason>) {
        assert_eq!(classify(path, content.as_bytes()).err(), expected, "{path}: {content:.60}");
    }

    #[test]
    fn names_decide() {
        check("a/Cargo.lock", "", Some(SkipReason::LockFile));
        check("lock.rs", "", None);
        check("a.PNG", "", Some(SkipReason::Binary));
        check("lib.min.js", "x", Some(SkipReason::Minified));
        check("lib.js.map", "{}", Some(SkipReason::Minified));
        check("Makefile", "all:\n", None);
    }

    #[test]
    fn bytes_decide() {
        check("a.txt", "a\0b", Some(SkipReason::Binary));
        assert_eq!(classify("a.txt", b"\xff\xfe\x41"), Err(SkipReason::InvalidUtf8));
        assert_eq!(classify("a.txt", "\u{feff}x".as_bytes()), Ok("\u{feff}x"));
        let late_nul = format!("{}\0", "x\n".repeat(8 * 1024));
        check("a.txt", &late_nul, None);
    }

    #[test]
    fn long_lines_are_minified_in_code_only() {
        let bundle = "var a=1;".repeat(1000);
        check("a.js", &bundle, Some(SkipReason::Minified));
        check("a.md", &bundle, None);
        check("a.txt", &bundle, None);
        let one_long_line = format!("const X = \"{}\";\n{}", "y".repeat(5000), "let a = 1;\n".repeat(100));
        check("a.js", &one_long_line, None);
    }
}
