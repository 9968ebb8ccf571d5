//! What the widget asks for: `/w/{site}/…`. Every request is one that browsers send without asking first.

use std::{sync::Arc, time::Instant};

use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::actions::{
    Accepted, FormSigns, KnownAuthor, Sent, Thread, ThreadPart, edit_comment, find_question_to_help, find_site, find_thread, list_thanks,
    preview, read_mine, read_slice, report_comment, say_helped, submit_comment, takes_follows, unsay_helped, withdraw_comment,
};
use crate::app::{App, Visitor, Work};
use crate::error::Error;
use crate::model::{CommentOnPage, Cursor, PageAsked, Site, Submission};
use crate::render::{AnsweredView, FragmentView, GiveView, Part, Problem};
use crate::web::Web;
use crate::web::answers::{AnswerKey, HALF_DAY_SECONDS};
use crate::web::api::totals_of;
use crate::web::asked::{cursor, page_asked, sort};
use crate::web::face::Face;
use crate::web::following::{follow_asked, follow_stored, told, unhurried, wish};
use crate::web::packed::{Packed, packed};
use crate::web::reply::{answer, refuse, status_of};
use crate::web::request::{BODY_BYTES_MAX, Body, Caller, Form, Query, body, caller, parse_form, query};

/// Roots in one fragment.
const ROOTS: usize = 50;

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let with = warp::any().map(move || web.clone());
    let asks = query().and(caller()).and(with.clone());
    let sends = body(BODY_BYTES_MAX).and(caller()).and(with);
    let thread = warp::path!("w" / String / "thread").and(warp::get()).and(asks.clone()).then(thread).boxed();
    let totals = warp::path!("w" / String / "totals").and(warp::get()).and(asks).then(totals).boxed();
    let note = warp::path!("w" / String / "note").and(warp::post()).and(sends.clone()).then(note).boxed();
    let edit = warp::path!("w" / String / "note" / String / "edit").and(warp::post()).and(sends.clone()).then(edit).boxed();
    let withdraw = warp::path!("w" / String / "note" / String / "withdraw").and(warp::post()).and(sends.clone()).then(withdraw).boxed();
    let report = warp::path!("w" / String / "note" / String / "report").and(warp::post()).and(sends.clone()).then(report).boxed();
    let helped = warp::path!("w" / String / "note" / String / "helped").and(warp::post()).and(sends.clone()).then(helped).boxed();
    let look = warp::path!("w" / String / "preview").and(warp::post()).and(sends.clone()).then(look).boxed();
    let follow = warp::path!("w" / String / "follow").and(warp::post()).and(sends.clone()).then(follow).boxed();
    let mine = warp::path!("w" / String / "mine").and(warp::post()).and(sends).then(mine).boxed();
    let reads = thread.or(totals).unify();
    let writes = reads.or(note).unify().or(edit).unify().or(withdraw).unify().or(report).unify().or(helped).unify();
    writes.or(look).unify().or(follow).unify().or(mine).unify().boxed()
}

async fn thread(site: String, query: Query, caller: Caller, web: Web) -> Response {
    let lang = web.renderer.texts(query.get("lang").ok().flatten().as_deref().unwrap_or("en")).lang;
    let draw_with = web.clone();
    let address = caller.client.0;
    let built = on_site(&web, Work::Read, site, lang, move |app, site| {
        app.limits.check_read(address).map_err(Error::TooMany)?;
        let thread = find_thread(app, site.clone(), &page_asked(&query)?)?;
        let part = match query.get("around")? {
            Some(id) => ThreadPart::Around(id.parse().map_err(|()| Error::CommentUnknown)?),
            // An order that is unknown here was mistyped by the owner or kept by a browser from another release: the
            // usual one shows the thread all the same.
            None => ThreadPart::From { sort: sort(&query).unwrap_or_default(), cursor: cursor(&query)? },
        };
        fragment(app, &draw_with, &thread, &part, lang)
    });
    built.await.map_or_else(|refusal| refusal, |bytes| readable(packed(&bytes, &caller)))
}

