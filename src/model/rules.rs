//! The rules of one site. They live in the database and change without a restart.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    pub moderation: Moderation,
    /// How long an author may edit a published comment, in minutes.
    pub edit_minutes: u32,
    /// Days after a page's first comment until it takes no more; 0 keeps pages open.
    pub close_days: u32,
    /// The query parameters that tell pages apart; `None` keeps all but the known tracking parameters.
    pub significant_params: Option<Vec<String>>,
    pub votes: Votes,
    pub images: Images,
    pub submit_limits: SubmitLimits,
    /// Where the line under the form leads people who want to know what is kept.
    pub privacy_url: Option<String>,
    pub courtesies: Courtesies,
    /// Readers may ask for mail about answers, where the server has mail.
    pub follows: Switch,
}

/// The small things that make people answer each other; each can be switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Courtesies {
    /// The author's question above the box.
    pub question: Switch,
    /// At most one mail a week about people who wait for the author's word.
    pub turn_reminder: Switch,
    /// People may say that an answer helped them.
    pub helped: Switch,
    /// A word to newcomers, and to who answers one.
    pub newcomers: Switch,
    /// Who has just been published may be asked to help somebody whose question nobody answered.
    pub give_back: Switch,
    /// Comments that were used in the post are named in it.
    pub thanks: Switch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    Off,
    On,
}

impl Switch {
    pub fn is_on(self) -> bool {
        self == Self::On
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Off, Self::On].into_iter().find(|switch| switch.to_string() == word)
    }
}

/// Who waits for a moderator before being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moderation {
    /// Nobody.
    None,
    /// Whoever has no approved comment here yet.
    First,
    /// Comments with more than two links.
    Links,
    /// Everybody.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Votes {
    Off,
    Up,
    UpDown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Images {
    Off,
    On,
}

/// How many comments one person may submit, in two windows that must both have room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubmitLimits {
    /// Comments in ten seconds.
    pub in_10_seconds: u32,
    /// Comments in ten minutes.
    pub in_10_minutes: u32,
}

/// A rule that was given a name or value it cannot have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {problem}")]
pub struct RuleError {
    pub name: String,
    pub problem: String,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            moderation: Moderation::None,
            edit_minutes: 15,
            close_days: 0,
            significant_params: None,
            votes: Votes::Up,
            images: Images::Off,
            submit_limits: SubmitLimits { in_10_seconds: 1, in_10_minutes: 5 },
            privacy_url: None,
            courtesies: Courtesies {
                question: Switch::On,
                turn_reminder: Switch::On,
                helped: Switch::On,
                newcomers: Switch::On,
                give_back: Switch::On,
                thanks: Switch::On,
            },
            follows: Switch::On,
        }
    }
}

impl Rules {
    /// Every rule's name, in the order people read them.
    pub const NAMES: [&str; 16] = [
        "moderation",
        "edit_minutes",
        "close_days",
        "significant_params",
        "votes",
        "images",
        "submits_in_10_seconds",
        "submits_in_10_minutes",
        "privacy_url",
        "follows",
        "question",
        "turn_reminder",
        "helped",
        "newcomers",
        "give_back",
        "thanks",
    ];

    /// Sets one rule from its text form. An empty text gives the default back.
    pub fn set(&mut self, name: &str, text: &str) -> Result<(), RuleError> {
        let text = text.trim();
        let refuse = |problem: String| RuleError { name: name.to_owned(), problem };
        if text.is_empty() {
            match name {
                "significant_params" => self.significant_params = None,
                "privacy_url" => self.privacy_url = None,
                _ => return self.set(name, &Self::default().get(name).ok_or_else(|| unknown(name))?),
            }
            return Ok(());
        }
        let number = |most: u32| match text.parse::<u32>() {
            Ok(n) if n <= most => Ok(n),
            _ => Err(refuse(format!("takes a whole number from 0 to {most}"))),
        };
        let at_least_one = |most: u32| match text.parse::<u32>() {
            Ok(n) if (1..=most).contains(&n) => Ok(n),
            _ => Err(refuse(format!("takes a whole number from 1 to {most}"))),
        };
        match name {
            "moderation" => {
                self.moderation = match text {
                    "none" => Moderation::None,
                    "first" => Moderation::First,
                    "links" => Moderation::Links,
                    "all" => Moderation::All,
                    _ => return Err(refuse("is none, first, links or all".into())),
                }
            }
            "edit_minutes" => self.edit_minutes = number(10_080)?,
            "close_days" => self.close_days = number(36_500)?,
            "significant_params" => {
                let names: Vec<String> = text.split([',', ' ']).filter(|n| !n.is_empty()).map(str::to_owned).collect();
                if names.len() > 20 || names.iter().any(|n| n.len() > 64) {
                    return Err(refuse("takes at most 20 names of at most 64 bytes, separated by commas".into()));
                }
                self.significant_params = Some(names);
            }
            "votes" => {
                self.votes = match text {
                    "off" => Votes::Off,
                    "up" => Votes::Up,
                    "updown" => Votes::UpDown,
                    _ => return Err(refuse("is off, up or updown".into())),
                }
            }
            "images" => {
                self.images = match text {
                    "off" => Images::Off,
                    "on" => Images::On,
                    _ => return Err(refuse("is off or on".into())),
                }
            }
            "submits_in_10_seconds" => self.submit_limits.in_10_seconds = at_least_one(1000)?,
            "submits_in_10_minutes" => self.submit_limits.in_10_minutes = at_least_one(10_000)?,
            "privacy_url" => {
                let url = url::Url::parse(text).ok().filter(|u| matches!(u.scheme(), "http" | "https"));
                self.privacy_url = Some(url.ok_or_else(|| refuse("is an http or https address".into()))?.into());
            }
            _ => {
                let switch = self.switch(name).ok_or_else(|| unknown(name))?;
                *switch = Switch::from_word(text).ok_or_else(|| refuse("is off or on".into()))?;
            }
        }
        Ok(())
    }

