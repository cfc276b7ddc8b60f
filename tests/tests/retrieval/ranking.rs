//! What comes first, and what a filter leaves.

use contexd_retriever::{FilterSpec, Nearness, QueryKind, Weights, search};
use contexd_store::SymbolKind;

use super::{SHOP, answer, index, places, question};

/// The first hit must hold this line of this file.
#[track_caller]
fn check_first(text: &str, path: &str, line: u32) {
    let snapshot = index(SHOP);
    let result = answer(&snapshot, text, FilterSpec::default());
    let first = &result.hits[0];
    let holds_line = (first.span.start_line..=first.span.end_line).contains(&line);
    assert!(&*first.file.path == path && holds_line, "{:?}", places(&result));
}

#[test]
fn a_name_finds_its_definition() {
    check_first("apply_discount", "src/cart.rs", 43);
    check_first("SalesReport", "tools/report.py", 4);
    check_first("submitPayment", "web/checkout.ts", 4);
}

#[test]
fn words_find_what_they_describe() {
    check_first("how is the payment sent to the provider", "web/checkout.ts", 4);
    check_first("sum the prices of all items in the cart", "src/cart.rs", 28);
}

#[test]
fn a_path_finds_its_file() {
    let snapshot = index(SHOP);
    let result = answer(&snapshot, "src/money.rs", FilterSpec::default());
    assert_eq!(result.kind, QueryKind::Path);
    assert!(
        result.hits.iter().all(|hit| &*hit.file.path == "src/money.rs")
            || &*result.hits[0].file.path == "src/money.rs"
    );
}

#[test]
fn tests_come_after_what_they_test_unless_asked_for() {
    let snapshot = index(SHOP);
    let first = |text| answer(&snapshot, text, FilterSpec::default()).hits[0].file.path.to_string();
    assert_eq!(first("discount reduces the total price"), "src/cart.rs");
    let counts_as_test = |text| {
        let hits = answer(&snapshot, text, FilterSpec::default()).hits;
        let hit = hits.iter().find(|hit| &*hit.file.path == "tests/cart.rs").unwrap();
        hit.signals.path_class.test
    };
    assert!(counts_as_test("discount reduces the total price"));
    assert!(!counts_as_test("test that a discount reduces the total price"));
}

#[test]
fn a_test_that_hangs_together_with_the_focus_is_not_any_test() {
    let snapshot = index(SHOP);
    let score = |near: Nearness| {
        let mut query = question("discount reduces the total price", FilterSpec::default());
        query.near.insert("tests/cart.rs".into(), near);
        let hits = search(&snapshot, &query, Weights::built_in()).unwrap().hits;
        let hit = hits.iter().find(|hit| &*hit.file.path == "tests/cart.rs").unwrap();
        (hit.signals.path_class.test, hit.score)
    };
    let (is_damped, any) = score(Nearness::default());
    assert!(is_damped);
    for near in [
        Nearness { is_linked: true, changed_together: 0.0 },
        Nearness { is_linked: false, changed_together: 0.1 },
    ] {
        let (is_damped, own) = score(near);
        assert!(!is_damped && own > any, "{own} {any}");
    }
}

#[test]
fn filters_apply_before_the_limit() {
    let snapshot = index(SHOP);
    let paths = |filter: FilterSpec| -> Vec<String> {
        answer(&snapshot, "discount", filter).hits.iter().map(|hit| hit.file.path.to_string()).collect()
    };
    let python = paths(FilterSpec { languages: vec!["python".into()], ..FilterSpec::default() });
    assert!(!python.is_empty() && python.iter().all(|path| path.ends_with(".py")), "{python:?}");
    let sources = paths(FilterSpec { include: vec!["src/**".into()], ..FilterSpec::default() });
    assert!(!sources.is_empty() && sources.iter().all(|path| path.starts_with("src/")), "{sources:?}");
    let no_rust = paths(FilterSpec { exclude: vec!["*.rs".into()], ..FilterSpec::default() });
    assert!(!no_rust.is_empty() && no_rust.iter().all(|path| !path.ends_with(".rs")), "{no_rust:?}");
    let tests = paths(FilterSpec { tests: Some(true), ..FilterSpec::default() });
    assert_eq!(tests, ["tests/cart.rs"]);
    let products = paths(FilterSpec { tests: Some(false), ..FilterSpec::default() });
    assert!(!products.is_empty() && !products.contains(&"tests/cart.rs".to_owned()), "{products:?}");
    let enums = paths(FilterSpec { kinds: vec![SymbolKind::Enum], ..FilterSpec::default() });
    assert!(enums.iter().all(|path| path == "src/cart.rs"), "{enums:?}");
}

#[test]
fn a_question_that_the_tree_does_not_know_finds_nothing() {
    let snapshot = index(SHOP);
    assert_eq!(places(&answer(&snapshot, "zzqqxx", FilterSpec::default())), [""; 0]);
}

#[test]
fn the_same_question_gives_the_same_bytes() {
    let snapshot = index(SHOP);
    let printed =
        |_| format!("{:?}", answer(&snapshot, "discount of the total price", FilterSpec::default()).hits);
    let first = printed(0);
    assert!((1..20).map(printed).all(|again| again == first));
}

#[test]
fn a_malformed_question_names_what_is_wrong() {
    let snapshot = index(SHOP);
    let bad_glob = FilterSpec { include: vec!["a[".into()], ..FilterSpec::default() };
    for (text, filter, field) in [("  ", FilterSpec::default(), "query"), ("x", bad_glob, "include")] {
        let query = question(text, filter);
        let error = search(&snapshot, &query, Weights::built_in()).unwrap_err();
        assert!(error.to_string().contains(field), "{error}");
    }
}
