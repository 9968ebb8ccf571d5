//! The SQLite engine: one file, one thread that writes, a few connections that read.

mod accounts;
mod backup;
mod batch;
mod check;
mod comments;
mod connection;
mod courtesies;
mod failure;
mod follows;
mod ids;
mod insert;
mod maintenance;
mod migrate;
mod open;
mod outbox;
mod pages;
mod readers;
mod rows;
mod sites;
mod threads;
mod tokens;
mod tree;
mod turns;
mod upkeep;
mod webhooks;
mod writer;

use std::path::{Path, PathBuf};

pub use open::OpenError;

use crate::model::Timestamp;
use crate::store::sqlite::{maintenance::Maintenance, readers::Readers, writer::Writer};

/// A database file in use. Several processes may use one file at the same time. Dropping it finishes what waits,
/// empties the log into the file and closes it.
pub struct SqliteStore {
    path: PathBuf,
    // Dropped in this order: what waits is written, snapshots end, then the log can be emptied.
    writer: Writer,
    readers: Readers,
    _maintenance: Maintenance,
}

impl SqliteStore {
    /// Opens the file, makes it if there is none, and brings its schema up to date. The folder must exist.
    pub fn open(path: &Path, now: Timestamp) -> Result<Self, OpenError> {
        Self::open_stepwise(path, now, &mut || ())
    }

    /// The same; `step` hears of every statement that an upgrade of the schema ran.
    pub fn open_stepwise(path: &Path, now: Timestamp, step: &mut dyn FnMut()) -> Result<Self, OpenError> {
        let failed = |error: rusqlite::Error| OpenError::of(path, &error);
        let no_thread = |error: std::io::Error| OpenError::Failed { path: path.to_owned(), cause: error.to_string() };
        let conn = open::open_writer(path, now, step)?;
        let readers = Readers::open(path).map_err(failed)?;
        let maintenance = Maintenance::start(path).map_err(failed)?.map_err(no_thread)?;
        let writer = Writer::start(path, conn, maintenance.waker()).map_err(no_thread)?;
        Ok(Self { path: path.to_owned(), writer, readers, _maintenance: maintenance })
    }

    /// Verifies a backup and puts a copy of it where no database is.
    pub fn restore(backup: &Path, to: &Path) -> Result<(), OpenError> {
        backup::restore(backup, to)
    }

    /// Verifies a backup and puts a copy of it in the place of a database that nobody has open.
    pub fn restore_over(backup: &Path, to: &Path) -> Result<(), OpenError> {
        backup::restore_over(backup, to)
    }

    /// Transactions committed through this store since it was opened: fewer than writes when callers share them.
    pub fn commits(&self) -> u64 {
        self.writer.commits()
    }
}
