//! Documents keep up with the code.

use contexd_tests::workspace::{SourceFile, files, root, text};

use super::report;

fn proto_files() -> Vec<SourceFile> {
    files("proto/contexd", &[".proto"])
}

/// The names of the methods of all services, with the comments above each and above its service.
fn methods() -> Vec<(String, String)> {
    let mut found = Vec::new();
    for file in proto_files() {
        let mut comment = String::new();
        let mut service_comment = String::new();
        for line in file.text.lines().map(str::trim) {
            if let Some(words) = line.strip_prefix("//") {
                comment.push_str(words);
                continue;
            }
            if line.starts_with("service ") {
                service_comment = comment.clone();
            } else if let Some(rest) = line.strip_prefix("rpc ") {
                let name = rest.split('(').next().unwrap_or_default().to_owned();
                found.push((name, format!("{service_comment} {comment}")));
            }
            comment.clear();
        }
    }
    found
}

#[test]
fn every_message_and_field_of_the_protocol_has_a_comment() {
    let mut problems = Vec::new();
    for file in proto_files() {
        let mut commented = false;
        for (number, line) in file.text.lines().enumerate() {
            let line = line.trim();
            if declares(line) && !commented {
                problems.push(format!("{}:{}: {line}", file.path, number + 1));
            }
            commented = line.starts_with("//");
        }
    }
    report("declarations without a comment", &problems);
}

/// Whether a line of a `.proto` file declares something that users of the protocol see.
fn declares(line: &str) -> bool {
    let keywords = ["message ", "enum ", "service ", "rpc ", "oneof "];
    let directives = ["syntax", "package", "import", "option ", "reserved"];
    let is_field = line.contains(" = ") && line.ends_with(';');
    let is_directive = directives.iter().any(|word| line.starts_with(word));
    keywords.iter().any(|word| line.starts_with(word)) || (is_field && !is_directive)
}

#[test]
fn the_readme_lists_every_method_and_says_which_are_not_available() {
    let readme = text("README.md");
    let mut problems = Vec::new();
    for (name, comment) in methods() {
        let row = readme.lines().find(|line| line.starts_with('|') && line.contains(&format!("`{name}`")));
        let unavailable = comment.contains("answers UNIMPLEMENTED");
        match row {
            None => problems.push(format!("`{name}` has no row")),
            Some(row) if unavailable != row.contains("UNIMPLEMENTED") => {
                problems.push(format!("`{name}`: the protocol's comment and the row disagree: {row}"));
            }
            Some(_) => {}
        }
    }
    report("README.md's table of methods", &problems);
}

#[test]
fn every_invariant_names_a_check_that_exists() {
    let architecture = text("ARCHITECTURE.md");
    let mut problems = Vec::new();
    let mut invariants = 0;
    for paragraph in architecture.split("\n\n").filter(|paragraph| paragraph.contains("**Invariant:**")) {
        invariants += 1;
        let checks = named_checks(paragraph);
        if checks.is_empty() {
            problems.push(format!("no check: {paragraph}"));
        }
        problems.extend(
            checks.into_iter().filter(|check| !exists(check)).map(|check| format!("no such check: {check}")),
        );
    }
    report("invariants of ARCHITECTURE.md", &problems);
    assert!(invariants > 0, "no invariants found");
}

/// What stands in backticks after `Check:`.
fn named_checks(paragraph: &str) -> Vec<&str> {
    let Some((_, checks)) = paragraph.split_once("Check:") else { return Vec::new() };
    checks.split('`').skip(1).step_by(2).collect()
}

/// Whether `check` is a file, or `file::function` with that function in it.
fn exists(check: &str) -> bool {
    let (path, function) = check.split_once("::").unwrap_or((check, ""));
    let Ok(content) = std::fs::read_to_string(root().join(path)) else { return false };
    function.is_empty() || content.contains(&format!("fn {function}("))
}

#[test]
fn relative_links_of_the_documents_lead_somewhere() {
    let mut problems = Vec::new();
    for file in files("", &[".md"]) {
        let folder = root().join(&file.path).parent().map(std::path::Path::to_owned).unwrap_or_default();
        for target in link_targets(&file.text) {
            let path = target.split('#').next().unwrap_or_default();
            let is_local = !path.is_empty() && !path.contains("://") && !path.starts_with("mailto:");
            if is_local && !folder.join(path).exists() {
                problems.push(format!("{}: {target}", file.path));
            }
        }
    }
    report("links that lead nowhere", &problems);
}

/// The targets of `[text](target)`.
fn link_targets(markdown: &str) -> Vec<&str> {
    markdown.split("](").skip(1).filter_map(|rest| rest.split(')').next()).collect()
}
