//! One comment as the desk shows it: where it stands, what it answers, why it waits, and what can be done.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;

use crate::actions::Move;
use crate::model::{Badge, Comment, CommentOnPage, HoldReason, Page, PageState, Report, ReportReason, Scope, Status, Turn, clean_name};
use crate::web::admin::ask::{Ask, OnSite};

#[derive(Serialize)]
pub struct Card {
    pub id: String,
    /// Differs whenever the card would look different; the script keeps a card that is still the same.
    pub version: String,
    /// Where this card's forms are sent, and its own page.
    pub address: String,
    pub name: Option<String>,
    pub website: Option<String>,
    pub badge: Option<&'static str>,
    pub at: String,
    pub at_words: String,
    pub edited: bool,
    pub pinned: bool,
    pub used: bool,
    /// Its person's first published comment here.
    pub is_first: bool,
    pub page: PageLine,
    pub parent: Option<ParentLine>,
    pub html: String,
    pub source: String,
    pub status: &'static str,
    pub status_words: Option<&'static str>,
    pub why: Vec<&'static str>,
    pub can_decide: bool,
    /// What waits is decided about before it is answered.
    pub moves_first: bool,
    pub moves: Vec<Button>,
    /// The word on the answer button; `None` where nothing can be answered.
    pub answer: Option<&'static str>,
    pub can_edit: bool,
    /// What readers reported of it, where that is looked at.
    pub reports: Vec<ReportLine>,
    /// Makes an answer that is sent twice one answer.
    pub key: String,
    /// The card that is looked at after this one is dealt with.
    pub next: String,
    pub form: CardForm,
}

/// Which list a card's forms lead back to, and what a form that failed held.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CardForm {
    pub show: String,
    pub cursor: String,
    /// The answer box is open from the start.
    pub open: bool,
    pub answering: Option<Kept>,
    pub editing: Option<Kept>,
}

/// A text that was not taken, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    pub text: String,
    pub code: String,
    pub said: String,
}

#[derive(Serialize)]
pub struct PageLine {
    pub title: String,
    /// `None` when the page has no address that can be followed.
    pub url: Option<String>,
    pub closed: bool,
}

#[derive(Serialize)]
pub struct ParentLine {
    pub name: Option<String>,
    pub words: String,
}

#[derive(Serialize)]
pub struct Button {
    pub word: &'static str,
    pub label: &'static str,
    /// The key that presses it, where the script runs.
    pub key: Option<&'static str>,
}

impl Card {
    pub fn new(ask: &Ask, on: &OnSite, found: CommentOnPage, form: CardForm) -> Self {
        let CommentOnPage { comment, page, parent } = found;
        let closed = page.state_at(ask.app().now(), on.site.rules.close_days) == PageState::Closed;
        let can_decide = on.staff.require(Scope::Moderate).is_ok() && comment.status != Status::Withdrawn;
        let url = comment_url(&comment, &page);
        Self {
            id: comment.id.to_string(),
            version: version(&comment, closed),
            address: format!("{}/sites/{}/comments/{}", ask.desk().base, on.site.key, comment.id),
            at: comment.created_at.to_string(),
            at_words: comment.created_at.words(),
            edited: comment.edited_at.is_some(),
            pinned: comment.pinned,
            used: comment.used_at.is_some(),
            is_first: comment.is_first,
            page: PageLine { title: title(&page), url, closed },
            parent: comment.parent.map(|_| ParentLine::new(&comment, parent.as_ref())),
            status: comment.status.word(),
            status_words: status_words(comment.status),
            why: if comment.status == Status::Pending { comment.held_because.iter().map(reason_words).collect() } else { vec![] },
            can_decide,
            moves_first: comment.status != Status::Published,
            moves: buttons(&comment, on.site.rules.courtesies.thanks.is_on()),
            reports: vec![],
            answer: answer_words(&comment),
            can_edit: matches!(comment.status, Status::Published | Status::Pending),
            key: answer_key(ask, &comment, &page),
            next: String::new(),
            badge: comment.author.badge.map(badge_words),
            name: comment.author.name,
            website: comment.author.website,
            html: comment.html,
            source: comment.source,
            form,
        }
    }
}

impl ParentLine {
    pub fn new(comment: &Comment, parent: Option<&Comment>) -> Self {
        let name = parent.and_then(|parent| parent.author.name.clone()).or_else(|| comment.parent_name.clone());
        let words =
            parent.filter(|parent| !parent.is_gone()).map_or_else(|| "a comment that is not shown".into(), |p| first_words(&p.source));
        Self { name, words }
    }
}

/// What one reader said of a comment.
#[derive(Serialize)]
pub struct ReportLine {
    reason: &'static str,
    text: String,
    at: String,
    at_words: String,
}

impl ReportLine {
    pub fn new(report: &Report) -> Self {
        let reason = match report.reason {
            ReportReason::Spam => "spam",
            ReportReason::Abuse => "abuse",
            ReportReason::OffTopic => "off topic",
            ReportReason::Private => "shows something private",
            ReportReason::Other => "something else",
        };
        Self { reason, text: report.text.clone(), at: report.at.to_string(), at_words: report.at.words() }
    }
}

