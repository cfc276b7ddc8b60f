//! The questions to the code graph: requests in, replies out.

use contexd_graph::Confidence;
use contexd_proto::v1;
use contexd_retriever::relate::{MapOptions, Module, Relation, Target, UsedSymbol};
use contexd_store::{FileEntry, FileRecord};

use super::meta::{item_state, reply_meta, small_count};
use super::request::{self, Capped};
use super::search::{MAX_HITS, definition, require_name};
use crate::engine::{
    Answer, FileNeighbours, FoundMeanings, FoundReferences, FoundRelation, FoundRelations, ItemState, Notice,
    NoticeCode, ShownDefinition, ShownMap, ShownPlace, TargetQuery,
};
use crate::error::ServiceError;

const DEFAULT_DEFINITIONS: u32 = 10;
const DEFAULT_REFERENCES: u32 = 100;
const MAX_REFERENCES: u32 = 10_000;
const DEFAULT_RELATED: u32 = 50;
const MAX_RELATED: u32 = 1_000;
const DEFAULT_MODULES: u32 = 40;
const DEFAULT_MODULE_SYMBOLS: u32 = 5;
const MAX_MODULE_SYMBOLS: u32 = 100;

/// The definition that is asked about.
fn target(wire: Option<v1::Target>) -> Result<Target, ServiceError> {
    use v1::target::By;
    match wire.and_then(|target| target.by) {
        Some(By::Name(name)) => Ok(Target::Name(require_name("target.name", name)?)),
        Some(By::Position(position)) if position.line == 0 => {
            Err(ServiceError::invalid("target.position.line", "counts from 1"))
        }
        Some(By::Position(v1::Position { path, line, column })) => {
            Ok(Target::Position { path, line, column })
        }
        None => Err(ServiceError::invalid("target", "is missing: give a position or a name")),
    }
}

/// The least confidence asked for; everything when none is.
fn least(wire: i32) -> Result<Confidence, ServiceError> {
    use v1::Confidence as Wire;
    match Wire::try_from(wire) {
        Ok(Wire::Exact) => Ok(Confidence::Exact),
        Ok(Wire::Scoped) => Ok(Confidence::Scoped),
        Ok(Wire::UniqueName) => Ok(Confidence::UniqueName),
        Ok(Wire::Ambiguous | Wire::Unspecified) => Ok(Confidence::Ambiguous(u32::MAX)),
        Err(_) => Err(ServiceError::invalid("least", "is no confidence")),
    }
}

fn capped(asked: u32, default: u32, most: u32) -> Capped {
    Capped::new(NoticeCode::LimitCapped, "limit", asked, default, most)
}

pub(crate) fn definition_query(
    wire: v1::GetDefinitionRequest,
) -> Result<(TargetQuery, Option<Notice>), ServiceError> {
    let limit = capped(wire.limit, DEFAULT_DEFINITIONS, MAX_HITS);
    let (target, least) = (target(wire.target)?, Confidence::Ambiguous(u32::MAX));
    Ok((TargetQuery { target, least, limit: limit.value as usize }, limit.notice))
}

/// The question for uses, and what is to be said about its limits.
pub(crate) fn reference_query(
    wire: v1::FindReferencesRequest,
) -> Result<(TargetQuery, contexd_retriever::FilterSpec, Option<Notice>), ServiceError> {
    let limit = capped(wire.limit, DEFAULT_REFERENCES, MAX_REFERENCES);
    let query =
        TargetQuery { target: target(wire.target)?, least: least(wire.least)?, limit: limit.value as usize };
    Ok((query, request::filter(wire.filter)?, limit.notice))
}

pub(crate) fn related_query(
    wire: v1::GetRelatedRequest,
) -> Result<(TargetQuery, Relation, Option<Notice>), ServiceError> {
    let limit = capped(wire.limit, DEFAULT_RELATED, MAX_RELATED);
    let relation = relation(wire.relation)?;
    let query =
        TargetQuery { target: target(wire.target)?, least: least(wire.least)?, limit: limit.value as usize };
    Ok((query, relation, limit.notice))
}

