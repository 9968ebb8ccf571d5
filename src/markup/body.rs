//! What Markdown may say in a comment: the parser's events on their way to HTML.
//! Raw HTML shows as typed, a line end is a line break, images become links, and nesting has a bottom.

use std::borrow::Cow;

use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Tag, TagEnd};
use url::Url;

use super::links::{allowed_url, bare_links, host_to_show};

/// Quotes and lists within each other; and, counted apart, emphasis and links within each other. What lies deeper
/// stands on the last level: the HTML parser behind us takes quadratic time over depth.
const DEPTH_MAX: usize = 12;

/// Elements, line breaks, stretches of text and escaped characters of one comment. Cleaning takes about half a
/// microsecond for each, so this bounds its time; the longest text has a tenth of it when written by a person.
const PARTS_MAX: usize = 6_000;

/// A link costs as much as so many other parts, since its address is parsed, compared with its text, and cleaned.
const PARTS_OF_LINK: usize = 8;

/// The events of a comment's HTML.
pub struct Body<'a> {
    pub events: Vec<Event<'a>>,
    /// Links to elsewhere.
    pub links: usize,
    /// False when nothing of the text would be seen.
    pub is_visible: bool,
    /// What counts beside the events.
    parts: usize,
    open: Vec<Open>,
    containers: usize,
    spans: usize,
    link: Option<OpenLink>,
    in_code_block: bool,
}

/// What becomes of an element's end.
enum Open {
    Kept(TagEnd),
    Container(TagEnd),
    Span(TagEnd),
    Link,
    Dropped,
    /// Too deep: its end stays a line end, so that words do not run together.
    DroppedBlock,
}

/// A link that is being written, and what a reader has seen of it.
struct OpenLink {
    url: Url,
    shown: String,
}

impl<'a> Body<'a> {
    /// `None` when the text holds more than `PARTS_MAX`.
    pub fn of(events: impl Iterator<Item = Event<'a>>) -> Option<Self> {
        let mut body = Self {
            events: Vec::new(),
            links: 0,
            is_visible: false,
            parts: 0,
            open: Vec::new(),
            containers: 0,
            spans: 0,
            link: None,
            in_code_block: false,
        };
        for event in events {
            body.take(event);
            if body.parts + body.events.len() > PARTS_MAX {
                return None;
            }
        }
        Some(body)
    }

