//! Serving: listeners, the accept loop with its caps, and the end. What one connection may do lies in
//! `connection`, what one request may be in `exchange`.

mod body;
mod caps;
mod connection;
mod exchange;
mod listener;

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use ipnet::IpNet;
use tokio_util::sync::CancellationToken;
use tower::Service;

use crate::web::client::Peer;

pub use body::{BodyLate, RequestBody};
pub use exchange::{HEAD_BYTES_MAX, RequestId, panics_so_far};
pub use listener::Listener;

use caps::Caps;
use connection::{Pulse, Timed};
use exchange::Exchange;
use listener::Stream;

/// More headers than this are refused with 431.
pub const HEADERS_MAX: usize = 100;
/// What may wait in one connection's buffer. An address longer than the head may be must fit, so that it is
/// told apart from other heads that are too large.
const BUFFER_BYTES_MAX: usize = 96 * 1024;

/// How long a client may take for what. Tests shorten these.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// From the first byte of a request's head to its last.
    pub head: Duration,
    /// From the end of the head to the end of the body.
    pub body: Duration,
    /// How long a client may leave an answer unread before it is given up.
    pub write_stall: Duration,
    /// Between two requests, and before the first one.
    pub idle: Duration,
    /// From the word to stop until everybody who is still here is cut off.
    pub stop: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { head: seconds(10), body: seconds(30), write_stall: seconds(30), idle: seconds(60), stop: seconds(10) }
    }
}

/// What serving is bounded by.
#[derive(Clone, Debug)]
pub struct Bounds {
    pub deadlines: Deadlines,
    pub connections_max: usize,
    /// For one address, or one /64; not for trusted proxies and unix peers.
    pub connections_per_client_max: usize,
    /// Whose word about client addresses counts.
    pub trusted_proxies: Vec<IpNet>,
    /// People reach us by https alone, as `public_url` says.
    pub https: bool,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            deadlines: Deadlines::default(),
            connections_max: 1024,
            connections_per_client_max: 256,
            trusted_proxies: vec![],
            https: false,
        }
    }
}

/// Serves until told to stop, and returns when the last connection has ended. `warp::service(routes)` is
/// a service for this.
pub async fn run<S>(listener: Listener, service: S, bounds: Bounds, stop: CancellationToken)
where
    S: Service<http::Request<RequestBody>, Response = warp::reply::Response, Error = Infallible> + Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let deadlines = bounds.deadlines;
    let mut http1 = hyper::server::conn::http1::Builder::new();
    // The deadlines of heads and idle connections are kept by `Pulse`, which knows both apart.
    http1.timer(TokioTimer::new()).header_read_timeout(None);
    http1.max_headers(HEADERS_MAX).max_buf_size(BUFFER_BYTES_MAX);
    let caps = Caps::new(&bounds);
    let exchange = Arc::new(Exchange { bounds, service, stop: stop.clone() });
    let graceful = GracefulShutdown::new();
    let cut = CancellationToken::new();
    let tasks = tokio_util::task::TaskTracker::new();

    while let Some((stream, peer)) = next(&listener, &stop).await {
        let Some(place) = caps.take(peer) else {
            caps.refuse(stream);
            continue;
        };
        let pulse = Arc::new(Pulse::new());
        let io = TokioIo::new(Timed::new(stream, pulse.clone(), deadlines.write_stall));
        let late = pulse.watch(deadlines);
        let exchange = exchange.clone();
        let answer = hyper::service::service_fn(move |request| exchange.clone().answer(request, peer, pulse.clone()));
        let connection = graceful.watch(http1.serve_connection(io, answer));
        let cut = cut.clone();
        tasks.spawn(async move {
            let _place = place;
            tokio::select! {
                ended = connection => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                },
                () = late => tracing::debug!("a client sent nothing in time"),
                () = cut.cancelled() => {}
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(deadlines.stop, graceful.shutdown()).await.is_err() {
        tracing::info!("some connections were still busy at the end of the time to stop and are cut");
        cut.cancel();
    }
    tasks.close();
    tasks.wait().await;
}

/// The next connection; `None` when it is time to stop.
async fn next(listener: &Listener, stop: &CancellationToken) -> Option<(Stream, Peer)> {
    loop {
        let accepted = tokio::select! {
            biased;
            () = stop.cancelled() => return None,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok(pair) => return Some(pair),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                // Usually no file descriptor is left; waiting a little lets others end.
                tracing::warn!(%error, "no connection can be taken at the moment");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

fn is_of_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
