//! What every method does around its work: keep the deadline, log the outcome.

use std::future::Future;
use std::time::{Duration, Instant};

use tonic::metadata::MetadataMap;
use tonic::{Code, Response, Status};

use crate::error::ServiceError;

/// The share of the caller's time that is kept for sending the answer, and its bounds. The transport, here and at the
/// caller, ends a call at its deadline with another code than the one that is meant; ours has to be there first.
const SENDING_SHARE: u32 = 10;
const SENDING_AT_LEAST: Duration = Duration::from_millis(2);
const SENDING_AT_MOST: Duration = Duration::from_millis(100);

/// When the work for the caller ends, if it gave a deadline.
pub(super) fn deadline_at(metadata: &MetadataMap) -> Option<Instant> {
    Instant::now().checked_add(time_to_work(deadline(metadata)?))
}

/// What is left of the caller's time once sending the answer is taken off.
fn time_to_work(limit: Duration) -> Duration {
    limit.saturating_sub((limit / SENDING_SHARE).clamp(SENDING_AT_LEAST, SENDING_AT_MOST))
}

/// Runs the work of one unary call within its deadline and logs how it went.
pub(super) async fn unary<T>(
    metadata: &MetadataMap,
    work: impl Future<Output = Result<T, ServiceError>>,
) -> Result<Response<T>, Status> {
    let began = Instant::now();
    let result = match deadline(metadata) {
        Some(limit) => tokio::time::timeout(time_to_work(limit), work)
            .await
            .unwrap_or(Err(ServiceError::DeadlineExceeded)),
        None => work.await,
    };
    log(&result, began.elapsed());
    Ok(Response::new(result?))
}

fn log<T>(result: &Result<T, ServiceError>, elapsed: Duration) {
    let elapsed_us = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
    match result {
        Ok(_) => tracing::debug!(elapsed_us, "answered"),
        Err(error) if error.grpc_code() == Code::Internal => {
            tracing::error!(elapsed_us, %error, "failed");
        }
        Err(error) => tracing::debug!(elapsed_us, code = ?error.grpc_code(), %error, "refused"),
    }
}

/// The time that the caller gives, as gRPC's header `grpc-timeout` says it.
fn deadline(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let amount: u64 = digits.parse().ok().filter(|_| digits.len() <= 8)?;
    match unit {
        "H" => Some(Duration::from_secs(amount * 3_600)),
        "M" => Some(Duration::from_secs(amount * 60)),
        "S" => Some(Duration::from_secs(amount)),
        "m" => Some(Duration::from_millis(amount)),
        "u" => Some(Duration::from_micros(amount)),
        "n" => Some(Duration::from_nanos(amount)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn with_timeout(text: &str) -> MetadataMap {
        let mut metadata = MetadataMap::new();
        metadata.insert("grpc-timeout", text.parse().unwrap());
        metadata
    }

    #[test]
    fn deadlines_are_read() {
        let read = |text| deadline(&with_timeout(text));
        assert_eq!(read("5S"), Some(Duration::from_secs(5)));
        assert_eq!(read("250m"), Some(Duration::from_millis(250)));
        assert_eq!(read("2H"), Some(Duration::from_secs(7_200)));
        for malformed in ["", "S", "5", "5x", "-1S", "123456789S"] {
            assert_eq!(read(malformed), None, "{malformed:?}");
        }
        assert_eq!(deadline(&MetadataMap::new()), None);
    }

    #[tokio::test]
    async fn a_deadline_that_passes_is_told_as_such() {
        let endless = std::future::pending::<Result<(), ServiceError>>();
        let status = unary(&with_timeout("5m"), endless).await.unwrap_err();
        assert_eq!(status.code(), Code::DeadlineExceeded);
    }
}
