//! Context packs: never over budget, never other than the files.

use std::collections::BTreeSet;

use contexd_proto::v1;
use contexd_tests::client::Client;
use contexd_tests::sandbox::Sandbox;
use contexd_tests::tree::Tree;
use contexd_tests::workspace;

use super::SHOP;

const QUESTIONS: [&str; 3] =
    ["how is the total price of the cart computed", "charge_credit_card", "customers send things back"];

fn pack(
    client: &Client,
    tree: &Tree,
    query: &str,
    budget: u32,
    format: v1::PackFormat,
) -> v1::AssembleContextResponse {
    let request = v1::AssembleContextRequest {
        repository: tree.root_text().to_owned(),
        query: query.to_owned(),
        budget,
        format: format.into(),
        ..Default::default()
    };
    client.wait(client.packing().assemble_context(request)).expect("a pack is assembled")
}

/// Checks everything that a pack promises, against the files and a tokenizer of our own.
fn check(tree: &Tree, pack: &v1::AssembleContextResponse, budget: u32) {
    let counted = bpe_openai::o200k_base().count(&pack.rendered);
    assert_eq!((pack.tokenizer.as_str(), pack.budget), ("o200k_base", budget));
    assert_eq!(pack.tokens as usize, counted, "tokens of the rendered pack");
    assert!(pack.tokens <= budget, "{} of {budget} tokens", pack.tokens);
    let mut shown = BTreeSet::new();
    for item in &pack.items {
        assert_eq!(item.text, tree.lines(&item.path, item.start_line, item.end_line), "{item:?}");
        assert!(!item.reason.is_empty() && !item.role.is_empty() && item.tokens > 0, "{item:?}");
        for line in item.start_line..=item.end_line {
            assert!(shown.insert((item.path.clone(), line)), "{}:{line} is shown twice", item.path);
        }
    }
}

#[test]
fn a_pack_keeps_its_budget_and_the_bytes_of_the_files() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let formats = [v1::PackFormat::Markdown, v1::PackFormat::Xml, v1::PackFormat::Json];
    for query in QUESTIONS {
        for budget in [50, 120, 300, 1_000, 8_000] {
            for format in formats {
                let first = pack(&client, &tree, query, budget, format);
                check(&tree, &first, budget);
                let again = pack(&client, &tree, query, budget, format);
                assert_eq!((again.rendered, again.items), (first.rendered, first.items));
            }
        }
    }
    let generous = pack(&client, &tree, QUESTIONS[0], 8_000, v1::PackFormat::Markdown);
    let files: BTreeSet<&str> = generous.items.iter().map(|item| item.path.as_str()).collect();
    assert!(files.contains("src/cart.rs") && files.contains("src/prices.rs"), "several files: {files:?}");
}

#[test]
fn packs_of_real_sources_keep_their_promises() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("own", "");
    for file in
        workspace::files("store/src", &[".rs"]).into_iter().chain(workspace::files("proto", &[".proto"]))
    {
        tree.write(&file.path, &file.text);
    }
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    for query in ["how is a batch committed as one generation", "Snapshot", "why is a file skipped"] {
        for budget in [200, 2_000, 20_000] {
            let pack = pack(&client, &tree, query, budget, v1::PackFormat::Markdown);
            check(&tree, &pack, budget);
            assert!(!pack.items.is_empty(), "{query} within {budget}");
        }
    }
}

#[test]
fn the_stream_carries_the_same_pack() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let whole = pack(&client, &tree, QUESTIONS[0], 1_000, v1::PackFormat::Markdown);
    let request = v1::AssembleContextRequest {
        repository: tree.root_text().to_owned(),
        query: QUESTIONS[0].to_owned(),
        budget: 1_000,
        ..Default::default()
    };
    let mut packing = client.packing();
    let parts = client.block_on(async {
        let mut stream = packing.assemble_context_stream(request).await.unwrap().into_inner();
        let mut parts = Vec::new();
        while let Some(part) = stream.message().await.unwrap() {
            parts.push(part.part.expect("a part is one of the three"));
        }
        parts
    });
    use v1::assemble_context_stream_response::Part;
    let [Part::Header(header), items @ .., Part::Summary(summary)] = parts.as_slice() else {
        panic!("header, items, summary: {parts:?}");
    };
    assert_eq!(header.budget, 1_000);
    assert_eq!((&summary.rendered, summary.tokens), (&whole.rendered, whole.tokens));
    let items: Vec<_> =
        items.iter().map(|part| if let Part::Item(item) = part { Some(item) } else { None }).collect();
    assert_eq!(items, whole.items.iter().map(Some).collect::<Vec<_>>());
}

#[test]
fn pieces_that_were_sent_are_left_out_until_their_file_changes() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let first = pack(&client, &tree, "charge_credit_card", 2_000, v1::PackFormat::Markdown);
    let sent = |item: &v1::PackItem| v1::SentPiece {
        path: item.path.clone(),
        blob: item.blob.clone(),
        start_line: item.start_line,
        end_line: item.end_line,
    };
    let request = v1::AssembleContextRequest {
        repository: tree.root_text().to_owned(),
        query: "charge_credit_card".to_owned(),
        budget: 2_000,
        already_sent: first.items.iter().map(sent).collect(),
        consistency: contexd_tests::client::caught_up(),
        ..Default::default()
    };
    let second = client.wait(client.packing().assemble_context(request.clone())).unwrap();
    assert!(second.items.iter().all(|item| item.path != "web/checkout.py"), "{:?}", second.items);
    assert!(second.omitted.iter().any(|piece| piece.reason == "already_sent"), "{:?}", second.omitted);

    tree.write("web/checkout.py", format!("# changed\n{}", tree.read("web/checkout.py")));
    let third = client.wait(client.packing().assemble_context(request)).unwrap();
    assert!(third.items.iter().any(|item| item.path == "web/checkout.py"), "{:?}", third.items);
}
