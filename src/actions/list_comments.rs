//! Lists comments of a site: the queue for staff, and the latest ones for everybody.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{CommentId, CommentOnPage, Cursor, PageId, Site, Status};
use crate::store::CommentFilter;

#[derive(Clone, Debug, Default)]
pub struct ListQuery {
    /// Any status when empty.
    pub statuses: Vec<Status>,
    pub page: Option<PageId>,
    /// Only what visitors wrote.
    pub visitors_only: bool,
    pub cursor: Option<Cursor>,
    /// 1 to 100.
    pub most: usize,
}

/// Comments, newest first, and where to go on.
#[derive(Clone, Debug)]
pub struct Listed {
    pub comments: Vec<CommentOnPage>,
    pub next: Option<Cursor>,
}

/// Comments of any status, for staff.
pub fn list_comments(app: &App, staff: &Staff, site: &Site, query: &ListQuery) -> Result<Listed, Error> {
    staff.require_queue()?;
    list(app, site, query)
}

/// Published comments, for everybody.
pub fn list_latest(app: &App, site: &Site, page: Option<PageId>, most: usize) -> Result<Vec<CommentOnPage>, Error> {
    let query = ListQuery { statuses: vec![Status::Published], page, most, ..ListQuery::default() };
    Ok(list(app, site, &query)?.comments)
}

/// Published comments among this one and everything below it, newest first, for everybody.
pub fn list_below(app: &App, site: &Site, root: CommentId, most: usize) -> Result<Vec<CommentOnPage>, Error> {
    Ok(app.store.list_below(site.id, root, most)?)
}

fn list(app: &App, site: &Site, query: &ListQuery) -> Result<Listed, Error> {
    let older_than = match &query.cursor {
        Some(Cursor::Older { id }) => Some(*id),
        _ => None,
    };
    let most = query.most.clamp(1, 100);
    let filter = CommentFilter { statuses: query.statuses.clone(), page: query.page, visitors_only: query.visitors_only, older_than };
    let mut comments = app.store.list_comments(site.id, &filter, most + 1)?;
    let more = comments.len() > most;
    comments.truncate(most);
    let next = comments.last().filter(|_| more).map(|last| Cursor::Older { id: last.comment.id });
    Ok(Listed { comments, next })
}
