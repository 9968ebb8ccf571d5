//! Atom (RFC 4287) and JSON Feed 1.1 of a site, a page or the replies under one root: published comments only.

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use serde::Serialize;

use crate::model::{CommentOnPage, Page, Site, Timestamp};

/// Entries that a feed holds.
pub const ENTRIES: usize = 50;

/// What a feed is of, and what it says.
pub struct Feed<'a> {
    pub site: &'a Site,
    pub page: Option<&'a Page>,
    /// The address of this feed.
    pub own_url: String,
    /// Of this server, without a slash at the end.
    pub public_url: &'a str,
    pub entries: Vec<CommentOnPage>,
}

impl Feed<'_> {
    fn title(&self) -> String {
        match self.page {
            Some(page) if page.title.is_empty() => format!("Comments on {}", page.url),
            Some(page) => format!("Comments on {}", page.title),
            None => format!("Comments on {}", self.site.name),
        }
    }

    fn home(&self) -> String {
        self.page.map(|page| page.url.clone()).or_else(|| self.site.origins.first().map(|origin| format!("{origin}/"))).unwrap_or_default()
    }

    fn updated(&self) -> Timestamp {
        let newest = self.entries.iter().map(|entry| entry.comment.edited_at.unwrap_or(entry.comment.created_at)).max();
        newest.or(self.page.map(|page| page.created_at)).unwrap_or(self.site.created_at)
    }

    fn entry_title(entry: &CommentOnPage) -> String {
        let name = entry.comment.author.name.as_deref().unwrap_or("Somebody");
        let place = if entry.page.title.is_empty() { &entry.page.url } else { &entry.page.title };
        match &entry.comment.parent_name {
            Some(parent) => format!("{name} answers {parent} on {place}"),
            None => format!("{name} on {place}"),
        }
    }

    fn entry_url(&self, entry: &CommentOnPage) -> String {
        format!("{}/go/{}", self.public_url, entry.comment.id)
    }

    /// Stays the same for ever, wherever the server moves (RFC 4151).
    fn entry_id(&self, entry: &CommentOnPage) -> String {
        let host = self.site.origins.first().map_or("localhost", |origin| origin.host.as_str());
        format!("tag:{host},{}:rejoinder/{}/{}", self.site.created_at.date(), self.site.key, entry.comment.id)
    }

    pub fn atom(&self) -> std::io::Result<Vec<u8>> {
        let mut xml = Writer::new(Vec::with_capacity(16 * 1024));
        xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom")).write_inner_content(|xml| {
            text(xml, "title", &self.title())?;
            text(xml, "id", &self.own_url)?;
            text(xml, "updated", &self.updated().to_string())?;
            link(xml, "self", &self.own_url)?;
            link(xml, "alternate", &self.home())?;
            self.entries.iter().try_for_each(|entry| self.atom_entry(xml, entry))
        })?;
        Ok(xml.into_inner())
    }

    fn atom_entry(&self, xml: &mut Writer<Vec<u8>>, entry: &CommentOnPage) -> std::io::Result<()> {
        let comment = &entry.comment;
        xml.create_element("entry").write_inner_content(|xml| {
            text(xml, "title", &Self::entry_title(entry))?;
            text(xml, "id", &self.entry_id(entry))?;
            text(xml, "published", &comment.created_at.to_string())?;
            text(xml, "updated", &comment.edited_at.unwrap_or(comment.created_at).to_string())?;
            link(xml, "alternate", &self.entry_url(entry))?;
            xml.create_element("author").write_inner_content(|xml| {
                text(xml, "name", comment.author.name.as_deref().unwrap_or("Somebody"))?;
                comment.author.website.as_deref().map_or(Ok(()), |website| text(xml, "uri", website))
            })?;
            xml.create_element("content").with_attribute(("type", "html")).write_text_content(BytesText::new(&legal(&comment.html)))?;
            Ok(())
        })?;
        Ok(())
    }

    pub fn json(&self) -> serde_json::Result<Vec<u8>> {
        let items = self.entries.iter().map(|entry| {
            let comment = &entry.comment;
            let author = JsonAuthor { name: comment.author.name.clone().unwrap_or_else(|| "Somebody".into()), url: comment.author.website.clone() };
            JsonItem {
                id: self.entry_id(entry),
                url: self.entry_url(entry),
                title: Self::entry_title(entry),
                content_html: comment.html.clone(),
                date_published: comment.created_at.to_string(),
                date_modified: comment.edited_at.map(|at| at.to_string()),
                authors: vec![author],
            }
        });
        serde_json::to_vec(&JsonFeed {
            version: "https://jsonfeed.org/version/1.1",
            title: self.title(),
            home_page_url: self.home(),
            feed_url: &self.own_url,
            items: items.collect(),
        })
    }
}

#[derive(Serialize)]
struct JsonFeed<'a> {
    version: &'static str,
    title: String,
    home_page_url: String,
    feed_url: &'a str,
    items: Vec<JsonItem>,
}

#[derive(Serialize)]
struct JsonItem {
    id: String,
    url: String,
    title: String,
    content_html: String,
    date_published: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    date_modified: Option<String>,
    authors: Vec<JsonAuthor>,
}

#[derive(Serialize)]
struct JsonAuthor {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

fn text(xml: &mut Writer<Vec<u8>>, element: &str, content: &str) -> std::io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(&legal(content)))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, rel: &str, href: &str) -> std::io::Result<()> {
    xml.create_element("link").with_attribute(("rel", rel)).with_attribute(("href", href)).write_empty()?;
    Ok(())
}

/// Without the characters that XML 1.0 cannot hold, escaped or not (section 2.2 of the recommendation).
fn legal(text: &str) -> String {
    let is_legal = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
}
