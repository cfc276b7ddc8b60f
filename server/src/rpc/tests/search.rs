//! `SearchService`.

use super::*;

fn search(query: &str) -> v1::SearchRequest {
    v1::SearchRequest { query: query.to_owned(), ..Default::default() }
}

async fn first(service: &Service, request: v1::SearchRequest) -> (v1::SearchHit, v1::ReplyMeta) {
    let mut reply = service.searches().search(request).await.unwrap().into_inner();
    (reply.hits.remove(0), reply.meta.unwrap())
}

#[tokio::test]
async fn a_search_finds_the_definition_and_says_how_it_stands() {
    let service = Service::new().await;
    let request =
        v1::SearchRequest { include_text: true, explain: true, ..search("put a message into the box") };
    let (hit, meta) = first(&service, request).await;
    assert_eq!((hit.path.as_str(), hit.language.as_str()), ("lib/mail.py", "python"));
    assert_eq!((hit.symbol.as_str(), hit.kind.as_str()), ("Mailbox", "class"));
    assert_eq!(hit.state(), v1::ItemState::Verified);
    assert!(hit.text.contains("def deliver(self, message):"), "{}", hit.text);
    assert_eq!(MAIL.lines().nth(hit.start_line as usize - 1), hit.text.lines().next());
    assert!(hit.signals.iter().any(|signal| signal.name == "lexical" && signal.value > 0.0));
    assert_eq!((meta.root, meta.notices.len()), (service.root(), 0));
    assert!(meta.generation > 0 && meta.timings.unwrap().total_us > 0);
    assert_eq!(meta.semantic.unwrap().state(), v1::semantic_state::State::Static);
}

#[tokio::test]
async fn an_explanation_shows_the_numbers_that_ranked() {
    let service = Service::new().await;
    let request = v1::SearchRequest { explain: true, ..search("put a message into the box") };
    let hits = service.searches().search(request.clone()).await.unwrap().into_inner().hits;
    for (rank, hit) in (1..).zip(&hits) {
        let sum: f32 = hit.signals.iter().map(|signal| signal.value * signal.weight).sum();
        let score = sum * hit.prior * hit.file_support * hit.same_file;
        assert!((score - hit.score).abs() < 1e-4, "{score} is not the score of {hit:?}");
        let asked = v1::AssembleContextRequest { query: request.query.clone(), ..Default::default() };
        let place = v1::ExplainRequest { request: Some(asked), path: hit.path.clone(), line: hit.start_line };
        let reply = service.contexts().explain(place).await.unwrap().into_inner();
        assert_eq!((reply.rank, reply.hit.as_ref()), (rank, Some(hit)), "{:?}", reply.stages);
        assert!(reply.stages.iter().any(|stage| stage.starts_with("proposed by: ")));
    }
}

