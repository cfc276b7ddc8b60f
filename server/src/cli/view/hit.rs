//! Hits of a search.

use std::collections::BTreeMap;
use std::fmt::Write;

use contexd_proto::v1;
use serde::Serialize;

use super::{column_width, first_line, one_line, place, place_text, state_name};
use crate::cli::output::Palette;

/// Widest location that others are aligned to.
const WIDEST_PLACE: usize = 72;
/// Longest line shown beneath a hit.
const LONGEST_LINE: usize = 110;

/// A ranked piece of a file.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Hit {
    /// Path relative to the repository root.
    pub(crate) path: String,
    /// First line, 1-based.
    pub(crate) start_line: u32,
    /// Last line, inclusive.
    pub(crate) end_line: u32,
    /// Comparable within one answer only.
    pub(crate) score: f32,
    /// Kind of the symbol, else of the chunk.
    pub(crate) kind: String,
    /// Qualified name of the symbol; empty when there is none.
    pub(crate) symbol: String,
    /// Name of the language.
    pub(crate) language: String,
    /// `verified`, `stale` or `overlay`.
    pub(crate) state: &'static str,
    /// Signature of the symbol; empty when there is none.
    pub(crate) signature: String,
    /// The lines; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<String>,
    /// The numbers that made the score; only when asked for.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) signals: BTreeMap<String, f32>,
    /// How they made it; only when asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) breakdown: Option<Breakdown>,
}

/// How a score came about: the points added up, times `prior`, times `file_support`, times `same_file`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Breakdown {
    /// What each signal adds: its value times its weight; those that add nothing are left out. Greatest first.
    pub(crate) points: Vec<Points>,
    /// Factor for the class of the file; 1 when none counts.
    pub(crate) prior: f32,
    /// That class; empty when none counts.
    pub(crate) prior_class: String,
    /// Factor for a file with a second piece that answers; 1 for one without.
    pub(crate) file_support: f32,
    /// Factor for a further piece of a file; 1 for the best.
    pub(crate) same_file: f32,
}

/// What a signal adds to a score.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Points {
    /// Name of the signal.
    pub(crate) signal: String,
    /// Its value.
    pub(crate) value: f32,
    /// Its factor for this kind of question.
    pub(crate) weight: f32,
    /// The product.
    pub(crate) points: f32,
}

impl Breakdown {
    /// The breakdown that `hit` carries, if it carries one. Of a past answer it may have factors alone.
    fn of(hit: &v1::SearchHit) -> Option<Self> {
        let points = |signal: &v1::Signal| Points {
            signal: signal.name.clone(),
            value: signal.value,
            weight: signal.weight,
            points: signal.value * signal.weight,
        };
        let mut points: Vec<Points> =
            hit.signals.iter().map(points).filter(|points| points.points != 0.0).collect();
        points.sort_by(|a, b| b.points.total_cmp(&a.points));
        let prior_class = hit.prior_class.clone();
        (!hit.signals.is_empty() || hit.prior > 0.0).then_some(Self {
            points,
            prior: hit.prior,
            prior_class,
            file_support: hit.file_support,
            same_file: hit.same_file,
        })
    }
}

impl From<v1::SearchHit> for Hit {
    fn from(hit: v1::SearchHit) -> Self {
        let breakdown = Breakdown::of(&hit);
        Self {
            breakdown,
            state: state_name(hit.state),
            path: hit.path,
            start_line: hit.start_line,
            end_line: hit.end_line,
            score: hit.score,
            kind: hit.kind,
            symbol: hit.symbol,
            language: hit.language,
            signature: hit.signature,
            text: Some(hit.text).filter(|text| !text.is_empty()),
            signals: hit.signals.into_iter().map(|signal| (signal.name, signal.value)).collect(),
        }
    }
}

