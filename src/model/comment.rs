//! A comment as it is stored, and what people see of its author.

use super::{AuthorId, Badge, CommentId, HoldReason, Page, PageId, Timestamp};

#[derive(Clone, Debug)]
pub struct Comment {
    pub id: CommentId,
    pub page_id: PageId,
    pub parent: Option<CommentId>,
    /// The comment that begins this thread of replies; a root's is its own.
    pub root: CommentId,
    /// 0 for a root, at most 12 as stored; `parent` stays true below that.
    pub depth: u32,
    pub author: CommentAuthor,
    /// Who the parent is by, for "in reply to"; `None` on roots, for nameless and for removed parents.
    pub parent_name: Option<String>,
    pub status: Status,
    /// The Markdown as sent.
    pub source: String,
    /// Cleaned when it was written, never when it is read.
    pub html: String,
    pub markup_version: u32,
    /// Raised to end all receipts of this comment.
    pub receipt_epoch: u32,
    pub pinned: bool,
    pub upvotes: u32,
    pub downvotes: u32,
    /// Shown replies below a root; 0 on replies.
    pub reply_count: u32,
    pub held_because: Vec<HoldReason>,
    /// Its author is asking something; only roots do.
    pub asks: bool,
    /// It was its person's first published comment on this site when it was published.
    pub is_first: bool,
    pub turn: Turn,
    /// When the person it answers said that it helped; `None` while what it answers is not published.
    pub helped_at: Option<Timestamp>,
    /// When the author marked it as used in the post.
    pub used_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub edited_at: Option<Timestamp>,
}

impl Comment {
    /// Until when the author may edit a published comment, as promised to them.
    pub fn edit_until(&self, edit_minutes: u32) -> Timestamp {
        self.created_at.plus_seconds(i64::from(edit_minutes) * 60)
    }

    /// True for a comment that is shown only as an empty place above its replies.
    pub fn is_gone(&self) -> bool {
        self.status != Status::Published
    }
}

/// Whether somebody waits for the author's word: readers' roots and their answers to staff do, until staff has
/// answered or said that no answer is needed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Turn {
    #[default]
    Nobody,
    Author,
    NoAnswerNeeded,
}

/// What is shown of whoever wrote a comment, and the row their trust hangs on.
#[derive(Clone, Debug)]
pub struct CommentAuthor {
    pub id: Option<AuthorId>,
    pub name: Option<String>,
    pub website: Option<String>,
    pub badge: Option<Badge>,
}

/// Who decided last about a comment: neither side can undo the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Published,
    Pending,
    Spam,
    /// Taken down by a moderator.
    Removed,
    /// Taken back by its author.
    Withdrawn,
}

impl Status {
    pub const ALL: [Status; 5] = [Status::Published, Status::Pending, Status::Spam, Status::Removed, Status::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Pending => "pending",
            Self::Spam => "spam",
            Self::Removed => "removed",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.word() == word)
    }
}

/// A comment together with where it stands, for queues and feeds.
#[derive(Clone, Debug)]
pub struct CommentOnPage {
    pub comment: Comment,
    pub page: Page,
    /// The parent as it is now, if there is one.
    pub parent: Option<Comment>,
}
