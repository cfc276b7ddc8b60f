//! What the preprocessor of C and C++ would have removed before a parser saw it.
//!
//! Three things break a grammar most: macros in capitals where only a keyword may stand, words between a pointer
//! and its name, and conditions whose branches do not balance their braces.

use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

use super::{leading_word, lines_with_offsets};

/// Hides from the C grammar; what only C++ sees is hidden whole.
pub(crate) fn hide_c_macros(text: &str) -> Vec<Range<usize>> {
    hide(text, false)
}

/// Hides from the C++ grammar.
pub(crate) fn hide_cpp_macros(text: &str) -> Vec<Range<usize>> {
    hide(text, true)
}

fn hide(text: &str, is_cpp: bool) -> Vec<Range<usize>> {
    let lines = lines_with_offsets(text);
    let mut hidden = Vec::new();
    let mut previous = "";
    for (position, (start, line)) in lines.iter().enumerate() {
        let code = line.trim();
        if code.is_empty() || code.starts_with("//") {
            continue;
        }
        let next = lines[position + 1..].iter().map(|(_, line)| line.trim()).find(|line| !line.is_empty());
        if !code.starts_with('#') {
            if is_macro_line(previous, code, next.unwrap_or_default()) {
                hidden.push(*start..*start + line.len());
            } else {
                hidden.extend(macros_in_line(line).into_iter().map(|r| start + r.start..start + r.end));
            }
        }
        previous = code;
    }
    hidden.extend(unbalanced_conditions(&lines, is_cpp));
    hidden
}

/// Whether `word` is written like a macro.
fn is_macro_name(word: &str) -> bool {
    let is_capital = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    word.len() >= 4 && word.contains('_') && word.bytes().all(is_capital)
}

/// Whether the line is one macro that stands between declarations.
fn is_macro_line(previous: &str, code: &str, next: &str) -> bool {
    let ends_before = previous.is_empty()
        || previous.starts_with('#')
        || previous.ends_with([';', '}', '{', ':'])
        || previous.ends_with("*/")
        || is_macro_name(previous);
    let continues =
        next.starts_with(['}', ')', ',', ';', '|', '&', '+', '-', '*', '/', '.', '?', ':', '=', '(']);
    is_macro_name(code) && ends_before && !(continues && !next.starts_with("/*") && !next.starts_with("//"))
        || is_macro_name(code) && ends_before && next.starts_with('}') && code.ends_with("_END")
}

/// The macros of one line that a grammar takes for types or functions.
fn macros_in_line(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for pattern in patterns() {
        for captures in pattern.captures_iter(line) {
            let word = captures.get(1).filter(|word| !is_qualifier(word.as_str()));
            found.extend(word.map(|word| word.range()));
        }
    }
    let is_statement = ["if", "while", "for", "switch", "else", "return", "case", "do"]
        .contains(&leading_word(line.trim_start().trim_start_matches(['}', ' '])));
    if !is_statement {
        found.extend(trailing_macros(line));
    }
    found
}

/// Words that the grammars know between a pointer and its name.
fn is_qualifier(word: &str) -> bool {
    ["const", "volatile", "restrict", "__restrict", "__restrict__", "mutable", "operator"].contains(&word)
}

/// Each with one group: what to hide.
fn patterns() -> &'static [Regex; 3] {
    static PATTERNS: OnceLock<[Regex; 3]> = OnceLock::new();
    PATTERNS.get_or_init(|| {
        [
            // `EXPORT_MACRO type name(`
            r"^\s*([A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()]*\))?)\s+[A-Za-z_][\w:<>]*[\s*&]+[A-Za-z_~]",
            // `class EXPORT_MACRO Name`
            r"\b(?:class|struct|union)\s+((?:[A-Z][A-Z0-9]*_[A-Z0-9_]+(?:\([^()]*\))?\s+)+)[A-Za-z_]",
            // `type* annotation name`
            r"[\w>]\s?[*&]\s?([a-z_]\w*)\s+[A-Za-z_]\w*\s*[;,=()\[]",
        ]
        .map(|pattern| Regex::new(pattern).expect("invariant: constants, compiled by the tests"))
    })
}

/// `GUARDED_BY(mutex)` between a declaration and its `;` or `{`.
fn trailing_macros(line: &str) -> Vec<Range<usize>> {
    static TRAILING: OnceLock<Regex> = OnceLock::new();
    let trailing = TRAILING.get_or_init(|| {
        Regex::new(r"(\w+|\)|\])\s+([A-Z][A-Z0-9]*_[A-Z0-9_]+\([^()]*\))\s*(?:[;{=]|$)")
            .expect("invariant: a constant, compiled by the tests")
    });
    let keywords =
        ["return", "throw", "else", "do", "case", "static", "inline", "extern", "define", "new", "delete"];
    let found = trailing.captures_iter(line).filter(|captures| !keywords.contains(&&captures[1]));
    found.filter_map(|captures| captures.get(2)).map(|word| word.range()).collect()
}

