//! What people read at the desk: their sites, the comments of one site, and one comment alone.

use serde::Serialize;

use crate::actions::{self, ListQuery, Move};
use crate::error::Error;
use crate::model::{CommentId, Cursor, Scope, Site, Status};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::{Ask, OnSite},
    card::{Card, CardForm, chain},
    notice::{Deed, Notice},
    templates::Template,
};
use crate::web::assets::script_tag;

/// One of the lists a site's comments stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    Waiting,
    New,
    Spam,
    Removed,
}

impl List {
    const ALL: [List; 4] = [List::Waiting, List::New, List::Spam, List::Removed];

    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::New => "new",
            Self::Spam => "spam",
            Self::Removed => "removed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.word() == word)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Waiting => "Waiting",
            Self::New => "New",
            Self::Spam => "Spam",
            Self::Removed => "Removed",
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Self::Waiting => "Nothing is waiting. All caught up.",
            Self::New => "No comments from readers yet.",
            Self::Spam => "No spam here.",
            Self::Removed => "Nothing has been removed.",
        }
    }

    fn query(self, cursor: Option<Cursor>) -> ListQuery {
        let status = match self {
            Self::Waiting => Status::Pending,
            Self::New => Status::Published,
            Self::Spam => Status::Spam,
            Self::Removed => Status::Removed,
        };
        ListQuery { statuses: vec![status], page: None, visitors_only: self == Self::New, cursor, most: CARDS_ON_PAGE }
    }
}

const CARDS_ON_PAGE: usize = 20;

#[derive(Serialize)]
struct SitesPage {
    sites: Vec<SiteLine>,
}

#[derive(Serialize)]
struct SiteLine {
    key: String,
    name: String,
    waiting: u64,
}

/// The sites of whoever asks; the only one of them opens at once.
pub fn show_sites(ask: &Ask) -> Result<Drawn, Error> {
    let base = ask.desk().base;
    if let Some(only) = &ask.desk().only_site {
        return Ok(see_other(format!("{base}/sites/{only}/")));
    }
    let sites = actions::list_own_sites(ask.app(), &ask.session()?.account)?;
    if let [only] = sites.as_slice() {
        return Ok(see_other(format!("{base}/sites/{}/", only.key)));
    }
    let line = |site: &Site| {
        Ok(SiteLine { key: site.key.to_string(), name: site.name.clone(), waiting: actions::count_waiting(ask.app(), site)? })
    };
    let sites = sites.iter().map(line).collect::<Result<_, Error>>()?;
    Ok(Page::new(Template::Sites, "Your sites", SitesPage { sites })?.into())
}

#[derive(Serialize)]
struct QueuePage {
    address: String,
    site_name: String,
    waiting: u64,
    tabs: Vec<Tab>,
    notice: Option<NoticeLine>,
    sections: Vec<Section>,
    /// Nobody has written anything yet, so the page tells how to begin.
    tag: Option<String>,
}

#[derive(Serialize)]
struct Tab {
    url: String,
    label: String,
    current: bool,
}

#[derive(Serialize)]
struct Section {
    id: &'static str,
    heading: String,
    cards: Vec<Card>,
    empty: &'static str,
    more: Option<String>,
}

/// The sentence about what was done, with the form that takes it back.
#[derive(Serialize)]
pub struct NoticeLine {
    said: String,
    undo: Option<String>,
    undo_id: String,
    look: Option<String>,
    form: CardForm,
}

/// Without a list's name: what waits, if anything does, and below it what is new.
pub fn show_queue(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let list = ask.param("show").as_deref().and_then(List::from_word);
    let cursor = ask.param("cursor").as_deref().and_then(Cursor::decode);
    let waiting = actions::count_waiting(ask.app(), &on.site)?;
    let address = site_address(ask, on);
    let form = CardForm {
        show: list.map_or("", List::word).to_owned(),
        cursor: cursor.as_ref().filter(|_| list.is_some()).map(Cursor::encode).unwrap_or_default(),
        ..CardForm::default()
    };
    let sections = match list {
        Some(list) => vec![section(ask, on, list, cursor, waiting, &form)?],
        None if waiting > 0 => {
            vec![section(ask, on, List::Waiting, None, waiting, &form)?, section(ask, on, List::New, None, waiting, &form)?]
        }
        None => vec![section(ask, on, List::New, None, waiting, &form)?],
    };
    let silent = list.is_none() && sections.iter().all(|section| section.cards.is_empty());
    let page = QueuePage {
        site_name: on.site.name.clone(),
        waiting,
        tabs: tabs(&address, list, waiting),
        notice: notice_line(ask, on, form)?,
        tag: silent.then(|| script_tag(&ask.own_url(), on.site.key.as_str())),
        sections,
        address,
    };
    let title = if waiting > 0 { format!("({waiting}) {}", on.site.name) } else { on.site.name.clone() };
    Ok(Page::new(Template::Queue, title, page)?.at("comments").into())
}

