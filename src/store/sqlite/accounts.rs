//! Accounts with their roles, set-up codes and sessions.

use rusqlite::{Connection, OptionalExtension, Row};
use unicode_normalization::UnicodeNormalization;

use crate::model::{Account, AccountId, Role, Session, SiteId, Timestamp};
use crate::store::{
    Accounts, Error, NewAccount, SecretHash,
    sqlite::{
        SqliteStore,
        rows::{self, Cells},
    },
};

/// Being used is noted at most this often, so that a desk that asks every few seconds writes next to nothing.
const USED_EVERY_SECONDS: i64 = 60;

impl Accounts for SqliteStore {
    fn list_accounts(&self) -> Result<Vec<Account>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select id from account order by name_key")?;
            let ids = query.query_map([], |row| row.get(0).map(AccountId))?.collect::<rusqlite::Result<Vec<_>>>()?;
            ids.into_iter().map(|id| account_by_id(conn, id)).collect()
        })
    }

    fn find_account_by_name(&self, name: &str) -> Result<Option<Account>, Error> {
        self.readers.read(|conn| find_id(conn, name)?.map(|id| account_by_id(conn, id)).transpose())
    }

    fn upsert_account(&self, account: &NewAccount<'_>, at: Timestamp) -> Result<Account, Error> {
        let (name, email) = (account.name.to_owned(), account.email.map(str::to_owned));
        let (role, site) = (rows::role_code(account.role), account.site);
        self.writer.write(move |batch| {
            let id = match find_id(batch.conn, &name)? {
                Some(id) => id,
                None => {
                    let id = AccountId(batch.next_id(at)?);
                    batch.conn.execute(
                        "insert into account(id, name, name_key, created_at) values (?1, ?2, ?3, ?4)",
                        (id.0, &name, name_key(&name), at.0),
                    )?;
                    id
                }
            };
            if let Some(email) = email {
                batch.conn.execute("update account set email = ?2 where id = ?1", (id.0, email))?;
            }
            match site {
                Some(site) => {
                    if !batch.conn.prepare_cached("select 1 from site where id = ?1")?.exists([site.0])? {
                        return Err(Error::NotFound);
                    }
                    batch.conn.execute(
                        "insert into account_site(account_id, site_id, role) values (?1, ?2, ?3)
                         on conflict(account_id, site_id) do update set role = excluded.role",
                        (id.0, site.0, role),
                    )?;
                }
                None => {
                    batch.conn.execute("update account set role_everywhere = ?2 where id = ?1", (id.0, role))?;
                }
            }
            account_by_id(batch.conn, id)
        })
    }

    fn update_password(&self, account: AccountId, password: &str) -> Result<(), Error> {
        let password = password.to_owned();
        self.writer.write(move |batch| {
            let changed = batch.conn.execute("update account set password = ?2 where id = ?1", (account.0, password))?;
            batch.conn.execute("delete from session where account_id = ?1", [account.0])?;
            if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    }

    fn insert_setup_code(&self, hash: &SecretHash, account: Option<AccountId>, expires: Timestamp) -> Result<(), Error> {
        let hash = *hash;
        self.writer.write(move |batch| {
            if account.is_none() {
                batch.conn.execute("delete from setup_code where account_id is null", [])?;
            }
            batch.conn.execute(
                "insert into setup_code(code_hash, account_id, expires_at) values (?1, ?2, ?3)",
                (hash, account.map(|account| account.0), expires.0),
            )?;
            Ok(())
        })
    }

    fn find_setup_code(&self, hash: &SecretHash, now: Timestamp) -> Result<Option<Option<Account>>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select account_id from setup_code where code_hash = ?1 and expires_at > ?2")?;
            let found: Option<Option<i64>> = query.query_row((hash, now.0), |row| row.get(0)).optional()?;
            found.map(|account| account.map(|id| account_by_id(conn, AccountId(id))).transpose()).transpose()
        })
    }

    fn delete_setup_code(&self, hash: &SecretHash, now: Timestamp) -> Result<(), Error> {
        let hash = *hash;
        self.writer.write(move |batch| {
            let used = batch.conn.execute("delete from setup_code where code_hash = ?1 and expires_at > ?2", (hash, now.0))?;
            if used == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    }

    fn insert_session(
        &self,
        hash: &SecretHash,
        account: AccountId,
        form_token: &str,
        at: Timestamp,
        expires: Timestamp,
    ) -> Result<(), Error> {
        let (hash, form_token) = (*hash, form_token.to_owned());
        self.writer.write(move |batch| {
            if !batch.conn.prepare_cached("select 1 from account where id = ?1")?.exists([account.0])? {
                return Err(Error::NotFound);
            }
            batch.conn.execute(
                "insert into session(secret_hash, account_id, form_token, created_at, used_at, expires_at)
                 values (?1, ?2, ?3, ?4, ?4, ?5)",
                (hash, account.0, form_token, at.0, expires.0),
            )?;
            Ok(())
        })
    }

    fn find_session(&self, hash: &SecretHash, now: Timestamp, idle_seconds: i64) -> Result<Option<Session>, Error> {
        let idle_since = now.minus_seconds(idle_seconds);
        let found = self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select account_id, form_token, created_at, expires_at, used_at from session
                 where secret_hash = ?1 and expires_at > ?2 and used_at >= ?3",
            )?;
            let Some((account, session)) = query.query_row((hash, now.0, idle_since.0), session_row).optional()? else { return Ok(None) };
            Ok(Some((session.used_at, session.of(account_by_id(conn, account)?))))
        })?;
        let Some((used_at, session)) = found else { return Ok(None) };
        if used_at <= now.minus_seconds(USED_EVERY_SECONDS) {
            let hash = *hash;
            let noted = self.writer.write(move |batch| {
                batch.conn.execute("update session set used_at = max(used_at, ?2) where secret_hash = ?1", (hash, now.0))?;
                Ok(())
            });
            // The desk can still be read while the disk takes nothing; the session only ends earlier.
            if let Err(error) = noted {
                tracing::warn!(%error, "the use of a session could not be noted");
            }
        }
        Ok(Some(session))
    }

    fn delete_session(&self, hash: &SecretHash) -> Result<(), Error> {
        let hash = *hash;
        self.writer.write(move |batch| {
            batch.conn.execute("delete from session where secret_hash = ?1", [hash])?;
            Ok(())
        })
    }

    fn delete_sessions_of(&self, account: AccountId) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute("delete from session where account_id = ?1", [account.0])?;
            Ok(())
        })
    }
}

