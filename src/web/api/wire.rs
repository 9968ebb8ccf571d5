//! What goes over the wire as JSON. Model types are never serialized, so a new field cannot leak.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::actions::{Accepted, Sent, Thread, Wish};
use crate::app::App;
use crate::error::Error;
use crate::model::{Comment, CommentOnPage, PageAsked, Sort, Status, Submission, ThreadSlice};
use crate::render::texts;
use crate::web::following::ASKED;
use crate::web::reply::error_body;

/// Optional fields that are absent, null or empty mean the same.
fn filled(field: Option<String>) -> Option<String> {
    field.filter(|text| !text.is_empty())
}

#[derive(Deserialize)]
pub struct SubmitBody {
    page: Option<String>,
    url: Option<String>,
    title: Option<String>,
    parent: Option<String>,
    name: Option<String>,
    email: Option<String>,
    website: Option<String>,
    text: Option<String>,
    key: Option<String>,
    asks: Option<bool>,
    follow: Option<String>,
    lang: Option<String>,
    #[serde(rename = "as")]
    known_by: Option<String>,
}

impl SubmitBody {
    /// What the author wants to hear of by mail.
    fn wish(&self) -> Option<Wish> {
        filled(self.follow.clone()).map(|kind| Wish { kind: Some(kind), email: filled(self.email.clone()) })
    }

    /// The language of those mails.
    pub fn lang(&self) -> &'static str {
        texts(self.lang.as_deref().unwrap_or("en")).lang
    }
}

impl From<SubmitBody> for Sent {
    fn from(body: SubmitBody) -> Self {
        let wish = body.wish();
        let submission = Submission {
            page: PageAsked { page: filled(body.page), url: filled(body.url) },
            title: filled(body.title),
            parent: filled(body.parent),
            name: filled(body.name),
            email: filled(body.email),
            website: filled(body.website),
            text: body.text,
            key: filled(body.key),
            asks: body.asks.filter(|asks| *asks).map(|_| "1".to_owned()),
        };
        Self { submission, known_by: filled(body.known_by), form: None, staff: None, wish }
    }
}

#[derive(Deserialize)]
pub struct EditBody {
    pub text: Option<String>,
}

#[derive(Deserialize)]
pub struct PageBody {
    page: Option<String>,
    url: Option<String>,
}

impl From<PageBody> for PageAsked {
    fn from(body: PageBody) -> Self {
        Self { page: filled(body.page), url: filled(body.url) }
    }
}

#[derive(Deserialize)]
pub struct QuestionBody {
    page: Option<String>,
    url: Option<String>,
    /// Absent, null and empty take the question away.
    question: Option<String>,
}

impl From<QuestionBody> for (PageAsked, String) {
    fn from(body: QuestionBody) -> Self {
        (PageAsked { page: filled(body.page), url: filled(body.url) }, body.question.unwrap_or_default())
    }
}

#[derive(Serialize)]
pub struct ThreadAnswer {
    page: PageAnswer,
    sort: &'static str,
    comments: Vec<CommentBody>,
    next: Option<String>,
}

#[derive(Serialize)]
pub struct PageAnswer {
    url: String,
    title: String,
    state: &'static str,
    total: u64,
    version: i64,
}

impl PageAnswer {
    pub fn of(page: &crate::model::Page, state: crate::model::PageState) -> Self {
        Self { url: page.url.clone(), title: page.title.clone(), state: state.word(), total: page.published_count, version: page.version }
    }
}

#[derive(Serialize)]
pub struct CommentBody {
    id: String,
    parent: Option<String>,
    depth: u32,
    author: Option<AuthorBody>,
    html: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    status: &'static str,
    created_at: String,
    edited_at: Option<String>,
    votes: VotesBody,
    reactions: ReactionsBody,
    pinned: bool,
    /// Its author is asking something.
    asks: bool,
    /// The person it answers said that it helped.
    helped: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_because: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<PlaceBody>,
    #[serde(skip_serializing_if = "Option::is_none")]
    replies: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    more: Option<Option<String>>,
}

#[derive(Serialize)]
struct AuthorBody {
    name: Option<String>,
    website: Option<String>,
    badge: Option<&'static str>,
}

#[derive(Serialize)]
struct VotesBody {
    up: u32,
    down: u32,
}

#[derive(Serialize)]
struct ReactionsBody {}

/// Where a comment of a list stands.
#[derive(Serialize)]
struct PlaceBody {
    url: String,
    title: String,
}

impl CommentBody {
    /// A comment as everybody may see it: what is not published is an empty place.
    pub fn public(comment: &Comment) -> Self {
        if comment.is_gone() {
            let empty = Self { author: None, html: String::new(), status: Status::Removed.word(), ..Self::whole(comment) };
            return Self { edited_at: None, asks: false, helped: false, ..empty };
        }
        Self::whole(comment)
    }

