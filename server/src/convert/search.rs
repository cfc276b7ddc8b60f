//! `SearchService`: requests in, replies out.

use contexd_proto::v1;
use contexd_retriever::{Breakdown, Hit, Part, Query, SymbolMatch, SymbolQuery};
use contexd_store::{FileEntry, FileRecord, ParameterRecord, SymbolRecord};

use super::meta::{item_state, reply_meta, small_count};
use super::request::{self, Capped};
use crate::engine::{
    Answer, FoundPiece, FoundPieces, FoundSymbol, FoundSymbols, ItemState, Notice, NoticeCode, Outline,
    SearchExtras,
};
use crate::error::ServiceError;

const DEFAULT_HITS: u32 = 10;
const DEFAULT_SYMBOLS: u32 = 20;
/// Most hits or symbols of one answer.
pub(super) const MAX_HITS: u32 = 200;
/// Longest name of a symbol that is looked for, in bytes.
const MAX_NAME_BYTES: usize = 1_024;

/// The question of a search, and what is to be said about its limits.
pub(crate) fn search_query(wire: v1::SearchRequest) -> Result<(Query, Option<Notice>), ServiceError> {
    let limit = Capped::new(NoticeCode::LimitCapped, "limit", wire.limit, DEFAULT_HITS, MAX_HITS);
    let text = request::question(wire.query)?;
    if text.trim().is_empty() {
        return Err(ServiceError::invalid("query", "is empty"));
    }
    let query = Query {
        text,
        limit: limit.value as usize,
        filter: request::filter(wire.filter)?,
        focus: request::focus(wire.focus),
        ..Query::default()
    };
    Ok((query, limit.notice))
}

/// What the reply carries besides the places.
pub(crate) fn search_extras(wire: &v1::SearchRequest) -> SearchExtras {
    SearchExtras { text: wire.include_text, breakdowns: wire.explain }
}

pub(crate) fn search_response(answer: Answer<FoundPieces>, notice: Option<Notice>) -> v1::SearchResponse {
    let FoundPieces { kind, pieces, breakdowns } = answer.value;
    let mut hits: Vec<v1::SearchHit> = pieces
        .into_iter()
        .map(|FoundPiece { hit, state, text }| v1::SearchHit { text, ..search_hit(&hit, state) })
        .collect();
    for (hit, breakdown) in hits.iter_mut().zip(&breakdowns) {
        add_breakdown(hit, breakdown);
    }
    v1::SearchResponse {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        query_kind: kind.as_str().to_owned(),
        hits,
    }
}

/// A hit without its text and the numbers that made its score.
pub(super) fn search_hit(hit: &Hit, state: ItemState) -> v1::SearchHit {
    let record = &hit.file.record;
    let symbol = hit.symbol.and_then(|id| record.symbols.get(id.ordinal as usize));
    let chunk_kind = record.chunks.get(hit.chunk.ordinal as usize).map_or("", |chunk| chunk.kind.as_str());
    let shown = |field: fn(&SymbolRecord) -> &str| symbol.map(field).unwrap_or_default().to_owned();
    v1::SearchHit {
        path: hit.file.path.to_string(),
        start_line: hit.span.start_line,
        end_line: hit.span.end_line,
        score: hit.score,
        kind: symbol.map_or(chunk_kind, |symbol| symbol.kind.as_str()).to_owned(),
        symbol: shown(|symbol| &symbol.qualified_name),
        symbol_name: shown(|symbol| &symbol.name),
        language: record.language.to_string(),
        state: item_state(state).into(),
        signature: shown(|symbol| &symbol.signature),
        blob: hit.file.blob.to_string(),
        ..v1::SearchHit::default()
    }
}

