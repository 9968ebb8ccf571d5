//! The one thread that writes. It takes whatever waits, runs it in one transaction, each job in a savepoint of its
//! own, and answers after the commit. A lone caller never waits for company.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, sync_channel},
    },
    thread::{self, JoinHandle},
};

use rusqlite::Connection;

use crate::store::{
    Error,
    sqlite::{batch::Batch, connection, failure, ids::Ids},
};

/// Jobs that may wait; a caller beyond that hears that the store is busy.
const QUEUE_MAX: usize = 1024;
/// Jobs that share a commit at most, so that the first of them does not wait for thousands.
const BATCH_MAX: usize = 256;

/// Callers' side of the writing thread. Dropping it finishes what waits and ends the thread.
pub struct Writer {
    jobs: Option<SyncSender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
    commits: Arc<AtomicU64>,
}

/// Something to do inside the transaction, and somebody to tell how it went.
trait Job: Send {
    /// True when what was done shall stay.
    fn run(&mut self, batch: &mut Batch<'_>) -> bool;

    /// Called once, after the commit or instead of it.
    fn answer(self: Box<Self>, committed: &rusqlite::Result<()>);
}

struct Call<T, F> {
    work: Option<F>,
    result: Option<Result<T, Error>>,
    reply: SyncSender<Result<T, Error>>,
}

impl<T: Send, F: FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send> Job for Call<T, F> {
    fn run(&mut self, batch: &mut Batch<'_>) -> bool {
        let Some(work) = self.work.take() else { return false };
        // A panic must neither end the thread nor reach the other jobs of the batch.
        let result = catch_unwind(AssertUnwindSafe(|| work(batch)));
        let result = result.unwrap_or_else(|_| Err(Error::Internal("a write panicked".into())));
        self.result.insert(result).is_ok()
    }

    fn answer(self: Box<Self>, committed: &rusqlite::Result<()>) {
        let result = match committed {
            Ok(()) => self.result.unwrap_or_else(|| Err(Error::Internal("a write was not run".into()))),
            // Also for a job that failed by itself: it may have seen what others of the batch did and is undone now.
            Err(error) => Err(failure::uncommitted(error)),
        };
        // Nobody listens any more when the caller's thread has died.
        self.reply.send(result).ok();
    }
}

impl Writer {
    /// Starts the thread. `after_commit` hears of every batch.
    pub fn start(path: &Path, conn: Connection, after_commit: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (jobs, waiting) = sync_channel(QUEUE_MAX);
        let commits = Arc::new(AtomicU64::new(0));
        let thread = WritingThread { path: path.to_owned(), conn: Some(conn), ids: Ids::default(), seen: None, commits: commits.clone() };
        let thread = thread::Builder::new().name("store-writer".into()).spawn(move || thread.run(&waiting, &after_commit))?;
        Ok(Self { jobs: Some(jobs), thread: Some(thread), commits })
    }

    /// Runs `work` in the next transaction and gives its result back once that is durable. If `work` fails, what
    /// it did is undone and nothing else is.
    pub fn write<T: Send + 'static>(&self, work: impl FnOnce(&mut Batch<'_>) -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
        let ended = || Error::Internal("the writing thread has ended".into());
        let (reply, result) = sync_channel(1);
        let call = Call { work: Some(work), result: None, reply };
        match self.jobs.as_ref().ok_or_else(ended)?.try_send(Box::new(call)) {
            Ok(()) => result.recv().map_err(|_| ended())?,
            Err(TrySendError::Full(_)) => Err(Error::Busy),
            Err(TrySendError::Disconnected(_)) => Err(ended()),
        }
    }

    /// Transactions committed so far.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

struct WritingThread {
    path: PathBuf,
    /// `None` after a failed commit, until opening works again.
    conn: Option<Connection>,
    ids: Ids,
    /// SQLite's counter of changes by others, as last seen on this connection.
    seen: Option<i64>,
    commits: Arc<AtomicU64>,
}

impl WritingThread {
    fn run(mut self, waiting: &Receiver<Box<dyn Job>>, after_commit: &dyn Fn()) {
        while let Ok(first) = waiting.recv() {
            let mut jobs = vec![first];
            jobs.extend(waiting.try_iter().take(BATCH_MAX - 1));
            let committed = self.commit(&mut jobs);
            if committed.is_ok() {
                self.commits.fetch_add(1, Ordering::Relaxed);
                after_commit();
            } else {
                // What a failed commit or sync leaves in a connection's memory cannot be relied on.
                self.conn = None;
            }
            for job in jobs {
                job.answer(&committed);
            }
        }
    }

    fn commit(&mut self, jobs: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
        let conn = match &mut self.conn {
            Some(conn) => conn,
            none => {
                self.seen = None;
                none.insert(connection::writer(&self.path)?)
            }
        };
        conn.execute_batch("begin immediate")?;
        let changes: i64 = conn.pragma_query_value(None, "data_version", |row| row.get(0))?;
        if self.seen != Some(changes) {
            self.ids.learn(conn)?;
            self.seen = Some(changes);
        }
        let mut batch = Batch::new(conn, &mut self.ids);
        for job in jobs {
            conn.execute_batch("savepoint job")?;
            if job.run(&mut batch) {
                conn.execute_batch("release job")?;
                batch.keep_job();
            } else {
                // Some failures, such as a full disk, undo the whole transaction; then this fails too.
                conn.execute_batch("rollback to job; release job")?;
                batch.undo_job();
            }
        }
        batch.write_pages()?;
        conn.execute_batch("commit")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    /// A writer on a file with one table, and that file.
    fn writer() -> (tempfile::TempDir, PathBuf, Arc<Writer>) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = crate::store::sqlite::open::open_writer(&path, Default::default(), &mut || ()).unwrap();
        conn.execute_batch("create table seen(n integer primary key) strict").unwrap();
        let writer = Writer::start(&path, conn, || ()).unwrap();
        (folder, path, Arc::new(writer))
    }

