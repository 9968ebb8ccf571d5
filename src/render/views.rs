//! What the templates see: comments as nested places, with every text chosen and nothing left to decide.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::model::{Comment, CommentId, Courtesies, Cursor, RootThread, Status};

use super::{PageLinks, Texts};

#[derive(Serialize)]
pub struct CommentView<'a> {
    id: i64,
    /// The sentence that stands in the place of a comment that is gone.
    gone: Option<&'a str>,
    name: &'a str,
    letter: String,
    website: Option<&'a str>,
    by: Option<&'static str>,
    badge: Option<&'a str>,
    pinned: Option<&'a str>,
    to: Option<NameView<'a>>,
    time: String,
    words: String,
    edited: Option<&'a str>,
    html: &'a str,
    /// The first that its person had published on this site.
    first: bool,
    /// Who said that it helped.
    helped: Option<NameView<'a>>,
    /// Only where the place in the list does not tell it.
    parent: Option<i64>,
    pub own: Option<OwnView<'a>>,
    /// For pages without script; the widget makes its own.
    links: Option<LinksView<'a>>,
    replies: Vec<CommentView<'a>>,
    more: Option<MoreView<'a>>,
}

/// The words around a name; each language puts them where it needs them.
#[derive(Serialize)]
pub struct NameView<'a> {
    /// The comment the name stands under, where it is a link.
    pub id: Option<i64>,
    pub before: &'a str,
    pub name: &'a str,
    pub after: &'a str,
}

impl<'a> NameView<'a> {
    /// Takes apart a text with `{name}` in it.
    pub fn new(text: &'a str, name: &'a str, id: Option<CommentId>) -> Self {
        let (before, after) = text.split_once("{name}").unwrap_or_default();
        Self { id: id.map(|id| id.0), before, name, after }
    }
}

#[derive(Serialize)]
struct LinksView<'a> {
    address: &'a str,
    reply: Option<&'a str>,
}

#[derive(Serialize)]
struct MoreView<'a> {
    root: i64,
    cursor: String,
    left: u64,
    address: Option<&'a str>,
    text: String,
}

/// What only its author gets to see of a comment.
#[derive(Serialize)]
pub struct OwnView<'a> {
    pub status: &'static str,
    pub receipt: &'a str,
    pub edit_until: String,
    pub held: String,
    pub held_note: Option<String>,
    pub parent: Option<i64>,
    pub root: i64,
    pub source: String,
}

/// One place of the list of roots; without `root` the replies go on inside a root shown earlier.
#[derive(Serialize)]
pub struct RootView<'a> {
    root: Option<CommentView<'a>>,
    /// Set when there is no root: whose replies these are.
    inside: Option<i64>,
    replies: Vec<CommentView<'a>>,
    more: Option<MoreView<'a>>,
}

/// How the places of one answer are drawn.
#[derive(Clone, Copy)]
pub struct Drawing<'a> {
    pub texts: &'a Texts,
    pub courtesies: Courtesies,
    /// `None` draws for the widget, which adds links, letters and labels itself.
    pub links: Option<PageLinks<'a>>,
    /// The window of replies may begin anywhere, so that "more" starts at the first reply.
    pub is_window: bool,
}

impl CommentView<'_> {
    /// Shows a comment to its author although others do not see it.
    pub fn show(&mut self) {
        self.gone = None;
    }
}

impl<'a> Drawing<'a> {
    pub fn root(self, thread: &'a RootThread, inside: Option<i64>) -> RootView<'a> {
        let present: BTreeSet<i64> = thread.root.iter().chain(&thread.replies).map(|comment| comment.id.0).collect();
        let mut children: BTreeMap<Option<i64>, Vec<&Comment>> = BTreeMap::new();
        for reply in &thread.replies {
            children.entry(reply.parent.map(|id| id.0).filter(|id| present.contains(id))).or_default().push(reply);
        }
        let root_id = thread.root.as_ref().map(|root| root.id.0).or(inside).or(thread.replies.first().map(|reply| reply.root.0));
        let mut orphans = self.nested(&mut children, None);
        for orphan in &mut orphans {
            // A reply of the shown root that lost its parent from this answer says so itself.
            orphan.parent = thread.replies.iter().find(|reply| reply.id.0 == orphan.id).and_then(|reply| reply.parent).map(|id| id.0);
        }
        let more = root_id.and_then(|root| self.more(thread, root));
        match &thread.root {
            None => RootView { root: None, inside: root_id, replies: orphans, more },
            Some(root) => {
                let mut view = self.comment(root);
                view.replies = self.nested(&mut children, Some(root.id.0));
                view.replies.extend(orphans);
                view.more = more;
                RootView { root: Some(view), inside: None, replies: Vec::new(), more: None }
            }
        }
    }

    fn nested(self, children: &mut BTreeMap<Option<i64>, Vec<&'a Comment>>, parent: Option<i64>) -> Vec<CommentView<'a>> {
        let here = children.remove(&parent).unwrap_or_default();
        here.into_iter()
            .map(|comment| {
                let replies = self.nested(children, Some(comment.id.0));
                CommentView { replies, ..self.comment(comment) }
            })
            .collect()
    }

    fn more(self, thread: &RootThread, root: i64) -> Option<MoreView<'a>> {
        let (cursor, left) = match (&thread.root, self.is_window) {
            (Some(shown), true) => {
                let left = u64::from(shown.reply_count).saturating_sub(thread.replies.len() as u64);
                (Cursor::Replies { root: shown.id, path: Vec::new() }, left)
            }
            _ => thread.more.clone()?,
        };
        let text = self.texts.number("widget.replies", left);
        (left > 0).then(|| MoreView { root, cursor: cursor.encode(), left, address: self.links.map(|links| links.address), text })
    }

    /// Who said that this answer helped: whoever it answers.
    fn helped(self, comment: &'a Comment) -> Option<NameView<'a>> {
        let name = comment.parent_name.as_deref().unwrap_or(self.texts.get("somebody"));
        let is_said = comment.helped_at.is_some() && self.courtesies.helped.is_on();
        is_said.then(|| NameView::new(self.texts.get("helped"), name, None))
    }

    pub fn comment(self, comment: &'a Comment) -> CommentView<'a> {
        let texts = self.texts;
        let name = comment.author.name.as_deref().unwrap_or(texts.get("nameless"));
        let gone = comment.is_gone().then(|| match comment.status {
            Status::Withdrawn => texts.get("gone.withdrawn"),
            _ => texts.get("gone.removed"),
        });
        let to = comment.parent.zip(comment.parent_name.as_deref());
        let by = comment.author.badge.map(|badge| badge.word());
        CommentView {
            id: comment.id.0,
            gone,
            name,
            letter: name.chars().next().map(|letter| letter.to_uppercase().collect()).unwrap_or_default(),
            website: comment.author.website.as_deref(),
            by,
            badge: by.map(|word| texts.get(if word == "author" { "badge.author" } else { "badge.moderator" })),
            pinned: comment.pinned.then(|| texts.get("pinned")),
            to: to.map(|(id, name)| NameView::new(texts.get("in_reply_to"), name, Some(id))),
            time: comment.created_at.to_string(),
            words: comment.created_at.words(),
            edited: comment.edited_at.map(|_| texts.get("edited")),
            html: &comment.html,
            first: comment.is_first && self.courtesies.newcomers.is_on(),
            helped: self.helped(comment),
            parent: None,
            own: None,
            links: self.links.map(|links| LinksView { address: links.address, reply: links.takes_replies.then(|| texts.get("reply")) }),
            replies: Vec::new(),
            more: None,
        }
    }
}
