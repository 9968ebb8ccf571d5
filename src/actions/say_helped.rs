//! Says that an answer helped: by the person it answers, who may take it back at any time.

use crate::actions::{check_origin, read_own};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{Comment, CommentId, Site, Status, Timestamp};
use crate::store::{self, Conflict};

/// Notes that this answer helped, and gives the answer as it is now. Saying it again changes nothing.
/// `CommentUnknown` for what is no published answer, `StatusForbids` while the comment it answers is not published.
pub fn say_helped(app: &App, visitor: &Visitor, site: &Site, id: CommentId) -> Result<Comment, Error> {
    update(app, visitor, site, id, Some(app.now()))
}

/// Takes back that an answer helped; the same is checked.
pub fn unsay_helped(app: &App, visitor: &Visitor, site: &Site, id: CommentId) -> Result<Comment, Error> {
    update(app, visitor, site, id, None)
}

fn update(app: &App, visitor: &Visitor, site: &Site, id: CommentId, helped: Option<Timestamp>) -> Result<Comment, Error> {
    if !site.rules.courtesies.helped.is_on() {
        return Err(Error::RouteUnknown);
    }
    check_origin(app, site, visitor)?;
    app.limits.check_preview(visitor.address).map_err(Error::TooMany)?;
    let answer = app.store.find_comment(site.id, id)?.filter(|found| found.comment.status == Status::Published);
    let asked = answer.as_ref().and_then(|found| found.comment.parent).ok_or(Error::CommentUnknown)?;
    let asked = read_own(app, site, asked, visitor.bearer.as_deref())?.comment;
    if asked.status != Status::Published {
        return Err(Error::StatusForbids(asked.status.word()));
    }
    // Nobody helps themselves; rows without a person are no person.
    if asked.author.id.is_some() && answer.is_some_and(|found| found.comment.author.id == asked.author.id) {
        return Err(Error::BearerForbids);
    }
    match app.store.update_helped(site.id, id, helped, app.now()) {
        Ok(stored) => Ok(stored.comment),
        // It was hidden meanwhile; what became of it is nobody's business.
        Err(store::Error::Conflict(Conflict::StatusForbids(_))) => Err(Error::CommentUnknown),
        Err(error) => Err(error.into()),
    }
}
