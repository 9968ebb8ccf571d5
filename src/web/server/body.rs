//! Bodies on their way: a request's, which must arrive in time, and an answer's, whose end makes the
//! connection idle again and which a stop may cut.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use crate::web::server::connection::{Phase, Pulse};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The body of a request did not arrive in time.
#[derive(Debug, thiserror::Error)]
#[error("the body did not arrive in time")]
pub struct BodyLate;

/// A request's body with its deadline, which begins with the end of the head.
pub struct RequestBody {
    incoming: Incoming,
    /// Becomes true with the last byte.
    whole: Arc<AtomicBool>,
    deadline: Pin<Box<Sleep>>,
}

impl RequestBody {
    pub(super) fn new(incoming: Incoming, time: Duration, whole: Arc<AtomicBool>) -> Self {
        Self { incoming, whole, deadline: Box::pin(sleep(time)) }
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(cx) {
            if frame.is_none() || self.incoming.is_end_stream() {
                self.whole.store(true, Ordering::Relaxed);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        self.deadline.as_mut().poll(cx).map(|()| Some(Err(BodyLate.into())))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}

/// An answer's body. A stream of events has no end of its own and ends with the word to stop.
pub struct ReplyBody<B> {
    body: B,
    stop: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    pulse: Arc<Pulse>,
}

impl<B> ReplyBody<B> {
    pub(super) fn new(body: B, stop: Option<CancellationToken>, pulse: Arc<Pulse>) -> Self {
        Self { body, stop: stop.map(|stop| Box::pin(stop.cancelled_owned())), pulse }
    }
}

impl<B: Body + Unpin> Body for ReplyBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        if let Some(stop) = &mut self.stop
            && stop.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl<B> Drop for ReplyBody<B> {
    fn drop(&mut self) {
        self.pulse.set(Phase::Idle);
    }
}
