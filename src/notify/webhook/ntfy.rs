//! The template `ntfy`: plain text, with title and link in headers.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::notify::webhook::{Event, Kind, Written, words};

/// ntfy makes a file of messages past 4,096 bytes.
const MESSAGE_BYTES_MAX: usize = 3500;
const TITLE_BYTES_MAX: usize = 200;
/// An encoded word has at most 75 characters, 12 of them around its base64.
const WORD_BYTES_MAX: usize = 45;

pub(super) fn message(event: &Event) -> Written {
    let tag = match event.kind {
        Kind::Submitted | Kind::Published => "speech_balloon",
        Kind::Held(_) => "raised_hand",
        Kind::Removed => "wastebasket",
        Kind::Reported(_) => "warning",
    };
    // Without a text ntfy would show "triggered".
    let text = Some(words::text(event)).filter(|text| !text.is_empty()).unwrap_or(&event.page_url);
    notification(&words::headline(event), text, &event.comment.url, tag)
}

pub(super) fn notification(title: &str, text: &str, link: &str, tag: &str) -> Written {
    let headers = vec![
        ("content-type".to_owned(), "text/plain; charset=utf-8".to_owned()),
        ("title".to_owned(), header_value(&words::shorten(title, TITLE_BYTES_MAX))),
        ("click".to_owned(), header_value(link)),
        ("tags".to_owned(), tag.to_owned()),
    ];
    Written { headers, body: words::shorten(text, MESSAGE_BYTES_MAX) }
}

/// Plain where every reader reads it as it stands, else in encoded words (RFC 2047), which ntfy decodes.
fn header_value(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("=?") && text.trim() == text {
        return text.to_owned();
    }
    let mut words = vec![];
    let mut word = String::new();
    for c in text.chars() {
        if word.len() + c.len_utf8() > WORD_BYTES_MAX {
            words.push(std::mem::take(&mut word));
        }
        word.push(c);
    }
    words.push(word);
    words.iter().map(|word| format!("=?UTF-8?B?{}?=", STANDARD.encode(word))).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_value_is_plain_ascii_or_encoded_words() {
        assert_eq!(header_value("Ada wrote on Hello"), "Ada wrote on Hello");
        assert_eq!(header_value("“Hé”"), "=?UTF-8?B?4oCcSMOp4oCd?=");
        assert_eq!(header_value("a\r\nX: b"), "=?UTF-8?B?YQ0KWDogYg==?=");
        assert_eq!(header_value("=?UTF-8?Q?x?="), "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=");
        let long = header_value(&"é".repeat(60));
        assert!(long.split(' ').count() == 3 && long.split(' ').all(|word| word.len() <= 75), "{long}");
    }
}
