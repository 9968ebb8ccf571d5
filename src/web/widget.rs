//! What the widget asks for: `/w/{site}/…`. Every request is one that browsers send without asking first.

use std::sync::Arc;

use warp::{Filter, Reply, filters::BoxedFilter, http::StatusCode, reply::Response};

use crate::actions::{
    Accepted, FormSigns, OwnComment, Sent, Thread, ThreadPart, edit_comment, find_site, find_thread, preview, read_mine, read_slice, submit_comment,
    withdraw_comment,
};
use crate::app::{App, Visitor, Work};
use crate::error::Error;
use crate::model::{Cursor, PageAsked, Site, Submission};
use crate::render::{FragmentView, Part};
use crate::web::Web;
use crate::web::answers::{AnswerKey, HALF_DAY_SECONDS};
use crate::web::api::threads::{cursor, page_asked, sort, totals_of};
use crate::web::face::Face;
use crate::web::packed::{Packed, packed};
use crate::web::reply::{answer, error_fragment, status_of};
use crate::web::request::{BODY_BYTES_MAX, Body, Caller, Form, Query, body, caller, parse_form, query};

/// Roots in one fragment.
const ROOTS: usize = 50;

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let with = warp::any().map(move || web.clone());
    let asks = query().and(caller()).and(with.clone());
    let sends = body(BODY_BYTES_MAX).and(caller()).and(with);
    let thread = warp::path!("w" / String / "thread").and(warp::get()).and(asks.clone()).then(thread);
    let totals = warp::path!("w" / String / "totals").and(warp::get()).and(asks).then(totals);
    let note = warp::path!("w" / String / "note").and(warp::post()).and(sends.clone()).then(note);
    let edit = warp::path!("w" / String / "note" / String / "edit").and(warp::post()).and(sends.clone()).then(edit);
    let withdraw = warp::path!("w" / String / "note" / String / "withdraw").and(warp::post()).and(sends.clone()).then(withdraw);
    let look = warp::path!("w" / String / "preview").and(warp::post()).and(sends.clone()).then(look);
    let mine = warp::path!("w" / String / "mine").and(warp::post()).and(sends).then(mine);
    let reads = thread.or(totals).unify();
    reads.or(note).unify().or(edit).unify().or(withdraw).unify().or(look).unify().or(mine).unify().boxed()
}

async fn thread(site: String, query: Query, caller: Caller, web: Web) -> Response {
    let lang = lang_of(query.get("lang").ok().flatten().as_deref());
    let renderer = web.clone();
    let address = caller.client.0;
    let built = web.app.blocking(Work::Read, move |app| {
        let site = find_site(app, &site)?;
        app.limits.check_read(address).map_err(Error::TooMany)?;
        let thread = find_thread(app, site, &page_asked(&query)?)?;
        let part = match query.get("around")? {
            Some(id) => ThreadPart::Around(id.parse().map_err(|()| Error::CommentUnknown)?),
            None => ThreadPart::From { sort: sort(&query)?, cursor: cursor(&query)? },
        };
        fragment(app, &renderer, &thread, &part, lang)
    });
    match built.await {
        Ok(bytes) => {
            let mut response = packed(&bytes, &caller);
            response.headers_mut().insert("cache-control", READ_CACHE);
            response
        }
        Err(error) => answer(Err::<Response, _>(error), &Face::Fragment { lang }),
    }
}

/// Browsers ask again each time, so that readers see their own words; a CDN may answer for five seconds.
pub const READ_CACHE: warp::http::HeaderValue = warp::http::HeaderValue::from_static("public, max-age=0, s-maxage=5, stale-if-error=86400");

/// A part of the thread as HTML, from memory where it is the first one.
fn fragment(app: &App, web: &Web, thread: &Thread, part: &ThreadPart, lang: &'static str) -> Result<Arc<Packed>, Error> {
    let build = || draw(app, web, thread, part, lang);
    let Some(page) = thread.page.as_ref().filter(|_| matches!(part, ThreadPart::From { cursor: None, .. })) else {
        return build().map(Arc::new);
    };
    let key = AnswerKey {
        page: page.id,
        page_version: page.version,
        changed_at: page.changed_at,
        site_version: thread.site.version,
        closed: AnswerKey::is_closed(thread.state(app)),
        part: part.clone(),
        lang,
        half_day: app.now().seconds().div_euclid(HALF_DAY_SECONDS),
    };
    web.answers.get(key, build)
}

fn draw(app: &App, web: &Web, thread: &Thread, part: &ThreadPart, lang: &str) -> Result<Packed, Error> {
    let slice = read_slice(app, thread, part, ROOTS)?;
    let now = app.now();
    // Given out for half a day, so that an unchanged thread stays the same bytes.
    let given_out = crate::model::Timestamp(now.seconds().div_euclid(HALF_DAY_SECONDS) * HALF_DAY_SECONDS * 1000);
    let stamp_at = if thread.page.is_some() { now } else { given_out };
    let view = FragmentView {
        site: &thread.site,
        page_key: &thread.address.key,
        page: slice.as_ref().map(|slice| &slice.page).or(thread.page.as_ref()),
        state: thread.state(app),
        sort: match part {
            ThreadPart::From { sort, .. } => *sort,
            ThreadPart::Around(_) => Default::default(),
        },
        slice: slice.as_ref(),
        part: match part {
            ThreadPart::Around(id) => Part::Around(*id),
            ThreadPart::From { cursor: Some(Cursor::Replies { root, .. }), .. } => Part::MoreReplies(*root),
            ThreadPart::From { cursor: Some(_), .. } => Part::MoreRoots,
            ThreadPart::From { cursor: None, .. } => Part::Whole,
        },
        form_stamp: &app.secrets.form_stamp(thread.site.id, stamp_at),
        honeypot: &app.secrets.honeypot_name(thread.site.id, stamp_at.seconds().div_euclid(86_400)),
        lang,
        now,
    };
    let html = web.renderer.fragment(&view).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Packed::new("text/html; charset=utf-8", html))
}

