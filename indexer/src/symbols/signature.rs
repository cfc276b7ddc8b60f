//! The declaration of a symbol on one line.

use contexd_store::SymbolKind;

use super::comments::Preludes;
use super::outline::Draft;

/// Longest signature that is kept, in bytes.
pub(super) const MAX_SIGNATURE: usize = 300;

/// Longest signature of something whose declaration holds its value.
const MAX_VALUE_SIGNATURE: usize = 160;

/// The declaration up to the body, white space folded, cut at a limit.
pub(super) fn signature(text: &str, draft: &Draft, preludes: &Preludes) -> Box<str> {
    let start = draft.declaration.start;
    let is_shown = |body: u32| draft.kind == SymbolKind::Struct && is_tuple(text, body);
    let end = draft.body_start.filter(|body| *body > start && !is_shown(*body));
    let end = end.unwrap_or(draft.declaration.end).max(start);
    let end = preludes.without_trailing_comment(start, end);
    let limit = match draft.kind {
        SymbolKind::Constant | SymbolKind::Variable | SymbolKind::Field | SymbolKind::EnumMember => {
            MAX_VALUE_SIGNATURE
        }
        _ => MAX_SIGNATURE,
    };
    let mut folded = fold_white_space(&text[start as usize..end as usize], limit);
    let kept = folded.trim_end_matches(['{', ':', ';', ',', '=', ' ', '\\']).len();
    folded.truncate(kept);
    if end < draft.name.start && draft.name.end <= draft.declaration.end {
        // `typedef struct { ... } name`
        let name = &text[draft.name.start as usize..draft.name.end as usize];
        let room = limit.saturating_sub(folded.len() + 1);
        folded.push(' ');
        folded.push_str(&name[..name.floor_char_boundary(room)]);
    }
    folded.into()
}

/// A body in parentheses (a tuple struct) is worth showing.
fn is_tuple(text: &str, body_start: u32) -> bool {
    text.as_bytes().get(body_start as usize) == Some(&b'(')
}

/// `text` with runs of white space as one blank, at most `limit` bytes.
pub(super) fn fold_white_space(text: &str, limit: usize) -> String {
    let mut folded = String::with_capacity(text.len().min(limit + 8));
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        if folded.len() + word.len() > limit {
            let room = limit.saturating_sub(folded.len());
            folded.push_str(&word[..word.floor_char_boundary(room)]);
            break;
        }
        folded.push_str(word);
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_folds_and_limits_hold() {
        assert_eq!(fold_white_space("  a \n\t b  ", 10), "a b");
        assert_eq!(fold_white_space("abc def", 5), "abc d");
        assert_eq!(fold_white_space("\u{e4}\u{e4}", 3), "\u{e4}");
    }
}