    fn insert(n: i64) -> impl FnOnce(&mut Batch<'_>) -> Result<(), Error> + Send {
        move |batch| {
            batch.conn.execute("insert into seen(n) values (?1)", [n])?;
            Ok(())
        }
    }

    fn seen(path: &Path) -> Vec<i64> {
        let conn = connection::reader(path).unwrap();
        let mut query = conn.prepare("select n from seen order by n").unwrap();
        query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    /// Keeps the thread busy until `release` is called, so that what comes meanwhile is one batch.
    fn hold(writer: &Arc<Writer>) -> impl FnOnce() + use<> {
        let ((begun, begins), (go, gone)) = (channel(), channel::<()>());
        let writer = writer.clone();
        let holder = thread::spawn(move || {
            writer.write(move |_| {
                begun.send(()).unwrap();
                gone.recv().ok();
                Ok(())
            })
        });
        begins.recv().unwrap();
        move || {
            drop(go);
            holder.join().unwrap().unwrap();
        }
    }

    type Work = Box<dyn FnOnce(&mut Batch<'_>) -> Result<(), Error> + Send>;

    /// Queues jobs while the thread is held, in order, and gives the results once it was released.
    fn together(writer: &Arc<Writer>, works: Vec<Work>) -> Vec<Result<(), Error>> {
        let release = hold(writer);
        let mut results = Vec::new();
        for work in works {
            let (reply, result) = sync_channel(1);
            let call = Call { work: Some(work), result: None, reply };
            writer.jobs.as_ref().unwrap().try_send(Box::new(call)).ok().unwrap();
            results.push(result);
        }
        release();
        results.into_iter().map(|result| result.recv().unwrap()).collect()
    }

    #[test]
    fn jobs_that_wait_together_share_one_commit() {
        let (_folder, path, writer) = writer();
        let before = writer.commits();
        let results = together(&writer, (0..64).map(|n| Box::new(insert(n)) as Box<_>).collect());
        assert!(results.iter().all(Result::is_ok));
        assert_eq!(writer.commits() - before, 2, "one for the job that held the thread, one for the others");
        assert_eq!(seen(&path).len(), 64);
    }

    #[test]
    fn a_failing_or_panicking_job_harms_nobody_else() {
        let (_folder, path, writer) = writer();
        let results = together(
            &writer,
            vec![
                Box::new(insert(1)),
                Box::new(|batch| {
                    insert(2)(batch)?;
                    Err(Error::NotFound)
                }),
                Box::new(|batch| {
                    insert(3)(batch)?;
                    panic!("a test of what a panic does")
                }),
                Box::new(insert(1)),
                Box::new(insert(4)),
            ],
        );
        assert!(matches!(results[..], [Ok(()), Err(Error::NotFound), Err(Error::Internal(_)), Err(Error::Internal(_)), Ok(())]));
        assert_eq!(seen(&path), [1, 4]);
    }

    #[test]
    fn a_failed_commit_fails_the_whole_batch_and_the_next_one_works() {
        let (_folder, path, writer) = writer();
        writer.write(insert(1)).unwrap();
        let results =
            together(&writer, vec![Box::new(insert(2)), Box::new(|batch| Ok(batch.conn.execute_batch("rollback")?)), Box::new(insert(3))]);
        assert!(results.iter().all(|result| matches!(result, Err(Error::Disk(_)))), "{results:?}");
        assert_eq!(seen(&path), [1]);
        writer.write(insert(5)).unwrap();
        assert_eq!(seen(&path), [1, 5]);
    }

    #[test]
    fn a_full_queue_refuses_at_once() {
        let (_folder, path, writer) = writer();
        let release = hold(&writer);
        let mut results = Vec::new();
        for n in 0..QUEUE_MAX as i64 {
            let (reply, result) = sync_channel(1);
            let call = Call { work: Some(insert(n)), result: None, reply };
            assert!(writer.jobs.as_ref().unwrap().try_send(Box::new(call)).is_ok(), "{n}");
            results.push(result);
        }
        assert!(matches!(writer.write(insert(-1)), Err(Error::Busy)));
        release();
        assert!(results.into_iter().all(|result| result.recv().unwrap().is_ok()));
        assert_eq!(seen(&path).len(), QUEUE_MAX);
    }

    #[test]
    fn dropping_the_writer_finishes_what_waits() {
        let (_folder, path, writer) = writer();
        let release = hold(&writer);
        let mut results = Vec::new();
        for n in 0..8 {
            let (reply, result) = sync_channel(1);
            let call = Call { work: Some(insert(n)), result: None, reply };
            writer.jobs.as_ref().unwrap().try_send(Box::new(call)).ok().unwrap();
            results.push(result);
        }
        drop(writer);
        release();
        assert!(results.into_iter().all(|result| result.try_recv().unwrap().is_ok()), "all were answered before the thread ended");
        assert_eq!(seen(&path).len(), 8);
    }
}
