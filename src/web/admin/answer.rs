//! What a handler gives back, and how it becomes an answer: page, redirect or file, with the headers of the desk.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::error::Error;
use crate::model::{Role, Site};
use crate::web::admin::{
    Framing,
    ask::Ask,
    assets::{ICON_FILE, SCRIPT_FILE, STYLE_FILE},
    enter,
    templates::{TEMPLATES, Template},
};
use crate::web::face::{Face, sentence};
use crate::web::reply;

/// The outcome of a handler.
pub enum Drawn {
    Page(Page),
    /// After something was done: where its outcome can be seen.
    SeeOther {
        to: String,
        cookie: Option<String>,
    },
    /// Complete but for the headers that all have.
    Ready(Response),
}

/// A page without its surroundings.
pub struct Page {
    pub template: Template,
    pub title: String,
    /// The entry of the site's menu that is lit.
    pub place: &'static str,
    pub values: Value,
    pub status: StatusCode,
}

impl Page {
    pub fn new(template: Template, title: impl Into<String>, values: impl Serialize) -> Result<Self, Error> {
        let values = serde_json::to_value(values).map_err(|error| Error::Internal(format!("values of a page: {error}")))?;
        Ok(Self { template, title: title.into(), place: "", values, status: StatusCode::OK })
    }

    pub fn at(self, place: &'static str) -> Self {
        Self { place, ..self }
    }

    /// The same page as the answer to a request that failed.
    pub fn because_of(self, error: &Error) -> Self {
        Self { status: reply::status_of(error), ..self }
    }
}

impl From<Page> for Drawn {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}

pub fn see_other(to: impl Into<String>) -> Drawn {
    Drawn::SeeOther { to: to.into(), cookie: None }
}

/// An outcome as an answer.
pub fn give(ask: &Ask, drawn: Drawn) -> Response {
    let given = match drawn {
        Drawn::Page(page) => draw(ask, &page).map(|html| give_page(ask, page.status, html)),
        Drawn::SeeOther { to, cookie } => redirect(&to, cookie.as_deref()),
        Drawn::Ready(response) => Ok(response),
    };
    match given {
        Ok(mut response) => {
            add_headers(ask, &mut response);
            response
        }
        Err(error) => refuse(ask, error),
    }
}

/// An error as a page of the desk. Who is not signed in finds the door there.
pub fn refuse(ask: &Ask, error: Error) -> Response {
    let render = |status: StatusCode, error: &Error| {
        let page = match error {
            Error::SignInNeeded if ask.desk().only_site.is_none() => enter::door(ask),
            _ => problem(ask, error),
        };
        let page = page.map(|page| Page { status, ..page });
        page.and_then(|page| draw(ask, &page)).unwrap_or_else(|error| reply::error_fragment(&error, "en"))
    };
    let mut response = reply::refuse(error, &Face::Page { render: &render });
    // This is the shape that an error has at the desk, unknown addresses included; nobody redraws it.
    response.extensions_mut().remove::<reply::Refused>();
    add_headers(ask, &mut response);
    response
}

#[derive(Serialize)]
struct Problem<'a> {
    code: &'a str,
    said: String,
    demo_over: bool,
    /// Words that were sent and would be lost with this answer.
    kept: Option<&'a str>,
    back: String,
}

fn problem(ask: &Ask, error: &Error) -> Result<Page, Error> {
    let base = ask.desk().base;
    let problem = Problem {
        code: error.code(),
        said: sentence(error, "en"),
        demo_over: matches!(error, Error::SignInNeeded),
        kept: kept_words(ask, error),
        back: ask.on_site.as_ref().map_or_else(|| format!("{base}/"), |on| format!("{base}/sites/{}/", on.site.key)),
    };
    Page::new(Template::Problem, "That did not work", problem)
}

/// The text of a form that failed, for its sender to copy. Nothing is shown back to a form of a foreign page.
pub fn kept_words<'a>(ask: &'a Ask, error: &Error) -> Option<&'a str> {
    if matches!(error, Error::FormTokenWrong) && ask.session.is_none() { None } else { ask.form.get("text") }
}

