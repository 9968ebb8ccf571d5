//! Markdown becomes safe HTML, in one function: for create, edit, staff edit and preview.
//! Here are the order of the steps and their limits; `body` decides what Markdown may say, `links` what a link may
//! show, `guard` what is too slow to look at, `clean` is the last step and the wall.

mod body;
mod clean;
mod guard;
mod links;

use std::{borrow::Cow, fmt};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, TextMergeStream, html};

pub use clean::clean_html;

use crate::model::{FieldError, Marks, Rendered, is_control};

use body::Body;

/// Raised whenever the same source would give other HTML.
pub const MARKUP_VERSION: u32 = 1;

/// Rendered comments may have this many bytes.
pub const HTML_BYTES_MAX: usize = 128 * 1024;

/// The only way from source to HTML.
pub fn render(source: &str) -> Result<Rendered, FieldError> {
    let text = without_controls(source);
    if !guard::is_bounded(&text) {
        return Err(too_complex());
    }
    let parser = Parser::new_ext(&text, Options::ENABLE_STRIKETHROUGH);
    let body = Body::of(TextMergeStream::new(parser)).ok_or_else(too_complex)?;
    let links = body.links;
    let events = if body.is_visible { body.events } else { as_typed(&text) };
    let mut html = Capped(String::with_capacity(text.len() * 2));
    html::write_html_fmt(&mut html, events.into_iter()).map_err(|_| too_complex())?;
    let html = clean::clean_once(undisturbing(&html.0).trim_end());
    if html.len() > HTML_BYTES_MAX { Err(too_complex()) } else { Ok(Rendered { html, links, markup_version: MARKUP_VERSION }) }
}

/// The source as plain text, for old comments that today's limits would refuse.
pub fn plain(source: &str) -> String {
    let mut html = String::new();
    html::push_html(&mut html, as_typed(source).into_iter());
    clean_html(&html)
}

fn too_complex() -> FieldError {
    let message = "this text holds too much markup: use less emphasis, fewer links or shorter lists";
    FieldError { limit: Some(HTML_BYTES_MAX), ..FieldError::new("comment_too_complex", "text", message) }
}

/// Text that Markdown swallows whole, such as a lone link definition, shows as it was typed.
fn as_typed(text: &str) -> Vec<Event<'_>> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    vec![Event::Start(Tag::Paragraph), Event::Text(text.into()), Event::End(TagEnd::Paragraph)]
}

fn without_controls(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_control) { text.chars().filter(|c| !is_control(*c)).collect::<String>().into() } else { text.into() }
}

/// The HTML without controls and without marks piled on one letter, whose count goes on across tags. It is the
/// HTML that is looked at and not the source, because Markdown decodes `&#x202e;`.
fn undisturbing(html: &str) -> String {
    let mut marks = Marks::default();
    let mut in_tag = false;
    let kept = |c: &char| {
        match c {
            '<' => in_tag = true,
            '>' => in_tag = false,
            _ => return !is_control(*c) && (in_tag || marks.keeps(*c)),
        }
        true
    };
    html.chars().filter(kept).collect()
}

/// A string that takes no more than a comment may have.
struct Capped(String);

impl fmt::Write for Capped {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.0.len() + text.len() > HTML_BYTES_MAX {
            return Err(fmt::Error);
        }
        self.0.push_str(text);
        Ok(())
    }
}
