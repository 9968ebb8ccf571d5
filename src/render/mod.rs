//! Threads as HTML: the same partials for the widget's fragment and for pages without script.
//! Everything is escaped but `Comment.html`, which was cleaned when it was written.

mod courtesies;
mod texts;
mod views;

#[cfg(test)]
mod tests;

use handlebars::Handlebars;
use serde::Serialize;
use serde_json::{Value, json};

use crate::model::{
    AnswerHabit, Comment, CommentId, Courtesies, HoldReason, Page, PageState, Site, Sort, Status, ThreadSlice, Timestamp, limits,
};

pub use courtesies::{AnsweredView, GiveView};
pub use texts::{Texts, texts};

use views::{Drawing, OwnView};

#[derive(Debug, thiserror::Error)]
#[error("rendering failed: {0}")]
pub struct RenderError(String);

/// The templates, read once.
pub struct Renderer {
    templates: Handlebars<'static>,
}

/// Which part of a thread an answer to the widget holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Title, order, the first roots, the form and the texts.
    Whole,
    /// Only the next roots.
    MoreRoots,
    /// Only the next replies of this root.
    MoreReplies(CommentId),
    /// Only the root above this comment, with a window of its replies.
    Around(CommentId),
}

/// Everything a fragment shows.
pub struct FragmentView<'a> {
    pub site: &'a Site,
    /// What receipts and drafts are filed under.
    pub page_key: &'a str,
    /// `None` while nobody has commented there.
    pub page: Option<&'a Page>,
    pub state: PageState,
    pub sort: Sort,
    pub slice: Option<&'a ThreadSlice>,
    pub part: Part,
    pub form_stamp: &'a str,
    pub honeypot: &'a str,
    /// Where the Atom feed of this page is, on this server.
    pub feed: &'a str,
    /// Readers may ask for mail about answers.
    pub mail: bool,
    /// The name of the site's author; empty where none is known.
    pub site_author: &'a str,
    /// What the author asks the readers of this page, and the name it is signed with.
    pub question: Option<(&'a str, &'a str)>,
    /// The comments that were used in the post, with the names of their authors.
    pub thanks: &'a [(CommentId, Option<String>)],
    /// How the author answers, where that is worth telling.
    pub habit: Option<AnswerHabit>,
    pub lang: &'a str,
}

/// Where the links of a page without script lead.
#[derive(Clone, Copy)]
pub struct PageLinks<'a> {
    /// The address of the page with its query begun: further parameters are added behind `&`.
    pub address: &'a str,
    pub takes_replies: bool,
    pub courtesies: Courtesies,
}

/// A refusal, as the widget routes send it.
pub struct Problem<'a> {
    pub code: &'a str,
    pub field: Option<&'a str>,
    pub limit: Option<usize>,
    /// The site's listed origins, for the owner to see which one is missing.
    pub origins: &'a [String],
}

const TEMPLATES: [(&str, &str); 9] = [
    ("article", include_str!("templates/article.hbs")),
    ("comment", include_str!("templates/comment.hbs")),
    ("comments", include_str!("templates/comments.hbs")),
    ("more", include_str!("templates/more.hbs")),
    ("fields", include_str!("templates/fields.hbs")),
    ("fragment", include_str!("templates/fragment.hbs")),
    ("answered", include_str!("templates/answered.hbs")),
    ("give", include_str!("templates/give.hbs")),
    ("thanks", include_str!("templates/thanks.hbs")),
];

impl Renderer {
    pub fn new() -> Result<Self, RenderError> {
        let mut templates = Handlebars::new();
        templates.set_strict_mode(true);
        for (name, source) in TEMPLATES {
            // Line ends are for the people who read templates; between elements they would be nodes.
            let source: String = source.lines().collect();
            templates.register_template_string(name, source).map_err(|error| RenderError(error.to_string()))?;
        }
        Ok(Self { templates })
    }

