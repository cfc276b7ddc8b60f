//! Packs: the properties that every one of them has.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use contexd_graph::Graph;
use contexd_retriever::relate::View;
use contexd_retriever::{
    FilterSpec, Format, Pack, PackItem, PackLevel, PackRequest, PackRole, SentPiece, Weights, assemble,
    count_tokens,
};
use contexd_store::Snapshot;
use proptest::prelude::*;

use super::{SHOP, index, question};

fn shop() -> &'static Arc<Snapshot> {
    static SNAPSHOT: OnceLock<Arc<Snapshot>> = OnceLock::new();
    SNAPSHOT.get_or_init(|| index(SHOP))
}

fn graph() -> &'static Graph {
    static GRAPH: OnceLock<Graph> = OnceLock::new();
    GRAPH.get_or_init(|| Graph::build(shop()))
}

fn view() -> View<'static> {
    View { snapshot: shop(), graph: graph() }
}

fn pack(text: &str, budget: u32, format: Format, already_sent: Vec<SentPiece>) -> Pack {
    let request = PackRequest { query: question(text, FilterSpec::default()), budget, format, already_sent };
    assemble(view(), &request, Weights::built_in()).unwrap()
}

/// Every line shown, as (path, line), and that it reads as the source does.
fn lines_shown(pack: &Pack) -> Vec<(String, u32)> {
    let mut shown = Vec::new();
    for item in &pack.items {
        let text = shop().text(shop().file_by_path(&item.path).unwrap()).unwrap();
        let source: Vec<&str> = text.split('\n').collect();
        let lines: Vec<&str> = item.text.split('\n').collect();
        assert_eq!(lines, source[item.start_line as usize - 1..item.end_line as usize], "{}", item.path);
        shown.extend((item.start_line..=item.end_line).map(|line| (item.path.to_string(), line)));
    }
    shown
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_pack_keeps_its_promises(
        text in prop::sample::select(vec!["discount", "how is the total price computed", "Cart", "payment retries", "csv report"]),
        budget in 32_u32..3_000,
        format in prop::sample::select(vec![Format::Markdown, Format::Xml, Format::Json]),
    ) {
        let pack = pack(text, budget, format, Vec::new());
        prop_assert!(pack.tokens <= budget, "{} of {budget}", pack.tokens);
        prop_assert_eq!(pack.tokens, count_tokens(&pack.rendered));
        let shown = lines_shown(&pack);
        let distinct: HashSet<_> = shown.iter().collect();
        prop_assert_eq!(distinct.len(), shown.len(), "no line twice");
        prop_assert!(pack.items.iter().all(|item| !item.reason.is_empty() && item.tokens > 0));
        prop_assert_eq!(self::pack(text, budget, format, Vec::new()).rendered, pack.rendered);
    }
}

#[test]
fn a_generous_budget_brings_neighbours_with_their_reasons() {
    let pack = pack("total_price", 2_000, Format::Markdown, Vec::new());
    assert!(
        pack.items.iter().any(|item| item.symbol.ends_with("total_price") && item.level == PackLevel::Full)
    );
    let is_explained = |item: &PackItem| {
        ["encloses", "by scope and imports", "by its type", "the only definition"]
            .iter()
            .any(|reason| item.reason.contains(reason))
    };
    assert!(pack.items.iter().filter(|item| item.role != PackRole::Primary).all(is_explained));
}

#[test]
fn a_tight_budget_shows_less_of_a_piece_and_lists_what_is_left_out() {
    let pack = pack("total_price", 120, Format::Markdown, Vec::new());
    assert!(!pack.items.is_empty() && !pack.omitted.is_empty(), "{pack:?}");
}

#[test]
fn what_was_sent_is_left_out() {
    let first = pack("apply_discount", 400, Format::Markdown, Vec::new());
    let sent: Vec<SentPiece> = first
        .items
        .iter()
        .map(|item| SentPiece {
            path: item.path.to_string(),
            blob: item.blob,
            start_line: item.piece.start_line,
            end_line: item.piece.end_line,
        })
        .collect();
    let again = pack("apply_discount", 400, Format::Markdown, sent.clone());
    let was_sent = |path: &str, start_line: u32, end_line: u32| {
        sent.iter()
            .any(|piece| piece.path == path && piece.start_line <= start_line && end_line <= piece.end_line)
    };
    assert!(!again.items.iter().any(|item| was_sent(&item.path, item.piece.start_line, item.piece.end_line)));
    assert!(again.omitted.iter().any(|omitted| omitted.reason.as_str() == "already_sent"));
}

#[test]
fn a_budget_out_of_bounds_is_refused() {
    for budget in [0, 31, 1_000_001] {
        let request =
            PackRequest { query: question("x", FilterSpec::default()), budget, ..PackRequest::default() };
        assert!(assemble(view(), &request, Weights::built_in()).is_err());
    }
}
