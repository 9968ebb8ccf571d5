//! The small things around a thread that make people answer each other, in words.

use serde_json::{Value, json};

use crate::model::CommentId;

use super::{FragmentView, RenderError, Renderer, Texts, views::NameView};

/// How the author answered readers lately; told only where it is worth telling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habit {
    pub answered: u32,
    pub of: u32,
    /// Half of the answers came within so many hours, rounded up.
    pub hours: u32,
}

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
    pub days: u64,
}

/// Names in the thanks; more would be a list of their own.
const THANKED_MAX: usize = 50;

impl Renderer {
    /// The line that tells somebody of an answer, with the button that dismisses it.
    pub fn answered(&self, answered: &AnsweredView<'_>, lang: &str) -> Result<String, RenderError> {
        let texts = self.texts(lang);
        let name = answered.name.unwrap_or(texts.get("nameless"));
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
        let text = texts.number("give", give.days);
        let name = NameView::new(&text, give.name.unwrap_or(texts.get("nameless")), None);
        self.draw("give", &json!({ "before": name.before, "name": name.name, "after": name.after, "address": give.address }))
    }

    /// A sentence of its own, as the widget shows it.
    pub fn note(&self, sentence: &str) -> String {
        format!("<p class=\"note\">{}</p>", handlebars::html_escape(sentence))
    }

    /// Who said that an answer helped, or the empty place of that.
    pub fn helped(&self, name: Option<&str>, lang: &str) -> String {
        let text = name.map(|name| NameView::new(self.texts(lang).get("helped"), name, None));
        let escape = handlebars::html_escape;
        let words = text.map(|text| format!("{}<bdi>{}</bdi>{}", escape(text.before), escape(text.name), escape(text.after)));
        format!("<p class=\"helped\">{}</p>", words.unwrap_or_default())
    }

    /// What a newcomer reads once: that no account is needed, how long a comment can be changed, and how the author
    /// answers.
    pub fn newcomer(&self, edit_minutes: u32, author: &str, habit: Option<Habit>, lang: &str) -> String {
        let texts = self.texts(lang);
        let edit = (edit_minutes > 0).then(|| texts.number("newcomer.edit", edit_minutes.into()));
        let habit = habit.map(|habit| {
            let (answered, of) = (habit.answered.to_string(), habit.of.to_string());
            let name = if author.is_empty() { texts.get("newcomer.author") } else { author };
            fill(&texts.number("newcomer.habit", habit.hours.max(1).into()), &[("{name}", name), ("{answered}", &answered), ("{of}", &of)])
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

pub fn thanks<'a>(view: &FragmentView<'a>, texts: &'a Texts) -> Value {
    let names = &view.thanks[..view.thanks.len().min(THANKED_MAX)];
    if names.is_empty() {
        return Value::Null;
    }
    let (before, after) = texts.get("thanks").split_once("{names}").unwrap_or_default();
    let last = names.len() - 1;
    let names: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(index, (id, name))| {
            let between = match index {
                0 => "",
                _ if index == last => texts.get("thanks.last"),
                _ => texts.get("thanks.between"),
            };
            json!({ "id": id.0, "name": name.as_deref().unwrap_or(texts.get("nameless")), "before": between })
        })
        .collect();
    json!({ "before": before, "names": names, "after": after })
}
