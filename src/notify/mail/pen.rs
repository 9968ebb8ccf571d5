//! Writes sentences of the catalogue for one part of a mail, with the words of strangers in their places.

use serde_json::{Value, json};

use crate::notify::mail::foreign::Part;
use crate::render::Texts;

pub struct Pen<'a> {
    pub texts: &'a Texts,
    pub part: Part,
}

impl Pen<'_> {
    /// The sentence of that name. What stands in its places is foreign, and set apart in its own direction of writing.
    pub fn say(&self, name: &str, places: &[(&str, &str)]) -> String {
        self.fill(self.texts.get(name), places)
    }

    /// The sentence for so many things.
    pub fn count(&self, name: &str, n: usize, places: &[(&str, &str)]) -> String {
        self.fill(&self.texts.number(name, n as u64), places)
    }

    fn fill(&self, sentence: &str, places: &[(&str, &str)]) -> String {
        fill(
            sentence,
            places,
            |own| self.part.own(own),
            |foreign| match self.part {
                Part::Text => self.part.foreign(foreign),
                Part::Html => format!("<bdi>{}</bdi>", self.part.foreign(foreign)),
            },
        )
    }

    /// A text of strangers for itself.
    pub fn foreign(&self, text: &str) -> String {
        self.part.foreign(text)
    }

    /// A link of ours, under its words.
    pub fn link(&self, name: &str, address: &str) -> Value {
        json!({ "words": self.say(name, &[]), "address": address })
    }
}

/// Puts values into `{places}` in one pass, so that a value which reads like a place stays what it is.
pub fn fill(sentence: &str, places: &[(&str, &str)], own: impl Fn(&str) -> String, foreign: impl Fn(&str) -> String) -> String {
    let mut filled = String::new();
    let mut rest = sentence;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(&own(before));
        let place = after.split_once('}').and_then(|(name, after)| Some((places.iter().find(|(own, _)| *own == name)?.1, after)));
        match place {
            Some((value, after)) => {
                filled.push_str(&foreign(value));
                rest = after;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled + &own(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_reads_like_a_place_is_not_filled_again() {
        let say = |sentence, places: &[(&str, &str)]| fill(sentence, places, str::to_owned, str::to_owned);
        assert_eq!(say("{name} wrote on *{title}*", &[("name", "{title}"), ("title", "{name}")]), "{title} wrote on *{name}*");
        assert_eq!(say("{name} {none} {", &[("name", "Ada")]), "Ada {none} {");
    }
}
