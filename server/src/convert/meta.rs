//! What every reply says of itself.

use std::time::Duration;

use contexd_proto::v1;

use crate::engine::{AnswerMeta, Head, ItemState, Notice, Semantic, SemanticStep, Timings};

/// About an answer, with the notices that came up outside the engine.
pub(super) fn reply_meta(meta: AnswerMeta, more_notices: Vec<Notice>) -> v1::ReplyMeta {
    let notices = meta.notices.into_iter().chain(more_notices);
    v1::ReplyMeta {
        root: meta.root,
        generation: meta.generation.0,
        head: Some(head(meta.head)),
        pending: count(meta.pending),
        semantic: Some(semantic(meta.semantic)),
        timings: Some(timings(meta.timings)),
        notices: notices.map(notice).collect(),
        query_id: meta.query_id,
    }
}

pub(super) fn head(head: Head) -> v1::Head {
    v1::Head { branch: head.branch, commit: head.commit }
}

pub(super) fn semantic(semantic: Semantic) -> v1::SemanticState {
    use v1::semantic_state::State;
    let state = match semantic.state {
        SemanticStep::Off => State::Off,
        SemanticStep::Static => State::Static,
        SemanticStep::Partial => State::Partial,
        SemanticStep::Ready => State::Ready,
    };
    v1::SemanticState {
        state: state.into(),
        percent: semantic.percent,
        reason: semantic.reason,
        model: semantic.model,
    }
}

fn timings(timings: Timings) -> v1::Timings {
    v1::Timings {
        total_us: microseconds(timings.total),
        wait_us: microseconds(timings.wait),
        queue_us: microseconds(timings.queue),
        embed_us: microseconds(timings.embed),
        retrieve_us: microseconds(timings.retrieve),
        verify_us: microseconds(timings.verify),
    }
}

fn notice(notice: Notice) -> v1::Notice {
    v1::Notice { code: notice.code.as_str().to_owned(), message: notice.message }
}

pub(super) fn item_state(state: ItemState) -> v1::ItemState {
    match state {
        ItemState::Verified => v1::ItemState::Verified,
        ItemState::Stale => v1::ItemState::Stale,
    }
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}

pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// A count on the wire.
pub(super) fn count(number: usize) -> u64 {
    number as u64
}

/// A count of things within one file, on the wire.
pub(super) fn small_count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
