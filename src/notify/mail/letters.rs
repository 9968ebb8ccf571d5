//! The kinds of letters, as plain fields, and how each becomes subject, text and HTML.
//! Names, titles and texts in them are those of strangers; links are ours.

use std::sync::LazyLock;

use handlebars::{Handlebars, no_escape};
use serde_json::{Value, json};

use crate::model::{Badge, HoldReason, Timestamp};
use crate::notify::mail::foreign::{Part, begin_of};
use crate::notify::mail::pen::{Pen, fill};
use crate::notify::mail::{MailError, Written};
use crate::render::{Texts, texts};

/// Of the text that was answered, this much is repeated.
const QUOTE_CHARACTERS: usize = 200;
/// Of each comment in a gathered mail.
const SHORT_CHARACTERS: usize = 300;
/// Comments in one mail; the others are counted.
const COMMENTS_MAX: usize = 40;

/// What a follow asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Following {
    Answers,
    Thread,
}

/// A comment as mails show it.
#[derive(Clone, Debug)]
pub struct Spoken {
    /// `None` where no name was given.
    pub name: Option<String>,
    pub badge: Option<Badge>,
    pub at: Timestamp,
    /// The text as it was typed.
    pub text: String,
    /// The text that this one answers.
    pub quote: Option<String>,
    /// The page's title, where a mail holds comments of several pages.
    pub title: Option<String>,
    /// Why it waits; empty when it is published.
    pub held_because: Vec<HoldReason>,
    /// Where to read it, or for the author where to decide.
    pub link: String,
}

/// To a reader: do you want these mails? It holds no word of any comment.
#[derive(Clone, Debug)]
pub struct Confirm {
    pub site: String,
    pub title: Option<String>,
    pub following: Following,
    pub confirm_link: String,
}

/// To a reader: somebody answered, or wrote in a thread that is followed.
#[derive(Clone, Debug)]
pub struct Answer {
    pub site: String,
    pub title: Option<String>,
    pub following: Following,
    /// At least one, oldest first.
    pub comments: Vec<Spoken>,
    pub stop_link: String,
    pub all_link: String,
}

/// To the author: one comment.
#[derive(Clone, Debug)]
pub struct NewComment {
    /// The page's title, or its path where it has none.
    pub title: String,
    pub comment: Spoken,
    /// What the author had asked on the page, when the comment stands below it.
    pub question: Option<String>,
    pub page_link: String,
    pub settings_link: String,
}

/// To the author: several comments.
#[derive(Clone, Debug)]
pub struct Gathered {
    pub site: String,
    pub matter: Matter,
    /// At least one, oldest first; at most 40 are shown.
    pub comments: Vec<Spoken>,
    pub desk_link: String,
    pub settings_link: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// All of them wait for a decision.
    Waiting,
    /// What is new, waiting or not.
    New,
}

/// To the author, at most weekly: who waits for a word.
#[derive(Clone, Debug)]
pub struct Reminder {
    pub site: String,
    /// Those who wrote here for the first time, then the others, oldest first.
    pub waiting: Vec<Waiting>,
    pub desk_link: String,
    pub settings_link: String,
}

#[derive(Clone, Debug)]
pub struct Waiting {
    pub comment: Spoken,
    pub standing: Standing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    FirstTime,
    Known,
}

/// To somebody at the desk: may comments be mailed here?
#[derive(Clone, Debug)]
pub struct StaffConfirm {
    pub site: String,
    pub confirm_link: String,
}

#[derive(Clone, Debug)]
pub enum Letter {
    Confirm(Confirm),
    Answer(Answer),
    NewComment(NewComment),
    Gathered(Gathered),
    Reminder(Reminder),
    StaffConfirm(StaffConfirm),
    /// What `mail-test` sends.
    Test,
}