fn relation(wire: i32) -> Result<Relation, ServiceError> {
    use v1::Relation as Wire;
    match Wire::try_from(wire) {
        Ok(Wire::Callers) => Ok(Relation::Callers),
        Ok(Wire::Callees) => Ok(Relation::Callees),
        Ok(Wire::UsedTypes) => Ok(Relation::UsedTypes),
        Ok(Wire::TypeUsers) => Ok(Relation::TypeUsers),
        Ok(Wire::Bases) => Ok(Relation::Bases),
        Ok(Wire::Implementations) => Ok(Relation::Implementations),
        Ok(Wire::Tests) => Ok(Relation::Tests),
        Ok(Wire::Documents) => Ok(Relation::Documents),
        Ok(Wire::Unspecified) | Err(_) => Err(ServiceError::invalid("relation", "is missing or unknown")),
    }
}

/// How many files of each sort, and what is to be said about that.
pub(crate) fn neighbour_limit(wire: &v1::GetFileNeighboursRequest) -> (usize, Option<Notice>) {
    let limit = capped(wire.limit, DEFAULT_RELATED, MAX_RELATED);
    (limit.value as usize, limit.notice)
}

pub(crate) fn map_options(wire: v1::GetMapRequest) -> (MapOptions, Vec<Notice>) {
    let modules = Capped::new(NoticeCode::LimitCapped, "modules", wire.modules, DEFAULT_MODULES, MAX_RELATED);
    let symbols = Capped::new(
        NoticeCode::LimitCapped,
        "symbols",
        wire.symbols,
        DEFAULT_MODULE_SYMBOLS,
        MAX_MODULE_SYMBOLS,
    );
    let options = MapOptions {
        modules: modules.value as usize,
        symbols: symbols.value as usize,
        beneath: wire.beneath,
    };
    (options, modules.notice.into_iter().chain(symbols.notice).collect())
}

pub(crate) fn definition_response(
    answer: Answer<FoundMeanings>,
    notice: Option<Notice>,
) -> v1::GetDefinitionResponse {
    let FoundMeanings { found, total } = answer.value;
    let definitions = found.into_iter().map(|(shown, sure, used_at)| v1::ResolvedDefinition {
        symbol: Some(symbol_hit(&shown)),
        confidence: confidence(sure).into(),
        candidates: sure.candidates(),
        used_at: used_at.as_ref().map(position),
    });
    v1::GetDefinitionResponse {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        definitions: definitions.collect(),
        total: total as u64,
    }
}

pub(crate) fn references_response(
    answer: Answer<FoundReferences>,
    notice: Option<Notice>,
) -> v1::FindReferencesResponse {
    let FoundReferences { targets, uses, total } = answer.value;
    let references = uses.into_iter().map(|(found, place)| v1::Reference {
        position: Some(position(&place)),
        kind: found.kind.as_str().to_owned(),
        enclosing: qualified_name(&found.place.file.record, found.enclosing),
        confidence: confidence(found.confidence).into(),
        candidates: found.confidence.candidates(),
        state: item_state(place.state).into(),
        targets: found.targets,
        text: place.text,
    });
    v1::FindReferencesResponse {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        references: references.collect(),
        total: total as u64,
        targets: targets.iter().map(symbol_hit).collect(),
    }
}

pub(crate) fn related_response(
    answer: Answer<FoundRelations>,
    notice: Option<Notice>,
) -> v1::GetRelatedResponse {
    let FoundRelations { targets, found, total } = answer.value;
    v1::GetRelatedResponse {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        related: found.iter().map(related_symbol).collect(),
        total: total as u64,
        targets: targets.iter().map(symbol_hit).collect(),
    }
}

fn related_symbol(found: &FoundRelation) -> v1::RelatedSymbol {
    let symbol = match &found.symbol {
        Some(shown) => symbol_hit(shown),
        None => place_outside_symbols(&found.end.file, found.state, found.used_at.as_ref()),
    };
    v1::RelatedSymbol {
        symbol: Some(symbol),
        confidence: confidence(found.end.confidence).into(),
        candidates: found.end.confidence.candidates(),
        uses: found.end.uses,
        used_at: found.used_at.as_ref().map(position),
    }
}

/// What stands for a use outside any definition: its file and line.
fn place_outside_symbols(file: &FileEntry, state: ItemState, place: Option<&ShownPlace>) -> v1::SymbolHit {
    let (line, column) = place.map_or((1, 1), |place| (place.line, place.column));
    v1::SymbolHit {
        path: file.path.to_string(),
        start_line: line,
        end_line: line,
        name_line: line,
        name_column: column,
        language: file.record.language.to_string(),
        state: item_state(state).into(),
        blob: file.blob.to_string(),
        ..v1::SymbolHit::default()
    }
}

