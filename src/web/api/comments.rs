//! Comments by JSON: submit, read, edit and withdraw by their author; list and decide by staff.

use warp::{Filter, filters::BoxedFilter, http::StatusCode, reply::Response};

use crate::actions::{
    Accepted, ListQuery, Move, Sent, edit_comment, edit_comment_as_staff, find_token_staff, list_comments, list_reported, moderate,
    read_own, submit_comment, withdraw_comment,
};
use crate::app::App;
use crate::error::Error;
use crate::model::{CommentId, FieldError, PageAddress, Scope, Site, Status};
use crate::web::Web;
use crate::web::api::wire::{AcceptedAnswer, CommentAnswer, CommentBody, EditBody, ListAnswer, SubmitBody};
use crate::web::api::{json, ok, read, staff, write};
use crate::web::asked::{cursor, limit, page_asked};
use crate::web::face::Face;
use crate::web::following::follow_stored;
use crate::web::reply::{answer, error_body, status_of};
use crate::web::request::{BODY_BYTES_MAX, Body, Caller, Query, body, caller, parse_json, query};

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let all = warp::path!("api" / "v1" / "sites" / String / "comments");
    let one = warp::path!("api" / "v1" / "sites" / String / "comments" / String);
    let decide = warp::path!("api" / "v1" / "sites" / String / "comments" / String / String);
    let with = warp::any().map(move || web.clone());
    let from = caller().and(with);
    let submit = all.and(warp::post()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(submit).boxed();
    let list = all.and(warp::get()).and(query()).and(from.clone()).then(list).boxed();
    let show = one.and(warp::get()).and(from.clone()).then(show).boxed();
    let edit = one.and(warp::patch()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(edit).boxed();
    let withdraw = one.and(warp::delete()).and(from.clone()).then(withdraw).boxed();
    let decide = decide.and(warp::post()).and(body(BODY_BYTES_MAX)).and(from).then(decide_about).boxed();
    submit.or(list).unify().or(show).unify().or(edit).unify().or(withdraw).unify().or(decide).unify().boxed()
}

async fn submit(site: String, body: Body, caller: Caller, web: Web) -> Response {
    if let Some(refusal) = refused_type(&caller, &body) {
        return answer(Err::<Response, _>(refusal), &Face::Json);
    }
    write(web, site, caller, move |app, site, caller| {
        let body = parse_json::<SubmitBody>(caller, body)?;
        let lang = body.lang();
        let mut sent: Sent = body.into();
        sent.staff = find_token_staff(app, caller.bearer.as_deref(), site.id)?;
        if let Some(staff) = &sent.staff {
            staff.require(Scope::Write)?;
        }
        let (visitor, wish) = (caller.visitor(), sent.wish.clone());
        match submit_comment(app, &visitor, site, sent) {
            Ok(accepted) => {
                let followed = wish.map(|wish| follow_stored(app, &visitor, site, &accepted, &wish, lang));
                Ok(accepted_answer(&accepted, followed))
            }
            Err(Error::AlreadySent(stored)) => Ok(already_sent(app, site, *stored)),
            Err(error) => Err(error),
        }
    })
    .await
}

/// Size and media type are looked at before the site is.
fn refused_type(caller: &Caller, body: &Body) -> Option<Error> {
    match body {
        Ok(_) if caller.sends("application/json") => None,
        Ok(_) => Some(Error::MediaTypeWrong { expected: "application/json" }),
        Err(_) => None,
    }
}

fn accepted_answer(accepted: &Accepted, followed: Option<Result<(), Error>>) -> Response {
    let status = if accepted.repeated { StatusCode::OK } else { StatusCode::CREATED };
    json(status, &AcceptedAnswer::new(accepted).with_follow(followed))
}

/// 409 with the error, the stored comment and its receipt side by side.
fn already_sent(app: &App, site: &Site, stored: crate::store::Submitted) -> Response {
    let error = Error::AlreadySent(Box::new(stored.clone()));
    let accepted = AcceptedAnswer::new(&Accepted::new(app, site, stored));
    let mut whole = serde_json::to_value(&accepted).unwrap_or_default();
    if let (Some(whole), Some(error)) = (whole.as_object_mut(), error_body(&error).as_object_mut()) {
        whole.append(error);
    }
    json(status_of(&error), &whole)
}

fn comment_id(text: &str) -> Result<CommentId, Error> {
    text.parse().map_err(|()| Error::CommentUnknown)
}

/// A published comment is for everybody; any other for its author and for moderators.
async fn show(site: String, id: String, caller: Caller, web: Web) -> Response {
    read(web, site, caller, move |app, site, caller| {
        let id = comment_id(&id)?;
        let found = app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)?;
        let comment = match (found.comment.status, caller.bearer.is_some()) {
            (Status::Published, false) => CommentBody::public(&found.comment),
            (_, true) if find_token_staff(app, caller.bearer.as_deref(), site.id)?.is_some() => {
                staff(app, site, caller, Scope::Moderate)?;
                CommentBody::whole_with_text(&found.comment)
            }
            _ => CommentBody::whole_with_text(&read_own(app, site, id, caller.bearer.as_deref())?.comment),
        };
        Ok(ok(&CommentAnswer { comment }))
    })
    .await
}