impl Letter {
    /// The letter in that language; English where there is no catalogue for it.
    pub fn write(&self, lang: &str) -> Result<Written, MailError> {
        let texts = texts(lang);
        let subject = self.subject(texts);
        let draw = |part: Part, templates: &Handlebars<'_>| {
            let mut sheet = self.sheet(&Pen { texts, part });
            sheet["lang"] = json!(texts.lang);
            sheet["dir"] = json!(texts.get("dir"));
            sheet["subject"] = json!(part.foreign(&subject));
            templates.render(TEMPLATE, &sheet).map_err(|error| MailError::Message(format!("template of {part:?}: {error}")))
        };
        Ok(Written { text: draw(Part::Text, &TEXT)?, html: draw(Part::Html, &HTML)?, subject })
    }

    /// Plain text; `Message` cleans and encodes it.
    fn subject(&self, texts: &Texts) -> String {
        let say = |name: &str, places: &[(&str, &str)]| fill(texts.get(name), places, str::to_owned, str::to_owned);
        let count =
            |name: &str, n: usize, places: &[(&str, &str)]| fill(&texts.number(name, n as u64), places, str::to_owned, str::to_owned);
        let wrote = |name: &str, comment: &Spoken, title: &str| match &comment.name {
            Some(who) => say(name, &[("name", who), ("title", title)]),
            None => say(&format!("{name}_nameless"), &[("title", title)]),
        };
        match self {
            Self::Confirm(it) => say("mail.confirm.subject", &[("title", &titled(texts, it.title.as_deref(), &it.site))]),
            Self::Answer(it) => {
                let title = titled(texts, it.title.as_deref(), &it.site);
                match (it.comments.as_slice(), it.following) {
                    ([one], Following::Answers) => wrote("mail.answer.subject", one, &title),
                    ([one], Following::Thread) => wrote("mail.answer.subject_thread", one, &title),
                    (many, _) => count("mail.answer.subjects", many.len(), &[("title", &title)]),
                }
            }
            Self::NewComment(it) => wrote("mail.new.subject", &it.comment, &it.title),
            Self::Gathered(it) => count(it.matter.name(), it.comments.len(), &[("site", &it.site)]),
            Self::Reminder(it) => count("mail.turn.subject", it.waiting.len(), &[("site", &it.site)]),
            Self::StaffConfirm(it) => say("mail.staff.subject", &[("site", &it.site)]),
            Self::Test => say("mail.test.subject", &[]),
        }
    }

    /// What the templates draw: sentences first, comments, sentences after them, one button, and what stands small
    /// below. Every text in it is ready for the pen's part; addresses are bare.
    fn sheet(&self, pen: &Pen<'_>) -> Value {
        match self {
            Self::Confirm(it) => it.sheet(pen),
            Self::Answer(it) => it.sheet(pen),
            Self::NewComment(it) => it.sheet(pen),
            Self::Gathered(it) => it.sheet(pen),
            Self::Reminder(it) => it.sheet(pen),
            Self::StaffConfirm(it) => sheet(
                json!([pen.say("mail.staff.lead", &[("site", &it.site)])]),
                json!([]),
                json!([]),
                pen.link("mail.staff.button", &it.confirm_link),
                json!([note(pen.say("mail.staff.else", &[]))]),
            ),
            Self::Test => {
                sheet(json!([pen.say("mail.test.lead", &[]), pen.say("mail.test.look", &[])]), json!([]), json!([]), Value::Null, json!([]))
            }
        }
    }
}

impl Confirm {
    fn sheet(&self, pen: &Pen<'_>) -> Value {
        let lead = match self.following {
            Following::Answers => "mail.confirm.lead",
            Following::Thread => "mail.confirm.lead_thread",
        };
        let title = titled(pen.texts, self.title.as_deref(), &self.site);
        sheet(
            json!([pen.say(lead, &[("title", &title), ("site", &self.site)])]),
            json!([]),
            json!([]),
            pen.link("mail.confirm.button", &self.confirm_link),
            json!([note(pen.say("mail.confirm.else", &[]))]),
        )
    }
}

