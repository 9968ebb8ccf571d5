//! A second opinion about our HTML: another parser and lists written down apart from the sanitiser's.

use std::cell::RefCell;

use lol_html::{HtmlRewriter, Settings, doc_comments, doctype, element};

const ELEMENTS: &str =
    " p br em strong b i del s code pre blockquote ul ol li a h1 h2 h3 h4 h5 h6 hr details summary sup sub kbd bdi img span div ";
const REL: &str = "nofollow ugc noopener noreferrer";

/// Everything in the HTML that threat T01 or T05 forbids, in words.
pub fn breaches(html: &str) -> Vec<String> {
    let found = RefCell::new(Vec::new());
    let seen = |what: String| found.borrow_mut().push(what);
    let mut rewriter = HtmlRewriter::new(
        Settings::new()
            .append_element_content_handler(element!("*", |element| {
                let name = element.tag_name();
                if !ELEMENTS.contains(&format!(" {name} ")) {
                    seen(format!("element {name}"));
                }
                for attribute in element.attributes() {
                    if let Some(breach) = attribute_breach(&name, &attribute.name(), &attribute.value()) {
                        seen(breach);
                    }
                }
                if name == "a" && element.get_attribute("rel").as_deref() != Some(REL) {
                    seen(format!("rel {:?}", element.get_attribute("rel")));
                }
                Ok(())
            }))
            .append_document_content_handler(doc_comments!(|comment| {
                seen(format!("comment {}", comment.text()));
                Ok(())
            }))
            .append_document_content_handler(doctype!(|_| {
                seen("doctype".to_owned());
                Ok(())
            })),
        |_: &[u8]| {},
    );
    let parsed = rewriter.write(html.as_bytes()).and_then(|()| rewriter.end());
    parsed.expect("the parser takes any text");
    found.take()
}

fn attribute_breach(element: &str, name: &str, value: &str) -> Option<String> {
    let allowed = match (element, name) {
        ("a", "href") => scheme_is_allowed(value),
        ("a", "rel") => value == REL,
        ("a", "title") => true,
        ("code" | "pre" | "span" | "div", "class") => value.starts_with("language-") && !value.contains(char::is_whitespace),
        ("ol", "start") => value.bytes().all(|b| b.is_ascii_digit()),
        ("details", "open") => true,
        (_, "dir") => matches!(value, "ltr" | "rtl" | "auto"),
        (_, "lang") => true,
        _ => false,
    };
    (!allowed).then(|| format!("{element} {name}={value:?}"))
}

/// The value must begin with one of three schemes as it stands, without an escape before the colon.
fn scheme_is_allowed(value: &str) -> bool {
    let Some((scheme, _)) = value.split_once(':') else { return false };
    let parsed = url::Url::parse(&value.replace("&amp;", "&"));
    matches!(scheme, "http" | "https" | "mailto") && parsed.is_ok_and(|url| url.scheme() == scheme)
}

#[test]
fn t01_the_oracle_sees_what_is_forbidden() {
    let fine =
        format!("<p>a<br><a href=\"https://a.b/?x=1&amp;y=2\" rel=\"{REL}\">b</a></p><pre><code class=\"language-c\">x</code></pre>");
    assert_eq!(breaches(&fine), Vec::<String>::new());
    for bad in [
        "<script>",
        "<svg>",
        "<p onclick=x>",
        "<p id=x>",
        "<a href='javascript:x'>",
        "<a href='https://a.b'>",
        "<a href='/x'>",
        "<a href='&#106;avascript:x'>",
        "<p style=x>",
        "<code class=x>",
        "<!-- x -->",
        "<!doctype html>",
        "<img src=x onerror=y>",
        "<p/onclick=x>",
        "<div dir=\"x\">",
    ] {
        assert_ne!(breaches(bad), Vec::<String>::new(), "{bad}");
    }
}
