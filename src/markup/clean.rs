//! The last step: only what is on these lists leaves, whatever came in. Nothing edits the HTML after it.

use std::{borrow::Cow, collections::HashMap, collections::HashSet, sync::LazyLock};

use ammonia::{Builder, UrlRelative};

const ELEMENTS: [&str; 29] = [
    "p",
    "br",
    "em",
    "strong",
    "b",
    "i",
    "del",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "details",
    "summary",
    "sup",
    "sub",
    "kbd",
    "bdi",
    "div",
];
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut cleaner = Builder::empty();
    cleaner
        .tags(HashSet::from(ELEMENTS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("code", HashSet::from(["class"])),
            ("ol", HashSet::from(["start"])),
            ("details", HashSet::from(["open"])),
        ]))
        .generic_attributes(HashSet::from(["dir", "lang"]))
        .attribute_filter(|element, attribute, value| keeps_value(element, attribute, value).then_some(Cow::Borrowed(value)))
        .url_schemes(HashSet::from(SCHEMES))
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow ugc noopener noreferrer"))
        .strip_comments(true);
    cleaner
});

/// Some HTML takes a few turns until it means the same to every parser: a `pre` loses one line end in each.
const TURNS_MAX: usize = 8;

/// Takes out of HTML what a comment may not contain, until nothing changes any more; what never settles shows as
/// typed. Takes quadratic time over nesting, so callers bound the depth of what they hand in.
pub fn clean_html(html: &str) -> String {
    let mut settled = clean_once(html);
    for _ in 0..TURNS_MAX {
        let again = clean_once(&settled);
        if again == settled {
            return settled;
        }
        settled = again;
    }
    html.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The same for HTML of our own making, which is well formed and settles at once.
pub(super) fn clean_once(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// Free attributes are free in their values too, where these do not say more.
fn keeps_value(element: &str, attribute: &str, value: &str) -> bool {
    match (element, attribute) {
        ("code", "class") => is_language_class(value),
        ("ol", "start") => !value.is_empty() && value.len() <= 9 && value.bytes().all(|b| b.is_ascii_digit()),
        (_, "dir") => matches!(value, "ltr" | "rtl" | "auto"),
        (_, "lang") => value.len() <= 35 && value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        _ => true,
    }
}

/// `language-rust`: the one kind of class that a comment may carry.
pub(super) fn is_language_class(value: &str) -> bool {
    value.strip_prefix("language-").is_some_and(|language| {
        (1..=40).contains(&language.len()) && language.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-#._".contains(&b))
    })
}