/// Runs `act` for a site. What fails becomes an answer in that language; where the site's list of origins is
/// the reason, the answer names the list, so that an owner sees what is missing.
async fn on_site<T: Send + 'static>(
    web: &Web,
    work: Work,
    site: String,
    lang: &'static str,
    act: impl FnOnce(&App, &Site) -> Result<T, Error> + Send + 'static,
) -> Result<T, Response> {
    let done = web.app.blocking(work, move |app| {
        let site = find_site(app, &site)?;
        let listed = || site.origins.iter().map(ToString::to_string).collect::<Vec<_>>();
        Ok(act(app, &site).map_err(|error| (listed(), error)))
    });
    let (origins, error) = match done.await {
        Ok(Ok(done)) => return Ok(done),
        Ok(Err((origins, error))) => (origins, error),
        Err(error) => (Vec::new(), error),
    };
    let names_origins = matches!(error.code(), "origin_unlisted" | "page_foreign");
    let draw = |_, error: &Error| problem(web, error, lang, if names_origins { &origins } else { &[] });
    Err(refuse(error, &Face::Page { render: &draw }))
}

fn problem(web: &Web, error: &Error, lang: &str, origins: &[String]) -> String {
    web.renderer.problem(&Problem { code: error.code(), field: error.field(), limit: error.limit(), origins }, lang)
}

fn readable(mut response: Response) -> Response {
    response.headers_mut().insert(header::CACHE_CONTROL, READ_CACHE);
    response
}

/// Browsers ask again each time, so that readers see their own words; a CDN may answer for five seconds.
pub const READ_CACHE: HeaderValue = HeaderValue::from_static("public, max-age=0, s-maxage=5, stale-if-error=86400");

/// A part of the thread as HTML, from memory where it is the first one.
fn fragment(app: &App, web: &Web, thread: &Thread, part: &ThreadPart, lang: &'static str) -> Result<Arc<Packed>, Error> {
    let author = web.known.author(app, &thread.site)?;
    let build = || draw(app, web, thread, part, &author, lang);
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
        author: author.clone(),
        lang,
        half_day: app.now().seconds().div_euclid(HALF_DAY_SECONDS),
    };
    web.answers.get(key, build)
}

fn draw(app: &App, web: &Web, thread: &Thread, part: &ThreadPart, author: &KnownAuthor, lang: &str) -> Result<Packed, Error> {
    let slice = read_slice(app, thread, part, ROOTS)?;
    let now = app.now();
    // Given out for half a day, so that an unchanged thread stays the same bytes.
    let given_out = crate::model::Timestamp(now.seconds().div_euclid(HALF_DAY_SECONDS) * HALF_DAY_SECONDS * 1000);
    let stamp_at = if thread.page.is_some() { now } else { given_out };
    let is_whole = matches!(part, ThreadPart::From { cursor: None, .. });
    let thanked = if is_whole { list_thanks(app, thread)? } else { Vec::new() };
    let asked = slice.as_ref().map(|slice| &slice.page).or(thread.page.as_ref()).and_then(|page| page.question.clone());
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
        feed: &feed_of(app, thread),
        mail: takes_follows(app, &thread.site),
        site_author: &author.name,
        question: asked.as_ref().map(|question| (question.text.as_str(), question.by.as_str())),
        thanks: &thanked,
        habit: author.habit,
        lang,
    };
    let html = web.renderer.fragment(&view).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Packed::new("text/html; charset=utf-8", html))
}

/// The address of the page's Atom feed below ours.
fn feed_of(app: &App, thread: &Thread) -> String {
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("page", &thread.address.key).finish();
    format!("{}/feed/{}.atom?{query}", app.config.public_url(), thread.site.key)
}

async fn totals(site: String, query: Query, caller: Caller, web: Web) -> Response {
    let counted = on_site(&web, Work::Read, site, "en", move |app, site| {
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        totals_of(app, site, &query)
    });
    counted.await.map_or_else(|refusal| refusal, |totals| readable(warp::reply::json(&totals).into_response()))
}

