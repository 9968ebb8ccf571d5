//! The pages of a site that carry comments: closing and opening them, and what the author asks their readers.

use serde::Serialize;

use crate::actions;
use crate::app::App;
use crate::error::Error;
use crate::model::{Page as CommentedPage, PageAsked, PageId, PageState, Scope};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::{Ask, OnSite},
    card::{Kept, page_url, title},
    notice::{Deed, Notice},
    queue::site_address,
    templates::Template,
};
use crate::web::face::sentence;

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
    /// The site's rules let its author ask.
    asks: bool,
    said: Option<String>,
    /// Where this browser learns that it is the author's.
    mark: Option<String>,
    elsewhere: Elsewhere,
}

/// The form for a page that nobody has commented on, as it was sent.
#[derive(Default, Serialize)]
struct Elsewhere {
    page: String,
    question: String,
    code: String,
    page_said: Option<String>,
    question_said: Option<String>,
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
    question: Option<String>,
    question_by: Option<String>,
    /// A question that was not taken.
    kept: Option<Kept>,
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
            question: page.question.as_ref().map(|question| question.text.clone()),
            question_by: page.question.as_ref().map(|question| question.by.clone()),
            kept: None,
        }
    }
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    Ok(draw(ask, |_, _| {}, Elsewhere::default())?.into())
}

/// `change` puts a question that was not taken back into the line of its page.
fn draw(ask: &Ask, change: impl Fn(&CommentedPage, &mut Line), elsewhere: Elsewhere) -> Result<Page, Error> {
    let on = ask.on_site()?;
    let pages = actions::list_pages(ask.app(), &on.staff, &on.site, PAGES_SHOWN)?;
    let line = |page: &CommentedPage| {
        let mut line = Line::new(ask.app(), on, page);
        change(page, &mut line);
        line
    };
    let can_decide = on.staff.require(Scope::Moderate).is_ok();
    let list = PageList {
        address: site_address(ask, on),
        all_shown: pages.len() < PAGES_SHOWN as usize,
        most: PAGES_SHOWN,
        close_days: on.site.rules.close_days,
        can_decide,
        asks: on.site.rules.courtesies.question.is_on(),
        said: said(ask, &pages),
        mark: pages.iter().filter(|_| can_decide).find_map(page_url).map(|url| format!("{}#rejoinder-author", before_fragment(&url))),
        elsewhere,
        pages: pages.iter().map(line).collect(),
    };
    Ok(Page::new(Template::PageList, format!("Pages of {}", on.site.name), list)?.at("pages"))
}

fn before_fragment(url: &str) -> &str {
    url.split('#').next().unwrap_or(url)
}

fn said(ask: &Ask, pages: &[CommentedPage]) -> Option<String> {
    let notice = Notice::read(ask)?;
    let page = pages.iter().find(|page| page.id == PageId(notice.id))?;
    match notice.deed {
        Deed::Closed => Some(format!("“{}” takes no more comments.", title(page))),
        Deed::Opened => Some(format!("“{}” takes comments again.", title(page))),
        Deed::Asked => Some(match &page.question {
            Some(question) => format!("The readers of “{}” are asked: {}", title(page), question.text),
            None => format!("Nothing is asked on “{}” any more.", title(page)),
        }),
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

/// The question on a page of the list.
pub fn ask_there(ask: &Ask) -> Result<Drawn, Error> {
    let (on, page) = (ask.on_site()?, asked(ask)?);
    let text = ask.form.get("question").unwrap_or_default();
    match actions::ask_readers(ask.app(), &on.staff, &on.site, &page, text) {
        Ok(page) => back(ask, Deed::Asked, page.id),
        Err(error @ Error::Field(_)) => {
            let put = |shown: &CommentedPage, line: &mut Line| {
                if page.page.as_deref() == Some(&shown.key) {
                    line.kept = Some(Kept { text: text.to_owned(), code: error.code().to_owned(), said: sentence(&error, "en") });
                }
            };
            Ok(draw(ask, put, Elsewhere::default())?.because_of(&error).into())
        }
        Err(error) => Err(error),
    }
}

/// The question on a page that is named by its address; nobody need have written there.
pub fn ask_by_address(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let typed = |name: &str| ask.form.get(name).unwrap_or_default().to_owned();
    let (page, question) = (typed("page"), typed("question"));
    let asked = PageAsked { page: Some(page.trim().to_owned()).filter(|page| !page.is_empty()), url: None };
    match actions::ask_readers(ask.app(), &on.staff, &on.site, &asked, &question) {
        Ok(page) => back(ask, Deed::Asked, page.id),
        Err(error @ Error::Field(_)) => {
            let of_question = error.field() == Some("question");
            let said = sentence(&error, "en");
            let (page_said, question_said) = if of_question { (None, Some(said)) } else { (Some(said), None) };
            let elsewhere = Elsewhere { page, question, code: error.code().to_owned(), page_said, question_said };
            Ok(draw(ask, |_, _| {}, elsewhere)?.because_of(&error).into())
        }
        Err(error) => Err(error),
    }
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
