//! Symbols by name: exact, case-folded, of the form of a wildcard, prefix, part, a few edits away, in that order.

use std::sync::Arc;

use contexd_store::{Snapshot, SymbolId, Visibility};

use crate::filter::Filter;
use crate::names::{container_parts, kind_factor, part_matches};
use crate::path_class::PathClass;
use crate::search::MAX_LIMIT;
use crate::wildcard::Wildcard;
use crate::{RetrieveError, SymbolHit, SymbolMatch, SymbolQuery, SymbolResult};

/// Distinct names considered at each step that goes beyond equality.
const NAMES_PER_STEP: usize = 200;

/// Finds symbols by name. A qualified name (`Type::method`, `pkg.Class.method`) keeps only symbols whose containers
/// hold the qualifier's parts in order.
///
/// # Errors
/// When the query is malformed.
pub fn search_symbols(snapshot: &Snapshot, query: &SymbolQuery) -> Result<SymbolResult, RetrieveError> {
    let wanted = WantedName::parse(&query.name)?;
    if query.limit == 0 || query.limit > MAX_LIMIT {
        let detail = "must be between 1 and 1000".to_owned();
        return Err(RetrieveError::InvalidArgument { field: "limit", detail });
    }
    let filter = Filter::new(&query.filter)?;
    let found = symbols_asked_for(snapshot, &wanted, query).into_iter();
    let mut hits: Vec<SymbolHit> =
        found.filter_map(|id| symbol_hit(snapshot, id, &wanted, &filter)).collect();
    hits.sort_by(by_rank);
    let total = hits.len();
    hits.truncate(query.limit);
    Ok(SymbolResult { generation: snapshot.generation(), hits, total })
}

fn symbols_asked_for(snapshot: &Snapshot, wanted: &WantedName, query: &SymbolQuery) -> Vec<SymbolId> {
    match Wildcard::of(&wanted.name).filter(|_| !query.exact_only) {
        Some(wildcard) => {
            let mut symbols = wildcard.symbols(snapshot, wanted.qualifier.last().map(String::as_str));
            // An operator's name may be a star.
            symbols.extend(snapshot.symbols_named(&wanted.name));
            symbols.sort_unstable();
            symbols.dedup();
            symbols
        }
        None => {
            let names = matching_names(snapshot, &wanted.name, query);
            names.iter().flat_map(|name| snapshot.symbols_named(name)).collect()
        }
    }
}

/// The lower-cased names to look up: the name itself and, unless only exact ones are wanted, those near it. Farther
/// steps are taken only while nearer ones leave room.
fn matching_names(snapshot: &Snapshot, name: &str, query: &SymbolQuery) -> Vec<Arc<str>> {
    let folded: Arc<str> = name.to_lowercase().into();
    let mut names = vec![Arc::clone(&folded)];
    if query.exact_only {
        return names;
    }
    let mut add = |found: Vec<Arc<str>>| {
        for candidate in found {
            if !names.contains(&candidate) {
                names.push(candidate);
            }
        }
        names.len()
    };
    let known = add(snapshot.symbol_names_with_prefix(&folded, NAMES_PER_STEP));
    if known <= query.limit && folded.len() > 2 {
        add(snapshot.symbol_names_containing(&folded, NAMES_PER_STEP));
    }
    let nothing_exact = snapshot.symbols_named(&folded).is_empty();
    if nothing_exact && folded.len() > 3 {
        let distance = if folded.len() > 7 { 2 } else { 1 };
        add(snapshot.symbol_names_near(&folded, distance, NAMES_PER_STEP));
    }
    names
}

/// The name asked for, taken apart.
struct WantedName {
    qualifier: Vec<String>,
    name: String,
}

