//! A daemon on a real socket and a real loopback address.

#![allow(clippy::unwrap_used, reason = "tests")]

use contexd_proto::v1;
use contexd_proto::v1::repository_service_client::RepositoryServiceClient;
use tokio::task::JoinHandle;
use tokio_stream::StreamExt;
use tonic::transport::{Channel, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::*;

struct Running {
    directory: tempfile::TempDir,
    socket: PathBuf,
    tcp: SocketAddr,
    stop: CancellationToken,
    outcome: JoinHandle<Result<(), ServiceError>>,
}

fn options(directory: &tempfile::TempDir) -> DaemonOptions {
    let socket = directory.path().join("run/contexd.sock");
    let tcp = Some("127.0.0.1:0".parse().unwrap());
    DaemonOptions { tcp, ..DaemonOptions::new(socket, directory.path().join("cache")) }
}

impl Running {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let options = options(&directory);
        let socket = options.socket.clone();
        let daemon = Daemon::bind(options).unwrap();
        let (tcp, stop) = (daemon.tcp_address().unwrap(), CancellationToken::new());
        let outcome = tokio::spawn(daemon.run(stop.clone()));
        Self { directory, socket, tcp, stop, outcome }
    }

    async fn over_unix(&self) -> Channel {
        let uri = format!("unix:{}", self.socket.display());
        Endpoint::from_shared(uri).unwrap().connect().await.unwrap()
    }

    async fn over_tcp(&self) -> Channel {
        Endpoint::from_shared(format!("http://{}", self.tcp)).unwrap().connect().await.unwrap()
    }

    async fn stop(self) -> tempfile::TempDir {
        self.stop.cancel();
        self.outcome.await.unwrap().unwrap();
        assert!(!self.socket.exists());
        self.directory
    }
}

async fn check_healthy(channel: Channel, service: &str) {
    let request = HealthCheckRequest { service: service.to_owned() };
    let reply = HealthClient::new(channel).check(request).await.unwrap().into_inner();
    assert_eq!(reply.status, ServingStatus::Serving as i32, "{service}");
}

#[tokio::test]
async fn it_answers_over_both_transports_and_stops_in_order() {
    let running = Running::start();
    for channel in [running.over_unix().await, running.over_tcp().await] {
        for service in SERVICES {
            check_healthy(channel.clone(), service).await;
        }
        let request = v1::RepositoryStatusRequest::default();
        let status = RepositoryServiceClient::new(channel).status(request).await.unwrap();
        assert!(status.into_inner().server.unwrap().daemon);
    }
    running.stop().await;
}

#[tokio::test]
async fn there_is_one_daemon_a_socket() {
    let running = Running::start();
    let second = Daemon::bind(options(&running.directory)).err().unwrap();
    assert!(matches!(second, ServiceError::AlreadyRunning { .. }), "{second}");
    let directory = running.stop().await;
    Daemon::bind(options(&directory)).unwrap();
}

#[tokio::test]
async fn a_watched_status_does_not_hold_up_the_end() {
    let running = Running::start();
    let root = running.directory.path().join("repo");
    std::fs::create_dir(&root).unwrap();
    let mut client = RepositoryServiceClient::new(running.over_unix().await);
    let root = root.to_str().unwrap().to_owned();
    client.add(v1::AddRepositoryRequest { root, ..Default::default() }).await.unwrap();
    let mut stream = client.watch_status(v1::WatchStatusRequest::default()).await.unwrap().into_inner();
    assert!(stream.next().await.unwrap().is_ok());
    running.stop().await;
    while let Some(Ok(_)) = stream.next().await {}
}

#[tokio::test]
async fn a_known_repository_is_opened_again_after_a_restart() {
    let running = Running::start();
    let root = running.directory.path().join("repo");
    std::fs::create_dir(&root).unwrap();
    let mut client = RepositoryServiceClient::new(running.over_unix().await);
    let root = root.to_str().unwrap().to_owned();
    client.add(v1::AddRepositoryRequest { root, wait_ms: 60_000, ..Default::default() }).await.unwrap();
    let directory = running.stop().await;
    let daemon = Daemon::bind(options(&directory)).unwrap();
    let engine = Arc::clone(&daemon.engine);
    let stop = CancellationToken::new();
    let outcome = tokio::spawn(daemon.run(stop.clone()));
    while !engine.list().iter().all(|repository| repository.open) {
        tokio::task::yield_now().await;
    }
    stop.cancel();
    outcome.await.unwrap().unwrap();
}

#[tokio::test]
async fn reflection_lists_the_services() {
    let running = Running::start();
    let request = ServerReflectionRequest {
        host: String::new(),
        message_request: Some(MessageRequest::ListServices(String::new())),
    };
    let mut client = ServerReflectionClient::new(running.over_unix().await);
    let stream = client.server_reflection_info(tokio_stream::once(request)).await.unwrap();
    let reply = stream.into_inner().next().await.unwrap().unwrap();
    let Some(MessageResponse::ListServicesResponse(list)) = reply.message_response else { panic!("no list") };
    let names: Vec<String> = list.service.into_iter().map(|service| service.name).collect();
    for service in SERVICES.iter().filter(|service| !service.is_empty()) {
        assert!(names.iter().any(|name| name == service), "{service} is not among {names:?}");
    }
    running.stop().await;
}

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    for refused in ["0.0.0.0:0", "192.168.1.1:0", "[::]:0"] {
        let address = refused.parse().unwrap();
        assert!(matches!(listen_on_loopback(address), Err(ServiceError::NotLoopback { .. })), "{refused}");
    }
    assert!(listen_on_loopback("127.0.0.1:0".parse().unwrap()).is_ok());
}
