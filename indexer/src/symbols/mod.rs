//! Symbols: from a syntax tree to definitions, references and imports.
//!
//! A language's query says where definitions, names, comments and uses are ([`search`], [`captures`]); one sweep
//! finds what stands in what ([`outline`]); then each definition's texts are cut out. Nothing here names a language: the
//! differences are rows of the language table.

mod bindings;
mod captures;
mod chain;
mod comments;
mod enclosing;
mod headings;
mod imports;
mod mentions;
mod names;
mod outline;
mod references;
mod rules;
mod search;
mod signature;
mod types;

use std::collections::HashMap;

use contexd_store::{
    BindingRecord, ImportRecord, ParameterRecord, ReferenceRecord, SymbolKind, SymbolRecord,
};
use tree_sitter::Tree;

use self::captures::{Bytes, Captures, RawParameter};
use self::comments::Preludes;
use self::outline::Draft;
use self::rules::{Container, Rules};
use crate::lang::{Compiled, Syntax, TestRule};
use crate::lines::LineIndex;
use crate::parse::{Deadline, ParseBudget};

pub(crate) use self::headings::headings;
pub(crate) use self::mentions::mentions;

/// What a file defines, uses and imports.
#[derive(Default)]
pub(crate) struct Extracted {
    /// The definitions, ordered by where they start.
    pub(crate) symbols: Vec<SymbolRecord>,
    /// The uses.
    pub(crate) references: Vec<ReferenceRecord>,
    /// The imports.
    pub(crate) imports: Vec<ImportRecord>,
    /// The names that hold values.
    pub(crate) bindings: Vec<BindingRecord>,
    /// Whether a cap was reached.
    pub(crate) is_truncated: bool,
}

/// A parsed text with what is needed to read it.
pub(crate) struct Source<'a> {
    /// The text.
    pub(crate) text: &'a str,
    /// Its lines.
    pub(crate) lines: &'a LineIndex,
    /// Its syntax tree.
    pub(crate) tree: &'a Tree,
    /// The language's rules.
    pub(crate) syntax: &'a Syntax,
    /// The language's query.
    pub(crate) compiled: &'a Compiled,
}

/// Finds everything; `None` when the deadline passed.
pub(crate) fn extract(source: &Source, budget: &ParseBudget, deadline: &Deadline) -> Option<Extracted> {
    let Source { text, lines, syntax, .. } = *source;
    let mut captures = search::search(source.compiled, source.tree, text, deadline)?;
    let raw_references = std::mem::take(&mut captures.references);
    let preludes = Preludes::new(text, &captures, &syntax.comments);
    let (drafts, symbols_cut) =
        outline::nest(text, syntax, &captures, &preludes, budget.max_symbols.min(syntax.max_symbols));
    let rules = rules_for(source, &captures, &preludes, &drafts);
    let mut symbols = finish(source, &captures, &rules, drafts);
    add_docstrings(text, &captures.docstrings, &mut symbols);
    spread_tests(&mut symbols, &source.syntax.tests);
    let (references, references_cut) =
        references::references(text, lines, syntax, raw_references, &symbols, budget.max_references);
    let imports = imports::imports(text, lines, syntax, &captures.imports, &symbols);
    let bindings = bindings::bindings(text, syntax, &captures.bindings, &symbols, budget.max_references);
    Some(Extracted { symbols, references, imports, bindings, is_truncated: symbols_cut || references_cut })
}

/// Longest parameter name (a pattern may stand for one) that is kept, in bytes.
const MAX_PARAMETER_NAME: usize = 80;

fn slice<'t>(text: &'t str, bytes: &Bytes) -> &'t str {
    &text[bytes.start as usize..bytes.end as usize]
}

fn rules_for<'a>(
    source: &Source<'a>,
    captures: &Captures,
    preludes: &'a Preludes<'a>,
    drafts: &[Draft],
) -> Rules<'a> {
    let text = source.text;
    let mut exported: Vec<&str> = captures.exported.iter().map(|bytes| slice(text, bytes)).collect();
    exported.sort_unstable();
    let says_export = |draft: &Draft| slice(text, &draft.declaration).starts_with("export");
    let is_module = !exported.is_empty() || drafts.iter().any(says_export);
    Rules { text, syntax: source.syntax, preludes, exported, is_module }
}

