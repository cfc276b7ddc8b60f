//! Assembly: primary hits first, then their neighbours within a share of the budget, each piece at the highest level
//! of detail that still fits.

use std::collections::HashMap;
use std::sync::Arc;

use contexd_store::{FileEntry, FileId, Snapshot, Span};

use super::excerpt::{Lines, shown_lines, symbol_of};
use super::{
    MAX_BUDGET, MIN_BUDGET, Omitted, OmittedReason, Pack, PackItem, PackLevel, PackRequest, PackRole,
    TOKENIZER, count_tokens, neighbours, render,
};
use crate::candidates::chunk_at_byte;
use crate::relate::View;
use crate::{Hit, Query, RetrieveError, SearchResult, Weights, search};

/// Share of the budget that primary pieces may take before their neighbours are considered.
const PRIMARY_SHARE: f32 = 0.7;
/// Primary pieces whose neighbours are considered.
const EXPANDED_PRIMARIES: usize = 8;
/// Omitted pieces that are listed.
const MAX_OMITTED: usize = 50;
const LEVELS: [PackLevel; 4] = [PackLevel::Full, PackLevel::Folded, PackLevel::Signature, PackLevel::Name];

/// A candidate for a pack: some lines of a file and why they may be wanted.
#[derive(Clone)]
pub(super) struct Piece {
    pub(super) file: Arc<FileEntry>,
    pub(super) span: Span,
    pub(super) symbol: Option<u32>,
    pub(super) role: PackRole,
    pub(super) reason: String,
    pub(super) score: f32,
}

/// Assembles a pack for `request`.
///
/// Never over budget; no line twice; every line as it stands in the source; the same snapshot, request and weights
/// give the same bytes.
///
/// # Errors
/// When the request is malformed or the index cannot be read.
pub fn assemble(view: View<'_>, request: &PackRequest, weights: &Weights) -> Result<Pack, RetrieveError> {
    validate(request)?;
    let snapshot = view.snapshot;
    let ranked = ranked(snapshot, &request.query, weights)?;
    let primaries = primary_pieces(ranked.as_ref());
    let mut builder = Builder::new(snapshot, request);
    if let Some(piece) = focus_piece(snapshot, &request.query) {
        builder.offer(&piece, request.budget)?;
    }
    let primary_ceiling = (request.budget as f32 * PRIMARY_SHARE) as u32;
    let mut deferred: Vec<&Piece> = Vec::new();
    for piece in &primaries {
        if !builder.offer_at(piece, primary_ceiling, &LEVELS[..1])? {
            deferred.push(piece);
        }
    }
    for piece in primaries.iter().take(EXPANDED_PRIMARIES) {
        for neighbour in neighbours::of(view, piece) {
            builder.offer(&neighbour, request.budget)?;
        }
    }
    for piece in deferred {
        builder.offer(piece, request.budget)?;
    }
    Ok(Pack { ranked, ..builder.finish() })
}

fn validate(request: &PackRequest) -> Result<(), RetrieveError> {
    if (MIN_BUDGET..=MAX_BUDGET).contains(&request.budget) {
        return Ok(());
    }
    let detail = format!("must be between {MIN_BUDGET} and {MAX_BUDGET} tokens, is {}", request.budget);
    Err(RetrieveError::InvalidArgument { field: "budget", detail })
}

/// The hits of the question; `None` where there is none but a focus.
fn ranked(
    snapshot: &Snapshot,
    query: &Query,
    weights: &Weights,
) -> Result<Option<SearchResult>, RetrieveError> {
    if query.text.trim().is_empty() && query.focus.is_some() {
        return Ok(None);
    }
    search(snapshot, query, weights).map(Some)
}

fn primary_pieces(ranked: Option<&SearchResult>) -> Vec<Piece> {
    let hits = ranked.map_or(&[][..], |result| &result.hits);
    hits.iter().enumerate().map(|(position, hit)| primary_piece(position + 1, hit)).collect()
}

fn primary_piece(rank: usize, hit: &Hit) -> Piece {
    Piece {
        file: Arc::clone(&hit.file),
        span: hit.span,
        symbol: hit.symbol.map(|symbol| symbol.ordinal),
        role: PackRole::Primary,
        reason: format!("hit {rank}: {}", leading_signals(hit)),
        score: hit.score,
    }
}

/// The three strongest signals of a hit in words, for its reason.
fn leading_signals(hit: &Hit) -> String {
    let mut named = hit.signals.named();
    named.retain(|(_, value)| *value > 0.2);
    named.sort_by(|a, b| b.1.total_cmp(&a.1));
    let leading: Vec<String> =
        named.iter().take(3).map(|(name, value)| format!("{name} {value:.2}")).collect();
    if leading.is_empty() { "weak match".to_owned() } else { leading.join(", ") }
}

/// The chunk around the focus line, or the first chunk of the focused file when no line is given.
fn focus_piece(snapshot: &Snapshot, query: &Query) -> Option<Piece> {
    let focus = query.focus.as_ref()?;
    let file = snapshot.file_by_path(&focus.path)?;
    let chunks = &file.record.chunks;
    let around =
        chunks.iter().find(|chunk| (chunk.span.start_line..=chunk.span.end_line).contains(&focus.line));
    let chunk = match around {
        Some(chunk) => chunk,
        None => chunks.get(chunk_at_byte(file, 0)?.ordinal as usize)?,
    };
    Some(Piece {
        file: Arc::clone(file),
        span: chunk.span,
        symbol: chunk.symbol,
        role: PackRole::Focus,
        reason: "around the focus".to_owned(),
        score: 0.0,
    })
}

