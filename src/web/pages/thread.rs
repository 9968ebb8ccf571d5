//! The thread of a page as a page of its own, with a form that works without script.

use serde_json::{Value, json};
use warp::{
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::actions::{Thread, ThreadPart, find_site, find_thread, list_thanks, read_slice, submit_comment, takes_follows};
use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{CommentId, Cursor, PageAsked, PageState, Site, Sort, Status, ThreadSlice};
use crate::render::{PageLinks, Part, Texts};
use crate::secrets::new_secret;
use crate::web::Web;
use crate::web::asked::{cursor, page_asked, sort};
use crate::web::face::sentence;
use crate::web::following::{ASKED, follow_stored, wish};
use crate::web::pages::{
    follows::ask_form,
    redirect, refused,
    templates::{page, words},
};
use crate::web::reply::status_of;
use crate::web::request::{Body, Caller, Form, Query, parse_form};
use crate::web::widget::sent;

/// Roots on one page.
const ROOTS: usize = 50;

/// Pages that the list of a site names.
const PAGES: u32 = 100;

pub async fn read(site: String, query: Query, caller: Caller, web: Web) -> Response {
    let draw_with = web.clone();
    let drawn = web.app.blocking(Work::Read, move |app| {
        let site = find_site(app, &site)?;
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        let asked = page_asked(&query)?;
        let texts = draw_with.renderer.texts("en");
        if asked.page.is_none() && asked.url.is_none() {
            return list_pages(app, &site, texts);
        }
        let thread = find_thread(app, site, &asked)?;
        let around = query.get("around")?.map(|id| id.parse().map_err(|()| Error::CommentUnknown)).transpose()?;
        let reply = query.get("reply")?.map(|id| id.parse().map_err(|()| Error::CommentUnknown)).transpose()?;
        let view = View {
            sort: sort(&query)?,
            cursor: cursor(&query)?,
            around,
            url: asked.url,
            title: query.get("title")?,
            fields: Fields::new(reply),
        };
        let mut response = draw(app, &draw_with, &thread, view, StatusCode::OK)?;
        // The browser may keep the page for its back button: sent once more from there, the form has the same key.
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        Ok(response)
    });
    drawn.await.unwrap_or_else(|error| refused(&web, error))
}

pub async fn submit(site: String, body: Body, caller: Caller, web: Web) -> Response {
    let draw_with = web.clone();
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return refused(&web, error),
    };
    let done = web.app.blocking(Work::Write, move |app| {
        let site = find_site(app, &site)?;
        let visitor = caller.visitor();
        match submit_comment(app, &visitor, &site, sent(&form)) {
            Ok(accepted) => {
                let own = format!("/t/{}/own/{}", site.key, accepted.receipt);
                let Some(wish) = wish(&form) else { return Ok(redirect(StatusCode::SEE_OTHER, &own)) };
                let outcome = follow_stored(app, &visitor, &site, &accepted, &wish, "en");
                let code = outcome.as_ref().map_or_else(Error::code, |()| ASKED);
                Ok(redirect(StatusCode::SEE_OTHER, &format!("{own}?follow={code}")))
            }
            Err(error @ (Error::Internal(_) | Error::DiskFull(_))) => Err(error),
            Err(error) => again(app, &draw_with, site, &form, error),
        }
    });
    done.await.unwrap_or_else(|error| refused(&web, error))
}

/// The page once more with every word that was typed, and what has to change.
fn again(app: &App, web: &Web, site: Site, form: &Form, error: Error) -> Result<Response, Error> {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let asked = PageAsked { page: text("page"), url: text("url") };
    // A page that cannot be shown leaves nothing to type into; its own error is what people have to know.
    let thread = find_thread(app, site, &asked)?;
    let parent = form.get("parent").and_then(|id| id.parse().ok());
    let fields = Fields {
        text: text("text"),
        name: text("name"),
        website: text("website"),
        asks: form.get("asks") == Some("1"),
        follow: text("follow"),
        email: text("email"),
        key: text("key").filter(|_| !matches!(error, Error::AlreadySent(_))),
        ..Fields::new(parent)
    };
    let status = status_of(&error);
    let view = View {
        sort: Sort::default(),
        cursor: None,
        around: None,
        url: asked.url,
        title: text("title"),
        fields: Fields { problem: Some(error), ..fields },
    };
    draw(app, web, &thread, view, status)
}

