//! Atom (RFC 4287) and JSON Feed 1.1 of a site, a page, or a comment and its answers: published comments only.

use std::io;

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use serde::Serialize;
use warp::{Filter, filters::BoxedFilter, reply::Response};

use crate::actions::{find_site, find_thread, list_below, list_latest};
use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{Comment, CommentOnPage, Page, Site, Timestamp};
use crate::web::Web;
use crate::web::asked::page_asked;
use crate::web::face::Face;
use crate::web::packed::{Packed, packed};
use crate::web::reply::answer;
use crate::web::request::{Caller, Query, caller, query};
use crate::web::widget::READ_CACHE;

/// Entries that a feed holds.
const ENTRIES: usize = 50;

/// `/feed/{site}.atom` and `/feed/{site}.json`: of the whole site, with `page` or `url` of one page, or with `root` of one
/// comment and everything below it.
pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let with = warp::any().map(move || web.clone());
    warp::path!("feed" / String).and(warp::get()).and(query()).and(caller()).and(with).then(feed).boxed()
}

async fn feed(name: String, query: Query, caller: Caller, web: Web) -> Response {
    let address = caller.client.0;
    let built = web.app.blocking(Work::Read, move |app| {
        let (site, atom) = match (name.strip_suffix(".atom"), name.strip_suffix(".json")) {
            (Some(site), _) => (site, true),
            (_, Some(site)) => (site, false),
            _ => return Err(Error::RouteUnknown),
        };
        let site = find_site(app, site)?;
        app.limits.check_read(address).map_err(Error::TooMany)?;
        build(app, &site, &query, atom)
    });
    match built.await {
        Ok(bytes) => {
            let mut response = packed(&bytes, &caller);
            response.headers_mut().insert("cache-control", READ_CACHE);
            response
        }
        Err(error) => answer(Err::<Response, _>(error), &Face::Json),
    }
}

fn build(app: &App, site: &Site, query: &Query, atom: bool) -> Result<Packed, Error> {
    let asked = page_asked(query)?;
    let public_url = app.config.public_url();
    let ending = if atom { "atom" } else { "json" };
    let mut own_url = format!("{public_url}/feed/{}.{ending}", site.key);
    let mut page = None;
    let mut top = None;
    let mut entries = Vec::new();
    if let Some(root) = query.get("root")? {
        let id = root.parse().map_err(|()| Error::CommentUnknown)?;
        entries = list_below(app, site, id, ENTRIES)?;
        let found = app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)?;
        own_url = format!("{own_url}?root={id}");
        page = Some(found.page);
        top = Some(found.comment);
    } else if asked.page.is_some() || asked.url.is_some() {
        let thread = find_thread(app, site.clone(), &asked)?;
        let key: String = url::form_urlencoded::byte_serialize(thread.address.key.as_bytes()).collect();
        own_url = format!("{own_url}?page={key}");
        if let Some(found) = thread.page {
            entries = list_latest(app, site, Some(found.id), ENTRIES)?;
            page = Some(found);
        }
    } else {
        entries = list_latest(app, site, None, ENTRIES)?;
    }
    let feed = Feed { site, page: page.as_ref(), top: top.as_ref(), own_url, public_url: &public_url, entries };
    if atom {
        let xml = feed.atom().map_err(|error| Error::Internal(format!("feed: {error}")))?;
        return Ok(Packed::new("application/atom+xml; charset=utf-8", xml));
    }
    let json = feed.json().map_err(|error| Error::Internal(format!("feed: {error}")))?;
    Ok(Packed::new("application/feed+json; charset=utf-8", json))
}

/// What a feed is of, and what it says.
struct Feed<'a> {
    site: &'a Site,
    page: Option<&'a Page>,
    /// The comment whose answers it holds.
    top: Option<&'a Comment>,
    /// The address of this feed.
    own_url: String,
    /// Of this server, without a slash at the end.
    public_url: &'a str,
    entries: Vec<CommentOnPage>,
}

impl Feed<'_> {
    fn title(&self) -> String {
        let place = match self.page {
            Some(page) if page.title.is_empty() => &page.url,
            Some(page) => &page.title,
            None => &self.site.name,
        };
        match self.top {
            // Nothing is told of a comment that is shown only as an empty place.
            Some(top) if top.is_gone() => format!("Answers on {place}"),
            Some(top) => format!("Answers to {} on {place}", top.author.name.as_deref().unwrap_or("Somebody")),
            None => format!("Comments on {place}"),
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

    fn atom(&self) -> io::Result<Vec<u8>> {
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

    fn atom_entry(&self, xml: &mut Writer<Vec<u8>>, entry: &CommentOnPage) -> io::Result<()> {
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

    fn json(&self) -> serde_json::Result<Vec<u8>> {
        let items = self.entries.iter().map(|entry| {
            let comment = &entry.comment;
            let author =
                JsonAuthor { name: comment.author.name.clone().unwrap_or_else(|| "Somebody".into()), url: comment.author.website.clone() };
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

fn text(xml: &mut Writer<Vec<u8>>, element: &str, content: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(&legal(content)))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, rel: &str, href: &str) -> io::Result<()> {
    xml.create_element("link").with_attribute(("rel", rel)).with_attribute(("href", href)).write_empty()?;
    Ok(())
}

/// Without the characters that XML 1.0 cannot hold, escaped or not (section 2.2 of the recommendation).
fn legal(text: &str) -> String {
    let is_legal = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(is_legal).collect()
}