/// Collects items and keeps the books: tokens used, lines shown, pieces left out.
struct Builder<'a> {
    snapshot: &'a Snapshot,
    request: &'a PackRequest,
    items: Vec<PackItem>,
    used: u32,
    omitted: Vec<Omitted>,
    texts: HashMap<FileId, Lines>,
}

impl<'a> Builder<'a> {
    fn new(snapshot: &'a Snapshot, request: &'a PackRequest) -> Self {
        Self { snapshot, request, items: Vec::new(), used: 0, omitted: Vec::new(), texts: HashMap::new() }
    }

    /// Takes `piece` in at the highest level that keeps the pack within `ceiling` tokens, else lists it as omitted.
    fn offer(&mut self, piece: &Piece, ceiling: u32) -> Result<(), RetrieveError> {
        if !self.offer_at(piece, ceiling, &LEVELS)? {
            self.omit(piece, OmittedReason::Budget);
        }
        Ok(())
    }

    /// Like [`Builder::offer`] with the `levels` given; `false` when none fits. A piece that is in the pack already, or
    /// that the caller has, is settled.
    fn offer_at(&mut self, piece: &Piece, ceiling: u32, levels: &[PackLevel]) -> Result<bool, RetrieveError> {
        if self.is_already_sent(piece) {
            self.omit(piece, OmittedReason::AlreadySent);
            return Ok(true);
        }
        if self.is_shown(&piece.file.path, piece.span.start_line, piece.span.end_line) {
            return Ok(true);
        }
        self.load(&piece.file)?;
        for &level in levels {
            if let Some(item) = self.item(piece, level).filter(|item| self.used + item.tokens <= ceiling) {
                self.used += item.tokens;
                self.items.push(item);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn load(&mut self, file: &Arc<FileEntry>) -> Result<(), RetrieveError> {
        if !self.texts.contains_key(&file.id) {
            self.texts.insert(file.id, Lines::new(self.snapshot.text(file)?));
        }
        Ok(())
    }

    fn item(&self, piece: &Piece, level: PackLevel) -> Option<PackItem> {
        let lines = self.texts.get(&piece.file.id)?;
        let symbol = symbol_of(&piece.file, piece.symbol);
        let (start_line, end_line) = shown_lines(level, &piece.span, symbol, lines)?;
        let mut item = PackItem {
            path: Arc::clone(&piece.file.path),
            blob: piece.file.blob,
            language: piece.file.record.language.clone(),
            start_line,
            end_line,
            piece: piece.span,
            level,
            tokens: 0,
            role: piece.role,
            reason: piece.reason.clone(),
            score: piece.score,
            symbol: symbol.map_or_else(String::new, |symbol| symbol.qualified_name.to_string()),
            text: lines.slice(start_line, end_line).to_owned(),
        };
        item.tokens = count_tokens(&render::item(&item, self.request.format));
        Some(item)
    }

    fn is_shown(&self, path: &str, start_line: u32, end_line: u32) -> bool {
        self.items
            .iter()
            .any(|item| *item.path == *path && item.start_line <= end_line && start_line <= item.end_line)
    }

    fn is_already_sent(&self, piece: &Piece) -> bool {
        self.request.already_sent.iter().any(|sent| {
            sent.path == *piece.file.path
                && sent.blob == piece.file.blob
                && sent.start_line <= piece.span.start_line
                && piece.span.end_line <= sent.end_line
        })
    }

    fn omit(&mut self, piece: &Piece, reason: OmittedReason) {
        if self.omitted.len() < MAX_OMITTED {
            let symbol = symbol_of(&piece.file, piece.symbol);
            self.omitted.push(Omitted {
                path: Arc::clone(&piece.file.path),
                span: piece.span,
                symbol: symbol.map_or_else(String::new, |symbol| symbol.qualified_name.to_string()),
                reason,
            });
        }
    }

    /// Puts the items in order and renders them. Counting item by item can differ from counting the whole by a few
    /// tokens at the seams, so the whole is counted, and the last items are taken out again while it is over budget.
    fn finish(mut self) -> Pack {
        let mut ranked = std::mem::take(&mut self.items);
        let (rendered, tokens, items) = loop {
            let ordered = in_reading_order(&ranked);
            let rendered = render::pack(&ordered, self.request.format);
            let tokens = count_tokens(&rendered);
            if tokens <= self.request.budget || ranked.is_empty() {
                break (rendered, tokens, ordered);
            }
            if let Some(dropped) = ranked.pop() {
                self.omitted.insert(0, omitted_item(&dropped));
            }
        };
        Pack {
            generation: self.snapshot.generation(),
            budget: self.request.budget,
            tokens,
            tokenizer: TOKENIZER,
            items,
            omitted: self.omitted,
            rendered,
            ranked: None,
        }
    }
}

fn omitted_item(item: &PackItem) -> Omitted {
    Omitted {
        path: Arc::clone(&item.path),
        span: item.piece,
        symbol: item.symbol.clone(),
        reason: OmittedReason::Budget,
    }
}

/// Files by their best rank, the pieces of a file by line.
fn in_reading_order(ranked: &[PackItem]) -> Vec<PackItem> {
    let mut file_ranks: HashMap<&str, usize> = HashMap::new();
    for item in ranked {
        let next = file_ranks.len();
        file_ranks.entry(&item.path).or_insert(next);
    }
    let mut ordered = ranked.to_vec();
    ordered.sort_by_key(|item| (file_ranks[&*item.path], item.start_line));
    ordered
}