/// The answer to one line of `search --stdin`.
#[derive(Debug, Serialize)]
pub(crate) struct Answer {
    /// Best first.
    pub(crate) hits: Vec<Hit>,
    /// What the question was taken for.
    pub(crate) query_kind: String,
    /// Generation that answered.
    pub(crate) generation: u64,
    /// Names the answer in the query log.
    pub(crate) query_id: String,
}

/// The answer to a line of `search --stdin` that cannot be answered.
#[derive(Debug, Serialize)]
pub(crate) struct Refusal {
    /// Why.
    pub(crate) error: String,
    /// Always empty: every answer has hits, so that a reader may look at them alone.
    hits: [(); 0],
}

impl Refusal {
    /// A refusal for this reason.
    pub(crate) fn new(error: String) -> Self {
        Self { error, hits: [] }
    }
}

/// Hits for people: a line a hit, the signature or the first line beneath.
pub(crate) fn render_hits(hits: &[Hit], palette: &Palette) -> String {
    let places: Vec<String> =
        hits.iter().map(|hit| place_text(&hit.path, (hit.start_line, hit.end_line))).collect();
    let width = column_width(places.iter().map(String::as_str), WIDEST_PLACE);
    let mut text = String::new();
    for hit in hits {
        render_hit(&mut text, hit, width, palette);
    }
    text
}

fn render_hit(text: &mut String, hit: &Hit, width: usize, palette: &Palette) {
    let Palette { name, faint, alert, .. } = palette;
    let place = place(&hit.path, (hit.start_line, hit.end_line), width, palette);
    let _ = write!(text, "{place}  {faint}{}{faint:#}", hit.kind);
    if !hit.symbol.is_empty() {
        let _ = write!(text, " {name}{}{name:#}", hit.symbol);
    }
    let _ = write!(text, "  {faint}({:.3}){faint:#}", hit.score);
    if hit.state == "stale" {
        let _ = write!(text, "  {alert}changed since{alert:#}");
    }
    text.push('\n');
    let beneath = beneath(hit);
    if !beneath.is_empty() {
        let _ = writeln!(text, "    {beneath}");
    }
    if let Some(breakdown) = &hit.breakdown {
        render_breakdown(text, breakdown, palette);
    }
}

/// A line for each signal that adds something, then the factors.
fn render_breakdown(text: &mut String, breakdown: &Breakdown, palette: &Palette) {
    let faint = palette.faint;
    for Points { signal, value, weight, points } in &breakdown.points {
        let _ = writeln!(text, "    {faint}{points:>8.3}  {signal} {value:.3} x {weight:.2}{faint:#}");
    }
    if !breakdown.prior_class.is_empty() {
        let Breakdown { prior, prior_class, .. } = breakdown;
        let _ = writeln!(text, "    {faint}x {prior:>6.2}  {prior_class}{faint:#}");
    }
    let Breakdown { file_support, same_file, .. } = breakdown;
    if *file_support > 1.0 {
        let _ =
            writeln!(text, "    {faint}x {file_support:>6.2}  another piece of its file answers{faint:#}");
    }
    if *same_file < 1.0 {
        let _ = writeln!(text, "    {faint}x {same_file:>6.2}  a further piece of its file{faint:#}");
    }
}

/// Why a place ranks where it ranks.
#[derive(Debug, Serialize)]
pub(crate) struct Explanation {
    /// Rank, 1-based; 0 when no retriever proposed it.
    pub(crate) rank: u32,
    /// Pieces that were ranked.
    pub(crate) candidates: u32,
    /// What the question was taken for.
    pub(crate) query_kind: String,
    /// What happened, step by step.
    pub(crate) stages: Vec<String>,
    /// The piece that holds the place.
    pub(crate) hit: Option<Hit>,
}

impl From<v1::ExplainResponse> for Explanation {
    fn from(reply: v1::ExplainResponse) -> Self {
        Self {
            rank: reply.rank,
            candidates: reply.candidates,
            query_kind: reply.query_kind,
            stages: reply.stages,
            hit: reply.hit.map(Hit::from),
        }
    }
}