/// Cards in order, each knowing the one after it; the last one leads back to the one before.
pub fn chain(cards: &mut [&mut Card]) {
    let ids: Vec<String> = cards.iter().map(|card| card.id.clone()).collect();
    for (at, card) in cards.iter_mut().enumerate() {
        let before = at.checked_sub(1).and_then(|at| ids.get(at));
        card.next = ids.get(at + 1).or(before).cloned().unwrap_or_default();
    }
}

/// The same until the page changes, so that one answer sent twice is one and the next answer is another.
fn answer_key(ask: &Ask, comment: &Comment, page: &Page) -> String {
    let token = ask.session.as_ref().map_or("", |session| session.form_token.as_str());
    let parts: [&[u8]; 3] = [token.as_bytes(), &comment.id.0.to_be_bytes(), &page.version.to_be_bytes()];
    URL_SAFE_NO_PAD.encode(ask.app().secrets.keyed_hash("desk answer", &parts))
}

fn version(comment: &Comment, closed: bool) -> String {
    let edited = comment.edited_at.map_or(0, |at| at.0);
    let (turn, used) = (comment.turn == Turn::Author, comment.used_at.is_some());
    format!("{}-{edited}-{}-{closed}-{turn}-{used}", comment.status.word(), comment.pinned)
}

pub fn title(page: &Page) -> String {
    if page.title.is_empty() { page.url.clone() } else { page.title.clone() }
}

/// A published comment is followed to its place; any other one has none, so its page is.
fn comment_url(comment: &Comment, page: &Page) -> Option<String> {
    let url = page_url(page)?;
    Some(if comment.status == Status::Published { format!("/go/{}", comment.id) } else { url })
}

pub fn page_url(page: &Page) -> Option<String> {
    (page.url.starts_with("https://") || page.url.starts_with("http://")).then(|| page.url.clone())
}

/// `thanks`: this site's posts name whose comments were used in them.
fn buttons(comment: &Comment, thanks: bool) -> Vec<Button> {
    let button = |action: Move, label, key| Button { word: action.word(), label, key: Some(key) };
    let (spam, remove) = (button(Move::Spam, "Spam", "s"), button(Move::Remove, "Remove", "d"));
    match comment.status {
        Status::Pending => vec![button(Move::Approve, "Approve", "a"), spam, remove],
        Status::Published => {
            let pin = match (comment.parent, comment.pinned) {
                (Some(_), _) => None,
                (None, true) => Some(Button { word: "unpin", label: "Unpin", key: None }),
                (None, false) => Some(Button { word: "pin", label: "Pin", key: None }),
            };
            let hold = Button { word: Move::Hold.word(), label: "Hold", key: None };
            let no_answer = Button { word: Move::NoAnswerNeeded.word(), label: "No answer needed", key: Some("n") };
            let no_answer = (comment.turn == Turn::Author).then_some(no_answer);
            let used = match comment.used_at {
                Some(_) => Some(Button { word: Move::Unused.word(), label: "Not used in the post", key: Some("t") }),
                None if comment.author.badge.is_none() && thanks => {
                    Some(Button { word: Move::Used.word(), label: "Used in the post", key: Some("t") })
                }
                None => None,
            };
            no_answer.into_iter().chain([hold, spam, remove]).chain(pin).chain(used).collect()
        }
        Status::Spam => vec![button(Move::Approve, "Not spam", "a"), remove],
        Status::Removed => vec![button(Move::Restore, "Restore", "a"), spam],
        Status::Withdrawn => vec![],
    }
}

fn answer_words(comment: &Comment) -> Option<&'static str> {
    match comment.status {
        Status::Published => Some("Answer"),
        Status::Pending => Some("Approve and answer"),
        _ => None,
    }
}

pub fn status_words(status: Status) -> Option<&'static str> {
    match status {
        Status::Published => None,
        Status::Pending => Some("waiting"),
        Status::Spam => Some("spam"),
        Status::Removed => Some("removed"),
        Status::Withdrawn => Some("taken back by its author"),
    }
}

pub fn badge_words(badge: Badge) -> &'static str {
    match badge {
        Badge::Author => "Author",
        Badge::Moderator => "Moderator",
    }
}

pub fn reason_words(reason: &HoldReason) -> &'static str {
    match reason {
        HoldReason::Everything => "every comment on this site is read first",
        HoldReason::FirstComment => "this is the first comment of this person",
        HoldReason::Links => "it has more than two links",
        HoldReason::HiddenField => "a field was filled in that people do not see",
        HoldReason::TooQuick => "the form was sent faster than people type",
        HoldReason::Moderator => "somebody at the desk put it back here",
    }
}

/// Letters of another comment that are shown to recall it.
const FIRST_WORDS_CHARS: usize = 80;

fn first_words(source: &str) -> String {
    let words = clean_name(&source.split_whitespace().collect::<Vec<_>>().join(" "));
    if words.chars().count() <= FIRST_WORDS_CHARS {
        return words;
    }
    let cut: String = words.chars().take(FIRST_WORDS_CHARS).collect();
    let whole = cut.rsplit_once(' ').map_or(cut.as_str(), |(whole, _)| whole);
    format!("{whole}…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_words_end_between_words() {
        assert_eq!(first_words("Two\n\n lines"), "Two lines");
        let long = first_words(&"word ".repeat(100));
        assert!(long.ends_with("word…") && long.chars().count() <= 81, "{long}");
        assert_eq!(first_words(&"x".repeat(200)).chars().count(), 81);
    }
}
