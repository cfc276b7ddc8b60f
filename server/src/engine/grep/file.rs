//! The search of one file: from the searcher's matches and context to parts of an answer.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::ops::{Range, RangeInclusive};
use std::sync::Arc;

use grep_matcher::Matcher;
use grep_regex::RegexMatcher;
use grep_searcher::{Searcher, Sink, SinkContext, SinkError, SinkFinish, SinkMatch};

use super::super::verify::ItemState;
use super::{GrepLine, GrepOutput, GrepPart, GrepReply};
use crate::error::ServiceError;

/// Most bytes of a line's text that are sent.
const MOST_TEXT_BYTES: usize = 64 << 10;
/// Bytes after a match that spans lines which the pattern may look at; ripgrep shows it as many.
const LOOK_AHEAD: usize = 128;

/// Why a search ended before the end of its file.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nothing more is taken.
    Full,
    /// The whole answer is given up.
    Over(ServiceError),
    /// The file cannot be read, or not within the memory that one search may take.
    Unreadable,
}

impl SinkError for Halt {
    fn error_message<T: std::fmt::Display>(_message: T) -> Self {
        Self::Unreadable
    }
}

impl From<ServiceError> for Halt {
    fn from(error: ServiceError) -> Self {
        Self::Over(error)
    }
}

/// Where parts go. An error ends the search.
pub(super) type Emit<'a> = &'a mut dyn FnMut(GrepPart) -> Result<(), Halt>;

/// What is known of a file before it is searched.
pub(super) struct Subject<'a> {
    pub(super) path: &'a Arc<str>,
    pub(super) state: ItemState,
    /// Lines that a match must begin in one of; all when absent.
    pub(super) within: Option<Vec<RangeInclusive<u32>>>,
}

/// How a search went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Searched {
    pub(super) lines: u64,
    pub(super) is_binary: bool,
}

/// Takes what the searcher finds in one file.
pub(super) struct FileSink<'a> {
    subject: &'a Subject<'a>,
    matcher: &'a RegexMatcher,
    output: GrepOutput,
    window: Window,
    searched: Searched,
    emit: Emit<'a>,
}

impl<'a> FileSink<'a> {
    pub(super) fn new(
        subject: &'a Subject<'a>,
        matcher: &'a RegexMatcher,
        output: GrepOutput,
        context: (u32, u32),
        emit: Emit<'a>,
    ) -> Self {
        let window = Window::new(context);
        Self { subject, matcher, output, window, searched: Searched::default(), emit }
    }

    /// How the search went.
    pub(super) fn searched(&self) -> Searched {
        self.searched
    }

    fn line(&self, bytes: &[u8], first: u64, matches: Vec<Range<usize>>) -> GrepLine {
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        let more_lines = text.iter().filter(|byte| **byte == b'\n').count() as u64;
        let shown = &text[..shown_length(text)];
        GrepLine {
            path: Arc::clone(self.subject.path),
            lines: (first, first + more_lines),
            bytes: shown.to_vec(),
            is_cut: shown.len() < text.len(),
            matches,
            state: self.subject.state,
        }
    }

    fn is_within(&self, line: u64) -> bool {
        let within = self.subject.within.as_ref();
        within.is_none_or(|spans| {
            spans.iter().any(|span| u32::try_from(line).is_ok_and(|line| span.contains(&line)))
        })
    }

    fn send_context(&mut self, line: GrepLine) -> Result<(), Halt> {
        match self.window.around(line) {
            Some(line) => (self.emit)(GrepPart::Context(line)),
            None => Ok(()),
        }
    }
}

impl Sink for FileSink<'_> {
    type Error = Halt;

    fn matched(&mut self, searcher: &Searcher, found: &SinkMatch<'_>) -> Result<bool, Halt> {
        let first = found.line_number().unwrap_or(1);
        if !self.is_within(first) {
            for (number, bytes) in (first..).zip(found.lines()) {
                self.send_context(self.line(bytes, number, Vec::new()))?;
            }
            return Ok(true);
        }
        self.searched.lines += 1;
        if self.output != GrepOutput::Lines {
            return Ok(self.output == GrepOutput::Counts);
        }
        let range = found.bytes_range_in_buffer();
        let shown = shown_length(found.bytes());
        let matches = matches_in(searcher, self.matcher, found.buffer(), range, shown);
        let line = self.line(found.bytes(), first, matches);
        for before in self.window.matched(line.lines) {
            (self.emit)(GrepPart::Context(before))?;
        }
        (self.emit)(GrepPart::Line(line))?;
        Ok(true)
    }

    fn context(&mut self, _searcher: &Searcher, context: &SinkContext<'_>) -> Result<bool, Halt> {
        let line = self.line(context.bytes(), context.line_number().unwrap_or(1), Vec::new());
        self.send_context(line)?;
        Ok(true)
    }

    fn finish(&mut self, _searcher: &Searcher, finish: &SinkFinish) -> Result<(), Halt> {
        self.searched.is_binary = finish.binary_byte_offset().is_some();
        Ok(())
    }
}

