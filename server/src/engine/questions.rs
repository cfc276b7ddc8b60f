//! The questions: search, symbols, outline, pack. Each computes on one snapshot and compares with the disk.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use contexd_retriever::relate::View;
use contexd_retriever::{Hit, Nearness, PackRequest, Query, SymbolQuery};
use contexd_store::{FileEntry, Snapshot, Span};

use super::Engine;
use super::answer::{
    Address, Answer, FoundExplanation, FoundPack, FoundPiece, FoundPieces, FoundSymbol, FoundSymbols,
    NoticeCode, Outline,
};
use super::ask::Desk;
use super::compute::run_blocking;
use super::paths;
use super::query_log::{AskedQuestion, LoggedAnswer, QueryLog};
use super::registry::io_error;
use crate::error::ServiceError;

/// What a search gives besides ranked places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchExtras {
    /// The text of each piece.
    pub text: bool,
    /// How each score came about.
    pub breakdowns: bool,
}

impl Engine {
    /// Ranked pieces for a question.
    ///
    /// # Errors
    /// When the question is malformed, or the repository or its index is not available.
    pub async fn search(
        &self,
        address: &Address,
        query: Query,
        extras: SearchExtras,
    ) -> Result<Answer<FoundPieces>, ServiceError> {
        self.ask(address, move |desk| find_pieces(desk, query, extras)).await
    }

    /// Why the piece of `path` that holds `line` (1-based; 0 for the best of the file) ranks where it ranks.
    ///
    /// # Errors
    /// When the question is malformed, the file is not indexed, or the repository or its index is not available.
    pub async fn explain(
        &self,
        address: &Address,
        query: Query,
        path: String,
        line: u32,
    ) -> Result<Answer<FoundExplanation>, ServiceError> {
        self.ask(address, move |desk| explain(desk, query, &path, line)).await
    }

    /// Definitions by name.
    ///
    /// # Errors
    /// When the question is malformed, or the repository or its index is not available.
    pub async fn search_symbols(
        &self,
        address: &Address,
        query: SymbolQuery,
    ) -> Result<Answer<FoundSymbols>, ServiceError> {
        self.ask(address, move |desk| find_symbols(desk, query)).await
    }

    /// The definitions of the file at `path`.
    ///
    /// # Errors
    /// When the file is not indexed, or the repository or its index is not available.
    pub async fn outline(&self, address: &Address, path: String) -> Result<Answer<Outline>, ServiceError> {
        self.ask(address, move |desk| outline(desk, &path)).await
    }

    /// A pack.
    ///
    /// # Errors
    /// When the request is malformed, or the repository or its index is not available.
    pub async fn assemble(
        &self,
        address: &Address,
        request: PackRequest,
    ) -> Result<Answer<FoundPack>, ServiceError> {
        self.ask(address, move |desk| assemble(desk, request)).await
    }

    /// The newest past answers, newest first, at most `limit`; those about the repository that `key` names, or about all
    /// for an empty key.
    ///
    /// # Errors
    /// When answers are not kept, the repository is not known, or the log cannot be read.
    pub async fn past_answers(&self, key: &str, limit: usize) -> Result<Vec<LoggedAnswer>, ServiceError> {
        let root = match key {
            "" => None,
            key => Some(self.resolve(key)?.root().display().to_string()),
        };
        self.read_query_log(move |log| log.list(root.as_deref(), limit)).await
    }

    /// The newest past answer of this id.
    ///
    /// # Errors
    /// When answers are not kept, this one is not among them, or the log cannot be read.
    pub async fn past_answer(&self, query_id: String) -> Result<LoggedAnswer, ServiceError> {
        let wanted = query_id.clone();
        let found = self.read_query_log(move |log| log.find(&wanted)).await?;
        found.ok_or(ServiceError::UnknownQuery { query_id })
    }

    async fn read_query_log<T: Send + 'static>(
        &self,
        read: impl FnOnce(&QueryLog) -> std::io::Result<T> + Send + 'static,
    ) -> Result<T, ServiceError> {
        if !self.query_log.is_on() {
            return Err(ServiceError::QueryLogOff);
        }
        let log = Arc::clone(&self.query_log);
        let outcome = run_blocking(move || read(&log)).await?;
        outcome.map_err(|source| io_error("read", self.query_log.path(), source))
    }
}

