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
mod kotlin;
mod objective_c;
mod sql;
mod yaml;

use std::borrow::Cow;
use std::ops::Range;

pub(crate) use c_family::{hide_c_macros, hide_cpp_macros};
pub(crate) use csharp::hide_csharp_conditions;
pub(crate) use haskell::hide_haskell_else;
pub(crate) use item_macros::open_item_macros;
pub(crate) use julia::hide_constant_fields;
pub(crate) use kotlin::hide_kotlin_oddities;
pub(crate) use objective_c::{hide_objective_c_macros, patch_objective_c_enums};
pub(crate) use sql::{hide_sql_dialects, patch_sql_dialects};
pub(crate) use yaml::hide_deep_blocks;

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

/// A word that stands in a text instead of what is there.
pub(crate) struct Patch {
    /// Where it stands.
    pub(crate) at: usize,
    /// The word, which is never longer than what it replaces.
    pub(crate) word: &'static str,
}

/// Finds the words that a language's grammar must see instead of others.
pub(crate) type Patching = fn(&str) -> Vec<Patch>;

/// The masked text of `text` with the words in it that its grammar must see.
pub(crate) fn patched<'t>(masked: Cow<'t, str>, text: &str, patching: Option<Patching>) -> Cow<'t, str> {
    let patches = patching.map(|find| find(text)).unwrap_or_default();
    if patches.is_empty() {
        return masked;
    }
    let mut bytes = masked.clone().into_owned().into_bytes();
    for Patch { at, word } in patches {
        if let Some(place) = bytes.get_mut(at..at + word.len()) {
            place.copy_from_slice(word.as_bytes());
        }
    }
    String::from_utf8(bytes).map_or(masked, Cow::Owned)
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
