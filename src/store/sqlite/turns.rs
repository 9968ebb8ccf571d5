//! Who waits for the author's word, and whose first comment it was. Both follow from what is published; every change of
//! a status comes through here.

use crate::model::{CommentId, SiteId};
use crate::store::{Error, sqlite::batch::Batch};

/// A comment has become readable.
pub fn published(batch: &Batch<'_>, site: SiteId, id: CommentId, parent: Option<CommentId>) -> Result<(), Error> {
    // Whoever has nothing else published here writes for the first time.
    let mut update = batch.conn.prepare_cached(
        "update comment set is_first = 1 where site_id = ?1 and id = ?2 and badge = 0 and not exists (
           select 1 from comment other where other.author_id = comment.author_id and other.status = 0 and other.id <> comment.id)",
    )?;
    update.execute((site.0, id.0))?;
    refresh_both(batch, site, id, parent)
}

/// A comment is not readable any more.
pub fn hidden(batch: &Batch<'_>, site: SiteId, id: CommentId, parent: Option<CommentId>) -> Result<(), Error> {
    refresh_both(batch, site, id, parent)
}

fn refresh_both(batch: &Batch<'_>, site: SiteId, id: CommentId, parent: Option<CommentId>) -> Result<(), Error> {
    refresh(batch, site, id)?;
    parent.map_or(Ok(()), |parent| refresh(batch, site, parent))
}

/// Works out whether a comment waits. What needs no answer stays so.
pub fn refresh(batch: &Batch<'_>, site: SiteId, id: CommentId) -> Result<(), Error> {
    let mut update = batch.conn.prepare_cached(
        "update comment set turn = (status = 0 and badge = 0
           and (parent_id is null or exists (select 1 from comment above where above.id = comment.parent_id and above.badge <> 0))
           and not exists (select 1 from comment answer indexed by comment_staff_answers
             where answer.parent_id = comment.id and answer.status = 0 and answer.badge <> 0))
         where site_id = ?1 and id = ?2 and turn <> 2",
    )?;
    update.execute((site.0, id.0))?;
    Ok(())
}
