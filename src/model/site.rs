//! A site: who embeds us, from which origins, under which rules.

use std::{fmt, str::FromStr};

use super::{Origin, Rules, SiteId, Timestamp};

#[derive(Clone, Debug)]
pub struct Site {
    pub id: SiteId,
    pub key: SiteKey,
    /// Shown to people: in feeds, mails and at the desk.
    pub name: String,
    /// All of them name one place; the first one is used where a single address is needed.
    pub origins: Vec<Origin>,
    pub rules: Rules,
    /// Raised by every change of name, origins or rules.
    pub version: i64,
    pub created_at: Timestamp,
}

impl Site {
    /// True when `origin` is listed, or its http/https or www variant is.
    pub fn lists(&self, origin: &Origin) -> bool {
        self.origins.iter().any(|listed| listed.is_same_place(origin))
    }
}

/// The name of a site in addresses: 1 to 40 of `a-z 0-9 -`, beginning and ending with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SiteKey(String);

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("a site key is 1 to 40 of a-z, 0-9 and -, beginning and ending with a letter or digit")]
pub struct SiteKeyError;

impl SiteKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for SiteKey {
    type Err = SiteKeyError;

    fn from_str(text: &str) -> Result<Self, SiteKeyError> {
        let allowed = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let edges = !text.starts_with('-') && !text.ends_with('-');
        if allowed && edges && (1..=40).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(SiteKeyError) }
    }
}

impl fmt::Display for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_key_is_short_lower_case_and_plain() {
        for right in ["a", "my-blog", "2012"] {
            assert!(right.parse::<SiteKey>().is_ok(), "{right}");
        }
        for wrong in ["", "-a", "a-", "A", "a_b", "a/b", "ä", &"a".repeat(41)] {
            assert_eq!(wrong.parse::<SiteKey>(), Err(SiteKeyError), "{wrong}");
        }
    }
}
