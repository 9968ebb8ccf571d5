//! Where connections come from: a TCP port, a unix socket, or a socket that systemd opened for us.

use std::{
    io,
    net::SocketAddr,
    os::unix::fs::{FileTypeExt, PermissionsExt},
    path::{Path, PathBuf},
};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, UnixListener},
};

use crate::web::client::Peer;

/// Both directions of a connection, whatever it runs over.
pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}
pub type Stream = Box<dyn Duplex>;

#[derive(Debug)]
pub enum Listener {
    Tcp(TcpListener),
    /// The path is removed when the listener goes; `None` for a socket that somebody else made.
    Unix(UnixListener, Option<PathBuf>),
}

impl Listener {
    pub async fn bind_tcp(address: SocketAddr) -> io::Result<Self> {
        Ok(Self::Tcp(TcpListener::bind(address).await?))
    }

    /// Opens a unix socket that everybody on this machine may use, as a web server of another user must.
    /// A socket that a dead process left there is replaced, one that answers is not.
    pub fn bind_unix(path: &Path) -> io::Result<Self> {
        if path.symlink_metadata().is_ok_and(|found| found.file_type().is_socket()) {
            match std::os::unix::net::UnixStream::connect(path) {
                Ok(_) => return Err(io::Error::new(io::ErrorKind::AddrInUse, "another program listens there")),
                Err(_) => std::fs::remove_file(path)?,
            }
        }
        let listener = UnixListener::bind(path)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))?;
        Ok(Self::Unix(listener, Some(path.to_owned())))
    }

    /// The first socket that systemd passed to this process, TCP or unix.
    pub fn inherit() -> io::Result<Self> {
        let mut passed = listenfd::ListenFd::from_env();
        if passed.len() == 0 {
            return Err(io::Error::new(io::ErrorKind::NotFound, "systemd passed no socket to this process"));
        }
        if let Ok(Some(listener)) = passed.take_tcp_listener(0) {
            // A blocking socket would stop the whole runtime.
            listener.set_nonblocking(true)?;
            return Ok(Self::Tcp(TcpListener::from_std(listener)?));
        }
        match passed.take_unix_listener(0)? {
            Some(listener) => {
                listener.set_nonblocking(true)?;
                Ok(Self::Unix(UnixListener::from_std(listener)?, None))
            }
            None => Err(io::Error::new(io::ErrorKind::InvalidInput, "the socket that systemd passed is neither TCP nor unix")),
        }
    }

    /// The address that was really bound, port included; `None` for a unix socket.
    pub fn local_address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Unix(..) => None,
        }
    }

    pub(super) async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Self::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                // Answers are written whole; waiting for more would only delay their end.
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection keeps its delay");
                }
                Ok((Box::new(stream), Peer(Some(address))))
            }
            Self::Unix(listener, _) => {
                let (stream, _) = listener.accept().await?;
                Ok((Box::new(stream), Peer(None)))
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Self::Unix(_, Some(path)) = self
            && let Err(error) = std::fs::remove_file(path)
        {
            tracing::debug!(%error, "the socket's path was gone already");
        }
    }
}
