//! Files that are no database of ours, places where none can be, and who may read the one that is.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use rejoinder::store::sqlite::SqliteStore;
use rusqlite::Connection;

use crate::bench::{Bench, START};

fn refusal(path: &Path) -> String {
    SqliteStore::open(path, START).err().expect("it was opened").to_string()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn what_is_no_database_of_ours_is_refused_by_name_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.db");
    fs::write(&text, "Dear diary, this is no database at all. ".repeat(100)).unwrap();
    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("create table t(x)").unwrap();
    for (path, problem) in [(&text, "text.db is not a SQLite database"), (&foreign, "foreign.db is a database of another program")] {
        let before = fs::read(path).unwrap();
        let error = refusal(path);
        assert!(error.ends_with(problem), "{error}");
        assert_eq!(fs::read(path).unwrap(), before);
    }
}

#[test]
fn a_place_where_nothing_can_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path().join("no such folder/a.db"), folder.path().to_owned(), "/proc/self/a.db".into()] {
        let error = refusal(&path);
        assert!(error.starts_with(&format!("cannot write {}", path.display())), "{error}");
    }
}

#[test]
fn only_the_owner_can_read_the_database_its_log_and_its_backups() {
    let folder = tempfile::tempdir().unwrap();
    let [path, backup, restored] = ["a.db", "backup.db", "restored.db"].map(|name| folder.path().join(name));
    let bench = Bench::open(&path);
    bench.publish("Hi");
    bench.store.backup(&backup, &mut |_, _| ()).unwrap();
    SqliteStore::restore(&backup, &restored).unwrap();
    for path in [&path, &folder.path().join("a.db-wal"), &folder.path().join("a.db-shm"), &backup, &restored] {
        assert_eq!(mode(path), 0o600, "{}", path.display());
    }
}

#[test]
fn closing_leaves_one_file_with_everything_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let bench = Bench::open(&path);
    let id = bench.publish("Hi");
    drop(bench);
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.db"]);
    assert_eq!(Bench::open(&path).find(id).source, "Hi");
}
