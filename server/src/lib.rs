//! The contexd daemon and command line: everything that knows gRPC, sockets, terminals and absolute paths.
