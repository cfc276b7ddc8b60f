//! `OverlayService`: not available yet.

use contexd_proto::v1::overlay_service_server::OverlayService;
use contexd_proto::v1::{
    CloseOverlayRequest, CloseOverlayResponse, OpenOverlayRequest, OpenOverlayResponse, UpdateOverlayRequest,
    UpdateOverlayResponse,
};
use tonic::{Request, Response, Status};

use crate::error::ServiceError;

/// The service.
pub(super) struct OverlayRpc;

fn unavailable<T>() -> Result<Response<T>, Status> {
    Err(ServiceError::Unimplemented { what: "an overlay of unsaved buffers" }.into())
}

#[tonic::async_trait]
impl OverlayService for OverlayRpc {
    async fn open(
        &self,
        _request: Request<OpenOverlayRequest>,
    ) -> Result<Response<OpenOverlayResponse>, Status> {
        unavailable()
    }

    async fn update(
        &self,
        _request: Request<UpdateOverlayRequest>,
    ) -> Result<Response<UpdateOverlayResponse>, Status> {
        unavailable()
    }

    async fn close(
        &self,
        _request: Request<CloseOverlayRequest>,
    ) -> Result<Response<CloseOverlayResponse>, Status> {
        unavailable()
    }
}
