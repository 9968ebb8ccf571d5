//! Backups made while everybody writes, and what restoring refuses.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use rejoinder::store::sqlite::SqliteStore;

use crate::{bench::Bench, sqlite::children::times};

#[test]
fn t87_backups_during_load_restore_and_hold_all_acknowledged_before() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(&folder.path().join("a.db"));
    let (acknowledged, stop) = (Mutex::new(HashSet::new()), AtomicBool::new(false));
    // Big enough that copying takes several steps.
    thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| bench.publish_many(16, &"text ".repeat(2000)));
        }
    });
    thread::scope(|scope| {
        // Also when an assertion fails, else the others would never end.
        let _stop = StopAtEnd(&stop);
        for _ in 0..4 {
            scope.spawn(|| {
                while !stop.load(Ordering::SeqCst) {
                    let id = bench.publish("Hi");
                    acknowledged.lock().unwrap().insert(id);
                }
            });
        }
        for n in 0..times("REJOINDER_PROOF_BACKUPS", 5) {
            let [backup, restored] = ["backup", "restored"].map(|name| folder.path().join(format!("{name}-{n}.db")));
            let before = acknowledged.lock().unwrap().clone();
            let mut steps = Vec::new();
            bench.store.backup(&backup, &mut |done, all| steps.push((done, all))).unwrap();
            assert!(steps.len() > 2 && steps.is_sorted() && steps.last().is_some_and(|(done, all)| done == all), "{steps:?}");
            SqliteStore::restore(&backup, &restored).unwrap();
            let copy = Bench::open(&restored);
            copy.assert_sound();
            assert!(before.iter().all(|id| copy.store.find_comment(copy.site.id, *id).unwrap().is_some()));
            let new = copy.publish("the copy is a database like any other");
            assert!(before.iter().all(|id| *id < new));
        }
    });
    assert!(!acknowledged.lock().unwrap().is_empty());
    bench.assert_sound();
}

struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A database with one comment, and a backup of it.
fn backed_up() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let [path, backup] = ["a.db", "backup.db"].map(|name| folder.path().join(name));
    let bench = Bench::open(&path);
    bench.publish("Hi");
    bench.store.backup(&backup, &mut |_, _| ()).unwrap();
    (folder, path, backup)
}

fn comments(path: &Path) -> u64 {
    let bench = Bench::open(path);
    bench.store.check().unwrap().comments
}

#[test]
fn neither_backup_nor_restore_overwrites_a_file() {
    let (_folder, path, backup) = backed_up();
    let bench = Bench::open(&path);
    let error = bench.store.backup(&backup, &mut |_, _| ()).unwrap_err().to_string();
    assert!(error.ends_with("backup.db exists already and was left as it is"), "{error}");
    let error = SqliteStore::restore(&backup, &path).unwrap_err().to_string();
    assert!(error.ends_with("a.db exists already and was left as it is"), "{error}");
}

#[test]
fn restoring_over_a_database_takes_its_place_and_its_log_away() {
    let (_folder, path, backup) = backed_up();
    let bench = Bench::open(&path);
    bench.publish("after the backup");
    let log = path.with_extension("db-wal");
    let old_log = fs::read(&log).unwrap();
    let error = SqliteStore::restore_over(&backup, &path).unwrap_err().to_string();
    assert!(error.ends_with("a.db is in use by another process: stop the server first"), "{error}");
    drop(bench);
    assert_eq!(comments(&path), 2);
    SqliteStore::restore_over(&backup, &path).unwrap();
    assert_eq!(comments(&path), 1);
    // The log of the old file is whole, and would be played into the restored one.
    fs::write(&path, "damaged beyond recognition").unwrap();
    fs::write(&log, old_log).unwrap();
    SqliteStore::restore_over(&backup, &path).unwrap();
    assert_eq!(comments(&path), 1);
}

#[test]
fn a_damaged_or_foreign_backup_is_refused_and_nothing_is_left_behind() {
    let (folder, path, backup) = backed_up();
    let to = folder.path().join("restored.db");
    let whole = fs::read(&backup).unwrap();
    let mut torn = whole.clone();
    for byte in &mut torn[4096 * 3..4096 * 6] {
        *byte = 0xff;
    }
    for (bytes, problem) in [
        (&torn[..], "restore a backup"),
        (&whole[..whole.len() / 2], "restore a backup"),
        (b"nothing of ours", "is not a SQLite database"),
        (b"", "holds no Rejoinder database"),
    ] {
        fs::write(&backup, bytes).unwrap();
        let error = SqliteStore::restore(&backup, &to).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
        let error = SqliteStore::restore_over(&backup, &path).unwrap_err().to_string();
        assert!(error.contains(problem), "{error}");
    }
    assert!(SqliteStore::restore(&folder.path().join("nowhere.db"), &to).unwrap_err().to_string().contains("there is no such file"));
    assert_eq!(comments(&path), 1);
    fs::remove_file(&backup).unwrap();
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.db"]);
}
