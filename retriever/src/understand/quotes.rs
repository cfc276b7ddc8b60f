//! Literals in a short question: what stands between quotation marks and is no name.

use super::{is_identifier, read_identifier};

/// Literals taken from one question.
const MAX_LITERALS: usize = 4;
/// Characters that a literal has at least; shorter ones stand everywhere.
const MIN_LITERAL: usize = 3;
/// Bytes of a literal; a longer one is left out.
const MAX_LITERAL_BYTES: usize = 400;
/// Opening quotation marks with the ones that close them.
const MARKS: [(char, char); 4] = [('"', '"'), ('\'', '\''), ('`', '`'), ('\u{201c}', '\u{201d}')];

/// The distinct quoted literals of `text`, in order. Not names: those are looked up as symbols.
pub(super) fn literals(text: &str) -> Vec<String> {
    let mut literals: Vec<String> = Vec::new();
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(first) = rest.chars().next() {
        let quoted = if opens_after(before) { quoted_at(rest) } else { None };
        let step = quoted.map_or(first.len_utf8(), |(_, length)| length);
        if let Some((content, _)) = quoted
            && literals.len() < MAX_LITERALS
            && is_literal(content, first)
            && !literals.iter().any(|known| known == content)
        {
            literals.push(content.to_owned());
        }
        before = rest[..step].chars().next_back();
        rest = &rest[step..];
    }
    literals
}

/// Whether a quotation may begin after this character: an apostrophe follows a letter.
fn opens_after(before: Option<char>) -> bool {
    before.is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '[' | '{' | '=' | ':' | ','))
}

/// The content of the quotation that `text` begins with, and the bytes it takes with its marks.
fn quoted_at(text: &str) -> Option<(&str, usize)> {
    let open = text.chars().next()?;
    let close = MARKS.iter().find(|(mark, _)| *mark == open)?.1;
    let inside = &text[open.len_utf8()..];
    let closes = |at: usize| {
        let after = inside[at + close.len_utf8()..].chars().next();
        let ends = after.is_none_or(|c| c.is_whitespace() || ")]},.;:?!".contains(c));
        ends && !inside[..at].ends_with(char::is_whitespace)
    };
    let end = inside.match_indices(close).map(|(at, _)| at).find(|&at| at > 0 && closes(at))?;
    Some((inside[..end].trim(), open.len_utf8() + end + close.len_utf8()))
}

fn is_literal(content: &str, mark: char) -> bool {
    let is_name = is_identifier(content) || (mark == '`' && read_identifier(content, false).is_some());
    let length = content.chars().count();
    !is_name
        && length >= MIN_LITERAL
        && content.len() <= MAX_LITERAL_BYTES
        && content.chars().any(char::is_alphanumeric)
        && !content.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_text_is_a_literal_and_names_are_not() {
        let cases: [(&str, &[&str]); 14] = [
            ("where is \"connection refused by peer\" raised", &["connection refused by peer"]),
            ("'--no-color' option", &["--no-color"]),
            ("what prints `no such file: `?", &[]),
            ("what prints `no such file:`?", &["no such file:"]),
            ("\u{201c}bad header\u{201d}, who says that", &["bad header"]),
            ("key (\"server.port\") or \"server.host\".", &["server.port", "server.host"]),
            ("\"it isn't open\" and \"it isn't open\"", &["it isn't open"]),
            ("the connection's window and the streams' data", &[]),
            ("don't use 'this one' or it won't", &["this one"]),
            ("where is `Runtime::block_on` or `spawn()` or \"spawn\" defined", &[]),
            ("a \"=>\" or \"ab\" or \"\"", &[]),
            ("an open \"quotation", &[]),
            ("f(\"a b\") = 'c d'", &["a b", "c d"]),
            ("\"1 a\" \"2 b\" \"3 c\" \"4 d\" \"5 e\"", &["1 a", "2 b", "3 c", "4 d"]),
        ];
        for (text, expected) in cases {
            assert_eq!(literals(text), expected, "{text}");
        }
    }
}
