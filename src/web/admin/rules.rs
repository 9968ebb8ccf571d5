//! The rules of a site as a form: each with what it means, its error at its field, and its command.

use serde::Serialize;

use crate::actions::{self, SiteChange};
use crate::error::Error;
use crate::model::{Rules, Site};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::Ask,
    notice::{Deed, Notice},
    queue::site_address,
    templates::Template,
};
use crate::web::assets::{pinned_script_tag, script_tag};

/// How a rule is shown.
struct Shown {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    kind: Kind,
}

enum Kind {
    Words,
    Lines,
    Number,
    /// Each choice with what it means.
    Choice(&'static [(&'static str, &'static str)]),
}

const SHOWN: &[Shown] = &[
    Shown { name: "name", label: "Name of the site", hint: "People read it at the desk and in feeds.", kind: Kind::Words },
    Shown {
        name: "origins",
        label: "Origins",
        hint: "Where the site lives, one a line, like https://blog.example. Only pages of these origins can take comments; \
               www and http variants count as the same.",
        kind: Kind::Lines,
    },
    Shown {
        name: "moderation",
        label: "Who waits before being read",
        hint: "Whatever you choose, you can remove a comment at any time.",
        kind: Kind::Choice(&[
            ("none", "Nobody: comments appear at once"),
            ("first", "Everybody’s first comment"),
            ("links", "Comments with more than two links"),
            ("all", "Every comment"),
        ]),
    },
    Shown {
        name: "edit_minutes",
        label: "Minutes to edit",
        hint: "How long readers can change a published comment, from 0 to 10080 (a week). They can take it back at any time.",
        kind: Kind::Number,
    },
    Shown {
        name: "close_days",
        label: "Days until a page closes",
        hint: "Counted from a page’s first comment. 0 keeps pages open.",
        kind: Kind::Number,
    },
    Shown {
        name: "significant_params",
        label: "Query parameters that tell pages apart",
        hint: "Separated by commas, like p,id. Empty: all count, except those that only track where readers came from.",
        kind: Kind::Words,
    },
    Shown {
        name: "votes",
        label: "Votes",
        hint: "Kept for the version in which readers can vote; it changes nothing in this one.",
        kind: Kind::Choice(&[("off", "Off"), ("up", "Up"), ("updown", "Up and down")]),
    },
    Shown {
        name: "images",
        label: "Images in comments",
        hint: "Kept for the version that can show them safely; in this one they are never shown.",
        kind: Kind::Choice(&[("off", "Off"), ("on", "On")]),
    },
    Shown {
        name: "submits_in_10_seconds",
        label: "Comments of one person in 10 seconds",
        hint: "More than this is told to wait. From 1 to 1000.",
        kind: Kind::Number,
    },
    Shown {
        name: "submits_in_10_minutes",
        label: "Comments of one person in 10 minutes",
        hint: "More than this is told to wait. From 1 to 10000.",
        kind: Kind::Number,
    },
    Shown {
        name: "privacy_url",
        label: "Address of your privacy page",
        hint: "The line under the form leads there. Empty: the line stands without a link.",
        kind: Kind::Words,
    },
    Shown {
        name: "follows",
        label: "Mail about answers",
        hint: "Readers may ask to hear of answers by mail; each address is asked for its consent once.",
        kind: SWITCH,
    },
    Shown { name: "question", label: "Your question", hint: "What you ask the readers of a page stands above their box.", kind: SWITCH },
    Shown {
        name: "turn_reminder",
        label: "A weekly reminder of people who wait for your word",
        hint: "At most one mail a week, and none while nobody waits.",
        kind: SWITCH,
    },
    Shown { name: "helped", label: "“This helped”", hint: "Whoever was answered may say so under the answer.", kind: SWITCH },
    Shown {
        name: "newcomers",
        label: "A hand for newcomers",
        hint: "A first-timer reads how things go here; whoever answers one is told that it is their first comment.",
        kind: SWITCH,
    },
    Shown {
        name: "give_back",
        label: "Give one back",
        hint: "After their own comment, readers may be asked to help somebody whose question nobody has answered.",
        kind: SWITCH,
    },
    Shown {
        name: "thanks",
        label: "Thanks in the post",
        hint: "Comments you mark as used are named where your post says so.",
        kind: SWITCH,
    },
];

const SWITCH: Kind = Kind::Choice(&[("on", "On"), ("off", "Off")]);

#[derive(Serialize)]
struct RulesPage {
    address: String,
    site_key: String,
    tag: String,
    pinned_tag: String,
    saved: bool,
    failed: bool,
    fields: Vec<Field>,
}

#[derive(Serialize)]
struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
    lines: bool,
    number: bool,
    choices: Option<Vec<Choice>>,
    error: Option<String>,
    command: String,
}