#[derive(Serialize)]
struct Frame<'a> {
    title: &'a str,
    base: &'a str,
    style: &'a str,
    script: &'a str,
    icon: &'a str,
    content: &'a str,
    place: &'a str,
    person: Option<Person<'a>>,
    site: Option<SiteOfPage<'a>>,
    demo: bool,
    /// In the author's window nothing leads away from the comment.
    slim: bool,
}

#[derive(Serialize)]
struct Person<'a> {
    name: &'a str,
    token: &'a str,
}

#[derive(Serialize)]
struct SiteOfPage<'a> {
    key: &'a str,
    name: &'a str,
    owner: bool,
    /// Sees whom mail goes to; not where anybody may try the desk.
    mail: bool,
}

impl<'a> SiteOfPage<'a> {
    fn new(ask: &Ask, site: &'a Site) -> Self {
        let role = ask.session.as_ref().and_then(|session| session.account.role_on(site.id));
        let mail = role >= Some(Role::Moderator) && ask.desk().only_site.is_none();
        Self { key: site.key.as_str(), name: &site.name, owner: role == Some(Role::Owner), mail }
    }
}

fn draw(ask: &Ask, page: &Page) -> Result<String, Error> {
    let mut values = page.values.clone();
    if let Value::Object(values) = &mut values {
        values.insert("base".into(), ask.desk().base.into());
        values.insert("token".into(), ask.session.as_ref().map(|session| session.form_token.clone()).into());
    }
    let content = TEMPLATES.draw(page.template, &values)?;
    if ask.wants_fragment() && page.template.has_fragment() {
        return Ok(content);
    }
    let frame = Frame {
        title: &page.title,
        base: ask.desk().base,
        style: &STYLE_FILE.address,
        script: &SCRIPT_FILE.address,
        icon: &ICON_FILE.address,
        content: &content,
        place: page.place,
        person: ask.session.as_ref().map(|session| Person { name: &session.account.name, token: &session.form_token }),
        site: ask.on_site.as_ref().map(|on| SiteOfPage::new(ask, &on.site)),
        demo: ask.desk().only_site.is_some(),
        slim: ask.in_window(),
    };
    TEMPLATES.draw(Template::Frame, &frame)
}

fn give_page(ask: &Ask, status: StatusCode, html: String) -> Response {
    let tag = format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(html.as_bytes())));
    let known = ask.wants_fragment() && ask.caller.as_ref().and_then(|caller| caller.if_none_match.as_deref()) == Some(tag.as_str());
    let mut response = if known && status == StatusCode::OK {
        warp::reply::with_status("", StatusCode::NOT_MODIFIED).into_response()
    } else {
        warp::reply::with_status(warp::reply::html(html), status).into_response()
    };
    if let Ok(value) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, value);
    }
    response
}

fn redirect(to: &str, cookie: Option<&str>) -> Result<Response, Error> {
    let line = |text: &str| HeaderValue::from_str(text).map_err(|error| Error::Internal(format!("a header of a redirect: {error}")));
    let mut response = StatusCode::SEE_OTHER.into_response();
    response.headers_mut().insert(header::LOCATION, line(to)?);
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, line(cookie)?);
    }
    Ok(response)
}

/// Lets the page that opened a window know when it is closed. With any other policy that page loses hold of the window
/// at once and takes it for closed. What it could do with it is lead it elsewhere or close it, never look inside.
pub const OPENER_KEEPS_HOLD: &str = "unsafe-none";

/// Only our own files run or style these pages; only our own forms are sent from them; and nobody's page
/// shows them, save the demo's, which shows the demo's desk.
fn add_headers(ask: &Ask, response: &mut Response) {
    const POLICY_ALONE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";
    const POLICY_FRAMED: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
        form-action 'self'; base-uri 'none'; frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'";
    let (policy, frame) = match ask.desk().framing {
        Framing::Nobody => (POLICY_ALONE, "DENY"),
        Framing::OurOwnPages => (POLICY_FRAMED, "SAMEORIGIN"),
    };
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static(frame));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let opener = if ask.in_window() { OPENER_KEEPS_HOLD } else { "same-origin" };
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static(opener));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
}
