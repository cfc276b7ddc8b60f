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
}

impl From<v1::SearchHit> for Hit {
    fn from(hit: v1::SearchHit) -> Self {
        Self {
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
    /// Generation that answered.
    pub(crate) generation: u64,
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
    for (signal, value) in hit.signals.iter().filter(|(_, value)| **value != 0.0) {
        let _ = writeln!(text, "    {faint}{signal:<24} {value:>9.4}{faint:#}");
    }
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
                v1::Signal { name: "lexical".to_owned(), value: 1.5 },
                v1::Signal { name: "focus".to_owned(), value: 0.0 },
            ],
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
                    lexical                     1.5000
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
                {"schema_version":1,"path":"docs/pools.md","start_line":1,"end_line":1,"score":0.25,"kind":"text","symbol":"","language":"markdown","state":"stale","signature":"","text":"\n# Pools\n","signals":{"focus":0.0,"lexical":1.5}}"##]],
        );
    }

    #[test]
    fn colour_is_only_paint() {
        let painted = render_hits(&hits(), &Palette::coloured());
        assert!(painted.contains("\u{1b}["));
        assert!(!render_hits(&hits(), &Palette::default()).contains('\u{1b}'));
    }
}
