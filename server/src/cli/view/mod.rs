//! What is printed: one struct an answer, whose fields are the JSON that scripts read, and its text for people.
//!
//! Field names are a contract and independent of the wire: a field may be added, none renamed. Text for people may
//! change at any time.

mod fate;
mod graph;
mod grep;
mod hit;
mod pack;
mod past;
mod status;
mod symbol;

use std::fmt::Write;

use contexd_proto::v1;
use serde::Serialize;

use crate::cli::output::Palette;

pub(crate) use fate::{Fate, render_fate};
pub(crate) use graph::{
    Map, Meaning, Neighbours, Reference, Related, note_targets, render_map, render_meanings,
    render_neighbours, render_references, render_related,
};
pub(crate) use grep::{GrepFile, GrepLine, GrepText};
pub(crate) use hit::{Answer, Explanation, Hit, Refusal, render_explanation, render_hits};
pub(crate) use pack::{Pack, omitted_note};
pub(crate) use past::{PastQuery, render_past_queries, render_past_query};
pub(crate) use status::{
    Added, DaemonStatus, IndexReport, Removed, RepositoryList, RepositoryStatus, StatusReport, render_added,
    render_index, render_removed, render_repositories, render_status,
};
pub(crate) use symbol::{OutlineEntry, SymbolHit, render_outline, render_symbols};

/// The stable name of an item's state.
fn state_name(state: i32) -> &'static str {
    match v1::ItemState::try_from(state) {
        Ok(v1::ItemState::Verified) => "verified",
        Ok(v1::ItemState::Stale) => "stale",
        Ok(v1::ItemState::Overlay) => "overlay",
        Ok(v1::ItemState::Unspecified) | Err(_) => "unknown",
    }
}

/// How far semantic search takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Semantic {
    /// `off`, `static`, `partial` or `ready`.
    pub(crate) state: &'static str,
    /// Chunks that have a vector, in percent.
    pub(crate) percent: u32,
    /// The model.
    pub(crate) model: String,
    /// Why it is not better than it is.
    pub(crate) reason: String,
}

impl From<Option<v1::SemanticState>> for Semantic {
    fn from(semantic: Option<v1::SemanticState>) -> Self {
        use v1::semantic_state::State;
        let semantic = semantic.unwrap_or_default();
        let state = match semantic.state() {
            State::Static => "static",
            State::Partial => "partial",
            State::Ready => "ready",
            State::Off | State::Unspecified => "off",
        };
        Self { state, percent: semantic.percent, model: semantic.model, reason: semantic.reason }
    }
}

impl Semantic {
    /// One phrase for people: `partial, 43% (gte-small): reason`.
    fn phrase(&self) -> String {
        let mut phrase = self.state.to_owned();
        if self.state == "partial" {
            let _ = write!(phrase, ", {}%", self.percent);
        }
        if !self.model.is_empty() {
            let _ = write!(phrase, " ({})", self.model);
        }
        if !self.reason.is_empty() {
            let _ = write!(phrase, ": {}", self.reason);
        }
        phrase
    }
}

/// `path:start-end`, in colour, padded to `width` as seen.
fn place(path: &str, lines: (u32, u32), width: usize, palette: &Palette) -> String {
    let place = place_text(path, lines);
    let style = palette.place;
    let padding = width.saturating_sub(place.chars().count());
    format!("{style}{place}{style:#}{:padding$}", "")
}

fn place_text(path: &str, (start, end): (u32, u32)) -> String {
    if start == end { format!("{path}:{start}") } else { format!("{path}:{start}-{end}") }
}

/// Width of a column: that of its widest cell, and never so wide that one long cell pushes the rest away.
fn column_width<'a>(cells: impl Iterator<Item = &'a str>, most: usize) -> usize {
    cells.map(|cell| cell.chars().count()).filter(|width| *width <= most).max().unwrap_or(0)
}

/// `text` on one line, cut to `most` characters.
fn one_line(text: &str, most: usize) -> String {
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match folded.char_indices().nth(most) {
        Some((cut, _)) => format!("{}…", &folded[..cut]),
        None => folded,
    }
}

/// The first line of `text` that says something.
fn first_line(text: &str) -> &str {
    text.lines().map(str::trim).find(|line| line.chars().any(char::is_alphanumeric)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_of_one_line_has_one_number() {
        assert_eq!(place_text("a.rs", (3, 3)), "a.rs:3");
        assert_eq!(place("a.rs", (3, 5), 12, &Palette::default()), "a.rs:3-5    ");
    }

    #[test]
    fn long_cells_do_not_widen_a_column() {
        assert_eq!(column_width(["ab", "abc", "abcdefgh"].into_iter(), 5), 3);
    }

    #[test]
    fn text_is_folded_and_cut_at_characters() {
        assert_eq!(one_line("fn f(\n    ä: u8,\n)", 80), "fn f( ä: u8, )");
        assert_eq!(one_line("ääää", 3), "äää…");
        assert_eq!(first_line("\n  {\n  /// Grows.\n"), "/// Grows.");
    }

    #[test]
    fn semantic_state_is_one_phrase() {
        let partial = v1::SemanticState {
            state: v1::semantic_state::State::Partial.into(),
            percent: 43,
            reason: "embedding".to_owned(),
            model: "gte-small".to_owned(),
        };
        assert_eq!(Semantic::from(Some(partial)).phrase(), "partial, 43% (gte-small): embedding");
        assert_eq!(Semantic::from(None).phrase(), "off");
    }
}
