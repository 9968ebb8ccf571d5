//! Adding a comment: the one job that makes pages and authors and keeps a repeated submission one comment.

use std::borrow::Cow;

use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};

use crate::model::{AuthorId, Badge, Cause, CommentId, Decision, NewComment, Page, PageState, SiteId, Status, Timestamp};
use crate::store::{
    Conflict, Error, Insertion, Poster, Submitted,
    sqlite::{
        batch::Batch,
        outbox,
        pages::{self, Lesson},
        rows,
        tree::{self, Place},
        turns,
    },
};

/// For so long a submission key means the same comment.
pub const KEY_MS: i64 = 24 * 3600 * 1000;

const KIND_STRANGER: i64 = 0;
const KIND_STAFF: i64 = 1;

/// An insertion that owns what it is made of, so that it can wait in the queue.
pub struct InsertJob {
    site: SiteId,
    comment: NewComment,
    decision: Decision,
    poster: Poster,
    content_hash: [u8; 16],
    closed_before: Option<Timestamp>,
    at: Timestamp,
}

impl InsertJob {
    pub fn new(insertion: &Insertion<'_>, at: Timestamp) -> Self {
        Self {
            site: insertion.site,
            comment: insertion.comment.clone(),
            decision: insertion.decision.clone(),
            poster: insertion.poster,
            content_hash: insertion.content_hash,
            closed_before: insertion.closed_before,
            at,
        }
    }

    pub fn run(&self, batch: &mut Batch<'_>) -> Result<Submitted, Error> {
        if let Some(stored) = self.find_earlier(batch)? {
            return Ok(stored);
        }
        let address = match self.decision {
            Decision::Publish => Cow::Borrowed(&self.comment.page),
            Decision::Hold(_) => Cow::Owned(self.comment.page.without_alias()),
        };
        let mut page = pages::find_or_insert(batch, self.site, &address, self.at)?;
        let too_old = self.closed_before.is_some_and(|moment| page.created_at < moment);
        if page.state == PageState::Closed || too_old {
            return Err(Error::Conflict(Conflict::PageClosed));
        }
        let id = CommentId(batch.next_id(self.at)?);
        let place = self.place(batch, &page, id)?;
        let writer = self.find_writer(batch)?;
        self.insert_row(batch, &page, id, &place, &writer)?;
        self.keep_key(batch, id)?;
        outbox::happened(batch, self.site, id, Cause::Submitted, self.decision.status(), self.at)?;
        let comment = rows::comment_by_id(batch.conn, self.site, id)?.comment;
        let lesson = Lesson::of(self.comment.title.as_deref(), &self.comment.page);
        if comment.status == Status::Published {
            tree::carry(batch, &mut page, &comment, true)?;
            tree::publish(batch, &mut page, &lesson, self.at)?;
            turns::published(batch, self.site, id, comment.parent)?;
            batch.raise_page(&mut page, self.at);
        } else if !lesson.is_empty() {
            let (hash, address) = lesson.address.unzip();
            let mut insert = batch
                .conn
                .prepare_cached("insert into lesson(comment_id, site_id, title, address_hash, address) values (?1, ?2, ?3, ?4, ?5)")?;
            insert.execute((id.0, self.site.0, lesson.title, hash, address))?;
        }
        let comment = rows::comment_by_id(batch.conn, self.site, id)?.comment;
        Ok(Submitted { comment, page, repeated: false })
    }