    fn take(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.end(),
            Event::Text(text) if self.in_code_block => self.show(Event::Text(text)),
            Event::Text(text) if self.link.is_some() => self.show(Event::Text(text)),
            Event::Text(text) => self.text_with_links(text),
            Event::Html(raw) => self.raw_lines(&raw),
            Event::InlineHtml(raw) => self.show(Event::Text(raw)),
            Event::SoftBreak | Event::HardBreak => {
                // An element and the line end behind it.
                self.parts += 1;
                self.show(Event::HardBreak);
            }
            Event::Rule => {
                self.is_visible = true;
                self.events.push(Event::Rule);
            }
            other => self.show(other),
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        let end = tag.to_end();
        let open = match tag {
            Tag::BlockQuote(_) | Tag::List(_) if self.containers == DEPTH_MAX => Open::DroppedBlock,
            Tag::BlockQuote(_) | Tag::List(_) => {
                self.containers += 1;
                self.events.push(Event::Start(tag));
                Open::Container(end)
            }
            Tag::Item if matches!(self.open.last(), Some(Open::DroppedBlock)) => Open::DroppedBlock,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough if self.spans == DEPTH_MAX => Open::Dropped,
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => {
                self.spans += 1;
                self.events.push(Event::Start(tag));
                Open::Span(end)
            }
            Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. } => self.start_link(&dest_url, title),
            Tag::CodeBlock(kind) => {
                self.in_code_block = true;
                self.events.push(Event::Start(Tag::CodeBlock(known_language(kind))));
                Open::Kept(end)
            }
            Tag::HtmlBlock => {
                self.events.push(Event::Start(Tag::Paragraph));
                Open::Kept(TagEnd::Paragraph)
            }
            other => {
                self.events.push(Event::Start(other));
                Open::Kept(end)
            }
        };
        self.open.push(open);
    }

    /// An image is a link to itself. Inside a link both are only their text.
    fn start_link(&mut self, address: &str, title: CowStr<'a>) -> Open {
        let Some(url) = allowed_url(address).filter(|_| self.link.is_none()) else { return Open::Dropped };
        self.links += 1;
        self.parts += PARTS_OF_LINK;
        self.events.push(Event::Start(Tag::Link {
            link_type: LinkType::Inline,
            dest_url: String::from(url.clone()).into(),
            title,
            id: "".into(),
        }));
        self.link = Some(OpenLink { url, shown: String::new() });
        Open::Link
    }

    fn end(&mut self) {
        match self.open.pop() {
            Some(Open::Kept(end)) => {
                self.in_code_block = false;
                self.events.push(Event::End(end));
            }
            Some(Open::Container(end)) => {
                self.containers -= 1;
                self.events.push(Event::End(end));
            }
            Some(Open::Span(end)) => {
                self.spans -= 1;
                self.events.push(Event::End(end));
            }
            Some(Open::Link) => self.end_link(),
            Some(Open::DroppedBlock) if self.events.last() != Some(&Event::SoftBreak) => self.events.push(Event::SoftBreak),
            Some(Open::DroppedBlock | Open::Dropped) => self.parts += 1,
            None => {}
        }
    }

    fn end_link(&mut self) {
        if let Some(link) = self.link.take() {
            if link.shown.trim().is_empty() {
                self.show(Event::Text(String::from(link.url).into()));
            } else if let Some(host) = host_to_show(&link.shown, &link.url) {
                self.show(Event::Text(format!(" ({host})").into()));
            }
            self.events.push(Event::End(TagEnd::Link));
        }
    }

    /// Puts out what a reader sees, and remembers what of it stands in a link.
    fn show(&mut self, event: Event<'a>) {
        let seen: Cow<'_, str> = match &event {
            Event::Text(text) | Event::Code(text) => Cow::Borrowed(text),
            _ => Cow::Borrowed(" "),
        };
        self.is_visible |= !seen.trim().is_empty();
        self.parts += seen.bytes().filter(|b| matches!(b, b'<' | b'>' | b'&')).count();
        if let Some(link) = &mut self.link {
            link.shown.push_str(&seen);
        }
        self.events.push(event);
    }

    fn text_with_links(&mut self, text: CowStr<'a>) {
        let mut done = 0;
        for link in bare_links(&text) {
            if done < link.span.start {
                self.show(Event::Text(text[done..link.span.start].to_owned().into()));
            }
            done = link.span.end;
            let open = self.start_link(&link.address, "".into());
            self.open.push(open);
            self.show(Event::Text(text[link.span].to_owned().into()));
            self.end();
        }
        if done == 0 {
            self.show(Event::Text(text));
        } else if done < text.len() {
            self.show(Event::Text(text[done..].to_owned().into()));
        }
    }

    /// Blocks of raw HTML come line by line, with their line ends.
    fn raw_lines(&mut self, raw: &str) {
        for line in raw.split_inclusive('\n') {
            if matches!(self.events.last(), Some(Event::Text(_))) {
                self.show(Event::HardBreak);
            }
            self.show(Event::Text(line.trim_end_matches(['\r', '\n']).to_owned().into()));
        }
    }
}

/// The kind with its language, or without one that would not do as a class.
fn known_language(kind: CodeBlockKind<'_>) -> CodeBlockKind<'_> {
    match kind {
        CodeBlockKind::Fenced(info) => {
            let language = info.split([' ', '\t', ',', '{']).next().unwrap_or("");
            let fits = super::clean::is_language_class(&format!("language-{language}"));
            CodeBlockKind::Fenced(if fits { language.to_owned().into() } else { "".into() })
        }
        CodeBlockKind::Indented => CodeBlockKind::Indented,
    }
}
