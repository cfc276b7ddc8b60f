//! What the preprocessor does to Haskell.
//!
//! The grammar takes everything from `#else` to `#endif` for one word. Where the second branch holds declarations,
//! hiding the `#else` lets both branches be read.

use std::ops::Range;

use super::lines_with_offsets;

/// Hides the `#else` and `#elif` lines of conditions around declarations.
pub(crate) fn hide_haskell_else(text: &str) -> Vec<Range<usize>> {
    if !text.contains("\n#e") {
        return Vec::new();
    }
    let lines = lines_with_offsets(text);
    let mut hidden = Vec::new();
    for (position, (start, line)) in lines.iter().enumerate() {
        let next = lines[position + 1..].iter().map(|(_, line)| *line).find(|line| !line.trim().is_empty());
        let is_else = line.starts_with("#else") || line.starts_with("#elif");
        if is_else && next.is_some_and(starts_declaration) {
            hidden.push(*start..*start + line.len());
        }
    }
    hidden
}

/// Whether the line begins in the first column with what may begin a declaration.
fn starts_declaration(line: &str) -> bool {
    line.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '(')
        || line.starts_with("--")
        || line.starts_with("{-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_branches_of_declarations_open() {
        let hidden =
            |text: &str| hide_haskell_else(text).into_iter().map(|range| &text[range]).collect::<String>();
        assert_eq!(hidden("#if A\nf = 1\n#else\nf = 2\n#endif\n"), "#else");
        assert_eq!(hidden("f = g\n#if A\n  1\n#else\n  2\n#endif\n"), "");
        assert_eq!(hidden("#if A\n#else\n"), "");
    }
}
