//! API tokens, of which the store knows only the hash.

use rusqlite::{OptionalExtension, Row};

use crate::model::{Scope, SiteId, Timestamp, Token, TokenId};
use crate::store::{
    Conflict, Error, SecretHash, Tokens,
    sqlite::{
        SqliteStore,
        accounts::name_key,
        failure,
        rows::{self, Cells},
    },
};

impl Tokens for SqliteStore {
    fn insert_token(&self, name: &str, hash: &SecretHash, site: Option<SiteId>, scope: Scope, at: Timestamp) -> Result<Token, Error> {
        let (name, hash) = (name.to_owned(), *hash);
        self.writer.write(move |batch| {
            if let Some(site) = site
                && !batch.conn.prepare_cached("select 1 from site where id = ?1")?.exists([site.0])?
            {
                return Err(Error::NotFound);
            }
            let id = TokenId(batch.next_id(at)?);
            let inserted = batch.conn.execute(
                "insert into token(id, name, name_key, secret_hash, site_id, scope, created_at) values (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                (id.0, &name, name_key(&name), hash, site.map(|site| site.0), rows::scope_code(scope), at.0),
            );
            match inserted {
                Ok(_) => Ok(Token { id, name, site, scope, created_at: at }),
                Err(error) if failure::is_taken(&error) => Err(Error::Conflict(Conflict::NameTaken)),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn find_token(&self, hash: &SecretHash) -> Result<Option<Token>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select id, name, site_id, scope, created_at from token where secret_hash = ?1")?;
            Ok(query.query_row([hash], token_row).optional()?)
        })
    }
}

fn token_row(row: &Row<'_>) -> rusqlite::Result<Token> {
    let mut cells = Cells::of(row);
    Ok(Token {
        id: TokenId(cells.take()?),
        name: cells.take()?,
        site: cells.take::<Option<_>>()?.map(SiteId),
        scope: cells.take_code(rows::scope)?,
        created_at: cells.take_time()?,
    })
}
