//! Rules that a machine checks on the workspace's own files.

mod dependencies;
mod documents;
mod layers;
mod sources;

/// Fails with a list of everything that breaks a rule.
fn report(rule: &str, problems: &[String]) {
    assert!(problems.is_empty(), "{rule}:\n  {}\n", problems.join("\n  "));
}
