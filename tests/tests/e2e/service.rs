//! The service over its socket: what it offers, what its answers say of themselves.

use contexd_proto::v1;
use contexd_proto::v1::consistency::Level;
use contexd_tests::client::{caught_up, lasting_bytes};
use contexd_tests::sandbox::Sandbox;
use tonic::Code;

use super::SHOP;

#[test]
fn health_and_reflection_answer() {
    let sandbox = Sandbox::new();
    let daemon = sandbox.serve();
    let client = daemon.client();
    assert!(client.is_serving());
    let services = client.reflected_services();
    for name in ["RepositoryService", "SearchService", "ContextService", "OverlayService"] {
        assert!(services.contains(&format!("contexd.v1.{name}")), "{services:?}");
    }
    assert!(services.contains(&"grpc.health.v1.Health".to_owned()), "{services:?}");
}

#[test]
fn an_answer_says_which_state_of_the_tree_it_is_about() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    let status = client.add(tree.root_text());

    let reply = client.search(tree.root_text(), "charge the credit card");
    let meta = reply.meta.expect("every reply has its meta");
    assert_eq!((meta.root.as_str(), meta.pending), (tree.root_text(), 0));
    assert!(meta.generation >= status.generation && meta.generation > 0);
    assert_eq!(meta.semantic.expect("a semantic state").state(), v1::semantic_state::State::Static);
    assert!(meta.timings.expect("timings").total_us > 0);
    let best = &reply.hits[0];
    assert_eq!((best.path.as_str(), best.symbol.as_str()), ("web/checkout.py", "charge_credit_card"));
    assert_eq!((best.state(), best.language.as_str()), (v1::ItemState::Verified, "python"));
    assert_eq!(best.text.trim_end_matches('\n'), tree.lines(&best.path, best.start_line, best.end_line));
}

#[test]
fn what_hangs_together_with_the_focus_ranks_higher() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", "");
    let commit = |message: &str| {
        tree.git(&["add", "."]);
        tree.git(&["commit", "--quiet", "--message", message]);
    };
    let limits = "def largest_upload():\n    return 10\n";
    tree.git(&["init", "--quiet"]);
    for directory in ["alpha", "beta", "gamma"] {
        tree.write(&format!("{directory}/limits.py"), limits);
    }
    commit("begin");
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let order = |focus: &str| -> Vec<String> {
        let focus = (!focus.is_empty()).then(|| v1::Focus { path: focus.to_owned(), line: 0 });
        let request = request_for(tree.root_text(), "size of an upload");
        let request = v1::SearchRequest { focus, consistency: caught_up(), ..request };
        let hits = client.wait(client.searching().search(request)).unwrap().hits;
        hits.into_iter().map(|hit| hit.path).filter(|path| path.ends_with("limits.py")).collect()
    };
    let plain = order("");
    let (second, last) = (&plain[1], &plain[2]);

    tree.write(
        "gallery.py",
        format!("from {} import largest_upload\n", last.replace("/", ".").replace(".py", "")),
    );
    assert_eq!(&order("gallery.py")[0], last, "imported");
    for edit in ["one", "two"] {
        tree.write("post.py", format!("print('{edit}')\n"));
        tree.write(second, format!("{limits}# {edit}\n"));
        commit(edit);
    }
    assert_eq!(&order("post.py")[0], second, "changed together");
}

#[test]
fn the_same_question_on_the_same_generation_has_the_same_answer() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let search = || {
        lasting_bytes(client.wait(client.searching().search(request_for(tree.root_text(), "price"))).unwrap())
    };
    let pack_request = v1::AssembleContextRequest {
        repository: tree.root_text().to_owned(),
        query: "price of an article".to_owned(),
        ..Default::default()
    };
    let pack =
        || lasting_bytes(client.wait(client.packing().assemble_context(pack_request.clone())).unwrap());
    let (hits, items) = (search(), pack());
    for _ in 0..20 {
        assert!(search() == hits && pack() == items);
    }
}

#[test]
fn filters_limits_and_explanations_are_heeded() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let request = v1::SearchRequest {
        repository: tree.root_text().to_owned(),
        query: "price".to_owned(),
        limit: 2,
        filter: Some(v1::Filter { include: vec!["src/**".to_owned()], ..Default::default() }),
        explain: true,
        ..Default::default()
    };
    let reply = client.wait(client.searching().search(request)).unwrap();
    assert_eq!(reply.hits.len(), 2);
    for hit in &reply.hits {
        assert!(hit.path.starts_with("src/") && !hit.signals.is_empty() && hit.text.is_empty(), "{hit:?}");
    }
    let languages = v1::Filter { languages: vec!["python".to_owned()], ..Default::default() };
    let request =
        v1::SearchRequest { filter: Some(languages), ..request_for(tree.root_text(), "price amount") };
    let reply = client.wait(client.searching().search(request)).unwrap();
    assert!(!reply.hits.is_empty() && reply.hits.iter().all(|hit| hit.language == "python"), "{reply:?}");
}