#[tokio::test]
async fn a_place_that_nothing_leads_to_has_no_rank() {
    let service = Service::new().await;
    let of = |path: &str| v1::ExplainRequest {
        request: Some(v1::AssembleContextRequest { query: "zzyzx".to_owned(), ..Default::default() }),
        path: path.to_owned(),
        line: 1,
    };
    let reply = service.contexts().explain(of("lib/mail.py")).await.unwrap().into_inner();
    assert_eq!((reply.rank, reply.hit), (0, None));
    assert!(reply.stages.last().is_some_and(|stage| stage.starts_with("not among the 0 candidates")));
    check_refused(service.contexts().explain(of("logo.bin")).await, Code::NotFound, "contexd why PATH");
    let empty = service.contexts().explain(v1::ExplainRequest::default()).await;
    check_refused(empty, Code::InvalidArgument, "is empty");
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_sent() {
    let service = Service::new().await;
    let (hit, _) = first(&service, search("circle")).await;
    assert_eq!((hit.text.as_str(), hit.signals.len()), ("", 0));
}

#[tokio::test]
async fn an_edit_is_stale_until_a_request_waits_for_the_disk() {
    let service = Service::new().await;
    let (_, before) = first(&service, search("Mailbox deliver")).await;
    service.write("lib/mail.py", MAIL.replace("deliver", "put_in").as_bytes());
    let (stale, _) = first(&service, search("Mailbox deliver")).await;
    assert_eq!(stale.state(), v1::ItemState::Stale);
    let request = v1::SearchRequest { consistency: wait_for_disk(), include_text: true, ..search("put_in") };
    let (fresh, after) = first(&service, request).await;
    assert_eq!(fresh.state(), v1::ItemState::Verified);
    assert!(fresh.text.contains("def put_in(self, message):"), "{}", fresh.text);
    assert!(after.generation > before.generation);
    let reached = v1::SearchRequest { consistency: at_least(after.generation), ..search("put_in") };
    assert_eq!(first(&service, reached).await.1.generation, after.generation);
}

#[tokio::test]
async fn a_deleted_file_is_gone() {
    let service = Service::new().await;
    fs::remove_file(service.path("lib/mail.py")).unwrap();
    let request = v1::SearchRequest { consistency: wait_for_disk(), ..search("Mailbox") };
    let reply = service.searches().search(request).await.unwrap().into_inner();
    assert!(reply.hits.iter().all(|hit| hit.path != "lib/mail.py"));
}

#[tokio::test]
async fn filters_limits_and_focus_are_obeyed() {
    let service = Service::new().await;
    let filter = Some(v1::Filter { languages: vec!["rust".to_owned()], ..Default::default() });
    let request = v1::SearchRequest { filter, limit: 999, ..search("message area") };
    let reply = service.searches().search(request).await.unwrap().into_inner();
    assert!(!reply.hits.is_empty() && reply.hits.iter().all(|hit| hit.language == "rust"));
    assert_eq!(reply.meta.unwrap().notices[0].code, "limit_capped");
    let one = service.searches().search(v1::SearchRequest { limit: 1, ..search("area") }).await.unwrap();
    assert_eq!(one.into_inner().hits.len(), 1);
    let outside = Some(v1::Focus { path: "../x".to_owned(), line: 1 });
    let refused = service.searches().search(v1::SearchRequest { focus: outside, ..search("area") }).await;
    check_refused(refused, Code::InvalidArgument, "lies outside");
}

#[tokio::test]
async fn malformed_questions_are_refused() {
    let service = Service::new().await;
    let mut client = service.searches();
    check_refused(client.search(search(" ")).await, Code::InvalidArgument, "invalid query: is empty");
    let long = search(&"x ".repeat(40_000));
    check_refused(client.search(long).await, Code::InvalidArgument, "65536");
    let glob = Some(v1::Filter { include: vec!["a[".to_owned()], ..Default::default() });
    let malformed = v1::SearchRequest { filter: glob, ..search("x") };
    check_refused(client.search(malformed).await, Code::InvalidArgument, "include");
    let session = v1::SearchRequest { session: "s".to_owned(), ..search("x") };
    check_refused(client.search(session).await, Code::Unimplemented, "not available yet");
}

#[tokio::test]
async fn a_deadline_is_kept() {
    let service = Service::new().await;
    let mut request = tonic::Request::new(v1::SearchRequest { consistency: at_least(1_000), ..search("x") });
    request.set_timeout(std::time::Duration::from_secs(1));
    check_refused(service.searches().search(request).await, Code::DeadlineExceeded, "deadline");
}

#[tokio::test]
async fn symbols_are_found_by_name() {
    let service = Service::new().await;
    let request = v1::SearchSymbolsRequest { name: "circle".to_owned(), ..Default::default() };
    let reply = service.searches().search_symbols(request).await.unwrap().into_inner();
    let hit = &reply.hits[0];
    assert_eq!((hit.name.as_str(), hit.kind.as_str()), ("Circle", "struct"));
    assert_eq!((hit.r#match(), hit.visibility.as_str()), (v1::SymbolMatch::CaseFolded, "public"));
    assert_eq!(hit.doc, "A circle around the origin.");
    let line = SHAPES.lines().nth(hit.name_line as usize - 1).unwrap();
    assert_eq!(&line[hit.name_column as usize - 1..][.."Circle".len()], "Circle");
    let exact = v1::SearchSymbolsRequest {
        name: "Mailbox.deliver".to_owned(),
        exact_only: true,
        ..Default::default()
    };
    let reply = service.searches().search_symbols(exact).await.unwrap().into_inner();
    assert_eq!((reply.total, reply.hits[0].container.as_str()), (1, "Mailbox"));
}

#[tokio::test]
async fn an_outline_lists_a_file() {
    let service = Service::new().await;
    let of = |path: &str| v1::GetOutlineRequest { path: path.to_owned(), ..Default::default() };
    let reply = service.searches().get_outline(of("./lib/mail.py")).await.unwrap().into_inner();
    let names: Vec<(&str, u32)> =
        reply.symbols.iter().map(|symbol| (symbol.name.as_str(), symbol.depth)).collect();
    assert_eq!(names, [("Mailbox", 0), ("deliver", 1), ("send_all", 0)]);
    assert_eq!((reply.path.as_str(), reply.lines), ("lib/mail.py", MAIL.lines().count() as u32));
    assert_eq!((reply.symbols[1].parent, reply.symbols[1].name_column), (Some(0), 9));
    let mut client = service.searches();
    check_refused(client.get_outline(of("logo.bin")).await, Code::NotFound, "contexd why PATH");
    check_refused(client.get_outline(of("/etc/passwd")).await, Code::InvalidArgument, "lies outside");
}

#[tokio::test]
async fn later_methods_say_so() {
    let service = Service::new().await;
    let mut overlays = v1::overlay_service_client::OverlayServiceClient::new(service.channel.clone());
    let open = overlays.open(v1::OpenOverlayRequest::default()).await;
    check_refused(open, Code::Unimplemented, "overlay");
}
