//! Names that a document mentions: code spans that are a name or a chain of names.

use contexd_store::{ReferenceKind, ReferenceRecord, SymbolRecord};

use super::chain;
use super::enclosing::Enclosing;
use super::names::{is_word, is_word_char};
use crate::lines::LineIndex;

/// What joins names in code spans, whatever the language.
const OPERATORS: [&str; 4] = ["::", "->", "#", "."];

/// Longest code span that is taken for a name, in bytes.
const MAX_SPAN: usize = 120;

/// The names in code spans outside fenced blocks, at most `limit`.
pub(crate) fn mentions(
    text: &str,
    lines: &LineIndex,
    symbols: &[SymbolRecord],
    limit: usize,
) -> Vec<ReferenceRecord> {
    let mut enclosing = Enclosing::new(symbols);
    let mut records = Vec::new();
    let mut in_fence = false;
    for line in 0..lines.count() {
        let content = lines.text(text, line);
        if content.trim_start().starts_with("```") || content.trim_start().starts_with("~~~") {
            in_fence = !in_fence;
        }
        if in_fence {
            continue;
        }
        for (offset, span) in code_spans(content) {
            let Some((at, name)) = name_of(span) else { continue };
            if records.len() == limit {
                return records;
            }
            let start_byte = lines.start(line) + (offset + at) as u32;
            records.push(ReferenceRecord {
                name: name.into(),
                kind: ReferenceKind::Mention,
                line: line + 1,
                start_byte,
                enclosing: enclosing.at(start_byte),
                receiver: chain::receiver_by(span, at, &OPERATORS),
            });
        }
    }
    records
}

/// What stands between single backticks, with its offset.
fn code_spans(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    line.split('`').enumerate().filter_map(move |(number, part)| {
        let start = offset;
        offset += part.len() + 1;
        (number % 2 == 1).then_some((start, part))
    })
}

/// The last name of a code span that is a chain of names, with its offset in the span.
fn name_of(span: &str) -> Option<(usize, &str)> {
    let chain = span.trim_end_matches("()").trim_end_matches('!');
    let is_chain = !chain.is_empty()
        && chain.len() <= MAX_SPAN
        && chain.replace("->", ".").chars().all(|c| is_word_char(c) || "#:.".contains(c));
    let at = chain.rfind(|c| !is_word_char(c)).map_or(0, |at| at + 1);
    let name = chain.get(at..)?;
    let is_name = is_chain && is_word(name, "") && name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    is_name.then_some((at, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_code_spans() {
        let text = "# A\nUse `Runtime::block_on()` or `spawn`, not `a b` or `--flag`.\n```\n`no`\n```\n`x.y`";
        let found = mentions(text, &LineIndex::new(text), &[], 10);
        let shown: Vec<_> = found.iter().map(|r| (r.line, &*r.receiver, &*r.name)).collect();
        assert_eq!(shown, [(2, "Runtime", "block_on"), (2, "", "spawn"), (6, "x", "y")]);
        assert_eq!(mentions(text, &LineIndex::new(text), &[], 1).len(), 1);
    }
}
