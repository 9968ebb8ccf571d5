//! Connections that read. One is lent to one caller at a time; whoever finds none waits for one, though not for ever.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
    sync::{Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use rusqlite::Connection;

use crate::store::{Error, sqlite::connection};

/// How long a caller waits for a connection to become free.
const WAIT_MAX: Duration = Duration::from_secs(2);

pub struct Readers {
    path: PathBuf,
    /// Unused connections, and a `None` for each that was dropped and is opened again when it is needed.
    free: Mutex<Vec<Option<Connection>>>,
    returned: Condvar,
}

/// A connection on loan, with a snapshot begun: everything read through it is of one moment.
pub struct Reading<'r> {
    readers: &'r Readers,
    conn: Option<Connection>,
}

impl Readers {
    /// One connection a core, and at least two.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let count = thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
        let free = (0..count).map(|_| connection::reader(path).map(Some)).collect::<rusqlite::Result<_>>()?;
        Ok(Self { path: path.to_owned(), free: Mutex::new(free), returned: Condvar::new() })
    }

    pub fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, Error>) -> Result<T, Error> {
        let reading = self.lend(WAIT_MAX)?;
        let snapshot = reading.unchecked_transaction()?;
        let result = work(&snapshot);
        // Nothing was written; ending the transaction cannot lose anything.
        snapshot.finish()?;
        result
    }

    fn lend(&self, wait_max: Duration) -> Result<Reading<'_>, Error> {
        // A poisoned lock says that a thread died while it held the list, which is whole between its two operations.
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut free, _) =
            self.returned.wait_timeout_while(free, wait_max, |free| free.is_empty()).unwrap_or_else(PoisonError::into_inner);
        let slot = free.pop().ok_or(Error::Busy)?;
        drop(free);
        let mut reading = Reading { readers: self, conn: slot };
        if reading.conn.is_none() {
            reading.conn = Some(connection::reader(&self.path)?);
        }
        Ok(reading)
    }
}

impl Deref for Reading<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn.as_ref().expect("a lent connection is there until it is returned")
    }
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        // A connection left inside a transaction would show an old snapshot to the next caller.
        let conn = self.conn.take().filter(Connection::is_autocommit);
        self.readers.free.lock().unwrap_or_else(PoisonError::into_inner).push(conn);
        self.readers.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readers() -> (tempfile::TempDir, Readers) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        crate::store::sqlite::open::open_writer(&path, Default::default(), &mut || ()).unwrap();
        let readers = Readers::open(&path).unwrap();
        (folder, readers)
    }

    fn works(readers: &Readers) -> bool {
        readers.read(|conn| Ok(conn.query_row("select count(*) from site", [], |row| row.get::<_, i64>(0))?)).is_ok()
    }

    #[test]
    fn whoever_finds_no_connection_waits_for_one_and_not_for_ever() {
        let (_folder, readers) = readers();
        let count = readers.free.lock().unwrap().len();
        let mut lent: Vec<_> = (0..count).map(|_| readers.lend(WAIT_MAX).unwrap()).collect();
        assert!(matches!(readers.lend(Duration::from_millis(5)), Err(Error::Busy)));
        thread::scope(|scope| {
            let waiting = scope.spawn(|| works(&readers));
            lent.pop();
            assert!(waiting.join().unwrap());
        });
    }

    #[test]
    fn a_panicking_reader_takes_no_connection_with_it() {
        let (_folder, readers) = readers();
        let count = readers.free.lock().unwrap().len();
        for _ in 0..3 * count {
            let reader = std::panic::AssertUnwindSafe(|| readers.read(|_| -> Result<(), Error> { panic!("a test of what a panic does") }));
            assert!(std::panic::catch_unwind(reader).is_err());
        }
        assert!(works(&readers));
        assert_eq!(readers.free.lock().unwrap().len(), count);
    }
}
