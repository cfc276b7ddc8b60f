//! Paths relative to a repository's root, as text with `/`; the root itself is the empty path.

/// The directory of `path`; `None` for the root.
pub(crate) fn parent(path: &str) -> Option<&str> {
    if path.is_empty() {
        return None;
    }
    Some(path.rsplit_once('/').map_or("", |(directory, _)| directory))
}

/// The last part of `path`.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The file name up to its first dot.
pub(crate) fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.split_once('.').map_or(name, |(stem, _)| stem)
}

/// The directories above `path`, the nearest first, the root last.
pub(crate) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |directory| parent(directory))
}

/// `tail` beneath `directory`, with `.` and `..` followed; `None` where they lead out of the root.
pub(crate) fn resolve(directory: &str, tail: &str) -> Option<String> {
    let mut parts: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    for part in tail.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// `name` in `directory`.
pub(crate) fn join(directory: &str, name: &str) -> String {
    match (directory, name) {
        ("", name) => name.to_owned(),
        (directory, "") => directory.to_owned(),
        (directory, name) => format!("{directory}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_paths() {
        assert_eq!((parent("a/b.rs"), parent("a"), parent("")), (Some("a"), Some(""), None));
        assert_eq!((file_name("a/b.rs"), stem("a/b.d.ts"), stem("a")), ("b.rs", "b", "a"));
        assert_eq!(ancestors("a/b/c").collect::<Vec<_>>(), ["a/b", "a", ""]);
        assert_eq!((join("", "a"), join("a", "b"), join("a", "")), ("a".into(), "a/b".into(), "a".into()));
    }

    #[test]
    fn dots_are_followed() {
        assert_eq!(resolve("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(resolve("a", "../../b"), None);
        assert_eq!(resolve("", "a").as_deref(), Some("a"));
    }
}