pub(crate) fn neighbours_response(
    answer: Answer<FileNeighbours>,
    notice: Option<Notice>,
) -> v1::GetFileNeighboursResponse {
    let FileNeighbours { path, imports, importers, changed_together, history_missing } = answer.value;
    let together = changed_together.into_iter().map(|other| v1::ChangedTogether {
        path: other.path.to_string(),
        commits: other.commits,
        score: other.score,
    });
    v1::GetFileNeighboursResponse {
        meta: Some(reply_meta(answer.meta, notice.into_iter().collect())),
        path,
        imports: imports.iter().map(ToString::to_string).collect(),
        importers: importers.iter().map(ToString::to_string).collect(),
        changed_together: together.collect(),
        history_missing,
    }
}

pub(crate) fn map_response(answer: Answer<ShownMap>, notices: Vec<Notice>) -> v1::GetMapResponse {
    let shown = answer.value;
    let used = |used: &UsedSymbol| {
        let key = (used.definition.file.id, used.definition.ordinal);
        Some(v1::UsedSymbol { symbol: Some(symbol_hit(shown.shown.get(&key)?)), uses: used.uses })
    };
    v1::GetMapResponse {
        meta: Some(reply_meta(answer.meta, notices)),
        modules: shown.map.modules.iter().map(|one| module(one, used)).collect(),
        symbols: shown.map.symbols.iter().filter_map(used).collect(),
        files: shown.map.files as u64,
        lines: shown.map.lines,
    }
}

fn module(module: &Module, used: impl Fn(&UsedSymbol) -> Option<v1::UsedSymbol>) -> v1::Module {
    let uses = module.uses.iter();
    v1::Module {
        path: module.path.clone(),
        files: small_count(module.files),
        lines: module.lines,
        symbols: small_count(module.symbols),
        languages: module.languages.iter().map(ToString::to_string).collect(),
        uses: uses.map(|other| v1::ModuleUse { path: other.path.clone(), count: other.count }).collect(),
        used_by_others: module.used_by_others,
        top: module.top.iter().filter_map(used).collect(),
        is_test: module.is_test,
    }
}

fn symbol_hit(shown: &ShownDefinition) -> v1::SymbolHit {
    let ShownDefinition { definition: found, state, name_column } = shown;
    definition(&found.file, found.record(), *name_column, *state)
}

fn position(place: &ShownPlace) -> v1::Position {
    v1::Position { path: place.path.to_string(), line: place.line, column: place.column }
}

fn qualified_name(record: &FileRecord, symbol: Option<u32>) -> String {
    let symbol = symbol.and_then(|ordinal| record.symbols.get(ordinal as usize));
    symbol.map(|symbol| symbol.qualified_name.to_string()).unwrap_or_default()
}

fn confidence(confidence: Confidence) -> v1::Confidence {
    match confidence {
        Confidence::Exact => v1::Confidence::Exact,
        Confidence::Scoped => v1::Confidence::Scoped,
        Confidence::UniqueName => v1::Confidence::UniqueName,
        Confidence::Ambiguous(_) => v1::Confidence::Ambiguous,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn targets_are_checked() {
        let by = |by| Some(v1::Target { by: Some(by) });
        let position = |line| v1::Position { path: "a.rs".to_owned(), line, column: 2 };
        assert!(target(None).is_err());
        assert!(target(by(v1::target::By::Name(" ".to_owned()))).is_err());
        assert!(target(by(v1::target::By::Position(position(0)))).is_err());
        let found = target(by(v1::target::By::Position(position(3)))).unwrap();
        assert_eq!(found, Target::Position { path: "a.rs".to_owned(), line: 3, column: 2 });
    }

    #[test]
    fn everything_is_asked_for_unless_said() {
        assert_eq!(least(0).unwrap(), Confidence::Ambiguous(u32::MAX));
        assert_eq!(least(v1::Confidence::Scoped.into()).unwrap(), Confidence::Scoped);
        assert!(least(99).is_err());
        assert!(relation(0).is_err());
    }
}
