//! The template `chat`: one message in `text` (Slack, Mattermost, Rocket.Chat) and in `content` (Discord).
//! Foreign text can call nobody, style nothing as a link, and stays text.

use serde::Serialize;

use crate::notify::webhook::{Event, Written, words};

/// Discord takes 2,000 characters.
const MESSAGE_BYTES_MAX: usize = 1900;
/// Leaves room for the text and the link.
const HEADLINE_BYTES_MAX: usize = 400;
const LINK_BYTES_MAX: usize = 300;
/// Takes no room, and keeps apart what together would be a command.
const NOTHING: char = '\u{200b}';

#[derive(Serialize)]
struct Message {
    text: String,
    content: String,
    allowed_mentions: Mentions,
}

/// Tells Discord to call nobody.
#[derive(Serialize)]
struct Mentions {
    parse: [&'static str; 0],
}

pub(super) fn message(event: &Event) -> Written {
    line(&words::headline(event), words::text(event), &event.comment.url)
}

pub(super) fn line(headline: &str, text: &str, link: &str) -> Written {
    let link = words::shorten(link, LINK_BYTES_MAX);
    let message = Message {
        text: put(headline, text, &escape_slack(&link), |text| escape_slack(&harmless(text))),
        content: put(headline, text, &link, harmless),
        allowed_mentions: Mentions { parse: [] },
    };
    let body = serde_json::to_string(&message).expect("texts always become JSON");
    Written { headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
}

fn put(headline: &str, text: &str, link: &str, escape: impl Fn(&str) -> String) -> String {
    let headline = fit(headline, HEADLINE_BYTES_MAX, &escape);
    let left = MESSAGE_BYTES_MAX.saturating_sub(headline.len() + link.len() + 2);
    let text = fit(text, left, &escape);
    [headline.as_str(), &text, link].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// The escaped text, cut before it is escaped, so that no escape is torn.
fn fit(text: &str, bytes_max: usize, escape: impl Fn(&str) -> String) -> String {
    let mut kept = bytes_max;
    loop {
        let escaped = escape(&words::shorten(text, kept));
        if escaped.len() <= bytes_max {
            return escaped;
        }
        kept = kept.saturating_sub(1 + (escaped.len() - bytes_max) / 8);
    }
}

/// No mention (`@here`, `<!here>`, `<@id>`), no Markdown link whose words hide where it leads.
fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '(' && out.ends_with(']') || matches!(c, '!' | '@' | '#' | ':') && out.ends_with('<') {
            out.push(NOTHING);
        }
        out.push(if c.is_control() && c != '\n' { ' ' } else { c });
        if c == '@' {
            out.push(NOTHING);
        }
    }
    out
}

fn escape_slack(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_calls_nobody_and_hides_no_link() {
        assert_eq!(harmless("@everyone <!here> <@7>"), "@\u{200b}everyone <\u{200b}!here> <\u{200b}@\u{200b}7>");
        assert_eq!(harmless("[bank](http://evil.example)"), "[bank]\u{200b}(http://evil.example)");
        assert_eq!(escape_slack("<http://evil.example|bank> & co"), "&lt;http://evil.example|bank&gt; &amp; co");
    }

    #[test]
    fn escaped_text_fits_and_no_escape_is_torn() {
        let escape = |text: &str| escape_slack(text);
        for text in ["&".repeat(5000), "é<".repeat(3000), "short".to_owned(), String::new()] {
            let fitted = fit(&text, 1000, escape);
            assert!(fitted.len() <= 1000, "{}", fitted.len());
            let whole = fitted.trim_end_matches('…').replace("&amp;", "").replace("&lt;", "");
            assert!(!whole.contains('&'), "{whole}");
        }
        assert_eq!(fit("short", 1000, escape), "short");
    }
}