/// The steps, then the piece with the numbers of its score.
pub(crate) fn render_explanation(explanation: &Explanation, palette: &Palette) -> String {
    let mut text = String::new();
    for stage in &explanation.stages {
        let _ = writeln!(text, "{stage}");
    }
    if let Some(hit) = &explanation.hit {
        text.push('\n');
        text.push_str(&render_hits(std::slice::from_ref(hit), palette));
    }
    text
}

fn beneath(hit: &Hit) -> String {
    let line = match hit.signature.as_str() {
        "" => first_line(hit.text.as_deref().unwrap_or("")),
        signature => signature,
    };
    one_line(line, LONGEST_LINE)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;
    use crate::cli::output::to_json;

    fn hits() -> Vec<Hit> {
        let function = v1::SearchHit {
            path: "src/pool.rs".to_owned(),
            start_line: 10,
            end_line: 42,
            score: 0.875,
            kind: "method".to_owned(),
            symbol: "Pool::spawn".to_owned(),
            language: "rust".to_owned(),
            state: v1::ItemState::Verified.into(),
            signature: "pub fn spawn(&self, task: Task) -> Handle".to_owned(),
            ..v1::SearchHit::default()
        };
        let text = v1::SearchHit {
            path: "docs/pools.md".to_owned(),
            start_line: 1,
            end_line: 1,
            score: 0.25,
            kind: "text".to_owned(),
            language: "markdown".to_owned(),
            state: v1::ItemState::Stale.into(),
            text: "\n# Pools\n".to_owned(),
            signals: vec![
                v1::Signal { name: "lexical".to_owned(), value: 1.5, weight: 0.5 },
                v1::Signal { name: "linked".to_owned(), value: 0.0, weight: 0.1 },
            ],
            prior: 0.45,
            prior_class: "documentation".to_owned(),
            file_support: 1.25,
            same_file: 0.5,
            ..v1::SearchHit::default()
        };
        vec![function.into(), text.into()]
    }

    fn check(actual: &str, expect: &Expect) {
        expect.assert_eq(actual);
    }

    #[test]
    fn hits_for_people() {
        check(
            &render_hits(&hits(), &Palette::default()),
            &expect![[r#"
                src/pool.rs:10-42  method Pool::spawn  (0.875)
                    pub fn spawn(&self, task: Task) -> Handle
                docs/pools.md:1    text  (0.250)  changed since
                    # Pools
                       0.750  lexical 1.500 x 0.50
                    x   0.45  documentation
                    x   1.25  another piece of its file answers
                    x   0.50  a further piece of its file
            "#]],
        );
    }

    #[test]
    fn hits_for_scripts() {
        let lines: Vec<String> = hits().iter().filter_map(|hit| to_json(hit).ok()).collect();
        check(
            &lines.join("\n"),
            &expect![[r##"
                {"schema_version":1,"path":"src/pool.rs","start_line":10,"end_line":42,"score":0.875,"kind":"method","symbol":"Pool::spawn","language":"rust","state":"verified","signature":"pub fn spawn(&self, task: Task) -> Handle"}
                {"schema_version":1,"path":"docs/pools.md","start_line":1,"end_line":1,"score":0.25,"kind":"text","symbol":"","language":"markdown","state":"stale","signature":"","text":"\n# Pools\n","signals":{"lexical":1.5,"linked":0.0},"breakdown":{"points":[{"signal":"lexical","value":1.5,"weight":0.5,"points":0.75}],"prior":0.45,"prior_class":"documentation","file_support":1.25,"same_file":0.5}}"##]],
        );
    }

    #[test]
    fn colour_is_only_paint() {
        let painted = render_hits(&hits(), &Palette::coloured());
        assert!(painted.contains("\u{1b}["));
        assert!(!render_hits(&hits(), &Palette::default()).contains('\u{1b}'));
    }
}
