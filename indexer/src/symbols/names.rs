//! Names as text: bare type names, the parts of a scope, the rules of capitals and prefixes.

use std::ops::Range;

/// Words that may stand before a type's name.
const TYPE_QUALIFIERS: [&str; 4] = ["mut", "dyn", "const", "impl"];

/// Longest name that is taken for one.
const MAX_NAME: usize = 200;

/// Length beyond which a qualified name does not grow with every level of nesting.
pub(super) const MAX_QUALIFIED_NAME: usize = 512;

/// Whether `name` can be a symbol's name; a comma may stand only in the types that a name is made of.
pub(super) fn is_acceptable(name: &str) -> bool {
    let holds_types = name.starts_with('(') || name.split(' ').take(2).any(|word| word == "operator");
    !name.is_empty()
        && name.len() <= MAX_NAME
        && !name.contains(['\n', ';', '{'])
        && (holds_types || !name.contains(','))
}

/// The range of the name in a captured name: without quotes or the colon of `:name` and `name: `, and `operator bool` of
/// `operator bool() const`.
pub(super) fn declared_name(text: &str) -> Range<usize> {
    let quotes = ['"', '\'', '`'];
    let is_quoted = text.len() >= 2 && text.starts_with(quotes) && text.ends_with(quotes);
    let is_bracketed = text.len() > 2 && text.starts_with('[') && text.ends_with(']');
    if is_quoted || is_bracketed {
        return 1..text.len() - 1;
    }
    if text.strip_prefix(':').is_some_and(|name| name.starts_with(is_word_char)) {
        return 1..text.len();
    }
    if let Some(name) = text.trim_end().strip_suffix(':').filter(|_| text.ends_with(char::is_whitespace)) {
        return 0..name.len();
    }
    match text.find('(') {
        Some(end) if text.starts_with("operator") && end > "operator".len() => 0..end,
        _ => 0..text.len(),
    }
}

/// The last word of an attribute's path: `test` of `#[tokio::test(flavor = "x")]`, `setter` of `@x.setter`.
pub(super) fn attribute_name(attribute: &str) -> &str {
    let from = attribute.find(is_word_char).unwrap_or(attribute.len());
    let path = &attribute[from..];
    let end = path.find(|c| !is_word_char(c) && c != ':' && c != '.').unwrap_or(path.len());
    path[..end].rsplit(['.', ':']).next().unwrap_or(path)
}

/// The range of `T` in `&'a mut path::T<X>`: the last identifier of the first path in a type, or the whole of the tuple
/// or the type's operator (`->`) that stands in parentheses before it.
pub(super) fn bare_type_name(text: &str) -> Range<usize> {
    let mut from = 0;
    loop {
        let Some(word) = next_word(text, from) else { return 0..text.len() };
        let group = text[from..word.start].find('(').map(|at| from + at);
        if let Some(start) = group {
            if let Some(whole) = tuple(text, start) {
                return whole;
            }
            from = start + 1;
            continue;
        }
        let is_lifetime = text[..word.start].ends_with('\'');
        if !is_lifetime && !TYPE_QUALIFIERS.contains(&&text[word.clone()]) {
            return last_of_path(text, word);
        }
        from = word.end;
    }
}

/// The range of the parentheses that open at `start`, where they hold several types or no name; those on one line, so
/// that the range can be a name.
fn tuple(text: &str, start: usize) -> Option<Range<usize>> {
    let mut depth = 0u32;
    let mut is_tuple = false;
    for (at, c) in text[start..].char_indices().take(MAX_NAME) {
        match c {
            '(' | '[' | '<' => depth += 1,
            '>' if text[..start + at].ends_with(['-', '=']) => {}
            ')' | ']' | '>' => depth -= 1,
            ',' => is_tuple |= depth == 1,
            '\n' => return None,
            _ => {}
        }
        if depth == 0 {
            let whole = start..start + at + 1;
            let is_nameless = !text[whole.clone()].contains(is_word_char);
            return Some(whole).filter(|_| is_tuple || is_nameless);
        }
    }
    None
}

