//! Asks somebody who has just been published to help somebody whose question nobody has answered.

use crate::app::App;
use crate::error::Error;
use crate::model::{Comment, CommentOnPage, Site, Status};

/// A question gets a day for answers to come by themselves, and after thirty days it is over.
const ASKED_SECONDS_MIN: i64 = 86_400;
const ASKED_SECONDS_MAX: i64 = 30 * 86_400;

/// A question of somebody else that waits for an answer, of this page first. `None` while the comment itself is not
/// published, and where the site does not want it.
pub fn find_question_to_help(app: &App, site: &Site, written: &Comment) -> Result<Option<CommentOnPage>, Error> {
    if !site.rules.courtesies.give_back.is_on() || written.status != Status::Published {
        return Ok(None);
    }
    let now = app.now();
    let (after, before) = (now.minus_seconds(ASKED_SECONDS_MAX), now.minus_seconds(ASKED_SECONDS_MIN));
    Ok(app.store.find_unanswered(site.id, written.page_id, written.author.id, after, before)?)
}
