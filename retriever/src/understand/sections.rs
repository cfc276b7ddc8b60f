//! The sections of a report: its title, its prose, the code and output quoted in it, the messages of errors.
//!
//! A report says what it is about in its title and its prose, and much by the way in what it quotes: the versions of
//! everything that is installed, a session's output, a script around the one call that matters. Told by the marks of
//! Markdown and by what error messages look like, whatever their language.

use std::sync::LazyLock;

use regex::Regex;

/// What a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SectionKind {
    /// The first line.
    Title,
    /// Running text.
    Prose,
    /// The message of an error, wherever it stands.
    Message,
    /// Quoted code, output or data.
    Quoted,
}

/// One line of a report with what it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Section<'a> {
    pub(crate) kind: SectionKind,
    pub(crate) text: &'a str,
}

/// A line that ends in what went wrong: `ValueError: ...`, `error[E0425]: ...`, `java.io.IOException: ...`,
/// `panicked at`.
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"\b(?:\w*(?:Error|Exception)|[Ee]rror|ERROR|[Ff]atal|[Pp]anic)\b[^:\n]{0,40}: \S|\bpanicked at\b",
    )
    .expect("invariant: a test compiles the pattern")
});

/// The lines of `text` with their kinds. Comments of Markdown, which tell the writer what to write, are left out.
pub(crate) fn sections(text: &str) -> Vec<Section<'_>> {
    let mut reader = Reader::default();
    text.lines().filter(|line| !line.trim().is_empty()).filter_map(|line| reader.read(line)).collect()
}

#[derive(Default)]
struct Reader {
    has_title: bool,
    /// The fence that the quotation began with and will end with.
    fence: Option<&'static str>,
    in_comment: bool,
}

impl Reader {
    fn read<'a>(&mut self, line: &'a str) -> Option<Section<'a>> {
        let trimmed = line.trim();
        if self.in_comment || (self.fence.is_none() && trimmed.starts_with("<!--")) {
            self.in_comment = !trimmed.contains("-->");
            return None;
        }
        if let Some(fence) = ["```", "~~~"].into_iter().find(|fence| trimmed.starts_with(fence)) {
            match self.fence {
                None => self.fence = Some(fence),
                Some(open) if open == fence => self.fence = None,
                Some(_) => {}
            }
            return None;
        }
        let kind = self.kind_of(line, trimmed);
        self.has_title = true;
        Some(Section { kind, text: line })
    }

    fn kind_of(&self, line: &str, trimmed: &str) -> SectionKind {
        let is_indented = line.starts_with("    ") || line.starts_with('\t');
        let is_quoted = is_indented || [">", "|", "- [", "* ["].iter().any(|mark| trimmed.starts_with(mark));
        if !self.has_title {
            SectionKind::Title
        } else if MESSAGE.is_match(line) {
            SectionKind::Message
        } else if self.fence.is_some() || is_quoted {
            SectionKind::Quoted
        } else {
            SectionKind::Prose
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(SectionKind, &str)> {
        sections(text).into_iter().map(|section| (section.kind, section.text)).collect()
    }

    #[test]
    fn a_report_has_a_title_prose_quotations_and_messages() {
        let text = "Copy loses the mode\n<!-- please\nsearch first -->\n\nI expected it to stay.\n```python\ncopy(a)\n\
                    ValueError: bad mode\n```\n- [x] I have searched\n    indented()\nThanks";
        assert_eq!(
            kinds(text),
            [
                (SectionKind::Title, "Copy loses the mode"),
                (SectionKind::Prose, "I expected it to stay."),
                (SectionKind::Quoted, "copy(a)"),
                (SectionKind::Message, "ValueError: bad mode"),
                (SectionKind::Quoted, "- [x] I have searched"),
                (SectionKind::Quoted, "    indented()"),
                (SectionKind::Prose, "Thanks"),
            ]
        );
    }

    #[test]
    fn messages_are_told_from_talk_about_errors() {
        let is_message = |line: &str| MESSAGE.is_match(line);
        assert!(is_message("error[E0425]: cannot find value `x`"));
        assert!(is_message("java.lang.IllegalStateException: closed"));
        assert!(is_message("thread 'main' panicked at src/a.rs:3:4"));
        assert!(is_message("a.c:3:1: error: expected ';'"));
        assert!(!is_message("it raises an error when closed"));
        assert!(!is_message("ErrorKind is an enum"));
    }

    #[test]
    fn an_open_fence_lasts_to_the_end() {
        assert!(kinds("t\n```\na\n~~~\nb").iter().skip(1).all(|(kind, _)| *kind == SectionKind::Quoted));
    }
}