/// The first identifier at or after `from`.
fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let start = from + text[from..].find(is_word_char)?;
    let length = text[start..].find(|c| !is_word_char(c)).unwrap_or(text.len() - start);
    Some(start..start + length)
}

/// Follows `::` from one identifier to the last of its path.
fn last_of_path(text: &str, first: Range<usize>) -> Range<usize> {
    let mut word = first;
    while text[word.end..].starts_with("::") {
        match next_word(text, word.end + 2) {
            Some(next) if next.start == word.end + 2 => word = next,
            _ => break,
        }
    }
    word
}

/// Whether `name` is one identifier of a language whose names may also have `marks`.
pub(super) fn is_word(name: &str, marks: &str) -> bool {
    !name.is_empty() && name.len() <= MAX_NAME && name.chars().all(|c| is_word_char(c) || marks.contains(c))
}

pub(super) fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '$'
}

/// The identifiers of a written scope, without type arguments: `*Server[T]`, `a::B<C>`, `App.prototype`.
///
/// Empty where the scope is an expression that names nothing.
pub(super) fn scope_parts<'t>(text: &'t str, ignored: &[&str]) -> Vec<&'t str> {
    if text.len() > MAX_NAME || text.contains(['(', '{']) {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let mut depth = 0u32;
    let mut from = 0;
    while let Some(at) = text[from..].find(|c| is_word_char(c) || "<>[]".contains(c)) {
        let start = from + at;
        match text.as_bytes()[start] {
            b'<' | b'[' => depth += 1,
            b'>' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let word = next_word(text, start).filter(|word| word.start == start);
        from = word.as_ref().map_or(start + 1, |word| word.end);
        parts.extend(word.filter(|_| depth == 0).map(|word| &text[word]));
    }
    parts.retain(|part| !ignored.contains(part));
    parts
}

/// Whether `name` is written as a constant: upper case with at least one letter.
pub(super) fn is_upper_case(name: &str) -> bool {
    name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase)
}

/// Whether `name` begins with `prefix` as a word of its own (`test_x`, `testX`, not `testing`).
pub(super) fn has_word_prefix(name: &str, prefix: &str) -> bool {
    name.strip_prefix(prefix).is_some_and(|rest| !rest.starts_with(char::is_lowercase))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn bare_names_of_types() {
        let check = |text: &str, expected: &str| assert_eq!(&text[bare_type_name(text)], expected, "{text}");
        check("Foo", "Foo");
        check("Foo<'a, T>", "Foo");
        check("&'a mut std::fmt::Formatter<'_>", "Formatter");
        check("Box<dyn Read>", "Box");
        check("dyn Read + 'a", "Read");
        check("[T; 3]", "T");
        check("*const u8", "u8");
        check("!", "!");
        check("(A, B<C, D>)", "(A, B<C, D>)");
        check("&'a (fn(A) -> B, C)", "(fn(A) -> B, C)");
        check("(dyn Read + 'a)", "Read");
        check("(Map<K, V>)", "Map");
        check("((,) a)", "(,)");
        check("((->) r)", "(->)");
        check("(A,\n B)", "A");
    }

    #[test]
    fn names_lose_their_marks() {
        let check = |text: &str, expected: &str| assert_eq!(&text[declared_name(text)], expected, "{text}");
        check("name", "name");
        check("\"name\"", "name");
        check(":name", "name");
        check("name: ", "name");
        check("operator bool() const", "operator bool");
    }

    #[test]
    fn scopes_split_into_parts() {
        let check = |text: &str, expected: &[&str]| assert_eq!(scope_parts(text, &["prototype"]), expected);
        check("*Server", &["Server"]);
        check("List[T]", &["List"]);
        check("a::B<C::D>", &["a", "B"]);
        check("App.prototype", &["App"]);
        check("make(x)", &[]);
    }

    #[test]
    fn words_and_capitals() {
        assert!(is_upper_case("MAX_SIZE_2") && !is_upper_case("Max") && !is_upper_case("_1"));
        assert!(has_word_prefix("test_a", "test") && has_word_prefix("testA", "test"));
        assert!(!has_word_prefix("testing", "test") && !has_word_prefix("atest", "test"));
    }
}
