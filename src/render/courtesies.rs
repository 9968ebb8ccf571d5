//! The small things around a thread that make people answer each other, in words.

use serde_json::{Value, json};

use crate::model::{AnswerHabit, Comment, CommentId, Span, Status};

use super::{
    FragmentView, PageLinks, RenderError, Renderer, Texts,
    views::{Drawing, NameView},
};

/// Somebody answered this visitor, on whatever page of the site.
pub struct AnsweredView<'a> {
    /// The newest answer.
    pub id: CommentId,
    /// Who wrote it; `None` for somebody without a name.
    pub name: Option<&'a str>,
    /// The title of its page; empty where it has none.
    pub title: &'a str,
    /// Where it stands: the page's address with the comment's anchor.
    pub address: &'a str,
    /// How many answers there are in all.
    pub answers: u32,
}

/// A question that nobody has answered, for somebody who has just written.
pub struct GiveView<'a> {
    pub name: Option<&'a str>,
    pub address: &'a str,
    /// How many midnights ago; at least 1.
    pub days: u64,
}

impl Renderer {
    /// The line that tells somebody of an answer, with the button that dismisses it.
    pub fn answered(&self, answered: &AnsweredView<'_>, lang: &str) -> Result<String, RenderError> {
        let texts = self.texts(lang);
        let name = answered.name.unwrap_or(texts.get("somebody"));
        let which = if answered.title.is_empty() { "answered_untitled" } else { "answered" };
        // Names and titles go in last and together, so that none is searched for places of the other.
        let text = texts.number(which, answered.answers.into());
        let text = fill(&text, &[("{name}", name), ("{title}", answered.title)]);
        let view = json!({ "lang": texts.lang, "dir": texts.get("dir"), "id": answered.id.0, "address": answered.address, "text": text, "dismiss": texts.get("dismiss") });
        self.draw("answered", &view)
    }

    /// The line that asks somebody who has just written to help somebody else.
    pub fn give(&self, give: &GiveView<'_>, lang: &str) -> Result<String, RenderError> {
        let texts = self.texts(lang);
        let count = format!("count.{}", give.days);
        let days = if texts.has(&count) { texts.get(&count).to_owned() } else { give.days.to_string() };
        let form = if give.days == 1 { "give.one" } else { "give.other" };
        let text = texts.get(form).replace("{n}", &days);
        let name = NameView::new(&text, give.name.unwrap_or(texts.get("somebody")), None);
        self.draw("give", &json!({ "before": name.before, "name": name.name, "after": name.after, "address": give.address }))
    }

    /// A sentence of its own, as the widget shows it.
    pub fn note(&self, sentence: &str) -> String {
        format!("<p class=\"note\">{}</p>", handlebars::html_escape(sentence))
    }

    /// Who said that this answer helped, or the empty place of that.
    pub fn helped(&self, answer: &Comment, lang: &str) -> String {
        let texts = self.texts(lang);
        let name = answer.parent_name.as_deref().unwrap_or(texts.get("somebody"));
        let text = answer.helped_at.map(|_| NameView::new(texts.get("helped"), name, None));
        let escape = handlebars::html_escape;
        let words = text.map(|text| format!("{}<bdi>{}</bdi>{}", escape(text.before), escape(text.name), escape(text.after)));
        format!("<p class=\"helped\"{}>{}</p>", if words.is_some() { "" } else { " hidden" }, words.unwrap_or_default())
    }

    /// A comment by itself, for a page without script; nothing of one that is not published.
    pub fn article(&self, comment: &Comment, links: PageLinks<'_>, lang: &str) -> Result<String, RenderError> {
        let texts = self.texts(lang);
        let drawing = Drawing { texts, courtesies: links.courtesies, links: Some(links), is_window: false };
        if comment.status == Status::Published { self.draw("article", &drawing.comment(comment)) } else { Ok(String::new()) }
    }

    /// Whom the author thanks, for a page without script whose address has its query begun. `None` for nobody.
    pub fn thanks(&self, thanked: &[(CommentId, Option<String>)], address: &str, lang: &str) -> Result<Option<String>, RenderError> {
        let view = thanks(thanked, Some(address), self.texts(lang));
        if view.is_null() { Ok(None) } else { self.draw("thanks", &json!({ "thanks": view })).map(Some) }
    }

    /// What a newcomer reads once: that no account is needed, how long a comment can be changed, and how the author
    /// answers.
    pub fn newcomer(&self, edit_minutes: u32, author: &str, habit: Option<AnswerHabit>, lang: &str) -> String {
        let texts = self.texts(lang);
        let edit = (edit_minutes > 0).then(|| texts.number("newcomer.edit", edit_minutes.into()));
        let habit = habit.map(|habit| {
            let (answered, asked) = (habit.answered.to_string(), habit.asked.to_string());
            let time = match habit.within {
                Span::Minutes(n) => texts.number("span.minutes", n),
                Span::Hours(n) => texts.number("span.hours", n),
                Span::Days(n) => texts.number("span.days", n),
            };
            let places = [("{author}", author), ("{answered}", &answered), ("{asked}", &asked), ("{time}", &time)];
            fill(texts.get("newcomer.habit"), &places)
        });
        [Some(texts.get("newcomer").to_owned()), edit, habit].into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// Puts values in their places, in one pass: what a value holds is never taken for a place.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text;
    while let Some((at, place, value)) =
        values.iter().filter_map(|(place, value)| Some((rest.find(place)?, place, value))).min_by_key(|(at, ..)| *at)
    {
        filled.push_str(&rest[..at]);
        filled.push_str(value);
        rest = &rest[at + place.len()..];
    }
    filled + rest
}

/// The place of the author's question above the box. Without a text the page itself may put one in.
pub fn question(view: &FragmentView<'_>) -> Value {
    let (text, by) = view.question.unwrap_or(("", view.site_author));
    json!({ "text": text, "by": by })
}

pub fn newcomer(view: &FragmentView<'_>, renderer: &Renderer) -> String {
    renderer.newcomer(view.site.rules.edit_minutes, view.site_author, view.habit, view.lang)
}

/// The names in the thanks, with the words between them; nothing for none. Each leads to its comment, in the page
/// without script at that address or else where the list stands.
pub fn thanks(thanked: &[(CommentId, Option<String>)], address: Option<&str>, texts: &Texts) -> Value {
    if thanked.is_empty() {
        return Value::Null;
    }
    let (before, after) = texts.get("thanks").split_once("{names}").unwrap_or_default();
    let last = thanked.len() - 1;
    let names: Vec<Value> = thanked
        .iter()
        .enumerate()
        .map(|(index, (id, name))| {
            let between = match index {
                0 => "",
                _ if index == last => texts.get("thanks.last"),
                _ => texts.get("thanks.between"),
            };
            let around = address.map(|address| format!("{address}&around={id}")).unwrap_or_default();
            json!({ "id": id.0, "around": around, "name": name.as_deref().unwrap_or(texts.get("somebody")), "before": between })
        })
        .collect();
    json!({ "before": before, "names": names, "after": after })
}
