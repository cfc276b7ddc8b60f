//! The command line: names that scripts read, exit codes, and that it needs no daemon.

use contexd_tests::sandbox::{Output, Sandbox};
use contexd_tests::tree::Tree;
use serde_json::Value;

use super::SHOP;

/// A sandbox whose commands share one daemon, and a tree that it has indexed.
fn shop() -> (Sandbox, Tree) {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    (sandbox, tree)
}

/// The same, with the root that makes its Rust files a crate.
pub(super) fn shop_crate() -> (Sandbox, Tree) {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", &format!("{SHOP}//- /src/lib.rs\npub mod cart;\npub mod prices;\n"));
    (sandbox, tree)
}

/// Runs a command in the tree with `--json`.
pub(super) fn json(sandbox: &Sandbox, tree: &Tree, arguments: &[&str]) -> Output {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--json", "--wait", "20000"]).collect();
    sandbox.run_in(tree, &arguments, "")
}

#[track_caller]
pub(super) fn check_fields(object: &Value, fields: &[&str]) {
    let missing: Vec<_> = fields.iter().filter(|field| object.get(**field).is_none()).collect();
    assert!(missing.is_empty(), "no {missing:?} in {object}");
}

const HIT_FIELDS: [&str; 8] =
    ["path", "start_line", "end_line", "score", "kind", "symbol", "language", "state"];

#[test]
fn hits_have_the_fields_that_scripts_read() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    let hits = json(&sandbox, &tree, &["search", "charge the credit card"]).expect_code(0).json_lines();
    for hit in &hits {
        check_fields(hit, &HIT_FIELDS);
        check_fields(hit, &["schema_version"]);
    }
    let best = &hits[0];
    assert_eq!((best["path"].as_str(), best["state"].as_str()), (Some("web/checkout.py"), Some("verified")));
    assert!(best["start_line"].as_u64() <= Some(4) && best["end_line"].as_u64() >= Some(6), "{best}");

    let symbols = json(&sandbox, &tree, &["symbols", "Cart"]).expect_code(0).json_lines();
    check_fields(&symbols[0], &HIT_FIELDS);
    assert_eq!(
        (symbols[0]["path"].as_str(), symbols[0]["kind"].as_str()),
        (Some("src/cart.rs"), Some("struct"))
    );
    let outline = json(&sandbox, &tree, &["outline", "src/prices.rs"]).expect_code(0).json_lines();
    let names: Vec<_> = outline.iter().filter_map(|symbol| symbol["name"].as_str()).collect();
    assert!(names.contains(&"PriceList") && names.contains(&"price_of"), "{names:?}");
}

#[test]
fn edges_have_the_fields_that_scripts_read() {
    let (sandbox, tree) = shop_crate();
    let _daemon = sandbox.serve();
    let meanings = json(&sandbox, &tree, &["def", "PriceList::price_of"]).expect_code(0).json_lines();
    check_fields(&meanings[0], &HIT_FIELDS);
    check_fields(&meanings[0], &["confidence", "candidates", "used_at", "name_column"]);
    assert_eq!(meanings[0]["path"].as_str(), Some("src/prices.rs"));
    assert_eq!((meanings.len(), meanings[0]["confidence"].as_str()), (1, Some("exact")));

    let uses = json(&sandbox, &tree, &["refs", "price_of"]).expect_code(0).json_lines();
    let fields =
        ["path", "line", "column", "kind", "enclosing", "confidence", "candidates", "targets", "text"];
    uses.iter().for_each(|found| check_fields(found, &fields));
    let in_cart = uses.iter().find(|found| found["path"] == "src/cart.rs").unwrap();
    assert_eq!(
        (in_cart["kind"].as_str(), in_cart["enclosing"].as_str()),
        (Some("call"), Some("Cart::total_price"))
    );

    let callers = json(&sandbox, &tree, &["related", "callers", "price_of"]).expect_code(0).json_lines();
    check_fields(&callers[0], &["symbol", "confidence", "candidates", "uses", "used_at"]);
    assert!(callers.iter().any(|caller| caller["symbol"] == "Cart::total_price"), "{callers:?}");

    let neighbours = json(&sandbox, &tree, &["neighbours", "src/cart.rs"]).json();
    check_fields(&neighbours, &["path", "imports", "importers", "changed_together", "history_missing"]);
    let map = json(&sandbox, &tree, &["map"]).expect_code(0).json();
    check_fields(&map, &["files", "lines", "modules", "symbols", "schema_version"]);
    assert!(map["modules"].as_array().unwrap().iter().any(|module| module["path"] == "src"), "{map}");
}

