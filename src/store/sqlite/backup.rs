//! Copies of the file: written while the store is in use, verified before they count, and put back the same way.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use crate::store::sqlite::{
    connection,
    open::{self, OpenError, Schema},
};

/// Pages copied between two looks at how far it is; 2 MiB.
const STEP_PAGES: i32 = 512;
const BUSY_PAUSE: Duration = Duration::from_millis(10);

/// Copies the database at `from` as it is at this moment to `to`, which must not exist.
pub fn backup(from: &Path, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), OpenError> {
    refuse_existing(to)?;
    let partial = Partial::make(to)?;
    partial.fill(from, progress)?;
    refuse_existing(to)?;
    partial.become_file(to)
}

/// Puts a backup where no database is.
pub fn restore(backup: &Path, to: &Path) -> Result<(), OpenError> {
    refuse_existing(to)?;
    let partial = copy_known(backup, to)?;
    refuse_existing(to)?;
    partial.become_file(to)
}

/// Puts a backup in the place of a database that nobody uses.
pub fn restore_over(backup: &Path, to: &Path) -> Result<(), OpenError> {
    let partial = copy_known(backup, to)?;
    // A log that stayed behind would be taken for the log of the restored file.
    refuse_used(to)?;
    for end in ["-wal", "-shm"] {
        match fs::remove_file(beside(to, end)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(OpenError::io(to, &error)),
            _ => {}
        }
    }
    partial.become_file(to)
}

fn copy_known(backup: &Path, to: &Path) -> Result<Partial, OpenError> {
    if !backup.is_file() {
        return Err(OpenError::Failed { path: backup.to_owned(), cause: "there is no such file".into() });
    }
    if open::inspect(backup)? == Schema::Empty {
        return Err(OpenError::Empty(backup.to_owned()));
    }
    let partial = Partial::make(to)?;
    partial.fill(backup, &mut |_, _| ())?;
    Ok(partial)
}

fn refuse_existing(path: &Path) -> Result<(), OpenError> {
    // A link that leads nowhere exists too.
    if path.symlink_metadata().is_ok() { Err(OpenError::Exists(path.to_owned())) } else { Ok(()) }
}

/// A database that anybody has open cannot leave the mode with a log.
fn refuse_used(path: &Path) -> Result<(), OpenError> {
    if !path.exists() {
        return Ok(());
    }
    let leave = || -> rusqlite::Result<String> {
        let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        conn.busy_timeout(Duration::from_millis(500))?;
        conn.pragma_update_and_check(None, "journal_mode", "delete", |row| row.get(0))
    };
    match leave() {
        Ok(mode) if mode == "wal" => Err(OpenError::InUse(path.to_owned())),
        Err(error) => match OpenError::of(path, &error) {
            // A damaged file is what restoring is for.
            OpenError::NotADatabase(_) | OpenError::Damaged { .. } => Ok(()),
            other => Err(other),
        },
        Ok(_) => Ok(()),
    }
}

/// A file in the making, in the folder of the file it will become. It goes away unless it becomes that.
struct Partial {
    path: PathBuf,
    done: bool,
}

impl Partial {
    fn make(target: &Path) -> Result<Self, OpenError> {
        let path = beside(target, ".partial");
        // One may be left from a run that was killed.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(OpenError::io(&path, &error)),
            _ => {}
        }
        open::make_file(&path)?;
        Ok(Self { path, done: false })
    }

    fn fill(&self, from: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), OpenError> {
        let source = connection::inspector(from).map_err(|error| OpenError::of(from, &error))?;
        copy(&source, &self.path, progress).map_err(|error| OpenError::of(&self.path, &error))?;
        let problems = verify(&self.path).map_err(|error| OpenError::of(&self.path, &error))?;
        match problems {
            None => Ok(()),
            Some(cause) => Err(OpenError::Damaged { path: from.to_owned(), cause }),
        }
    }

    /// Durable from here on: first the bytes, then the name.
    fn become_file(mut self, target: &Path) -> Result<(), OpenError> {
        let folder = match target.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let place = || {
            File::open(&self.path)?.sync_all()?;
            fs::rename(&self.path, target)?;
            File::open(folder)?.sync_all()
        };
        place().map_err(|error| OpenError::io(target, &error))?;
        self.done = true;
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.done {
            // What cannot be removed is removed by the next attempt.
            fs::remove_file(&self.path).ok();
        }
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.into();
    name.push(end);
    name.into()
}

fn copy(source: &Connection, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> rusqlite::Result<()> {
    let mut copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // One snapshot for all steps: without it each write of others would make the copy begin again.
    let snapshot = source.unchecked_transaction()?;
    snapshot.query_row("select count(*) from sqlite_schema", [], |_| Ok(()))?;
    let backup = Backup::new(&snapshot, &mut copy)?;
    loop {
        let step = backup.step(STEP_PAGES)?;
        let now = backup.progress();
        let (all, left) = (u64::try_from(now.pagecount).unwrap_or(0), u64::try_from(now.remaining).unwrap_or(0));
        progress(all.saturating_sub(left), all);
        match step {
            StepResult::Done => break,
            StepResult::More => {}
            _ => thread::sleep(BUSY_PAUSE),
        }
    }
    drop(backup);
    // Without a log, the copy is one file that can be carried away.
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))
}

/// What is wrong with a copy, if anything.
fn verify(path: &Path) -> rusqlite::Result<Option<String>> {
    let conn = connection::inspector(path)?;
    let found: String = conn.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    let broken = conn.prepare("pragma foreign_key_check")?.exists([])?;
    Ok(if found != "ok" {
        Some(found)
    } else if broken {
        Some("rows point to rows that do not exist".into())
    } else {
        None
    })
}
