//! The Unix socket: one daemon each, in a directory of the user's own, for connections of the same user.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

use crate::engine::create_private_dir;
use crate::error::ServiceError;

/// Connections accepted and not yet taken over by the server.
const BACKLOG: usize = 16;
/// Pause after a connection could not be accepted (too many open files, for instance).
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// The bit of a directory's mode that lets only owners remove their files.
const STICKY: u32 = 0o1000;

/// A socket that this process listens on. Removed when dropped.
pub(super) struct BoundSocket {
    path: PathBuf,
    listener: Arc<UnixListener>,
    /// Held as long as the socket; keeps other daemons away.
    _lock: File,
}

impl BoundSocket {
    /// Takes the socket at `path`. What a daemon left behind that is no more is replaced.
    pub(super) fn bind(path: &Path) -> Result<Self, ServiceError> {
        let directory =
            path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        prepare_directory(path, directory)?;
        let lock = lock_beside(path)?;
        remove_stale(path)?;
        let listener = UnixListener::bind(path).map_err(|source| io_error("listen on", path, source))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))
            .map_err(|source| io_error("set the permissions of", path, source))?;
        Ok(Self { path: path.to_owned(), listener: Arc::new(listener), _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The connections of the same user, from now on.
    pub(super) fn accept(&self) -> ReceiverStream<io::Result<UnixStream>> {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        tokio::spawn(accept_all(Arc::clone(&self.listener), sender));
        ReceiverStream::new(receiver)
    }
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.path) {
            tracing::debug!(socket = %self.path.display(), %error, "socket not removed");
        }
    }
}

/// Accepts until nobody takes the connections any more.
async fn accept_all(listener: Arc<UnixListener>, sender: mpsc::Sender<io::Result<UnixStream>>) {
    loop {
        let accepted = tokio::select! {
            () = sender.closed() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) if is_same_user(&stream) => {
                if sender.send(Ok(stream)).await.is_err() {
                    return;
                }
            }
            Ok(_) => tracing::warn!("connection of another user refused"),
            Err(error) => {
                tracing::warn!(%error, "connection not accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn is_same_user(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|peer| peer.uid() == own_uid())
}

fn own_uid() -> u32 {
    rustix::process::getuid().as_raw()
}

/// Creates the directory for the user alone. One that exists must be the user's, or one in which nobody can remove
/// what belongs to others.
fn prepare_directory(socket: &Path, directory: &Path) -> Result<(), ServiceError> {
    create_private_dir(directory)?;
    let metadata = fs::metadata(directory).map_err(|source| io_error("look at", directory, source))?;
    let is_own = metadata.uid() == own_uid();
    let writable_by_others = metadata.mode() & 0o022 != 0 && metadata.mode() & STICKY == 0;
    if writable_by_others || (!is_own && metadata.mode() & STICKY == 0) {
        let detail = format!("{} can be changed by other users", directory.display());
        return Err(ServiceError::UnsafeSocket { socket: socket.to_owned(), detail });
    }
    Ok(())
}

/// The lock that one daemon a socket holds. The file stays when the daemon ends: removing it would let two daemons
/// hold two locks of the same name.
fn lock_beside(socket: &Path) -> Result<File, ServiceError> {
    let mut path = socket.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = File::options()
        .create(true)
        .write(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)
        .map_err(|source| io_error("open", &path, source))?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(rustix::io::Errno::WOULDBLOCK) => Err(ServiceError::AlreadyRunning { socket: socket.to_owned() }),
        Err(error) => Err(io_error("lock", &path, error.into())),
    }
}

/// Removes a socket that nobody listens on; whoever holds the lock knows that nobody does.
fn remove_stale(socket: &Path) -> Result<(), ServiceError> {
    match fs::symlink_metadata(socket) {
        Ok(metadata) if metadata.file_type().is_socket() => {
            fs::remove_file(socket).map_err(|source| io_error("remove", socket, source))
        }
        Ok(_) => {
            let detail = "something else stands there".to_owned();
            Err(ServiceError::UnsafeSocket { socket: socket.to_owned(), detail })
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(io_error("look at", socket, source)),
    }
}

fn io_error(action: &'static str, path: &Path, source: io::Error) -> ServiceError {
    ServiceError::Io { action, path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use tokio_stream::StreamExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[tokio::test]
    async fn the_socket_is_private_and_taken_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("run/contexd.sock");
        let bound = BoundSocket::bind(&path).unwrap();
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o600, 0o700));
        assert!(matches!(BoundSocket::bind(&path), Err(ServiceError::AlreadyRunning { .. })));
        let mut connections = bound.accept();
        let client = UnixStream::connect(&path).await.unwrap();
        assert!(connections.next().await.unwrap().is_ok());
        drop((client, bound));
        assert!(!path.exists());
        BoundSocket::bind(&path).unwrap();
    }

    #[tokio::test]
    async fn what_a_dead_daemon_left_is_replaced() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("contexd.sock");
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        assert!(path.exists());
        BoundSocket::bind(&path).unwrap();
    }

    #[tokio::test]
    async fn other_files_and_open_directories_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("contexd.sock");
        fs::write(&path, "precious").unwrap();
        assert!(matches!(BoundSocket::bind(&path), Err(ServiceError::UnsafeSocket { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
        let open = directory.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o777)).unwrap();
        let refused = BoundSocket::bind(&open.join("contexd.sock"));
        assert!(matches!(refused, Err(ServiceError::UnsafeSocket { .. })));
    }
}
