//! The `contexd.v1` wire protocol: messages, clients and servers, generated from `proto/contexd/v1/*.proto`.
//!
//! The comments of the `.proto` files are the API documentation.

/// Package `contexd.v1`.
pub mod v1 {
    #![allow(missing_docs, unreachable_pub, unused_qualifications, reason = "generated code")]
    #![allow(clippy::all, clippy::allow_attributes_without_reason, reason = "generated code")]

    tonic::include_proto!("contexd.v1");
}

/// The encoded `FileDescriptorSet` of the package, with comments, for server reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contexd_descriptor.bin"));

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use prost::Message;
    use prost_types::source_code_info::Location;
    use prost_types::{DescriptorProto, FileDescriptorProto, FileDescriptorSet};

    /// Paths of everything that must carry a comment: services, methods, messages, fields, enums, values.
    fn described_paths(file: &FileDescriptorProto) -> Vec<(String, Vec<i32>)> {
        let mut paths = Vec::new();
        for (index, message) in numbered(&file.message_type) {
            describe_message(message, &[4, index], &mut paths);
        }
        for (index, enumeration) in numbered(&file.enum_type) {
            describe_enum(enumeration, &[5, index], &mut paths);
        }
        for (index, service) in numbered(&file.service) {
            paths.push((service.name().to_owned(), vec![6, index]));
            for (method_index, method) in numbered(&service.method) {
                paths
                    .push((format!("{}.{}", service.name(), method.name()), vec![6, index, 2, method_index]));
            }
        }
        paths
    }

    fn describe_message(message: &DescriptorProto, at: &[i32], paths: &mut Vec<(String, Vec<i32>)>) {
        if message.options.as_ref().is_some_and(|options| options.map_entry()) {
            return;
        }
        paths.push((message.name().to_owned(), at.to_vec()));
        for (index, field) in numbered(&message.field) {
            paths.push((format!("{}.{}", message.name(), field.name()), [at, &[2, index]].concat()));
        }
        for (index, nested) in numbered(&message.nested_type) {
            describe_message(nested, &[at, &[3, index]].concat(), paths);
        }
        for (index, nested) in numbered(&message.enum_type) {
            describe_enum(nested, &[at, &[4, index]].concat(), paths);
        }
    }

    fn describe_enum(
        enumeration: &prost_types::EnumDescriptorProto,
        at: &[i32],
        paths: &mut Vec<(String, Vec<i32>)>,
    ) {
        paths.push((enumeration.name().to_owned(), at.to_vec()));
        for (index, value) in numbered(&enumeration.value) {
            paths.push((value.name().to_owned(), [at, &[2, index]].concat()));
        }
    }

    fn numbered<T>(items: &[T]) -> impl Iterator<Item = (i32, &T)> {
        (0..).zip(items)
    }

    fn has_comment(locations: &[Location], path: &[i32]) -> bool {
        locations
            .iter()
            .any(|location| location.path == path && !location.leading_comments().trim().is_empty())
    }

    #[test]
    fn everything_in_the_protocol_is_commented() {
        let descriptors = FileDescriptorSet::decode(super::FILE_DESCRIPTOR_SET).unwrap();
        let mut missing = Vec::new();
        let mut seen = 0;
        for file in descriptors.file.iter().filter(|file| file.package() == "contexd.v1") {
            let locations = &file.source_code_info.as_ref().unwrap().location;
            for (name, path) in described_paths(file) {
                seen += 1;
                if !has_comment(locations, &path) {
                    missing.push(format!("{}: {name}", file.name()));
                }
            }
        }
        assert!(seen > 200, "the descriptors hold only {seen} described items");
        assert_eq!(missing, Vec::<String>::new());
    }
}
