//! `ContextService`.

use std::sync::Arc;

use contexd_proto::v1::context_service_server::ContextService;
use contexd_proto::v1::{
    AssembleContextRequest, AssembleContextResponse, AssembleContextStreamResponse, ExplainRequest,
    ExplainResponse, GetQueryRequest, GetQueryResponse, ListQueriesRequest, ListQueriesResponse,
};
use tonic::{Request, Response, Status};

use super::ReplyStream;
use super::call::unary;
use crate::convert;
use crate::engine::Engine;
use crate::error::ServiceError;

/// The service.
pub(super) struct ContextRpc {
    engine: Arc<Engine>,
}

impl ContextRpc {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    async fn answer(
        &self,
        mut request: AssembleContextRequest,
    ) -> Result<AssembleContextResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let repository = std::mem::take(&mut request.repository);
        let filter = request.filter.as_mut();
        let address = convert::filtered_address(repository, request.consistency.take(), filter)?;
        let (pack_request, notices) = convert::pack_request(request)?;
        let answer = self.engine.assemble(&address, pack_request).await?;
        Ok(convert::pack_response(answer, notices))
    }

    async fn answer_explain(&self, request: ExplainRequest) -> Result<ExplainResponse, ServiceError> {
        let mut question = request.request.unwrap_or_default();
        convert::refuse_session(&question.session)?;
        let repository = std::mem::take(&mut question.repository);
        let filter = question.filter.as_mut();
        let address = convert::filtered_address(repository, question.consistency.take(), filter)?;
        let query = convert::explain_query(question)?;
        let answer = self.engine.explain(&address, query, request.path, request.line).await?;
        Ok(convert::explain_response(answer))
    }

    async fn answer_list(&self, request: ListQueriesRequest) -> Result<ListQueriesResponse, ServiceError> {
        let limit = convert::past_limit(request.limit);
        Ok(convert::past_responses(self.engine.past_answers(&request.repository, limit).await?))
    }

    async fn answer_past(&self, request: GetQueryRequest) -> Result<GetQueryResponse, ServiceError> {
        Ok(convert::past_response(self.engine.past_answer(request.query_id).await?))
    }
}

#[tonic::async_trait]
impl ContextService for ContextRpc {
    type AssembleContextStreamStream = ReplyStream<AssembleContextStreamResponse>;

    async fn assemble_context(
        &self,
        request: Request<AssembleContextRequest>,
    ) -> Result<Response<AssembleContextResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer(message)).await
    }

    async fn assemble_context_stream(
        &self,
        request: Request<AssembleContextRequest>,
    ) -> Result<Response<Self::AssembleContextStreamStream>, Status> {
        let (metadata, _, message) = request.into_parts();
        let whole = unary(&metadata, self.answer(message)).await?.into_inner();
        let parts = convert::pack_parts(whole).into_iter().map(Ok);
        Ok(Response::new(Box::pin(tokio_stream::iter(parts))))
    }

    async fn explain(&self, request: Request<ExplainRequest>) -> Result<Response<ExplainResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_explain(message)).await
    }

    async fn list_queries(
        &self,
        request: Request<ListQueriesRequest>,
    ) -> Result<Response<ListQueriesResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_list(message)).await
    }

    async fn get_query(
        &self,
        request: Request<GetQueryRequest>,
    ) -> Result<Response<GetQueryResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_past(message)).await
    }
}
