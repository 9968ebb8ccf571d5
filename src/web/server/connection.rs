//! The deadlines of one connection, kept where its bytes pass: heads that do not end, silence between
//! requests, and answers that nobody reads.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::watch,
    time::{Instant, Sleep, sleep_until, timeout_at},
};

use crate::web::server::{Deadlines, listener::Stream};

/// How long, and for how many bytes, a closing connection still listens: closing with unread bytes would
/// reset it and take the last answer away from the client.
const LINGER: Duration = Duration::from_secs(1);
const LINGER_BYTES_MAX: usize = 1024 * 1024;

/// What a connection is doing, told by the bytes and by the requests that pass.
pub struct Pulse(watch::Sender<(Phase, Instant)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No byte of the next request has come.
    Idle,
    /// Part of a head has come.
    Head,
    /// A request is being answered; its body and its answer have deadlines of their own.
    Busy,
}

impl Pulse {
    pub fn new() -> Self {
        Self(watch::Sender::new((Phase::Idle, Instant::now())))
    }

    pub fn set(&self, phase: Phase) {
        self.0.send_replace((phase, Instant::now()));
    }

    fn is_idle(&self) -> bool {
        self.0.borrow().0 == Phase::Idle
    }

    /// Ends when the client has not sent in time what it should. This watches from outside: the parser below
    /// does not ask for bytes whenever the phase changes, so a deadline inside a read would be missed.
    pub fn watch(&self, deadlines: Deadlines) -> impl Future<Output = ()> + use<> {
        let mut pulse = self.0.subscribe();
        async move {
            loop {
                let (phase, since) = *pulse.borrow_and_update();
                let deadline = match phase {
                    Phase::Idle => Some(since + deadlines.idle),
                    Phase::Head => Some(since + deadlines.head),
                    Phase::Busy => None,
                };
                let changed = match deadline {
                    Some(deadline) => timeout_at(deadline, pulse.changed()).await.is_ok_and(|changed| changed.is_ok()),
                    None => pulse.changed().await.is_ok(),
                };
                // Too late, or nothing is left to watch.
                if !changed {
                    return;
                }
            }
        }
    }
}

/// A connection that tells its pulse about bytes, and fails when nobody reads what it writes.
pub struct Timed {
    stream: Stream,
    pulse: Arc<Pulse>,
    write_stall: Duration,
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
    pub fn new(stream: Stream, pulse: Arc<Pulse>, write_stall: Duration) -> Self {
        Self { stream, pulse, write_stall, writing: None, closing: None }
    }

    /// A whole answer may lie in buffers; while it leaves them, the connection does not rest.
    fn note_progress(&self, written: &Poll<io::Result<usize>>) {
        if matches!(written, Poll::Ready(Ok(1..))) && self.pulse.is_idle() {
            self.pulse.set(Phase::Idle);
        }
    }

    /// Passes on what a write gave, and counts how long the client has kept it waiting.
    fn watch_write<T>(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.writing = None;
            return written;
        }
        let stall = self.write_stall;
        let sleep = self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + stall)));
        ready!(sleep.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the client does not read its answer")))
    }
}

impl AsyncRead for Timed {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(cx, buffer))?;
        if buffer.filled().len() > before && this.pulse.is_idle() {
            this.pulse.set(Phase::Head);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Timed {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, bytes);
        self.note_progress(&written);
        self.watch_write(cx, written)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, cx: &mut Context<'_>, slices: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        self.note_progress(&written);
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
