//! What people read at the desk: their sites, the comments of one site, and one comment alone.

use std::collections::HashSet;

use serde::Serialize;

use crate::actions::{self, ListQuery, Listed};
use crate::error::Error;
use crate::model::{CommentId, Cursor, Scope, Site, Status};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::{Ask, OnSite},
    card::{Card, CardForm, ReportLine, chain},
    notice::{Deed, Notice},
    templates::Template,
};
use crate::web::assets::script_tag;

/// One of the lists a site's comments stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum List {
    /// People who wait for the author's word.
    Turn,
    Waiting,
    New,
    Spam,
    Removed,
    /// What readers reported.
    Reported,
}

impl List {
    const ALL: [List; 6] = [List::Waiting, List::Turn, List::New, List::Spam, List::Removed, List::Reported];

    pub fn word(self) -> &'static str {
        match self {
            Self::Turn => "turn",
            Self::Waiting => "waiting",
            Self::New => "new",
            Self::Spam => "spam",
            Self::Removed => "removed",
            Self::Reported => "reported",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.word() == word)
    }

    fn title(self) -> &'static str {
        match self {
            Self::Turn => "Your turn",
            Self::Waiting => "Waiting",
            Self::New => "New",
            Self::Spam => "Spam",
            Self::Removed => "Removed",
            Self::Reported => "Reported",
        }
    }

    fn empty(self) -> &'static str {
        match self {
            Self::Turn => "Nobody waits for your word.",
            Self::Waiting => "Nothing is waiting. All caught up.",
            Self::New => "No comments from readers yet.",
            Self::Spam => "No spam here.",
            Self::Removed => "Nothing has been removed.",
            Self::Reported => "Nothing was reported.",
        }
    }

    fn hint(self) -> Option<&'static str> {
        match self {
            Self::Turn => Some("People who wait for your word: newcomers first, then whoever has waited longest."),
            Self::Reported => Some("Readers asked you to look at these. They are published until you decide."),
            _ => None,
        }
    }

    /// What stands in this list.
    fn read(self, ask: &Ask, on: &OnSite, cursor: Option<Cursor>) -> Result<Listed, Error> {
        let all = |comments| Ok(Listed { comments, next: None });
        let status = match self {
            Self::Turn => return all(actions::list_turns(ask.app(), &on.staff, &on.site, TURNS_ON_PAGE)?),
            Self::Reported => return all(actions::list_reported(ask.app(), &on.staff, &on.site)?),
            Self::Waiting => Status::Pending,
            Self::New => Status::Published,
            Self::Spam => Status::Spam,
            Self::Removed => Status::Removed,
        };
        let query = ListQuery { statuses: vec![status], page: None, visitors_only: self == Self::New, cursor, most: CARDS_ON_PAGE };
        actions::list_comments(ask.app(), &on.staff, &on.site, &query)
    }
}

/// People in "Your turn": nobody answers more at a sitting, and whoever is answered makes room.
const TURNS_ON_PAGE: usize = 20;
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
    turns: u64,
    one_turn: bool,
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
        let turns = actions::count_turns(ask.app(), site)?;
        let waiting = actions::count_waiting(ask.app(), site)?;
        Ok(SiteLine { key: site.key.to_string(), name: site.name.clone(), waiting, turns, one_turn: turns == 1 })
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
    hint: Option<&'static str>,
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

/// Without a list's name: who waits for the author's word, what waits for a decision, and below both what is new.
pub fn show_queue(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let list = ask.param("show").as_deref().and_then(List::from_word);
    let cursor = ask.param("cursor").as_deref().and_then(Cursor::decode);
    let counts = Counts::of(ask, on)?;
    let address = site_address(ask, on);
    let form = CardForm {
        show: list.map_or("", List::word).to_owned(),
        cursor: cursor.as_ref().filter(|_| list.is_some()).map(Cursor::encode).unwrap_or_default(),
        ..CardForm::default()
    };
    let sections = match list {
        Some(list) => vec![section(ask, on, list, cursor, counts, &form)?],
        None => inbox(ask, on, counts, &form)?,
    };
    let silent = list.is_none() && sections.iter().all(|section| section.cards.is_empty());
    let waiting = counts.waiting;
    let page = QueuePage {
        site_name: on.site.name.clone(),
        waiting,
        tabs: tabs(&address, list, counts),
        notice: notice_line(ask, on, form)?,
        tag: silent.then(|| script_tag(&ask.own_url(), on.site.key.as_str())),
        sections,
        address,
    };
    let title = if waiting > 0 { format!("({waiting}) {}", on.site.name) } else { on.site.name.clone() };
    Ok(Page::new(Template::Queue, title, page)?.at("comments").into())
}

/// What lists say of themselves before they are opened.
#[derive(Clone, Copy)]
struct Counts {
    waiting: u64,
    turns: u64,
    reported: usize,
}

impl Counts {
    fn of(ask: &Ask, on: &OnSite) -> Result<Self, Error> {
        Ok(Self {
            waiting: actions::count_waiting(ask.app(), &on.site)?,
            turns: actions::count_turns(ask.app(), &on.site)?,
            reported: actions::list_reported(ask.app(), &on.staff, &on.site)?.len(),
        })
    }

    fn title(self, list: List) -> String {
        match list {
            List::Waiting => format!("Waiting ({})", self.waiting),
            List::Turn => format!("Your turn ({})", self.turns),
            List::Reported => format!("Reported ({})", self.reported),
            _ => list.title().to_owned(),
        }
    }
}

