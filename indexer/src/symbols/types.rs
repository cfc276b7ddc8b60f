//! Types as written.

use super::signature::fold_white_space;

/// Longest type that is kept, in bytes.
const MAX_TYPE: usize = 160;

/// The type on one line, without the mark that joins it to a name.
pub(super) fn written_type(text: &str) -> Box<str> {
    let bare = text.trim_start_matches([':', ' ', '\t']).trim_start_matches("->");
    fold_white_space(bare, MAX_TYPE).into()
}
