//! `SearchService`.

use std::sync::Arc;
use std::time::Instant;

use contexd_proto::v1::search_service_server::SearchService;
use contexd_proto::v1::{
    FindReferencesRequest, FindReferencesResponse, GetDefinitionRequest, GetDefinitionResponse,
    GetOutlineRequest, GetOutlineResponse, GrepRequest, GrepResponse, SearchRequest, SearchResponse,
    SearchSymbolsRequest, SearchSymbolsResponse,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status};
use tracing::Instrument;

use super::ReplyStream;
use super::call::{deadline_at, unary};
use crate::convert;
use crate::engine::{Engine, GrepPart, GrepReply};
use crate::error::ServiceError;

/// Parts of an answer that wait to be taken.
const PARTS_AHEAD: usize = 256;

/// The service.
pub(super) struct SearchRpc {
    engine: Arc<Engine>,
}

impl SearchRpc {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    async fn answer_search(&self, mut request: SearchRequest) -> Result<SearchResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let repository = std::mem::take(&mut request.repository);
        let filter = request.filter.as_mut();
        let address = convert::filtered_address(repository, request.consistency.take(), filter)?;
        let extras = convert::search_extras(&request);
        let (query, notice) = convert::search_query(request)?;
        let answer = self.engine.search(&address, query, extras).await?;
        Ok(convert::search_response(answer, notice))
    }

    async fn answer_symbols(
        &self,
        mut request: SearchSymbolsRequest,
    ) -> Result<SearchSymbolsResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let repository = std::mem::take(&mut request.repository);
        let filter = request.filter.as_mut();
        let address = convert::filtered_address(repository, request.consistency.take(), filter)?;
        let (query, notice) = convert::symbol_query(request)?;
        let answer = self.engine.search_symbols(&address, query).await?;
        Ok(convert::symbols_response(answer, notice))
    }

    async fn answer_definition(
        &self,
        mut request: GetDefinitionRequest,
    ) -> Result<GetDefinitionResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
        let (query, notice) = convert::definition_query(request)?;
        let answer = self.engine.define(&address, query).await?;
        Ok(convert::definition_response(answer, notice))
    }

    async fn answer_references(
        &self,
        mut request: FindReferencesRequest,
    ) -> Result<FindReferencesResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let repository = std::mem::take(&mut request.repository);
        let filter = request.filter.as_mut();
        let address = convert::filtered_address(repository, request.consistency.take(), filter)?;
        let (query, filter, notice) = convert::reference_query(request)?;
        let answer = self.engine.find_references(&address, query, filter).await?;
        Ok(convert::references_response(answer, notice))
    }

    /// The stream of an answer, once its first part is known: what is refused is refused at once.
    async fn answer_grep(
        &self,
        mut request: GrepRequest,
        deadline: Option<Instant>,
    ) -> Result<ReplyStream<GrepResponse>, ServiceError> {
        convert::refuse_session(&request.session)?;
        let repository = std::mem::take(&mut request.repository);
        let filter = request.filter.as_mut();
        let address = convert::filtered_address(repository, request.consistency.take(), filter)?;
        let (query, notice) = convert::grep_query(request)?;
        let (parts, mut found) = mpsc::channel(PARTS_AHEAD);
        let engine = Arc::clone(&self.engine);
        let work = async move { engine.grep(&address, query, GrepReply::new(parts, deadline)).await };
        let work = tokio::spawn(work.in_current_span());
        let first = found.recv().await;
        let (replies, stream) = mpsc::channel(1);
        match first {
            None => {
                let answer = outcome(work).await?;
                let summary = convert::grep_summary(answer, notice);
                return Ok(Box::pin(tokio_stream::once(Ok(summary))));
            }
            Some(first) => {
                tokio::spawn(forward(first, found, replies, async move {
                    Ok(convert::grep_summary(outcome(work).await?, notice))
                }));
            }
        }
        Ok(Box::pin(ReceiverStream::new(stream)))
    }

    async fn answer_outline(&self, request: GetOutlineRequest) -> Result<GetOutlineResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let address = convert::address(request.repository, request.consistency)?;
        let answer = self.engine.outline(&address, request.path).await?;
        Ok(convert::outline_response(answer))
    }
}

/// Passes on the parts of an answer, then its end, for as long as somebody takes them.
async fn forward(
    first: GrepPart,
    mut found: mpsc::Receiver<GrepPart>,
    replies: mpsc::Sender<Result<GrepResponse, Status>>,
    end: impl Future<Output = Result<GrepResponse, ServiceError>>,
) {
    let mut next = Some(first);
    while let Some(part) = next {
        if replies.send(Ok(convert::grep_response(part))).await.is_err() {
            return;
        }
        next = tokio::select! {
            part = found.recv() => part,
            () = replies.closed() => return,
        };
    }
    // Whoever asked may have gone by now.
    let _ = replies.send(end.await.map_err(Status::from)).await;
}

/// What a task gave.
async fn outcome<T>(task: JoinHandle<Result<T, ServiceError>>) -> Result<T, ServiceError> {
    task.await.unwrap_or_else(|error| Err(ServiceError::Panicked { detail: error.to_string() }))
}

#[tonic::async_trait]
impl SearchService for SearchRpc {
    type GrepStream = ReplyStream<GrepResponse>;

    async fn search(&self, request: Request<SearchRequest>) -> Result<Response<SearchResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_search(message)).await
    }

    async fn search_symbols(
        &self,
        request: Request<SearchSymbolsRequest>,
    ) -> Result<Response<SearchSymbolsResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_symbols(message)).await
    }

    async fn get_outline(
        &self,
        request: Request<GetOutlineRequest>,
    ) -> Result<Response<GetOutlineResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_outline(message)).await
    }

    async fn get_definition(
        &self,
        request: Request<GetDefinitionRequest>,
    ) -> Result<Response<GetDefinitionResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_definition(message)).await
    }

    async fn find_references(
        &self,
        request: Request<FindReferencesRequest>,
    ) -> Result<Response<FindReferencesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_references(message)).await
    }

    async fn grep(&self, request: Request<GrepRequest>) -> Result<Response<Self::GrepStream>, Status> {
        let (metadata, _, message) = request.into_parts();
        let deadline = deadline_at(&metadata);
        unary(&metadata, self.answer_grep(message, deadline)).await
    }
}
