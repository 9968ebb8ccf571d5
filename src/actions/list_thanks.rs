//! Names the people whose comments were used in the post.

use crate::actions::Thread;
use crate::app::App;
use crate::error::Error;
use crate::model::CommentId;

/// Most names of one page.
const THANKED_MAX: usize = 50;

/// The comments that were used in the post, with the names of their authors; none where the site does not want it.
pub fn list_thanks(app: &App, thread: &Thread) -> Result<Vec<(CommentId, Option<String>)>, Error> {
    match &thread.page {
        Some(page) if thread.site.rules.courtesies.thanks.is_on() => Ok(app.store.list_used(thread.site.id, page.id, THANKED_MAX)?),
        _ => Ok(Vec::new()),
    }
}
