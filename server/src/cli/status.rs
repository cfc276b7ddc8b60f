//! `contexd status`: what is indexed and how it is doing.

use clap::Args;
use contexd_proto::v1;

use crate::cli::Outcome;
use crate::cli::daemon;
use crate::cli::error::CommandError;
use crate::cli::invocation::Invocation;
use crate::cli::output::Printer;
use crate::cli::scan;
use crate::cli::service::{Host, Service};
use crate::cli::view::{DaemonStatus, RepositoryStatus, StatusReport, render_status};

/// Arguments of `contexd status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  contexd status                              the daemon and all of its repositories
  contexd status --repo ~/src/tokio           one repository
  contexd status --wait 5000 --json           after what is on disk now is indexed, 5 s at most

Without a daemon it shows what is stored of the repository around you (or of --repo); none is started.
With --json: one object with daemon and repositories; a repository has root, generation, digest, files_walked,
files_indexed, skipped (by reason), chunks, symbols, semantic, pending, phase, watch, ... Two indexes of the same tree
have the same digest. files_walked is files_indexed and all of skipped.")]
pub(crate) struct StatusArgs {}

/// Runs `contexd status`.
pub(crate) async fn run(invocation: &Invocation, printer: &mut Printer) -> Result<Outcome, CommandError> {
    let service = Service::running_or_own(invocation).await?;
    let reply = ask(&service, invocation).await?;
    let settings = &invocation.settings;
    let absent = DaemonStatus::absent(&settings.socket, &daemon::log_path(settings));
    let report = StatusReport {
        daemon: match (service.host, reply.server) {
            (Host::Daemon, Some(server)) => absent.running(server),
            _ => absent,
        },
        repositories: reply.repositories.into_iter().map(|status| as_found(status, service.host)).collect(),
    };
    printer.object(&report, render_status)?;
    Ok(Outcome::found(!report.repositories.is_empty()))
}

/// A repository's status as the command found it: opening an index to look at it is no work on it.
fn as_found(status: v1::RepositoryStatus, host: Host) -> RepositoryStatus {
    let failed = status.phase() == v1::Phase::Failed;
    let status = RepositoryStatus::from(status);
    if host == Host::Own && !failed { status.at_rest() } else { status }
}

/// The status of everything where a daemon runs and no repository is named; else of one repository, if it is known.
async fn ask(
    service: &Service,
    invocation: &Invocation,
) -> Result<v1::RepositoryStatusResponse, CommandError> {
    let everything =
        v1::RepositoryStatusRequest { repository: String::new(), consistency: invocation.consistency() };
    let mut repositories = service.repositories();
    if service.host == Host::Daemon && !invocation.repository_named {
        return Ok(repositories.status(everything).await?.into_inner());
    }
    if scan::is_unknown(service, invocation).await? {
        let nothing = v1::RepositoryStatusRequest::default();
        let reply = repositories.status(nothing).await?.into_inner();
        return Ok(v1::RepositoryStatusResponse { repositories: Vec::new(), ..reply });
    }
    let repository = invocation.repository_name()?;
    let mut reply = v1::RepositoryStatusResponse::default();
    if service.host == Host::Own && invocation.wait.is_none() {
        reply.repositories.extend(stored(service, repository).await?);
        return Ok(reply);
    }
    let one = v1::RepositoryStatusRequest { repository, ..everything };
    Ok(repositories.status(one).await?.into_inner())
}

/// The status of a repository that no daemon has open, as it is stored: the first look at it, which opens it.
async fn stored(service: &Service, repository: String) -> Result<Option<v1::RepositoryStatus>, CommandError> {
    let request = v1::WatchStatusRequest { repository, min_interval_ms: 0 };
    let mut looks = service.repositories().watch_status(request).await?.into_inner();
    Ok(looks.message().await?.and_then(|look| look.repository))
}