    pub fn texts(&self, lang: &str) -> &'static Texts {
        texts(lang)
    }

    fn draw(&self, template: &str, view: &impl Serialize) -> Result<String, RenderError> {
        self.templates.render(template, view).map_err(|error| RenderError(error.to_string()))
    }

    /// What `GET /w/{site}/thread` answers.
    pub fn fragment(&self, view: &FragmentView<'_>) -> Result<String, RenderError> {
        let texts = self.texts(view.lang);
        let total = view.page.map_or(0, |page| page.published_count);
        let courtesies = view.site.rules.courtesies;
        let drawing = Drawing { texts, courtesies, links: None, is_window: matches!(view.part, Part::Around(_)) };
        let inside = match view.part {
            Part::MoreReplies(root) => Some(root.0),
            _ => None,
        };
        let roots: Vec<_> = view.slice.iter().flat_map(|slice| &slice.roots).map(|thread| drawing.root(thread, inside)).collect();
        let has_next = matches!(view.part, Part::Whole | Part::MoreRoots);
        let next = view.slice.and_then(|slice| slice.next.as_ref()).filter(|_| has_next).map(|cursor| cursor.encode());
        let sorts: Vec<Value> = [Sort::Oldest, Sort::Newest]
            .map(|sort| json!({"value": sort.word(), "text": texts.get(&format!("sort.{}", sort.word())), "chosen": sort == view.sort}))
            .into();
        self.draw(
            "fragment",
            &json!({
                "lang": texts.lang,
                "dir": texts.get("dir"),
                "page": view.page_key,
                "total": total,
                "state": view.state.word(),
                "sort": view.sort.word(),
                "next": next,
                "whole": view.part == Part::Whole,
                "title": texts.number("title", total),
                "sorts": sorts,
                "closed": (view.state == PageState::Closed).then(|| texts.get("closed")),
                "empty": roots.is_empty().then(|| texts.get("empty")),
                "roots": roots,
                "text": form_texts(texts),
                "mail": view.mail,
                "feed": view.feed,
                "question": courtesies.question.is_on().then(|| courtesies::question(view)),
                "newcomer": courtesies.newcomers.is_on().then(|| courtesies::newcomer(view, self)),
                "asking": courtesies.give_back.is_on().then(|| texts.get("form.asks")),
                "helped": courtesies.helped.is_on().then(|| texts.get("this_helped")),
                "thanks": courtesies.thanks.is_on().then(|| courtesies::thanks(view.thanks, None, texts)),
                "text_max": limits::TEXT_CHARS_MAX,
                "stamp": view.form_stamp,
                "honeypot": view.honeypot,
                "privacy_url": view.site.rules.privacy_url,
                "texts": texts.for_widget(),
            }),
        )
    }

    /// The `<li>` elements of a slice, for a page that works without script.
    pub fn comments(&self, slice: &ThreadSlice, part: Part, links: PageLinks<'_>, lang: &str) -> Result<String, RenderError> {
        let drawing = Drawing {
            texts: self.texts(lang),
            courtesies: links.courtesies,
            links: Some(links),
            is_window: matches!(part, Part::Around(_)),
        };
        let inside = match part {
            Part::MoreReplies(root) => Some(root.0),
            _ => None,
        };
        let roots: Vec<_> = slice.roots.iter().map(|thread| drawing.root(thread, inside)).collect();
        self.draw("comments", &json!({ "roots": roots }))
    }

    /// A comment as its author gets it: with its status, its receipt, why it waits, and the text as sent.
    /// A withdrawn one has nothing in it.
    pub fn own_article(&self, site: &Site, comment: &Comment, receipt: &str, lang: &str) -> Result<String, RenderError> {
        let texts = self.texts(lang);
        let mut view = Drawing { texts, courtesies: site.rules.courtesies, links: None, is_window: false }.comment(comment);
        let is_gone = matches!(comment.status, Status::Withdrawn | Status::Removed);
        if !is_gone {
            view.show();
        }
        view.own = Some(OwnView {
            status: comment.status.word(),
            receipt,
            edit_until: comment.edit_until(site.rules.edit_minutes).to_string(),
            held: comment.held_because.iter().map(|reason| reason.word()).collect::<Vec<_>>().join(" "),
            held_note: held_note(texts, comment),
            parent: comment.parent.map(|id| id.0),
            root: comment.root.0,
            // HTML parsers drop a line end that directly follows the opening tag.
            source: format!("\n{}", comment.source),
        });
        self.draw("article", &view)
    }

    /// What `POST /w/{site}/mine` answers. `now` lets the widget count edit windows by the server's clock.
    pub fn own_articles(
        &self,
        site: &Site,
        own: &[(Comment, String)],
        answered: Option<&AnsweredView<'_>>,
        lang: &str,
        now: Timestamp,
    ) -> Result<String, RenderError> {
        let articles: Result<String, _> = own.iter().map(|(comment, receipt)| self.own_article(site, comment, receipt, lang)).collect();
        let answered = answered.map(|answered| self.answered(answered, lang)).transpose()?.unwrap_or_default();
        Ok(format!("<section data-now=\"{now}\">{answered}{}</section>", articles?))
    }

    /// What `POST /w/{site}/preview` answers, from HTML that `markup` has cleaned.
    pub fn preview(&self, html: &str) -> String {
        format!("<div class=\"body\" dir=\"auto\">{html}</div>")
    }

    /// What a refused request of the widget gets.
    pub fn problem(&self, problem: &Problem<'_>, lang: &str) -> String {
        let escape = handlebars::html_escape;
        let attribute = |name: &str, value: &str| format!(" data-{name}=\"{}\"", escape(value));
        let field = problem.field.map(|field| attribute("field", field)).unwrap_or_default();
        let origins = if problem.origins.is_empty() { String::new() } else { attribute("origins", &problem.origins.join(",")) };
        let sentence = escape(&self.texts(lang).sentence(problem.code, problem.limit));
        format!("<p{}{field}{origins}>{sentence}</p>", attribute("code", problem.code))
    }
}