impl Answer {
    fn sheet(&self, pen: &Pen<'_>) -> Value {
        let title = titled(pen.texts, self.title.as_deref(), &self.site);
        let shown = &self.comments[..self.comments.len().min(COMMENTS_MAX)];
        let why = match self.following {
            Following::Answers => "mail.answer.why",
            Following::Thread => "mail.answer.why_thread",
        };
        let comments: Vec<Value> = shown.iter().map(|comment| comment.drawn(pen, &comment.text)).collect();
        // One comment is opened by the button, several each by a link of their own.
        let button = shown.first().map(|first| pen.link("mail.answer.button", &first.link));
        let lead = match (shown, self.following) {
            ([one], following) => {
                let name = if following == Following::Answers { "mail.answer.subject" } else { "mail.answer.subject_thread" };
                wrote(pen, name, one, &title)
            }
            (many, _) => pen.count("mail.answer.subjects", many.len().max(self.comments.len()), &[("title", &title)]),
        };
        let comments = if shown.len() > 1 { with_links(comments, shown, pen, "mail.read") } else { comments };
        sheet(
            json!([emphasised(lead)]),
            json!(comments),
            json!([]),
            button.unwrap_or(Value::Null),
            json!([
                note(pen.say(why, &[("site", &self.site)])),
                small(pen, "mail.answer.stop", &self.stop_link),
                small(pen, "mail.answer.all", &self.all_link),
            ]),
        )
    }
}

impl NewComment {
    fn sheet(&self, pen: &Pen<'_>) -> Value {
        let question = self.question.as_ref().map(|question| pen.say("mail.new.question", &[("question", question)]));
        let lead = emphasised(wrote(pen, "mail.new.subject", &self.comment, &self.title));
        sheet(
            json!(std::iter::once(lead).chain(question).collect::<Vec<_>>()),
            json!([self.comment.drawn(pen, &self.comment.text)]),
            json!(held(pen, &self.comment.held_because)),
            pen.link("mail.new.button", &self.comment.link),
            json!([small(pen, "mail.page", &self.page_link), small(pen, "mail.settings", &self.settings_link)]),
        )
    }
}

impl Matter {
    fn name(self) -> &'static str {
        match self {
            Self::Waiting => "mail.many.waiting",
            Self::New => "mail.many.new",
        }
    }
}

impl Gathered {
    fn sheet(&self, pen: &Pen<'_>) -> Value {
        let shown = &self.comments[..self.comments.len().min(COMMENTS_MAX)];
        let comments = shown.iter().map(|comment| comment.drawn(pen, &begin_of(&comment.text, SHORT_CHARACTERS))).collect();
        let more = self.comments.len() - shown.len();
        sheet(
            json!([pen.count(self.matter.name(), self.comments.len(), &[("site", &self.site)])]),
            json!(with_links(comments, shown, pen, "mail.many.open")),
            if more > 0 { json!([pen.count("mail.more", more, &[])]) } else { json!([]) },
            pen.link("mail.desk", &self.desk_link),
            json!([small(pen, "mail.settings", &self.settings_link)]),
        )
    }
}

impl Reminder {
    fn sheet(&self, pen: &Pen<'_>) -> Value {
        let shown = &self.waiting[..self.waiting.len().min(COMMENTS_MAX)];
        let comments = shown.iter().map(|waiting| {
            let comment = &waiting.comment;
            let mut drawn = comment.drawn(pen, &begin_of(&comment.text, SHORT_CHARACTERS));
            if waiting.standing == Standing::FirstTime {
                let name = comment.name.as_deref().unwrap_or(pen.texts.get("nameless"));
                drawn["by"] = json!(pen.say("mail.turn.first", &[("name", name), ("when", &comment.at.words())]));
            }
            drawn["open"] = pen.link("mail.many.open", &comment.link);
            drawn
        });
        let comments: Vec<Value> = comments.collect();
        let more = self.waiting.len() - shown.len();
        sheet(
            json!([pen.count("mail.turn.subject", self.waiting.len(), &[("site", &self.site)])]),
            json!(comments),
            if more > 0 { json!([pen.count("mail.more", more, &[])]) } else { json!([]) },
            pen.link("mail.desk", &self.desk_link),
            json!([note(pen.say("mail.turn.why", &[])), small(pen, "mail.settings", &self.settings_link)]),
        )
    }
}

