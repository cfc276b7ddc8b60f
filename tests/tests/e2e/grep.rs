//! Grep: what it finds, in which order, what narrows it, what ends it. That its matches are ripgrep's is tested apart.

use contexd_proto::v1;
use contexd_proto::v1::grep_response::Part;
use contexd_tests::client::caught_up;
use contexd_tests::sandbox::Sandbox;
use tonic::Code;

use super::{SHOP, Served, served};

impl Served {
    fn request(&self, pattern: &str) -> v1::GrepRequest {
        v1::GrepRequest {
            repository: self.tree.root_text().to_owned(),
            consistency: caught_up(),
            pattern: pattern.to_owned(),
            ..Default::default()
        }
    }

    /// The places that a request finds, as `path:line`, with `path-line` for lines around them.
    fn places(&self, request: v1::GrepRequest) -> Vec<String> {
        let (parts, _) = self.client.grep(request).unwrap();
        let place = |part: Part| match part {
            Part::Line(line) => format!("{}:{}", line.path, line.line),
            Part::Context(line) => format!("{}-{}", line.path, line.line),
            Part::File(file) => format!("{} {}", file.path, file.lines),
            Part::Summary(_) => unreachable!("the client keeps it apart"),
        };
        parts.into_iter().map(place).collect()
    }

    #[track_caller]
    fn check(&self, request: v1::GrepRequest, expected: &[&str]) {
        assert_eq!(self.places(request.clone()), expected, "{request:?}");
    }

    fn filtered(&self, pattern: &str, filter: v1::Filter) -> v1::GrepRequest {
        v1::GrepRequest { filter: Some(filter), ..self.request(pattern) }
    }
}

#[test]
fn lines_come_in_order_with_their_matches() {
    let served = served();
    let (parts, summary) = served.client.grep(served.request("prices?\\b")).unwrap();
    let lines: Vec<v1::GrepLine> = parts
        .into_iter()
        .map(|part| match part {
            Part::Line(line) => line,
            other => panic!("not asked for: {other:?}"),
        })
        .collect();
    assert!(lines.is_sorted_by_key(|line| (line.path.clone(), line.line)), "{lines:?}");
    assert_eq!(summary.lines, lines.len() as u64);
    for line in &lines {
        let (line_number, state) = (line.line, line.state());
        assert_eq!(
            (&line.text, state),
            (&served.tree.lines(&line.path, line_number, line_number), v1::ItemState::Verified)
        );
        assert!(!line.matches.is_empty() && line.end_line == line_number, "{line:?}");
        for range in &line.matches {
            assert!(line.text[range.start as usize..range.end as usize].starts_with("price"), "{line:?}");
        }
    }
    assert!(!summary.truncated, "{summary:?}");
    assert_eq!(summary.meta.expect("every summary has its meta").root, served.tree.root_text());
}

#[test]
fn what_is_skipped_is_searched_and_what_is_ignored_is_not() {
    let served = served();
    served.check(served.request("version = 4"), &["Cargo.lock:1"]);
    served.check(served.request("never_indexed"), &[]);
    served.check(served.request("^/build/$"), &[".gitignore:1"]);
}

#[test]
fn an_edit_is_seen_whatever_the_index_knows() {
    let served = served();
    for round in 0..5 {
        let word = format!("zebra_{round}");
        served.tree.write("src/prices.rs", format!("// {word}\n"));
        let at_once = v1::GrepRequest { consistency: None, ..served.request(&word) };
        served.check(at_once, &["src/prices.rs:1"]);
    }
    served.check(served.request("price_of"), &["src/cart.rs:24"]);
    served.tree.remove("src/cart.rs");
    let at_once = v1::GrepRequest { consistency: None, ..served.request("price_of") };
    served.check(at_once, &[]);
}

#[test]
fn filters_narrow_what_is_looked_into() {
    let served = served();
    served.check(
        served.request("price_of|PriceList"),
        &["src/cart.rs:23", "src/cart.rs:24", "src/prices.rs:6", "src/prices.rs:10", "src/prices.rs:12"],
    );
    let only = |include: &str| v1::Filter { include: vec![include.to_owned()], ..Default::default() };
    served.check(served.filtered("price_of", only("src/p*")), &["src/prices.rs:12"]);
    let without = v1::Filter { exclude: vec!["cart.rs".to_owned()], ..Default::default() };
    served.check(served.filtered("price_of", without), &["src/prices.rs:12"]);
    let python = v1::Filter { languages: vec!["python".to_owned()], ..Default::default() };
    served.check(served.filtered("card", python.clone()), &["web/checkout.py:4", "web/checkout.py:6"]);
    served.check(
        served.filtered("version", v1::Filter { languages: vec!["toml".to_owned()], ..python }),
        &["Cargo.lock:1"],
    );
    let fields = v1::Filter { kinds: vec!["field".to_owned()], ..Default::default() };
    served.check(served.filtered("count", fields), &["src/cart.rs:8"]);
    let paths = v1::GrepRequest {
        paths: vec!["src/prices.rs".to_owned(), "web".to_owned()],
        ..served.request("price|amount")
    };
    let places = served.places(paths);
    assert!(
        places.iter().all(|place| place.starts_with("src/prices.rs:") || place.starts_with("web/")),
        "{places:?}"
    );
    assert!(places.len() > 2, "{places:?}");
}

