//! Which comments are shown, and the numbers that follow from it. Everything that changes a status comes through here.

use crate::model::{Comment, CommentId, HoldReason, Page, Status, Timestamp};
use crate::store::{
    Error,
    sqlite::{
        batch::Batch,
        pages::{self, Lesson},
        rows::{self, CommentRow},
        turns,
    },
};

/// Stored depth ends here; deeper replies stand beside each other.
const DEPTH_MAX: u32 = 12;
/// Of a path, for each level.
const ID_BYTES: usize = 8;

/// Where a comment stands in its thread.
pub struct Place {
    pub parent: Option<CommentId>,
    pub root: CommentId,
    pub depth: u32,
    pub path: Vec<u8>,
}

impl Place {
    pub fn of_root(id: CommentId) -> Self {
        Self { parent: None, root: id, depth: 0, path: Vec::new() }
    }

    pub fn below(parent: &CommentRow, id: CommentId) -> Self {
        let levels = parent.comment.depth.min(DEPTH_MAX - 1);
        let mut path = parent.path[..levels as usize * ID_BYTES].to_vec();
        path.extend(id.0.to_be_bytes());
        Self { parent: Some(parent.comment.id), root: parent.comment.root, depth: levels + 1, path }
    }
}

/// True where replies stand beside what they answer, because paths end here.
pub fn is_lowest(path: &[u8]) -> bool {
    path.len() >= DEPTH_MAX as usize * ID_BYTES
}

/// The ids along a path, the nearest to the root first.
pub fn ids_of_path(path: &[u8]) -> impl DoubleEndedIterator<Item = CommentId> + ExactSizeIterator {
    path.as_chunks::<ID_BYTES>().0.iter().map(|id| CommentId(i64::from_be_bytes(*id)))
}

/// Gives a comment another status. True when readers see a difference; the page is then still to be raised.
pub fn set_status(
    batch: &mut Batch<'_>,
    page: &mut Page,
    row: &CommentRow,
    to: Status,
    because: &[HoldReason],
    at: Timestamp,
) -> Result<bool, Error> {
    let comment = &row.comment;
    let (was, is) = (comment.status == Status::Published, to == Status::Published);
    let shown = is || row.child_count > 0;
    let words = rows::reason_words(because).filter(|_| to == Status::Pending);
    let mut update =
        batch.conn.prepare_cached("update comment set status = ?3, shown = ?4, held_because = ?5 where site_id = ?1 and id = ?2")?;
    update.execute((page.site_id.0, comment.id.0, rows::status_code(to), shown, words))?;
    if shown != row.shown {
        carry(batch, page, comment, shown)?;
    }
    if was && !is {
        page.published_count = page.published_count.saturating_sub(1);
        turns::hidden(batch, page.site_id, comment.id, comment.parent)?;
    }
    if is && !was {
        let mut delete = batch
            .conn
            .prepare_cached("delete from lesson where site_id = ?1 and comment_id = ?2 returning title, address_hash, address")?;
        let lessons = delete
            .query_map((page.site_id.0, comment.id.0), |row| {
                let address = row.get::<_, Option<_>>(1)?.zip(row.get::<_, Option<_>>(2)?);
                Ok(Lesson { title: row.get(0)?, address, url: None })
            })?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        publish(batch, page, &lessons.into_iter().next().unwrap_or_default(), at)?;
        turns::published(batch, page.site_id, comment.id, comment.parent)?;
    }
    Ok(was != is || shown != row.shown)
}

/// What a page gets from one more published comment, beside its place in the tree.
pub fn publish(batch: &mut Batch<'_>, page: &mut Page, lesson: &Lesson, at: Timestamp) -> Result<(), Error> {
    page.published_count += 1;
    page.last_comment_at = page.last_comment_at.max(at);
    pages::learn(batch, page, lesson)
}

/// Tells everything above a comment that it is shown from now on, or not any more. A parent that is not published
/// itself is shown exactly while something below it is, so the news may travel up to the root.
pub fn carry(batch: &Batch<'_>, page: &mut Page, comment: &Comment, shown: bool) -> Result<(), Error> {
    let difference = if shown { 1 } else { -1 };
    let site = page.site_id.0;
    let mut count_reply = batch.conn.prepare_cached("update comment set reply_count = reply_count + ?3 where site_id = ?1 and id = ?2")?;
    let mut count_child = batch.conn.prepare_cached(
        "update comment set child_count = child_count + ?3 where site_id = ?1 and id = ?2
         returning parent_id, shown, status = 0 or child_count > 0",
    )?;
    let mut show = batch.conn.prepare_cached("update comment set shown = ?3 where site_id = ?1 and id = ?2")?;
    let mut above = comment.parent.map(|parent| parent.0);
    while let Some(id) = above {
        count_reply.execute((site, comment.root.0, difference))?;
        let (next, was, is): (Option<i64>, bool, bool) =
            count_child.query_row((site, id, difference), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        if was == is {
            return Ok(());
        }
        show.execute((site, id, is))?;
        above = next;
    }
    page.root_count = page.root_count.saturating_add_signed(difference);
    Ok(())
}
