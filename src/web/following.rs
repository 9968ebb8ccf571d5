//! Asking for mail, as forms and the API send it, and what people read about how that went.

use std::time::{Duration, Instant};

use warp::reply::Response;

use crate::actions::{Accepted, FollowSent, Wish, follow, follow_with_comment};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{PageAsked, Site};
use crate::render::Texts;
use crate::web::request::Form;

/// What came with a comment; `None` where no mail was asked for.
pub fn wish(form: &Form) -> Option<Wish> {
    form.get("follow").map(|kind| Wish { kind: Some(kind.to_owned()), email: form.get("email").map(str::to_owned) })
}

/// Follows what was asked for with a comment that is stored. A failure is the outcome and not that of the comment; one
/// of ours is noted here.
pub fn follow_stored(app: &App, visitor: &Visitor, site: &Site, accepted: &Accepted, wish: &Wish, lang: &str) -> Result<(), Error> {
    let outcome = follow_with_comment(app, visitor, site, accepted, wish, lang);
    if let Err(Error::Internal(cause) | Error::DiskFull(cause)) = &outcome {
        tracing::error!(cause, "a comment was stored, and the mail that was asked for with it was not set up");
    }
    outcome
}

/// Follows what a form without a comment asks for.
pub fn follow_asked(app: &App, visitor: &Visitor, site: &Site, form: &Form, lang: &str) -> Result<(), Error> {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let sent = FollowSent {
        wish: Wish { kind: text("kind"), email: text("email") },
        page: PageAsked { page: text("page"), url: text("url") },
        comment: text("comment"),
        receipt: text("receipt").or_else(|| text("as")),
    };
    follow(app, visitor, site, &sent, lang)
}

/// What people read about the mail they asked for with a comment.
pub fn told(outcome: &Result<(), Error>, texts: &Texts) -> String {
    match outcome {
        Ok(()) => texts.get("follow.asked").to_owned(),
        Err(error) => failed(error.code(), error.limit(), texts),
    }
}

/// The same by the code alone, as it travels in an address.
pub fn told_by_code(code: &str, texts: &Texts) -> String {
    if code == ASKED { texts.get("follow.asked").to_owned() } else { failed(code, None, texts) }
}

/// What stands in the place of an error's code when there is no error.
pub const ASKED: &str = "asked";

fn failed(code: &str, limit: Option<usize>, texts: &Texts) -> String {
    texts.get("follow.failed").replace("{sentence}", &texts.sentence(code, limit))
}

/// An answer about an address comes no sooner than this after it was asked for, so that its time tells nothing of what
/// is known of that address. Longer than a commit takes on any sound disk.
const ANSWER_AFTER: Duration = Duration::from_millis(250);

pub async fn unhurried(asked_at: Instant, answer: Response) -> Response {
    tokio::time::sleep_until((asked_at + ANSWER_AFTER).into()).await;
    answer
}
