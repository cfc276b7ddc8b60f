//! `RepositoryService`.

use std::sync::Arc;
use std::time::Duration;

use contexd_proto::v1::repository_service_server::RepositoryService;
use contexd_proto::v1::{
    AddRepositoryRequest, AddRepositoryResponse, ListRepositoriesRequest, ListRepositoriesResponse,
    ReindexRequest, ReindexResponse, RemoveRepositoryRequest, RemoveRepositoryResponse,
    RepositoryStatusRequest, RepositoryStatusResponse, WatchStatusRequest, WatchStatusResponse, WhyRequest,
    WhyResponse,
};
use tokio::sync::mpsc;
use tokio::time::MissedTickBehavior;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};

use super::ReplyStream;
use super::call::unary;
use crate::convert;
use crate::engine::Engine;
use crate::error::ServiceError;

/// The service.
pub(super) struct RepositoryRpc {
    engine: Arc<Engine>,
}

impl RepositoryRpc {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    async fn answer_add(&self, request: AddRepositoryRequest) -> Result<AddRepositoryResponse, ServiceError> {
        let limit = convert::wait(request.wait_ms)?;
        let (mut status, added) = self.engine.add(&request.root, request.allow_broad_root).await?;
        if !limit.is_zero() {
            status = self.engine.await_first_scan(&status.summary.id, limit).await?;
        }
        Ok(AddRepositoryResponse { repository: Some(convert::status(status)), added })
    }

    async fn answer_remove(
        &self,
        request: RemoveRepositoryRequest,
    ) -> Result<RemoveRepositoryResponse, ServiceError> {
        let (root, freed_bytes) = self.engine.remove(&request.repository).await?;
        Ok(RemoveRepositoryResponse { root: root.display().to_string(), freed_bytes })
    }

    async fn answer_status(
        &self,
        request: RepositoryStatusRequest,
    ) -> Result<RepositoryStatusResponse, ServiceError> {
        let address = convert::address(request.repository, request.consistency)?;
        let statuses = self.engine.status(&address).await?;
        Ok(convert::status_response(&self.engine, statuses))
    }

    async fn answer_reindex(&self, request: ReindexRequest) -> Result<ReindexResponse, ServiceError> {
        let limit = convert::wait(request.wait_ms)?;
        let (status, complete) = self.engine.reindex(&request.repository, limit).await?;
        Ok(ReindexResponse { repository: Some(convert::status(status)), complete })
    }

    async fn answer_why(&self, request: WhyRequest) -> Result<WhyResponse, ServiceError> {
        let address = convert::address(request.repository, request.consistency)?;
        Ok(convert::why_response(self.engine.why(&address, request.path).await?))
    }
}

#[tonic::async_trait]
impl RepositoryService for RepositoryRpc {
    type WatchStatusStream = ReplyStream<WatchStatusResponse>;

    async fn add(
        &self,
        request: Request<AddRepositoryRequest>,
    ) -> Result<Response<AddRepositoryResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_add(message)).await
    }

    async fn remove(
        &self,
        request: Request<RemoveRepositoryRequest>,
    ) -> Result<Response<RemoveRepositoryResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_remove(message)).await
    }

    async fn list(
        &self,
        request: Request<ListRepositoriesRequest>,
    ) -> Result<Response<ListRepositoriesResponse>, Status> {
        let list = async { Ok(convert::list_response(self.engine.list())) };
        unary(request.metadata(), list).await
    }

    async fn status(
        &self,
        request: Request<RepositoryStatusRequest>,
    ) -> Result<Response<RepositoryStatusResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_status(message)).await
    }

    async fn watch_status(
        &self,
        request: Request<WatchStatusRequest>,
    ) -> Result<Response<Self::WatchStatusStream>, Status> {
        let message = request.into_inner();
        let first = self.engine.status_now(&message.repository).await?;
        let watched = first.summary.id.clone();
        let interval = convert::watch_interval(message.min_interval_ms);
        let (sender, receiver) = mpsc::channel(1);
        let engine = Arc::clone(&self.engine);
        tokio::spawn(async move { watch(&engine, &watched, interval, &sender).await });
        Ok(Response::new(Box::pin(ReceiverStream::new(receiver))))
    }

    async fn reindex(&self, request: Request<ReindexRequest>) -> Result<Response<ReindexResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_reindex(message)).await
    }

    async fn why(&self, request: Request<WhyRequest>) -> Result<Response<WhyResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_why(message)).await
    }
}

/// Sends the status whenever it differs from the one sent before, until nobody listens, the repository is gone or
/// the server stops.
async fn watch(
    engine: &Engine,
    repository: &str,
    interval: Duration,
    sender: &mpsc::Sender<Result<WatchStatusResponse, Status>>,
) {
    let stopping = engine.stopping();
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = None;
    loop {
        tokio::select! {
            () = stopping.cancelled() => return,
            () = sender.closed() => return,
            _ = ticks.tick() => {}
        }
        let status = match engine.status_now(repository).await {
            Ok(status) => convert::status(status),
            Err(error) => return end(error, sender).await,
        };
        if sent.as_ref() == Some(&status) {
            continue;
        }
        sent = Some(status.clone());
        if sender.send(Ok(WatchStatusResponse { repository: Some(status) })).await.is_err() {
            return;
        }
    }
}

/// Ends a watch: in order when the repository was removed or the server stops, else with what went wrong.
async fn end(error: ServiceError, sender: &mpsc::Sender<Result<WatchStatusResponse, Status>>) {
    let is_orderly =
        matches!(error, ServiceError::UnknownRepository { .. } | ServiceError::ShuttingDown { .. });
    if !is_orderly && sender.send(Err(error.into())).await.is_err() {
        tracing::debug!("nobody listened to the end of a watch");
    }
}
