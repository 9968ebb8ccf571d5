//! Pages for staff that no session stands behind: the author's page for one comment, behind a link in a mail; the page
//! that proves an e-mail address of staff; and the first page of the author's window. None of them reads or sets a
//! cookie, and only a POST changes anything.

mod answer;
mod confirm;
mod window;

use serde_json::{Value, json};
use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::app::App;
use crate::error::Error;
use crate::web::Web;
use crate::web::admin::{
    assets::STYLE_FILE,
    gate::is_own_origin,
    templates::{TEMPLATES, Template},
};
use crate::web::face::{Face, sentence};
use crate::web::reply;
use crate::web::request::{BODY_BYTES_MAX, Caller, body, caller, query};

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let app = web.app;
    let with = warp::any().map(move || app.clone());
    let from = caller().and(with);
    let show = warp::path!("answer" / String).and(warp::get()).and(query()).and(from.clone()).then(answer::show).boxed();
    let act = warp::path!("answer" / String).and(warp::post()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(answer::act).boxed();
    let ask = warp::path!("follow" / "staff" / String).and(warp::get()).and(from.clone()).then(confirm::show).boxed();
    let prove = warp::path!("follow" / "staff" / String).and(warp::post()).and(from).then(confirm::prove).boxed();
    let window = warp::path!("window" / String / String).and(warp::get()).map(window::open).boxed();
    show.or(act).unify().or(ask).unify().or(prove).unify().or(window).unify().boxed()
}

/// The link in the address is the proof of who acts; a page of elsewhere may not use it all the same. What is no
/// browser sends no origin.
fn check_origin(app: &App, caller: &Caller) -> Result<(), Error> {
    let foreign = caller.origin.as_deref().is_some_and(|sent| !is_own_origin(app, caller, sent));
    if foreign { Err(Error::FormTokenWrong) } else { Ok(()) }
}

/// Draws a page; the address of the style sheet is added here.
fn page(template: Template, status: StatusCode, values: Value) -> Result<Response, Error> {
    let html = draw(template, values)?;
    Ok(with_policy(warp::reply::with_status(warp::reply::html(html), status).into_response()))
}

fn draw(template: Template, mut values: Value) -> Result<String, Error> {
    if let Some(values) = values.as_object_mut() {
        values.insert("style".into(), format!("/admin/{}", STYLE_FILE.address).into());
    }
    TEMPLATES.draw(template, &values)
}

/// Only our style sheet is loaded, forms come back to us alone, nobody shows these pages in a frame, and where they lead
/// nobody learns their address.
fn with_policy(mut response: Response) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// The page for what went wrong, with the words that would be lost with it and the way on.
fn refused(error: Error, kept: Option<&str>) -> Response {
    let render = |_, error: &Error| {
        let said = sentence(error, "en");
        let over = matches!(error, Error::LinkOver);
        draw(Template::LinkProblem, json!({"title": said, "code": error.code(), "said": said, "over": over, "kept": kept})).unwrap_or(said)
    };
    let mut response = reply::refuse(error, &Face::Page { render: &render });
    response.extensions_mut().remove::<reply::Refused>();
    with_policy(response)
}
