//! The code tokenizer, the same for what is indexed and what is asked.

/// Calls `emit` for every token of `text`: each identifier or word whole (lower-cased) and, where it has several,
/// its camel-case, snake-case and digit parts.
pub fn tokenize(_text: &str, _emit: &mut dyn FnMut(&str)) {
    todo!()
}

/// The parts of one identifier, lower-cased, in order (`HTTPServer2` gives `http`, `server`, `2`).
#[must_use]
pub fn identifier_parts(_identifier: &str) -> Vec<String> {
    todo!()
}
