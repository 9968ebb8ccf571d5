//! Decides about one comment: approve, hold, spam, remove, restore, pin, unpin.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{CommentId, HoldReason, Scope, Site, Status};
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
}

impl Move {
    pub const ALL: [Move; 7] = [Move::Approve, Move::Hold, Move::Spam, Move::Remove, Move::Restore, Move::Pin, Move::Unpin];

    pub fn word(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Hold => "hold",
            Self::Spam => "spam",
            Self::Remove => "remove",
            Self::Restore => "restore",
            Self::Pin => "pin",
            Self::Unpin => "unpin",
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
    };
    Ok(stored?)
}
