//! How connections are made: flags, pragmas, and what SQL may not do on them.

use std::{path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit};

/// How long a connection waits for a lock of another process.
pub const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Statements kept prepared on each connection; more than the engine has.
const STATEMENTS_KEPT: usize = 160;

/// A connection that may write. It leaves checkpoints to the maintenance thread.
pub fn writer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    tune(&conn)?;
    conn.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(conn)
}

/// A connection that cannot write.
pub fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    tune(&conn)?;
    conn.pragma_update(None, "query_only", true)?;
    Ok(conn)
}

/// A connection for looking at a file that may be anything. Nothing about the file is changed, its journal mode included.
pub fn inspector(path: &Path) -> rusqlite::Result<Connection> {
    let conn = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    conn.busy_timeout(BUSY_TIMEOUT)?;
    guard(&conn)?;
    conn.execute_batch("pragma trusted_schema=off; pragma cell_size_check=on; pragma mmap_size=0; pragma query_only=on")?;
    Ok(conn)
}

/// The settings every connection has, in the order that matters: the time-out first, because the next ones may wait.
fn tune(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY_TIMEOUT)?;
    guard(conn)?;
    conn.pragma_update_and_check(None, "journal_mode", "wal", |row| {
        let mode: String = row.get(0)?;
        // Some network file systems cannot carry the log; anything but the log would lose the promises made here.
        if mode == "wal" { Ok(()) } else { Err(rusqlite::Error::InvalidQuery) }
    })?;
    conn.execute_batch(
        "pragma synchronous=full;
         pragma foreign_keys=on;
         pragma trusted_schema=off;
         pragma cell_size_check=on;
         pragma temp_store=memory;
         pragma cache_size=-16000;
         pragma mmap_size=0;
         pragma secure_delete=on;",
    )?;
    // Else every other value bound to a kept statement makes SQLite plan it again, which takes longer than running it.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    Ok(())
}

/// Takes away what no query of ours needs and a hostile file could use.
fn guard(conn: &Connection) -> rusqlite::Result<()> {
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    conn.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pragma(conn: &Connection, name: &str) -> String {
        conn.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0)).map(|value| format!("{value:?}")).unwrap()
    }

    #[test]
    fn every_connection_has_the_settings_that_the_promises_need() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::File::create(&path).unwrap();
        let writer = writer(&path).unwrap();
        let reader = reader(&path).unwrap();
        for conn in [&writer, &reader] {
            for (name, value) in [
                ("busy_timeout", "Integer(5000)"),
                ("journal_mode", "Text(\"wal\")"),
                ("synchronous", "Integer(2)"),
                ("foreign_keys", "Integer(1)"),
                ("trusted_schema", "Integer(0)"),
                ("cell_size_check", "Integer(1)"),
                ("temp_store", "Integer(2)"),
                ("cache_size", "Integer(-16000)"),
                ("secure_delete", "Integer(1)"),
            ] {
                assert_eq!(pragma(conn, name), value, "{name}");
            }
            assert!(conn.db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE).unwrap());
            assert!(conn.prepare("select \"no such column\"").is_err());
        }
        assert_eq!(pragma(&writer, "wal_autocheckpoint"), "Integer(0)");
        assert!(reader.execute_batch("create table t(x)").is_err());
    }

    #[test]
    fn a_kept_statement_is_planned_once_for_all_values() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let conn = crate::store::sqlite::open::open_writer(&path, Default::default(), &mut || ()).unwrap();
        let mut query = conn
            .prepare(
                "select c.html, p.html from comment c left join comment p on p.id = c.parent_id and p.site_id = c.site_id
                 where c.site_id = ?1 and c.id = ?2",
            )
            .unwrap();
        for id in 0..5 {
            assert!(!query.exists((id, id)).unwrap());
        }
        assert_eq!(query.get_status(rusqlite::StatementStatus::RePrepare), 0);
    }
}