#[test]
fn only_what_was_changed_may_be_asked_for() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    std::fs::remove_dir_all(tree.root().join(".git")).unwrap();
    tree.git(&["init", "--quiet"]);
    tree.git(&["add", "."]);
    tree.git(&["commit", "--quiet", "-m", "all"]);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    tree.write("src/prices.rs", "pub struct PriceList;\npub fn price_of_all() {}\n");
    tree.write("src/gift.rs", "pub fn price_of_gift() {}\n");
    let served = Served { tree, client, _daemon: daemon, sandbox };
    let since = |revision: &str| v1::Filter { changed_since: revision.to_owned(), ..Default::default() };
    served.check(served.filtered("price_of", since("HEAD")), &["src/gift.rs:1", "src/prices.rs:2"]);
    assert_eq!(served.places(served.filtered("price_of", since("1h"))).len(), 3);
    let status =
        served.client.grep(served.filtered("price_of", since("nowhere"))).expect_err("it is refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(status.message().contains("nowhere is no revision"), "{status:?}");
    let search = v1::SearchRequest {
        repository: served.tree.root_text().to_owned(),
        consistency: caught_up(),
        query: "price".to_owned(),
        filter: Some(since("HEAD")),
        ..Default::default()
    };
    let hits = served.client.wait(served.client.searching().search(search)).unwrap().hits;
    assert!(!hits.is_empty() && hits.iter().all(|hit| hit.path != "src/cart.rs"), "{hits:?}");
    let run = |arguments: &[&str]| served.sandbox.run_in(&served.tree, arguments, "");
    let symbols = run(&["symbols", "price", "--changed-since", "HEAD", "--json"]).expect_code(0).json_lines();
    assert!(symbols.iter().all(|symbol| symbol["path"] != "src/cart.rs"), "{symbols:?}");
    assert!(
        run(&["context", "price", "--changed-since", "nowhere"])
            .expect_code(2)
            .stderr
            .contains("no revision")
    );
}

#[test]
fn the_limit_is_kept_and_told() {
    let served = served();
    let some = v1::GrepRequest { limit: 2, ..served.request("price") };
    let (parts, summary) = served.client.grep(some).unwrap();
    assert_eq!((parts.len(), summary.lines, summary.truncated), (2, 2, true));
    let all = served.places(served.request("charge"));
    let exact = v1::GrepRequest { limit: all.len() as u32, ..served.request("charge") };
    let (parts, summary) = served.client.grep(exact).unwrap();
    assert_eq!((parts.len(), summary.truncated), (all.len(), false));
    let (_, summary) =
        served.client.grep(v1::GrepRequest { limit: 1_000_000, ..served.request("charge") }).unwrap();
    assert_eq!(summary.meta.unwrap().notices[0].code, "limit_capped");
}

#[test]
fn context_and_matches_over_lines() {
    let served = served();
    let around = v1::GrepRequest { before_context: 1, after_context: 2, ..served.request("pub struct Cart") };
    served.check(around, &["src/cart.rs-11", "src/cart.rs:12", "src/cart.rs-13", "src/cart.rs-14"]);
    let over = v1::GrepRequest { multi_line: true, ..served.request(r"Cart \{\s+lines") };
    let (parts, summary) = served.client.grep(over).unwrap();
    let [Part::Line(line)] = &parts[..] else { panic!("{parts:?}") };
    assert_eq!((line.line, line.end_line, summary.lines), (12, 13, 1));
    assert_eq!(line.text, served.tree.lines("src/cart.rs", 12, 13));
}

#[test]
fn files_can_be_asked_for_instead() {
    let served = served();
    let files = v1::GrepRequest { output: v1::GrepOutput::Files.into(), ..served.request("price_of") };
    served.check(files, &["src/cart.rs 1", "src/prices.rs 1"]);
    let counts =
        v1::GrepRequest { output: v1::GrepOutput::Counts.into(), limit: 1, ..served.request("card") };
    let (parts, summary) = served.client.grep(counts).unwrap();
    assert_eq!((parts.len(), summary.truncated), (1, false), "{parts:?}");
}

#[test]
fn what_may_be_secret_is_not_shown() {
    let served = served();
    served.tree.write(".env", "TOKEN=swordfish\n");
    let (parts, summary) = served.client.grep(served.request("swordfish")).unwrap();
    assert_eq!((parts, summary.files_withheld), (vec![], 1));
    std::os::unix::fs::symlink("../secret.rs", served.tree.root().join("link.rs")).unwrap();
    std::fs::write(served.tree.root().parent().unwrap().join("secret.rs"), "swordfish\n").unwrap();
    served.check(served.request("swordfish"), &[]);
}