/// A comment stands in one section alone.
fn inbox(ask: &Ask, on: &OnSite, counts: Counts, form: &CardForm) -> Result<Vec<Section>, Error> {
    let mut sections = vec![];
    if counts.turns > 0 {
        sections.push(section(ask, on, List::Turn, None, counts, form)?);
    }
    if counts.waiting > 0 {
        sections.push(section(ask, on, List::Waiting, None, counts, form)?);
    }
    let above: HashSet<String> = sections.iter().flat_map(|section| &section.cards).map(|card| card.id.clone()).collect();
    let mut new = section(ask, on, List::New, None, counts, form)?;
    let all = new.cards.len();
    new.cards.retain(|card| !above.contains(&card.id));
    if new.cards.len() < all {
        new.empty = "Nothing else is new.";
    }
    sections.push(new);
    // Whoever works through the page goes on into the next section.
    let mut cards: Vec<&mut Card> = sections.iter_mut().flat_map(|section| &mut section.cards).collect();
    chain(&mut cards);
    Ok(sections)
}

pub fn site_address(ask: &Ask, on: &OnSite) -> String {
    format!("{}/sites/{}/", ask.desk().base, on.site.key)
}

fn tabs(address: &str, shown: Option<List>, counts: Counts) -> Vec<Tab> {
    let inbox = Tab { url: address.to_owned(), label: "Inbox".into(), current: shown.is_none() };
    let tab = |list: List| Tab { url: format!("{address}?show={}", list.word()), label: counts.title(list), current: shown == Some(list) };
    let lists = List::ALL.into_iter().filter(|list| *list != List::Reported || counts.reported > 0 || shown == Some(*list));
    std::iter::once(inbox).chain(lists.map(tab)).collect()
}

fn section(ask: &Ask, on: &OnSite, list: List, cursor: Option<Cursor>, counts: Counts, form: &CardForm) -> Result<Section, Error> {
    let listed = list.read(ask, on, cursor)?;
    let mut cards: Vec<Card> = listed.comments.into_iter().map(|found| Card::new(ask, on, found, form.clone())).collect();
    if list == List::Reported {
        cards.iter_mut().try_for_each(|card| add_reports(ask, on, card))?;
    }
    chain(&mut cards.iter_mut().collect::<Vec<_>>());
    let more = listed.next.map(|next| format!("{}?show={}&cursor={}", site_address(ask, on), list.word(), next.encode()));
    Ok(Section { id: list.word(), heading: counts.title(list), hint: list.hint(), cards, empty: list.empty(), more })
}

fn add_reports(ask: &Ask, on: &OnSite, card: &mut Card) -> Result<(), Error> {
    let id = card.id.parse().map_err(|()| Error::CommentUnknown)?;
    card.reports = actions::list_reports(ask.app(), &on.staff, &on.site, id)?.iter().map(ReportLine::new).collect();
    Ok(())
}

#[derive(Serialize)]
struct OnePage {
    address: String,
    slim: bool,
    notice: Option<NoticeLine>,
    card: Card,
}

/// The value of `show` that leads back to a comment's own page.
pub const ONE: &str = "one";
/// The same in the author's window.
pub const WINDOW: &str = "window";

#[derive(Serialize)]
struct DonePage {
    notice: Option<NoticeLine>,
    /// An answer ends what the window was opened for.
    closes: bool,
    back: String,
}

pub fn show_one(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    if ask.in_window()
        && let Some(deed) = Notice::read(ask).map(|notice| notice.deed)
    {
        let notice = notice_line(ask, on, CardForm { show: WINDOW.into(), ..CardForm::default() })?;
        let back = format!("{}comments/{}?window=1", site_address(ask, on), ask.comment_id()?);
        return Ok(Page::new(Template::Done, "Done", DonePage { notice, closes: deed == Deed::Answered, back })?.into());
    }
    Ok(draw_one(ask, |_| {})?.into())
}

/// One comment alone. `change` puts a text into its forms that was not taken.
pub fn draw_one(ask: &Ask, change: impl FnOnce(&mut CardForm)) -> Result<Page, Error> {
    let on = ask.on_site()?;
    let found = actions::read_comment(ask.app(), &on.staff, &on.site, ask.comment_id()?)?;
    let slim = ask.in_window();
    let show = if slim { WINDOW } else { ONE };
    let mut form = CardForm { show: show.into(), open: slim, ..CardForm::default() };
    change(&mut form);
    let notice = notice_line(ask, on, CardForm { show: show.into(), ..CardForm::default() })?;
    let mut card = Card::new(ask, on, found, form);
    add_reports(ask, on, &mut card)?;
    let page = OnePage { address: site_address(ask, on), slim, notice, card };
    Page::new(Template::One, format!("A comment on {}", on.site.name), page).map(|page| page.at("comments"))
}

fn notice_line(ask: &Ask, on: &OnSite, form: CardForm) -> Result<Option<NoticeLine>, Error> {
    let Some(notice) = Notice::read(ask) else { return Ok(None) };
    let id = CommentId(notice.id);
    let found = match actions::read_comment(ask.app(), &on.staff, &on.site, id) {
        Ok(found) => found,
        Err(Error::CommentUnknown) => return Ok(None),
        Err(error) => return Err(error),
    };
    let Some(said) = notice.deed.sentence(&found) else { return Ok(None) };
    let address = format!("{}comments/{id}", site_address(ask, on));
    let can_undo = on.staff.require(Scope::Moderate).is_ok();
    let undo = notice.undo.filter(|_| can_undo).map(|undo| format!("{address}/{}", undo.word()));
    let look = (notice.deed == Deed::Answered).then_some(address);
    Ok(Some(NoticeLine { said, undo, undo_id: id.to_string(), look, form }))
}
