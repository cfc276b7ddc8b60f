//! The daemon as a process: is one there, start it in the background, stop it.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use hyper_util::rt::TokioIo;
use rustix::process::{Pid, Signal, getuid, kill_process, test_kill_process};
use tokio::net::UnixStream;
use tonic::transport::{Channel, Endpoint, Uri};
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tower::service_fn;

use crate::cli::error::CommandError;
use crate::settings::Settings;

/// How long a daemon may take from its start until it is healthy.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long a daemon may take to finish what it is at and go.
const STOP_LIMIT: Duration = Duration::from_secs(60);
/// How long to wait between two looks at a daemon that starts or stops.
const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// Size from which the log is set aside when a daemon starts.
const LOG_LIMIT: u64 = 8 << 20;

/// A daemon that answers at its socket.
pub(crate) struct Daemon {
    /// The connection.
    pub(crate) channel: Channel,
    /// Its process.
    pub(crate) pid: u32,
}

/// The daemon at `socket`; `None` when none listens there.
pub(crate) async fn find(socket: &Path) -> Result<Option<Daemon>, CommandError> {
    let stream = match UnixStream::connect(socket).await {
        Ok(stream) => stream,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => {
            return Err(CommandError::daemon(format!("cannot connect to {}: {error}", socket.display()))
                .hint("name another socket with --socket PATH"));
        }
    };
    let peer = stream.peer_cred()?;
    let trusted = [getuid().as_raw(), 0];
    if !trusted.contains(&peer.uid()) {
        return Err(CommandError::daemon(format!("the socket {} is another user's", socket.display()))
            .hint("name your own with --socket PATH"));
    }
    drop(stream);
    let pid = peer.pid().and_then(|pid| u32::try_from(pid).ok()).unwrap_or(0);
    Ok(connect(socket).await.map(|channel| Daemon { channel, pid }))
}

fn is_absent(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused)
}

/// A channel over the socket; `None` when the listener has gone in the meantime.
async fn connect(socket: &Path) -> Option<Channel> {
    let socket: PathBuf = socket.to_owned();
    let connector = service_fn(move |_: Uri| {
        let socket = socket.clone();
        async move { UnixStream::connect(socket).await.map(TokioIo::new) }
    });
    Endpoint::from_static("http://contexd.invalid").connect_with_connector(connector).await.ok()
}

async fn is_healthy(channel: Channel) -> bool {
    let request = tonic_health::pb::HealthCheckRequest::default();
    let reply = HealthClient::new(channel).check(request).await;
    reply.is_ok_and(|reply| reply.get_ref().status() == ServingStatus::Serving)
}

/// The log of the daemon of this socket.
pub(crate) fn log_path(settings: &Settings) -> PathBuf {
    let socket = blake3::hash(settings.socket.as_os_str().as_encoded_bytes()).to_hex();
    settings.cache_dir.join("log").join(format!("contexd-{}.log", &socket[..8]))
}

/// Starts a daemon in the background and waits until it is healthy. Where two start at once, one of them gives way
/// and both callers get the other.
pub(crate) async fn start(settings: &Settings) -> Result<Daemon, CommandError> {
    let mut log = open_log(&log_path(settings))?;
    let log_start = log.seek(SeekFrom::End(0))?;
    let mut child = spawn(settings, log)?;
    let deadline = Instant::now() + START_LIMIT;
    let mut exited_looks = 0;
    while Instant::now() < deadline && exited_looks < 100 {
        if let Some(daemon) = find(&settings.socket).await?
            && is_healthy(daemon.channel.clone()).await
        {
            return Ok(daemon);
        }
        exited_looks += usize::from(child.try_wait()?.is_some());
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(start_failure(&mut child, settings, log_start))
}

fn open_log(path: &Path) -> Result<File, CommandError> {
    let failed = |error: std::io::Error| {
        CommandError::daemon(format!("cannot write the log {}: {error}", path.display()))
            .hint("name a directory for indexes and logs with --cache-dir PATH")
    };
    let directory = path.parent().unwrap_or(Path::new("/"));
    DirBuilder::new().recursive(true).mode(0o700).create(directory).map_err(failed)?;
    if path.metadata().is_ok_and(|metadata| metadata.len() > LOG_LIMIT) {
        std::fs::rename(path, path.with_extension("log.1")).map_err(failed)?;
    }
    OpenOptions::new().create(true).append(true).open(path).map_err(failed)
}

fn spawn(settings: &Settings, log: File) -> Result<Child, CommandError> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("serve").arg("--socket").arg(&settings.socket);
    command.arg("--cache-dir").arg(&settings.cache_dir);
    if let Some(model_dir) = &settings.model_dir {
        command.arg("--model-dir").arg(model_dir);
    }
    if let Some(onnxruntime) = &settings.onnxruntime {
        command.arg("--onnxruntime").arg(onnxruntime);
    }
    if settings.query_log.enabled {
        command.arg("--query-log");
    }
    command.current_dir("/").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    // A process group of its own: an interrupt at the terminal reaches the command, not the daemon.
    command.process_group(0);
    command.spawn().map_err(|error| CommandError::daemon(format!("cannot start the daemon: {error}")))
}