/// A `#if` whose `#endif` has not been seen.
struct Condition {
    /// Lines of the directives so far: `#if`, `#else`, ...
    directives: Vec<usize>,
    /// Braces opened minus closed in each branch.
    balances: Vec<i32>,
    is_about_cpp: bool,
}

/// The directives of conditions whose branches do not balance, with all but their first branch.
fn unbalanced_conditions(lines: &[(usize, &str)], is_cpp: bool) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut open: Vec<Condition> = Vec::new();
    for (position, (_, line)) in lines.iter().enumerate() {
        let Some(directive) = line.trim_start().strip_prefix('#').map(str::trim_start) else {
            let balance = brace_balance(line);
            if let Some(branch) = open.last_mut().and_then(|condition| condition.balances.last_mut()) {
                *branch += balance;
            }
            continue;
        };
        if directive.starts_with("if") {
            let is_about_cpp = directive.contains("__cplusplus");
            open.push(Condition { directives: vec![position], balances: vec![0], is_about_cpp });
        } else if directive.starts_with("el") {
            if let Some(condition) = open.last_mut() {
                condition.directives.push(position);
                condition.balances.push(0);
            }
        } else if directive.starts_with("endif")
            && let Some(mut condition) = open.pop()
        {
            condition.directives.push(position);
            let first = condition.balances[0];
            if let Some(outer) = open.last_mut().and_then(|outer| outer.balances.last_mut()) {
                *outer += first;
            }
            hidden.extend(condition.hidden_lines(lines, is_cpp));
        }
    }
    hidden
}

impl Condition {
    fn hidden_lines(&self, lines: &[(usize, &str)], is_cpp: bool) -> Vec<Range<usize>> {
        if self.balances.iter().all(|balance| *balance == 0) {
            return Vec::new();
        }
        let line_range = |line: usize| lines[line].0..lines[line].0 + lines[line].1.len();
        let hides_all = self.is_about_cpp && !is_cpp;
        let kept_until = if hides_all { self.directives[0] } else { self.directives[1] };
        let last = self.directives[self.directives.len() - 1];
        [self.directives[0]].into_iter().chain(kept_until..=last).map(line_range).collect()
    }
}

/// Braces opened minus closed in a line of code, outside strings, characters and comments.
fn brace_balance(line: &str) -> i32 {
    let mut balance = 0;
    let mut quote = None;
    let mut bytes = line.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(open), close) if open == close => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'/') if matches!(bytes.peek(), Some(b'/' | b'*')) => return balance,
            (None, b'{') => balance += 1,
            (None, b'}') => balance -= 1,
            _ => {}
        }
    }
    balance
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    /// Runs of blanks in both are compared as one.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        let fold = |text: &str| {
            text.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(fold(&masked(text, Some(hide_cpp_macros))), fold(expected), "{text}");
    }

    #[test]
    fn macros_among_declarations() {
        check(
            "namespace a {\nABSL_NAMESPACE_BEGIN\nclass B;\nABSL_NAMESPACE_END\n}\n",
            "namespace a {\n\nclass B;\n\n}\n",
        );
        check("CURL_EXTERN CURLcode curl_init(void);", "CURLcode curl_init(void);");
        check("class ABSL_LOCKABLE ABSL_X(1) Mutex {", "class Mutex {");
        check("int x ABSL_GUARDED_BY(mu_);", "int x ;");
        check("char* absl_nonnull data;", "char* data;");
    }

    #[test]
    fn ordinary_code_stays() {
        for text in [
            "enum a {\n  FIRST_ITEM,\n  LAST_ITEM\n};",
            "  return FOO_BAR(x);",
            "if(a) FOO_BAR(x);",
            "SOME_TYPE name(int x);",
            "x = A_B |\n    C_D;",
            "char * const name;",
            "#if A\nint x;\n#else\nint y;\n#endif",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn conditions_that_do_not_balance() {
        check("#if A\nif(x) {\n#else\nif(y) {\n#endif\n}", "\nif(x) {\n\n\n\n}");
        check("#ifdef A\nextern \"C\" {\n#endif\nint f();", "\nextern \"C\" {\n\nint f();");
        let text = "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f();";
        assert_eq!(masked(text, Some(hide_c_macros)).trim(), "int f();");
    }
}
