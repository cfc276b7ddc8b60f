//! The contexd daemon and command line: everything that knows gRPC, sockets, terminals and absolute paths.

mod convert;
pub mod daemon;
pub mod engine;
pub mod error;
mod in_process;
mod rpc;
pub mod whole_file;

pub use error::ServiceError;
pub use in_process::in_process_channel;
