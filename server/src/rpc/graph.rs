//! `GraphService`.

use std::sync::Arc;

use contexd_proto::v1::graph_service_server::GraphService;
use contexd_proto::v1::{
    GetFileNeighboursRequest, GetFileNeighboursResponse, GetMapRequest, GetMapResponse, GetRelatedRequest,
    GetRelatedResponse,
};
use tonic::{Request, Response, Status};

use super::call::unary;
use crate::convert;
use crate::engine::Engine;
use crate::error::ServiceError;

/// The service.
pub(super) struct GraphRpc {
    engine: Arc<Engine>,
}

impl GraphRpc {
    pub(super) fn new(engine: Arc<Engine>) -> Self {
        Self { engine }
    }

    async fn answer_related(
        &self,
        mut request: GetRelatedRequest,
    ) -> Result<GetRelatedResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
        let (query, relation, notice) = convert::related_query(request)?;
        let answer = self.engine.find_related(&address, query, relation).await?;
        Ok(convert::related_response(answer, notice))
    }

    async fn answer_neighbours(
        &self,
        mut request: GetFileNeighboursRequest,
    ) -> Result<GetFileNeighboursResponse, ServiceError> {
        convert::refuse_session(&request.session)?;
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
        let (limit, notice) = convert::neighbour_limit(&request);
        let answer = self.engine.file_neighbours(&address, request.path, limit).await?;
        Ok(convert::neighbours_response(answer, notice))
    }

    async fn answer_map(&self, mut request: GetMapRequest) -> Result<GetMapResponse, ServiceError> {
        let address = convert::address(std::mem::take(&mut request.repository), request.consistency.take())?;
        let (options, notices) = convert::map_options(request);
        let answer = self.engine.draw_map(&address, options).await?;
        Ok(convert::map_response(answer, notices))
    }
}

#[tonic::async_trait]
impl GraphService for GraphRpc {
    async fn get_related(
        &self,
        request: Request<GetRelatedRequest>,
    ) -> Result<Response<GetRelatedResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_related(message)).await
    }

    async fn get_file_neighbours(
        &self,
        request: Request<GetFileNeighboursRequest>,
    ) -> Result<Response<GetFileNeighboursResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_neighbours(message)).await
    }

    async fn get_map(&self, request: Request<GetMapRequest>) -> Result<Response<GetMapResponse>, Status> {
        let (metadata, _, message) = request.into_parts();
        unary(&metadata, self.answer_map(message)).await
    }
}
