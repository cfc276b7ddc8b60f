//! The services as a client sees them, over the in-process channel, on a real repository.

#![allow(clippy::unwrap_used, reason = "tests")]

mod context;
mod graph;
mod repository;
mod search;

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use contexd_proto::v1;
use contexd_proto::v1::context_service_client::ContextServiceClient;
use contexd_proto::v1::graph_service_client::GraphServiceClient;
use contexd_proto::v1::repository_service_client::RepositoryServiceClient;
use contexd_proto::v1::search_service_client::SearchServiceClient;
use tonic::transport::Channel;
use tonic::{Code, Status};

use crate::engine::{Engine, EngineOptions};
use crate::in_process_channel;

const SHAPES: &str = "\
//! Shapes and their areas.

/// Something with an extent in the plane.
pub trait Shape {
    /// Size of the covered surface.
    fn area(&self) -> f64;
}

/// A circle around the origin.
pub struct Circle {
    radius: f64,
}

impl Shape for Circle {
    fn area(&self) -> f64 {
        std::f64::consts::PI * self.radius * self.radius
    }
}
";

const MAIL: &str = "\
class Mailbox:
    \"\"\"Messages that wait to be read.\"\"\"

    def deliver(self, message):
        \"\"\"Puts a message into the box.\"\"\"
        self.messages.append(message)


def send_all(boxes, message):
    for box in boxes:
        box.deliver(message)
";

/// A repository on disk, an engine that knows it, and clients.
struct Service {
    directory: tempfile::TempDir,
    engine: Arc<Engine>,
    channel: Channel,
}

impl Service {
    /// Without following the disk: what a command line without a daemon uses.
    async fn new() -> Self {
        Self::with_watching(false).await
    }

    async fn with_watching(watch: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let files: [(&str, &[u8]); 6] = [
            ("src/shapes.rs", SHAPES.as_bytes()),
            ("lib/mail.py", MAIL.as_bytes()),
            ("README.md", b"# Shapes\n\nDraws circles.\n"),
            ("logo.bin", b"\0\x01\x02"),
            ("build/out.rs", b"fn generated() {}\n"),
            (".gitignore", b"# outputs\n/build/\n"),
        ];
        let service = Self::start(directory, watch).await;
        files.iter().for_each(|(path, bytes)| service.write(path, bytes));
        service.add().await;
        service
    }

    async fn start(directory: tempfile::TempDir, watch: bool) -> Self {
        let engine = engine(&directory, watch).unwrap();
        let channel = in_process_channel(&engine).await.unwrap();
        fs::create_dir_all(directory.path().join("repo")).unwrap();
        Self { directory, engine, channel }
    }

    async fn add(&self) -> v1::AddRepositoryResponse {
        let request = v1::AddRepositoryRequest { root: self.root(), wait_ms: 60_000, ..Default::default() };
        self.repositories().add(request).await.unwrap().into_inner()
    }

    fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join("repo").join(relative)
    }

    fn root(&self) -> String {
        self.path("").to_str().unwrap().trim_end_matches('/').to_owned()
    }

    fn write(&self, relative: &str, bytes: &[u8]) {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn repositories(&self) -> RepositoryServiceClient<Channel> {
        RepositoryServiceClient::new(self.channel.clone())
    }

    fn searches(&self) -> SearchServiceClient<Channel> {
        SearchServiceClient::new(self.channel.clone())
    }

    fn graphs(&self) -> GraphServiceClient<Channel> {
        GraphServiceClient::new(self.channel.clone())
    }

    fn contexts(&self) -> ContextServiceClient<Channel> {
        ContextServiceClient::new(self.channel.clone())
    }

    async fn status(&self) -> v1::RepositoryStatus {
        let request = v1::RepositoryStatusRequest { repository: self.root(), ..Default::default() };
        self.repositories().status(request).await.unwrap().into_inner().repositories.remove(0)
    }
}

fn engine(directory: &tempfile::TempDir, watch: bool) -> Result<Arc<Engine>, crate::ServiceError> {
    Engine::new(EngineOptions { watch, ..EngineOptions::new(directory.path().join("cache")) })
}

fn wait_for_disk() -> Option<v1::Consistency> {
    use v1::consistency::Level;
    Some(v1::Consistency { level: Some(Level::WaitForDiskMs(60_000)) })
}

fn at_least(generation: u64) -> Option<v1::Consistency> {
    use v1::consistency::Level;
    Some(v1::Consistency { level: Some(Level::AtLeastGeneration(generation)) })
}

#[track_caller]
fn check_refused<T: std::fmt::Debug>(result: Result<T, Status>, code: Code, part: &str) {
    let status = result.unwrap_err();
    assert_eq!(status.code(), code, "{status}");
    assert!(status.message().contains(part), "{:?} lacks {part:?}", status.message());
}
