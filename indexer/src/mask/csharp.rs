//! Conditions of C#, which may stand where no grammar allows them.
//!
//! Both branches of a condition are kept where they can follow one another, so that what either defines is found;
//! where they are alternatives for one piece of code, the first is kept.

use std::ops::Range;

use super::lines_with_offsets;

/// Hides the lines of conditions, and the branches that cannot stand beside the first.
pub(crate) fn hide_csharp_conditions(text: &str) -> Vec<Range<usize>> {
    if !text.contains("#if") {
        return Vec::new();
    }
    let lines = lines_with_offsets(text);
    let mut hidden = Vec::new();
    let mut open: Vec<Vec<usize>> = Vec::new();
    for (position, (_, line)) in lines.iter().enumerate() {
        let Some(directive) = line.trim_start().strip_prefix('#').map(str::trim_start) else { continue };
        if directive.starts_with("if") {
            open.push(vec![position]);
        } else if directive.starts_with("el") {
            if let Some(condition) = open.last_mut() {
                condition.push(position);
            }
        } else if directive.starts_with("endif") {
            let condition = open.pop().unwrap_or_default();
            hidden.extend(hidden_lines(&lines, &condition, position));
        }
    }
    hidden
}

/// What to hide of the condition whose directives but the last stand in the lines `starts`.
fn hidden_lines(lines: &[(usize, &str)], starts: &[usize], end: usize) -> Vec<Range<usize>> {
    let line_range = |line: usize| lines[line].0..lines[line].0 + lines[line].1.len();
    let ends = starts.iter().skip(1).copied().chain([end]);
    let mut branches = starts.iter().zip(ends).map(|(start, end)| &lines[start + 1..end]);
    let can_follow = branches.all(is_whole);
    let hidden_from = if can_follow { end } else { starts.get(1).copied().unwrap_or(end) };
    starts
        .iter()
        .copied()
        .filter(|start| *start < hidden_from)
        .chain(hidden_from..=end)
        .map(line_range)
        .collect()
}

/// Whether the lines are whole statements, members or list items, behind which others can stand.
fn is_whole(branch: &[(usize, &str)]) -> bool {
    let code = branch.iter().map(|(_, line)| code_of(line)).filter(|code| !code.is_empty());
    let mut depth = 0i32;
    let mut last = "";
    for line in code {
        depth += line.bytes().map(nesting).sum::<i32>();
        last = line;
    }
    depth == 0 && (last.is_empty() || last.ends_with([';', '}', ',', ':', ']']) || last.starts_with('#'))
}

/// The line without a comment at its end and white space.
fn code_of(line: &str) -> &str {
    line.split("//").next().unwrap_or_default().trim()
}

fn nesting(byte: u8) -> i32 {
    match byte {
        b'{' | b'(' => 1,
        b'}' | b')' => -1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::masked;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let shown = masked(text, Some(hide_csharp_conditions));
        assert_eq!(shown.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"), expected, "{text}");
    }

    #[test]
    fn whole_branches_stay() {
        check("#if A\nint x;\n#else\nint y;\n#endif", "\nint x;\n\nint y;\n");
        check("class A : B\n#if C // why\n, D\n#endif\n{ }", "class A : B\n\n, D\n\n{ }");
    }

    #[test]
    fn alternatives_do_not() {
        check(
            "#if A\nvoid F()\n#elif B\nvoid G()\n#else\nvoid H()\n#endif\n{ }",
            "\nvoid F()\n\n\n\n\n\n{ }",
        );
        check("#if A\nif (x) {\n#else\nif (y) {\n#endif\n}", "\nif (x) {\n\n\n\n}");
    }

    #[test]
    fn broken_conditions_do_no_harm() {
        check("#endif\n#else\n#if A", "\n#else\n#if A");
    }
}
