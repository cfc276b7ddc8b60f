//! Where answers are computed: a bounded number at once, a bounded number waiting, each panic kept to its request.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::error::ServiceError;

/// Runs computations away from the threads that serve connections.
#[derive(Debug)]
pub(crate) struct ComputePool {
    slots: Arc<Semaphore>,
    waiting: AtomicUsize,
    max_waiting: usize,
}

/// Counts a request as waiting until it is dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ComputePool {
    /// A pool that computes `slots` answers at once and lets `max_waiting` requests wait.
    pub(crate) fn new(slots: usize, max_waiting: usize) -> Self {
        Self { slots: Arc::new(Semaphore::new(slots)), waiting: AtomicUsize::new(0), max_waiting }
    }

    /// Runs `work` and says how long it waited for its turn. Work that has begun runs to its end even when nobody
    /// waits for it any more, and keeps its slot until then.
    ///
    /// # Errors
    /// When too many wait already, or when `work` panics.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<(T, Duration), ServiceError> {
        let arrived = Instant::now();
        let slot = self.take_slot().await?;
        let queued = arrived.elapsed();
        let span = tracing::Span::current();
        let task = tokio::task::spawn_blocking(move || {
            let result = span.in_scope(work);
            drop(slot);
            result
        });
        match task.await {
            Ok(result) => Ok((result, queued)),
            Err(error) => Err(failed_task(error)),
        }
    }

    async fn take_slot(&self) -> Result<tokio::sync::OwnedSemaphorePermit, ServiceError> {
        if let Ok(slot) = Arc::clone(&self.slots).try_acquire_owned() {
            return Ok(slot);
        }
        let waiting = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if waiting >= self.max_waiting {
            return Err(ServiceError::Busy { waiting });
        }
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        slot.map_err(|_closed| ServiceError::ShuttingDown { what: "the server".to_owned() })
    }
}

/// Runs blocking work that is not the computation of an answer: opening, closing, waiting.
pub(crate) async fn run_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, ServiceError> {
    let span = tracing::Span::current();
    tokio::task::spawn_blocking(move || span.in_scope(work)).await.map_err(failed_task)
}

fn failed_task(error: tokio::task::JoinError) -> ServiceError {
    match error.try_into_panic() {
        Ok(payload) => ServiceError::Panicked { detail: panic_message(payload.as_ref()) },
        Err(_cancelled) => ServiceError::ShuttingDown { what: "the server".to_owned() },
    }
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().copied();
    text.or_else(|| payload.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message").to_owned()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_error_and_frees_its_slot() {
        let pool = ComputePool::new(1, 1);
        let failed = pool.run(|| -> u32 { panic!("no such luck") }).await;
        assert!(matches!(&failed, Err(ServiceError::Panicked { detail }) if detail == "no such luck"));
        assert_eq!(pool.run(|| 7).await.unwrap().0, 7);
    }

    #[tokio::test]
    async fn more_than_may_wait_are_refused() {
        let pool = Arc::new(ComputePool::new(1, 1));
        let (release, released) = std::sync::mpsc::channel::<()>();
        let (began, begun) = tokio::sync::oneshot::channel();
        let spawn = |work: Box<dyn FnOnce() + Send>| {
            let pool = Arc::clone(&pool);
            tokio::spawn(async move { pool.run(work).await.map(|_| ()) })
        };
        let first = spawn(Box::new(move || {
            began.send(()).unwrap();
            released.recv().unwrap();
        }));
        begun.await.unwrap();
        let second = spawn(Box::new(|| ()));
        while pool.waiting.load(Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(pool.run(|| ()).await, Err(ServiceError::Busy { waiting: 1 })));
        release.send(()).unwrap();
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();
    }
}
