//! The JSON of the template `standard`.

use serde::Serialize;

use crate::model::Badge;
use crate::notify::webhook::{Event, Kind};

#[derive(Serialize)]
struct Payload<'a> {
    r#type: &'static str,
    timestamp: String,
    data: Facts<'a>,
}

#[derive(Serialize)]
struct Facts<'a> {
    site: &'a str,
    page: PageFacts<'a>,
    comment: CommentFacts<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_because: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reasons: Option<Vec<ReasonFacts<'a>>>,
}

#[derive(Serialize)]
struct PageFacts<'a> {
    url: &'a str,
    title: &'a str,
}

#[derive(Serialize)]
struct CommentFacts<'a> {
    id: String,
    parent: Option<String>,
    author: Option<AuthorFacts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    html: Option<&'a str>,
    status: &'static str,
    created_at: String,
    url: &'a str,
}

#[derive(Serialize)]
struct AuthorFacts<'a> {
    name: Option<&'a str>,
    website: Option<&'a str>,
    badge: Option<&'static str>,
}

#[derive(Serialize)]
struct ReasonFacts<'a> {
    reason: &'a str,
    count: u32,
}

pub(super) fn json(event: &Event) -> String {
    let comment = &event.comment;
    let is_told = event.kind != Kind::Removed;
    let author =
        || AuthorFacts { name: comment.name.as_deref(), website: comment.website.as_deref(), badge: comment.badge.map(Badge::word) };
    let payload = Payload {
        r#type: event.kind.word(),
        timestamp: event.at.to_string(),
        data: Facts {
            site: &event.site,
            page: PageFacts { url: &event.page_url, title: &event.page_title },
            comment: CommentFacts {
                id: comment.id.to_string(),
                parent: comment.parent.map(|id| id.to_string()),
                author: is_told.then(author),
                text: is_told.then_some(&comment.text),
                html: is_told.then_some(&comment.html),
                status: comment.status.word(),
                created_at: comment.created_at.to_string(),
                url: &comment.url,
            },
            held_because: match &event.kind {
                Kind::Held(reasons) => Some(reasons.iter().map(|reason| reason.word()).collect()),
                _ => None,
            },
            reasons: match &event.kind {
                Kind::Reported(reasons) => Some(reasons.iter().map(|(reason, count)| ReasonFacts { reason, count: *count }).collect()),
                _ => None,
            },
        },
    };
    serde_json::to_string(&payload).expect("texts and numbers always become JSON")
}