impl Spoken {
    fn drawn(&self, pen: &Pen<'_>, text: &str) -> Value {
        let name = self.name.as_deref().unwrap_or(pen.texts.get("nameless"));
        let when = self.at.words();
        let by = match self.badge {
            Some(badge) => {
                let badge = pen.texts.get(match badge {
                    Badge::Author => "badge.author",
                    Badge::Moderator => "badge.moderator",
                });
                pen.say("mail.by_badge", &[("name", name), ("badge", badge), ("when", &when)])
            }
            None => pen.say("mail.by", &[("name", name), ("when", &when)]),
        };
        let quote = self.quote.as_ref().map(|quote| lines(pen, &begin_of(quote, QUOTE_CHARACTERS)));
        json!({
            "by": by,
            "on": self.title.as_ref().map(|title| pen.say("mail.on", &[("title", title)])),
            "quoted": quote.as_ref().map(|_| pen.say("mail.quoted", &[])),
            "quote": quote,
            "lines": lines(pen, text),
            "open": null,
        })
    }
}

/// The text line by line. HTML keeps them apart by its style, the text part sets a mark before each.
fn lines(pen: &Pen<'_>, text: &str) -> Vec<String> {
    pen.foreign(text.trim_end()).split('\n').map(str::to_owned).collect()
}

fn with_links(comments: Vec<Value>, shown: &[Spoken], pen: &Pen<'_>, words: &str) -> Vec<Value> {
    let linked = comments.into_iter().zip(shown).map(|(mut drawn, comment)| {
        drawn["open"] = pen.link(words, &comment.link);
        drawn
    });
    linked.collect()
}

fn wrote(pen: &Pen<'_>, name: &str, comment: &Spoken, title: &str) -> String {
    match &comment.name {
        Some(who) => pen.say(name, &[("name", who), ("title", title)]),
        None => pen.say(&format!("{name}_nameless"), &[("title", title)]),
    }
}

/// Why a comment waits, in words for the author.
fn held(pen: &Pen<'_>, reasons: &[HoldReason]) -> Vec<String> {
    let [first, others @ ..] = reasons else { return vec![] };
    let word = |reason: HoldReason| match reason {
        HoldReason::Everything => "mail.held.everything",
        HoldReason::FirstComment => "mail.held.first_comment",
        HoldReason::Links => "mail.held.links",
        HoldReason::HiddenField => "mail.held.hidden_field",
        HoldReason::TooQuick => "mail.held.too_quick",
        HoldReason::Moderator => "mail.held.moderator",
    };
    let begin = format!("{} {}", pen.say("mail.new.held", &[]), pen.say(word(*first), &[]));
    std::iter::once(begin).chain(others.iter().map(|reason| pen.say(word(*reason), &[]))).collect()
}

/// Titles stand between stars where nothing else sets them off; HTML can.
fn emphasised(sentence: String) -> String {
    sentence.replacen("*<bdi>", "<em><bdi>", 1).replacen("</bdi>*", "</bdi></em>", 1)
}

fn titled(texts: &Texts, title: Option<&str>, site: &str) -> String {
    match title {
        Some(title) => title.to_owned(),
        None => fill(texts.get("mail.untitled"), &[("site", site)], str::to_owned, str::to_owned),
    }
}

fn sheet(lead: Value, comments: Value, after: Value, button: Value, small: Value) -> Value {
    json!({ "lead": lead, "comments": comments, "after": after, "button": button, "small": small })
}

fn note(words: String) -> Value {
    json!({ "words": words, "address": null })
}

fn small(pen: &Pen<'_>, name: &str, address: &str) -> Value {
    pen.link(name, address)
}

/// Text is not escaped. In HTML sentences come escaped, because a dot in a stranger's address is an element of ours;
/// addresses are escaped by the template.
static TEXT: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut templates = registry(include_str!("templates/letter.txt.hbs"));
    templates.register_escape_fn(no_escape);
    templates
});
static HTML: LazyLock<Handlebars<'static>> = LazyLock::new(|| registry(include_str!("templates/letter.html.hbs")));

fn registry(source: &str) -> Handlebars<'static> {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    templates.register_template_string(TEMPLATE, source).expect("the templates are part of the program and parse");
    templates
}

const TEMPLATE: &str = "letter";
