//! Changes on disk are found by the next search that asks for the present state.

use contexd_tests::client::Client;
use contexd_tests::sandbox::Sandbox;
use contexd_tests::tree::Tree;

use super::SHOP;

/// Where the definitions named `name` stand: path, first and last line.
fn places(client: &Client, tree: &Tree, name: &str) -> Vec<(String, u32, u32)> {
    let hits = client.definitions(tree.root_text(), name);
    hits.into_iter().map(|hit| (hit.path, hit.start_line, hit.end_line)).collect()
}

fn at(path: &str, first: u32, last: u32) -> Vec<(String, u32, u32)> {
    vec![(path.to_owned(), first, last)]
}

#[test]
fn a_function_is_found_where_it_was_written_until_its_file_is_deleted() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());

    tree.write("src/coupon.rs", "//! Coupons.\n\n/// Halves.\npub fn apply_half_price_coupon(cents: u64) -> u64 {\n    cents / 2\n}\n");
    assert_eq!(places(&client, &tree, "apply_half_price_coupon"), at("src/coupon.rs", 3, 6));
    let reply = client.search(tree.root_text(), "apply_half_price_coupon");
    let best = reply.hits.first().expect("the new function is found");
    assert!(best.path == "src/coupon.rs" && best.start_line <= 4 && best.end_line >= 6, "{best:?}");
    assert!(best.text.contains("cents / 2"), "{best:?}");

    tree.write(
        "src/coupon.rs",
        "//! Coupons.\n\n\n\npub fn apply_half_price_coupon(cents: u64) -> u64 {\n    cents / 2\n}\n",
    );
    assert_eq!(places(&client, &tree, "apply_half_price_coupon"), at("src/coupon.rs", 5, 7));

    tree.remove("src/coupon.rs");
    assert_eq!(places(&client, &tree, "apply_half_price_coupon"), []);
    let reply = client.search(tree.root_text(), "apply_half_price_coupon");
    assert!(reply.hits.iter().all(|hit| hit.path != "src/coupon.rs"), "{:?}", reply.hits);
}

#[test]
fn after_a_directory_is_renamed_the_new_paths_answer() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    let before = client.add(tree.root_text());

    tree.rename("web", "storefront");
    assert_eq!(places(&client, &tree, "charge_credit_card"), at("storefront/checkout.py", 4, 6));
    assert_eq!(places(&client, &tree, "renderBasket"), at("storefront/basket.ts", 5, 7));
    let after = client.status(tree.root_text());
    assert_eq!(after.files_indexed, before.files_indexed);
    assert_ne!(after.digest, before.digest);

    tree.rename("storefront", "web");
    assert_eq!(client.status(tree.root_text()).digest, before.digest);
}

#[test]
fn files_in_new_nested_directories_are_found() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());

    for depth in 1..=20 {
        let folder = "deeper/".repeat(depth);
        tree.write(&format!("{folder}level.rs"), format!("pub fn level_{depth}() {{}}\n"));
    }
    for depth in [1, 7, 20] {
        let path = format!("{}level.rs", "deeper/".repeat(depth));
        assert_eq!(places(&client, &tree, &format!("level_{depth}")), at(&path, 1, 1));
    }
}

#[test]
fn an_edited_ignore_file_takes_files_out_and_brings_them_back() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());

    tree.write(".gitignore", "/web/\n");
    assert_eq!(places(&client, &tree, "charge_credit_card"), []);
    assert_eq!(places(&client, &tree, "never_indexed"), at("build/output.rs", 1, 1));
    tree.write(".gitignore", "/build/\n");
    assert_eq!(places(&client, &tree, "charge_credit_card"), at("web/checkout.py", 4, 6));
    assert_eq!(places(&client, &tree, "never_indexed"), []);
}

#[test]
fn a_checkout_of_another_branch_is_followed() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", "");
    tree.git(&["init", "--quiet"]);
    tree.write_all(SHOP);
    tree.git(&["add", "."]);
    tree.git(&["commit", "--quiet", "--message", "first"]);
    tree.git(&["checkout", "--quiet", "-b", "returns"]);
    tree.write("src/returns.rs", "pub fn refund_customer() {}\n");
    tree.remove("web/checkout.py");
    tree.git(&["add", "--all"]);
    tree.git(&["commit", "--quiet", "--message", "returns"]);

    let daemon = sandbox.serve();
    let client = daemon.client();
    let on_returns = client.add(tree.root_text());
    assert_eq!(places(&client, &tree, "refund_customer"), at("src/returns.rs", 1, 1));

    tree.git(&["checkout", "--quiet", "main"]);
    assert_eq!(places(&client, &tree, "refund_customer"), []);
    assert_eq!(places(&client, &tree, "charge_credit_card"), at("web/checkout.py", 4, 6));
    let head = client.status(tree.root_text()).head.expect("the tree has a head");
    assert_eq!(head.branch, "main");

    tree.git(&["checkout", "--quiet", "returns"]);
    assert_eq!(client.status(tree.root_text()).digest, on_returns.digest);
}

#[test]
fn the_command_line_waits_for_the_disk_when_asked() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    daemon.client().add(tree.root_text());
    let search = |query: &str| {
        sandbox.run(&["search", query, "--json", "--wait", "20000", "--repo", tree.root_text()])
    };

    tree.write(
        "src/gift.rs",
        "\n\npub fn wrap_as_gift(article: &str) -> String {\n    format!(\"~{article}~\")\n}\n",
    );
    let hits = search("wrap_as_gift").expect_code(0).json_lines();
    assert_eq!(
        (hits[0]["path"].as_str(), hits[0]["symbol"].as_str()),
        (Some("src/gift.rs"), Some("wrap_as_gift"))
    );
    assert!(hits[0]["start_line"].as_u64() <= Some(3) && hits[0]["end_line"] == 5, "{}", hits[0]);
}
