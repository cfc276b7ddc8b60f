//! What a path says about a file: test, example, documentation, vendored.

/// Whether the path is a test's by the conventions of the common languages.
#[must_use]
pub fn is_test_path(path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let file_name = parts.next().unwrap_or(path).to_ascii_lowercase();
    let stem = file_name.split('.').next().unwrap_or(&file_name);
    let in_test_directory = parts.any(|directory| {
        matches!(
            directory.to_ascii_lowercase().as_str(),
            "test" | "tests" | "__tests__" | "testing" | "spec" | "specs" | "testdata"
        )
    });
    in_test_directory
        || stem.starts_with("test_")
        || stem.ends_with("_test")
        || stem.ends_with("_spec")
        || file_name.contains(".test.")
        || file_name.contains(".spec.")
        || stem == "conftest"
        || stem == "tests"
}
