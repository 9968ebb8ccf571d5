//! What keeps an installation well: its key, readiness, backup, check, forgetting and cleaning again.

use std::path::Path;

use rusqlite::Connection;

use crate::model::{CommentId, SiteId, Status, Timestamp};
use crate::store::{
    CheckReport, Error, Upkeep,
    sqlite::{SqliteStore, backup, check, connection, insert::KEY_MS, outbox},
};

/// The log of mails and calls goes back so far.
const LOG_SECONDS: i64 = 30 * 86_400;
/// Rows that one job forgets, so that submits wait no longer for it than for each other.
const FORGET_AT_ONCE: i64 = 500;
/// So long a report is kept, and with it the hash that tells its reporter's network from others.
const REPORT_MS: i64 = 30 * 24 * 3600 * 1000;

/// An address that nobody proves in so long was not typed by whom it belongs to. The link in its mail ends then too.
const UNPROVEN_MS: i64 = 7 * 86_400_000;

impl Upkeep for SqliteStore {
    fn installation_key(&self) -> Result<[u8; 32], Error> {
        self.readers.read(|conn| Ok(conn.query_row("select value from setting where name = 'installation_key'", [], |row| row.get(0))?))
    }

    fn check_ready(&self) -> Result<(), Error> {
        self.readers.read(|conn| Ok(conn.query_row("select 1 from sqlite_schema", [], |_| Ok(()))?))?;
        self.writer.write(|_| Ok(()))
    }

    fn backup(&self, path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Error> {
        backup::backup(&self.path, path, progress).map_err(|error| Error::Internal(error.to_string()))
    }

    fn check(&self) -> Result<CheckReport, Error> {
        // Not one of the lent connections: this takes long.
        check::check(&connection::reader(&self.path)?)
    }

    fn list_stale_markup(&self, version: u32, most: usize) -> Result<Vec<(SiteId, CommentId, String)>, Error> {
        self.readers.read(|conn| {
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            // Two ranges, so that the index is used and a file without such comments costs nothing.
            let mut stale = list_stale(conn, "select site_id, id, source from comment where markup_version < ?1 limit ?2", version, most)?;
            let left = most - i64::try_from(stale.len()).unwrap_or(i64::MAX);
            stale.extend(list_stale(conn, "select site_id, id, source from comment where markup_version > ?1 limit ?2", version, left)?);
            Ok(stale)
        })
    }

    fn update_markup(&self, site: SiteId, id: CommentId, source: &str, html: &str, version: u32, at: Timestamp) -> Result<(), Error> {
        let (source, html) = (source.to_owned(), html.to_owned());
        self.write_comment(site, id, move |batch, row| {
            if row.comment.source != source {
                return Ok(());
            }
            batch.conn.execute(
                "update comment set html = ?3, markup_version = ?4 where site_id = ?1 and id = ?2",
                (site.0, id.0, &html, version),
            )?;
            if row.comment.status == Status::Published && row.comment.html != html {
                let mut page = batch.page(site, row.comment.page_id)?;
                batch.raise_page(&mut page, at);
            }
            Ok(())
        })
        .map(drop)
    }

    fn forget_old(&self, now: Timestamp) -> Result<(), Error> {
        self.forget(
            "delete from submission where (site_id, nonce) in (
               select site_id, nonce from submission where created_at <= ?1 limit ?2)",
            now.0.saturating_sub(KEY_MS),
        )?;
        while self.writer.write(move |batch| outbox::forget(batch, now.minus_seconds(LOG_SECONDS), FORGET_AT_ONCE))? > 0 {}
        self.forget(
            "delete from follow where id in (
               select follow.id from mail_address join follow on follow.address_id = mail_address.id
               where mail_address.state = 0 and coalesce(mail_address.asked_at, mail_address.created_at) <= ?1 limit ?2)",
            now.0.saturating_sub(UNPROVEN_MS),
        )?;
        self.forget(
            "delete from mail_address where id in (
               select id from mail_address where state = 0 and coalesce(asked_at, created_at) <= ?1
                 and not exists (select 1 from follow where address_id = mail_address.id) limit ?2)",
            now.0.saturating_sub(UNPROVEN_MS),
        )?;
        self.forget(
            "delete from report where (comment_id, reporter) in (
               select comment_id, reporter from report where created_at <= ?1 limit ?2)",
            now.0.saturating_sub(REPORT_MS),
        )?;
        self.forget("delete from session where secret_hash in (select secret_hash from session where expires_at <= ?1 limit ?2)", now.0)?;
        self.forget("delete from setup_code where code_hash in (select code_hash from setup_code where expires_at <= ?1 limit ?2)", now.0)
    }
}

impl SqliteStore {
    /// Runs a statement again and again, each time in a job of its own, until it finds nothing older than `moment`.
    fn forget(&self, sql: &'static str, moment: i64) -> Result<(), Error> {
        loop {
            let forgotten = self.writer.write(move |batch| Ok(batch.conn.execute(sql, (moment, FORGET_AT_ONCE))?))?;
            if forgotten == 0 {
                return Ok(());
            }
        }
    }
}

fn list_stale(conn: &Connection, sql: &'static str, version: u32, most: i64) -> rusqlite::Result<Vec<(SiteId, CommentId, String)>> {
    let mut query = conn.prepare_cached(sql)?;
    query.query_map((version, most), |row| Ok((SiteId(row.get(0)?), CommentId(row.get(1)?), row.get(2)?)))?.collect()
}
