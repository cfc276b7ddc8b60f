//! What a path says about a file: test, example, documentation, configuration, vendored. Of tests, also what the parser
//! found says so.

use contexd_store::FileRecord;

use crate::understand::AsksFor;

/// The classes a file belongs to; several may hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PathClass {
    /// A test, by the conventions of the common languages; of a chunk, also one that defines a test.
    pub test: bool,
    /// An example, sample, demo or benchmark.
    pub example: bool,
    /// Documentation.
    pub documentation: bool,
    /// Configuration or other data.
    pub configuration: bool,
    /// A copy of somebody else's code.
    pub vendored: bool,
}

impl PathClass {
    /// Classifies `path` (relative, with `/`).
    #[must_use]
    pub(crate) fn of(path: &str) -> Self {
        let lower = path.to_ascii_lowercase();
        let (directories, file_name) = directories_and_name(&lower);
        let within = |names: &[&str]| directories.split('/').any(|directory| names.contains(&directory));
        Self {
            test: is_test(path, &lower),
            example: within(&[
                "example",
                "examples",
                "sample",
                "samples",
                "demo",
                "demos",
                "bench",
                "benches",
                "benchmarks",
            ]),
            documentation: is_documentation(file_name) || within(&["doc", "docs", "documentation"]),
            configuration: has_extension(
                file_name,
                &["json", "yaml", "yml", "toml", "ini", "cfg", "lock", "xml", "csv", "svg"],
            ),
            vendored: within(&["vendor", "third_party", "thirdparty", "node_modules", "external"]),
        }
    }

    /// This class without what the question asks for by name.
    #[must_use]
    pub(crate) fn unless_asked(self, asked: AsksFor) -> Self {
        Self {
            test: self.test && !asked.tests,
            example: self.example && !asked.examples,
            documentation: self.documentation && !asked.documentation,
            configuration: self.configuration && !asked.configuration,
            ..self
        }
    }
}

/// Whether the chunk's symbol is a test or stands in one: tests also lie in files that are no tests by their path.
#[must_use]
pub(crate) fn is_test_chunk(record: &FileRecord, chunk: u32) -> bool {
    let symbol = record.chunks.get(chunk as usize).and_then(|chunk| chunk.symbol);
    symbol.and_then(|ordinal| record.symbols.get(ordinal as usize)).is_some_and(|symbol| symbol.is_test)
}

fn is_documentation(file_name: &str) -> bool {
    has_extension(file_name, &["md", "mdx", "rst", "adoc", "txt", "html"])
}

fn has_extension(file_name: &str, extensions: &[&str]) -> bool {
    file_name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// Whether the path is a test's by the conventions of the common languages.
#[must_use]
pub(crate) fn is_test_path(path: &str) -> bool {
    is_test(path, &path.to_ascii_lowercase())
}

/// [`is_test_path`] of a path that is there in lower case too.
fn is_test(path: &str, lower: &str) -> bool {
    const DIRECTORIES: [&str; 7] = ["test", "tests", "__tests__", "spec", "specs", "testdata", "__mocks__"];
    let (directories, lower_name) = directories_and_name(lower);
    let (_, name) = directories_and_name(path);
    directories.split('/').any(|directory| DIRECTORIES.contains(&directory))
        || is_test_file_name(name, lower_name)
}

fn is_test_file_name(name: &str, lower: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name);
    let lower_stem = &lower[..stem.len()];
    let camel_test = ["Test", "Tests", "Spec", "TestCase"]
        .iter()
        .any(|suffix| stem.len() > suffix.len() && stem.ends_with(suffix));
    camel_test
        || lower.contains(".test.")
        || lower.contains(".spec.")
        || lower_stem.starts_with("test_")
        || ["_test", "_tests", "_spec", "-test", "-spec"].iter().any(|suffix| lower_stem.ends_with(suffix))
        || matches!(lower_stem, "conftest" | "tests" | "test")
}

fn directories_and_name(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_told_by_the_conventions_of_their_language() {
        let tests = [
            "tests/it.rs",
            "a/__tests__/b.js",
            "pkg/x_test.go",
            "src/test/java/A.java",
            "b.spec.ts",
            "test_a.py",
            "FooTest.java",
            "BarTests.cs",
            "conftest.py",
        ];
        let others = [
            "src/contest.rs",
            "testing.py",
            "latest.go",
            "src/attest/mod.rs",
            "protest.c",
            "Test.java.md/x.rs",
        ];
        assert!(tests.iter().all(|path| is_test_path(path)), "{tests:?}");
        assert!(!others.iter().any(|path| is_test_path(path)), "{others:?}");
    }

    #[test]
    fn a_class_is_switched_off_when_it_is_asked_for() {
        let class = PathClass::of("docs/tests/guide.md");
        assert!(class.test && class.documentation);
        let relaxed = class.unless_asked(AsksFor { tests: true, ..AsksFor::default() });
        assert!(!relaxed.test && relaxed.documentation);
    }
}
