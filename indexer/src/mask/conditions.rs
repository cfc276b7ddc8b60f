//! Conditions of the preprocessor that cut through what a grammar wants whole.
//!
//! A grammar copes with `#if` around whole declarations and statements. Where a branch opens more braces than it
//! closes, ends in the middle of a statement, or stands within parentheses, only its first branch is kept and the
//! directives are hidden.

use std::ops::Range;

use super::leading_word;

/// What a line is to the preprocessor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    /// Code.
    Code,
    /// A directive, or the continuation of one.
    Directive,
    /// It begins within a comment.
    Comment,
}

/// What each line is.
pub(super) fn kinds_of(lines: &[(usize, &str)]) -> Vec<LineKind> {
    let (mut continues, mut in_comment) = (false, false);
    let kind = |(_, line): &(usize, &str)| {
        let is_directive = !in_comment && (continues || line.trim_start().starts_with('#'));
        let kind = match (in_comment, is_directive) {
            (true, _) => LineKind::Comment,
            (false, true) => LineKind::Directive,
            (false, false) => LineKind::Code,
        };
        continues = is_directive && line.ends_with('\\');
        in_comment = ends_in_comment(line, in_comment);
        kind
    };
    lines.iter().map(kind).collect()
}

/// Whether the line ends within a comment, where it begins in one or not.
fn ends_in_comment(line: &str, begins_in_comment: bool) -> bool {
    let mut rest = line;
    let mut in_comment = begins_in_comment;
    loop {
        let mark = if in_comment { "*/" } else { "/*" };
        let Some((before, behind)) = rest.split_once(mark) else { return in_comment };
        let is_quoted = before.contains("//") || before.bytes().filter(|byte| *byte == b'"').count() % 2 == 1;
        if !in_comment && is_quoted {
            return false;
        }
        in_comment = !in_comment;
        rest = behind;
    }
}

/// The directives of conditions that cut through code, with all but their first branch.
pub(super) fn split_conditions(
    lines: &[(usize, &str)],
    kinds: &[LineKind],
    is_cpp: bool,
) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut outside = Branch::default();
    let mut open: Vec<Condition> = Vec::new();
    for (position, (_, line)) in lines.iter().enumerate() {
        let current = innermost(&mut open, &mut outside);
        match kinds[position] {
            LineKind::Comment => continue,
            LineKind::Code => {
                current.add(line);
                continue;
            }
            LineKind::Directive => {}
        }
        let Some(directive) = line.trim_start().strip_prefix('#').map(str::trim_start) else { continue };
        if directive.starts_with("if") {
            let outer = *current;
            open.push(Condition::new(position, directive, outer));
        } else if directive.starts_with("el") {
            if let Some(condition) = open.last_mut() {
                condition.next_branch(position);
            }
        } else if directive.starts_with("endif")
            && let Some(mut condition) = open.pop()
        {
            condition.directives.push(position);
            innermost(&mut open, &mut outside).join(&condition.branches[0]);
            hidden.extend(condition.hidden_lines(lines, is_cpp));
        }
    }
    hidden
}

/// The branch that the current line belongs to.
fn innermost<'a>(open: &'a mut [Condition], outside: &'a mut Branch) -> &'a mut Branch {
    open.last_mut().and_then(|condition| condition.branches.last_mut()).unwrap_or(outside)
}

/// A `#if` whose `#endif` has not been seen.
struct Condition {
    /// Lines of the directives so far: `#if`, `#else`, ...
    directives: Vec<usize>,
    branches: Vec<Branch>,
    /// Where its branches begin.
    begins_as: Branch,
    is_about_cpp: bool,
}

impl Condition {
    fn new(position: usize, directive: &str, outer: Branch) -> Self {
        let begins_as = Branch { braces: 0, ends_open: false, ..outer };
        let is_about_cpp = directive.contains("__cplusplus");
        Self { directives: vec![position], branches: vec![begins_as], begins_as, is_about_cpp }
    }

    fn next_branch(&mut self, position: usize) {
        self.directives.push(position);
        self.branches.push(self.begins_as);
    }

