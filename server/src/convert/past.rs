//! Past answers out of the query log.

use contexd_proto::v1;

use super::meta::small_count;
use crate::engine::{AskedQuestion, LoggedAnswer, LoggedHit};

const DEFAULT_ANSWERS: u32 = 20;
const MAX_ANSWERS: u32 = 200;

/// How many past answers are listed.
pub(crate) fn past_limit(asked: u32) -> usize {
    let wanted = if asked == 0 { DEFAULT_ANSWERS } else { asked };
    wanted.min(MAX_ANSWERS) as usize
}

pub(crate) fn past_responses(answers: Vec<LoggedAnswer>) -> v1::ListQueriesResponse {
    let without_hits = |answer| v1::PastQuery { hits: Vec::new(), ..past_query(answer) };
    v1::ListQueriesResponse { queries: answers.into_iter().map(without_hits).collect() }
}

pub(crate) fn past_response(answer: LoggedAnswer) -> v1::GetQueryResponse {
    v1::GetQueryResponse { query: Some(past_query(answer)) }
}

fn past_query(answer: LoggedAnswer) -> v1::PastQuery {
    let asked = answer.asked;
    v1::PastQuery {
        query_id: answer.query_id,
        answered_unix_ms: answer.answered_unix_ms,
        root: answer.root,
        generation: answer.generation,
        method: asked.method.as_str().to_owned(),
        query_kind: answer.kind,
        limit: small_count(asked.limit),
        budget: asked.budget,
        focus: asked.focus.clone().map(|(path, line)| v1::Focus { path, line }),
        query: asked.text.clone(),
        filter: filter(asked),
        found: small_count(answer.found),
        hits: answer.hits.into_iter().map(past_hit).collect(),
    }
}

/// What could appear; absent where nothing was left out.
fn filter(asked: AskedQuestion) -> Option<v1::Filter> {
    let tests = match asked.tests {
        None => v1::TestFilter::Unspecified,
        Some(false) => v1::TestFilter::Exclude,
        Some(true) => v1::TestFilter::Only,
    };
    let filter = v1::Filter {
        include: asked.include,
        exclude: asked.exclude,
        languages: asked.languages,
        kinds: asked.kinds,
        tests: tests.into(),
        changed_since: asked.changed_since,
    };
    (filter != v1::Filter::default()).then_some(filter)
}

fn past_hit(hit: LoggedHit) -> v1::SearchHit {
    let signal = |(name, value, weight)| v1::Signal { name, value, weight };
    v1::SearchHit {
        path: hit.path,
        start_line: hit.start_line,
        end_line: hit.end_line,
        score: hit.score,
        kind: hit.kind,
        symbol: hit.symbol,
        language: hit.language,
        blob: hit.blob,
        signals: hit.signals.into_iter().map(signal).collect(),
        prior: hit.prior,
        prior_class: hit.class,
        file_support: hit.file_support,
        same_file: hit.same_file,
        ..v1::SearchHit::default()
    }
}
