//! Which files change together: read from the repository's history when it is first asked for, then kept up.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use contexd_indexer::history::{CoChange, History, HistoryOptions};

/// Keeps the history as far as it was read.
#[derive(Default)]
pub(crate) struct HistoryKeeper(Mutex<Option<Arc<History>>>);

impl HistoryKeeper {
    /// The files that commits change together with `path`, or why the history says nothing. Reads what is new. `head` is
    /// the commit that is checked out, empty where it is not known.
    pub(crate) fn changed_with(
        &self,
        root: &Path,
        head: &str,
        path: &str,
        limit: usize,
    ) -> Result<Vec<CoChange>, String> {
        Ok(self.newest(root, head)?.changed_with(path, limit))
    }

    /// Reads what is new, so that who asks need not wait for it. What cannot be read is said to who asks.
    pub(crate) fn read_news(&self, root: &Path) {
        if let Err(reason) = self.newest(root, "") {
            tracing::debug!(root = %root.display(), reason, "no history");
        }
    }

    fn newest(&self, root: &Path, head: &str) -> Result<Arc<History>, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let read = match kept.as_ref() {
            Some(known) if known.head().is_some_and(|known| known == head) => return Ok(Arc::clone(known)),
            Some(known) => known.advanced(root),
            None => History::read(root, HistoryOptions::default()),
        };
        let history = Arc::new(read.map_err(|error| error.to_string())?);
        *kept = Some(Arc::clone(&history));
        Ok(history)
    }
}