struct View {
    sort: Sort,
    cursor: Option<Cursor>,
    around: Option<CommentId>,
    url: Option<String>,
    title: Option<String>,
    fields: Fields,
}

/// What the form holds.
#[derive(Default)]
struct Fields {
    parent: Option<CommentId>,
    text: Option<String>,
    name: Option<String>,
    website: Option<String>,
    asks: bool,
    follow: Option<String>,
    email: Option<String>,
    key: Option<String>,
    problem: Option<Error>,
}

impl Fields {
    fn new(parent: Option<CommentId>) -> Self {
        Self { parent, ..Self::default() }
    }
}

fn draw(app: &App, web: &Web, thread: &Thread, view: View, status: StatusCode) -> Result<Response, Error> {
    let texts = web.renderer.texts("en");
    let part = match view.around {
        Some(id) => ThreadPart::Around(id),
        None => ThreadPart::From { sort: view.sort, cursor: view.cursor.clone() },
    };
    let slice = read_slice(app, thread, &part, ROOTS)?;
    let state = thread.state(app);
    let address = address_of(thread, view.url.as_deref());
    let links = PageLinks { address: &address, takes_replies: state == PageState::Open, courtesies: thread.site.rules.courtesies };
    let comments = slice.as_ref().map(|slice| comments(web, slice, &part, links, texts)).transpose()?;
    let title = slice.as_ref().map(|slice| slice.page.title.as_str()).filter(|title| !title.is_empty());
    let title = title.map_or_else(
        || texts.get("page.thread").replace("{site}", &thread.site.name),
        |title| texts.get("page.thread_of").replace("{title}", title),
    );
    let total = slice.as_ref().map_or(0, |slice| slice.page.published_count);
    let post_url = slice.as_ref().map_or(&thread.address.url, |slice| &slice.page.url);
    let sorted = |sort: Sort| json!({"text": texts.get(&format!("sort.{}", sort.word())), "chosen": sort == view.sort, "address": format!("{address}&sort={}", sort.word())});
    let thanks =
        web.renderer.thanks(&list_thanks(app, thread)?, &address, texts.lang).map_err(|error| Error::Internal(error.to_string()))?;
    let elsewhere = view.cursor.is_some() || view.around.is_some();
    let next = slice
        .as_ref()
        .and_then(|slice| slice.next.as_ref())
        .map(|next| format!("{address}&sort={}&cursor={}", view.sort.word(), next.encode()));
    let feed: String = url::form_urlencoded::byte_serialize(thread.address.key.as_bytes()).collect();
    page(
        "thread",
        status,
        texts,
        json!({
            "title": title,
            "heading": title,
            "total": texts.number("title", total),
            "canonical": post_url,
            "post_url": post_url,
            "feed": format!("/feed/{}.atom?page={feed}", thread.site.key),
            "sorts": if total > 1 { json!([sorted(Sort::Oldest), sorted(Sort::Newest)]) } else { Value::Null },
            "comments": comments.filter(|html| !html.is_empty()),
            "next": next,
            "thanks": thanks,
            "first": elsewhere.then_some(&address),
            "closed": state == PageState::Closed,
            "form": form(app, thread, &view, &address, texts)?,
            "ask": takes_follows(app, &thread.site)
                .then(|| ask_form(&thread.site, &thread.address.key, view.url.as_deref().unwrap_or_default(), "", Value::Null, texts)),
        }),
    )
}

/// The page's own address here, with its query begun.
fn address_of(thread: &Thread, url: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(format!("/t/{}?", thread.site.key));
    query.append_pair("page", &thread.address.key);
    // Only a page named by a free id learns an address from its url.
    if let Some(url) = url.filter(|_| thread.address.alias.is_some()) {
        query.append_pair("url", url);
    }
    query.finish().replace("?&", "?")
}

