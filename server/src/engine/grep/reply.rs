//! Where the parts of an answer go while they are found, and when to stop looking for more.

use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::GrepPart;
use crate::error::ServiceError;

/// How long a caller may take none of the parts that wait for it.
const PATIENCE: Duration = Duration::from_secs(30);

/// The way back to the caller.
#[derive(Debug)]
pub struct GrepReply {
    parts: mpsc::Sender<GrepPart>,
    deadline: Option<Instant>,
}

impl GrepReply {
    /// A reply that goes to `parts` until `deadline`, or until nobody takes them any more.
    #[must_use]
    pub fn new(parts: mpsc::Sender<GrepPart>, deadline: Option<Instant>) -> Self {
        Self { parts, deadline }
    }

    /// Fails once going on makes no sense.
    pub(super) fn check(&self) -> Result<(), ServiceError> {
        if self.parts.is_closed() {
            return Err(ServiceError::Cancelled);
        }
        match self.deadline {
            Some(deadline) if deadline <= Instant::now() => Err(ServiceError::DeadlineExceeded),
            _ => Ok(()),
        }
    }

    /// Sends a part; waits while too many are on their way. Not to be called on a thread that serves connections.
    pub(super) fn send(&self, part: GrepPart) -> Result<(), ServiceError> {
        use mpsc::error::{SendTimeoutError, TrySendError};
        let part = match self.parts.try_send(part) {
            Ok(()) => return Ok(()),
            Err(TrySendError::Closed(_)) => return Err(ServiceError::Cancelled),
            Err(TrySendError::Full(part)) => part,
        };
        let left =
            self.deadline.map_or(PATIENCE, |deadline| deadline.saturating_duration_since(Instant::now()));
        match Handle::current().block_on(self.parts.send_timeout(part, left.min(PATIENCE))) {
            Ok(()) => Ok(()),
            Err(SendTimeoutError::Closed(_)) => Err(ServiceError::Cancelled),
            Err(SendTimeoutError::Timeout(_)) => Err(ServiceError::DeadlineExceeded),
        }
    }
}