fn find_pieces(desk: &mut Desk, query: Query, extras: SearchExtras) -> Result<FoundPieces, ServiceError> {
    let query = complete(desk, query)?;
    let asked = AskedQuestion::search(&query, &desk.changed_since);
    let began = Instant::now();
    let result = contexd_retriever::search(&desk.snapshot, &query, &desk.weights)
        .map_err(|error| ServiceError::from_retriever(desk.root(), error))?;
    desk.timings.retrieve += began.elapsed();
    let states = desk.verify(|_, verifier| {
        let check = |file: &FileEntry| verifier.check(&file.path, file.stat, file.blob);
        result.hits.iter().map(|hit| &*hit.file).map(check).collect::<Vec<_>>()
    });
    desk.log(&asked, &[], Some(&result));
    desk.names(result.hits.iter().map(|hit| &hit.file.path));
    let breakdown = |hit: &Hit| desk.weights.breakdown(result.kind, hit);
    let breakdowns = if extras.breakdowns { result.hits.iter().map(breakdown).collect() } else { Vec::new() };
    let mut pieces = Vec::with_capacity(result.hits.len());
    for (hit, state) in result.hits.into_iter().zip(states) {
        let text = if extras.text { lines_of(desk, &hit.file, hit.span)? } else { String::new() };
        pieces.push(FoundPiece { hit, state, text });
    }
    Ok(FoundPieces { kind: result.kind, pieces, breakdowns })
}

fn explain(desk: &mut Desk, query: Query, path: &str, line: u32) -> Result<FoundExplanation, ServiceError> {
    let path = paths::require_inside(desk.root(), "path", path)?;
    let Some(file) = desk.snapshot.file_by_path(&path).cloned() else {
        return Err(ServiceError::NotIndexed { path });
    };
    let query = complete(desk, query)?;
    let began = Instant::now();
    let explanation = contexd_retriever::explain(&desk.snapshot, &query, &desk.weights, &path, line)
        .map_err(|error| ServiceError::from_retriever(desk.root(), error))?;
    desk.timings.retrieve += began.elapsed();
    let state = desk.verify(|_, verifier| verifier.check(&file.path, file.stat, file.blob));
    Ok(FoundExplanation { explanation, state })
}

/// Adds the question's vectors and what its filter admits, and brings the focus into the index's form.
fn complete(desk: &mut Desk, mut query: Query) -> Result<Query, ServiceError> {
    desk.restrict(&mut query.filter)?;
    if let Some(focus) = &mut query.focus {
        focus.path = paths::require_inside(desk.root(), "focus", &focus.path)?;
        query.near = near(desk, &focus.path);
    }
    let began = Instant::now();
    let (dense, failure) = match &*contexd_retriever::text_to_embed(&query.text) {
        "" => (Vec::new(), None),
        text => desk.models.embed_query(&desk.snapshot, text),
    };
    query.dense = dense;
    desk.timings.embed = began.elapsed();
    if let Some(failure) = failure {
        desk.notice(NoticeCode::SemanticFailed, failure);
    }
    Ok(query)
}

/// Files that commits change together with the one in the focus, at most.
const MOST_CHANGED_TOGETHER: usize = 64;

/// The files that hang together with the one at `path`.
fn near(desk: &mut Desk, path: &str) -> HashMap<Arc<str>, Nearness> {
    let began = Instant::now();
    let mut near: HashMap<Arc<str>, Nearness> = HashMap::new();
    for file in desk.graph().linked_with(path) {
        near.entry(Arc::clone(&file.path)).or_default().is_linked = true;
    }
    // Without a history the graph alone tells.
    let (changed_together, _) = desk.changed_with(path, MOST_CHANGED_TOGETHER);
    for other in changed_together {
        near.entry(other.path).or_default().changed_together = other.score;
    }
    desk.timings.retrieve += began.elapsed();
    near
}

