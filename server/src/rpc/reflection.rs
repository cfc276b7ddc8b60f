//! Standard reflection, in the present and the former version of its protocol.

use tonic::service::RoutesBuilder;

fn builder() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(contexd_proto::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
}

/// Adds both versions to `routes`.
pub(super) fn add_to(routes: &mut RoutesBuilder) {
    let present = builder().build_v1().expect("invariant: the descriptors were made by the build");
    let former = builder().build_v1alpha().expect("invariant: the descriptors were made by the build");
    routes.add_service(present).add_service(former);
}
