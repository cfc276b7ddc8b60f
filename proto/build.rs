//! Compiles `contexd/v1/*.proto` without `protoc`: messages, clients, servers, and the descriptors for reflection.

use std::error::Error;
use std::path::PathBuf;

const FILES: [&str; 6] = [
    "contexd/v1/common.proto",
    "contexd/v1/repository.proto",
    "contexd/v1/search.proto",
    "contexd/v1/graph.proto",
    "contexd/v1/context.proto",
    "contexd/v1/overlay.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=contexd");
    let mut compiler = protox::Compiler::new(["."])?;
    compiler.include_source_info(true).include_imports(true).open_files(FILES)?;
    let out_dir = PathBuf::from(std::env::var("OUT_DIR")?);
    std::fs::write(out_dir.join("contexd_descriptor.bin"), compiler.encode_file_descriptor_set())?;
    tonic_prost_build::configure().btree_map(".").compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}
