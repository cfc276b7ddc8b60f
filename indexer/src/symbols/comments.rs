//! Comments, attributes and wrappers: what stands before a definition and belongs to it.

use super::captures::{Bytes, Captures};
use crate::lang::CommentStyle;

/// Longest documentation that is kept, in bytes.
const MAX_DOC: usize = 2048;

/// The comments and attributes of a file, for definitions to claim.
pub(super) struct Preludes<'a> {
    text: &'a str,
    captures: &'a Captures,
    style: &'a CommentStyle,
}

/// What a definition claims of the text before it.
pub(super) struct Claimed {
    /// Where the first claimed comment or attribute starts.
    pub(super) start: u32,
    /// Positions of the claimed comments in the file's list.
    pub(super) comments: std::ops::Range<usize>,
}

impl<'a> Preludes<'a> {
    pub(super) fn new(text: &'a str, captures: &'a Captures, style: &'a CommentStyle) -> Self {
        Self { text, captures, style }
    }

    /// Goes backwards from `start` over the comments and attributes that touch each other and it.
    pub(super) fn claim(&self, start: u32) -> Claimed {
        let comments = &self.captures.comments;
        let attributes = &self.captures.attributes;
        let mut next_comment = comments.partition_point(|comment| comment.start < start);
        let mut next_attribute = attributes.partition_point(|attribute| attribute.start < start);
        let mut claimed = Claimed { start, comments: next_comment..next_comment };
        loop {
            let attribute = next_attribute.checked_sub(1).map(|i| &attributes[i]);
            let comment = next_comment.checked_sub(1).map(|i| &comments[i]);
            if let Some(attribute) = attribute.filter(|bytes| self.touches(bytes, claimed.start, 2)) {
                claimed.start = attribute.start;
                next_attribute -= 1;
            } else if let Some(comment) = comment.filter(|bytes| self.is_leading(bytes, claimed.start)) {
                claimed.start = comment.start;
                next_comment -= 1;
                claimed.comments.start = next_comment;
            } else {
                return claimed;
            }
        }
    }

    /// Whether only white space with at most `newlines` line ends stands between `bytes` and `start`.
    fn touches(&self, bytes: &Bytes, start: u32, newlines: usize) -> bool {
        let end = self.trimmed_end(bytes);
        if end > start {
            return false;
        }
        let gap = &self.text.as_bytes()[end as usize..start as usize];
        gap.len() < 1024
            && gap.iter().all(u8::is_ascii_whitespace)
            && gap.iter().filter(|byte| **byte == b'\n').count() <= newlines
    }

    /// Whether the comment is on lines of its own right above `start` and is about what follows.
    fn is_leading(&self, comment: &Bytes, start: u32) -> bool {
        let marks_inner = |mark: &&str| self.text[comment.start as usize..].starts_with(*mark);
        self.touches(comment, start, 1)
            && self.starts_its_line(comment.start)
            && !self.style.inner.iter().any(marks_inner)
    }

    /// Whether the comment is the notice that stands at the top of a file.
    fn is_licence(&self, comment: &Bytes) -> bool {
        let text = &self.text[comment.start as usize..];
        let head = text[..text.floor_char_boundary(400)].to_ascii_lowercase();
        let marks = ["copyright", "licensed under", "licensed to", "spdx-license"];
        comment.start < 4 && marks.iter().any(|mark| head.contains(mark))
    }

    fn starts_its_line(&self, offset: u32) -> bool {
        let before = &self.text.as_bytes()[..offset as usize];
        let indent = before.iter().rev().take_while(|byte| **byte == b' ' || **byte == b'\t').count();
        let rest = &before[..before.len() - indent];
        rest.is_empty() || rest.ends_with(b"\n") || rest.ends_with("\u{feff}".as_bytes())
    }

