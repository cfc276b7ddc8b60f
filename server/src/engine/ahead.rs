//! What is made ahead of the questions that need it: the graph of each generation, and what is new in the history.

use std::path::PathBuf;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use contexd_indexer::worker::RepositoryHandle;
use contexd_store::Reader;

use super::graph::GraphKeeper;
use super::history::HistoryKeeper;

/// How long the index must have been quiet before anything is made unasked.
const QUIET: Duration = Duration::from_millis(300);

/// Makes both in the background once the indexer has come to rest after a commit, so that who asks finds them made. Ends
/// with the indexer.
pub(super) fn keep_up(
    graphs: &Arc<GraphKeeper>,
    history: &Arc<HistoryKeeper>,
    root: PathBuf,
    handle: &RepositoryHandle,
    reader: Reader,
) {
    let (sender, commits) = mpsc::channel::<()>();
    let first = sender.clone();
    // A receiver that is gone means that there is nobody left to make anything for.
    handle.on_commit(move |_| {
        let _ = sender.send(());
    });
    let (graphs, history) = (Arc::downgrade(graphs), Arc::downgrade(history));
    let follow = move || {
        while commits.recv().is_ok() {
            while commits.recv_timeout(QUIET).is_ok() {}
            let (Some(graphs), Some(history)) = (graphs.upgrade(), history.upgrade()) else { return };
            graphs.graph_of(&reader.snapshot());
            history.read_news(&root);
        }
    };
    match thread::Builder::new().name("contexd-ahead".to_owned()).spawn(follow) {
        Ok(_thread) => {
            let _ = first.send(());
        }
        Err(error) => tracing::warn!(%error, "graph and history are made on request only"),
    }
}
