//! YAML: blocks nested deeper than its grammar can count.

use std::ops::Range;

/// Columns at which blocks may be open at once.
///
/// The grammar's scanner keeps at most two blocks a column and writes them into 1,024 bytes, four each after a head of
/// ten; past its end it ends the process.
const MAX_COLUMNS: usize = 100;

/// The rest of each line from where it opens a block too deep.
pub(crate) fn hide_deep_blocks(text: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut columns: Vec<usize> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = line.trim_end().len();
        if let Some(column) = open_blocks(&line.as_bytes()[..end], &mut columns) {
            hidden.push(start + column..start + end);
        }
        start += line.len();
    }
    hidden
}

/// Opens the blocks that begin on a line; gives the column of the first one too deep.
fn open_blocks(line: &[u8], columns: &mut Vec<usize>) -> Option<usize> {
    let mut column = after_blanks(line, 0);
    if column < line.len() {
        columns.truncate(columns.partition_point(|open| *open < column));
    }
    while column < line.len() {
        if columns.len() == MAX_COLUMNS {
            return Some(column);
        }
        columns.push(column);
        let is_mark = matches!(line[column], b'-' | b'?' | b':');
        if !is_mark || !line.get(column + 1).is_some_and(|byte| is_blank(*byte)) {
            return None;
        }
        column = after_blanks(line, column + 1);
    }
    None
}

fn after_blanks(line: &[u8], from: usize) -> usize {
    from + line[from..].iter().take_while(|byte| is_blank(**byte)).count()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_as_people_nest_is_seen() {
        let text = "a:\n  b:\n  - c: 1\n    d: 2\n  -  - e\n# f\n";
        assert!(hide_deep_blocks(text).is_empty());
    }

    #[test]
    fn what_is_too_deep_is_hidden_to_its_line_end() {
        let line = "- ".repeat(MAX_COLUMNS + 5) + "ü\n";
        let hidden = hide_deep_blocks(&format!("{line}a: 1\n"));
        assert_eq!((hidden.len(), &hidden[0]), (1, &(2 * MAX_COLUMNS..line.len() - 1)));
        let stairs: String = (0..MAX_COLUMNS + 2).map(|depth| " ".repeat(depth) + "k:\n").collect();
        assert_eq!(hide_deep_blocks(&stairs).len(), 2);
    }
}
