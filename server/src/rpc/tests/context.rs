//! `ContextService`.

use tokio_stream::StreamExt;
use v1::assemble_context_stream_response::Part;

use super::*;

fn pack(query: &str, budget: u32) -> v1::AssembleContextRequest {
    v1::AssembleContextRequest { query: query.to_owned(), budget, ..Default::default() }
}

async fn assemble(service: &Service, request: v1::AssembleContextRequest) -> v1::AssembleContextResponse {
    service.contexts().assemble_context(request).await.unwrap().into_inner()
}

#[tokio::test]
async fn a_pack_fits_its_budget_and_shows_the_source() {
    let service = Service::new().await;
    let whole = assemble(&service, pack("area of a circle", 2_000)).await;
    assert!(whole.tokens <= 2_000 && whole.tokens > 0);
    assert_eq!((whole.budget, whole.tokenizer.as_str()), (2_000, "o200k_base"));
    let item = whole.items.iter().find(|item| item.path == "src/shapes.rs").unwrap();
    assert_eq!((item.state(), item.language.as_str()), (v1::ItemState::Verified, "rust"));
    assert!(!item.reason.is_empty() && whole.rendered.contains(&item.text));
    let shown: Vec<&str> =
        SHAPES.lines().skip(item.start_line as usize - 1).take(item.text.lines().count()).collect();
    assert_eq!(item.text.lines().collect::<Vec<_>>(), shown);
    let again = assemble(&service, pack("area of a circle", 2_000)).await;
    assert_eq!(again.rendered, whole.rendered);
}

#[tokio::test]
async fn a_stream_holds_what_the_whole_holds() {
    let service = Service::new().await;
    let whole = assemble(&service, pack("deliver a message", 1_000)).await;
    let stream = service.contexts().assemble_context_stream(pack("deliver a message", 1_000)).await.unwrap();
    let parts: Vec<Part> = stream.into_inner().map(|part| part.unwrap().part.unwrap()).collect().await;
    let Some(Part::Header(header)) = parts.first() else { panic!("no header") };
    let Some(Part::Summary(summary)) = parts.last() else { panic!("no summary") };
    assert_eq!((header.budget, &header.tokenizer), (whole.budget, &whole.tokenizer));
    assert_eq!((&summary.rendered, summary.tokens), (&whole.rendered, whole.tokens));
    let items: Vec<&v1::PackItem> =
        parts.iter().filter_map(|part| if let Part::Item(item) = part { Some(item) } else { None }).collect();
    assert_eq!(items, whole.items.iter().collect::<Vec<_>>());
}

#[tokio::test]
async fn what_was_sent_is_left_out() {
    let service = Service::new().await;
    let whole = assemble(&service, pack("area of a circle", 2_000)).await;
    let item = &whole.items[0];
    let sent = v1::SentPiece {
        path: item.path.clone(),
        blob: item.blob.clone(),
        start_line: item.piece_start_line,
        end_line: item.piece_end_line,
    };
    let request = v1::AssembleContextRequest { already_sent: vec![sent], ..pack("area of a circle", 2_000) };
    let rest = assemble(&service, request).await;
    assert!(rest.omitted.iter().any(|omitted| omitted.reason == "already_sent"));
    assert!(rest.items.iter().all(|other| (&other.path, other.start_line) != (&item.path, item.start_line)));
}

#[tokio::test]
async fn a_focus_alone_is_a_question() {
    let service = Service::new().await;
    let focus = Some(v1::Focus { path: service.path("lib/mail.py").display().to_string(), line: 5 });
    let request = v1::AssembleContextRequest { focus, ..pack("", 500) };
    let reply = assemble(&service, request).await;
    assert!(reply.items.iter().any(|item| item.path == "lib/mail.py" && item.role == "focus"));
    let neither = service.contexts().assemble_context(pack("", 500)).await;
    check_refused(neither, Code::InvalidArgument, "no focus");
}