fn request_for(root: &str, query: &str) -> v1::SearchRequest {
    v1::SearchRequest { repository: root.to_owned(), query: query.to_owned(), ..Default::default() }
}

#[test]
fn a_generation_can_be_waited_for() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    let before = client.add(tree.root_text()).generation;
    tree.write("src/gift.rs", "pub fn wrap_as_gift() {}\n");
    let next = v1::Consistency { level: Some(Level::AtLeastGeneration(before + 1)) };
    let request =
        v1::SearchRequest { consistency: Some(next), ..request_for(tree.root_text(), "wrap_as_gift") };
    let reply = client.wait(client.searching().search(request)).unwrap();
    assert!(reply.meta.expect("meta").generation > before);
    assert_eq!(reply.hits[0].path, "src/gift.rs");
}

#[test]
fn an_outline_lists_the_definitions_in_order() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    let request = v1::GetOutlineRequest {
        repository: tree.root_text().to_owned(),
        path: "src/cart.rs".to_owned(),
        ..Default::default()
    };
    let outline = client.wait(client.searching().get_outline(request)).unwrap();
    let names: Vec<&str> = outline.symbols.iter().map(|symbol| symbol.name.as_str()).collect();
    for name in ["Line", "Cart", "add_line", "total_price"] {
        assert!(names.contains(&name), "{names:?}");
    }
    assert!(outline.symbols.is_sorted_by_key(|symbol| symbol.start_line), "{names:?}");
    assert_eq!(outline.language, "rust");
}

#[test]
fn the_counts_add_up_and_every_fate_is_explained() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    tree.write("logo.png", [0x89, b'P', b'N', b'G', 0, 1, 2, 3]);
    tree.write("latin1.txt", [b'c', b'a', b'f', 0xE9, b'\n']);
    let daemon = sandbox.serve();
    let client = daemon.client();
    let status = client.add(tree.root_text());
    assert_eq!(
        status.files_walked,
        status.files_indexed + status.skipped.values().sum::<u64>(),
        "{status:?}"
    );
    assert!(status.skipped.len() >= 3, "{:?}", status.skipped);

    let why = |path: &str| {
        let request = v1::WhyRequest {
            repository: tree.root_text().to_owned(),
            consistency: caught_up(),
            path: path.to_owned(),
        };
        client.wait(client.repositories().why(request)).unwrap()
    };
    let expected = [
        ("src/cart.rs", v1::PathFate::Indexed, ""),
        ("logo.png", v1::PathFate::Skipped, "binary"),
        ("latin1.txt", v1::PathFate::Skipped, "invalid_utf8"),
        ("Cargo.lock", v1::PathFate::Skipped, "lock_file"),
        ("build/output.rs", v1::PathFate::Ignored, ""),
        ("no/such/file.rs", v1::PathFate::NotFound, ""),
        ("../outside.rs", v1::PathFate::Outside, ""),
    ];
    for (path, fate, reason) in expected {
        let answer = why(path);
        assert_eq!((answer.fate(), answer.reason.as_str()), (fate, reason), "{path}: {answer:?}");
    }
}

#[test]
fn a_repository_that_was_removed_is_unknown_and_its_index_is_gone() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    let status = client.add(tree.root_text());
    assert!(std::path::Path::new(&status.index_dir).exists());
    let request = v1::RemoveRepositoryRequest { repository: tree.root_text().to_owned() };
    let removed = client.wait(client.repositories().remove(request)).unwrap();
    assert!(removed.root == tree.root_text() && removed.freed_bytes > 0, "{removed:?}");
    assert!(!std::path::Path::new(&status.index_dir).exists());
    let refused = client.wait(client.searching().search(request_for(tree.root_text(), "cart"))).unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    let list = client.wait(client.repositories().list(v1::ListRepositoriesRequest {})).unwrap();
    assert_eq!(list.repositories, []);
    assert!(tree.root().join("src/cart.rs").exists(), "the tree itself is not touched");
}

#[test]
fn two_repositories_keep_to_themselves() {
    let sandbox = Sandbox::new();
    let shop = sandbox.tree("shop", SHOP);
    let zoo = sandbox.tree("zoo", "//- /keeper.py\ndef feed_the_giraffe():\n    pass\n");
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(shop.root_text());
    client.add(zoo.root_text());
    assert_eq!(client.definitions(shop.root_text(), "feed_the_giraffe"), []);
    assert_eq!(client.definitions(zoo.root_text(), "feed_the_giraffe").len(), 1);
    let unnamed = client.wait(client.searching().search(request_for("", "giraffe"))).unwrap_err();
    assert_eq!(unnamed.code(), Code::InvalidArgument, "{unnamed:?}");
}
