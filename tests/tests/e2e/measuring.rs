//! Measuring and explaining: `contexd eval` and `contexd explain`, from questions to numbers.

use std::path::PathBuf;

use contexd_tests::tree::Tree;

use super::commands::{check_fields, json, shop_crate};

/// Questions about the shop whose answers are certain, and one that nothing answers.
const QUESTIONS: &str = r#"[
  {"query": "PriceList", "relevant": ["src/prices.rs"], "category": "symbol"},
  {"query": "total_price", "relevant": [{"path": "src/cart.rs", "symbol": "total_price"}], "category": "symbol"},
  {"query": "price of the cart", "relevant": ["src/nowhere.rs"], "category": "impossible"}
]"#;

/// A path beside the tree, where nothing is indexed.
fn beside(tree: &Tree, name: &str) -> PathBuf {
    tree.root().parent().unwrap().join(name)
}

#[test]
fn an_evaluation_says_what_the_answers_are_worth() {
    let (sandbox, tree) = shop_crate();
    let questions = beside(&tree, "questions.json");
    std::fs::write(&questions, QUESTIONS).unwrap();
    let arguments = ["eval", questions.to_str().unwrap()];
    let before = json(&sandbox, &tree, &arguments).expect_code(0);
    let report = before.json();
    check_fields(&report, &["weights", "semantic", "overall", "by_category", "by_repository", "questions"]);
    assert_eq!(report["overall"]["questions"], 3);
    assert_eq!(report["by_category"]["symbol"]["ndcg"], 1.0);
    assert_eq!(report["by_category"]["impossible"]["ndcg"], 0.0);
    assert!(report["questions"][0]["tokens"].as_u64() > Some(0), "{report}");

    let baseline = beside(&tree, "before.json");
    std::fs::write(&baseline, before.stdout).unwrap();
    let against = ["eval", questions.to_str().unwrap(), "--compare", baseline.to_str().unwrap()];
    let again = json(&sandbox, &tree, &against).expect_code(0).json();
    assert_eq!(again["against"]["questions"], 3);
    assert_eq!(again["against"]["ndcg"]["mean"], 0.0);
    let ablated = ["eval", questions.to_str().unwrap(), "--ablate", "all"];
    let ablations = json(&sandbox, &tree, &ablated).expect_code(0).json()["ablations"].clone();
    assert!(ablations.as_array().unwrap().iter().any(|one| one["without"] == "definition"), "{ablations}");
}

#[test]
fn what_cannot_be_measured_is_an_error_with_its_reason() {
    let (sandbox, tree) = shop_crate();
    let questions = beside(&tree, "questions.json");
    std::fs::write(&questions, QUESTIONS).unwrap();
    let questions = questions.to_str().unwrap();
    let unknown = json(&sandbox, &tree, &["eval", questions, "--ablate", "luck"]).expect_code(2);
    assert!(unknown.stderr.contains("no signal luck") && unknown.stderr.contains("lexical"), "{unknown:?}");
    let absent = json(&sandbox, &tree, &["eval", "no-such-file.json"]).expect_code(2);
    assert!(absent.stderr.contains("no-such-file.json"), "{absent:?}");
    let astray = json(&sandbox, &tree, &["eval", questions, "--repos", "/nowhere"]).expect_code(2);
    assert!(astray.stderr.contains("the repository of questions"), "{astray:?}");
}

#[test]
fn an_explanation_has_the_fields_that_scripts_read() {
    let (sandbox, tree) = shop_crate();
    let _daemon = sandbox.serve();
    let found = json(&sandbox, &tree, &["explain", "src/prices.rs", "PriceList"]).expect_code(0).json();
    check_fields(&found, &["schema_version", "rank", "candidates", "query_kind", "stages", "hit"]);
    assert_eq!((&found["rank"], &found["query_kind"]), (&1.into(), &"identifier".into()));
    let breakdown = &found["hit"]["breakdown"];
    let points = breakdown["points"].as_array().unwrap();
    let sum: f64 = points.iter().filter_map(|part| part["points"].as_f64()).sum();
    let factor = |name: &str| breakdown[name].as_f64().unwrap();
    let factors = factor("prior") * factor("file_support") * factor("same_file");
    assert!((sum * factors - found["hit"]["score"].as_f64().unwrap()).abs() < 1e-4, "{found}");
    let _unranked =
        json(&sandbox, &tree, &["explain", "src/prices.rs", "zyzzyva_quuxplugh_9"]).expect_code(1);
    let _absent = json(&sandbox, &tree, &["explain", "src/absent.rs", "price"]).expect_code(2);
}
