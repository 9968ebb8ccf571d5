//! The thread that moves the log into the database file, so that neither writers nor readers wait for it, and that
//! keeps the statistics of the query planner.

use std::{
    path::Path,
    sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::Connection;

use crate::store::sqlite::connection;

/// Frames of the log, each a page of 4 KiB: above 4 MB they are copied while others go on working.
const PASSIVE_ABOVE: i64 = 1000;
/// Above 48 MiB the log is emptied even if somebody has to wait for a moment.
const TRUNCATE_ABOVE: i64 = 12_000;
/// Emptying the log keeps writers waiting for readers no longer than this; then it is tried again later.
const TRUNCATE_WAIT: Duration = Duration::from_millis(250);
/// Without a write for so long, the log is emptied.
const IDLE: Duration = Duration::from_secs(2);
/// A pause between two looks at the log.
const PAUSE: Duration = Duration::from_millis(20);
const OPTIMIZE_EVERY: Duration = Duration::from_secs(86_400);

/// Dropping it empties the log and ends the thread.
pub struct Maintenance {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Maintenance {
    pub fn start(path: &Path) -> rusqlite::Result<std::io::Result<Self>> {
        let conn = connection::writer(path)?;
        conn.busy_timeout(TRUNCATE_WAIT)?;
        let (wake, woken) = sync_channel(1);
        let thread = thread::Builder::new().name("store-upkeep".into()).spawn(move || run(&conn, &woken));
        Ok(thread.map(|thread| Self { wake: Some(wake), thread: Some(thread) }))
    }

    /// What the writing thread calls after a commit. It never waits.
    pub fn waker(&self) -> impl Fn() + Send + 'static {
        let wake = self.wake.clone();
        move || {
            if let Some(wake) = &wake {
                // A full channel means that the thread is about to look anyway.
                wake.try_send(()).ok();
            }
        }
    }
}

impl Drop for Maintenance {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn run(conn: &Connection, woken: &Receiver<()>) {
    let mut optimized = Instant::now();
    loop {
        let idle = match woken.recv_timeout(IDLE) {
            Ok(()) => false,
            Err(RecvTimeoutError::Timeout) => true,
            Err(RecvTimeoutError::Disconnected) => break,
        };
        note("checkpoint", checkpoint(conn, idle));
        if optimized.elapsed() > OPTIMIZE_EVERY {
            optimized = Instant::now();
            note("optimize", conn.execute_batch("pragma optimize"));
        }
        thread::sleep(PAUSE);
    }
    note("optimize", conn.execute_batch("pragma optimize"));
    note("checkpoint", log_size(conn, "pragma wal_checkpoint(truncate)").map(drop));
}

/// Failing here loses nothing, and what is the matter will show in a write; the log line helps to see it earlier.
fn note(what: &str, done: rusqlite::Result<()>) {
    if let Err(error) = done {
        tracing::warn!(what, %error, "upkeep of the database failed and will be tried again");
    }
}

fn checkpoint(conn: &Connection, idle: bool) -> rusqlite::Result<()> {
    let (frames, moved) = log_size(conn, "pragma wal_checkpoint(noop)")?;
    if frames > TRUNCATE_ABOVE || idle && frames > 0 {
        log_size(conn, "pragma wal_checkpoint(truncate)")?;
    } else if frames - moved > PASSIVE_ABOVE {
        log_size(conn, "pragma wal_checkpoint(passive)")?;
    }
    Ok(())
}

/// Runs a checkpoint pragma: frames in the log, and how many of them are in the database file.
fn log_size(conn: &Connection, pragma: &'static str) -> rusqlite::Result<(i64, i64)> {
    conn.query_row(pragma, [], |row| Ok((row.get(1)?, row.get(2)?)))
}
