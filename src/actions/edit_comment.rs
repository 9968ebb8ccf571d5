//! Gives a comment new text: by its author within the promised time, or by staff.

use crate::actions::{Accepted, Staff, check_origin, read_own};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::markup;
use crate::model::{Comment, CommentId, Decision, Facts, Rendered, Scope, Site, Status, check_text, decide_text};
use crate::store::NewText;

/// A text begun in time may arrive this much later than promised.
const GRACE_SECONDS: i64 = 20 * 60;

/// Takes a new text from the comment's author and decides about it again like about a submission.
/// `EditOver` for a published comment whose time is over.
pub fn edit_comment(app: &App, visitor: &Visitor, site: &Site, id: CommentId, text: Option<String>) -> Result<Accepted, Error> {
    check_origin(app, site, visitor)?;
    let comment = read_own(app, site, id, visitor.bearer.as_deref())?.comment;
    app.limits.check_preview(visitor.address).map_err(Error::TooMany)?;
    let over = app.now() > comment.edit_until(site.rules.edit_minutes).plus_seconds(GRACE_SECONDS);
    match comment.status {
        Status::Pending => {}
        Status::Published if !over => {}
        Status::Published => return Err(Error::EditOver),
        status => return Err(Error::StatusForbids(status.word())),
    }
    let approved_before = match comment.author.id {
        Some(author) => app.store.has_published(site.id, author)?,
        None => false,
    };
    let facts = Facts { approved_before, staff: comment.author.badge.is_some(), ..Facts::default() };
    update(app, site, &comment, text, |links| decide_text(links, facts, &site.rules).and_still(&comment.held_because))
}

/// Takes a new text from somebody with the right to moderate; the comment's status stays.
pub fn edit_comment_as_staff(app: &App, staff: &Staff, site: &Site, id: CommentId, text: Option<String>) -> Result<Accepted, Error> {
    staff.require(Scope::Moderate)?;
    app.limits.check_staff(staff.limit_key()).map_err(Error::TooMany)?;
    let comment = app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)?.comment;
    let decision = match comment.status {
        Status::Published => Decision::Publish,
        Status::Pending => Decision::Hold(comment.held_because.clone()),
        status => return Err(Error::StatusForbids(status.word())),
    };
    update(app, site, &comment, text, |_| decision)
}

fn update(
    app: &App,
    site: &Site,
    comment: &Comment,
    text: Option<String>,
    decision: impl FnOnce(usize) -> Decision,
) -> Result<Accepted, Error> {
    let source = check_text(text)?;
    let Rendered { html, links, markup_version } = markup::render(&source)?;
    let new = NewText { source: &source, html: &html, markup_version, decision: &decision(links) };
    Ok(Accepted::new(app, site, app.store.update_comment_text(site.id, comment.id, &new, app.now())?))
}
