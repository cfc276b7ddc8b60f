//! `ContextService`: requests in, replies out.

use contexd_proto::v1;
use contexd_retriever::{Format, Omitted, PackItem, PackLevel, PackRequest, Query, SentPiece};
use contexd_store::ContentHash;

use super::meta::{item_state, reply_meta, small_count};
use super::request::{self, Capped};
use super::search::{MAX_HITS, add_breakdown, search_hit};
use crate::engine::{Answer, FoundExplanation, FoundPack, ItemState, Notice, NoticeCode};
use crate::error::ServiceError;

const DEFAULT_BUDGET: u32 = 8_000;
const MAX_BUDGET: u32 = 1_000_000;
const DEFAULT_PRIMARY_HITS: u32 = 40;
const MAX_ALREADY_SENT: usize = 10_000;

/// The request for a pack, and what is to be said about its limits.
pub(crate) fn pack_request(
    wire: v1::AssembleContextRequest,
) -> Result<(PackRequest, Vec<Notice>), ServiceError> {
    let format = format(wire.format());
    let budget = Capped::new(NoticeCode::BudgetCapped, "budget", wire.budget, DEFAULT_BUDGET, MAX_BUDGET);
    let limit = Capped::new(NoticeCode::LimitCapped, "limit", wire.limit, DEFAULT_PRIMARY_HITS, MAX_HITS);
    let text = request::question(wire.query)?;
    if text.trim().is_empty() && wire.focus.is_none() {
        return Err(ServiceError::invalid("query", "is empty, and there is no focus either"));
    }
    let query = Query {
        text,
        limit: limit.value as usize,
        filter: request::filter(wire.filter)?,
        focus: request::focus(wire.focus),
        ..Query::default()
    };
    let already_sent = already_sent(wire.already_sent)?;
    let notices = budget.notice.into_iter().chain(limit.notice).collect();
    Ok((PackRequest { query, budget: budget.value, format, already_sent }, notices))
}

/// The question whose ranking is to be explained.
pub(crate) fn explain_query(wire: v1::AssembleContextRequest) -> Result<Query, ServiceError> {
    let text = request::question(wire.query)?;
    if text.trim().is_empty() {
        return Err(ServiceError::invalid("request.query", "is empty"));
    }
    let (filter, focus) = (request::filter(wire.filter)?, request::focus(wire.focus));
    // The limit cuts the answer after the ranking.
    Ok(Query { text, limit: 1, filter, focus, ..Query::default() })
}

pub(crate) fn explain_response(answer: Answer<FoundExplanation>) -> v1::ExplainResponse {
    let FoundExplanation { explanation, state } = answer.value;
    let hit = explanation.hit.as_ref().zip(explanation.breakdown.as_ref()).map(|(hit, breakdown)| {
        let mut wire = search_hit(hit, state);
        add_breakdown(&mut wire, breakdown);
        wire
    });
    v1::ExplainResponse {
        meta: Some(reply_meta(answer.meta, Vec::new())),
        rank: explanation.rank.map_or(0, small_count),
        score: explanation.hit.as_ref().map_or(0.0, |hit| hit.score),
        signals: hit.as_ref().map(|hit| hit.signals.clone()).unwrap_or_default(),
        stages: explanation.stages,
        query_kind: explanation.kind.as_str().to_owned(),
        candidates: small_count(explanation.candidates),
        hit,
    }
}

fn format(format: v1::PackFormat) -> Format {
    match format {
        v1::PackFormat::Unspecified | v1::PackFormat::Markdown => Format::Markdown,
        v1::PackFormat::Xml => Format::Xml,
        v1::PackFormat::Json => Format::Json,
    }
}

fn already_sent(pieces: Vec<v1::SentPiece>) -> Result<Vec<SentPiece>, ServiceError> {
    if pieces.len() > MAX_ALREADY_SENT {
        let detail = format!("has more than {MAX_ALREADY_SENT} entries");
        return Err(ServiceError::invalid("already_sent", detail));
    }
    pieces.into_iter().map(sent_piece).collect()
}

fn sent_piece(piece: v1::SentPiece) -> Result<SentPiece, ServiceError> {
    let Some(blob) = parse_hash(&piece.blob) else {
        return Err(ServiceError::invalid("already_sent.blob", "must have 64 hexadecimal digits"));
    };
    if piece.start_line == 0 || piece.end_line < piece.start_line {
        return Err(ServiceError::invalid("already_sent.start_line", "must be 1 to end_line"));
    }
    Ok(SentPiece { path: piece.path, blob, start_line: piece.start_line, end_line: piece.end_line })
}

fn parse_hash(text: &str) -> Option<ContentHash> {
    blake3::Hash::from_hex(text).ok().map(|hash| ContentHash(*hash.as_bytes()))
}

