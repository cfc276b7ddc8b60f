//! Bringing a repository's index to completion.

use contexd_proto::v1;
use tonic::Code;

use crate::cli::error::{CommandError, ErrorKind};
use crate::cli::invocation::Invocation;
use crate::cli::progress::Progress;
use crate::cli::service::Service;

/// Longest wait of one request, in milliseconds; a scan that takes longer is waited for again.
const WAIT_MS: u32 = 600_000;

/// Whether the service does not know the invocation's repository. One that lies beneath another is known only when
/// it was added itself.
pub(crate) async fn is_unknown(service: &Service, invocation: &Invocation) -> Result<bool, CommandError> {
    let root = invocation.repository_name()?;
    let known = service.repositories().list(v1::ListRepositoriesRequest {}).await?.into_inner();
    Ok(known.repositories.iter().all(|repository| repository.root != root))
}

/// Adds the invocation's repository, if it is not known, and waits until its scan is done, showing progress.
pub(crate) async fn complete(
    service: &Service,
    invocation: &Invocation,
    allow_broad_root: bool,
) -> Result<v1::AddRepositoryResponse, CommandError> {
    let root = invocation.repository_name()?;
    let request = |wait_ms| v1::AddRepositoryRequest { root: root.clone(), allow_broad_root, wait_ms };
    let mut repositories = service.repositories();
    let first = repositories.add(request(0)).await?.into_inner();
    let mut reply = first.clone();
    if is_unfinished(&reply) {
        let is_first = first.repository.as_ref().is_some_and(|status| status.generation == 0);
        let progress = Progress::follow(service, invocation, is_first)?;
        while is_unfinished(&reply) {
            reply = repositories.add(request(WAIT_MS)).await?.into_inner();
        }
        progress.finish(reply.repository.as_ref());
    }
    refuse_failed(reply.repository.as_ref())?;
    Ok(v1::AddRepositoryResponse { added: first.added, ..reply })
}

/// Adds the repository at `root`, an absolute path, if it is not known, and waits until its scan is done.
pub(crate) async fn complete_at(service: &Service, root: &str) -> Result<(), CommandError> {
    let request =
        v1::AddRepositoryRequest { root: root.to_owned(), allow_broad_root: false, wait_ms: WAIT_MS };
    loop {
        let reply = service.repositories().add(request.clone()).await?.into_inner();
        if !is_unfinished(&reply) {
            return refuse_failed(reply.repository.as_ref());
        }
    }
}

/// Compares the invocation's repository with the disk again and waits until that is done, showing progress.
pub(crate) async fn compare(
    service: &Service,
    invocation: &Invocation,
) -> Result<v1::RepositoryStatus, CommandError> {
    let request = v1::ReindexRequest { repository: invocation.repository_name()?, wait_ms: WAIT_MS };
    let mut repositories = service.repositories();
    let progress = Progress::follow(service, invocation, false)?;
    let mut reply = repositories.reindex(request.clone()).await?.into_inner();
    while !reply.complete {
        reply = repositories.reindex(request.clone()).await?.into_inner();
    }
    progress.finish(reply.repository.as_ref());
    refuse_failed(reply.repository.as_ref())?;
    Ok(reply.repository.unwrap_or_default())
}

/// Whether the tree has not been compared with the index since the service opened it.
fn is_unfinished(reply: &v1::AddRepositoryResponse) -> bool {
    let unfinished =
        |status: &v1::RepositoryStatus| status.last_scan.is_none() && status.phase() != v1::Phase::Failed;
    reply.repository.as_ref().is_some_and(unfinished)
}

/// An indexer that has stopped must not pass for one that is done.
fn refuse_failed(repository: Option<&v1::RepositoryStatus>) -> Result<(), CommandError> {
    match repository {
        Some(status) if status.phase() == v1::Phase::Failed => {
            let message = format!("indexing {} failed: {}", status.root, status.last_error);
            Err(CommandError::new(ErrorKind::Service(Code::Internal), message))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scan_is_finished_once_there_is_one() {
        let reply = |status| v1::AddRepositoryResponse { repository: Some(status), added: true };
        let scanning = v1::RepositoryStatus::default();
        let scanned =
            v1::RepositoryStatus { last_scan: Some(v1::ScanTimings::default()), ..scanning.clone() };
        assert!(is_unfinished(&reply(scanning)) && !is_unfinished(&reply(scanned)));
    }

    #[test]
    fn a_failed_indexer_is_an_error_with_its_reason() {
        let failed = v1::RepositoryStatus {
            root: "/r".to_owned(),
            phase: v1::Phase::Failed.into(),
            last_error: "disk full".to_owned(),
            ..v1::RepositoryStatus::default()
        };
        let error = refuse_failed(Some(&failed)).unwrap_err();
        assert_eq!(error.message, "indexing /r failed: disk full");
        assert!(refuse_failed(Some(&v1::RepositoryStatus::default())).is_ok());
    }
}
