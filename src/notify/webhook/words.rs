//! The sentence that people read of an event, and foreign text made short enough for it.

use crate::notify::webhook::{Event, Kind};

/// One line: who did what, on which page. Foreign line breaks and control characters are spaces.
pub(super) fn headline(event: &Event) -> String {
    let name = event.comment.name.as_deref().unwrap_or("Somebody");
    let title = if event.page_title.trim().is_empty() { &event.page_url } else { &event.page_title };
    let line = match &event.kind {
        Kind::Submitted => format!("{name} wrote on “{title}”"),
        Kind::Published => format!("{name}'s comment on “{title}” is published"),
        Kind::Held(_) => format!("{name} wrote on “{title}”; the comment waits for you"),
        Kind::Removed => format!("A comment on “{title}” was removed"),
        Kind::Reported(reasons) => {
            let count: u64 = reasons.iter().map(|(_, count)| u64::from(*count)).sum();
            let readers = if count == 1 { "A reader".to_owned() } else { format!("{count} readers") };
            format!("{readers} reported {name}'s comment on “{title}”")
        }
    };
    let spaced: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The comment's own text; a removed one has none.
pub(super) fn text(event: &Event) -> &str {
    if event.kind == Kind::Removed { "" } else { event.comment.text.trim() }
}

/// At most `bytes_max` bytes, cut between letters, with a mark where something is missing.
pub(super) fn shorten(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let room = bytes_max.saturating_sub("…".len());
    let end = (0..=room).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", text[..end].trim_end())
}
