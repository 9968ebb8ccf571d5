//! What a webhook says when something happened to a comment, in the form that its receiver takes. Pure: no clock, no
//! network; [`Outbound`](crate::notify::outbound::Outbound) makes the call.

mod chat;
mod ntfy;
mod payload;
mod signature;
mod test_call;
mod words;

use serde::{Deserialize, Serialize};

use crate::model::{Badge, CommentId, HoldReason, Status, Template, Timestamp};

pub use signature::Secret;
pub use test_call::{TestCall, write_test};

/// Where a webhook's messages go.
#[derive(Clone, Debug)]
pub struct Target {
    pub url: String,
    pub template: Template,
    /// The newest first; older ones as long as a rotation overlaps. Only `standard` is signed.
    pub secrets: Vec<Secret>,
}

/// Something that happened to a comment.
#[derive(Clone, Debug)]
pub struct Event {
    pub kind: Kind,
    /// When it happened, which is not when it is told.
    pub at: Timestamp,
    /// The key of the site.
    pub site: String,
    pub page_url: String,
    pub page_title: String,
    pub comment: Subject,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    Submitted,
    Published,
    Held(Vec<HoldReason>),
    /// Taken down by a moderator or taken back by its author; neither text nor name is told.
    Removed,
    /// How many readers gave which reason.
    Reported(Vec<(String, u32)>),
}

impl Kind {
    /// Every kind, as subscriptions and payloads name it.
    pub const WORDS: [&'static str; 5] = ["comment.submitted", "comment.published", "comment.held", "comment.removed", "comment.reported"];

    pub fn word(&self) -> &'static str {
        match self {
            Self::Submitted => "comment.submitted",
            Self::Published => "comment.published",
            Self::Held(_) => "comment.held",
            Self::Removed => "comment.removed",
            Self::Reported(_) => "comment.reported",
        }
    }
}

/// The comment that an event is about.
#[derive(Clone, Debug)]
pub struct Subject {
    pub id: CommentId,
    pub parent: Option<CommentId>,
    pub name: Option<String>,
    pub website: Option<String>,
    pub badge: Option<Badge>,
    /// The source as sent.
    pub text: String,
    pub html: String,
    pub status: Status,
    pub created_at: Timestamp,
    /// The address on our server that leads to it.
    pub url: String,
}

/// What a webhook is told, the same at each try; it can be kept until then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub headers: Vec<(String, String)>,
    pub body: String,
}

/// A call that is ready to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub url: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

/// Puts `event` as receivers of that template take it.
pub fn write(template: Template, event: &Event) -> Written {
    match template {
        Template::Standard => {
            Written { headers: vec![("content-type".to_owned(), "application/json".to_owned())], body: payload::json(event) }
        }
        Template::Ntfy => ntfy::message(event),
        Template::Chat => chat::message(event),
    }
}

/// The call that says what was written. `id` stays the same at each try; `now` is the moment of this try.
pub fn compose(target: &Target, id: &str, now: Timestamp, written: Written) -> Call {
    let Written { mut headers, body } = written;
    if target.template == Template::Standard {
        headers.extend(signature::headers(&target.secrets, id, now, body.as_bytes()));
    }
    Call { url: target.url.clone(), headers, body: body.into_bytes() }
}

#[cfg(test)]
mod tests;
