//! Sites: how a row holds origins and rules, and what goes with a site.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Row};

use crate::model::{CommentId, Origin, Rules, Site, SiteId, SiteKey, Timestamp};
use crate::store::{
    Conflict, Error, NewSite, Sites,
    sqlite::{SqliteStore, failure, rows::Cells},
};

impl Sites for SqliteStore {
    fn find_site(&self, key: &SiteKey) -> Result<Option<Site>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select id, key, name, origins, rules, version, created_at from site where key = ?1")?;
            query.query_row([key.as_str()], site_row).optional()?.map(SiteRow::into_site).transpose()
        })
    }

    fn find_site_of_comment(&self, id: CommentId) -> Result<Option<Site>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, key, name, origins, rules, version, created_at from site where id = (select site_id from comment where id = ?1)",
            )?;
            query.query_row([id.0], site_row).optional()?.map(SiteRow::into_site).transpose()
        })
    }

    fn list_sites(&self) -> Result<Vec<Site>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select id, key, name, origins, rules, version, created_at from site order by key")?;
            query.query_map([], site_row)?.map(|row| row?.into_site()).collect()
        })
    }

    fn insert_site(&self, site: &NewSite<'_>, at: Timestamp) -> Result<Site, Error> {
        let (key, name) = (site.key.clone(), site.name.to_owned());
        let (origins, rules) = (origins_text(site.origins)?, rules_text(site.rules)?);
        self.writer.write(move |batch| {
            let id = SiteId(batch.next_id(at)?);
            let inserted = batch.conn.execute(
                "insert into site(id, key, name, origins, rules, version, created_at) values (?1, ?2, ?3, ?4, ?5, 1, ?6)",
                (id.0, key.as_str(), &name, &origins, &rules, at.0),
            );
            match inserted {
                Ok(_) => site_by_id(batch.conn, id),
                Err(error) if failure::is_taken(&error) => Err(Error::Conflict(Conflict::NameTaken)),
                Err(error) => Err(error.into()),
            }
        })
    }

    fn update_site(&self, id: SiteId, name: &str, origins: &[Origin], rules: &Rules) -> Result<Site, Error> {
        let (name, origins, rules) = (name.to_owned(), origins_text(origins)?, rules_text(rules)?);
        self.writer.write(move |batch| {
            let changed = batch.conn.execute(
                "update site set name = ?2, origins = ?3, rules = ?4, version = version + 1 where id = ?1",
                (id.0, &name, &origins, &rules),
            )?;
            if changed == 1 { site_by_id(batch.conn, id) } else { Err(Error::NotFound) }
        })
    }

    fn delete_site(&self, id: SiteId) -> Result<(), Error> {
        self.writer.write(move |batch| {
            // Whatever points to something goes before it.
            for sql in [
                "delete from outbox where site_id = ?1",
                "delete from told where delivery_id in (select id from delivery where site_id = ?1)",
                "delete from delivery where site_id = ?1",
                "delete from webhook where site_id = ?1",
                "delete from follow where site_id = ?1",
                "delete from staff_notice where site_id = ?1",
                "delete from report where site_id = ?1",
                "delete from submission where site_id = ?1",
                "delete from lesson where site_id = ?1",
                "delete from comment where site_id = ?1",
                "delete from page_address where site_id = ?1",
                "delete from page where site_id = ?1",
                "delete from identity where site_id = ?1",
                "delete from author where site_id = ?1",
                "delete from staff_name where site_id = ?1",
                "delete from account_site where site_id = ?1",
                "delete from token where site_id = ?1",
            ] {
                batch.conn.execute(sql, [id.0])?;
            }
            batch.forget_pages(id);
            let deleted = batch.conn.execute("delete from site where id = ?1", [id.0])?;
            if deleted == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    }

    fn list_staff_names(&self, site: SiteId) -> Result<Vec<String>, Error> {
        self.readers.read(|conn| {
            // A token has a badge from scope 2 on.
            let mut query = conn.prepare_cached(
                "select name from staff_name where site_id = ?1
                 union select name from account where role_everywhere is not null
                 union select account.name from account_site join account on account.id = account_site.account_id
                   where account_site.site_id = ?1
                 union select name from token where scope >= 2 and (site_id is null or site_id = ?1)",
            )?;
            Ok(query.query_map([site.0], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
    }
}

fn site_by_id(conn: &Connection, id: SiteId) -> Result<Site, Error> {
    let mut query = conn.prepare_cached("select id, key, name, origins, rules, version, created_at from site where id = ?1")?;
    query.query_row([id.0], site_row)?.into_site()
}

struct SiteRow {
    id: i64,
    key: String,
    name: String,
    origins: String,
    rules: String,
    version: i64,
    created_at: Timestamp,
}

fn site_row(row: &Row<'_>) -> rusqlite::Result<SiteRow> {
    let mut cells = Cells::of(row);
    Ok(SiteRow {
        id: cells.take()?,
        key: cells.take()?,
        name: cells.take()?,
        origins: cells.take()?,
        rules: cells.take()?,
        version: cells.take()?,
        created_at: cells.take_time()?,
    })
}

impl SiteRow {
    fn into_site(self) -> Result<Site, Error> {
        let damaged = |what: &str| Error::Internal(format!("{what} of the site {} cannot be read", self.id));
        let origins: Vec<String> = serde_json::from_str(&self.origins).map_err(|_| damaged("the origins"))?;
        let origins = origins.iter().map(|text| text.parse()).collect::<Result<_, _>>().map_err(|_| damaged("an origin"))?;
        let texts: BTreeMap<String, String> = serde_json::from_str(&self.rules).map_err(|_| damaged("the rules"))?;
        let mut rules = Rules::default();
        for (name, text) in &texts {
            rules.set(name, text).map_err(|_| damaged(name))?;
        }
        Ok(Site {
            id: SiteId(self.id),
            key: self.key.parse().map_err(|_| damaged("the key"))?,
            name: self.name,
            origins,
            rules,
            version: self.version,
            created_at: self.created_at,
        })
    }
}

fn origins_text(origins: &[Origin]) -> Result<String, Error> {
    let texts: Vec<String> = origins.iter().map(ToString::to_string).collect();
    serde_json::to_string(&texts).map_err(|error| Error::Internal(error.to_string()))
}

fn rules_text(rules: &Rules) -> Result<String, Error> {
    let mut texts: BTreeMap<&str, String> = Rules::NAMES.into_iter().filter_map(|name| Some((name, rules.get(name)?))).collect();
    // An empty text means "not set"; a comma is a list that is set and empty.
    if rules.significant_params.as_ref().is_some_and(Vec::is_empty) {
        texts.insert("significant_params", ",".into());
    }
    serde_json::to_string(&texts).map_err(|error| Error::Internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_read_back_as_they_were_stored() {
        for significant_params in [None, Some(vec![]), Some(vec!["id".to_owned(), "p".to_owned()])] {
            let rules = Rules { significant_params, edit_minutes: 3, ..Rules::default() };
            let row = SiteRow {
                id: 1,
                key: "a".into(),
                name: "A".into(),
                origins: "[\"https://a.example\"]".into(),
                rules: rules_text(&rules).unwrap(),
                version: 1,
                created_at: Timestamp(0),
            };
            assert_eq!(row.into_site().unwrap().rules, rules);
        }
    }
}