/// What two names have in common that differ only in case and width.
pub fn name_key(name: &str) -> String {
    name.trim().nfkc().collect::<String>().to_lowercase().nfkc().collect()
}

fn find_id(conn: &Connection, name: &str) -> rusqlite::Result<Option<AccountId>> {
    let mut query = conn.prepare_cached("select id from account where name_key = ?1")?;
    query.query_row([name_key(name)], |row| row.get(0).map(AccountId)).optional()
}

fn account_by_id(conn: &Connection, id: AccountId) -> Result<Account, Error> {
    let mut query = conn.prepare_cached("select id, name, email, password, role_everywhere, created_at from account where id = ?1")?;
    let mut account = query.query_row([id.0], account_row)?;
    let mut query = conn.prepare_cached("select site_id, role from account_site where account_id = ?1 order by site_id")?;
    account.roles = query
        .query_map([id.0], |row| {
            let mut cells = Cells::of(row);
            Ok((SiteId(cells.take()?), cells.take_code(rows::role)?))
        })?
        .collect::<rusqlite::Result<Vec<(SiteId, Role)>>>()?;
    Ok(account)
}

fn account_row(row: &Row<'_>) -> rusqlite::Result<Account> {
    let mut cells = Cells::of(row);
    Ok(Account {
        id: AccountId(cells.take()?),
        name: cells.take()?,
        email: cells.take()?,
        password: cells.take()?,
        role_everywhere: match cells.take::<Option<i64>>()? {
            None => None,
            Some(code) => Some(rows::role(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(4, code))?),
        },
        roles: Vec::new(),
        created_at: cells.take_time()?,
    })
}

struct SessionRow {
    form_token: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    used_at: Timestamp,
}

fn session_row(row: &Row<'_>) -> rusqlite::Result<(AccountId, SessionRow)> {
    let mut cells = Cells::of(row);
    let account = AccountId(cells.take()?);
    let (form_token, created_at) = (cells.take()?, cells.take_time()?);
    Ok((account, SessionRow { form_token, created_at, expires_at: cells.take_time()?, used_at: cells.take_time()? }))
}

impl SessionRow {
    fn of(self, account: Account) -> Session {
        Session { account, form_token: self.form_token, created_at: self.created_at, expires_at: self.expires_at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_case_and_width_have_one_key() {
        for same in ["ada", "ADA", " Ada ", "\u{ff21}\u{ff44}\u{ff41}"] {
            assert_eq!(name_key(same), "ada");
        }
        assert_ne!(name_key("ada"), name_key("adá"));
    }
}
