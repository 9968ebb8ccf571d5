//! What moderators do with one comment: the moves, the answer, the new text. Each ends with a redirect to the
//! list it came from, with a notice that offers the way back.

use crate::actions::{self, Move};
use crate::error::Error;
use crate::model::{CommentId, Cursor};
use crate::web::admin::{
    answer::{Drawn, see_other},
    ask::Ask,
    card::{CardForm, Kept},
    notice::{Deed, Notice, reverse},
    queue::{List, ONE, WINDOW, draw_one, site_address},
};
use crate::web::face::sentence;

macro_rules! moves {
    ($($name:ident = $move:ident),* $(,)?) => {$(
        pub fn $name(ask: &Ask) -> Result<Drawn, Error> {
            decide(ask, Move::$move)
        }
    )*};
}

moves! {
    approve = Approve, hold = Hold, spam = Spam, remove = Remove, restore = Restore, pin = Pin, unpin = Unpin,
    used = Used, unused = Unused, no_answer_needed = NoAnswerNeeded, answer_needed = AnswerNeeded,
}

fn decide(ask: &Ask, action: Move) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, ask.comment_id()?);
    let before = actions::read_comment(ask.app(), &on.staff, &on.site, id)?.comment.status;
    actions::moderate(ask.app(), &on.staff, &on.site, id, action)?;
    back(ask, Notice::of_comment(Deed::Moved(action), id, reverse(action, before)))
}

pub fn answer(ask: &Ask) -> Result<Drawn, Error> {
    match try_answer(ask) {
        Ok(answer) => back(ask, Notice::of_comment(Deed::Answered, answer, Some(Move::Remove))),
        Err(error) => show_again(ask, error, |form, kept| form.answering = Some(kept)),
    }
}

fn try_answer(ask: &Ask) -> Result<CommentId, Error> {
    let (on, id) = (ask.on_site()?, ask.comment_id()?);
    let typed = |name: &str| ask.form.get(name).map(str::to_owned);
    let accepted = actions::answer_comment(ask.app(), &ask.visitor(), &on.staff, &on.site, id, typed("text"), typed("key"))?;
    Ok(accepted.comment.id)
}

/// A moderator has looked at what readers reported: it is forgotten.
pub fn looked(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, ask.comment_id()?);
    actions::forget_reports(ask.app(), &on.staff, &on.site, id)?;
    back(ask, Notice::of_comment(Deed::Looked, id, None))
}

pub fn edit(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, ask.comment_id()?);
    let text = ask.form.get("text").map(str::to_owned);
    match actions::edit_comment_as_staff(ask.app(), &on.staff, &on.site, id, text) {
        Ok(_) => back(ask, Notice::of_comment(Deed::Edited, id, None)),
        Err(error) => show_again(ask, error, |form, kept| form.editing = Some(kept)),
    }
}

/// The comment's own page with the words that were not taken, and why; nothing typed is lost. A comment that was
/// taken away meanwhile has no form to hold them, so the page of the problem does.
fn show_again(ask: &Ask, error: Error, put: impl FnOnce(&mut CardForm, Kept)) -> Result<Drawn, Error> {
    if matches!(
        error,
        Error::CommentUnknown
            | Error::ParentGone
            | Error::StatusForbids(_)
            | Error::RoleForbids
            | Error::Internal(_)
            | Error::DiskFull(_)
            | Error::Busy
            | Error::TooMany(_)
    ) {
        return Err(error);
    }
    let text = ask.form.get("text").unwrap_or_default().to_owned();
    let kept = Kept { text, code: error.code().to_owned(), said: sentence(&error, "en") };
    Ok(draw_one(ask, |form| put(form, kept))?.because_of(&error).into())
}

/// The list that the form was in, at the card after this one.
fn back(ask: &Ask, notice: Notice) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let address = site_address(ask, on);
    let show = ask.form.get("show").unwrap_or_default();
    let done = notice.encode(ask);
    let fragment = if ask.wants_fragment() { "&fragment=1" } else { "" };
    if show == WINDOW {
        let shown = ask.comment_id()?;
        return Ok(see_other(format!("{address}comments/{shown}?window=1&done={done}")));
    }
    if show == ONE {
        let shown = ask.comment_id()?;
        return Ok(see_other(format!("{address}comments/{shown}?done={done}{fragment}")));
    }
    let list = List::from_word(show).map(|list| format!("&show={}", list.word())).unwrap_or_default();
    let cursor = ask.form.get("cursor").and_then(Cursor::decode).map(|cursor| format!("&cursor={}", cursor.encode())).unwrap_or_default();
    let next: Option<CommentId> = ask.form.get("next").and_then(|id| id.parse().ok());
    let anchor = next.map(|id| format!("#c-{id}")).unwrap_or_default();
    Ok(see_other(format!("{address}?done={done}{list}{cursor}{fragment}{anchor}")))
}
