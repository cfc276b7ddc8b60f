//! What a grammar must not see: macros that hide the code around or inside them.
//!
//! A grammar knows nothing of macros, so `ABSL_NAMESPACE_BEGIN` before a namespace or `cfg_rt! { ... }` around
//! items costs it everything in there. A mask is the text with such words as blanks: offsets stay the same, and
//! all names are cut out of the original.

mod c_family;
mod conditions;
mod csharp;
mod haskell;
mod item_macros;
mod julia;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use c_family::{hide_c_macros, hide_cpp_macros};
pub(crate) use csharp::hide_csharp_conditions;
pub(crate) use haskell::hide_haskell_else;
pub(crate) use item_macros::open_item_macros;
pub(crate) use julia::hide_constant_fields;

/// Finds what a language's grammar must not see.
pub(crate) type Masking = fn(&str) -> Vec<Range<usize>>;

/// `text` with all but line ends in the hidden ranges as blanks.
pub(crate) fn masked<'t>(text: &'t str, masking: Option<Masking>) -> Cow<'t, str> {
    let hidden = masking.map(|find| find(text)).unwrap_or_default();
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for byte in hidden.into_iter().flat_map(|range| range.start..range.end) {
        if !matches!(bytes[byte], b'\n' | b'\r') {
            bytes[byte] = b' ';
        }
    }
    String::from_utf8(bytes).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// The lines of `text` with the offset of each, without line ends.
fn lines_with_offsets(text: &str) -> Vec<(usize, &str)> {
    let mut offset = 0;
    let with_offset = |line: &'_ str| {
        let start = offset;
        offset += line.len();
        start
    };
    let starts: Vec<usize> = text.split_inclusive('\n').map(with_offset).collect();
    starts
        .into_iter()
        .zip(text.split_inclusive('\n').map(|line| line.trim_end_matches(['\n', '\r'])))
        .collect()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The identifier that `text` begins with; empty without one.
fn leading_word(text: &str) -> &str {
    let end = text.bytes().position(|byte| !is_word_byte(byte)).unwrap_or(text.len());
    &text[..end]
}