async fn totals(site: String, query: Query, caller: Caller, web: Web) -> Response {
    let outcome = web.app.blocking(Work::Read, move |app| {
        let site = find_site(app, &site)?;
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        totals_of(app, &site, &query)
    });
    let outcome = outcome.await.map(|totals| {
        let mut response = warp::reply::json(&totals).into_response();
        response.headers_mut().insert("cache-control", READ_CACHE);
        response
    });
    answer(outcome, &Face::FRAGMENT)
}

async fn note(site: String, body: Body, caller: Caller, web: Web) -> Response {
    send(body, caller, web, Work::Write, move |app, web, form, visitor| {
        let site = find_site(app, &site)?;
        match submit_comment(app, visitor, &site, sent(form)) {
            Ok(accepted) => {
                let status = if accepted.repeated { StatusCode::OK } else { StatusCode::CREATED };
                article(web, &site, &accepted, lang_in(form), status, "")
            }
            Err(Error::AlreadySent(stored)) => {
                let accepted = Accepted::new(app, &site, (*stored).clone());
                let error = Error::AlreadySent(stored);
                article(web, &site, &accepted, lang_in(form), status_of(&error), &error_fragment(&error, lang_in(form)))
            }
            Err(error) => Err(error),
        }
    })
    .await
}

async fn edit(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    send(body, caller, web, Work::Write, move |app, web, form, visitor| {
        let site = find_site(app, &site)?;
        let id = id.parse().map_err(|()| Error::CommentUnknown)?;
        let accepted = edit_comment(app, visitor, &site, id, form.get("text").map(str::to_owned))?;
        article(web, &site, &accepted, lang_in(form), StatusCode::OK, "")
    })
    .await
}

async fn withdraw(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    send(body, caller, web, Work::Write, move |app, web, form, visitor| {
        let site = find_site(app, &site)?;
        let id = id.parse().map_err(|()| Error::CommentUnknown)?;
        let accepted = withdraw_comment(app, visitor, &site, id)?;
        article(web, &site, &accepted, lang_in(form), StatusCode::OK, "")
    })
    .await
}

async fn look(site: String, body: Body, caller: Caller, web: Web) -> Response {
    send(body, caller, web, Work::Cpu, move |app, _, form, visitor| {
        let site = find_site(app, &site)?;
        let html = preview(app, visitor, &site, form.get("text").map(str::to_owned))?;
        Ok(warp::reply::html(format!("<div class=\"body\" dir=\"auto\">{html}</div>")).into_response())
    })
    .await
}

async fn mine(site: String, body: Body, caller: Caller, web: Web) -> Response {
    send(body, caller, web, Work::Read, move |app, web, form, visitor| {
        let site = find_site(app, &site)?;
        app.limits.check_read(visitor.address).map_err(Error::TooMany)?;
        let asked = PageAsked { page: form.get("page").map(str::to_owned), url: form.get("url").map(str::to_owned) };
        let thread = find_thread(app, site, &asked)?;
        let own = read_mine(app, &thread, form.get("receipts").unwrap_or_default())?;
        let draw = |OwnComment { comment, receipt, .. }: &OwnComment| web.renderer.own_article(&thread.site, comment, receipt, lang_in(form));
        let articles: Result<String, _> = own.iter().map(draw).collect();
        let articles = articles.map_err(|error| Error::Internal(error.to_string()))?;
        let mut response = warp::reply::html(format!("<section>{articles}</section>")).into_response();
        response.headers_mut().insert("cache-control", warp::http::HeaderValue::from_static("private, no-store"));
        Ok(response)
    })
    .await
}

/// Reads a form and acts on it; whatever fails is told in the form's own language.
async fn send(
    body: Body,
    caller: Caller,
    web: Web,
    work: Work,
    act: impl FnOnce(&App, &Web, &Form, &Visitor) -> Result<Response, Error> + Send + 'static,
) -> Response {
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return answer(Err::<Response, _>(error), &Face::FRAGMENT),
    };
    let lang = lang_in(&form);
    // Tokens and receipts travel in the form: a header would make browsers ask first.
    let visitor = Visitor { bearer: form.get("receipt").map(str::to_owned), ..caller.visitor() };
    let renderer = web.clone();
    let outcome = web.app.blocking(work, move |app| act(app, &renderer, &form, &visitor));
    answer(outcome.await, &Face::Fragment { lang })
}

fn article(web: &Web, site: &Site, accepted: &Accepted, lang: &str, status: StatusCode, before: &str) -> Result<Response, Error> {
    let html = web.renderer.own_article(site, &accepted.comment, &accepted.receipt, lang).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(warp::reply::with_status(warp::reply::html(format!("{before}{html}")), status).into_response())
}

/// What a form of ours sent, on the widget's routes and on the pages.
pub fn sent(form: &Form) -> Sent {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let submission = Submission {
        page: PageAsked { page: text("page"), url: text("url") },
        title: text("title"),
        parent: text("parent"),
        name: text("name"),
        email: text("email"),
        website: text("website"),
        text: text("text"),
        key: text("key"),
    };
    let signs = FormSigns { stamp: text("stamp"), filled: form.filled_names() };
    Sent { submission, known_by: text("as"), form: Some(signs), staff: None }
}

fn lang_in(form: &Form) -> &'static str {
    lang_of(form.get("lang"))
}

/// The catalogue for a page's language.
pub fn lang_of(asked: Option<&str>) -> &'static str {
    crate::render::Texts::for_lang(asked.unwrap_or("en")).lang()
}
