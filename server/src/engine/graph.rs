//! The code graph of an open repository: made when it is first needed, then from the one before.

use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use contexd_graph::Graph;
use contexd_indexer::worker::RepositoryHandle;
use contexd_store::{Reader, Snapshot};

/// Keeps the newest graph.
#[derive(Default)]
pub(crate) struct GraphKeeper {
    newest: Mutex<Option<Arc<Graph>>>,
}

impl GraphKeeper {
    /// The graph of `snapshot`. Who asks first for a generation makes it; others wait for that.
    pub(crate) fn graph_of(&self, snapshot: &Snapshot) -> Arc<Graph> {
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(graph) = newest.as_ref().filter(|graph| graph.generation() == snapshot.generation()) {
            return Arc::clone(graph);
        }
        let began = Instant::now();
        let graph = match newest.as_ref() {
            Some(older) => older.updated(snapshot),
            None => Graph::build(snapshot),
        };
        let (generation, elapsed) = (graph.generation().0, began.elapsed());
        tracing::debug!(generation, report = ?graph.report(), ?elapsed, "graph made");
        let graph = Arc::new(graph);
        let is_newer = newest.as_ref().is_none_or(|older| older.generation() < graph.generation());
        if is_newer {
            *newest = Some(Arc::clone(&graph));
        }
        graph
    }
}

/// How long the index must have been quiet before its graph is made unasked.
const QUIET: Duration = Duration::from_millis(300);

/// Makes the graph of each generation in the background once the indexer has come to rest, so that who asks finds it
/// made. Ends with the indexer.
pub(crate) fn keep_up(keeper: &Arc<GraphKeeper>, handle: &RepositoryHandle, reader: &Reader) {
    let (sender, commits) = mpsc::channel::<()>();
    let first = sender.clone();
    // A receiver that is gone means that there is nobody left to make graphs for.
    handle.on_commit(move |_| {
        let _ = sender.send(());
    });
    let (keeper, reader) = (Arc::downgrade(keeper), reader.clone());
    let follow = move || {
        while commits.recv().is_ok() {
            while commits.recv_timeout(QUIET).is_ok() {}
            let Some(keeper) = keeper.upgrade() else { return };
            keeper.graph_of(&reader.snapshot());
        }
    };
    match thread::Builder::new().name("contexd-graph".to_owned()).spawn(follow) {
        Ok(_thread) => {
            let _ = first.send(());
        }
        Err(error) => tracing::warn!(%error, "the graph is made on request only"),
    }
}
