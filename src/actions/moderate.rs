//! What staff decide about one comment: its status, its place, whether it was used in the post or needs no answer.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{CommentId, HoldReason, Scope, Site, Status, Turn};
use crate::store::Submitted;

/// What a moderator can do with one comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    Approve,
    Hold,
    Spam,
    Remove,
    Restore,
    Pin,
    Unpin,
    /// It was used in the post, whose readers find its author named there.
    Used,
    Unused,
    NoAnswerNeeded,
    /// It waits for the author's word again, if nobody of staff has answered.
    AnswerNeeded,
}

impl Move {
    pub const ALL: [Move; 11] = [
        Move::Approve,
        Move::Hold,
        Move::Spam,
        Move::Remove,
        Move::Restore,
        Move::Pin,
        Move::Unpin,
        Move::Used,
        Move::Unused,
        Move::NoAnswerNeeded,
        Move::AnswerNeeded,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Hold => "hold",
            Self::Spam => "spam",
            Self::Remove => "remove",
            Self::Restore => "restore",
            Self::Pin => "pin",
            Self::Unpin => "unpin",
            Self::Used => "used",
            Self::Unused => "unused",
            Self::NoAnswerNeeded => "no-answer-needed",
            Self::AnswerNeeded => "answer-needed",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.word() == word)
    }
}

/// Carries out a move. What its author withdrew stays withdrawn: `StatusForbids`.
pub fn moderate(app: &App, staff: &Staff, site: &Site, id: CommentId, action: Move) -> Result<Submitted, Error> {
    use Status::{Pending, Published, Removed, Spam};
    staff.require(Scope::Moderate)?;
    let now = app.now();
    let to = |from: &[Status], to, because: &[HoldReason]| app.store.update_comment_status(site.id, id, from, to, because, now);
    let stored = match action {
        Move::Approve => to(&[Pending, Spam], Published, &[]),
        Move::Hold => to(&[Published, Spam, Removed], Pending, &[HoldReason::Moderator]),
        Move::Spam => to(&[Published, Pending, Removed], Spam, &[]),
        Move::Remove => to(&[Published, Pending, Spam], Removed, &[]),
        Move::Restore => to(&[Removed, Spam], Published, &[]),
        Move::Pin => app.store.update_comment_pinned(site.id, id, true, now),
        Move::Unpin => app.store.update_comment_pinned(site.id, id, false, now),
        Move::Used => app.store.update_used(site.id, id, Some(now), now),
        Move::Unused => app.store.update_used(site.id, id, None, now),
        Move::NoAnswerNeeded => app.store.update_turn(site.id, id, Turn::NoAnswerNeeded),
        Move::AnswerNeeded => app.store.update_turn(site.id, id, Turn::Author),
    };
    Ok(stored?)
}
