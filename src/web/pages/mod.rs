//! Pages that need no script: `/t/{site}` with its forms, the page of a receipt, what the links of mails
//! lead to, and `/go/{id}`.

mod follows;
mod own;
mod templates;
mod thread;

use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::app::Work;
use crate::error::Error;
use crate::model::{CommentId, Status};
use crate::web::Web;
use crate::web::packed::packed;
use crate::web::request::{BODY_BYTES_MAX, Caller, body, caller, query};

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let shared = web.clone();
    let with = warp::any().map(move || shared.clone());
    let from = caller().and(with);
    let css = warp::path!("t" / "page.css").and(warp::get()).and(caller()).map(|caller: Caller| {
        let mut response = packed(&templates::CSS, &caller);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
        response
    });
    let read = warp::path!("t" / String).and(warp::get()).and(query()).and(from.clone()).then(thread::read).boxed();
    let submit =
        warp::path!("t" / String / "note").and(warp::post()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(thread::submit).boxed();
    let follow =
        warp::path!("t" / String / "follow").and(warp::post()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(follows::ask).boxed();
    let own = warp::path!("t" / String / "own" / String).and(warp::get()).and(query()).and(from.clone()).then(own::show).boxed();
    let change =
        warp::path!("t" / String / "own" / String).and(warp::post()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(own::change).boxed();
    let go = warp::path!("go" / String).and(warp::get()).and(from).then(go).boxed();
    let links = follows::routes(web);
    css.or(read).unify().or(submit).unify().or(follow).unify().or(links).unify().or(own).unify().or(change).unify().or(go).unify().boxed()
}

/// To the comment where it stands: on the page of its own site.
async fn go(id: String, caller: Caller, web: Web) -> Response {
    let target = web.app.blocking(Work::Read, move |app| {
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        let id: CommentId = id.parse().map_err(|()| Error::CommentUnknown)?;
        let site = app.store.find_site_of_comment(id)?.ok_or(Error::CommentUnknown)?;
        let found = app.store.find_comment(site.id, id)?.filter(|found| found.comment.status == Status::Published);
        found.map(|found| format!("{}#comment-{id}", found.page.url)).ok_or(Error::CommentUnknown)
    });
    match target.await {
        Ok(address) => redirect(StatusCode::FOUND, &address),
        Err(error) => refused(&web, error),
    }
}

/// A page that says what went wrong.
fn refused(web: &Web, error: Error) -> Response {
    templates::problem(error, web.renderer.texts("en"))
}

fn redirect(status: StatusCode, address: &str) -> Response {
    match HeaderValue::from_str(address) {
        Ok(location) => warp::reply::with_header(status, header::LOCATION, location).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