/// Adds the numbers that made the score.
pub(super) fn add_breakdown(hit: &mut v1::SearchHit, breakdown: &Breakdown) {
    let signal =
        |part: &Part| v1::Signal { name: part.name.to_owned(), value: part.value, weight: part.weight };
    hit.signals = breakdown.parts.iter().map(signal).collect();
    hit.prior = breakdown.prior;
    hit.prior_class = breakdown.class.unwrap_or_default().to_owned();
    hit.file_support = breakdown.file_support;
    hit.same_file = breakdown.same_file;
}

/// The question for symbols, and what is to be said about its limits.
pub(crate) fn symbol_query(
    wire: v1::SearchSymbolsRequest,
) -> Result<(SymbolQuery, Option<Notice>), ServiceError> {
    let limit = Capped::new(NoticeCode::LimitCapped, "limit", wire.limit, DEFAULT_SYMBOLS, MAX_HITS);
    let query = SymbolQuery {
        name: require_name("name", wire.name)?,
        limit: limit.value as usize,
        filter: request::filter(wire.filter)?,
        exact_only: wire.exact_only,
    };
    Ok((query, limit.notice))
}

/// A name of a reasonable length.
pub(super) fn require_name(field: &'static str, name: String) -> Result<String, ServiceError> {
    if name.trim().is_empty() || name.len() > MAX_NAME_BYTES {
        return Err(ServiceError::invalid(field, format!("must have 1 to {MAX_NAME_BYTES} bytes")));
    }
    Ok(name)
}

pub(crate) fn symbols_response(
    answer: Answer<FoundSymbols>,
    notice: Option<Notice>,
) -> v1::SearchSymbolsResponse {
    v1::SearchSymbolsResponse {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        total: answer.value.total as u64,
        hits: answer.value.symbols.iter().filter_map(symbol_hit).collect(),
    }
}

fn symbol_hit(found: &FoundSymbol) -> Option<v1::SymbolHit> {
    let file = &found.hit.file;
    let symbol = file.record.symbols.get(found.hit.symbol.ordinal as usize)?;
    Some(v1::SymbolHit {
        r#match: symbol_match(found.hit.matched).into(),
        score: found.hit.score,
        ..definition(file, symbol, found.name_column, found.state)
    })
}

/// A definition that was not looked for by name: its match is exact, and it has no score.
pub(super) fn definition(
    file: &FileEntry,
    symbol: &SymbolRecord,
    name_column: u32,
    state: ItemState,
) -> v1::SymbolHit {
    v1::SymbolHit {
        name: symbol.name.to_string(),
        qualified_name: symbol.qualified_name.to_string(),
        kind: symbol.kind.as_str().to_owned(),
        container: container(&file.record, symbol),
        path: file.path.to_string(),
        start_line: symbol.span.start_line,
        end_line: symbol.span.end_line,
        name_line: symbol.name_span.start_line,
        name_column,
        signature: symbol.signature.to_string(),
        doc: symbol.doc.to_string(),
        visibility: symbol.visibility.as_str().to_owned(),
        r#match: v1::SymbolMatch::Exact.into(),
        language: file.record.language.to_string(),
        state: item_state(state).into(),
        score: 0.0,
        is_test: symbol.is_test,
        blob: file.blob.to_string(),
    }
}

/// Qualified name of what contains `symbol`.
fn container(record: &FileRecord, symbol: &SymbolRecord) -> String {
    let parent = symbol.parent.and_then(|parent| record.symbols.get(parent as usize));
    parent.map(|parent| parent.qualified_name.to_string()).unwrap_or_default()
}

fn symbol_match(matched: SymbolMatch) -> v1::SymbolMatch {
    match matched {
        SymbolMatch::Exact => v1::SymbolMatch::Exact,
        SymbolMatch::CaseFolded => v1::SymbolMatch::CaseFolded,
        SymbolMatch::Wildcard => v1::SymbolMatch::Wildcard,
        SymbolMatch::Prefix => v1::SymbolMatch::Prefix,
        SymbolMatch::Substring => v1::SymbolMatch::Substring,
        SymbolMatch::Fuzzy => v1::SymbolMatch::Fuzzy,
    }
}