pub fn site_address(ask: &Ask, on: &OnSite) -> String {
    format!("{}/sites/{}/", ask.desk().base, on.site.key)
}

fn tabs(address: &str, shown: Option<List>, waiting: u64) -> Vec<Tab> {
    let inbox = Tab { url: address.to_owned(), label: "Inbox".into(), current: shown.is_none() };
    let tab = |list: List| {
        let label = if list == List::Waiting { format!("Waiting ({waiting})") } else { list.title().to_owned() };
        Tab { url: format!("{address}?show={}", list.word()), label, current: shown == Some(list) }
    };
    std::iter::once(inbox).chain(List::ALL.into_iter().map(tab)).collect()
}

fn section(ask: &Ask, on: &OnSite, list: List, cursor: Option<Cursor>, waiting: u64, form: &CardForm) -> Result<Section, Error> {
    let listed = actions::list_comments(ask.app(), &on.staff, &on.site, &list.query(cursor))?;
    let mut cards: Vec<Card> = listed.comments.into_iter().map(|found| Card::new(ask, on, found, form.clone())).collect();
    chain(&mut cards);
    let more = listed.next.map(|next| format!("{}?show={}&cursor={}", site_address(ask, on), list.word(), next.encode()));
    let heading = if list == List::Waiting { format!("Waiting ({waiting})") } else { list.title().to_owned() };
    Ok(Section { id: list.word(), heading, cards, empty: list.empty(), more })
}

#[derive(Serialize)]
struct OnePage {
    address: String,
    notice: Option<NoticeLine>,
    card: Card,
}

/// The value of `show` that leads back to a comment's own page.
pub const ONE: &str = "one";

pub fn show_one(ask: &Ask) -> Result<Drawn, Error> {
    Ok(draw_one(ask, |_| {})?.into())
}

/// One comment alone. `change` puts a text into its forms that was not taken.
pub fn draw_one(ask: &Ask, change: impl FnOnce(&mut CardForm)) -> Result<Page, Error> {
    let on = ask.on_site()?;
    let found = actions::read_comment(ask.app(), &on.staff, &on.site, ask.comment_id()?)?;
    let mut form = CardForm { show: ONE.into(), ..CardForm::default() };
    change(&mut form);
    let notice = notice_line(ask, on, CardForm { show: ONE.into(), ..CardForm::default() })?;
    let card = Card::new(ask, on, found, form);
    Page::new(Template::One, format!("A comment on {}", on.site.name), OnePage { address: site_address(ask, on), notice, card })
        .map(|page| page.at("comments"))
}

fn notice_line(ask: &Ask, on: &OnSite, form: CardForm) -> Result<Option<NoticeLine>, Error> {
    let Some(notice) = Notice::read(ask) else { return Ok(None) };
    let id = CommentId(notice.id);
    let found = match actions::read_comment(ask.app(), &on.staff, &on.site, id) {
        Ok(found) => found,
        Err(Error::CommentUnknown) => return Ok(None),
        Err(error) => return Err(error),
    };
    let of = found.comment.author.name.as_deref().map_or("The comment".to_owned(), |name| format!("{name}’s comment"));
    let to = found.parent.as_ref().and_then(|parent| parent.author.name.clone());
    let said = match notice.deed {
        Deed::Moved(Move::Approve | Move::Restore) => format!("{of} is published."),
        Deed::Moved(Move::Hold) => format!("{of} waits and is not shown."),
        Deed::Moved(Move::Spam) => format!("{of} is marked as spam."),
        Deed::Moved(Move::Remove) => format!("{of} is removed."),
        Deed::Moved(Move::Pin) => format!("{of} is pinned to the top of its thread."),
        Deed::Moved(Move::Unpin) => format!("{of} is no longer pinned."),
        Deed::Answered => format!("Your answer{} is published.", to.map(|name| format!(" to {name}")).unwrap_or_default()),
        Deed::Edited => format!("{of} has its new text."),
        Deed::Closed | Deed::Opened | Deed::Saved | Deed::Webhook(_) => return Ok(None),
    };
    let address = format!("{}comments/{id}", site_address(ask, on));
    let can_undo = on.staff.require(Scope::Moderate).is_ok();
    let undo = notice.undo.filter(|_| can_undo).map(|undo| format!("{address}/{}", undo.word()));
    let look = (notice.deed == Deed::Answered).then_some(address);
    Ok(Some(NoticeLine { said, undo, undo_id: id.to_string(), look, form }))
}
