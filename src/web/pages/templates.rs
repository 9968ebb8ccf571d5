//! The templates of the pages, and what every page carries.

use std::sync::LazyLock;

use bytes::Bytes;
use handlebars::Handlebars;
use serde_json::{Value, json};
use warp::{
    Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::error::Error;
use crate::render::Texts;
use crate::web::face::{Face, sentence};
use crate::web::packed::Packed;
use crate::web::reply::refuse;

pub static CSS: LazyLock<Packed> =
    LazyLock::new(|| Packed::new("text/css; charset=utf-8", Bytes::from_static(include_bytes!("pages.css"))));

/// The address of the style sheet; it changes with the sheet, so that it can be kept for ever.
pub static CSS_PATH: LazyLock<String> = LazyLock::new(|| format!("/t/page.css?v={}", crate::web::assets::version_of(CSS.plain())));

static TEMPLATES: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    for (name, source) in [
        ("frame", include_str!("frame.hbs")),
        ("form", include_str!("form.hbs")),
        ("thread", include_str!("thread.hbs")),
        ("own", include_str!("own.hbs")),
        ("index", include_str!("index.hbs")),
        ("ask", include_str!("ask.hbs")),
        ("follow", include_str!("follow.hbs")),
        ("follows", include_str!("follows.hbs")),
        ("problem", include_str!("problem.hbs")),
    ] {
        templates.register_template_string(name, source).expect("a test renders every template of this program");
    }
    templates
});

/// Only what these pages need: our style sheet, and forms that come back to us.
const POLICY: HeaderValue =
    HeaderValue::from_static("default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'");

/// Draws a page. `view` holds `title` and `heading`; the texts and the style sheet are added here.
pub fn page(template: &str, status: StatusCode, texts: &Texts, view: Value) -> Result<Response, Error> {
    let html = draw(template, texts, view).map_err(|error| Error::Internal(format!("page {template}: {error}")))?;
    Ok(with_policy(warp::reply::with_status(warp::reply::html(html), status).into_response()))
}

fn draw(template: &str, texts: &Texts, mut view: Value) -> Result<String, handlebars::RenderError> {
    if let Some(view) = view.as_object_mut() {
        for (name, value) in [("lang", json!(texts.lang)), ("dir", json!(texts.get("dir"))), ("css", json!(*CSS_PATH)), ("t", words(texts))]
        {
            view.insert(name.to_owned(), value);
        }
        for absent in ["canonical", "feed"] {
            view.entry(absent).or_insert(Value::Null);
        }
    }
    TEMPLATES.render(template, &view)
}

fn with_policy(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    response
}

/// The texts that templates name, by their last word.
pub fn words(texts: &Texts) -> Value {
    const OF_PAGES: [&str; 29] = [
        "answers",
        "back",
        "back_to_thread",
        "feed",
        "first",
        "which_page",
        "no_pages",
        "cancel",
        "keep_this_page",
        "edit",
        "save",
        "withdraw",
        "withdraw_hint",
        "withdraw_button",
        "write",
        "reply",
        "in_thread",
        "problem",
        "follow",
        "follow_hint",
        "follow_own",
        "follow_own_hint",
        "follow_own_button",
        "follow_all",
        "follow_nothing",
        "follow_stop_button",
        "follow_stop_all",
        "follow_stop_all_hint",
        "follow_again",
    ];
    const OF_FORMS: [&str; 14] = [
        "text",
        "markdown",
        "name",
        "website",
        "optional",
        "email",
        "unshown",
        "tell_me",
        "asks",
        "trap",
        "send",
        "privacy",
        "privacy_mail",
        "privacy_link",
    ];
    let pages = OF_PAGES.map(|word| (word, texts.get(&format!("page.{word}")).to_owned()));
    let forms = OF_FORMS.map(|word| (word, texts.get(&format!("form.{word}")).to_owned()));
    let shared = [
        ("empty", texts.get("empty").to_owned()),
        ("closed", texts.get("closed").to_owned()),
        ("this_helped", texts.get("this_helped").to_owned()),
        ("more", texts.get("widget.more").to_owned()),
    ];
    pages
        .into_iter()
        .chain(forms)
        .chain(shared)
        .map(|(word, text)| (word.to_owned(), Value::String(text)))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The page for what went wrong.
pub fn problem(error: Error, texts: &Texts) -> Response {
    let render = |_, error: &Error| {
        let sentence = sentence(error, texts.lang);
        let view = json!({"title": sentence, "heading": texts.get("page.problem"), "code": error.code(), "sentence": sentence});
        draw("problem", texts, view).unwrap_or(sentence)
    };
    with_policy(refuse(error, &Face::Page { render: &render }))
}