pub(crate) fn outline_response(answer: Answer<Outline>) -> v1::GetOutlineResponse {
    let Outline { file, state, name_columns } = answer.value;
    let depths = depths(&file.record);
    let symbols = file.record.symbols.iter().zip(name_columns).zip(depths);
    v1::GetOutlineResponse {
        meta: Some(reply_meta(answer.meta, Vec::new())),
        path: file.path.to_string(),
        language: file.record.language.to_string(),
        lines: file.record.line_count,
        blob: file.blob.to_string(),
        state: item_state(state).into(),
        symbols: symbols.map(|((symbol, column), depth)| outline_symbol(symbol, column, depth)).collect(),
    }
}

fn outline_symbol(symbol: &SymbolRecord, name_column: u32, depth: u32) -> v1::OutlineSymbol {
    v1::OutlineSymbol {
        name: symbol.name.to_string(),
        qualified_name: symbol.qualified_name.to_string(),
        kind: symbol.kind.as_str().to_owned(),
        depth,
        parent: symbol.parent,
        start_line: symbol.span.start_line,
        end_line: symbol.span.end_line,
        name_line: symbol.name_span.start_line,
        name_column,
        signature: symbol.signature.to_string(),
        doc: symbol.doc.to_string(),
        visibility: symbol.visibility.as_str().to_owned(),
        is_test: symbol.is_test,
        is_async: symbol.is_async,
        is_static: symbol.is_static,
        is_abstract: symbol.is_abstract,
        attributes: symbol.attributes.iter().map(ToString::to_string).collect(),
        parameters: symbol.parameters.iter().map(parameter).collect(),
        declared_type: symbol.declared_type.to_string(),
    }
}

fn parameter(parameter: &ParameterRecord) -> v1::Parameter {
    v1::Parameter { name: parameter.name.to_string(), declared_type: parameter.declared_type.to_string() }
}

/// Number of containers around each symbol; a container stands before its members.
fn depths(record: &FileRecord) -> Vec<u32> {
    let mut depths: Vec<u32> = Vec::with_capacity(record.symbols.len());
    for symbol in &record.symbols {
        let parent_depth = symbol.parent.and_then(|parent| depths.get(parent as usize));
        depths.push(parent_depth.map_or(0, |depth| depth + 1));
    }
    debug_assert_eq!(small_count(depths.len()), small_count(record.symbols.len()));
    depths
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use contexd_store::{Span, SymbolKind};

    use super::*;

    fn symbol(name: &str, parent: Option<u32>) -> SymbolRecord {
        let span = Span { start_byte: 0, end_byte: 1, start_line: 1, end_line: 1 };
        SymbolRecord {
            qualified_name: format!("a::{name}").into(),
            parent,
            ..SymbolRecord::new(name, SymbolKind::Function, span, span)
        }
    }

    #[test]
    fn depth_counts_containers() {
        let symbols = vec![symbol("a", None), symbol("b", Some(0)), symbol("c", Some(1)), symbol("d", None)];
        let record = FileRecord { symbols, ..FileRecord::default() };
        assert_eq!(depths(&record), [0, 1, 2, 0]);
        assert_eq!(container(&record, &record.symbols[2]), "a::b");
        assert_eq!(container(&record, &record.symbols[3]), "");
    }

    #[test]
    fn questions_without_text_are_refused() {
        assert!(search_query(v1::SearchRequest { query: " \n".to_owned(), ..Default::default() }).is_err());
        assert!(symbol_query(v1::SearchSymbolsRequest::default()).is_err());
        let (query, notice) =
            search_query(v1::SearchRequest { query: "x".to_owned(), limit: 1_000, ..Default::default() })
                .unwrap();
        assert_eq!((query.limit, notice.unwrap().code), (200, NoticeCode::LimitCapped));
    }
}
