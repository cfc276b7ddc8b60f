//! The code graph of an open repository: made when it is first needed, then from the one before.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use contexd_graph::Graph;
use contexd_store::Snapshot;

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
