//! Names with wildcards in a question: `parse_*`, `*Handler`, `Foo::*_bar`, `Foo::*`.

use super::{NamedIdentifier, Strength, is_identifier, name_parts};

/// The name with wildcards that `word` is, if any.
///
/// A star is also a pointer's, a footnote's or emphasis: in a sentence it counts only beside what looks like code (an
/// underscore, a capital, a qualifier). `stands_alone` says that the word is the whole question.
pub(super) fn read_wildcard(word: &str, stands_alone: bool) -> Option<NamedIdentifier> {
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && !"_$*".contains(c));
    if !bare.contains('*') || bare.contains("**") {
        return None;
    }
    let parts = name_parts(bare);
    let (name, qualifier) = parts.split_last()?;
    let is_marked = name.contains(|c: char| c == '_' || c.is_uppercase()) || !qualifier.is_empty();
    // `*.rs` is about files.
    let has_star = name.contains('*') || bare.contains("::");
    let says_something = !is_star(name) || qualifier.iter().any(|part| !is_star(part));
    if !parts.iter().all(|part| is_pattern(part))
        || !has_star
        || !says_something
        || !(is_marked || stands_alone)
    {
        return None;
    }
    Some(NamedIdentifier {
        qualifier: qualifier.iter().map(|part| (*part).to_owned()).collect(),
        name: (*name).to_owned(),
        strength: Strength::Code,
        is_quoted: false,
    })
}

fn is_star(part: &str) -> bool {
    part == "*"
}

/// Whether `part` is a name, perhaps with stars in it.
fn is_pattern(part: &str) -> bool {
    let letters: String = part.chars().filter(|c| *c != '*').collect();
    is_star(part) || is_identifier(&letters) && (letters.len() > 1 || letters == part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_are_told_from_emphasis_and_pointers() {
        let read = |word| {
            let name = read_wildcard(word, false)?;
            Some([name.qualifier, vec![name.name]].concat().join(" "))
        };
        for (word, expected) in [
            ("parse_*", "parse_*"),
            ("*Handler,", "*Handler"),
            ("`get_*_by_id`?", "get_*_by_id"),
            ("Foo::*_bar", "Foo *_bar"),
            ("pkg.Type.*", "pkg Type *"),
            ("*::new", "* new"),
        ] {
            assert_eq!(read(word).as_deref(), Some(expected), "{word}");
        }
        for word in
            ["**bold**", "*emphasis*", "*name", "char*", "*", "*.rs", "**/*.py", ".*", "a*b", "plain", "2*3"]
        {
            assert_eq!(read(word), None, "{word}");
        }
        assert!(read_wildcard("parse*", true).is_some());
    }
}