    /// What the same key stored before, if that was lately enough.
    fn find_earlier(&self, batch: &Batch<'_>) -> Result<Option<Submitted>, Error> {
        let Some(key) = &self.comment.key else { return Ok(None) };
        let mut query = batch
            .conn
            .prepare_cached("select comment_id, content_hash from submission where site_id = ?1 and nonce = ?2 and created_at > ?3")?;
        let oldest = self.at.0.saturating_sub(KEY_MS);
        let earlier: Option<(i64, [u8; 16])> =
            query.query_row((self.site.0, nonce(key), oldest), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let Some((id, content_hash)) = earlier else { return Ok(None) };
        let comment = rows::comment_by_id(batch.conn, self.site, CommentId(id))?.comment;
        let page = batch.page(self.site, comment.page_id)?;
        let stored = Submitted { comment, page, repeated: true };
        if content_hash == self.content_hash { Ok(Some(stored)) } else { Err(Error::Conflict(Conflict::AlreadySent(Box::new(stored)))) }
    }

    fn keep_key(&self, batch: &Batch<'_>, id: CommentId) -> Result<(), Error> {
        let Some(key) = &self.comment.key else { return Ok(()) };
        let mut insert = batch.conn.prepare_cached(
            "insert into submission(site_id, nonce, comment_id, content_hash, created_at) values (?1, ?2, ?3, ?4, ?5)
             on conflict(site_id, nonce) do update set comment_id = excluded.comment_id, content_hash = excluded.content_hash,
               created_at = excluded.created_at",
        )?;
        insert.execute((self.site.0, nonce(key), id.0, self.content_hash, self.at.0))?;
        Ok(())
    }

    fn place(&self, batch: &Batch<'_>, page: &Page, id: CommentId) -> Result<Place, Error> {
        let Some(parent) = self.comment.parent else { return Ok(Place::of_root(id)) };
        rows::find_comment(batch.conn, self.site, parent)?
            .filter(|parent| parent.shown && parent.comment.page_id == page.id)
            .map(|parent| Place::below(&parent, id))
            .ok_or(Error::Conflict(Conflict::ParentGone))
    }

    /// Who the comment is by, with a row for everybody: what a person may do later hangs on it.
    fn find_writer(&self, batch: &mut Batch<'_>) -> Result<Writer, Error> {
        let name = self.comment.name.clone();
        match self.poster {
            Poster::Stranger => Ok(Writer { author: insert_author(batch, self.site, KIND_STRANGER, self.at)?, name, badge: None }),
            Poster::Known(author) => {
                let known =
                    batch.conn.prepare_cached("select 1 from author where site_id = ?1 and id = ?2")?.exists((self.site.0, author.0))?;
                if known { Ok(Writer { author, name, badge: None }) } else { Err(Error::NotFound) }
            }
            Poster::Account(account, badge) => {
                let own: Option<String> =
                    batch.conn.query_row("select name from account where id = ?1", [account.0], |row| row.get(0)).optional()?;
                self.staff(batch, "account", account.0, own, badge)
            }
            Poster::Token(token, badge) => {
                let own: Option<String> = batch
                    .conn
                    .query_row(
                        "select name from token where id = ?1 and (site_id is null or site_id = ?2)",
                        (token.0, self.site.0),
                        |row| row.get(0),
                    )
                    .optional()?;
                self.staff(batch, "token", token.0, own, badge)
            }
        }
    }

    /// `own` is the name that comments carry unless another was given; none means that there is no such account or token.
    fn staff(&self, batch: &mut Batch<'_>, provider: &str, subject: i64, own: Option<String>, badge: Badge) -> Result<Writer, Error> {
        let name = self.comment.name.clone().or(Some(own.ok_or(Error::NotFound)?));
        let key = (self.site.0, provider, subject.to_string());
        let mut query =
            batch.conn.prepare_cached("select author_id from identity where site_id = ?1 and provider = ?2 and subject = ?3")?;
        let known: Option<i64> = query.query_row((key.0, key.1, &key.2), |row| row.get(0)).optional()?;
        let author = match known {
            Some(author) => AuthorId(author),
            None => {
                let author = insert_author(batch, self.site, KIND_STAFF, self.at)?;
                batch.conn.execute(
                    "insert into identity(site_id, provider, subject, author_id) values (?1, ?2, ?3, ?4)",
                    (key.0, key.1, &key.2, author.0),
                )?;
                author
            }
        };
        batch
            .conn
            .prepare_cached("insert into staff_name(site_id, name) values (?1, ?2) on conflict do nothing")?
            .execute((self.site.0, &name))?;
        Ok(Writer { author, name, badge: Some(badge) })
    }

    fn insert_row(&self, batch: &Batch<'_>, page: &Page, id: CommentId, place: &Place, writer: &Writer) -> Result<(), Error> {
        let status = self.decision.status();
        let mut insert = batch.conn.prepare_cached(
            "insert into comment(id, site_id, page_id, parent_id, root_id, depth, path, status, shown, badge, author_id, author_name,
               author_website, markup_version, held_because, created_at, source, html, asks)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)",
        )?;
        insert.execute(rusqlite::params![
            id.0,
            self.site.0,
            page.id.0,
            place.parent.map(|parent| parent.0),
            place.root.0,
            place.depth,
            place.path,
            rows::status_code(status),
            status == Status::Published,
            rows::badge_code(writer.badge),
            writer.author.0,
            writer.name,
            self.comment.website,
            self.comment.markup_version,
            rows::reason_words(self.decision.reasons()),
            self.at.0,
            self.comment.source,
            self.comment.html,
            self.comment.asks,
        ])?;
        Ok(())
    }
}

struct Writer {
    author: AuthorId,
    name: Option<String>,
    badge: Option<Badge>,
}

fn insert_author(batch: &mut Batch<'_>, site: SiteId, kind: i64, at: Timestamp) -> Result<AuthorId, Error> {
    let id = batch.next_id(at)?;
    let mut insert = batch.conn.prepare_cached("insert into author(id, site_id, kind, created_at) values (?1, ?2, ?3, ?4)")?;
    insert.execute((id, site.0, kind, at.0))?;
    Ok(AuthorId(id))
}

/// Keys are up to 64 characters and come from anybody; rows hold a fixed size.
fn nonce(key: &str) -> [u8; 16] {
    Sha256::digest(key.as_bytes())[..16].try_into().expect("16 of 32 bytes")
}
