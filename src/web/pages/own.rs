//! The page of a receipt: what its holder wrote, whatever became of it, with edit and withdraw.

use std::time::Instant;

use serde_json::{Value, json};
use warp::{http::StatusCode, reply::Response};

use crate::actions::{
    FollowSent, Wish, edit_comment, find_site, follow, list_answers, own_comment, say_helped, takes_follows, unsay_helped, withdraw_comment,
};
use crate::app::{App, Visitor, Work};
use crate::error::Error;
use crate::model::{Comment, CommentId, CommentOnPage, Site, Status};
use crate::render::{PageLinks, Texts};
use crate::web::Web;
use crate::web::face::sentence;
use crate::web::following::{told_by_code, unhurried};
use crate::web::pages::{redirect, refused, templates::page};
use crate::web::reply::status_of;
use crate::web::request::{Body, Caller, Form, Query, parse_form};

pub async fn show(site: String, receipt: String, query: Query, caller: Caller, web: Web) -> Response {
    let draw_with = web.clone();
    let drawn = web.app.blocking(Work::Read, move |app| {
        let site = find_site(app, &site)?;
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        let own = own_comment(app, &site, Some(&receipt))?;
        let noted = query.get("follow")?.map(|code| told_by_code(&code, draw_with.renderer.texts("en")));
        draw(app, &draw_with, &site, &own, &receipt, Shown { noted, ..Shown::default() })
    });
    drawn.await.unwrap_or_else(|error| refused(&web, hidden(error)))
}

pub async fn change(site: String, receipt: String, body: Body, caller: Caller, web: Web) -> Response {
    let asked_at = Instant::now();
    let draw_with = web.clone();
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return refused(&web, error),
    };
    let follows = form.get("do") == Some("follow");
    let done = web.app.blocking(Work::Write, move |app| {
        let site = find_site(app, &site)?;
        let own = own_comment(app, &site, Some(&receipt))?;
        let visitor = Visitor { bearer: Some(receipt.clone()), ..caller.visitor() };
        let text = form.get("text").map(str::to_owned);
        let outcome = match form.get("do") {
            Some("edit") => edit_comment(app, &visitor, &site, own.comment.id, text.clone()).map(drop),
            Some("withdraw") => withdraw_comment(app, &visitor, &site, own.comment.id).map(drop),
            Some("helped") => answer_of(&form).and_then(|id| say_helped(app, &visitor, &site, id)).map(drop),
            Some("unsay_helped") => answer_of(&form).and_then(|id| unsay_helped(app, &visitor, &site, id)).map(drop),
            Some("follow") => {
                let wish = Wish { kind: Some("answers".into()), email: form.get("email").map(str::to_owned) };
                let sent = FollowSent { wish, receipt: Some(receipt.clone()), ..FollowSent::default() };
                let texts = draw_with.renderer.texts("en");
                let shown = match follow(app, &visitor, &site, &sent, texts.lang) {
                    Ok(()) => Shown { noted: Some(texts.get("follow.asked").to_owned()), ..Shown::default() },
                    Err(error @ (Error::Internal(_) | Error::DiskFull(_) | Error::TooMany(_) | Error::TooManyMails(_))) => {
                        return Err(error);
                    }
                    Err(error) => Shown { problem: Some(error), email: sent.wish.email, ..Shown::default() },
                };
                return draw(app, &draw_with, &site, &own, &receipt, shown);
            }
            _ => return Err(Error::BodyMalformed("the field do is edit, withdraw, follow, helped or unsay_helped".into())),
        };
        match outcome {
            Ok(()) => Ok(redirect(StatusCode::SEE_OTHER, &format!("/t/{}/own/{receipt}", site.key))),
            Err(error @ (Error::Internal(_) | Error::DiskFull(_))) => Err(error),
            Err(error) => draw(app, &draw_with, &site, &own, &receipt, Shown { problem: Some(error), typed: text, ..Shown::default() }),
        }
    });
    let answer = done.await.unwrap_or_else(|error| refused(&web, hidden(error)));
    if follows { unhurried(asked_at, answer).await } else { answer }
}

