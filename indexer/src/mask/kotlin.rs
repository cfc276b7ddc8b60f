//! Kotlin that its grammar does not know, and which would cost it the rest of the file: delegation in front of a
//! body, guards of branches, `get` between two values, several dollars in front of a string.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::lines_with_offsets;

/// Hides what the grammar does not know.
pub(crate) fn hide_kotlin_oddities(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    for (words, pattern) in patterns() {
        if words.iter().any(|word| text.contains(word)) {
            hidden.extend(
                pattern.captures_iter(text).filter_map(|found| found.get(1)).map(|part| part.range()),
            );
        }
    }
    hidden.extend(constructor_words(text));
    hidden.extend(dollars(text));
    hidden.extend(marks_at_the_end(text));
    hidden
}

/// The `@`s of the last line. Behind one the grammar's scanner reads on to a blank or to the end of the line and does not see
/// that the text is over: it would never return.
fn marks_at_the_end(text: &str) -> impl Iterator<Item = Range<usize>> {
    let start = text.rfind('\n').map_or(0, |end| end + 1);
    text[start..].match_indices('@').map(move |(at, mark)| start + at..start + at + mark.len())
}

/// Words of which a text must have one, and a pattern whose first group is hidden.
type Pattern = (&'static [&'static str], Regex);

fn patterns() -> &'static [Pattern] {
    static PATTERNS: OnceLock<Vec<Pattern>> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        let pattern = |words: &'static [&'static str], pattern: &str| {
            (words, Regex::new(pattern).expect("invariant: the pattern is valid"))
        };
        vec![
            // class A : B by c {
            pattern(
                &[" by "],
                r"(?m)^[ \t]*(?:\)|(?:[a-z]+ )*(?:class|object)\b)[^\n{]*?[\w>)?]([ \t]+by[ \t]+[\w.]+(?:\([^()\n]*\))?)[ \t]*\{",
            ),
            // is A if x -> ...
            pattern(&["is ", "in "], r"(?m)^[ \t]*!?(?:is|in)[ \t][^\n{]*?([ \t]if[ \t][^\n]*?)[ \t]->"),
            // insert { ... } get table.id
            pattern(&[" get "], r"[})][ \t]+(get[ \t]+\(?[A-Za-z_][\w.]*\)?)"),
            // where?.let { ... }
            pattern(&["where?."], r"\b(where\?\.)"),
            // @Internal set(value) { ... }
            pattern(&[" set(", " get("], r"(?m)^[ \t]*((?:@[\w.]+[ \t]+)+)[gs]et\("),
            pattern(&["context("], r"(?m)^[ \t]*(context\([^()\n]*\))[ \t]*$"),
            // """a "quoted"""": more than three quotes, but not two times three
            pattern(&["\"\"\"\""], "[^\"](\"{1,2})\"{3}(?:[^\"]|$)"),
        ]
    })
}

/// The words of a constructor in the line below its class's name.
fn constructor_words(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut previous = "";
    for (start, line) in lines_with_offsets(text) {
        let code = line.trim();
        let in_head = previous.contains("class ")
            && !previous.ends_with(['{', '}', ')'])
            && !previous.starts_with(['/', '*']);
        if let Some(words) = code.find("constructor(").filter(|_| in_head) {
            let indent = line.len() - line.trim_start().len();
            hidden.push(start + indent..start + indent + words + "constructor".len());
        }
        if !code.is_empty() && !code.starts_with('@') {
            previous = code;
        }
    }
    hidden
}

/// The dollars in and before strings that begin with two or more of them.
fn dollars(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find("$$\"") {
        let start = from + at;
        let opened = start + 2;
        let quotes = if text[opened..].starts_with("\"\"\"") { "\"\"\"" } else { "\"" };
        let inner = opened + quotes.len();
        let end = text[inner..].find(quotes).map_or(text.len(), |length| inner + length);
        hidden.extend(
            text[start..end].match_indices('$').map(|(dollar, _)| start + dollar..start + dollar + 1),
        );
        from = end;
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    /// Runs of blanks in both are compared as one.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(fold(&masked(text, Some(hide_kotlin_oddities))), fold(expected), "{text}");
    }

    #[test]
    fn unknown_syntax_is_hidden() {
        check("class A(b: B) : B by b {", "class A(b: B) : B {");
        check("    is A if x.y ->", "    is A ->");
        check("insert { } get Table.id", "insert { }");
        check("where?.let { }", "let { }");
        check("  @Internal set(value) {", "set(value) {");
        check("x = \"\"\"a \"b\"\"\"\"", "x = \"\"\"a \"b \"\"\"");
        check("val a = $$\"${b}\"", "val a = \" {b}\"");
        check("class A<T>\ninternal constructor(x: Int) {", "class A<T> (x: Int) {");
        check("class A {\n    @Inject @B(", "class A {\n    Inject B(");
    }

    #[test]
    fn ordinary_code_stays() {
        for text in [
            "val x by lazy { 1 }",
            "    val x: Int by lazy { 1 }",
            "    get() = field",
            "x = if (a is B) c else d",
            "\"\"\"\"\"\"",
            "class A {\n    constructor(x: Int) {\n",
            "class A {\n    @Inject\n",
        ] {
            check(text, text);
        }
    }
}
