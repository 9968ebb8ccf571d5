//! From an empty file to the schema of this program, whatever happens on the way.

use std::path::Path;

use rejoinder::store::sqlite::SqliteStore;
use rusqlite::Connection;

use crate::{
    bench::{Bench, START},
    sqlite::children::{child, order},
};

const NAME: &str = "sqlite::migrations::t86_killed_after_any_statement_a_migration_is_done_or_not_begun";

#[test]
fn t86_killed_after_any_statement_a_migration_is_done_or_not_begun() {
    if let Some((folder, last)) = order() {
        let (last, mut statement): (usize, _) = (last.parse().unwrap(), 0);
        SqliteStore::open_stepwise(&folder.join("a.db"), START, &mut || {
            statement += 1;
            if statement == last {
                // Nothing is cleaned up: as if the machine had taken the process away.
                std::process::abort();
            }
        })
        .unwrap();
        return;
    }
    let mut steps = 0;
    let complete = schema_of_program();
    let counted = tempfile::tempdir().unwrap();
    SqliteStore::open_stepwise(&counted.path().join("a.db"), START, &mut || steps += 1).unwrap();
    assert!(steps > 20, "the first migration has {steps} statements");
    for last in 1..=steps {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let status = child(NAME, folder.path(), &last.to_string()).status().unwrap();
        assert!(!status.success(), "the child was to abort after statement {last}");
        let found = schema(&path);
        assert!(complete.contains(&found), "half of a migration is there: {found:?}");
        let bench = Bench::open(&path);
        bench.publish("Hi");
        bench.assert_sound();
        drop(bench);
        assert_eq!(snapshot(&path), snapshot(&counted.path().join("a.db")));
    }
}

/// What a file may look like between migrations: empty, after the first, after the second.
fn schema_of_program() -> [(i64, i64); 3] {
    let folder = tempfile::tempdir().unwrap();
    let (first, whole) = (folder.path().join("first.db"), folder.path().join("whole.db"));
    Connection::open(&first).unwrap().execute_batch(include_str!("../../../src/store/sqlite/migrations/0001_first.sql")).unwrap();
    drop(SqliteStore::open(&whole, START).unwrap());
    [(0, 0), (1, schema(&first).1), schema(&whole)]
}

/// The number of the schema and of its tables and indexes, without writing anything. What SQLite notes for its planner
/// comes and goes.
fn schema(path: &Path) -> (i64, i64) {
    let conn = Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let number = conn.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    let count = "select count(*) from sqlite_schema where name not like 'sqlite\\_stat%' escape '\\'";
    (number, conn.query_row(count, [], |row| row.get(0)).unwrap())
}

/// Every table and index as SQL, without what SQLite makes for itself.
fn snapshot(path: &Path) -> String {
    let conn = Connection::open(path).unwrap();
    let mut query = conn
        .prepare("select sql from sqlite_schema where sql is not null and name not like 'sqlite\\_%' escape '\\' order by tbl_name, type desc, name")
        .unwrap();
    let statements = query.query_map([], |row| row.get::<_, String>(0)).unwrap().map(|sql| sql.unwrap() + ";\n");
    statements.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_snapshot_of_the_schema_is_what_the_migrations_make() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(SqliteStore::open(&path, START).unwrap());
    let (made, kept) = (snapshot(&path), include_str!("../../../src/store/sqlite/schema.sql"));
    assert!(kept == made, "src/store/sqlite/schema.sql should be:\n{made}");
}

#[test]
fn t86_a_file_of_a_newer_program_is_refused_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    drop(SqliteStore::open(&path, START).unwrap());
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 7).unwrap();
    let before = std::fs::read(&path).unwrap();
    let error = SqliteStore::open(&path, START).err().unwrap().to_string();
    assert!(error.contains("was written by a newer Rejoinder (schema 7; this program knows 2)"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn t86_two_processes_that_upgrade_at_once_do_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    std::thread::scope(|scope| {
        for opened in [0; 6].map(|_| scope.spawn(|| SqliteStore::open(&path, START).map(drop))) {
            opened.join().unwrap().unwrap();
        }
    });
    let conn = Connection::open(&path).unwrap();
    let count: i64 = conn.query_row("select count(*) from migration", [], |row| row.get(0)).unwrap();
    assert_eq!(count, 2);
}
