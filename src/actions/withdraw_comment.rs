//! Takes a comment back: by its author, at any time.

use crate::actions::{Accepted, check_origin, read_own};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{CommentId, Site, Status};

/// What an author can still take back; what a moderator removed is gone already.
const TAKEN_BACK_FROM: &[Status] = &[Status::Published, Status::Pending, Status::Spam];

/// Withdraws a comment. Doing it again changes nothing and is no error.
pub fn withdraw_comment(app: &App, visitor: &Visitor, site: &Site, id: CommentId) -> Result<Accepted, Error> {
    check_origin(app, site, visitor)?;
    read_own(app, site, id, visitor.bearer.as_deref())?;
    let stored = app.store.update_comment_status(site.id, id, TAKEN_BACK_FROM, Status::Withdrawn, &[], app.now())?;
    Ok(Accepted::new(app, site, stored))
}
