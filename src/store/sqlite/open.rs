//! Opening a database file: what it may be, and how its owner is told when it is something else.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, ErrorCode};

use crate::model::Timestamp;
use crate::store::sqlite::{
    connection,
    migrate::{self, APPLICATION_ID, SCHEMA},
};

/// Below this the library has a bug that can damage a database while checkpoints and writes meet.
const ENGINE_MIN: i32 = 3_051_003;

/// Why a database could not be opened or restored. The sentences are for whoever runs the program.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("the database {0} was written by a newer Rejoinder (schema {found}; this program knows {SCHEMA}): use that version", .path.display())]
    Newer { path: PathBuf, found: i64 },
    #[error("{} is not a SQLite database", .0.display())]
    NotADatabase(PathBuf),
    #[error("{} is a database of another program", .0.display())]
    Foreign(PathBuf),
    #[error("{} holds no Rejoinder database", .0.display())]
    Empty(PathBuf),
    #[error("the database {} is damaged ({cause}): restore a backup", .path.display())]
    Damaged { path: PathBuf, cause: String },
    #[error("cannot write {}: {cause}", .path.display())]
    Unwritable { path: PathBuf, cause: String },
    #[error("{} exists already and was left as it is", .0.display())]
    Exists(PathBuf),
    #[error("{} is in use by another process: stop the server first", .0.display())]
    InUse(PathBuf),
    #[error("the SQLite library is version {0}, at least 3.51.3 is needed")]
    EngineTooOld(&'static str),
    #[error("cannot open {}: {cause}", .path.display())]
    Failed { path: PathBuf, cause: String },
}

impl OpenError {
    /// What a failing query on this file means to its owner.
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        let (path, cause) = (path.to_owned(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase(path),
            Some(ErrorCode::DatabaseCorrupt) => Self::Damaged { path, cause },
            Some(ErrorCode::ReadOnly | ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::PermissionDenied) => {
                Self::Unwritable { path, cause }
            }
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse(path),
            _ => Self::Failed { path, cause },
        }
    }

    pub(super) fn io(path: &Path, error: &io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), cause: error.to_string() }
    }
}

/// Checks the library and the file, makes the file if there is none, and brings its schema up to date.
/// A file that is refused is left as it is.
pub fn open_writer(path: &Path, now: Timestamp, step: &mut dyn FnMut()) -> Result<Connection, OpenError> {
    check_engine(rusqlite::version_number())?;
    if !make_file(path)? {
        inspect(path)?;
    }
    prepare(path, now, step).map_err(|error| OpenError::of(path, &error))
}

fn check_engine(version: i32) -> Result<(), OpenError> {
    if version < ENGINE_MIN { Err(OpenError::EngineTooOld(rusqlite::version())) } else { Ok(()) }
}

fn prepare(path: &Path, now: Timestamp, step: &mut dyn FnMut()) -> rusqlite::Result<Connection> {
    let mut conn = connection::writer(path)?;
    migrate::migrate(&mut conn, now, step)?;
    migrate::ensure_key(&conn)?;
    Ok(conn)
}

/// Makes an empty file that only its owner can read; false if there is one. SQLite gives its side files the same rights.
pub fn make_file(path: &Path) -> Result<bool, OpenError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            // Opening for writing changes nothing and tells whether writing is allowed.
            fs::OpenOptions::new().write(true).open(path).map_err(|error| OpenError::io(path, &error))?;
            Ok(false)
        }
        Err(error) => Err(OpenError::io(path, &error)),
    }
}

/// Refuses a file that is damaged at first sight, of another program, or newer than this one. An empty file passes.
pub fn inspect(path: &Path) -> Result<Schema, OpenError> {
    let look = || -> rusqlite::Result<(i64, i64, i64)> {
        let conn = connection::inspector(path)?;
        let pragma = |name| conn.pragma_query_value(None, name, |row| row.get(0));
        let tables = conn.query_row("select count(*) from sqlite_schema", [], |row| row.get(0))?;
        Ok((tables, pragma("application_id")?, pragma("user_version")?))
    };
    let (tables, application, found) = look().map_err(|error| OpenError::of(path, &error))?;
    let path = path.to_owned();
    match (tables, application) {
        (0, 0) => Ok(Schema::Empty),
        (_, APPLICATION_ID) if found > SCHEMA => Err(OpenError::Newer { path, found }),
        (_, APPLICATION_ID) if (1..=SCHEMA).contains(&found) => Ok(Schema::Known),
        (_, APPLICATION_ID) => Err(OpenError::Damaged { path, cause: "it has no schema number".into() }),
        _ => Err(OpenError::Foreign(path)),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    Empty,
    /// Of this program or an earlier one.
    Known,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t82_a_library_with_the_known_bug_is_refused() {
        assert!(check_engine(3_051_002).unwrap_err().to_string().contains("at least 3.51.3"));
        assert!(check_engine(rusqlite::version_number()).is_ok());
    }
}