#[test]
fn a_place_leads_to_a_definition_and_nothing_is_exit_1() {
    let (sandbox, tree) = shop_crate();
    let _daemon = sandbox.serve();
    let line = SHOP.split("//- /").find(|file| file.starts_with("src/cart.rs")).unwrap().lines();
    let line = line.skip(1).position(|line| line.contains("prices.price_of")).unwrap() + 1;
    let place = format!("src/cart.rs:{line}");
    let found = json(&sandbox, &tree, &["def", &place]).expect_code(0).json_lines();
    assert!(found.iter().any(|meaning| meaning["symbol"] == "PriceList::price_of"), "{found:?}");
    let _unknown = json(&sandbox, &tree, &["def", "no_such_name_anywhere"]).expect_code(1);
    let _no_file = json(&sandbox, &tree, &["refs", "no/such/file.rs:1"]).expect_code(2);
}

#[test]
fn packs_have_the_fields_that_scripts_read() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    let question = "how is the total price computed";
    let pack = json(&sandbox, &tree, &["context", question, "--budget", "600"]).expect_code(0).json();
    check_fields(
        &pack,
        &["schema_version", "budget", "tokens", "tokenizer", "generation", "items", "omitted"],
    );
    assert!(pack["budget"] == 600 && pack["tokens"].as_u64() <= Some(600), "{pack}");
    for item in pack["items"].as_array().expect("a list") {
        check_fields(item, &["path", "start_line", "end_line", "level", "tokens", "reason", "text"]);
        let line =
            |field: &str| u32::try_from(item[field].as_u64().expect("a line")).expect("a small number");
        let expected =
            tree.lines(item["path"].as_str().expect("a path"), line("start_line"), line("end_line"));
        assert_eq!(item["text"].as_str(), Some(expected.as_str()));
    }
    for (format, sign) in [("markdown", "```rust"), ("xml", "<"), ("json", "{")] {
        let arguments = ["context", question, "--budget", "2000", "--format", format];
        let output = sandbox.run_in(&tree, &arguments, "").expect_code(0);
        assert!(output.stdout.contains(sign) && output.stdout.contains("total_price"), "{output:?}");
    }
}

#[test]
fn status_has_the_fields_that_scripts_read_and_adds_up() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    let index = json(&sandbox, &tree, &["index", "."]).expect_code(0).json();
    check_fields(&index, &["schema_version"]);
    let status = json(&sandbox, &tree, &["status"]).expect_code(0).json();
    check_fields(&status, &["schema_version", "repositories"]);
    let repository = &status["repositories"][0];
    check_fields(
        repository,
        &[
            "root",
            "generation",
            "digest",
            "files_walked",
            "files_indexed",
            "skipped",
            "chunks",
            "symbols",
            "semantic",
            "pending",
        ],
    );
    assert_eq!(repository["root"].as_str(), Some(tree.root_text()));
    let skipped: u64 = repository["skipped"].as_object().unwrap().values().filter_map(Value::as_u64).sum();
    let indexed = repository["files_indexed"].as_u64().unwrap();
    assert_eq!(repository["files_walked"].as_u64(), Some(indexed + skipped), "{repository}");
    assert!(indexed >= 5 && skipped >= 1, "{repository}");
}

#[test]
fn exit_codes_tell_found_nothing_found_and_error_apart() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    let run = |arguments: &[&str]| json(&sandbox, &tree, arguments);
    let _ = run(&["search", "cart"]).expect_code(0);
    let nothing = run(&["symbols", "zyzzyva_quuxplugh_9"]).expect_code(1);
    assert_eq!(nothing.stdout, "");
    let _ = run(&["search", "cart", "--include", "no/such/folder/**"]).expect_code(1);
    for arguments in [
        &["search", ""][..],
        &["outline", "src/absent.rs"],
        &["search", "cart", "--repo", "/nowhere/at/all"],
        &["no-such-command"],
        &["search", "cart", "--no-such-option"],
    ] {
        let refused = run(arguments).expect_code(2);
        assert!(refused.stderr.starts_with("error: "), "{refused:?}");
        assert_eq!(refused.stdout, "");
    }
    let _ = run(&["why", "src/cart.rs"]).expect_code(0);
    let why = run(&["why", "Cargo.lock"]);
    assert!(why.stdout.contains("lock_file"), "{why:?}");
}

