//! Staff answers a comment under their own name.

use crate::actions::{Accepted, Move, Sent, Staff, moderate, read_comment, submit_comment};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{CommentId, PageAsked, Site, Status, Submission, check_text};

/// Publishes an answer with the badge of whoever writes it. Answering what waits also approves it: an answer under
/// nothing would read strangely. `key` makes an answer that is sent twice one answer.
pub fn answer_comment(
    app: &App,
    visitor: &Visitor,
    staff: &Staff,
    site: &Site,
    id: CommentId,
    text: Option<String>,
    key: Option<String>,
) -> Result<Accepted, Error> {
    let text = check_text(text)?;
    let parent = read_comment(app, staff, site, id)?;
    if parent.comment.status == Status::Pending {
        moderate(app, staff, site, id, Move::Approve)?;
    }
    let submission = Submission {
        page: PageAsked { page: Some(parent.page.key), url: None },
        parent: Some(id.to_string()),
        text: Some(text),
        key,
        ..Submission::default()
    };
    submit_comment(app, visitor, site, Sent { submission, staff: Some(staff.clone()), ..Sent::default() })
}
