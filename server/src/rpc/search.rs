//! `SearchService`.

use std::sync::Arc;

use contexd_proto::v1::search_service_server::SearchService;
use contexd_proto::v1::{
    FindReferencesRequest, FindReferencesResponse, GetDefinitionRequest, GetDefinitionResponse,
    GetOutlineRequest, GetOutlineResponse, GrepRequest, GrepResponse, SearchRequest, SearchResponse,
    SearchSymbolsRequest, SearchSymbolsResponse,
};
use tonic::{Request, Response, Status};

use super::ReplyStream;
use super::call::unary;
use crate::convert;
use crate::engine::Engine;
use crate::error::ServiceError;

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
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
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
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
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
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
        let (query, filter, notice) = convert::reference_query(request)?;
        let answer = self.engine.find_references(&address, query, filter).await?;
        Ok(convert::references_response(answer, notice))
    }

    async fn answer_outline(&self, request: GetOutlineRequest) -> Result<GetOutlineResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let address = convert::address(request.repository, request.consistency)?;
        let answer = self.engine.outline(&address, request.path).await?;
        Ok(convert::outline_response(answer))
    }
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

    async fn grep(&self, _request: Request<GrepRequest>) -> Result<Response<Self::GrepStream>, Status> {
        Err(ServiceError::Unimplemented { what: "Grep" }.into())
    }
}
