//! `RepositoryService`.

use tokio_stream::StreamExt;

use super::*;

fn named(repository: &str) -> v1::SearchRequest {
    v1::SearchRequest { repository: repository.to_owned(), query: "x".to_owned(), ..Default::default() }
}

#[tokio::test]
async fn a_status_adds_up() {
    let service = Service::new().await;
    let status = service.status().await;
    assert_eq!((status.files_walked, status.files_indexed), (5, 4));
    assert_eq!(status.skipped.clone().into_iter().collect::<Vec<_>>(), [("binary".to_owned(), 1)]);
    assert_eq!((status.languages["rust"], status.languages["python"]), (1, 1));
    assert!(status.chunks >= 4 && status.symbols >= 7 && status.disk_bytes > 0);
    assert_eq!((status.digest.len(), status.pending, status.last_error.as_str()), (64, 0, ""));
    assert_eq!(status.phase(), v1::Phase::Idle);
    assert_eq!(status.watch.unwrap().state(), v1::watch_state::State::Off);
    assert_eq!(status.last_scan.unwrap().files_read, 5);
}

#[tokio::test]
async fn the_server_tells_of_itself() {
    let service = Service::new().await;
    let all =
        service.repositories().status(v1::RepositoryStatusRequest::default()).await.unwrap().into_inner();
    let server = all.server.unwrap();
    assert_eq!((all.repositories.len(), server.pid, server.daemon), (1, std::process::id(), false));
    assert_eq!(server.version, env!("CARGO_PKG_VERSION"));
}

#[tokio::test]
async fn a_known_repository_is_found_again_with_the_same_index() {
    let service = Service::new().await;
    let before = service.status().await;
    assert!(!service.add().await.added);
    let second = engine(&service.directory, false).unwrap();
    let in_use = second.add(&service.root(), false).await.unwrap_err();
    assert_eq!(in_use.grpc_code(), Code::FailedPrecondition, "{in_use}");
    service.engine.close().await;
    let (after, added) = second.add(&service.root(), false).await.unwrap();
    assert!(!added);
    assert_eq!(after.contents.digest.unwrap().to_string(), before.digest);
    check_refused(service.searches().search(named("")).await, Code::Unavailable, "shutting down");
}

#[tokio::test]
async fn a_repository_is_named_by_root_id_or_a_path_beneath() {
    let service = Service::new().await;
    let id = service.status().await.id;
    for name in [String::new(), id, service.root(), service.path("src").display().to_string()] {
        let reply = service.searches().search(named(&name)).await.unwrap().into_inner();
        assert_eq!(reply.meta.unwrap().root, service.root(), "{name}");
    }
    let mut client = service.searches();
    check_refused(client.search(named("/nowhere")).await, Code::NotFound, "contexd repo add");
    check_refused(client.search(named("no-such-id")).await, Code::NotFound, "not a known repository");
}

#[tokio::test]
async fn without_a_name_there_must_be_exactly_one() {
    let service = Service::start(tempfile::tempdir().unwrap(), false).await;
    check_refused(service.searches().search(named("")).await, Code::NotFound, "no repository is known");
    for folder in ["a", "b"] {
        fs::create_dir(service.path(folder)).unwrap();
        let root = service.path(folder).display().to_string();
        service.engine.add(&root, false).await.unwrap();
    }
    check_refused(service.searches().search(named("")).await, Code::InvalidArgument, "2 are known");
}

#[tokio::test]
async fn bad_roots_are_refused_and_leave_nothing_behind() {
    let service = Service::start(tempfile::tempdir().unwrap(), false).await;
    service.write("file", b"x");
    let mut client = service.repositories();
    let mut add = async |root: &str| {
        let request = v1::AddRepositoryRequest { root: root.to_owned(), ..Default::default() };
        client.add(request).await
    };
    check_refused(add("/").await, Code::FailedPrecondition, "too broad");
    check_refused(add("relative").await, Code::InvalidArgument, "absolute");
    let file = service.path("file").display().to_string();
    check_refused(add(&file).await, Code::NotFound, "cannot index");
    let absent = service.path("absent").display().to_string();
    check_refused(add(&absent).await, Code::NotFound, "cannot index");
    assert_eq!(service.engine.list(), []);
    assert!(!service.directory.path().join("cache/repos").exists());
}

#[tokio::test]
async fn removing_deletes_the_index_and_nothing_else() {
    let service = Service::new().await;
    let index_dir = service.status().await.index_dir;
    let request = v1::RemoveRepositoryRequest { repository: service.root() };
    let removed = service.repositories().remove(request).await.unwrap().into_inner();
    assert!(removed.freed_bytes > 0 && removed.root == service.root());
    assert!(!PathBuf::from(index_dir).exists() && service.path("src/shapes.rs").exists());
    let list = service.repositories().list(v1::ListRepositoriesRequest {}).await.unwrap().into_inner();
    assert_eq!(list.repositories, []);
    assert!(service.add().await.added);
    let unnamed = service.repositories().remove(v1::RemoveRepositoryRequest::default()).await;
    check_refused(unnamed, Code::InvalidArgument, "must name");
}

#[tokio::test]
async fn reindexing_compares_with_the_disk() {
    let service = Service::new().await;
    service.write("src/more.rs", b"pub fn extra() {}\n");
    let request = v1::ReindexRequest { wait_ms: 60_000, ..Default::default() };
    let reply = service.repositories().reindex(request).await.unwrap().into_inner();
    assert!(reply.complete);
    assert_eq!(reply.repository.unwrap().files_indexed, 5);
}

#[tokio::test]
async fn the_fate_of_a_path_is_told() {
    let service = Service::new().await;
    service.write("src/new.rs", b"fn new() {}\n");
    let why = async |path: &str| {
        let request = v1::WhyRequest { path: path.to_owned(), ..Default::default() };
        service.repositories().why(request).await.unwrap().into_inner()
    };
    let indexed = why("src/shapes.rs").await;
    assert_eq!(indexed.fate(), v1::PathFate::Indexed);
    assert_eq!(indexed.indexed.unwrap().size, SHAPES.len() as u64);
    let skipped = why("logo.bin").await;
    assert_eq!((skipped.fate(), skipped.reason.as_str()), (v1::PathFate::Skipped, "binary"));
    let ignored = why("build/out.rs").await;
    let rule = v1::IgnoreRule { file: ".gitignore".to_owned(), line: 2, pattern: "/build/".to_owned() };
    assert_eq!((ignored.fate(), ignored.rule), (v1::PathFate::Ignored, Some(rule)));
    let fates = [
        ("src/new.rs", v1::PathFate::Pending),
        ("src", v1::PathFate::Directory),
        ("src/absent.rs", v1::PathFate::NotFound),
        ("../x", v1::PathFate::Outside),
        ("/etc/passwd", v1::PathFate::Outside),
    ];
    for (path, fate) in fates {
        assert_eq!(why(path).await.fate(), fate, "{path}");
    }
}

#[tokio::test]
async fn a_watched_status_follows_the_disk() {
    let service = Service::with_watching(true).await;
    let request = v1::WatchStatusRequest { min_interval_ms: 10, ..Default::default() };
    let mut stream = service.repositories().watch_status(request).await.unwrap().into_inner();
    let mut next = async || stream.next().await.map(|message| message.unwrap().repository.unwrap());
    assert_eq!(next().await.unwrap().files_indexed, 4);
    service.write("src/more.rs", b"pub fn extra() {}\n");
    while next().await.unwrap().files_indexed < 5 {}
    service.engine.remove(&service.root()).await.unwrap();
    while next().await.is_some() {}
}
