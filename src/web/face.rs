//! Which shape an error takes where, and the sentence that people read.

use warp::http::{Method, StatusCode};

use crate::error::Error;
use crate::render;

/// The shape of an answer that is an error.
pub enum Face<'a> {
    Json,
    /// For the widget, in the language of the request's field `lang`.
    Fragment {
        lang: &'a str,
    },
    /// A whole page, drawn by whoever knows its surroundings.
    Page {
        render: &'a (dyn Fn(StatusCode, &Error) -> String + Sync),
    },
}

impl Face<'_> {
    pub const FRAGMENT: Face<'static> = Face::Fragment { lang: "en" };
    /// A page that needs nothing else.
    pub const PLAIN_PAGE: Face<'static> = Face::Page { render: &plain_page };

    /// The shape that errors have at this address when no route has taken the request.
    pub fn at(path: &str) -> Face<'static> {
        match area(path) {
            "w" => Face::FRAGMENT,
            "t" | "admin" | "demo" | "go" | "answer" | "follow" | "window" => Face::PLAIN_PAGE,
            _ => Face::Json,
        }
    }
}

/// The first segment of a path: enough to tell what part of us was asked, and never a secret.
pub fn area(path: &str) -> &str {
    path.strip_prefix('/').unwrap_or(path).split('/').next().unwrap_or("")
}

/// True where pages of any origin may read the answer, refusals included.
pub fn is_public(method: &Method, path: &str) -> bool {
    match area(path) {
        "w" => true,
        "api" | "feed" => *method == Method::GET || *method == Method::HEAD,
        _ => false,
    }
}

/// The error as a sentence in that language, with its limit in it where there is one.
pub fn sentence(error: &Error, lang: &str) -> String {
    render::texts(lang).sentence(error.code(), error.limit())
}

fn plain_page(_: StatusCode, error: &Error) -> String {
    let said = handlebars::html_escape(&sentence(error, "en"));
    let code = handlebars::html_escape(error.code());
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>{said}</title><main><h1>That did not work</h1><p data-code=\"{code}\">{said}</p></main></html>"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_decides_the_shape() {
        assert!(matches!(Face::at("/w/demo/thread"), Face::Fragment { .. }));
        assert!(matches!(Face::at("/admin"), Face::Page { .. }));
        assert!(matches!(Face::at("/t/demo"), Face::Page { .. }));
        for json in ["/", "", "/api/v1/sites/demo/thread", "/wx/", "//w/", "/tt"] {
            assert!(matches!(Face::at(json), Face::Json), "{json}");
        }
    }

    #[test]
    fn t23_only_reads_and_the_widget_are_public() {
        assert!(is_public(&Method::POST, "/w/demo/note"));
        assert!(is_public(&Method::GET, "/api/v1/sites/demo/thread"));
        assert!(!is_public(&Method::POST, "/api/v1/sites/demo/comments"));
        assert!(!is_public(&Method::GET, "/admin") && !is_public(&Method::GET, "/t/demo"));
    }
}
