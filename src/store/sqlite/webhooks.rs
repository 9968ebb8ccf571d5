//! Other services that hear of comments.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::model::{EventKind, NoticeKind, SiteId, Template, Timestamp, Webhook, WebhookId, WebhookState};
use crate::store::{
    Conflict, Error, NewWebhook, Webhooks,
    sqlite::{SqliteStore, outbox, rows::Cells},
};

/// Webhooks of one site.
const WEBHOOKS_MAX: i64 = 20;

/// After so long without a call that worked, nobody is there any more.
const FAILING_MS: i64 = 5 * 24 * 3600 * 1000;

impl Webhooks for SqliteStore {
    fn insert_webhook(&self, webhook: &NewWebhook<'_>, at: Timestamp) -> Result<Webhook, Error> {
        let (site, template) = (webhook.site, webhook.template);
        let (url, secret) = (webhook.url.to_owned(), webhook.secret.to_owned());
        let kinds = webhook.kinds.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" ");
        self.writer.write(move |batch| {
            let count: i64 = batch.conn.query_row("select count(*) from webhook where site_id = ?1", [site.0], |row| row.get(0))?;
            if count >= WEBHOOKS_MAX {
                return Err(Error::Conflict(Conflict::NameTaken));
            }
            let id = WebhookId(batch.next_id(at)?);
            batch.conn.execute(
                "insert into webhook(id, site_id, url, kinds, template, secret, state, created_at) values (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7)",
                (id.0, site.0, &url, &kinds, template_code(template), &secret, at.0),
            )?;
            find(batch.conn, site, id)?.ok_or(Error::NotFound)
        })
    }

    fn list_webhooks(&self, site: SiteId) -> Result<Vec<Webhook>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, url, kinds, template, secret, old_secret, old_until, state, created_at
                 from webhook where site_id = ?1 order by id",
            )?;
            Ok(query.query_map([site.0], webhook)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn find_webhook(&self, site: SiteId, id: WebhookId) -> Result<Option<Webhook>, Error> {
        self.readers.read(|conn| Ok(find(conn, site, id)?))
    }

    fn update_webhook_secret(&self, site: SiteId, id: WebhookId, secret: &str, old_until: Timestamp) -> Result<(), Error> {
        let secret = secret.to_owned();
        self.changing(move |conn| {
            conn.execute(
                "update webhook set old_secret = secret, old_until = ?4, secret = ?3 where site_id = ?1 and id = ?2",
                (site.0, id.0, secret, old_until.0),
            )
        })
    }

    fn update_webhook_state(&self, site: SiteId, id: WebhookId, state: WebhookState) -> Result<(), Error> {
        self.changing(move |conn| {
            conn.execute(
                "update webhook set state = ?3, failed_since = null where site_id = ?1 and id = ?2",
                (site.0, id.0, state_code(state)),
            )
        })
    }

    fn delete_webhook(&self, site: SiteId, id: WebhookId) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute(
                "delete from delivery where site_id = ?1 and kind = ?2 and recipient = ?3 and state = 0",
                (site.0, outbox::kind_code(NoticeKind::Call), id.0),
            )?;
            let deleted = batch.conn.execute("delete from webhook where site_id = ?1 and id = ?2", (site.0, id.0))?;
            if deleted == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    }

    fn note_call(&self, site: SiteId, id: WebhookId, worked: bool, at: Timestamp) -> Result<(), Error> {
        self.writer.write(move |batch| {
            if worked {
                batch.conn.execute(
                    "update webhook set failed_since = null where site_id = ?1 and id = ?2 and failed_since is not null",
                    (site.0, id.0),
                )?;
            } else {
                batch.conn.execute(
                    "update webhook set failed_since = coalesce(failed_since, ?3),
                       state = case when state = 0 and failed_since <= ?4 then 2 else state end
                     where site_id = ?1 and id = ?2",
                    (site.0, id.0, at.0, at.0 - FAILING_MS),
                )?;
            }
            Ok(())
        })
    }
}

impl SqliteStore {
    /// Changes one row; `NotFound` when there is none.
    fn changing(&self, change: impl FnOnce(&Connection) -> rusqlite::Result<usize> + Send + 'static) -> Result<(), Error> {
        self.writer.write(move |batch| if change(batch.conn)? == 1 { Ok(()) } else { Err(Error::NotFound) })
    }
}

fn find(conn: &Connection, site: SiteId, id: WebhookId) -> rusqlite::Result<Option<Webhook>> {
    let mut query = conn.prepare_cached(
        "select id, site_id, url, kinds, template, secret, old_secret, old_until, state, created_at
         from webhook where site_id = ?1 and id = ?2",
    )?;
    query.query_row((site.0, id.0), webhook).optional()
}

fn webhook(row: &Row<'_>) -> rusqlite::Result<Webhook> {
    let mut cells = Cells::of(row);
    Ok(Webhook {
        id: WebhookId(cells.take()?),
        site: SiteId(cells.take()?),
        url: cells.take()?,
        kinds: cells.take::<String>()?.split(' ').filter_map(EventKind::from_word).collect(),
        template: cells.take_code(template)?,
        secret: cells.take()?,
        old_secret: cells.take::<Option<_>>()?.zip(cells.take::<Option<_>>()?.map(Timestamp)),
        state: cells.take_code(state)?,
        created_at: cells.take_time()?,
    })
}

fn template_code(template: Template) -> i64 {
    match template {
        Template::Standard => 0,
        Template::Ntfy => 1,
        Template::Chat => 2,
    }
}

fn template(code: i64) -> Option<Template> {
    Template::ALL.into_iter().find(|template| template_code(*template) == code)
}

fn state_code(state: WebhookState) -> i64 {
    match state {
        WebhookState::On => 0,
        WebhookState::Off => 1,
        WebhookState::Failing => 2,
    }
}

fn state(code: i64) -> Option<WebhookState> {
    [WebhookState::On, WebhookState::Off, WebhookState::Failing].into_iter().find(|state| state_code(*state) == code)
}