#[derive(Serialize)]
struct Choice {
    value: &'static str,
    label: &'static str,
    chosen: bool,
}

impl Field {
    fn new(site: &Site, shown: &Shown, value: String, error: Option<String>) -> Self {
        let choices = match shown.kind {
            Kind::Choice(choices) => {
                Some(choices.iter().map(|(word, label)| Choice { value: word, label, chosen: *word == value }).collect())
            }
            _ => None,
        };
        Self {
            name: shown.name,
            label: shown.label,
            hint: shown.hint,
            lines: matches!(shown.kind, Kind::Lines),
            number: matches!(shown.kind, Kind::Number),
            choices,
            error,
            command: format!(
                "rejoinder site set {} {}",
                site.key,
                shell_word(&format!("{}={}", shown.name, stored(site, shown.name).replace('\n', ",")))
            ),
            value,
        }
    }
}

/// In quotes where a shell would read more than one word.
fn shell_word(word: &str) -> String {
    let plain = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=_-.,:/".contains(&byte));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

fn stored(site: &Site, name: &str) -> String {
    match name {
        "name" => site.name.clone(),
        "origins" => site.origins.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        rule => site.rules.get(rule).unwrap_or_default(),
    }
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    Ok(draw(ask, None)?.into())
}

fn draw(ask: &Ask, error: Option<&Error>) -> Result<Page, Error> {
    let on = ask.on_site()?;
    let problem = |name: &str| match error {
        Some(Error::Rule(wrong)) if wrong.name == name => Some(format!("This {}.", wrong.problem)),
        _ => None,
    };
    let value = |name: &str| match error {
        Some(_) => ask.form.get(name).unwrap_or_default().to_owned(),
        None => stored(&on.site, name),
    };
    let page = RulesPage {
        address: site_address(ask, on),
        site_key: on.site.key.to_string(),
        tag: script_tag(&ask.own_url(), on.site.key.as_str()),
        pinned_tag: pinned_script_tag(&ask.own_url(), on.site.key.as_str()),
        saved: Notice::read(ask).is_some_and(|notice| notice.deed == Deed::Saved),
        failed: error.is_some(),
        fields: SHOWN.iter().map(|shown| Field::new(&on.site, shown, value(shown.name), problem(shown.name))).collect(),
    };
    let page = Page::new(Template::Rules, format!("Rules of {}", on.site.name), page)?.at("rules");
    Ok(match error {
        Some(error) => page.because_of(error),
        None => page,
    })
}

/// Takes the rules that the form holds; what it does not hold stays as it is.
pub fn save(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let names = ["name", "origins"].into_iter().chain(Rules::NAMES).filter(|name| ask.form.has(name));
    let values = names.map(|name| (name.to_owned(), ask.form.get(name).unwrap_or_default().to_owned())).collect();
    match actions::change_site(ask.app(), &on.site, &SiteChange { values }) {
        Ok(_) => {
            let done = Notice { deed: Deed::Saved, id: on.site.id.0, undo: None }.encode(ask);
            Ok(see_other(format!("{}rules?done={done}", site_address(ask, on))))
        }
        Err(error @ Error::Rule(_)) => Ok(draw(ask, Some(&error))?.into()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_of_a_site_stands_on_the_page_once() {
        let expected: Vec<&str> = ["name", "origins"].into_iter().chain(Rules::NAMES).collect();
        let shown: Vec<&str> = SHOWN.iter().map(|shown| shown.name).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn every_choice_is_a_value_the_rule_takes() {
        for shown in SHOWN {
            let Kind::Choice(choices) = shown.kind else { continue };
            for (word, _) in choices {
                Rules::default().set(shown.name, word).unwrap();
            }
        }
    }

    #[test]
    fn a_command_is_one_word_to_the_shell() {
        assert_eq!(shell_word("origins=https://a.example,https://b.example"), "origins=https://a.example,https://b.example");
        assert_eq!(shell_word("name=Ada's blog; rm -rf /"), "'name=Ada'\\''s blog; rm -rf /'");
    }
}
