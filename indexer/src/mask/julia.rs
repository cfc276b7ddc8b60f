//! What the grammar of Julia does not know yet: constant fields of mutable structs.

use std::ops::Range;

use super::lines_with_offsets;

/// Hides the word `const` in front of fields, which unlike constants have no value.
pub(crate) fn hide_constant_fields(text: &str) -> Vec<Range<usize>> {
    let is_field = |line: &str| line.trim_start().starts_with("const ") && !line.contains('=');
    let lines = lines_with_offsets(text).into_iter().filter(|(_, line)| is_field(line));
    lines
        .map(|(start, line)| start + line.len() - line.trim_start().len())
        .map(|start| start..start + "const".len())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_fields_lose_the_word() {
        let text = "const A = 1\nmutable struct B\n    const c::Int\n    const d\nend\n";
        let starts: Vec<usize> = hide_constant_fields(text).into_iter().map(|range| range.start).collect();
        assert_eq!(starts, [33, 50]);
    }
}
