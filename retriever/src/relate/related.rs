//! The definitions at the other end of one kind of edge.

use std::collections::BTreeMap;
use std::sync::Arc;

use contexd_graph::{Confidence, Use};
use contexd_store::{FileEntry, ReferenceKind, SymbolId};

use super::definition::targets;
use super::references::is_at_least;
use super::{Definition, Place, Target, View};
use crate::RetrieveError;
use crate::path_class::is_test_path;

/// How two definitions hang together, seen from the one that is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// What calls it.
    Callers,
    /// What it calls.
    Callees,
    /// The types that it uses.
    UsedTypes,
    /// What uses it as a type.
    TypeUsers,
    /// What it extends or implements; for a method, the methods whose place it takes.
    Bases,
    /// What extends or implements it, directly or not; for a method, those that take its place.
    Implementations,
    /// The tests that use it.
    Tests,
    /// The parts of documents that name it.
    Documents,
}

/// The other end of an edge.
#[derive(Clone, Debug)]
pub struct RelatedSymbol {
    /// The file.
    pub file: Arc<FileEntry>,
    /// The symbol; `None` for what stands outside any.
    pub symbol: Option<u32>,
    /// How sure the surest of its uses is.
    pub confidence: Confidence,
    /// How many uses make the edge; 0 where it is no use.
    pub uses: u32,
    /// The first of them.
    pub used_at: Option<Place>,
}

/// The other ends found.
#[derive(Clone, Debug, Default)]
pub struct Related {
    /// The definitions that were asked about.
    pub targets: Vec<Definition>,
    /// Surest first, then the most uses, then by path.
    pub found: Vec<RelatedSymbol>,
    /// Ends before the limit.
    pub total: usize,
}

/// What `relation` leads to from what `target` means, at least as sure as `least`, at most `limit`.
///
/// # Errors
/// When the target is malformed, or the index cannot be read.
pub fn find_related(
    view: View<'_>,
    target: &Target,
    relation: Relation,
    least: Confidence,
    limit: usize,
) -> Result<Related, RetrieveError> {
    let targets = targets(view, target)?;
    let mut ends = Ends::default();
    for definition in &targets {
        ends.add_all(view, definition, relation);
    }
    let mut found: Vec<RelatedSymbol> = ends.0.into_values().collect();
    found.retain(|end| is_at_least(end.confidence, least));
    found.sort_by(|a, b| {
        let key = |end: &RelatedSymbol| (end.confidence, std::cmp::Reverse(end.uses));
        key(a).cmp(&key(b)).then_with(|| (&a.file.path, a.symbol).cmp(&(&b.file.path, b.symbol)))
    });
    let total = found.len();
    found.truncate(limit);
    Ok(Related { targets, found, total })
}

/// Ends by path and symbol.
#[derive(Default)]
struct Ends(BTreeMap<(Arc<str>, Option<u32>), RelatedSymbol>);

impl Ends {
    fn add_all(&mut self, view: View<'_>, of: &Definition, relation: Relation) {
        use ReferenceKind::{Call, Inherit, Macro, Mention, Type};
        match relation {
            Relation::Callers => self.add_users(view, of, |use_| matches!(use_.record().kind, Call | Macro)),
            Relation::TypeUsers => {
                self.add_users(view, of, |use_| matches!(use_.record().kind, Type | Inherit))
            }
            Relation::Documents => self.add_users(view, of, |use_| use_.record().kind == Mention),
            Relation::Tests => self.add_users(view, of, is_in_test),
            Relation::Callees => self.add_used(view, of, &[Call, Macro]),
            Relation::UsedTypes => self.add_used(view, of, &[Type, Inherit]),
            Relation::Bases => {
                let id = of.id();
                self.add_symbols(view, view.graph.bases_of(id));
                self.add_symbols(view, view.graph.overridden_by(id));
            }
            Relation::Implementations => {
                let id = of.id();
                self.add_heirs(view, id);
                self.add_symbols(view, view.graph.overrides_of(id));
            }
        }
    }

    /// The symbols around the uses of a definition.
    fn add_users(&mut self, view: View<'_>, of: &Definition, wanted: impl Fn(&Use) -> bool) {
        for use_ in view.graph.uses_of(of.id()).into_iter().filter(wanted) {
            let record = use_.record();
            let is_itself = use_.file.id == of.file.id && record.enclosing == Some(of.ordinal);
            let is_own_use = is_itself && record.kind != ReferenceKind::Call;
            if !is_own_use {
                let place =
                    Place { file: Arc::clone(&use_.file), line: record.line, start_byte: record.start_byte };
                self.add(&use_.file, record.enclosing, use_.confidence, &place);
            }
        }
    }

    /// The definitions that are used within a definition.
    fn add_used(&mut self, view: View<'_>, of: &Definition, kinds: &[ReferenceKind]) {
        let span = of.record().span.bytes();
        let within = view
            .graph
            .uses_in(&of.file.path)
            .filter(|(use_, _)| span.contains(&(use_.start_byte as usize)) && kinds.contains(&use_.kind));
        for (reference, resolution) in within {
            let place =
                Place { file: Arc::clone(&of.file), line: reference.line, start_byte: reference.start_byte };
            for used in resolution.targets.iter().filter_map(|id| view.definition(*id)) {
                if used.id() != of.id() {
                    self.add(&used.file, Some(used.ordinal), resolution.confidence, &place);
                }
            }
        }
    }

    fn add_heirs(&mut self, view: View<'_>, id: SymbolId) {
        let mut pending = vec![id];
        let mut at = 0;
        while at < pending.len() {
            let heirs = view.graph.heirs_of(pending[at]);
            at += 1;
            let new: Vec<SymbolId> = heirs.into_iter().filter(|heir| !pending.contains(heir)).collect();
            pending.extend(&new);
            self.add_symbols(view, new);
        }
    }

    fn add_symbols(&mut self, view: View<'_>, ids: Vec<SymbolId>) {
        for definition in ids.into_iter().filter_map(|id| view.definition(id)) {
            let key = (Arc::clone(&definition.file.path), Some(definition.ordinal));
            self.0.entry(key).or_insert(RelatedSymbol {
                symbol: Some(definition.ordinal),
                file: definition.file,
                confidence: Confidence::Exact,
                uses: 0,
                used_at: None,
            });
        }
    }

    fn add(&mut self, file: &Arc<FileEntry>, symbol: Option<u32>, confidence: Confidence, place: &Place) {
        let key = (Arc::clone(&file.path), symbol);
        let end = self.0.entry(key).or_insert_with(|| RelatedSymbol {
            file: Arc::clone(file),
            symbol,
            confidence,
            uses: 0,
            used_at: None,
        });
        end.uses += 1;
        end.confidence = end.confidence.min(confidence);
        end.used_at.get_or_insert_with(|| place.clone());
    }
}

/// Whether a use stands in a test, or in a file of tests.
fn is_in_test(use_: &Use) -> bool {
    let record = use_.record();
    let in_test = record.enclosing.is_some_and(|at| use_.file.record.symbols[at as usize].is_test);
    record.kind != ReferenceKind::Mention && (in_test || is_test_path(&use_.file.path))
}
