//! What a second parser sees in a whole answer: the bodies of comments, and the shape of everything around them.

use std::{cell::RefCell, collections::BTreeSet, ops::Range, rc::Rc};

use lol_html::{HtmlRewriter, Settings, element, html_content::Element};

use crate::oracle::breaches;

/// An answer, taken apart.
#[derive(Debug, Default)]
pub struct Seen {
    /// Elements and attributes outside comments, in order.
    pub frame: Vec<String>,
    /// The same for each comment, without its body.
    pub comments: Vec<String>,
    /// The HTML of each body.
    pub bodies: Vec<String>,
    /// A comment or a body does not end.
    pub left_open: bool,
    /// Everything that could lead or send somebody elsewhere.
    pub links: Vec<String>,
}

#[derive(Default)]
struct State {
    seen: Seen,
    ranges: Vec<Range<usize>>,
    in_body: bool,
    comment: Option<Vec<String>>,
}

/// Attributes whose values are ours alone; a visitor's word must never stand in them.
const OURS: &[&str] = &["class", "id", "name", "type", "method", "rel", "for", "tabindex", "target", "role", "is", "slot", "part", "form"];

pub fn see(html: &str) -> Seen {
    let state = Rc::new(RefCell::new(State::default()));
    let handler = |element: &mut Element| {
        look(element, &state)?;
        Ok(())
    };
    let settings = Settings::new().append_element_content_handler(element!("*", handler));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    rewriter.write(html.as_bytes()).and_then(|()| rewriter.end()).expect("the parser takes any text");
    let mut state = Rc::into_inner(state).expect("the parser is gone").into_inner();
    state.seen.left_open = state.in_body || state.comment.is_some();
    state.seen.bodies = state.ranges.into_iter().map(|range| html[range].to_owned()).collect();
    state.seen
}

fn look(element: &mut Element, state: &Rc<RefCell<State>>) -> lol_html::HandlerResult {
    let mut now = state.borrow_mut();
    if now.in_body {
        return Ok(());
    }
    let shape = shape(element);
    for name in ["href", "src", "action", "formaction"] {
        now.seen.links.extend(element.get_attribute(name));
    }
    if element.tag_name() == "article" {
        assert!(now.comment.is_none(), "a comment within a comment");
        now.comment = Some(vec![]);
        let state = state.clone();
        element.on_end_tag(Box::new(move |_| {
            let mut now = state.borrow_mut();
            let whole = now.comment.take().unwrap_or_default().join(" ");
            now.seen.comments.push(whole);
            Ok(())
        }))?;
    }
    if element.tag_name() == "div" && element.get_attribute("class").as_deref() == Some("body") {
        now.in_body = true;
        let begin = element.source_location().bytes().end;
        let state = state.clone();
        element.on_end_tag(Box::new(move |tag| {
            let mut now = state.borrow_mut();
            now.in_body = false;
            now.ranges.push(begin..tag.source_location().bytes().start);
            Ok(())
        }))?;
    }
    let seen = &mut *now;
    seen.comment.as_mut().unwrap_or(&mut seen.seen.frame).push(shape);
    Ok(())
}

/// The element with its attributes; numbers in our own values count as any number, and the name of the field that
/// people leave empty, which each site has another of, as any.
fn shape(element: &Element) -> String {
    let trap = element.get_attribute("autocomplete").as_deref() == Some("off") && element.has_attribute("tabindex");
    let attributes = element.attributes().iter().map(|attribute| {
        let (name, value) = (attribute.name(), attribute.value());
        if OURS.contains(&name.as_str()) && !(trap && name == "name") { format!("{name}={}", numbered(&value)) } else { name }
    });
    format!("<{} {}>", element.tag_name(), attributes.collect::<Vec<_>>().join(" "))
}

fn numbered(value: &str) -> String {
    value.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0")
}

impl Seen {
    /// What is wrong with this answer, compared with one of the same kind that plain people wrote.
    pub fn differs(&self, plain: &Seen) -> Vec<String> {
        let known: BTreeSet<&str> = plain.comments.iter().map(String::as_str).collect();
        let strange = self.comments.iter().filter(|shape| !known.contains(shape.as_str())).map(|shape| format!("comment {shape}"));
        let frame = (self.frame != plain.frame).then(|| format!("frame {:?} and not {:?}", self.frame, plain.frame));
        strange.chain(frame).chain(self.harm()).collect()
    }

    /// What is wrong with the bodies and the links, whatever stands around them.
    pub fn harm(&self) -> Vec<String> {
        let bodies = self.bodies.iter().flat_map(|body| breaches(body));
        let links = self.links.iter().filter(|link| !leads_to_a_page(link)).map(|link| format!("link {link}"));
        bodies.chain(links).chain(self.left_open.then(|| "something is left open".to_owned())).collect()
    }
}

/// Plain http addresses, and paths and places of ours. Nothing that a browser would read in another way.
fn leads_to_a_page(link: &str) -> bool {
    let plain = !link.chars().any(|c| c.is_control() || matches!(c, '"' | '<' | '>' | '\\'));
    let own = link.starts_with('#') || link.starts_with('/') && !link.starts_with("//");
    plain && (own || link.starts_with("https://") || link.starts_with("http://"))
}

#[test]
fn t03_the_second_look_sees_what_a_visitor_could_add() {
    let page = |name: &str, link: &str, body: &str| {
        format!(
            "<main><ol><li><article id=\"comment-7\"><h3><a href=\"{link}\">{name}</a></h3><div class=\"body\">{body}</div></article></li></ol></main>"
        )
    };
    let plain = see(&page("Ada", "https://a.example/", "<p>Hi</p>"));
    assert_eq!((plain.comments.len(), plain.bodies.as_slice()), (1, &["<p>Hi</p>".to_owned()][..]));
    assert_eq!(see(&page("Bob &lt;b&gt;", "/x", "<p>a</p><div><div>b</div></div>")).differs(&plain), Vec::<String>::new());
    for wrong in [
        page("<b>Ada</b>", "/x", ""),
        page("Ada", "/x\" onclick=\"y", ""),
        page("Ada", "javascript:x", ""),
        page("Ada", "//evil.example", ""),
        page("Ada", "/x", "<script>"),
        page("Ada", "/x", "</div><p>out</p><div>"),
        page("Ada", "/x", "<p id=x>"),
        page("Ada", "/x", "").replace("<ol>", "<ol><form></form>"),
        page("Ada", "/x", "").replace("comment-7", "login"),
    ] {
        assert_ne!(see(&wrong).differs(&plain), Vec::<String>::new(), "{wrong}");
    }
}