#[test]
fn questions_on_standard_input_are_answered_line_by_line() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    let questions = "{\"query\": \"charge the credit card\", \"k\": 2}\n\n{\"query\": \"price list\", \"k\": 1}\nnonsense\n{\"query\": \"zyzzyva_quuxplugh_9\"}\n";
    let arguments = ["search", "--stdin", "--json", "--repo", tree.root_text(), "--wait", "20000"];
    let output = sandbox.run_in(&tree, &arguments, questions);
    let answers: Vec<Value> =
        output.json_lines().into_iter().filter(|line| line.get("ready").is_none()).collect();
    assert_eq!(answers.len(), 5, "an answer a line: {output:?}");
    let hits = |line: usize| answers[line]["hits"].as_array().expect("hits").as_slice();
    assert_eq!((hits(0).len(), hits(0)[0]["path"].as_str()), (2, Some("web/checkout.py")));
    check_fields(&hits(0)[0], &HIT_FIELDS);
    check_fields(&answers[0], &["schema_version"]);
    assert_eq!((hits(2).len(), hits(2)[0]["path"].as_str()), (1, Some("src/prices.rs")));
    for line in [1, 3] {
        assert!(hits(line).is_empty() && answers[line]["error"].is_string(), "no question: {output:?}");
    }
}

#[test]
fn without_a_daemon_the_same_answers_come_and_none_is_started() {
    let (sandbox, tree) = shop();
    let alone = json(&sandbox, &tree, &["search", "charge the credit card", "--no-daemon"]).expect_code(0);
    assert!(!sandbox.socket().exists(), "no daemon was started");
    let digest = |output: Output| output.json()["repositories"][0]["digest"].clone();
    let alone_digest = digest(json(&sandbox, &tree, &["status", "--no-daemon"]).expect_code(0));

    let _daemon = sandbox.serve();
    let served = json(&sandbox, &tree, &["search", "charge the credit card"]).expect_code(0);
    assert_eq!(served.json_lines(), alone.json_lines());
    assert_eq!(digest(json(&sandbox, &tree, &["status"]).expect_code(0)), alone_digest);
}

#[test]
fn a_command_starts_the_daemon_it_needs_and_stop_ends_it() {
    let (sandbox, tree) = shop();
    let found = json(&sandbox, &tree, &["search", "price of an article"]).expect_code(0);
    assert!(sandbox.socket().exists(), "a daemon was started: {found:?}");
    let status = json(&sandbox, &tree, &["status"]).expect_code(0).json();
    assert_eq!(status["daemon"]["running"], true, "{status}");
    let list = json(&sandbox, &tree, &["repo", "list"]).expect_code(0);
    assert!(list.stdout.contains(tree.root_text()), "{list:?}");
    let _ = json(&sandbox, &tree, &["start"]).expect_code(0);
    let _ = json(&sandbox, &tree, &["stop"]).expect_code(0);
    assert!(!sandbox.socket().exists(), "the daemon was stopped");
}

#[test]
fn a_removed_repository_is_listed_no_more() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    let added = json(&sandbox, &tree, &["repo", "add", tree.root_text()]).expect_code(0).json();
    check_fields(&added, &["schema_version"]);
    let removed = json(&sandbox, &tree, &["repo", "remove", tree.root_text()]).expect_code(0).json();
    check_fields(&removed, &["schema_version"]);
    let list = json(&sandbox, &tree, &["repo", "list"]);
    assert!(!list.stdout.contains(tree.root_text()), "{list:?}");
}

#[test]
fn the_repositorys_file_narrows_the_index_and_sets_defaults() {
    let (sandbox, tree) = shop();
    let _daemon = sandbox.serve();
    tree.write(".contexd.toml", "exclude = [\"web/\"]\n[search]\nlimit = 1\n");
    assert_eq!(json(&sandbox, &tree, &["search", "price"]).expect_code(0).json_lines().len(), 1);
    let _ = json(&sandbox, &tree, &["symbols", "charge_credit_card"]).expect_code(1);
    tree.write(".contexd.toml", "serach = 1\n");
    let refused = json(&sandbox, &tree, &["search", "price"]).expect_code(2);
    assert!(refused.stderr.contains("serach") && refused.stderr.contains("hint:"), "{refused:?}");
}

#[test]
fn completions_are_printed_for_every_shell() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let output = sandbox.run(&["completions", shell]).expect_code(0);
        assert!(output.stdout.contains("contexd") && output.stderr.is_empty(), "{shell}: {output:?}");
    }
}

#[test]
fn help_goes_to_stdout_and_names_every_command() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["--help"]).expect_code(0);
    for command in [
        "serve",
        "start",
        "stop",
        "status",
        "repo",
        "index",
        "search",
        "symbols",
        "outline",
        "context",
        "why",
        "completions",
        "model",
    ] {
        assert!(help.stdout.contains(&format!("\n  {command} ")), "{command}: {}", help.stdout);
    }
    let version = sandbox.run(&["--version"]).expect_code(0);
    assert!(version.stdout.starts_with("contexd "), "{version:?}");
}
