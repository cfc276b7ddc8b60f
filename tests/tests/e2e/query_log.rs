//! The query log: off unless asked for, the numbers that ranked, bounded, without secrets, across restarts.

use std::os::unix::fs::PermissionsExt;

use contexd_proto::v1;
use contexd_tests::client::Client;
use contexd_tests::sandbox::Sandbox;
use contexd_tests::tree::Tree;
use rustix::process::Signal;
use serde_json::Value;
use tonic::Code;

use super::SHOP;
use super::commands::{check_fields, json};

/// Where the log lies in a sandbox.
const LOG: &str = "cache/contexd/query-log.jsonl";

/// A tree to ask about, and a configuration that keeps answers, with `limits` besides.
fn logging_shop(limits: &str) -> (Sandbox, Tree) {
    let sandbox = Sandbox::new();
    sandbox.configure(&format!("[query_log]\nenabled = true\n{limits}"));
    let tree = sandbox.tree("shop", SHOP);
    (sandbox, tree)
}

fn ask(client: &Client, tree: &Tree, query: &str) -> v1::SearchResponse {
    let request = v1::SearchRequest {
        repository: tree.root_text().to_owned(),
        query: query.to_owned(),
        explain: true,
        ..Default::default()
    };
    client.wait(client.searching().search(request)).unwrap()
}

fn id_of(reply: &v1::SearchResponse) -> String {
    reply.meta.as_ref().unwrap().query_id.clone()
}

fn past(client: &Client, query_id: &str) -> Result<v1::PastQuery, tonic::Status> {
    let request = v1::GetQueryRequest { query_id: query_id.to_owned() };
    client.wait(client.packing().get_query(request)).map(|reply| reply.query.unwrap())
}

/// The numbers of a hit: its place, its score, and the signals that add something to it.
fn numbers(hit: &v1::SearchHit) -> (String, u32, f32, Vec<v1::Signal>, f32, f32) {
    let adding = hit.signals.iter().filter(|signal| signal.value * signal.weight != 0.0).cloned().collect();
    (hit.path.clone(), hit.start_line, hit.score, adding, hit.prior, hit.file_support * hit.same_file)
}

#[test]
fn a_past_answer_is_told_with_the_numbers_that_ranked_it_also_after_a_restart() {
    let (sandbox, tree) = logging_shop("");
    let mut daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let reply = ask(&client, &tree, "price of an article");
    assert!(reply.hits.len() > 1, "{reply:?}");
    let kept = past(&client, &id_of(&reply)).unwrap();
    let ranked = |hits: &[v1::SearchHit]| hits.iter().map(numbers).collect::<Vec<_>>();
    assert_eq!(ranked(&kept.hits), ranked(&reply.hits));
    assert_eq!((kept.query.as_str(), kept.method.as_str()), ("price of an article", "search"));
    assert_eq!((kept.root.as_str(), kept.found as usize), (tree.root_text(), reply.hits.len()));
    let mode = sandbox.path(LOG).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);

    let _status = daemon.end_with(Signal::TERM);
    let _daemon = sandbox.serve();
    let told = sandbox.run_in(&tree, &["explain", &kept.query_id, "--json"], "").expect_code(0).json();
    check_fields(&told, &["schema_version", "query_id", "answered_unix_ms", "root", "generation", "method"]);
    check_fields(&told, &["query", "query_kind", "limit", "found", "hits"]);
    for (shown, hit) in told["hits"].as_array().unwrap().iter().zip(&reply.hits) {
        let points = shown["breakdown"]["points"].as_array().unwrap();
        assert_eq!(shown["score"].as_f64().unwrap() as f32, hit.score);
        for signal in numbers(hit).3 {
            let point = points.iter().find(|point| point["signal"] == signal.name.as_str()).unwrap();
            assert_eq!(point["value"].as_f64().unwrap() as f32, signal.value, "{}", signal.name);
        }
    }
    let text = sandbox.run_in(&tree, &["explain", &kept.query_id], "").expect_code(0).stdout;
    assert!(text.contains("price of an article") && text.contains("lexical"), "{text}");
}

