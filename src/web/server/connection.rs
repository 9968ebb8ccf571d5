//! The deadlines of one connection, kept where its bytes pass: heads that do not end, silence between
//! requests, and answers that nobody reads.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::web::server::Deadlines;

use super::listener::Stream;

/// How long, and for how many bytes, a closing connection still listens: closing with unread bytes would
/// reset it and take the last answer away from the client.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 1024 * 1024;

/// What a connection is doing, told by the bytes and by the requests that pass.
pub struct Pulse(Mutex<(Phase, Instant)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No byte of the next request has come.
    Idle,
    /// Part of a head has come.
    Head,
    /// A request is being answered.
    Busy,
}

impl Pulse {
    pub fn new() -> Self {
        Self(Mutex::new((Phase::Idle, Instant::now())))
    }

    pub fn set(&self, phase: Phase) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = (phase, Instant::now());
    }

    fn get(&self) -> (Phase, Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that ends with an error when a deadline passes.
pub struct Timed {
    stream: Stream,
    pulse: Arc<Pulse>,
    deadlines: Deadlines,
    reading: Option<Pin<Box<Sleep>>>,
    /// Armed only while a write waits for the client.
    writing: Option<Pin<Box<Sleep>>>,
    closing: Option<Closing>,
}

struct Closing {
    until: Pin<Box<Sleep>>,
    bytes_left: usize,
    is_told: bool,
}

impl Timed {
    pub fn new(stream: Stream, pulse: Arc<Pulse>, deadlines: Deadlines) -> Self {
        Self { stream, pulse, deadlines, reading: None, writing: None, closing: None }
    }

    /// When the client must have sent something by; the body of a request has its own deadline.
    fn read_deadline(&self) -> Option<Instant> {
        match self.pulse.get() {
            (Phase::Idle, since) => Some(since + self.deadlines.idle),
            (Phase::Head, since) => Some(since + self.deadlines.head),
            (Phase::Busy, _) => None,
        }
    }

    /// Fails when the deadline has passed, and otherwise wakes the task then.
    fn check_read_deadline(&mut self, cx: &mut Context<'_>) -> io::Result<()> {
        let Some(deadline) = self.read_deadline() else {
            self.reading = None;
            return Ok(());
        };
        let sleep = self.reading.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if sleep.deadline() != deadline {
            sleep.as_mut().reset(deadline);
        }
        match sleep.as_mut().poll(cx) {
            Poll::Ready(()) => Err(io::Error::new(io::ErrorKind::TimedOut, "no request came in time")),
            Poll::Pending => Ok(()),
        }
    }

    /// Passes on what a write gave, and counts how long the client has kept it waiting.
    fn watch_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.writing = None;
            return written;
        }
        let stall = self.deadlines.write_stall;
        let sleep = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + stall)));
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read its answer")))
    }
}

impl AsyncRead for Timed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.check_read_deadline(cx)?;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before && this.pulse.get().0 == Phase::Idle {
            this.pulse.set(Phase::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Timed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.watch_write(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.watch_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.watch_write(cx, flushed)
    }

    /// Says that nothing more will come, then reads what the client still sends, for a moment.
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let closing = this.closing.get_or_insert_with(|| Closing {
            until: Box::pin(sleep_until(Instant::now() + LINGER)),
            bytes_left: LINGER_BYTES_MAX,
            is_told: false,
        });
        if closing.until.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Ok(()));
        }
        if !closing.is_told {
            ready!(Pin::new(&mut this.stream).poll_shutdown(cx))?;
            closing.is_told = true;
        }
        let mut rest = [0; 4096];
        while closing.bytes_left > 0 {
            let mut buffer = ReadBuf::new(&mut rest);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut buffer))?;
            if buffer.filled().is_empty() {
                break;
            }
            closing.bytes_left = closing.bytes_left.saturating_sub(buffer.filled().len());
        }
        Poll::Ready(Ok(()))
    }
}