/// Length of the part of `text` that is sent: all of it, or what fits and ends between two characters.
fn shown_length(text: &[u8]) -> usize {
    if text.len() <= MOST_TEXT_BYTES {
        return text.len();
    }
    let starts_character = |index: &usize| text[*index] & 0xC0 != 0x80;
    (MOST_TEXT_BYTES - 3..=MOST_TEXT_BYTES).rev().find(starts_character).unwrap_or(MOST_TEXT_BYTES)
}

/// Where the matches of `buffer[range]` stand in it, those that begin in its first `shown` bytes. The searcher tells
/// lines only; each is searched once more for what in it matches.
fn matches_in(
    searcher: &Searcher,
    matcher: &RegexMatcher,
    buffer: &[u8],
    range: Range<usize>,
    shown: usize,
) -> Vec<Range<usize>> {
    // A match over lines may hang on what follows it; one within a line must not see the line's end.
    let end = if searcher.multi_line_with_matcher(matcher) {
        buffer.len().min(range.end + LOOK_AHEAD)
    } else {
        range.end - usize::from(buffer[range.clone()].ends_with(b"\n"))
    };
    let mut matches = Vec::new();
    let searched = matcher.find_iter_at(&buffer[..end], range.start, |found| {
        let is_inside = found.start() < range.end && found.start() - range.start <= shown;
        if is_inside {
            matches.push(found.start() - range.start..found.end() - range.start);
        }
        is_inside
    });
    debug_assert!(searched.is_ok(), "the regex engine has no errors");
    matches
}

/// Which of the lines around matches are sent. The searcher tells lines around every match; where some matches do not
/// count, those around them do not either.
struct Window {
    before: u64,
    after: u64,
    /// Last line of the last match that counts.
    last: Option<u64>,
    /// Lines that stand before a match, if one comes soon enough.
    waiting: VecDeque<GrepLine>,
}

impl Window {
    fn new((before, after): (u32, u32)) -> Self {
        Self { before: before.into(), after: after.into(), last: None, waiting: VecDeque::new() }
    }

    /// A line that is no match: it comes back when it stands close after one.
    fn around(&mut self, line: GrepLine) -> Option<GrepLine> {
        if self.last.is_some_and(|last| line.lines.0 <= last + self.after) {
            return Some(line);
        }
        self.waiting.push_back(line);
        if self.waiting.len() as u64 > self.before {
            self.waiting.pop_front();
        }
        None
    }

    /// A match at `lines`: gives the lines that stand close before it.
    fn matched(&mut self, lines: (u64, u64)) -> impl Iterator<Item = GrepLine> {
        self.last = Some(lines.1);
        let first = lines.0.saturating_sub(self.before);
        std::mem::take(&mut self.waiting).into_iter().filter(move |line| line.lines.0 >= first)
    }
}

/// A reader that gives up when the answer is no longer wanted.
pub(super) struct Attentive<'a, R> {
    pub(super) inner: R,
    pub(super) reply: &'a GrepReply,
}

impl<R: Read> Read for Attentive<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reply.check().map_err(io::Error::other)?;
        self.inner.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn long_lines_are_cut_between_characters() {
        assert_eq!(shown_length(&vec![b'x'; MOST_TEXT_BYTES]), MOST_TEXT_BYTES);
        assert_eq!(shown_length(&vec![b'x'; MOST_TEXT_BYTES + 9]), MOST_TEXT_BYTES);
        let text = format!("x{}", "é".repeat(MOST_TEXT_BYTES));
        assert!(std::str::from_utf8(&text.as_bytes()[..shown_length(text.as_bytes())]).is_ok());
        assert_eq!(shown_length(&vec![0x80; MOST_TEXT_BYTES + 9]), MOST_TEXT_BYTES);
    }

    fn line(number: u64) -> GrepLine {
        GrepLine {
            path: "a".into(),
            lines: (number, number),
            bytes: Vec::new(),
            is_cut: false,
            matches: Vec::new(),
            state: ItemState::Verified,
        }
    }

    #[test]
    fn only_lines_around_matches_that_count_are_sent() {
        let mut window = Window::new((2, 1));
        let numbers =
            |lines: &mut dyn Iterator<Item = GrepLine>| lines.map(|line| line.lines.0).collect::<Vec<_>>();
        for number in 1..5 {
            assert!(window.around(line(number)).is_none());
        }
        assert_eq!(numbers(&mut window.matched((5, 6))), [3, 4]);
        assert!(window.around(line(7)).is_some());
        assert!(window.around(line(8)).is_none());
        assert!(numbers(&mut window.matched((20, 20))).is_empty());
    }
}