    /// The end of `bytes` without white space (some grammars include the line end in a comment).
    fn trimmed_end(&self, bytes: &Bytes) -> u32 {
        let text = &self.text.as_bytes()[bytes.start as usize..bytes.end as usize];
        bytes.start + text.trim_ascii_end().len() as u32
    }

    /// The attributes that start in `range`.
    pub(super) fn attributes_in(&self, range: Bytes) -> &'a [Bytes] {
        let attributes = &self.captures.attributes;
        let first = attributes.partition_point(|attribute| attribute.start < range.start);
        let count = attributes[first..].iter().take_while(|attribute| attribute.start < range.end).count();
        &attributes[first..first + count]
    }

    /// Skips the comments, attributes and white space that stand at `start`, up to `end`.
    pub(super) fn skip(&self, start: u32, end: u32) -> u32 {
        let mut at = start;
        while at < end {
            let rest = &self.text.as_bytes()[at as usize..end as usize];
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count() as u32;
            let node = find_at(&self.captures.attributes, at + blank)
                .or_else(|| find_at(&self.captures.comments, at + blank));
            match node {
                Some(node) if node.end > at => at = node.end,
                _ => return at + blank,
            }
        }
        end
    }

    /// The start of a comment that ends at `end`, or `end`.
    pub(super) fn without_trailing_comment(&self, start: u32, end: u32) -> u32 {
        let comments = &self.captures.comments;
        let before = comments.partition_point(|comment| comment.start < end);
        match before.checked_sub(1).map(|i| &comments[i]) {
            Some(comment) if comment.start > start && self.touches(comment, end, usize::MAX) => comment.start,
            _ => end,
        }
    }

    /// The text of the claimed comments without their marks.
    pub(super) fn doc(&self, comments: std::ops::Range<usize>) -> Box<str> {
        if comments.start == 0 && self.captures.comments.first().is_some_and(|first| self.is_licence(first)) {
            return "".into();
        }
        let mut doc = DocText::default();
        for comment in &self.captures.comments[comments] {
            doc.push_comment(&self.text[comment.start as usize..comment.end as usize], self.style);
        }
        doc.finish()
    }
}

/// The range in `sorted` that starts at `offset`.
fn find_at(sorted: &[Bytes], offset: u32) -> Option<&Bytes> {
    sorted.binary_search_by_key(&offset, |bytes| bytes.start).ok().map(|i| &sorted[i])
}

/// The text of a string that documents what it stands in, without quotes and prefix.
pub(super) fn docstring(literal: &str) -> Box<str> {
    let unprefixed = literal.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let quote = if unprefixed.starts_with("\"\"\"") || unprefixed.starts_with("'''") { 3 } else { 1 };
    let inner = unprefixed.get(quote..unprefixed.len().saturating_sub(quote)).unwrap_or_default();
    let mut doc = DocText::default();
    inner.lines().for_each(|line| doc.push_line(line));
    doc.finish()
}

/// Documentation as it is put together, line by line.
#[derive(Default)]
struct DocText(String);

impl DocText {
    fn push_comment(&mut self, comment: &str, style: &CommentStyle) {
        for line in comment.lines() {
            let mut content = line.trim();
            for end in style.ends {
                content = content.strip_suffix(end).unwrap_or(content);
            }
            let start = style.starts.iter().find(|start| content.starts_with(**start));
            content = start.map_or(content, |start| &content[start.len()..]);
            self.push_line(content);
            if self.0.len() > MAX_DOC {
                return;
            }
        }
    }

    /// Adds a line; rulers and blank lines at the start are left out.
    fn push_line(&mut self, line: &str) {
        let line = line.trim();
        let is_ruler = !line.is_empty() && !line.chars().any(char::is_alphanumeric);
        if is_ruler || (self.0.is_empty() && line.is_empty()) || self.0.len() > MAX_DOC {
            return;
        }
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        self.0.push_str(line);
    }

    fn finish(self) -> Box<str> {
        let end = self.0.floor_char_boundary(MAX_DOC);
        self.0[..end].trim_end().into()
    }
}
