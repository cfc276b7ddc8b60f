//! Paths in requests: brought into the form that the index uses, and kept inside the root.

use std::path::{Component, Path};

use crate::error::ServiceError;

/// Longest path that a request may carry, in bytes.
pub(crate) const MAX_PATH_BYTES: usize = 4_096;

/// `given` relative to `root` with `/` between its parts; `None` when it lies outside. A relative path counts from
/// the root. Decided by the text alone: nothing is looked up, links are not followed.
pub(crate) fn relative_to_root(root: &Path, given: &str) -> Option<String> {
    let path = Path::new(given);
    let below = if path.is_absolute() { path.strip_prefix(root).ok()? } else { path };
    let mut parts: Vec<&str> = Vec::new();
    for component in below.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::ParentDir => drop(parts.pop()?),
            Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(parts.join("/"))
}

/// [`relative_to_root`] for a request's field that must name a file inside.
pub(crate) fn require_inside(root: &Path, field: &'static str, given: &str) -> Result<String, ServiceError> {
    check_length(field, given)?;
    match relative_to_root(root, given) {
        Some(path) if path.is_empty() => Err(ServiceError::invalid(field, "names no file")),
        Some(path) => Ok(path),
        None => Err(ServiceError::invalid(field, format!("{given} lies outside {}", root.display()))),
    }
}

/// Refuses a path that is longer than any system allows.
pub(crate) fn check_length(field: &'static str, given: &str) -> Result<(), ServiceError> {
    if given.len() > MAX_PATH_BYTES {
        return Err(ServiceError::invalid(field, format!("is longer than {MAX_PATH_BYTES} bytes")));
    }
    if given.contains('\0') {
        return Err(ServiceError::invalid(field, "holds a NUL byte"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(given: &str, expected: Option<&str>) {
        let found = relative_to_root(Path::new("/home/me/project"), given);
        assert_eq!(found.as_deref(), expected, "{given}");
    }

    #[test]
    fn paths_stay_inside() {
        check("src/lib.rs", Some("src/lib.rs"));
        check("./src//a/../lib.rs", Some("src/lib.rs"));
        check("/home/me/project/src/lib.rs", Some("src/lib.rs"));
        check("/home/me/project", Some(""));
        check("", Some(""));
        check("../other", None);
        check("a/../../b", None);
        check("/home/me/project/../other", None);
        check("/etc/passwd", None);
        check("/home/me/project2/a", None);
    }

    #[test]
    fn a_field_must_name_something_inside() {
        let root = Path::new("/root");
        assert!(require_inside(root, "path", "a/b").is_ok());
        for given in ["", ".", "/", "../a", "a\0b", &"x".repeat(MAX_PATH_BYTES + 1)] {
            assert!(require_inside(root, "path", given).is_err(), "{given:?}");
        }
    }
}
