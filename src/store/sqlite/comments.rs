//! Comments by id and by queue, and every change of one.

use rusqlite::Connection;

use crate::model::{AuthorId, Cause, Comment, CommentId, CommentOnPage, HoldReason, SiteId, Status, Timestamp};
use crate::store::{
    CommentFilter, Comments, Conflict, Error, Insertion, NewText, Submitted,
    sqlite::{
        SqliteStore,
        batch::Batch,
        insert::InsertJob,
        outbox,
        rows::{self, CommentRow},
        tree,
    },
};

impl Comments for SqliteStore {
    fn find_comment(&self, site: SiteId, id: CommentId) -> Result<Option<CommentOnPage>, Error> {
        self.readers.read(|conn| match rows::find_comment(conn, site, id)? {
            Some(row) => on_page(conn, site, row.comment).map(Some),
            None => Ok(None),
        })
    }

    fn list_comments_by_id(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<Comment>, Error> {
        self.readers.read(|conn| {
            let mut comments = Vec::new();
            for id in ids {
                comments.extend(rows::find_comment(conn, site, *id)?.map(|row| row.comment));
            }
            Ok(comments)
        })
    }

    fn list_comments(&self, site: SiteId, filter: &CommentFilter, most: usize) -> Result<Vec<CommentOnPage>, Error> {
        let mut statuses = if filter.statuses.is_empty() { Status::ALL.to_vec() } else { filter.statuses.clone() };
        statuses.sort_by_key(|status| rows::status_code(*status));
        statuses.dedup();
        self.readers.read(|conn| {
            let mut ids = Vec::new();
            for status in statuses {
                ids.extend(list_ids(conn, site, status, filter, most)?);
            }
            ids.sort_unstable_by(|a, b| b.cmp(a));
            ids.truncate(most);
            ids.into_iter().map(|id| on_page(conn, site, rows::comment_by_id(conn, site, id)?.comment)).collect()
        })
    }

    fn count_pending(&self, site: SiteId) -> Result<u64, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select count(*) from comment where site_id = ?1 and status = 1")?;
            let count: i64 = query.query_row([site.0], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    fn has_published(&self, site: SiteId, author: AuthorId) -> Result<bool, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select 1 from comment where author_id = ?2 and status = 0 and site_id = ?1")?;
            Ok(query.exists((site.0, author.0))?)
        })
    }

    fn insert_comment(&self, insertion: &Insertion<'_>, at: Timestamp) -> Result<Submitted, Error> {
        let job = InsertJob::new(insertion, at);
        self.writer.write(move |batch| job.run(batch))
    }

    fn update_comment_text(&self, site: SiteId, id: CommentId, text: &NewText<'_>, at: Timestamp) -> Result<Submitted, Error> {
        let (source, html) = (text.source.to_owned(), text.html.to_owned());
        let (markup_version, decision) = (text.markup_version, text.decision.clone());
        self.write_comment(site, id, move |batch, row| {
            let was = row.comment.status;
            if !matches!(was, Status::Published | Status::Pending) {
                return Err(Error::Conflict(Conflict::StatusForbids(was)));
            }
            batch.conn.execute(
                "update comment set source = ?3, html = ?4, markup_version = ?5, edited_at = ?6 where site_id = ?1 and id = ?2",
                (site.0, id.0, &source, &html, markup_version, at.0),
            )?;
            let mut page = batch.page(site, row.comment.page_id)?;
            let moved = tree::set_status(batch, &mut page, row, decision.status(), decision.reasons(), at)?;
            if moved || was == Status::Published {
                batch.raise_page(&mut page, at);
            }
            if was != decision.status() {
                outbox::happened(batch, site, id, Cause::Moved, decision.status(), at)?;
            }
            Ok(())
        })
    }

    fn update_comment_status(
        &self,
        site: SiteId,
        id: CommentId,
        from: &[Status],
        to: Status,
        because: &[HoldReason],
        at: Timestamp,
    ) -> Result<Submitted, Error> {
        let (from, because) = (from.to_vec(), because.to_vec());
        self.write_comment(site, id, move |batch, row| {
            let was = row.comment.status;
            if was == to {
                return Ok(());
            }
            if !from.contains(&was) {
                return Err(Error::Conflict(Conflict::StatusForbids(was)));
            }
            let mut page = batch.page(site, row.comment.page_id)?;
            if tree::set_status(batch, &mut page, row, to, &because, at)? {
                batch.raise_page(&mut page, at);
            }
            outbox::happened(batch, site, id, Cause::Moved, to, at)
        })
    }

    fn update_comment_pinned(&self, site: SiteId, id: CommentId, pinned: bool, at: Timestamp) -> Result<Submitted, Error> {
        self.write_comment(site, id, move |batch, row| {
            if row.comment.status != Status::Published || row.comment.parent.is_some() {
                return Err(Error::Conflict(Conflict::StatusForbids(row.comment.status)));
            }
            if row.comment.pinned != pinned {
                batch.conn.execute("update comment set pinned = ?3 where site_id = ?1 and id = ?2", (site.0, id.0, pinned))?;
                let mut page = batch.page(site, row.comment.page_id)?;
                batch.raise_page(&mut page, at);
            }
            Ok(())
        })
    }
}

impl SqliteStore {
    /// Changes one comment and gives back what it and its page have become.
    pub(super) fn write_comment(
        &self,
        site: SiteId,
        id: CommentId,
        change: impl FnOnce(&mut Batch<'_>, &CommentRow) -> Result<(), Error> + Send + 'static,
    ) -> Result<Submitted, Error> {
        self.writer.write(move |batch| {
            let row = rows::find_comment(batch.conn, site, id)?.ok_or(Error::NotFound)?;
            change(batch, &row)?;
            let comment = rows::comment_by_id(batch.conn, site, id)?.comment;
            let page = batch.page(site, comment.page_id)?;
            Ok(Submitted { comment, page, repeated: false })
        })
    }
}

/// The newest comments of one status. One at a time, because only then an index has them in order.
fn list_ids(conn: &Connection, site: SiteId, status: Status, filter: &CommentFilter, most: usize) -> rusqlite::Result<Vec<CommentId>> {
    let mut query = match filter.page {
        Some(_) => conn.prepare_cached(
            "select id from comment indexed by comment_of_page
             where page_id = ?3 and status = ?2 and id < ?4 and site_id = ?1 and (badge = 0 or not ?5)
             order by id desc limit ?6",
        )?,
        None => conn.prepare_cached(
            "select id from comment indexed by comment_of_site
             where site_id = ?1 and status = ?2 and ?3 is null and id < ?4 and (badge = 0 or not ?5)
             order by id desc limit ?6",
        )?,
    };
    let page = filter.page.map(|page| page.0);
    let older_than = filter.older_than.map_or(i64::MAX, |id| id.0);
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    query
        .query_map((site.0, rows::status_code(status), page, older_than, filter.visitors_only, most), |row| row.get(0).map(CommentId))?
        .collect()
}

pub fn on_page(conn: &Connection, site: SiteId, comment: Comment) -> Result<CommentOnPage, Error> {
    let page = rows::find_page(conn, site, comment.page_id)?;
    let page = page.ok_or_else(|| Error::Internal(format!("page {} is missing", comment.page_id)))?;
    let parent = match comment.parent {
        Some(parent) => rows::find_comment(conn, site, parent)?.map(|row| row.comment),
        None => None,
    };
    Ok(CommentOnPage { comment, page, parent })
}