fn find_symbols(desk: &mut Desk, mut query: SymbolQuery) -> Result<FoundSymbols, ServiceError> {
    desk.restrict(&mut query.filter)?;
    let began = Instant::now();
    let result = contexd_retriever::search_symbols(&desk.snapshot, &query)
        .map_err(|error| ServiceError::from_retriever(desk.root(), error))?;
    desk.timings.retrieve += began.elapsed();
    let states = desk.verify(|_, verifier| {
        let check = |file: &FileEntry| verifier.check(&file.path, file.stat, file.blob);
        result.hits.iter().map(|hit| &*hit.file).map(check).collect::<Vec<_>>()
    });
    let mut symbols = Vec::with_capacity(result.hits.len());
    for (hit, state) in result.hits.into_iter().zip(states) {
        let text = text_of(desk, &hit.file)?;
        let name_span =
            hit.file.record.symbols.get(hit.symbol.ordinal as usize).map(|symbol| symbol.name_span);
        let name_column = name_span.map_or(1, |span| column_of(&text, span));
        symbols.push(FoundSymbol { hit, state, name_column });
    }
    Ok(FoundSymbols { symbols, total: result.total })
}

fn outline(desk: &mut Desk, path: &str) -> Result<Outline, ServiceError> {
    let path = paths::require_inside(desk.root(), "path", path)?;
    let began = Instant::now();
    let Some(file) = desk.snapshot.file_by_path(&path).cloned() else {
        return Err(ServiceError::NotIndexed { path });
    };
    let text = text_of(desk, &file)?;
    let name_columns = file.record.symbols.iter().map(|symbol| column_of(&text, symbol.name_span)).collect();
    desk.timings.retrieve += began.elapsed();
    let state = desk.verify(|_, verifier| verifier.check(&file.path, file.stat, file.blob));
    Ok(Outline { file, state, name_columns })
}

fn assemble(desk: &mut Desk, mut request: PackRequest) -> Result<FoundPack, ServiceError> {
    request.query = complete(desk, request.query)?;
    let asked = AskedQuestion::context(&request, &desk.changed_since);
    let began = Instant::now();
    let graph = desk.graph();
    let view = View { snapshot: &desk.snapshot, graph: &graph };
    let pack = contexd_retriever::assemble(view, &request, &desk.weights)
        .map_err(|error| ServiceError::from_retriever(desk.root(), error))?;
    desk.timings.retrieve += began.elapsed();
    desk.names(pack.items.iter().map(|item| &item.path));
    let states = desk.verify(|snapshot, verifier| {
        pack.items.iter().map(|item| verifier.check_path(snapshot, &item.path)).collect()
    });
    desk.log(&asked, &request.already_sent, pack.ranked.as_ref());
    Ok(FoundPack { pack, states })
}

pub(super) fn text_of(desk: &Desk, file: &FileEntry) -> Result<Arc<str>, ServiceError> {
    let snapshot: &Snapshot = &desk.snapshot;
    snapshot.text(file).map_err(|error| ServiceError::from_store(desk.root(), &error))
}

fn lines_of(desk: &Desk, file: &FileEntry, span: Span) -> Result<String, ServiceError> {
    let text = text_of(desk, file)?;
    Ok(text.get(span.bytes()).unwrap_or_default().to_owned())
}

/// Column where `span` starts: 1-based, in bytes.
fn column_of(text: &str, span: Span) -> u32 {
    column_of_offset(text, span.start_byte)
}

/// Column of an offset: 1-based, in bytes.
pub(super) fn column_of_offset(text: &str, offset: u32) -> u32 {
    let before = text.as_bytes().get(..offset as usize).unwrap_or_default();
    let in_line = before.iter().rev().take_while(|byte| **byte != b'\n').count();
    u32::try_from(in_line + 1).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_bytes_from_one() {
        let at = |start_byte| Span { start_byte, end_byte: start_byte + 1, start_line: 1, end_line: 1 };
        let text = "fn a\n  é b\n";
        assert_eq!(column_of(text, at(0)), 1);
        assert_eq!(column_of(text, at(3)), 4);
        assert_eq!(column_of(text, at(5)), 1);
        assert_eq!(column_of(text, at(10)), 6);
        assert_eq!(column_of(text, at(99)), 1);
    }
}
