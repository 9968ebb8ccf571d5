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
use crate::web::packed::Packed;

pub static CSS: LazyLock<Packed> = LazyLock::new(|| Packed::new("text/css; charset=utf-8", Bytes::from_static(include_bytes!("pages.css"))));

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
pub fn page(template: &str, status: StatusCode, texts: &Texts, mut view: Value) -> Result<Response, Error> {
    if let Some(view) = view.as_object_mut() {
        for (name, value) in [("lang", json!(texts.lang())), ("dir", json!(texts.get("dir"))), ("css", json!(*CSS_PATH)), ("t", texts.of_pages())] {
            view.insert(name.to_owned(), value);
        }
        view.entry("canonical").or_insert(Value::Null);
        view.entry("feed").or_insert(Value::Null);
    }
    let html = TEMPLATES.render(template, &view).map_err(|error| Error::Internal(format!("page {template}: {error}")))?;
    let mut response = warp::reply::with_status(warp::reply::html(html), status).into_response();
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, POLICY);
    Ok(response)
}

/// The page for what went wrong.
pub fn problem(status: StatusCode, error: &Error, texts: &Texts) -> Response {
    let sentence = texts.sentence_of(error);
    let view = json!({"title": sentence, "heading": texts.get("page.problem"), "code": error.code(), "sentence": sentence});
    // Drawing a page that is only words does not fail; if it did, the status alone would have to do.
    page("problem", status, texts, view).unwrap_or_else(|_| status.into_response())
}
