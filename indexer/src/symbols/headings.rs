//! Headings of documents whose headings are lines that begin with `#`.

use contexd_store::{SymbolKind, SymbolRecord, Visibility};

use super::signature::{MAX_SIGNATURE, fold_white_space};
use crate::lines::LineIndex;

/// What joins the headings of a qualified name.
const SEPARATOR: &str = " > ";

/// A heading line: its level and where its title stands.
struct Heading {
    level: usize,
    line: u32,
    title: std::ops::Range<u32>,
}

/// The headings of `text` as symbols, each spanning its section down to the next heading of its level.
pub(crate) fn headings(text: &str, lines: &LineIndex) -> Vec<SymbolRecord> {
    let found = find_headings(text, lines);
    let ends = section_ends(&found, lines.count());
    let mut symbols: Vec<SymbolRecord> = Vec::with_capacity(found.len());
    let mut open: Vec<(usize, u32)> = Vec::new();
    for (heading, end) in found.iter().zip(ends) {
        while open.pop_if(|(level, _)| *level >= heading.level).is_some() {}
        let parent = open.last().map(|(_, position)| *position);
        open.push((heading.level, symbols.len() as u32));
        symbols.push(to_symbol(text, lines, heading, end, parent.map(|p| (p, &symbols[p as usize]))));
    }
    symbols
}

fn to_symbol(
    text: &str,
    lines: &LineIndex,
    heading: &Heading,
    end: u32,
    parent: Option<(u32, &SymbolRecord)>,
) -> SymbolRecord {
    let title = &text[heading.title.start as usize..heading.title.end as usize];
    let qualified_name = match parent {
        Some((_, outer)) => format!("{}{SEPARATOR}{title}", outer.qualified_name),
        None => title.to_owned(),
    };
    let (name_span, span) = (lines.span(heading.title.clone()), lines.span_of_lines(heading.line..end));
    SymbolRecord {
        qualified_name: qualified_name.into(),
        parent: parent.map(|(position, _)| position),
        signature: fold_white_space(lines.text(text, heading.line), MAX_SIGNATURE).into(),
        visibility: Visibility::Public,
        ..SymbolRecord::new(title, SymbolKind::Heading, name_span, span)
    }
}

/// The line after each heading's section.
fn section_ends(headings: &[Heading], line_count: u32) -> Vec<u32> {
    let mut ends = vec![line_count; headings.len()];
    let mut open: Vec<usize> = Vec::new();
    for (position, heading) in headings.iter().enumerate() {
        while let Some(closed) = open.pop_if(|open| headings[*open].level >= heading.level) {
            ends[closed] = heading.line;
        }
        open.push(position);
    }
    ends
}

fn find_headings(text: &str, lines: &LineIndex) -> Vec<Heading> {
    let mut fence: Option<&str> = None;
    let mut headings = Vec::new();
    for line in 0..lines.count() {
        let content = lines.text(text, line);
        let unindented = content.trim_start_matches(' ');
        let mark = ["```", "~~~"].into_iter().find(|mark| unindented.starts_with(mark));
        match (fence, mark) {
            (None, Some(opened)) => fence = Some(opened),
            (Some(open), Some(closed)) if open == closed => fence = None,
            (None, None) if content.len() - unindented.len() < 4 => {
                headings.extend(parse_heading(content, lines.start(line), line));
            }
            _ => {}
        }
    }
    headings
}

/// Reads `## Title ##`.
fn parse_heading(content: &str, line_start: u32, line: u32) -> Option<Heading> {
    let unindented = content.trim_start_matches(' ');
    let title = unindented.trim_start_matches('#');
    let level = unindented.len() - title.len();
    let is_heading = (1..=6).contains(&level) && title.starts_with([' ', '\t']);
    let title = title.trim().trim_end_matches('#').trim_end();
    if !is_heading || title.is_empty() {
        return None;
    }
    let title = &title[..title.floor_char_boundary(200)];
    let offset = line_start + (title.as_ptr() as usize - content.as_ptr() as usize) as u32;
    Some(Heading { level, line, title: offset..offset + title.len() as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found = headings(text, &LineIndex::new(text));
        let shown: Vec<String> = found
            .iter()
            .map(|h| format!("{} {}-{}", h.qualified_name, h.span.start_line, h.span.end_line))
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn sections_nest() {
        check(
            "# A\ntext\n## B\n### C\n## D ##\n# E",
            &["A 1-5", "A > B 3-4", "A > B > C 4-4", "A > D 5-5", "E 6-6"],
        );
    }

    #[test]
    fn fences_and_lookalikes_are_no_headings() {
        check("```sh\n# no\n```\n#no\n    # no\n####### no\n#\n# yes\n~~~\n# no", &["yes 8-10"]);
    }
}