async fn edit(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    write(web, site, caller, move |app, site, caller| {
        let EditBody { text } = parse_json(caller, body)?;
        let id = comment_id(&id)?;
        let accepted = match find_token_staff(app, caller.bearer.as_deref(), site.id)? {
            Some(staff) => edit_comment_as_staff(app, &staff, site, id, text)?,
            None => edit_comment(app, &caller.visitor(), site, id, text)?,
        };
        Ok(ok(&CommentAnswer { comment: CommentBody::whole_with_text(&accepted.comment) }))
    })
    .await
}

async fn withdraw(site: String, id: String, caller: Caller, web: Web) -> Response {
    write(web, site, caller, move |app, site, caller| {
        let id = comment_id(&id)?;
        let comment = match find_token_staff(app, caller.bearer.as_deref(), site.id)? {
            Some(staff) => moderate(app, &staff, site, id, Move::Remove)?.comment,
            None => withdraw_comment(app, &caller.visitor(), site, id)?.comment,
        };
        Ok(ok(&CommentAnswer { comment: CommentBody::whole_with_text(&comment) }))
    })
    .await
}

async fn list(site: String, query: Query, caller: Caller, web: Web) -> Response {
    read(web, site, caller, move |app, site, caller| {
        let staff = staff(app, site, caller, Scope::Moderate)?;
        let word = query.get("status")?;
        if word.as_deref() == Some("reported") {
            let comments = list_reported(app, &staff, site)?;
            return Ok(ok(&ListAnswer { comments: comments.iter().map(CommentBody::listed).collect(), next: None }));
        }
        let statuses = match word {
            None => Vec::new(),
            Some(word) => vec![Status::from_word(&word).ok_or_else(unknown_status)?],
        };
        let asked = page_asked(&query)?;
        let page = if asked.page.is_none() && asked.url.is_none() {
            None
        } else {
            let address = PageAddress::resolve(&asked, &site.origins, site.rules.significant_params.as_deref())?;
            match app.store.find_page(site.id, &address)? {
                Some(page) => Some(page.id),
                None => return Ok(ok(&ListAnswer { comments: Vec::new(), next: None })),
            }
        };
        let wanted = ListQuery { statuses, page, visitors_only: false, cursor: cursor(&query)?, most: limit(&query)? };
        let listed = list_comments(app, &staff, site, &wanted)?;
        let comments = listed.comments.iter().map(CommentBody::listed).collect();
        Ok(ok(&ListAnswer { comments, next: listed.next.map(|cursor| cursor.encode()) }))
    })
    .await
}

fn unknown_status() -> Error {
    let words: Vec<&str> = Status::ALL.iter().map(|status| status.word()).chain(["reported"]).collect();
    FieldError::new("status_unknown", "status", format!("status is one of {}", words.join(", "))).into()
}

async fn decide_about(site: String, id: String, action: String, body: Body, caller: Caller, web: Web) -> Response {
    let Some(action) = Move::from_word(&action) else { return answer(Err::<Response, _>(Error::RouteUnknown), &Face::Json) };
    write(web, site, caller, move |app, site, caller| {
        body?;
        let staff = staff(app, site, caller, Scope::Moderate)?;
        let stored = moderate(app, &staff, site, comment_id(&id)?, action)?;
        Ok(ok(&CommentAnswer { comment: CommentBody::whole_with_text(&stored.comment) }))
    })
    .await
}