    fn hidden_lines(&self, lines: &[(usize, &str)], is_cpp: bool) -> Vec<Range<usize>> {
        let outer = self.begins_as.parentheses;
        let cuts_code =
            |branch: &Branch| branch.braces != 0 || branch.ends_open || branch.parentheses != outer;
        if outer == 0 && !self.branches.iter().any(cuts_code) {
            return Vec::new();
        }
        let line_range = |line: usize| lines[line].0..lines[line].0 + lines[line].1.len();
        let hides_all = self.is_about_cpp && !is_cpp;
        let kept_until = if hides_all { self.directives[0] } else { self.directives[1] };
        let last = self.directives[self.directives.len() - 1];
        [self.directives[0]].into_iter().chain(kept_until..=last).map(line_range).collect()
    }
}

/// What the lines of a branch leave open.
#[derive(Clone, Copy, Default)]
struct Branch {
    /// Braces opened minus closed.
    braces: i32,
    /// Parentheses that are open, also those opened before the branch.
    parentheses: i32,
    /// Whether the last line of code asks for more: `x =`, `if (x)`, `else`.
    ends_open: bool,
}

impl Branch {
    fn add(&mut self, line: &str) {
        let code = line.trim();
        if code.is_empty() || code.starts_with("//") {
            return;
        }
        let (braces, parentheses) = balances(line);
        let outer = if line.starts_with('}') { 0 } else { self.parentheses };
        self.braces += braces;
        self.parentheses = (outer + parentheses).max(0);
        self.ends_open = asks_for_more(code);
    }

    /// Goes on behind the condition whose first branch is `first`.
    fn join(&mut self, first: &Branch) {
        self.braces += first.braces;
        self.parentheses = first.parentheses;
    }
}

/// Whether a line of code is not the end of a statement or declaration.
fn asks_for_more(code: &str) -> bool {
    let word = leading_word(code.trim_start_matches(['}', ' ']));
    let is_head = matches!(word, "if" | "while" | "for" | "switch" | "else") && code.ends_with(')');
    is_head
        || code.ends_with(['=', '|', '&', '+', '?', '(', ':'])
        || code.strip_suffix("else").is_some_and(|before| !before.ends_with(is_word_char))
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Braces and parentheses opened minus closed in a line of code, outside strings, characters and comments.
fn balances(line: &str) -> (i32, i32) {
    let (mut braces, mut parentheses) = (0, 0);
    let mut quote = None;
    let mut bytes = line.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match (quote, byte) {
            (Some(_), b'\\') => {
                bytes.next();
            }
            (Some(open), close) if open == close => quote = None,
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'/') if matches!(bytes.peek(), Some(b'/' | b'*')) => break,
            (None, b'{') => braces += 1,
            (None, b'}') => braces -= 1,
            (None, b'(') => parentheses += 1,
            (None, b')') => parentheses -= 1,
            _ => {}
        }
    }
    (braces, parentheses)
}

#[cfg(test)]
mod tests {
    use crate::mask::{hide_c_macros, hide_cpp_macros, masked};

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let trim = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
        assert_eq!(trim(&masked(text, Some(hide_cpp_macros))), trim(expected), "{text}");
    }

    #[test]
    fn branches_that_do_not_balance() {
        check("#if A\nif(x) {\n#else\nif(y) {\n#endif\n}", "\nif(x) {\n\n\n\n}");
        check("#ifdef A\nextern \"C\" {\n#endif\nint f();", "\nextern \"C\" {\n\nint f();");
        let text = "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f();";
        assert_eq!(masked(text, Some(hide_c_macros)).trim(), "int f();");
    }

    #[test]
    fn branches_within_a_statement() {
        check("#if A\n  x =\n#endif\n  f();", "\n  x =\n\n  f();");
        check("f(a,\n#if A\n  b\n#else\n  c\n#endif\n);", "f(a,\n\n  b\n\n\n\n);");
        check("#if A\n  if(x)\n#endif\n  f();", "\n  if(x)\n\n  f();");
        check("#if A\n  f(x,\n#else\n  g(x,\n#endif\n  y);", "\n  f(x,\n\n\n\n  y);");
    }

    #[test]
    fn whole_branches_stay() {
        for text in [
            "#if A\nint x;\n#else\nint y;\n#endif",
            "#if A\n#define B { \\\n  (\n#endif\nint y;",
            "enum {\n  A,\n#if B\n  C,\n#endif\n};",
            "/* (\n  (\n */\n#if A\nint x;\n#else\nint y;\n#endif",
        ] {
            check(text, text);
        }
    }
}