impl WantedName {
    fn parse(text: &str) -> Result<Self, RetrieveError> {
        let bare = text.trim().trim_end_matches("()");
        let mut parts: Vec<String> = bare
            .split(['.', ':', '#', '\\', '/'])
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        match parts.pop() {
            Some(name) => Ok(Self { qualifier: parts, name }),
            None => Err(RetrieveError::InvalidArgument { field: "name", detail: "is empty".to_owned() }),
        }
    }

    /// Whether the qualifier's parts stand in `containers` in this order.
    fn qualifies<'a>(&self, mut containers: impl Iterator<Item = &'a str>) -> bool {
        let is_meant = |container: &str, part: &str| part_matches(part, &container.to_lowercase());
        self.qualifier.iter().all(|part| containers.any(|container| is_meant(container, part)))
    }
}

fn symbol_hit(snapshot: &Snapshot, id: SymbolId, wanted: &WantedName, filter: &Filter) -> Option<SymbolHit> {
    let symbol = snapshot.symbol(id)?;
    let record = symbol.record;
    let qualified = wanted.qualifies(container_parts(record)) || path_qualifies(&symbol.file.path, wanted);
    if !qualified || !filter.admits_file(symbol.file) || !filter.admits_kind(Some(record.kind)) {
        return None;
    }
    Some(SymbolHit {
        file: Arc::clone(symbol.file),
        symbol: id,
        kind: record.kind,
        matched: match_of(&record.name, &wanted.name),
        score: symbol_score(&symbol.file.path, record),
    })
}

/// Whether the file's path holds the qualifier's parts in order, as modules and packages are often written.
fn path_qualifies(path: &str, wanted: &WantedName) -> bool {
    wanted.qualifies(path.split(['/', '.']))
}

fn match_of(name: &str, wanted: &str) -> SymbolMatch {
    let (folded_name, folded_wanted) = (name.to_lowercase(), wanted.to_lowercase());
    if name == wanted {
        SymbolMatch::Exact
    } else if folded_name == folded_wanted {
        SymbolMatch::CaseFolded
    } else if Wildcard::of(wanted).is_some_and(|wildcard| wildcard.matches(&folded_name)) {
        SymbolMatch::Wildcard
    } else if folded_name.starts_with(&folded_wanted) {
        SymbolMatch::Prefix
    } else if folded_name.contains(&folded_wanted) {
        SymbolMatch::Substring
    } else {
        SymbolMatch::Fuzzy
    }
}

/// Among symbols that match alike: types and functions before members, product code before tests and examples, those with
/// a body before announcements, public before private, documented before bare, outer before nested.
fn symbol_score(path: &str, record: &contexd_store::SymbolRecord) -> f32 {
    let class = PathClass::of(path);
    let prior = if class.test || record.is_test {
        0.4
    } else if class.example || class.vendored || class.documentation {
        0.6
    } else {
        1.0
    };
    let visibility = match record.visibility {
        Visibility::Public => 1.0,
        Visibility::Restricted | Visibility::Unknown => 0.95,
        Visibility::Private => 0.9,
    };
    let announced = record.kind.is_callable() && !record.has_body && !record.is_abstract;
    let announcement = if announced { 0.85 } else { 1.0 };
    let documented = if record.doc.is_empty() { 0.97 } else { 1.0 };
    let nesting = 1.0 / (1.0 + 0.02 * container_parts(record).count() as f32);
    let body = 1.0 + 0.01 * (record.span.line_count() as f32).ln();
    kind_factor(record.kind) * prior * announcement * visibility * documented * nesting * body
}

fn by_rank(a: &SymbolHit, b: &SymbolHit) -> std::cmp::Ordering {
    let start = |hit: &SymbolHit| {
        hit.file.record.symbols.get(hit.symbol.ordinal as usize).map(|s| s.name_span.start_byte)
    };
    a.matched
        .cmp(&b.matched)
        .then_with(|| b.score.total_cmp(&a.score))
        .then_with(|| a.file.path.cmp(&b.file.path))
        .then_with(|| start(a).cmp(&start(b)))
}