async fn note(site: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Write, |app, asked| match submit_comment(app, &asked.visitor, asked.site, sent(&asked.form)) {
        Ok(accepted) => {
            let status = if accepted.repeated { StatusCode::OK } else { StatusCode::CREATED };
            asked.article(&accepted, status, "", &(asked.followed(app, &accepted) + &asked.give(app, &accepted)))
        }
        Err(Error::AlreadySent(stored)) => {
            let accepted = Accepted::new(app, asked.site, (*stored).clone());
            let error = Error::AlreadySent(stored);
            asked.article(&accepted, status_of(&error), &problem(&asked.web, &error, asked.lang, &[]), "")
        }
        Err(error) => Err(error),
    })
    .await
}

async fn edit(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Write, move |app, asked| {
        let id = id.parse().map_err(|()| Error::CommentUnknown)?;
        let accepted = edit_comment(app, &asked.visitor, asked.site, id, asked.form.get("text").map(str::to_owned))?;
        asked.article(&accepted, StatusCode::OK, "", "")
    })
    .await
}

async fn withdraw(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Write, move |app, asked| {
        let id = id.parse().map_err(|()| Error::CommentUnknown)?;
        let accepted = withdraw_comment(app, &asked.visitor, asked.site, id)?;
        asked.article(&accepted, StatusCode::OK, "", "")
    })
    .await
}

/// Always the same answer, whether somebody of that network said it before or not.
async fn report(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Write, move |app, asked| {
        let id = id.parse().map_err(|()| Error::CommentUnknown)?;
        report_comment(app, &asked.visitor, asked.site, id, asked.form.get("reason"), asked.form.get("text").unwrap_or_default())?;
        let said = handlebars::html_escape(asked.web.renderer.texts(asked.lang).get("reported"));
        Ok(warp::reply::html(format!("<p class=\"note\">{said}</p>")).into_response())
    })
    .await
}

async fn helped(site: String, id: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Write, move |app, asked| {
        let id = id.parse().map_err(|()| Error::CommentUnknown)?;
        let answer = match asked.form.get("value") {
            Some("1") => say_helped(app, &asked.visitor, asked.site, id)?,
            Some("0") => unsay_helped(app, &asked.visitor, asked.site, id)?,
            _ => return Err(Error::BodyMalformed("the field value is 1 or 0".into())),
        };
        Ok(warp::reply::html(asked.web.renderer.helped(&answer, asked.lang)).into_response())
    })
    .await
}

async fn look(site: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Cpu, |app, asked| {
        let html = preview(app, &asked.visitor, asked.form.get("text").map(str::to_owned))?;
        Ok(warp::reply::html(asked.web.renderer.preview(&html)).into_response())
    })
    .await
}

async fn mine(site: String, body: Body, caller: Caller, web: Web) -> Response {
    send(site, body, caller, web, Work::Read, |app, asked| {
        app.limits.check_read(asked.visitor.address).map_err(Error::TooMany)?;
        let page = PageAsked { page: asked.form.get("page").map(str::to_owned), url: asked.form.get("url").map(str::to_owned) };
        let thread = find_thread(app, asked.site.clone(), &page)?;
        // A mark that a browser kept badly means that nothing was dismissed yet.
        let since = asked.form.get("since").and_then(|id| id.parse().ok());
        let mine = read_mine(app, &thread, asked.form.get("receipts").unwrap_or_default(), since)?;
        let address = mine.answered.as_ref().map(|answered| address_of(&answered.newest)).unwrap_or_default();
        let answered = mine.answered.as_ref().map(|answered| AnsweredView {
            id: answered.newest.comment.id,
            name: answered.newest.comment.author.name.as_deref(),
            title: &answered.newest.page.title,
            address: &address,
            answers: answered.answers,
        });
        let html = asked.web.renderer.own_articles(asked.site, &mine.here, answered.as_ref(), asked.lang, app.now());
        let html = html.map_err(|error| Error::Internal(error.to_string()))?;
        let mut response = warp::reply::html(html).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        Ok(response)
    })
    .await
}