    fn switch(&mut self, name: &str) -> Option<&mut Switch> {
        let courtesies = &mut self.courtesies;
        Some(match name {
            "follows" => &mut self.follows,
            "question" => &mut courtesies.question,
            "turn_reminder" => &mut courtesies.turn_reminder,
            "helped" => &mut courtesies.helped,
            "newcomers" => &mut courtesies.newcomers,
            "give_back" => &mut courtesies.give_back,
            "thanks" => &mut courtesies.thanks,
            _ => return None,
        })
    }

    /// The text form of one rule; `None` when no rule has that name. An unset list or address reads as empty.
    pub fn get(&self, name: &str) -> Option<String> {
        Some(match name {
            "moderation" => self.moderation.to_string(),
            "edit_minutes" => self.edit_minutes.to_string(),
            "close_days" => self.close_days.to_string(),
            "significant_params" => self.significant_params.as_deref().unwrap_or_default().join(","),
            "votes" => self.votes.to_string(),
            "images" => self.images.to_string(),
            "submits_in_10_seconds" => self.submit_limits.in_10_seconds.to_string(),
            "submits_in_10_minutes" => self.submit_limits.in_10_minutes.to_string(),
            "privacy_url" => self.privacy_url.clone().unwrap_or_default(),
            _ => self.clone().switch(name)?.to_string(),
        })
    }
}

fn unknown(name: &str) -> RuleError {
    RuleError { name: name.to_owned(), problem: format!("is not a rule; the rules are {}", Rules::NAMES.join(", ")) }
}

macro_rules! words {
    ($($kind:ident { $($variant:ident = $word:literal),* })*) => {$(
        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),* })
            }
        }
    )*};
}

words! {
    Moderation { None = "none", First = "first", Links = "links", All = "all" }
    Votes { Off = "off", Up = "up", UpDown = "updown" }
    Images { Off = "off", On = "on" }
    Switch { Off = "off", On = "on" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_takes_back_what_it_shows() {
        let mut rules = Rules {
            privacy_url: Some("https://blog.example/privacy".into()),
            significant_params: Some(vec!["p".into()]),
            ..Rules::default()
        };
        for name in Rules::NAMES {
            let text = rules.get(name).unwrap();
            let before = rules.clone();
            rules.set(name, &text).unwrap();
            assert_eq!(rules, before, "{name}");
        }
    }

    #[test]
    fn an_empty_text_gives_the_default_back() {
        let mut rules =
            Rules { moderation: Moderation::All, privacy_url: Some("https://a.example/".into()), edit_minutes: 1, ..Rules::default() };
        for name in Rules::NAMES {
            rules.set(name, "").unwrap();
        }
        assert_eq!(rules, Rules::default());
    }

    #[test]
    fn what_a_rule_cannot_be_is_refused_by_name() {
        let mut rules = Rules::default();
        for (name, text) in [
            ("moderation", "some"),
            ("edit_minutes", "-1"),
            ("edit_minutes", "10081"),
            ("votes", "down"),
            ("privacy_url", "javascript:x"),
            ("submits_in_10_seconds", "0"),
            ("color", "red"),
            ("color", ""),
        ] {
            assert_eq!(rules.set(name, text).unwrap_err().name, name);
        }
        assert_eq!(rules, Rules::default());
    }
}