fn start_failure(child: &mut Child, settings: &Settings, log_start: u64) -> CommandError {
    let log = log_path(settings);
    let said = last_line(&log, log_start).map(|line| format!(": {line}")).unwrap_or_default();
    let message = match child.try_wait() {
        Ok(Some(_)) => format!("the daemon stopped right after its start{said}"),
        _ => format!("the daemon is not healthy after {} s{said}", START_LIMIT.as_secs()),
    };
    CommandError::daemon(message)
        .hint(format!("its log is {}", log.display()))
        .hint("--no-daemon answers without one")
}

/// The last line that says something, of those written to `log` from `start` on.
fn last_line(log: &Path, start: u64) -> Option<String> {
    let mut file = File::open(log).ok()?;
    file.seek(SeekFrom::Start(start)).ok()?;
    let mut text = String::new();
    file.take(1 << 20).read_to_string(&mut text).ok()?;
    let line = text.lines().map(str::trim).rfind(|line| !line.is_empty() && !line.starts_with("hint:"))?;
    Some(line.trim_start_matches("error: ").to_owned())
}

/// Asks the daemon `pid` to stop and waits until its process has gone.
pub(crate) async fn stop(pid: u32) -> Result<(), CommandError> {
    let process = i32::try_from(pid).ok().and_then(Pid::from_raw);
    let process =
        process.ok_or_else(|| CommandError::daemon("the system does not tell the daemon's process id"))?;
    match kill_process(process, Signal::TERM) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => {}
        Err(error) => return Err(CommandError::daemon(format!("cannot stop the daemon {pid}: {error}"))),
    }
    let deadline = Instant::now() + STOP_LIMIT;
    while is_alive(process) {
        if Instant::now() > deadline {
            return Err(CommandError::daemon(format!(
                "the daemon {pid} is still at work after {} s",
                STOP_LIMIT.as_secs()
            ))
            .hint(format!("`kill -9 {pid}` ends it at once; the index survives that")));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// Whether the process runs. One that has ended and that its parent has not asked about yet does not.
fn is_alive(process: Pid) -> bool {
    if test_kill_process(process).is_err() {
        return false;
    }
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", process.as_raw_nonzero()));
    let state = stat.ok().and_then(|stat| stat.rsplit(')').next()?.trim_start().chars().next());
    state != Some('Z')
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[tokio::test]
    async fn nothing_listens_at_a_socket_that_is_absent_or_left_behind() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("c.sock");
        assert!(find(&socket).await.unwrap().is_none());
        drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
        assert!(find(&socket).await.unwrap().is_none());
    }

    #[test]
    fn the_reason_of_a_failed_start_is_the_last_line_it_wrote() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        std::fs::write(&log, "an older line\nerror: the socket is taken\nhint: stop it\n\n").unwrap();
        assert_eq!(last_line(&log, 0).as_deref(), Some("the socket is taken"));
        assert_eq!(last_line(&log, 60), None);
    }

    #[tokio::test]
    async fn stopping_waits_until_the_process_has_gone() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        stop(child.id()).await.unwrap();
        assert!(!is_alive(Pid::from_raw(child.id().cast_signed()).unwrap()));
        assert!(!child.wait().unwrap().success());
    }

    #[test]
    fn a_large_log_is_set_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log/contexd-1.log");
        drop(open_log(&path).unwrap());
        File::options().write(true).open(&path).unwrap().set_len(LOG_LIMIT + 1).unwrap();
        assert_eq!(open_log(&path).unwrap().metadata().unwrap().len(), 0);
        assert!(path.with_extension("log.1").exists());
    }
}