/// A form of the widget, and whom and what it is about.
struct Asked<'a> {
    web: Web,
    site: &'a Site,
    form: Form,
    visitor: Visitor,
    lang: &'static str,
}

impl Asked<'_> {
    /// The comment as its author gets it.
    fn article(&self, accepted: &Accepted, status: StatusCode, before: &str, after: &str) -> Result<Response, Error> {
        let html = self.web.renderer.own_article(self.site, &accepted.comment, &accepted.receipt, self.lang);
        let html = html.map_err(|error| Error::Internal(error.to_string()))?;
        Ok(warp::reply::with_status(warp::reply::html(format!("{before}{html}{after}")), status).into_response())
    }

    /// The sentence about mail behind a stored comment; empty where none was asked for. Whatever happens here, the
    /// comment is stored and its author hears that.
    fn followed(&self, app: &App, accepted: &Accepted) -> String {
        let Some(wish) = wish(&self.form) else { return String::new() };
        let outcome = follow_stored(app, &self.visitor, self.site, accepted, &wish, self.lang);
        self.web.renderer.note(&told(&outcome, self.web.renderer.texts(self.lang)))
    }

    /// What asks whoever was just published to help somebody, if their browser may be asked; empty where nobody waits.
    fn give(&self, app: &App, accepted: &Accepted) -> String {
        if self.form.get("give") != Some("1") {
            return String::new();
        }
        let found = find_question_to_help(app, self.site, &accepted.comment).and_then(|found| {
            let Some(found) = found else { return Ok(String::new()) };
            let view = GiveView {
                name: found.comment.author.name.as_deref(),
                address: &address_of(&found),
                days: app.now().days_since(found.comment.created_at),
            };
            self.web.renderer.give(&view, self.lang).map_err(|error| Error::Internal(error.to_string()))
        });
        // The comment is stored; its author shall hear that and no other failure.
        found.unwrap_or_else(|error| {
            tracing::warn!(%error, "no question to help with was found");
            String::new()
        })
    }
}

async fn follow(site: String, body: Body, caller: Caller, web: Web) -> Response {
    let asked_at = Instant::now();
    let answer = send(site, body, caller, web, Work::Write, |app, asked| {
        follow_asked(app, &asked.visitor, asked.site, &asked.form, asked.lang)?;
        let renderer = &asked.web.renderer;
        Ok(warp::reply::html(renderer.note(renderer.texts(asked.lang).get("follow.asked"))).into_response())
    });
    unhurried(asked_at, answer.await).await
}

/// Where a comment stands on the page of its own site.
fn address_of(found: &CommentOnPage) -> String {
    format!("{}#comment-{}", found.page.url, found.comment.id)
}

/// Reads a form and acts on it; whatever fails is told in the form's own language.
async fn send(
    site: String,
    body: Body,
    caller: Caller,
    web: Web,
    work: Work,
    act: impl FnOnce(&App, &Asked<'_>) -> Result<Response, Error> + Send + 'static,
) -> Response {
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return answer(Err::<Response, _>(error), &Face::FRAGMENT),
    };
    let lang = web.renderer.texts(form.get("lang").unwrap_or("en")).lang;
    // Receipts travel in the form: a header would make browsers ask first.
    let visitor = Visitor { bearer: form.get("receipt").map(str::to_owned), ..caller.visitor() };
    let draw_with = web.clone();
    on_site(&web, work, site, lang, move |app, site| act(app, &Asked { web: draw_with, site, form, visitor, lang }))
        .await
        .unwrap_or_else(|refusal| refusal)
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
        asks: text("asks"),
    };
    let signs = FormSigns { stamp: text("stamp"), filled: form.filled_names() };
    Sent { submission, known_by: text("as"), form: Some(signs), staff: None, wish: wish(form) }
}
