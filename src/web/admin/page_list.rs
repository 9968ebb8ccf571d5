//! The pages of a site that carry comments, and closing and opening them.

use serde::Serialize;

use crate::actions;
use crate::app::App;
use crate::error::Error;
use crate::model::{Page as CommentedPage, PageAsked, PageId, PageState, Scope};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::{Ask, OnSite},
    card::{page_url, title},
    notice::{Deed, Notice},
    queue::site_address,
    templates::Template,
};

/// The latest commented ones; older pages are closed by the rule `close_days` or through the API.
const PAGES_SHOWN: u32 = 200;

#[derive(Serialize)]
struct PageList {
    address: String,
    pages: Vec<Line>,
    all_shown: bool,
    most: u32,
    close_days: u32,
    can_decide: bool,
    said: Option<String>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    title: String,
    url: Option<String>,
    comments: u64,
    last: String,
    last_words: String,
    closed: bool,
    /// Closed by its age: only the rule can open it.
    by_age: bool,
}

impl Line {
    fn new(app: &App, on: &OnSite, page: &CommentedPage) -> Self {
        let closed = page.state_at(app.now(), on.site.rules.close_days) == PageState::Closed;
        Self {
            id: page.id.to_string(),
            title: title(page),
            url: page_url(page),
            comments: page.published_count,
            last: page.last_comment_at.to_string(),
            last_words: page.last_comment_at.words(),
            closed,
            by_age: closed && page.state == PageState::Open,
        }
    }
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let pages = actions::list_pages(ask.app(), &on.staff, &on.site, PAGES_SHOWN)?;
    let list = PageList {
        address: site_address(ask, on),
        all_shown: pages.len() < PAGES_SHOWN as usize,
        most: PAGES_SHOWN,
        close_days: on.site.rules.close_days,
        can_decide: on.staff.require(Scope::Moderate).is_ok(),
        said: said(ask, &pages),
        pages: pages.iter().map(|page| Line::new(ask.app(), on, page)).collect(),
    };
    Ok(Page::new(Template::PageList, format!("Pages of {}", on.site.name), list)?.at("pages").into())
}

fn said(ask: &Ask, pages: &[CommentedPage]) -> Option<String> {
    let notice = Notice::read(ask)?;
    let page = pages.iter().find(|page| page.id == PageId(notice.id))?;
    match notice.deed {
        Deed::Closed => Some(format!("“{}” takes no more comments.", title(page))),
        Deed::Opened => Some(format!("“{}” takes comments again.", title(page))),
        _ => None,
    }
}

pub fn close(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let page = actions::close_page(ask.app(), &on.staff, &on.site, &asked(ask)?)?;
    back(ask, Deed::Closed, page.id)
}

pub fn open(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let page = actions::open_page(ask.app(), &on.staff, &on.site, &asked(ask)?)?;
    back(ask, Deed::Opened, page.id)
}

fn asked(ask: &Ask) -> Result<PageAsked, Error> {
    let on = ask.on_site()?;
    let id = ask.params.get(1).and_then(|id| id.parse().ok()).ok_or(Error::RouteUnknown)?;
    let page = actions::read_page(ask.app(), &on.staff, &on.site, id)?;
    Ok(PageAsked { page: Some(page.key), url: None })
}

fn back(ask: &Ask, deed: Deed, id: PageId) -> Result<Drawn, Error> {
    let done = Notice { deed, id: id.0, undo: None }.encode(ask);
    Ok(see_other(format!("{}pages?done={done}#p-{id}", site_address(ask, ask.on_site()?))))
}