/// Cuts out the texts of each draft.
fn finish(source: &Source, captures: &Captures, rules: &Rules, drafts: Vec<Draft>) -> Vec<SymbolRecord> {
    let mut symbols: Vec<SymbolRecord> = Vec::with_capacity(drafts.len());
    let mut open: Vec<bool> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let signature = signature::signature(source.text, &draft, rules.preludes);
        let before =
            draft.parent.and_then(|parent| symbols.get(parent as usize).zip(open.get(parent as usize)));
        let container = before.map(|(outer, is_open)| Container {
            kind: outer.kind,
            visibility: outer.visibility,
            is_open: *is_open,
        });
        open.push(draft.is_open);
        let raw = &captures.definitions[draft.raw];
        let attributes = rules.attributes(&draft);
        let modifiers = rules.modifiers(&draft, &raw.parameters, &attributes, container);
        symbols.push(SymbolRecord {
            name: slice(source.text, &draft.name).into(),
            doc: rules.preludes.doc(draft.comments.clone()),
            visibility: rules.visibility(&draft, container),
            is_test: rules.is_test(&draft, &signature),
            is_async: modifiers.is_async,
            is_static: modifiers.is_static,
            is_abstract: modifiers.is_abstract,
            has_body: draft.body_start.is_some(),
            parameters: raw
                .parameters
                .iter()
                .map(|parameter| parameter_record(source.text, parameter))
                .filter(|parameter| &*parameter.name != ",")
                .collect(),
            declared_type: raw
                .declared_type
                .as_ref()
                .map_or_else(Box::default, |bytes| types::written_type(slice(source.text, bytes))),
            attributes,
            name_span: source.lines.span(draft.name),
            span: source.lines.span(draft.span),
            qualified_name: draft.qualified_name.into(),
            kind: draft.kind,
            parent: draft.parent,
            signature,
        });
    }
    symbols
}

fn parameter_record(text: &str, parameter: &RawParameter) -> ParameterRecord {
    let declared_type = parameter.declared_type.as_ref();
    ParameterRecord {
        name: signature::fold_white_space(slice(text, &parameter.name), MAX_PARAMETER_NAME).into(),
        declared_type: declared_type
            .map_or_else(Box::default, |bytes| types::written_type(slice(text, bytes))),
    }
}

/// Gives each string that documents a definition to the innermost one around it.
fn add_docstrings(text: &str, docstrings: &[Bytes], symbols: &mut [SymbolRecord]) {
    let mut open: Vec<usize> = Vec::new();
    let mut next = 0;
    for docstring in docstrings {
        while symbols.get(next).is_some_and(|symbol| symbol.span.start_byte <= docstring.start) {
            open.push(next);
            next += 1;
        }
        while open.pop_if(|symbol| symbols[*symbol].span.end_byte <= docstring.start).is_some() {}
        if let Some(symbol) = open.last().map(|symbol| &mut symbols[*symbol]) {
            symbol.doc = comments::docstring(slice(text, docstring));
        }
    }
}

/// Decides which classes are tests and spreads it: all that stands in a test is one.
///
/// A method that is marked as a test makes its class one. A name alone says less (`Flask.test_client` makes clients for
/// tests): there, a class is a test when a third of its methods bear such names, and other classes have no tests.
fn spread_tests(symbols: &mut [SymbolRecord], rule: &TestRule) {
    let is_marked = !rule.attributes.is_empty() || !rule.whole_attributes.is_empty();
    let mut methods: HashMap<u32, (usize, usize)> = HashMap::new();
    for (_, class, is_test) in methods_of_classes(symbols) {
        let (tests, all) = methods.entry(class).or_default();
        *tests += usize::from(is_test);
        *all += 1;
    }
    for (&class, &(tests, all)) in &methods {
        symbols[class as usize].is_test |= tests > 0 && (is_marked || tests * 3 >= all);
    }
    if !is_marked {
        let methods: Vec<(usize, u32, bool)> = methods_of_classes(symbols).collect();
        for (method, class, _) in methods {
            symbols[method].is_test &= symbols[class as usize].is_test;
        }
    }
    for position in 0..symbols.len() {
        let parent = symbols[position].parent;
        symbols[position].is_test |= parent.is_some_and(|parent| symbols[parent as usize].is_test);
    }
}

/// The callable members of classes: the position of each and of its class, and whether it is a test.
fn methods_of_classes(symbols: &[SymbolRecord]) -> impl Iterator<Item = (usize, u32, bool)> {
    symbols.iter().enumerate().filter_map(|(position, symbol)| {
        let class = symbol.parent.filter(|_| symbol.kind.is_callable())?;
        let is_class = symbols.get(class as usize).is_some_and(|outer| outer.kind == SymbolKind::Class);
        is_class.then_some((position, class, symbol.is_test))
    })
}
