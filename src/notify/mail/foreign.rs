//! Text of strangers in a mail. It stays text: nothing of it becomes an element, and nothing a link, although mail
//! programs make links of whatever reads like an address.

use handlebars::html_escape;

use crate::model::{is_control, is_unseen};

/// The part of a mail that a text is written into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Text,
    Html,
}

impl Part {
    /// A text of strangers as it may stand in this part. For HTML the result is escaped.
    pub fn foreign(self, text: &str) -> String {
        let text = without_schemes(&visible(text));
        let mut shown = String::with_capacity(text.len() + 32);
        let mut plain = String::new();
        let characters: Vec<char> = text.chars().collect();
        for (at, c) in characters.iter().enumerate() {
            match (self, joins(&characters, at)) {
                (Self::Text, true) => {
                    shown.push('[');
                    shown.push(*c);
                    shown.push(']');
                }
                (Self::Text, false) => shown.push(*c),
                (Self::Html, true) => {
                    shown.push_str(&html_escape(&std::mem::take(&mut plain)));
                    shown.push_str("<span>");
                    shown.push(*c);
                    shown.push_str("</span>");
                }
                (Self::Html, false) => plain.push(*c),
            }
        }
        shown.push_str(&html_escape(&plain));
        shown
    }

    /// A text of ours.
    pub fn own(self, text: &str) -> String {
        match self {
            Self::Text => text.to_owned(),
            Self::Html => html_escape(text),
        }
    }
}

/// Without what acts on the text around it or is not seen, so that an address cannot hide behind it.
/// Joiners stay: scripts and pictures made of several characters need them.
fn visible(text: &str) -> String {
    let keeps = |c: &char| !is_control(*c) && (matches!(c, '\u{200c}' | '\u{200d}') || !is_unseen(*c));
    text.replace("\r\n", "\n").replace(['\r', '\u{2028}', '\u{2029}'], "\n").chars().filter(keeps).collect()
}

/// Without `http://` and `https://`, which mail programs know by their slashes; other schemes lose the slashes.
fn without_schemes(text: &str) -> String {
    let mut rest = text;
    let mut kept = String::with_capacity(text.len());
    while let Some(at) = rest.find("://") {
        kept.push_str(&rest[..at]);
        rest = &rest[at + 3..];
        let letters = kept.len() - kept.bytes().rev().take_while(u8::is_ascii_alphabetic).count();
        match kept[letters..].to_ascii_lowercase().as_str() {
            "http" | "https" => kept.truncate(letters),
            _ => kept.push_str(": "),
        }
    }
    kept.push_str(rest);
    // What was left out may have brought others together.
    kept.replace("://", ": //")
}

/// True for a dot or `@` that makes an address of the words around it: `evil.example`, `a@b`, `1.2.3.4`.
/// Numbers such as 3.14 and the ends of sentences stay as they are.
fn joins(text: &[char], at: usize) -> bool {
    let at_is = |at: Option<usize>, is: fn(&char) -> bool| at.and_then(|at| text.get(at)).is_some_and(is);
    let (before, after) = (at.checked_sub(1), Some(at + 1));
    let between_words = at_is(before, |c| c.is_alphanumeric()) && at_is(after, |c| c.is_alphanumeric());
    match text[at] {
        '@' => at_is(after, |c| c.is_alphanumeric()),
        '.' if between_words => {
            let ends_in_letters = at_is(after, |c| c.is_alphabetic()) && at_is(Some(at + 2), |c| c.is_alphanumeric() || *c == '-');
            ends_in_letters || is_number_of_four(text, at)
        }
        // Programs read these as dots in addresses. Between letters of their own scripts they end sentences.
        '。' | '．' | '｡' => at_is(before, char::is_ascii_alphanumeric) && at_is(after, char::is_ascii_alphanumeric),
        _ => false,
    }
}

/// True for a dot within four numbers.
fn is_number_of_four(text: &[char], at: usize) -> bool {
    let belongs = |c: &&char| c.is_ascii_digit() || **c == '.';
    let before = text[..at].iter().rev().take_while(belongs).filter(|c| **c == '.').count();
    let after = text[at + 1..].iter().take_while(belongs).filter(|c| **c == '.').count();
    before + after >= 2
}

/// The begin of a text, at most so many characters, cut between words where there is one near.
pub fn begin_of(text: &str, characters: usize) -> String {
    let text = text.trim();
    let Some((end, _)) = text.char_indices().nth(characters) else { return text.to_owned() };
    let begin = &text[..end];
    let cut = begin.rfind(char::is_whitespace).filter(|cut| begin.len() - cut < 40).unwrap_or(end);
    format!("{}…", begin[..cut].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, as_text: &str, as_html: &str) {
        assert_eq!(Part::Text.foreign(text), as_text);
        assert_eq!(Part::Html.foreign(text), as_html);
    }

    #[test]
    fn t52_an_address_is_shown_and_is_no_link() {
        check("see https://evil.example/x?a=1.", "see evil[.]example/x?a=1.", "see evil<span>.</span>example/x?a&#x3D;1.");
        check("WWW.evil.example", "WWW[.]evil[.]example", "WWW<span>.</span>evil<span>.</span>example");
        check("a@evil.example", "a[@]evil[.]example", "a<span>@</span>evil<span>.</span>example");
        check("http://1.2.3.4/", "1[.]2[.]3[.]4/", "1<span>.</span>2<span>.</span>3<span>.</span>4/");
        check("ftp://x", "ftp: x", "ftp: x");
        check("hthttp://tp://evil.example", "hthttp: tp: evil[.]example", "hthttp: tp: evil<span>.</span>example");
        check("evil。example", "evil[。]example", "evil<span>。</span>example");
        check(":http:////x", ": //x", ": //x");
        check("ht\u{200b}tp:/\u{200b}/evil.e\u{ad}xample", "evil[.]example", "evil<span>.</span>example");
        for text in ["://", "http://http://x", "a:http:////http://b", "HTTPS://A.B"] {
            assert!(!Part::Text.foreign(text).contains("://"), "{text}");
        }
    }

    #[test]
    fn plain_writing_stays_as_it_is() {
        for text in ["It costs 3.14, i.e. nothing. Really… e.g. v1.2!", "two\nlines", "@ noon", "Grüße, 日本語。はい"] {
            assert_eq!(Part::Text.foreign(text), text);
        }
    }

    #[test]
    fn t52_elements_become_text() {
        check("<b>&\"'`=", "<b>&\"'`=", "&lt;b&gt;&amp;&quot;&#x27;&#x60;&#x3D;");
        check("a\u{202e}b\0\r\nc", "ab\nc", "ab\nc");
    }

    #[test]
    fn a_long_text_ends_between_words() {
        assert_eq!(begin_of("  one two three ", 20), "one two three");
        assert_eq!(begin_of("one two three", 9), "one two…");
        assert_eq!(begin_of(&"a".repeat(100), 50), format!("{}…", "a".repeat(50)));
        assert_eq!(begin_of("ééééé", 3), "ééé…");
    }
}
