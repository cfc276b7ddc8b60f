//! Symbols by name.

use contexd_retriever::{SymbolMatch, SymbolQuery, search_symbols};

use super::{SHOP, index};

#[track_caller]
fn check(name: &str, expected: &[(&str, SymbolMatch)]) {
    let snapshot = index(SHOP);
    let query = SymbolQuery { name: name.to_owned(), limit: expected.len(), ..SymbolQuery::default() };
    let result = search_symbols(&snapshot, &query).unwrap();
    let found: Vec<(String, SymbolMatch)> = result
        .hits
        .iter()
        .map(|hit| {
            (hit.file.record.symbols[hit.symbol.ordinal as usize].qualified_name.to_string(), hit.matched)
        })
        .collect();
    let expected: Vec<(String, SymbolMatch)> =
        expected.iter().map(|(name, matched)| ((*name).to_owned(), *matched)).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_type_comes_before_its_implementation() {
    check("Cart", &[("Cart", SymbolMatch::Exact)]);
    let snapshot = index(SHOP);
    let query = SymbolQuery { name: "Money".to_owned(), limit: 1, ..SymbolQuery::default() };
    let hit = search_symbols(&snapshot, &query).unwrap().hits.remove(0);
    assert_eq!((hit.kind.as_str(), &*hit.file.path), ("struct", "src/money.rs"));
}

#[test]
fn names_match_by_case_prefix_part_and_near_miss() {
    check("apply_discount", &[("apply_discount", SymbolMatch::Exact)]);
    check("salesreport", &[("SalesReport", SymbolMatch::CaseFolded)]);
    check("submitPay", &[("submitPayment", SymbolMatch::Prefix)]);
    check("payment", &[("PaymentError", SymbolMatch::Prefix), ("submitPayment", SymbolMatch::Substring)]);
    check("aply_discount", &[("apply_discount", SymbolMatch::Fuzzy)]);
}

#[test]
fn a_qualifier_narrows() {
    check("Cart::total_price", &[("Cart::total_price", SymbolMatch::Exact)]);
    check("SalesReport.add_sale", &[("SalesReport.add_sale", SymbolMatch::Exact)]);
    let snapshot = index(SHOP);
    let query = SymbolQuery {
        name: "Money::total_price".to_owned(),
        limit: 5,
        exact_only: true,
        ..SymbolQuery::default()
    };
    assert!(search_symbols(&snapshot, &query).unwrap().hits.is_empty());
}
