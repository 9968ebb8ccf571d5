//! The author's page for one comment, behind a link in a mail: read, answer, approve, remove, spam, and take it back.
//! Made for a phone; three taps from the mail to a published answer.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::actions::{LinkStaff, Move, answer_comment, find_link_staff, moderate, read_comment};
use crate::app::{App, Visitor, Work};
use crate::error::Error;
use crate::model::{CommentId, CommentOnPage, Status};
use crate::web::admin::{
    by_link::{check_origin, page, refused},
    card::{ParentLine, badge_words, page_url, reason_words, status_words, title},
    notice::{Deed, reverse},
    templates::Template,
};
use crate::web::face::sentence;
use crate::web::reply::status_of;
use crate::web::request::{Body, Caller, Form, Query, parse_form};

pub async fn show(token: String, query: Query, caller: Caller, app: App) -> Response {
    let drawn = app.blocking(Work::Read, move |app| {
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        let by = find_link_staff(app, &token)?;
        let done = query.get("done").ok().flatten().and_then(|done| Done::decode(app, &token, &by, &done));
        draw(app, &token, &by, done, None, "")
    });
    drawn.await.unwrap_or_else(|error| refused(error, None))
}

pub async fn act(token: String, body: Body, caller: Caller, app: App) -> Response {
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return refused(error, None),
    };
    let text = form.get("text").unwrap_or_default().to_owned();
    // The words come back to whoever sent them; to a form of a foreign page nothing does.
    let own = check_origin(&app, &caller).is_ok();
    let done = app.blocking(Work::Write, move |app| {
        check_origin(app, &caller)?;
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        let by = find_link_staff(app, &token)?;
        let text = form.get("text").unwrap_or_default();
        match act_on(app, &token, &by, &caller, &form) {
            // Words that were typed beside another button stay in their box.
            Ok(done) if done.deed != Deed::Answered && !text.is_empty() => draw(app, &token, &by, Some(done), None, text),
            Ok(done) => Ok(see_other(&format!("/answer/{token}?done={}", done.encode(app, &token, &by)))?),
            Err(error @ (Error::Internal(_) | Error::DiskFull(_))) => Err(error),
            Err(error) => draw(app, &token, &by, None, Some(&error), text),
        }
    });
    done.await.unwrap_or_else(|error| refused(error, Some(text.as_str()).filter(|text| own && !text.is_empty())))
}

fn see_other(to: &str) -> Result<Response, Error> {
    let line = HeaderValue::from_str(to).map_err(|error| Error::Internal(format!("a header of a redirect: {error}")))?;
    Ok(super::with_policy(warp::reply::with_header(StatusCode::SEE_OTHER, header::LOCATION, line).into_response()))
}

/// What was done to which comment, and the move that takes it back.
struct Done {
    deed: Deed,
    id: CommentId,
    undo: Option<Move>,
}

impl Done {
    /// In the address of the page that follows. The proof keeps the link from reaching any comment but its own and the
    /// answers that were written through it.
    fn encode(&self, app: &App, token: &str, by: &LinkStaff) -> String {
        let undo = self.undo.map_or("-", Move::word);
        format!("{}.{undo}.{}", self.deed.word(), answer_proof(app, token, by, self.id))
    }

    fn decode(app: &App, token: &str, by: &LinkStaff, text: &str) -> Option<Self> {
        let (deed, rest) = text.split_once('.')?;
        let (undo, proven) = rest.split_once('.')?;
        Some(Self { deed: Deed::from_word(deed)?, id: proven_answer(app, token, by, proven)?, undo: Move::from_word(undo) })
    }
}

/// A comment that this link may act on, as text.
fn answer_proof(app: &App, token: &str, by: &LinkStaff, id: CommentId) -> String {
    let hash = app.secrets.keyed_hash("answer by link", &[token.as_bytes(), &by.comment.0.to_be_bytes(), &id.0.to_be_bytes()]);
    format!("{id}.{}", URL_SAFE_NO_PAD.encode(hash))
}

fn proven_answer(app: &App, token: &str, by: &LinkStaff, text: &str) -> Option<CommentId> {
    let id: CommentId = text.split_once('.')?.0.parse().ok()?;
    (answer_proof(app, token, by, id) == text).then_some(id)
}

/// Moves that this page has, the way back from each included.
const MOVES: [Move; 5] = [Move::Approve, Move::Hold, Move::Spam, Move::Remove, Move::Restore];

