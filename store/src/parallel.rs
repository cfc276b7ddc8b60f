//! Two parts of one question at the same time, where a processor is free for it.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

/// Threads that take the second part of a question: apart from those that index, whose work would have to end first.
struct Helpers {
    /// `None` with one processor, or where no thread could be started.
    pool: Option<ThreadPool>,
    busy: AtomicUsize,
}

impl Helpers {
    /// One for each processor but one.
    fn new() -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let threads = ThreadPoolBuilder::new().num_threads((processors - 1).max(1));
        let pool = threads.thread_name(|number| format!("contexd-search-{number}")).build();
        Self { pool: pool.ok().filter(|_| processors > 1), busy: AtomicUsize::new(0) }
    }

    /// A free one, if there is any.
    fn take(&self) -> Option<(&ThreadPool, Taken<'_>)> {
        let pool = self.pool.as_ref()?;
        let taken = Taken(&self.busy);
        let others = self.busy.fetch_add(1, Ordering::Relaxed);
        (others < pool.current_num_threads()).then_some((pool, taken))
    }

    fn join<A, B: Send>(&self, first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
        let Some((pool, _taken)) = self.take() else { return (first(), second()) };
        let mut of_second = None;
        let of_first = pool.in_place_scope(|scope| {
            scope.spawn(|_| of_second = Some(second()));
            first()
        });
        (of_first, of_second.expect("invariant: a scope ends when all that it spawned has"))
    }
}

/// A helper that is busy for as long as this lives.
struct Taken<'a>(&'a AtomicUsize);

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Computes both: `second` on a thread of its own while this one computes `first`, or here after it when all such threads are
/// busy. The results are the same either way.
pub fn join<A, B: Send>(first: impl FnOnce() -> A, second: impl FnOnce() -> B + Send) -> (A, B) {
    static HELPERS: OnceLock<Helpers> = OnceLock::new();
    HELPERS.get_or_init(Helpers::new).join(first, second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_computed_also_within_each_other() {
        let (helpers, numbers) = (Helpers::new(), [1, 2, 3]);
        let inner = || helpers.join(|| numbers[1], || numbers[2]);
        assert_eq!(helpers.join(|| numbers[0], inner), (1, (2, 3)));
    }

    #[test]
    fn a_panic_reaches_the_caller_and_frees_the_helper() {
        let helpers = Helpers::new();
        let panics = || helpers.join(|| (), || panic!("as told"));
        assert!(std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).is_err());
        assert_eq!(helpers.busy.load(Ordering::Relaxed), 0);
    }
}
