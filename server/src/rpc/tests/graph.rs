//! `GraphService`, and the questions to the code graph that `SearchService` answers.

use super::*;

fn named(name: &str) -> Option<v1::Target> {
    Some(v1::Target { by: Some(v1::target::By::Name(name.to_owned())) })
}

fn at(path: &str, line: u32, column: u32) -> Option<v1::Target> {
    let position = v1::Position { path: path.to_owned(), line, column };
    Some(v1::Target { by: Some(v1::target::By::Position(position)) })
}

fn related(name: &str, relation: v1::Relation) -> v1::GetRelatedRequest {
    v1::GetRelatedRequest { target: named(name), relation: relation.into(), ..Default::default() }
}

#[tokio::test]
async fn a_name_leads_to_its_definition() {
    let service = Service::new().await;
    let mut client = service.searches();
    let by_name = v1::GetDefinitionRequest { target: named("Mailbox.deliver"), ..Default::default() };
    let reply = client.get_definition(by_name).await.unwrap().into_inner();
    let symbol = reply.definitions[0].symbol.clone().unwrap();
    assert_eq!((symbol.path.as_str(), symbol.name_line, symbol.name_column), ("lib/mail.py", 4, 9));
    assert_eq!((reply.total, reply.definitions[0].confidence()), (1, v1::Confidence::Exact));

    let by_place = v1::GetDefinitionRequest { target: at("lib/mail.py", 11, 14), ..Default::default() };
    let reply = client.get_definition(by_place).await.unwrap().into_inner();
    assert_eq!(reply.definitions[0].symbol.clone().unwrap().qualified_name, "Mailbox.deliver");
    assert_eq!(reply.definitions[0].confidence(), v1::Confidence::UniqueName);
    assert_eq!(reply.definitions[0].used_at.clone().unwrap().column, 13);
}

#[tokio::test]
async fn malformed_targets_are_refused() {
    let service = Service::new().await;
    let mut client = service.searches();
    let nothing = client.get_definition(v1::GetDefinitionRequest::default()).await;
    check_refused(nothing, Code::InvalidArgument, "give a position or a name");
    let of = |target| v1::GetDefinitionRequest { target, ..Default::default() };
    let unknown = client.get_definition(of(at("no.py", 1, 1))).await;
    check_refused(unknown, Code::NotFound, "contexd why PATH");
    let beyond = client.get_definition(of(at("lib/mail.py", 99, 1))).await;
    check_refused(beyond, Code::InvalidArgument, "no line 99");
    let outside = client.get_definition(of(at("/etc/passwd", 1, 1))).await;
    check_refused(outside, Code::InvalidArgument, "lies outside");
    let vague = v1::GetRelatedRequest { target: named("x"), ..Default::default() };
    check_refused(service.graphs().get_related(vague).await, Code::InvalidArgument, "relation");
}

#[tokio::test]
async fn uses_are_found_with_how_sure_they_are() {
    let service = Service::new().await;
    let request = v1::FindReferencesRequest { target: named("deliver"), ..Default::default() };
    let reply = service.searches().find_references(request.clone()).await.unwrap().into_inner();
    let use_ = &reply.references[0];
    assert_eq!((reply.total, use_.kind.as_str(), use_.enclosing.as_str()), (1, "call", "send_all"));
    assert_eq!((use_.text.as_str(), use_.confidence()), ("box.deliver(message)", v1::Confidence::UniqueName));
    assert_eq!((use_.state(), use_.targets.as_slice()), (v1::ItemState::Verified, &[0][..]));
    let sure = v1::FindReferencesRequest { least: v1::Confidence::Scoped.into(), ..request };
    assert_eq!(service.searches().find_references(sure).await.unwrap().into_inner().total, 0);
    let field = v1::FindReferencesRequest { target: named("radius"), ..Default::default() };
    let reply = service.searches().find_references(field).await.unwrap().into_inner();
    assert!(reply.references.iter().all(|one| one.kind == "value"), "{reply:?}");
    assert_eq!(reply.total, 2);
}

#[tokio::test]
async fn edges_are_followed_both_ways() {
    let service = Service::new().await;
    let mut client = service.graphs();
    let callers = client.get_related(related("deliver", v1::Relation::Callers)).await.unwrap().into_inner();
    assert_eq!(callers.related[0].symbol.clone().unwrap().name, "send_all");
    let callees = client.get_related(related("send_all", v1::Relation::Callees)).await.unwrap().into_inner();
    assert_eq!(callees.related[0].symbol.clone().unwrap().qualified_name, "Mailbox.deliver");
    let heirs =
        client.get_related(related("Shape", v1::Relation::Implementations)).await.unwrap().into_inner();
    assert_eq!(heirs.related[0].symbol.clone().unwrap().name, "Circle");
    assert_eq!((heirs.total, heirs.targets.len()), (1, 1));
}

#[tokio::test]
async fn an_edit_changes_the_edges() {
    let service = Service::new().await;
    service.write("lib/mail.py", MAIL.replace("box.deliver(message)", "box.drop(message)").as_bytes());
    let request =
        v1::GetRelatedRequest { consistency: wait_for_disk(), ..related("deliver", v1::Relation::Callers) };
    assert_eq!(service.graphs().get_related(request).await.unwrap().into_inner().total, 0);
}

#[tokio::test]
async fn the_map_adds_up() {
    let service = Service::new().await;
    let map = service.graphs().get_map(v1::GetMapRequest::default()).await.unwrap().into_inner();
    let files: u32 = map.modules.iter().map(|module| module.files).sum();
    assert_eq!(u64::from(files), map.files);
    assert!(map.modules.iter().any(|module| module.path == "lib" && module.languages == ["python"]));
    let beneath = v1::GetMapRequest { beneath: "lib".to_owned(), ..Default::default() };
    let map = service.graphs().get_map(beneath).await.unwrap().into_inner();
    assert!(map.modules.iter().all(|module| module.path.starts_with("lib")), "{:?}", map.modules);
}

#[tokio::test]
async fn neighbours_say_what_is_missing() {
    let service = Service::new().await;
    let of = |path: &str| v1::GetFileNeighboursRequest { path: path.to_owned(), ..Default::default() };
    let reply = service.graphs().get_file_neighbours(of("lib/mail.py")).await.unwrap().into_inner();
    assert!(reply.imports.is_empty() && reply.changed_together.is_empty());
    assert!(!reply.history_missing.is_empty(), "the fixture has no history");
    let unknown = service.graphs().get_file_neighbours(of("no.py")).await;
    check_refused(unknown, Code::NotFound, "contexd why PATH");
}
