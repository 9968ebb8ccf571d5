//! Links: which addresses may be linked, which stand bare in a text, and what a link must show of where it leads.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use unicode_normalization::UnicodeNormalization;
use unicode_security::skeleton;
use url::{Host, Url};

use crate::model::{is_control, is_unseen};

/// Longer addresses stay text.
const ADDRESS_BYTES_MAX: usize = 2048;

/// The address, if a comment may link it: http, https or mailto, in full, and without a user name, which only
/// serves to look like a host.
pub fn allowed_url(address: &str) -> Option<Url> {
    if address.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let mut url = Url::parse(address).ok()?;
    match url.scheme() {
        "http" | "https" => {
            url.set_username("").ok()?;
            url.set_password(None).ok()?;
            Some(url)
        }
        "mailto" => Some(url),
        _ => None,
    }
}

/// An address standing bare in a text.
pub struct BareLink {
    pub span: Range<usize>,
    pub address: String,
}

/// Everything in the text that begins with `http://`, `https://` or `www.` and can be linked.
/// Of each word only the first beginning is looked at, and the first one behind a link in it: a word full of
/// beginnings that lead nowhere takes no longer than another.
pub fn bare_links(text: &str) -> Vec<BareLink> {
    let mut links = Vec::new();
    let mut at = 0;
    while let Some(start) = next_beginning(text, at) {
        let word = &text[start..];
        let word = &word[..word.find(|c: char| c.is_whitespace() || c == '<').unwrap_or(word.len())];
        at = match bare_link(word) {
            Some((length, address)) => {
                links.push(BareLink { span: start..start + length, address });
                start + length
            }
            None => start + word.len(),
        };
    }
    links
}

/// Where an address may begin, at `from` or later, and not in the middle of a word.
fn next_beginning(text: &str, from: usize) -> Option<usize> {
    let mut word_before = text[..from].chars().next_back().is_some_and(char::is_alphanumeric);
    for (at, c) in text[from..].char_indices() {
        if !word_before
            && matches!(c, 'h' | 'H' | 'w' | 'W')
            && ["http://", "https://", "www."].iter().any(|p| begins(&text[from + at..], p))
        {
            return Some(from + at);
        }
        word_before = c.is_alphanumeric();
    }
    None
}

/// The length of the address that a word begins with, and the address in full.
fn bare_link(word: &str) -> Option<(usize, String)> {
    if word.len() > ADDRESS_BYTES_MAX {
        return None;
    }
    let added = if begins(word, "www.") { "http://" } else { "" };
    let address = format!("{added}{word}");
    let mut finder = LinkFinder::new();
    let link = finder.kinds(&[LinkKind::Url]).links(&address).next().filter(|link| link.start() == 0)?;
    let length = link.end().checked_sub(added.len())?;
    let address = link.as_str().to_owned();
    let url = allowed_url(&address)?;
    let named = url.host_str().is_some_and(|host| added.is_empty() || host.trim_start_matches("www.").contains('.'));
    named.then_some((length, address))
}

fn begins(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Where a link leads, if its text could be taken for another host.
pub fn host_to_show(shown: &str, url: &Url) -> Option<String> {
    let real = match url.host_str() {
        Some(host) => host.to_owned(),
        None => url.path().to_owned(),
    };
    let shown: String =
        shown.nfkc().filter(|c| !is_control(*c) && !is_unseen(*c)).map(|c| if matches!(c, '。' | '｡') { '.' } else { c }).collect();
    let honest = shown.split_whitespace().all(|word| begins_with_host(word, &real) || !host_like(word));
    (!honest).then_some(real)
}

/// True when the word is that host, or an address on it: what follows a plain `/` cannot be taken for the host.
fn begins_with_host(word: &str, real: &str) -> bool {
    let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '/');
    let word = word.split_once("://").map_or(word, |(_, rest)| rest);
    let host = word.split(['/', '?', '#', '\\']).next().unwrap_or(word);
    let host = host.rsplit_once(':').filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit())).map_or(host, |(host, _)| host);
    host.eq_ignore_ascii_case(real) || same_host(host, real)
}

/// True for two spellings of one host, where the shown one does not look like a third.
fn same_host(shown: &str, real: &str) -> bool {
    let bare = |host: &str| host.trim_end_matches('.').trim_start_matches("www.").to_owned();
    let ascii = match Host::parse(shown) {
        Ok(host) => host.to_string(),
        Err(_) => return false,
    };
    let looks_ascii = !shown.is_ascii() && skeleton(shown).all(|c| c.is_ascii());
    bare(&ascii) == bare(real) && !looks_ascii
}

/// True when some part of the word has the form of a host: labels joined by dots that end in a word, or four numbers.
fn host_like(word: &str) -> bool {
    word.split(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.'))).any(|part| {
        let labels: Vec<&str> = part.split('.').filter(|label| !label.is_empty()).collect();
        let is_number = |label: &&str| label.bytes().all(|b| b.is_ascii_digit());
        match labels.last() {
            Some(last) if labels.len() >= 2 => {
                (last.chars().count() >= 2 && !is_number(last)) || (labels.len() == 4 && labels.iter().all(is_number))
            }
            _ => false,
        }
    })
}