fn form_texts(texts: &Texts) -> Value {
    json!({
        "sort": texts.get("sort"),
        "reply": texts.get("reply"),
        "edit": texts.get("edit"),
        "delete": texts.get("delete"),
        "draft": texts.get("form.draft"),
        "discard": texts.get("form.discard"),
        "cancel": texts.get("form.cancel"),
        "text": texts.get("form.text"),
        "name": texts.get("form.name"),
        "website": texts.get("form.website"),
        "optional": texts.get("form.optional"),
        "trap": texts.get("form.trap"),
        "send": texts.get("form.send"),
        "preview": texts.get("form.preview"),
        "markdown": texts.get("form.markdown"),
        "privacy": texts.get("form.privacy"),
        "privacy_link": texts.get("form.privacy_link"),
        "privacy_mail": texts.get("form.privacy_mail"),
        "tell_me": texts.get("form.tell_me"),
        "tell_nothing": texts.get("form.tell_nothing"),
        "tell_answers": texts.get("form.tell_answers"),
        "tell_thread": texts.get("form.tell_thread"),
        "email": texts.get("form.email"),
        "unshown": texts.get("form.unshown"),
        "follow": texts.get("follow"),
        "by_mail": texts.get("follow.by_mail"),
        "by_feed": texts.get("follow.by_feed"),
        "as_author": texts.get("as_author"),
    })
}

/// Why this comment waits, in sentences; `None` for one that does not.
fn held_note(texts: &Texts, comment: &Comment) -> Option<String> {
    let reasons = comment.held_because.iter().map(|reason| held_sentence(texts, *reason));
    (comment.status == Status::Pending).then(|| std::iter::once(texts.get("held")).chain(reasons).collect::<Vec<_>>().join(" "))
}

fn held_sentence(texts: &Texts, reason: HoldReason) -> &str {
    texts.get(match reason {
        HoldReason::Everything => "held.everything_waits",
        HoldReason::FirstComment => "held.first_comment",
        HoldReason::Links => "held.links",
        HoldReason::HiddenField => "held.hidden_field",
        HoldReason::TooQuick => "held.too_quick",
        HoldReason::Moderator => "held.moderator",
    })
}
