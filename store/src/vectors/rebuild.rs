//! Graphs are built in the background, one at a time, whenever too much has changed since the last.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use super::graph::Graph;
use super::index::Models;
use super::searcher::{Graphs, ModelRows};
use crate::ContentHash;

/// Share of rows changed since the graph was built above which it is built again.
const GRAPH_CHURN: f32 = 0.15;

/// Builds the graphs of one index. Dropped with the index: a build under way is given up.
pub(super) struct GraphBuilder {
    shared: Arc<Shared>,
}

/// When and how graphs are built.
#[derive(Clone, Copy)]
pub(crate) struct GraphOptions {
    /// Live rows from which a model has a graph.
    pub(crate) threshold: usize,
    /// Threads that build.
    pub(crate) threads: usize,
}

struct Shared {
    directory: Option<PathBuf>,
    options: GraphOptions,
    graphs: Graphs,
    state: Mutex<State>,
    cancelled: AtomicBool,
}

#[derive(Default)]
struct State {
    /// The rows of the last commit.
    models: Arc<Models>,
    is_building: bool,
    /// The thread that builds, or the last that did.
    worker: Option<JoinHandle<()>>,
}

impl GraphBuilder {
    pub(super) fn new(directory: Option<PathBuf>, options: GraphOptions, graphs: Graphs) -> Self {
        let shared = Shared {
            directory,
            options,
            graphs,
            state: Mutex::new(State::default()),
            cancelled: AtomicBool::new(false),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Looks at the rows of a commit and starts building when a graph is missing or too old. A build that is under way
    /// looks at them when it ends.
    pub(super) fn consider(&self, models: &Arc<Models>) {
        let mut state = self.shared.state();
        state.models = Arc::clone(models);
        if state.is_building || self.shared.stale(&state.models).is_none() {
            return;
        }
        let shared = Arc::clone(&self.shared);
        let spawned =
            std::thread::Builder::new().name("vector-graph".to_owned()).spawn(move || shared.build_all());
        match spawned {
            Ok(worker) => {
                state.is_building = true;
                state.worker = Some(worker);
            }
            Err(error) => tracing::warn!(%error, "cannot start building the vector graph, scanning exactly"),
        }
    }

    /// Waits until nothing is being built.
    #[cfg(test)]
    pub(super) fn finish(&self) {
        let worker = self.shared.state().worker.take();
        worker.into_iter().for_each(|worker| drop(worker.join()));
    }
}

impl Drop for GraphBuilder {
    fn drop(&mut self) {
        self.shared.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Builds until no graph is missing or too old, or one cannot be built.
    fn build_all(&self) {
        loop {
            let (model, rows) = {
                let mut state = self.state();
                let Some(stale) = self.stale(&state.models) else {
                    state.is_building = false;
                    return;
                };
                stale
            };
            if !self.build(model, &rows) {
                self.state().is_building = false;
                return;
            }
        }
    }

    /// Reads the graph that an earlier process stored, or else builds one; whether there is one now.
    fn build(&self, model: ContentHash, rows: &ModelRows) -> bool {
        let directory = self.directory.as_deref().map(|directory| graph_directory(directory, model));
        if !self.has_graph(model)
            && let Some(stored) =
                directory.as_deref().and_then(Graph::read).filter(|graph| graph.is_of(model, rows.dimension))
        {
            self.insert(stored);
            return true;
        }
        let Some(graph) =
            Graph::build(model, rows.dimension, &rows.runs, self.options.threads, &self.cancelled)
        else {
            if !self.cancelled.load(Ordering::Relaxed) {
                tracing::warn!("the graph library failed, scanning exactly");
            }
            return false;
        };
        if let Some(Err(error)) = directory.map(|directory| graph.write(&directory)) {
            tracing::warn!(%error, "cannot store the vector graph, it will be built again at the next start");
        }
        tracing::info!(rows = graph.rows(), "vector graph built");
        self.insert(graph);
        true
    }

    fn has_graph(&self, model: ContentHash) -> bool {
        self.graphs.read().unwrap_or_else(PoisonError::into_inner).contains_key(&model)
    }

    fn insert(&self, graph: Graph) {
        let mut graphs = self.graphs.write().unwrap_or_else(PoisonError::into_inner);
        graphs.insert(graph.model, Arc::new(graph));
    }

    /// The first model whose graph is missing or too old, with its rows.
    fn stale(&self, models: &Models) -> Option<(ContentHash, Arc<ModelRows>)> {
        let (model, rows) = models.iter().find(|(model, rows)| self.needs_graph(**model, rows))?;
        Some((*model, Arc::clone(rows)))
    }

    fn needs_graph(&self, model: ContentHash, rows: &ModelRows) -> bool {
        if rows.live_rows < self.options.threshold {
            return false;
        }
        let graphs = self.graphs.read().unwrap_or_else(PoisonError::into_inner);
        let Some(graph) = graphs.get(&model) else { return true };
        let live = rows.rows_in(graph);
        let dead = graph.rows() - live;
        let missing = rows.live_rows.saturating_sub(live);
        (dead + missing) as f32 > graph.rows() as f32 * GRAPH_CHURN
    }
}

fn graph_directory(directory: &Path, model: ContentHash) -> PathBuf {
    let name: String = model.to_string().chars().take(16).collect();
    directory.join(format!("graph-{name}"))
}