fn comments(web: &Web, slice: &ThreadSlice, part: &ThreadPart, links: PageLinks<'_>, texts: &Texts) -> Result<String, Error> {
    let part = match part {
        ThreadPart::Around(id) => Part::Around(*id),
        ThreadPart::From { cursor: Some(Cursor::Replies { root, .. }), .. } => Part::MoreReplies(*root),
        ThreadPart::From { cursor: Some(_), .. } => Part::MoreRoots,
        ThreadPart::From { cursor: None, .. } => Part::Whole,
    };
    web.renderer.comments(slice, part, links, texts.lang).map_err(|error| Error::Internal(error.to_string()))
}

fn form(app: &App, thread: &Thread, view: &View, address: &str, texts: &Texts) -> Result<Value, Error> {
    let fields = &view.fields;
    let parent = match fields.parent {
        Some(id) => {
            let here = thread.page.as_ref().map(|page| page.id);
            let found = app.store.find_comment(thread.site.id, id)?;
            // Nothing is told of a comment that is not shown.
            found.filter(|parent| Some(parent.page.id) == here && parent.comment.status == Status::Published)
        }
        None => None,
    };
    let answering = parent.as_ref().map(|parent| {
        let name = parent.comment.author.name.as_deref().unwrap_or(texts.get("nameless"));
        texts.get("page.answering").replace("{name}", name)
    });
    let courtesies = thread.site.rules.courtesies;
    let first = parent.as_ref().filter(|parent| parent.comment.is_first && courtesies.newcomers.is_on()).map(|parent| {
        let name = parent.comment.author.name.as_deref().unwrap_or(texts.get("nameless"));
        texts.get("widget.first").replace("{name}", name)
    });
    let question = thread.page.as_ref().and_then(|page| page.question.as_ref());
    let question = question.filter(|_| parent.is_none() && courtesies.question.is_on());
    let problem = fields.problem.as_ref().map(|error| {
        let field = error.field().unwrap_or("text");
        json!({"code": error.code(), "sentence": sentence(error, texts.lang), "text": field == "text", "name": field == "name", "website": field == "website", "email": field == "email"})
    });
    let now = app.now();
    Ok(json!({
        "action": format!("/t/{}/note", thread.site.key),
        "heading": if parent.is_some() { texts.get("page.reply") } else { texts.get("page.write") },
        "answering": answering,
        "first": first,
        "question": question.map(|question| json!({"text": question.text, "by": question.by})),
        "asks": (parent.is_none() && courtesies.give_back.is_on()).then(|| json!({"chosen": fields.asks})),
        "follows": takes_follows(app, &thread.site).then(|| json!({"email": fields.email, "choices": choices(fields, texts)})),
        "cancel": address,
        "problem": problem,
        "page": thread.address.key,
        "url": view.url,
        "title": view.title,
        "parent": parent.map(|parent| parent.comment.id.to_string()),
        "key": fields.key.clone().unwrap_or_else(new_secret),
        "stamp": app.secrets.form_stamp(thread.site.id, now),
        "honeypot": app.secrets.honeypot_name(thread.site.id, now.seconds().div_euclid(86_400)),
        "text": fields.text,
        "name": fields.name,
        "website": fields.website,
        "privacy_url": thread.site.rules.privacy_url,
        "t": words(texts),
    }))
}

/// What its author may hear of a comment by mail.
fn choices(fields: &Fields, texts: &Texts) -> Value {
    let chosen = fields.follow.as_deref().unwrap_or_default();
    let choices = [("", "form.tell_nothing"), ("answers", "form.tell_answers"), ("thread", "form.tell_thread")];
    choices.map(|(value, text)| json!({"value": value, "text": texts.get(text), "chosen": value == chosen})).to_vec().into()
}

/// The pages of a site that have comments, for whoever comes without naming one.
fn list_pages(app: &App, site: &Site, texts: &Texts) -> Result<Response, Error> {
    let pages = app.store.list_pages(site.id, PAGES)?;
    let row = |found: &crate::model::Page| {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("page", &found.key).finish();
        json!({
            "address": format!("/t/{}?{query}", site.key),
            "title": if found.title.is_empty() { &found.url } else { &found.title },
            "total": texts.number("title", found.published_count),
        })
    };
    let rows: Vec<Value> = pages.iter().filter(|found| found.published_count > 0).map(row).collect();
    let title = texts.get("page.thread").replace("{site}", &site.name);
    page("index", StatusCode::OK, texts, json!({"title": title, "heading": title, "pages": rows}))
}
