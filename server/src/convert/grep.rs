//! `SearchService.Grep`: the request in, the parts of the stream out.

use contexd_proto::v1;
use contexd_proto::v1::grep_response::Part;

use super::meta::{item_state, reply_meta};
use super::request::{self, Capped};
use crate::engine::{
    Answer, GrepFileCount, GrepLine, GrepOutput, GrepPart, GrepQuery, GrepTotals, LetterCase, Notice,
    NoticeCode,
};
use crate::error::ServiceError;

const DEFAULT_LINES: u32 = 1_000;
const MAX_LINES: u32 = 100_000;
const MAX_PATTERN_BYTES: usize = 4_096;
const MAX_CONTEXT_LINES: u32 = 1_000;
const MAX_PATHS: usize = 64;

/// What to look for, and what is to be said about its limits.
pub(crate) fn grep_query(wire: v1::GrepRequest) -> Result<(GrepQuery, Option<Notice>), ServiceError> {
    let limit = Capped::new(NoticeCode::LimitCapped, "limit", wire.limit, DEFAULT_LINES, MAX_LINES);
    let (output, case) = (output(&wire), case(&wire));
    if wire.pattern.is_empty() || wire.pattern.len() > MAX_PATTERN_BYTES {
        return Err(ServiceError::invalid("pattern", format!("must have 1 to {MAX_PATTERN_BYTES} bytes")));
    }
    if wire.before_context.max(wire.after_context) > MAX_CONTEXT_LINES {
        let detail = format!("at most {MAX_CONTEXT_LINES} lines are sent with a match");
        return Err(ServiceError::invalid("context", detail));
    }
    if wire.paths.len() > MAX_PATHS {
        return Err(ServiceError::invalid("paths", format!("has more than {MAX_PATHS} entries")));
    }
    let query = GrepQuery {
        pattern: wire.pattern,
        is_literal: wire.fixed,
        word: wire.word,
        case,
        multi_line: wire.multi_line,
        context: (wire.before_context, wire.after_context),
        filter: request::filter(wire.filter)?,
        paths: wire.paths,
        limit: limit.value as usize,
        output,
    };
    Ok((query, limit.notice))
}

fn output(wire: &v1::GrepRequest) -> GrepOutput {
    match wire.output() {
        v1::GrepOutput::Unspecified | v1::GrepOutput::Lines => GrepOutput::Lines,
        v1::GrepOutput::Files => GrepOutput::Files,
        v1::GrepOutput::Counts => GrepOutput::Counts,
    }
}

fn case(wire: &v1::GrepRequest) -> LetterCase {
    match (wire.ignore_case, wire.smart_case) {
        (true, _) => LetterCase::Ignored,
        (false, true) => LetterCase::Smart,
        (false, false) => LetterCase::Heeded,
    }
}

/// One part of the stream.
pub(crate) fn grep_response(part: GrepPart) -> v1::GrepResponse {
    let part = match part {
        GrepPart::Line(line) => Part::Line(grep_line(line)),
        GrepPart::Context(line) => Part::Context(grep_line(line)),
        GrepPart::File(file) => Part::File(grep_file(&file)),
    };
    v1::GrepResponse { part: Some(part) }
}

fn grep_line(line: GrepLine) -> v1::GrepLine {
    let matches = line.matches.iter();
    let matches =
        matches.map(|found| v1::ByteRange { start: small(found.start), end: small(found.end) }).collect();
    let (text, raw) = match String::from_utf8(line.bytes) {
        Ok(text) => (text, Vec::new()),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), error.into_bytes()),
    };
    v1::GrepLine {
        path: line.path.to_string(),
        line: small(line.lines.0),
        text,
        matches,
        state: item_state(line.state).into(),
        end_line: small(line.lines.1),
        raw,
        cut: line.is_cut,
    }
}

fn grep_file(file: &GrepFileCount) -> v1::GrepFile {
    v1::GrepFile { path: file.path.to_string(), lines: file.lines, state: item_state(file.state).into() }
}

/// A number that the wire gives 32 bits.
fn small(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

/// The end of the stream.
pub(crate) fn grep_summary(answer: Answer<GrepTotals>, notice: Option<Notice>) -> v1::GrepResponse {
    let totals = answer.value;
    let summary = v1::GrepSummary {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        lines: totals.lines,
        files_searched: totals.searched,
        truncated: totals.truncated,
        files_ruled_out: totals.ruled_out,
        files_binary: totals.binary,
        files_failed: totals.failed,
        files_withheld: totals.withheld,
    };
    v1::GrepResponse { part: Some(Part::Summary(summary)) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::engine::ItemState;

    #[test]
    fn requests_are_checked() {
        let request = |pattern: &str| v1::GrepRequest { pattern: pattern.to_owned(), ..Default::default() };
        assert_eq!(grep_query(request("x")).unwrap().0.limit, 1_000);
        for pattern in [String::new(), "x".repeat(MAX_PATTERN_BYTES + 1)] {
            assert!(grep_query(request(&pattern)).is_err());
        }
        assert!(grep_query(v1::GrepRequest { after_context: 1_001, ..request("x") }).is_err());
        assert!(grep_query(v1::GrepRequest { paths: vec!["a".to_owned(); 65], ..request("x") }).is_err());
        let capped = grep_query(v1::GrepRequest { limit: 200_000, ..request("x") }).unwrap();
        assert_eq!((capped.0.limit, capped.1.unwrap().code), (100_000, NoticeCode::LimitCapped));
    }

    #[test]
    fn bytes_that_are_no_text_are_sent_as_they_are() {
        let line = |bytes: &[u8]| {
            grep_line(GrepLine {
                path: "a".into(),
                lines: (1, 1),
                bytes: bytes.to_vec(),
                is_cut: false,
                matches: std::iter::once(1..2).collect(),
                state: ItemState::Verified,
            })
        };
        assert_eq!(
            (line(b"caf\xE9").text.as_str(), line(b"caf\xE9").raw),
            ("caf\u{fffd}", b"caf\xE9".to_vec())
        );
        assert_eq!(
            (line("café".as_bytes()).text.as_str(), line("café".as_bytes()).raw),
            ("café", Vec::new())
        );
    }
}