#[test]
fn past_answers_are_listed_newest_first_and_packs_are_among_them() {
    let (sandbox, tree) = logging_shop("");
    let _daemon = sandbox.serve();
    let _search = json(&sandbox, &tree, &["search", "PriceList"]).expect_code(0);
    let pack = json(&sandbox, &tree, &["context", "total price", "--budget", "500"]).expect_code(0).json();
    let listed = sandbox.run_in(&tree, &["explain", "--list", "--json"], "").expect_code(0).json_lines();
    let asked = |past: &Value| (past["method"].clone(), past["query"].clone());
    let expected = [("context".into(), "total price".into()), ("search".into(), "PriceList".into())];
    assert_eq!(listed.iter().map(asked).collect::<Vec<_>>(), expected);
    assert_eq!(listed[0]["query_id"], pack["query_id"]);
    assert!(listed.iter().all(|past| past["root"] == tree.root_text() && past.get("hits").is_none()));
    let id = pack["query_id"].as_str().unwrap();
    let told = sandbox.run_in(&tree, &["explain", id, "--json"], "").expect_code(0).json();
    let first_piece = &pack["items"][0];
    assert_eq!((&told["budget"], &told["hits"][0]["path"]), (&500.into(), &first_piece["path"]));
    assert_eq!(told["hits"][0]["score"], first_piece["score"]);
    let said = sandbox.run_in(&tree, &["search", "PriceList"], "").expect_code(0).stderr;
    assert!(said.contains(&format!("contexd explain {}", listed[1]["query_id"].as_str().unwrap())), "{said}");
}

#[test]
fn nothing_is_kept_unless_asked_for_and_what_is_not_there_is_told_as_such() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let mut daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let id = id_of(&ask(&client, &tree, "price"));
    assert_eq!(id.len(), 16);
    assert_eq!(past(&client, &id).unwrap_err().code(), Code::FailedPrecondition);
    let refused = sandbox.run_in(&tree, &["explain", "--list"], "").expect_code(2);
    assert!(refused.stderr.contains("the query log is off") && refused.stderr.contains("[query_log]"));
    assert!(!sandbox.path(LOG).exists());
    let _status = daemon.end_with(Signal::TERM);

    let no_daemon = ["explain", &id, "--query-log", "--no-daemon"];
    let unknown = sandbox.run_in(&tree, &no_daemon, "").expect_code(2);
    assert!(unknown.stderr.contains(&id) && unknown.stderr.contains("--list"), "{unknown:?}");
    let neither = sandbox.run_in(&tree, &["explain", "src/prices.rs"], "").expect_code(2);
    assert!(neither.stderr.contains("no question"), "{neither:?}");
    let empty =
        sandbox.run_in(&tree, &["explain", "--list", "--query-log", "--no-daemon"], "").expect_code(1);
    assert_eq!(empty.stdout, "");
}

#[test]
fn tokens_are_not_kept_and_what_was_asked_about_a_removed_repository_goes() {
    let (sandbox, tree) = logging_shop("");
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let token = ["gh", "p_x8Kq2LmV9rTzY4wNc7HbJ3sPfD6aGeU1iQoB"].concat();
    let reply = ask(&client, &tree, &format!("why is {token} refused by charge_credit_card"));
    let kept = past(&client, &id_of(&reply)).unwrap();
    assert_eq!(kept.query, "why is [redacted] refused by charge_credit_card");
    assert!(!std::fs::read_to_string(sandbox.path(LOG)).unwrap().contains(&token[8..]));
    let request = v1::RemoveRepositoryRequest { repository: tree.root_text().to_owned() };
    client.wait(client.repositories().remove(request)).unwrap();
    assert_eq!(past(&client, &id_of(&reply)).unwrap_err().code(), Code::NotFound);
    assert_eq!(std::fs::read_to_string(sandbox.path(LOG)).unwrap(), "");
}

#[test]
fn the_oldest_answers_go_when_the_log_is_full() {
    let (sandbox, tree) = logging_shop("max_entries = 10\n");
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let ids: Vec<String> =
        (0..25).map(|number| id_of(&ask(&client, &tree, &format!("price {number}")))).collect();
    let list = v1::ListQueriesRequest { limit: 200, ..Default::default() };
    let listed = client.wait(client.packing().list_queries(list)).unwrap().queries;
    assert!((9..=10).contains(&listed.len()), "{}", listed.len());
    let newest_first: Vec<&String> = ids.iter().rev().take(listed.len()).collect();
    assert_eq!(listed.iter().map(|past| &past.query_id).collect::<Vec<_>>(), newest_first);
    assert_eq!(past(&client, &ids[0]).unwrap_err().code(), Code::NotFound);
}
