//! From whatever schema a file has to the one this program knows.

use rusqlite::{Connection, TransactionBehavior, fallible_iterator::FallibleIterator};

use crate::model::Timestamp;

/// Marks a file as ours in its header: `Rjnd`.
pub const APPLICATION_ID: i64 = 0x526a_6e64;

/// Never edited once released; a change of the schema is a new file.
const MIGRATIONS: [&str; 2] = [include_str!("migrations/0001_first.sql"), include_str!("migrations/0002_two_way.sql")];

/// The schema that this program reads and writes.
pub const SCHEMA: i64 = MIGRATIONS.len() as i64;

/// Runs what is missing, each migration in a transaction of its own, so that being killed at any moment leaves
/// the schema before or after it. `step` hears of every statement that ran.
pub fn migrate(conn: &mut Connection, now: Timestamp, step: &mut dyn FnMut()) -> rusqlite::Result<()> {
    // Schemas only grow, so what has run needs no lock; a file in use is opened without making anybody wait.
    let before: i64 = conn.pragma_query_value(None, "user_version", |row| row.get(0))?;
    for (number, sql) in (1i64..).zip(MIGRATIONS).filter(|(number, _)| *number > before) {
        let tx = conn.transaction_with_behavior(TransactionBehavior::Exclusive)?;
        // Read within the transaction: another process may have upgraded the file while this one waited.
        let done: i64 = tx.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if done >= number {
            continue;
        }
        let mut statements = rusqlite::Batch::new(&tx, sql);
        while let Some(mut statement) = statements.next()? {
            statement.execute([])?;
            step();
        }
        tx.execute("insert into migration(number, applied_at) values (?1, ?2)", (number, now.0))?;
        step();
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        step();
        tx.pragma_update(None, "user_version", number)?;
        step();
        tx.commit()?;
        step();
    }
    Ok(())
}

/// Makes the installation's key, unless the file has one.
pub fn ensure_key(conn: &Connection) -> rusqlite::Result<()> {
    let mut key = [0; 32];
    getrandom::fill(&mut key).expect("the operating system gives random bytes");
    conn.execute("insert into setting(name, value) values ('installation_key', ?1) on conflict do nothing", [key])?;
    Ok(())
}