    /// A comment for its author and for moderators: with its source, its status and why it waits.
    pub fn whole_with_text(comment: &Comment) -> Self {
        let held_because = (comment.status == Status::Pending).then(|| comment.held_because.iter().map(|reason| reason.word()).collect());
        Self { text: Some(comment.source.clone()), held_because, ..Self::whole(comment) }
    }

    /// A comment of a list for moderators.
    pub fn listed(listed: &CommentOnPage) -> Self {
        let page = PlaceBody { url: listed.page.url.clone(), title: listed.page.title.clone() };
        Self { page: Some(page), ..Self::whole_with_text(&listed.comment) }
    }

    fn whole(comment: &Comment) -> Self {
        let author = &comment.author;
        let is_root = comment.parent.is_none();
        Self {
            id: comment.id.to_string(),
            parent: comment.parent.map(|id| id.to_string()),
            depth: comment.depth,
            author: Some(AuthorBody {
                name: author.name.clone(),
                website: author.website.clone(),
                badge: author.badge.map(|badge| badge.word()),
            }),
            html: comment.html.clone(),
            text: None,
            status: comment.status.word(),
            created_at: comment.created_at.to_string(),
            edited_at: comment.edited_at.map(|at| at.to_string()),
            votes: VotesBody { up: comment.upvotes, down: comment.downvotes },
            reactions: ReactionsBody {},
            pinned: comment.pinned,
            asks: comment.asks,
            helped: comment.helped_at.is_some(),
            held_because: None,
            page: None,
            replies: is_root.then_some(comment.reply_count),
            more: is_root.then_some(None),
        }
    }
}

impl ThreadAnswer {
    pub fn new(app: &App, thread: &Thread, sort: Sort, slice: Option<&ThreadSlice>) -> Self {
        let state = thread.state(app);
        let page = slice.map(|slice| &slice.page).or(thread.page.as_ref());
        let page = page.map_or_else(
            || PageAnswer { url: thread.address.url.clone(), title: String::new(), state: state.word(), total: 0, version: 0 },
            |page| PageAnswer::of(page, state),
        );
        let mut comments = Vec::new();
        for root in slice.map_or(&[][..], |slice| &slice.roots) {
            let more = root.more.as_ref().map(|(cursor, _)| cursor.encode());
            if let Some(comment) = &root.root {
                comments.push(CommentBody { more: Some(more), ..CommentBody::public(comment) });
            }
            comments.extend(root.replies.iter().map(CommentBody::public));
        }
        Self { page, sort: sort.word(), comments, next: next_of(slice) }
    }
}

/// Where to go on: behind the last root, or inside the one root that a cursor of replies goes on in.
fn next_of(slice: Option<&ThreadSlice>) -> Option<String> {
    let slice = slice?;
    let inside = slice.roots.first().filter(|root| root.root.is_none()).and_then(|root| root.more.as_ref()).map(|(cursor, _)| cursor);
    slice.next.as_ref().or(inside).map(crate::model::Cursor::encode)
}

#[derive(Serialize)]
pub struct AcceptedAnswer {
    comment: CommentBody,
    held_because: Vec<&'static str>,
    receipt: String,
    edit_until: String,
    /// `asked`, or the error that kept mail from being set up; absent where none was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    follow: Option<Value>,
}

impl AcceptedAnswer {
    pub fn new(accepted: &Accepted) -> Self {
        let held_because = match accepted.comment.status {
            Status::Pending => accepted.comment.held_because.iter().map(|reason| reason.word()).collect(),
            _ => Vec::new(),
        };
        Self {
            comment: CommentBody { held_because: None, ..CommentBody::whole_with_text(&accepted.comment) },
            held_because,
            receipt: accepted.receipt.clone(),
            edit_until: accepted.edit_until.to_string(),
            follow: None,
        }
    }

    pub fn with_follow(self, outcome: Option<Result<(), Error>>) -> Self {
        let follow = outcome.map(|outcome| match outcome {
            Ok(()) => Value::from(ASKED),
            Err(error) => error_body(&error)["error"].take(),
        });
        Self { follow, ..self }
    }
}

#[derive(Serialize)]
pub struct CommentAnswer {
    pub comment: CommentBody,
}

#[derive(Serialize)]
pub struct ListAnswer {
    pub comments: Vec<CommentBody>,
    pub next: Option<String>,
}

/// A page with what its readers are asked; both null where nothing is.
#[derive(Serialize)]
pub struct QuestionAnswer {
    page: PageAnswer,
    question: Option<String>,
    by: Option<String>,
}

impl QuestionAnswer {
    pub fn new(page: &crate::model::Page, state: crate::model::PageState) -> Self {
        let asked = page.question.as_ref();
        Self {
            page: PageAnswer::of(page, state),
            question: asked.map(|question| question.text.clone()),
            by: asked.map(|question| question.by.clone()),
        }
    }
}

#[derive(Serialize)]
pub struct PageStateAnswer {
    pub page: PageAnswer,
}
