//! What became of a path, and which rule or fact decided.

use std::path::Path;

use contexd_indexer::scope::{Explanation, Reason, Rule, Scope, ScopeConfig, ScopeOptions, Verdict};
use contexd_store::Fate;

use super::Engine;
use super::answer::{Address, Answer, IgnoreRule, PathFate, PathReport};
use super::ask::Desk;
use super::paths;
use crate::error::ServiceError;

impl Engine {
    /// Explains the fate of `path`.
    ///
    /// # Errors
    /// When the repository is not known or its configuration is wrong.
    pub async fn why(&self, address: &Address, path: String) -> Result<Answer<PathReport>, ServiceError> {
        paths::check_length("path", &path)?;
        self.ask(address, move |desk| explain(desk, &path)).await
    }
}

fn explain(desk: &mut Desk, given: &str) -> Result<PathReport, ServiceError> {
    let Some(path) = paths::relative_to_root(desk.root(), given) else {
        return Ok(PathReport { path: given.to_owned(), fate: PathFate::Outside });
    };
    let known = match desk.snapshot.fate(&path) {
        Some(Fate::Indexed(file)) => Some(Ok(file.clone())),
        Some(Fate::Skipped(file)) => Some(Err((file.reason, file.detail.to_string()))),
        None => None,
    };
    let fate = match known {
        Some(Ok(file)) => {
            let state = desk.verify(|_, verifier| verifier.check(&file.path, file.stat, file.blob));
            PathFate::Indexed { file, state }
        }
        Some(Err((reason, detail))) => PathFate::Skipped { reason, detail },
        None => explain_unknown(desk.root(), &path)?,
    };
    Ok(PathReport { path, fate })
}

/// The fate of a path that the index does not hold: by the rules, then by what stands on disk.
fn explain_unknown(root: &Path, path: &str) -> Result<PathFate, ServiceError> {
    if path.is_empty() {
        return Ok(PathFate::Directory);
    }
    let failed = |error| ServiceError::from_indexer(root, error);
    let mut options = ScopeOptions::from_environment(ScopeConfig::load(root).map_err(failed)?);
    options.allow_broad_root = true;
    let scope = Scope::new(root, &options).map_err(failed)?;
    let explanation = scope.explain(path);
    if explanation.verdict == Verdict::Out {
        return Ok(ignored(root, path, &explanation));
    }
    Ok(match root.join(path).symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => PathFate::Directory,
        Ok(_) => PathFate::Pending,
        Err(_) => PathFate::NotFound,
    })
}

fn ignored(root: &Path, path: &str, explanation: &Explanation) -> PathFate {
    let decided_at = &explanation.decided_at;
    let subject = if decided_at == path { "it".to_owned() } else { format!("the directory {decided_at}") };
    let (detail, rule) = match &explanation.reason {
        Reason::Exclude(rule) => (format!("`exclude` of the configuration leaves {subject} out"), Some(rule)),
        Reason::Include(rule) | Reason::IgnoreFile(rule) => {
            (format!("an ignore rule leaves {subject} out"), Some(rule))
        }
        Reason::VersionControl => (format!("{subject} belongs to a version control system"), None),
        Reason::Index => (format!("{subject} holds the index itself"), None),
        Reason::BelowSymlink => (format!("{decided_at} is a symbolic link, which is never followed"), None),
        Reason::OutsideRoot | Reason::Unmentioned => (format!("{subject} is out of scope"), None),
    };
    PathFate::Ignored { detail, rule: rule.map(|rule| shown_rule(root, rule)) }
}

fn shown_rule(root: &Path, rule: &Rule) -> IgnoreRule {
    let file = rule.file.strip_prefix(root).unwrap_or(&rule.file);
    IgnoreRule {
        file: file.display().to_string(),
        line: rule.line.unwrap_or(0),
        pattern: rule.pattern.clone(),
    }
}