/// The answer that a button stands under.
fn answer_of(form: &Form) -> Result<CommentId, Error> {
    form.get("answer").and_then(|id| id.parse().ok()).ok_or(Error::CommentUnknown)
}

/// Whoever guesses learns nothing about which comments there are.
fn hidden(error: Error) -> Error {
    match error {
        Error::BearerMissing | Error::BearerForbids => Error::CommentUnknown,
        other => other,
    }
}

/// What a page says beside what it always does.
#[derive(Default)]
struct Shown {
    noted: Option<String>,
    problem: Option<Error>,
    /// The text and the address as they were typed.
    typed: Option<String>,
    email: Option<String>,
}

fn draw(app: &App, web: &Web, site: &Site, own: &CommentOnPage, receipt: &str, shown: Shown) -> Result<Response, Error> {
    let Shown { noted, problem, typed, email } = shown;
    let texts = web.renderer.texts("en");
    let comment = &own.comment;
    let article = web.renderer.own_article(site, comment, receipt, texts.lang).map_err(|error| Error::Internal(error.to_string()))?;
    let until = comment.edit_until(site.rules.edit_minutes);
    let said = match comment.status {
        Status::Published => "page.own_published",
        Status::Pending => "page.own_pending",
        Status::Spam => "page.own_spam",
        Status::Removed => "page.own_removed",
        Status::Withdrawn => "page.own_withdrawn",
    };
    let edit_until = match comment.status {
        Status::Pending => Some(texts.get("page.edit_pending").to_owned()),
        Status::Published if app.now() <= until => Some(texts.get("page.edit_until").replace("{time}", &until.words())),
        _ => None,
    };
    let thread =
        url::form_urlencoded::Serializer::new(format!("/t/{}?", site.key)).append_pair("page", &own.page.key).finish().replace("?&", "?");
    let answers = answers(app, web, site, own, &thread, texts)?;
    let status = problem.as_ref().map_or(StatusCode::OK, status_of);
    let of_mail = |error: &Error| matches!(error.code(), "mail_off" | "email_missing" | "email_invalid" | "email_too_long");
    let problem = problem.map(|error| json!({"code": error.code(), "sentence": sentence(&error, texts.lang), "email": of_mail(&error)}));
    let can_follow = takes_follows(app, site) && matches!(comment.status, Status::Published | Status::Pending);
    page(
        "own",
        status,
        texts,
        json!({
            "title": texts.get("page.own"),
            "heading": texts.get("page.own"),
            "thread": place(comment, &thread),
            "said": texts.get(said),
            "noted": noted,
            "follow": can_follow.then(|| json!({"email": email})),
            "problem": problem,
            "article": article,
            "answers": answers,
            "withdrawn": matches!(comment.status, Status::Withdrawn | Status::Removed),
            "edit_until": edit_until,
            "action": format!("/t/{}/own/{receipt}", site.key),
            "text": typed.unwrap_or_else(|| comment.source.clone()),
        }),
    )
}

/// What others answered, each with its place in the thread and, where the site wants to know, a button to say that it
/// helped.
fn answers(app: &App, web: &Web, site: &Site, own: &CommentOnPage, thread: &str, texts: &Texts) -> Result<Vec<Value>, Error> {
    let links = PageLinks { address: thread, takes_replies: false, courtesies: site.rules.courtesies };
    let asks_helped = site.rules.courtesies.helped.is_on();
    let draw = |answer: &CommentOnPage| {
        let comment = &answer.comment;
        let article = web.renderer.article(comment, links, texts.lang).map_err(|error| Error::Internal(error.to_string()))?;
        let is_said = comment.helped_at.is_some();
        let helped = asks_helped.then(|| json!({"said": is_said, "do": if is_said { "unsay_helped" } else { "helped" }}));
        Ok(json!({"id": comment.id.to_string(), "article": article, "place": place(comment, thread), "helped": helped}))
    };
    list_answers(app, site, &own.comment)?.iter().map(draw).collect()
}

/// Back to the thread, at the comment where it is shown.
fn place(comment: &Comment, thread: &str) -> String {
    match comment.status {
        Status::Published => format!("{thread}&around={id}#comment-{id}", id = comment.id),
        _ => thread.to_owned(),
    }
}
