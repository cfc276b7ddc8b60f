//! Lines that match a pattern.

use std::ops::Range;

use clap::builder::styling::Style;
use contexd_proto::v1;
use serde::Serialize;

use super::state_name;
use crate::cli::output::Palette;

/// A matching line, or one around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GrepLine {
    /// Path relative to the root.
    pub(crate) path: String,
    /// First line, 1-based.
    pub(crate) line: u32,
    /// Last line, 1-based, inclusive.
    pub(crate) end_line: u32,
    /// The line without its line feed.
    pub(crate) text: String,
    /// The bytes, where they are not UTF-8.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) raw: Vec<u8>,
    /// Whether the text is cut.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) cut: bool,
    /// Where matches stand.
    pub(crate) matches: Vec<GrepMatch>,
    /// `verified` or `stale`.
    pub(crate) state: &'static str,
    /// Whether it only stands near a match.
    pub(crate) context: bool,
}

/// Where a match stands in its line, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GrepMatch {
    /// Offset of the first byte.
    pub(crate) start: u32,
    /// Offset one past the last byte.
    pub(crate) end: u32,
}

/// A file that matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct GrepFile {
    /// Path relative to the root.
    pub(crate) path: String,
    /// Matching lines that were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lines: Option<u64>,
    /// `verified` or `stale`.
    pub(crate) state: &'static str,
}

impl GrepLine {
    /// A line of the service's answer.
    pub(crate) fn new(line: v1::GrepLine, context: bool) -> Self {
        let state = state_name(line.state);
        let matches = line.matches.iter().map(|found| GrepMatch { start: found.start, end: found.end });
        Self {
            matches: matches.collect(),
            path: line.path,
            line: line.line,
            end_line: line.end_line,
            text: line.text,
            raw: line.raw,
            cut: line.cut,
            state,
            context,
        }
    }

    /// The bytes that matches refer to.
    fn bytes(&self) -> &[u8] {
        if self.raw.is_empty() { self.text.as_bytes() } else { &self.raw }
    }
}

impl GrepFile {
    /// A file of the service's answer, with its count or without.
    pub(crate) fn new(file: v1::GrepFile, is_counted: bool) -> Self {
        let state = state_name(file.state);
        Self { path: file.path, lines: is_counted.then_some(file.lines), state }
    }

    /// The text for people.
    pub(crate) fn render(&self, palette: &Palette) -> String {
        let place = palette.place;
        match self.lines {
            Some(lines) => format!("{place}{}{place:#}:{lines}\n", self.path),
            None => format!("{place}{}{place:#}\n", self.path),
        }
    }
}

/// Writes lines for people: `path:line:text`, with `-` in the place of `:` around matches, and `--` between groups
/// that do not touch.
pub(crate) struct GrepText {
    has_groups: bool,
    palette: Palette,
    /// Path and last line of what was written last.
    last: Option<(String, u32)>,
}

impl GrepText {
    pub(crate) fn new(has_groups: bool, palette: Palette) -> Self {
        Self { has_groups, palette, last: None }
    }

    /// The text of a line, or of the lines of a match.
    pub(crate) fn render(&mut self, line: &GrepLine) -> Vec<u8> {
        let mut written = Vec::new();
        let touches = |(path, end): &(String, u32)| *path == line.path && line.line <= end + 1;
        if self.has_groups && self.last.as_ref().is_some_and(|last| !touches(last)) {
            written.extend_from_slice(b"--\n");
        }
        self.last = Some((line.path.clone(), line.end_line));
        let mut start = 0;
        for (number, bytes) in (line.line..).zip(line.bytes().split(|byte| *byte == b'\n')) {
            let range = start..start + bytes.len();
            self.write_line(&mut written, line, number, range.clone());
            start = range.end + 1;
        }
        written
    }

    fn write_line(&self, written: &mut Vec<u8>, line: &GrepLine, number: u32, range: Range<usize>) {
        let (place, mark) = (self.palette.place, if line.context { '-' } else { ':' });
        written.extend_from_slice(format!("{place}{}{mark}{number}{place:#}{mark}", line.path).as_bytes());
        let mut at = range.start;
        for found in &line.matches {
            let start = (found.start as usize).clamp(at, range.end);
            let end = (found.end as usize).clamp(start, range.end);
            written.extend_from_slice(&line.bytes()[at..start]);
            write_styled(written, self.palette.name, &line.bytes()[start..end]);
            at = end;
        }
        written.extend_from_slice(&line.bytes()[at..range.end]);
        if line.cut && range.end == line.bytes().len() {
            written.extend_from_slice(" [cut]".as_bytes());
        }
        if line.state == "stale" && !line.context {
            write_styled(written, self.palette.alert, b" [stale]");
        }
        written.push(b'\n');
    }
}

fn write_styled(written: &mut Vec<u8>, style: Style, bytes: &[u8]) {
    if !bytes.is_empty() {
        written.extend_from_slice(format!("{style}").as_bytes());
        written.extend_from_slice(bytes);
        written.extend_from_slice(format!("{style:#}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(path: &str, number: u32, text: &str, context: bool) -> GrepLine {
        let wire = v1::GrepLine {
            path: path.to_owned(),
            line: number,
            end_line: number + text.matches('\n').count() as u32,
            text: text.to_owned(),
            matches: vec![v1::ByteRange { start: 1, end: 3 }],
            state: v1::ItemState::Verified.into(),
            ..v1::GrepLine::default()
        };
        GrepLine::new(wire, context)
    }

    fn rendered(text: &mut GrepText, lines: &[GrepLine]) -> String {
        let bytes: Vec<u8> = lines.iter().flat_map(|line| text.render(line)).collect();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    #[test]
    fn lines_are_written_as_grep_writes_them() {
        let mut text = GrepText::new(true, Palette::default());
        let lines = [
            line("a", 1, "one", true),
            line("a", 2, "two", false),
            line("a", 9, "x\nyz", false),
            line("b", 10, "t", true),
        ];
        assert_eq!(rendered(&mut text, &lines), "a-1-one\na:2:two\n--\na:9:x\na:10:yz\n--\nb-10-t\n");
    }

    #[test]
    fn matches_are_set_off() {
        let mut text = GrepText::new(false, Palette::coloured());
        let bold = Palette::coloured().name;
        let shown = rendered(&mut text, &[line("a", 1, "match", false), line("a", 9, "x\nyz", false)]);
        assert!(shown.contains(&format!("m{bold}at{bold:#}ch\n")), "{shown:?}");
        assert!(shown.contains(&format!("{bold}y{bold:#}z\n")), "{shown:?}");
    }

    #[test]
    fn bytes_that_are_no_text_are_written_as_they_are() {
        let raw = GrepLine { raw: b"\xFFab".to_vec(), ..line("a", 1, "\u{fffd}ab", false) };
        assert_eq!(GrepText::new(false, Palette::default()).render(&raw), b"a:1:\xFFab\n");
    }
}
