//! Bindings: from captured ranges to records of the names that hold values.

use contexd_store::{BindingRecord, SymbolRecord};

use super::captures::RawBinding;
use super::enclosing::Enclosing;
use super::{chain, names, slice, types};
use crate::lang::Syntax;

/// Turns captured bindings into records, at most `limit`.
pub(super) fn bindings(
    text: &str,
    syntax: &Syntax,
    raw: &[RawBinding],
    symbols: &[SymbolRecord],
    limit: usize,
) -> Vec<BindingRecord> {
    let mut enclosing = Enclosing::new(symbols);
    let mut records = Vec::with_capacity(raw.len().min(limit));
    for binding in raw.iter().take(limit) {
        let written = slice(text, &binding.name);
        let name = if names::is_word(written, syntax.name_marks) {
            written.into()
        } else {
            chain::of_expression(written, syntax)
        };
        if name.is_empty() || name.contains(['(', '[', '?']) || syntax.ignored_names.contains(&&*name) {
            continue;
        }
        let start_byte = binding.name.start;
        records.push(BindingRecord {
            name,
            declared_type: binding
                .declared_type
                .as_ref()
                .map_or_else(Box::default, |bytes| types::written_type(slice(text, bytes))),
            value: value_of(text, syntax, binding),
            start_byte,
            enclosing: enclosing.around_name(start_byte),
        });
    }
    records
}

fn value_of(text: &str, syntax: &Syntax, binding: &RawBinding) -> Box<str> {
    let Some(value) = &binding.value else { return Box::default() };
    let chain = chain::of_expression(slice(text, value), syntax);
    if binding.is_element && !chain.is_empty() { format!("{chain}[]").into() } else { chain }
}
