//! A worker over a real tree, with and without a watcher.