fn act_on(app: &App, token: &str, by: &LinkStaff, caller: &Caller, form: &Form) -> Result<Done, Error> {
    let word = form.get("move").unwrap_or_default();
    if word == "answer" {
        let typed = |name: &str| form.get(name).map(str::to_owned);
        // Where the form came from was looked at before.
        let visitor = Visitor { origin: None, ..caller.visitor() };
        let accepted = answer_comment(app, &visitor, &by.staff, &by.site, by.comment, typed("text"), typed("key"))?;
        return Ok(Done { deed: Deed::Answered, id: accepted.comment.id, undo: Some(Move::Remove) });
    }
    let action = MOVES.into_iter().find(|action| action.word() == word).ok_or_else(unknown_move)?;
    let id = match form.get("answer") {
        Some(proven) => proven_answer(app, token, by, proven).ok_or(Error::LinkOver)?,
        None => by.comment,
    };
    let before = read_comment(app, &by.staff, &by.site, id)?.comment.status;
    moderate(app, &by.staff, &by.site, id, action)?;
    Ok(Done { deed: Deed::Moved(action), id, undo: reverse(action, before) })
}

fn unknown_move() -> Error {
    let words: Vec<&str> = MOVES.iter().map(|action| action.word()).collect();
    Error::BodyMalformed(format!("the field move is answer, {}", words.join(", ")))
}

fn draw(app: &App, token: &str, by: &LinkStaff, done: Option<Done>, problem: Option<&Error>, text: &str) -> Result<Response, Error> {
    let found = read_comment(app, &by.staff, &by.site, by.comment)?;
    let comment = &found.comment;
    let name = comment.author.name.as_deref().unwrap_or("Somebody");
    let page_title = title(&found.page);
    let about_answer = done.as_ref().is_some_and(|done| done.id != by.comment);
    let can_answer = matches!(comment.status, Status::Published | Status::Pending) && !about_answer;
    let waits = comment.status == Status::Pending;
    let values = json!({
        "title": format!("{name} on {page_title}"),
        "site": by.site.name,
        "account": by.staff.name,
        "address": format!("/answer/{token}"),
        "done": done.as_ref().map(|done| done_line(app, token, by, done)).transpose()?,
        "problem": problem.map(|error| json!({
            "code": error.code(),
            "said": sentence(error, "en"),
            "of_text": error.field() == Some("text"),
        })),
        "name": comment.author.name,
        "who": name,
        "badge": comment.author.badge.map(badge_words),
        "at": comment.created_at.to_string(),
        "at_words": comment.created_at.words(),
        "edited": comment.edited_at.is_some(),
        "page": {"title": page_title, "url": page_url(&found.page)},
        "parent": comment.parent.map(|_| ParentLine::new(comment, found.parent.as_ref())),
        "html": comment.html,
        "status": comment.status.word(),
        "status_words": status_words(comment.status),
        "why": if waits { comment.held_because.iter().map(reason_words).collect() } else { vec![] },
        "can_answer": can_answer,
        "answer": if waits { "Approve and publish answer" } else { "Publish answer" },
        "key": answer_key(app, token, &found),
        "text": text,
        "moves": if about_answer { vec![] } else { moves(comment.status) },
    });
    page(Template::AnswerByLink, problem.map_or(StatusCode::OK, status_of), values)
}

/// The same until the page changes, so that a double tap is one answer and a later answer another.
fn answer_key(app: &App, token: &str, found: &CommentOnPage) -> String {
    let parts: [&[u8]; 2] = [token.as_bytes(), &found.page.version.to_be_bytes()];
    URL_SAFE_NO_PAD.encode(app.secrets.keyed_hash("answer by link, key", &parts))
}

fn moves(status: Status) -> Vec<Value> {
    let button = |action: Move, label: &str| json!({"word": action.word(), "label": label});
    let (spam, remove) = (button(Move::Spam, "Spam"), button(Move::Remove, "Remove"));
    match status {
        Status::Pending => vec![button(Move::Approve, "Approve"), remove, spam],
        Status::Published => vec![remove, spam],
        Status::Spam => vec![button(Move::Approve, "Not spam"), remove],
        Status::Removed => vec![button(Move::Restore, "Restore"), spam],
        Status::Withdrawn => vec![],
    }
}

/// The sentence about what was done, its way back, and for an answer the place where it stands.
fn done_line(app: &App, token: &str, by: &LinkStaff, done: &Done) -> Result<Value, Error> {
    let found = read_comment(app, &by.staff, &by.site, done.id)?;
    let of_answer = done.id != by.comment;
    let shown = found.comment.status == Status::Published;
    let said = match (of_answer, done.deed) {
        (true, Deed::Moved(Move::Remove)) => Some("Your answer is removed.".to_owned()),
        (true, Deed::Moved(_)) => Some("Your answer is published.".to_owned()),
        _ => done.deed.sentence(&found),
    };
    Ok(json!({
        "said": said,
        "undo": done.undo.filter(|undo| MOVES.contains(undo)).map(Move::word),
        "answer": of_answer.then(|| answer_proof(app, token, by, done.id)),
        "look": (of_answer && shown).then(|| format!("/go/{}", done.id)),
        "of_answer": of_answer,
    }))
}