#[test]
fn bad_questions_are_refused_with_a_hint() {
    let served = served();
    let refused = |request: v1::GrepRequest| {
        let status = served.client.grep(request).expect_err("it is refused");
        (status.code(), status.message().to_owned())
    };
    let (code, message) = refused(served.request("price_of("));
    assert_eq!(code, Code::InvalidArgument);
    assert!(message.contains("unclosed group") && message.contains("\nhint: "), "{message}");
    let (code, message) = refused(served.request(r"a\nb"));
    assert!(code == Code::InvalidArgument && message.contains("multi-line"), "{message}");
    assert_eq!(refused(served.request("")).0, Code::InvalidArgument);
    assert_eq!(refused(served.request(r"(?:\w{900}){900}")).0, Code::InvalidArgument);
    assert_eq!(
        refused(v1::GrepRequest { before_context: 1_001, ..served.request("a") }).0,
        Code::InvalidArgument
    );
    let outside = v1::GrepRequest { paths: vec!["../x".to_owned()], ..served.request("a") };
    assert_eq!(refused(outside).0, Code::InvalidArgument);
    let absent = v1::GrepRequest { paths: vec!["no/such".to_owned()], ..served.request("a") };
    assert_eq!(refused(absent).0, Code::NotFound);
    let session = v1::GrepRequest { session: "s".to_owned(), ..served.request("a") };
    assert_eq!(refused(session).0, Code::Unimplemented);
}

#[test]
fn a_caller_may_leave_or_run_out_of_time() {
    let served = served();
    served.tree.write("many.txt", "a line that matches\n".repeat(40_000));
    let request = v1::GrepRequest { limit: 100_000, ..served.request("matches") };
    let first = served.client.block_on(async {
        let mut stream = served.client.searching().grep(request.clone()).await.unwrap().into_inner();
        stream.message().await.unwrap()
    });
    assert!(matches!(first.unwrap().part, Some(Part::Line(_))));
    let mut hurried = tonic::Request::new(request.clone());
    hurried.set_timeout(std::time::Duration::from_millis(1));
    let late = served.client.block_on(async {
        let mut stream = served.client.searching().grep(hurried).await?.into_inner();
        while stream.message().await?.is_some() {}
        Ok::<_, tonic::Status>(())
    });
    let code = late.expect_err("a millisecond is not enough").code();
    assert!(matches!(code, Code::DeadlineExceeded | Code::Cancelled), "{code:?}");
    let (parts, summary) = served.client.grep(request).unwrap();
    assert_eq!((parts.len(), summary.truncated), (40_000, false));
}

#[test]
fn the_command_prints_as_grep_does() {
    let served = served();
    let run = |arguments: &[&str]| served.sandbox.run_in(&served.tree, arguments, "");
    let found = run(&["grep", "-w", "price_of", "--wait", "20000"]).expect_code(0);
    assert_eq!(found.stdout.lines().count(), 2, "{found:?}");
    assert!(found.stdout.starts_with("src/cart.rs:24:        self.lines"), "{found:?}");
    assert_eq!(run(&["grep", "-F", "price_of(&line", "src"]).expect_code(0).stdout.lines().count(), 1);
    assert_eq!(run(&["grep", "PRICE_OF"]).expect_code(1).stdout, "");
    assert_eq!(run(&["grep", "-il", "PRICE_OF"]).expect_code(0).stdout, "src/cart.rs\nsrc/prices.rs\n");
    assert_eq!(run(&["grep", "-c", "card", "-g", "*.py"]).expect_code(0).stdout, "web/checkout.py:2\n");
    assert!(run(&["grep", "a("]).expect_code(2).stderr.contains("hint: "));
    let around = run(&["grep", "-C1", "struct Cart"]).expect_code(0).stdout;
    assert_eq!(
        around.lines().map(|line| &line[..14]).collect::<Vec<_>>(),
        ["src/cart.rs-11", "src/cart.rs:12", "src/cart.rs-13"]
    );
    let cut = run(&["grep", "-m", "1", "price"]).expect_code(0);
    assert!(cut.stdout.lines().count() == 1 && cut.stderr.contains("there is more"), "{cut:?}");
}

#[test]
fn the_commands_objects_have_the_fields_that_scripts_read() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let output =
        sandbox.run_in(&tree, &["grep", "price_of", "--json", "--no-daemon", "-q"], "").expect_code(0);
    for line in output.json_lines() {
        for field in ["schema_version", "path", "line", "end_line", "text", "matches", "state", "context"] {
            assert!(line.get(field).is_some(), "no {field} in {line}");
        }
        assert_eq!((line["state"].as_str(), line["context"].as_bool()), (Some("verified"), Some(false)));
    }
    let counted =
        sandbox.run_in(&tree, &["grep", "-c", "card", "--json", "--no-daemon"], "").expect_code(0).json();
    assert_eq!((counted["path"].as_str(), counted["lines"].as_u64()), (Some("web/checkout.py"), Some(2)));
}