pub(crate) fn pack_response(answer: Answer<FoundPack>, notices: Vec<Notice>) -> v1::AssembleContextResponse {
    let FoundPack { pack, states } = answer.value;
    v1::AssembleContextResponse {
        meta: Some(reply_meta(answer.meta, notices)),
        budget: pack.budget,
        tokens: pack.tokens,
        tokenizer: pack.tokenizer.to_owned(),
        items: pack.items.into_iter().zip(states).map(|(item, state)| pack_item(item, state)).collect(),
        omitted: pack.omitted.into_iter().map(omitted_piece).collect(),
        rendered: pack.rendered,
    }
}

/// A whole reply, cut into the parts of a stream: header, items, summary.
pub(crate) fn pack_parts(whole: v1::AssembleContextResponse) -> Vec<v1::AssembleContextStreamResponse> {
    use v1::assemble_context_stream_response::Part;
    let header = v1::PackHeader {
        generation: whole.meta.as_ref().map_or(0, |meta| meta.generation),
        budget: whole.budget,
        tokenizer: whole.tokenizer,
    };
    let summary = v1::PackSummary {
        meta: whole.meta,
        tokens: whole.tokens,
        omitted: whole.omitted,
        rendered: whole.rendered,
    };
    let parts = std::iter::once(Part::Header(header))
        .chain(whole.items.into_iter().map(Part::Item))
        .chain(std::iter::once(Part::Summary(summary)));
    parts.map(|part| v1::AssembleContextStreamResponse { part: Some(part) }).collect()
}

fn pack_item(item: PackItem, state: ItemState) -> v1::PackItem {
    v1::PackItem {
        path: item.path.to_string(),
        blob: item.blob.to_string(),
        start_line: item.start_line,
        end_line: item.end_line,
        piece_start_line: item.piece.start_line,
        piece_end_line: item.piece.end_line,
        level: level(item.level).into(),
        tokens: item.tokens,
        reason: item.reason,
        role: item.role.as_str().to_owned(),
        score: item.score,
        symbol: item.symbol,
        language: item.language.into(),
        state: item_state(state).into(),
        text: item.text,
    }
}

fn level(level: PackLevel) -> v1::PackLevel {
    match level {
        PackLevel::Full => v1::PackLevel::Full,
        PackLevel::Folded => v1::PackLevel::Folded,
        PackLevel::Signature => v1::PackLevel::Signature,
        PackLevel::Name => v1::PackLevel::Name,
    }
}

fn omitted_piece(omitted: Omitted) -> v1::OmittedPiece {
    v1::OmittedPiece {
        path: omitted.path.to_string(),
        start_line: omitted.span.start_line,
        end_line: omitted.span.end_line,
        symbol: omitted.symbol,
        reason: omitted.reason.as_str().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn request(query: &str) -> v1::AssembleContextRequest {
        v1::AssembleContextRequest { query: query.to_owned(), ..Default::default() }
    }

    #[test]
    fn limits_have_defaults_and_caps() {
        let (parsed, notices) = pack_request(request("x")).unwrap();
        assert_eq!((parsed.budget, parsed.query.limit, notices.len()), (8_000, 40, 0));
        let large = v1::AssembleContextRequest { budget: u32::MAX, limit: 999, ..request("x") };
        let (parsed, notices) = pack_request(large).unwrap();
        assert_eq!((parsed.budget, parsed.query.limit, notices.len()), (1_000_000, 200, 2));
    }

    #[test]
    fn a_question_or_a_focus_is_needed() {
        assert!(pack_request(request(" ")).is_err());
        let focus = Some(v1::Focus { path: "a.rs".to_owned(), line: 3 });
        let (parsed, _) = pack_request(v1::AssembleContextRequest { focus, ..request("") }).unwrap();
        assert_eq!(parsed.query.focus.unwrap().line, 3);
    }

    #[test]
    fn pieces_already_sent_are_checked() {
        let blob = ContentHash::of(b"x");
        let piece =
            v1::SentPiece { path: "a".to_owned(), blob: blob.to_string(), start_line: 2, end_line: 4 };
        let expected = SentPiece { path: "a".to_owned(), blob, start_line: 2, end_line: 4 };
        assert_eq!(sent_piece(piece.clone()).unwrap(), expected);
        assert!(sent_piece(v1::SentPiece { blob: "12".to_owned(), ..piece.clone() }).is_err());
        assert!(sent_piece(v1::SentPiece { start_line: 0, ..piece.clone() }).is_err());
        assert!(sent_piece(v1::SentPiece { end_line: 1, ..piece }).is_err());
    }

    #[test]
    fn a_stream_is_header_items_summary() {
        use v1::assemble_context_stream_response::Part;
        let whole = v1::AssembleContextResponse {
            items: vec![v1::PackItem::default(); 2],
            tokens: 5,
            ..Default::default()
        };
        let parts = pack_parts(whole);
        let names: Vec<&str> = parts
            .iter()
            .map(|part| match part.part.as_ref().unwrap() {
                Part::Header(_) => "header",
                Part::Item(_) => "item",
                Part::Summary(_) => "summary",
            })
            .collect();
        assert_eq!(names, ["header", "item", "item", "summary"]);
    }
}
