//! The sentence that tells what was just done, and its way back. It travels in the address of the page that
//! follows, with a proof bound to the session, so that no link from elsewhere can put words or buttons there.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::actions::Move;
use crate::model::{CommentId, CommentOnPage, Status};
use crate::web::admin::ask::Ask;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Moved(Move),
    Answered,
    Edited,
    Closed,
    Opened,
    Saved,
    /// The author's question to the readers of a page.
    Asked,
    /// A moderator has looked at what readers reported.
    Looked,
    Webhook(WebhookDeed),
}

/// What was done to a webhook or one of its calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookDeed {
    Added,
    On,
    Off,
    Tried,
    SentAgain,
    /// The form for a new secret was older than the secret: nothing was done.
    Kept,
    Deleted,
}

impl WebhookDeed {
    const ALL: [WebhookDeed; 7] = [Self::Added, Self::On, Self::Off, Self::Tried, Self::SentAgain, Self::Kept, Self::Deleted];

    fn word(self) -> &'static str {
        match self {
            Self::Added => "webhook_added",
            Self::On => "webhook_on",
            Self::Off => "webhook_off",
            Self::Tried => "webhook_tried",
            Self::SentAgain => "webhook_sent_again",
            Self::Kept => "webhook_kept",
            Self::Deleted => "webhook_deleted",
        }
    }
}

impl Deed {
    pub fn word(self) -> &'static str {
        match self {
            Self::Moved(action) => action.word(),
            Self::Answered => "answered",
            Self::Edited => "edited",
            Self::Closed => "closed",
            Self::Opened => "opened",
            Self::Saved => "saved",
            Self::Asked => "asked",
            Self::Looked => "looked",
            Self::Webhook(deed) => deed.word(),
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        let others = [Self::Answered, Self::Edited, Self::Closed, Self::Opened, Self::Saved, Self::Asked, Self::Looked];
        let others = others.into_iter().chain(WebhookDeed::ALL.map(Self::Webhook));
        Move::from_word(word).map(Self::Moved).or_else(|| others.into_iter().find(|deed| deed.word() == word))
    }

    /// What was done to this comment, for whoever did it. `None` for what is done to no comment.
    pub fn sentence(self, found: &CommentOnPage) -> Option<String> {
        let of = found.comment.author.name.as_deref().map_or("The comment".to_owned(), |name| format!("{name}’s comment"));
        let to = found.parent.as_ref().and_then(|parent| parent.author.name.clone());
        Some(match self {
            Self::Moved(Move::Approve | Move::Restore) => format!("{of} is published."),
            Self::Moved(Move::Hold) => format!("{of} waits and is not shown."),
            Self::Moved(Move::Spam) => format!("{of} is marked as spam."),
            Self::Moved(Move::Remove) => format!("{of} is removed."),
            Self::Moved(Move::Pin) => format!("{of} is pinned to the top of its thread."),
            Self::Moved(Move::Unpin) => format!("{of} is no longer pinned."),
            Self::Moved(Move::Used) => format!("{of} is marked as used in the post."),
            Self::Moved(Move::Unused) => format!("{of} is no longer marked as used in the post."),
            Self::Moved(Move::NoAnswerNeeded) => format!("{of} needs no answer."),
            Self::Moved(Move::AnswerNeeded) => format!("{of} waits for your word again."),
            Self::Answered => format!("Your answer{} is published.", to.map(|name| format!(" to {name}")).unwrap_or_default()),
            Self::Edited => format!("{of} has its new text."),
            Self::Looked => format!("What readers reported of {} is forgotten.", of.replacen("The", "the", 1)),
            Self::Closed | Self::Opened | Self::Saved | Self::Asked | Self::Webhook(_) => return None,
        })
    }
}

/// A deed, the comment or page it was done to, and the move that takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Notice {
    pub deed: Deed,
    pub id: i64,
    pub undo: Option<Move>,
}

impl Notice {
    pub fn of_comment(deed: Deed, id: CommentId, undo: Option<Move>) -> Self {
        Self { deed, id: id.0, undo }
    }

    /// The notice as a value of the parameter `done`.
    pub fn encode(self, ask: &Ask) -> String {
        let words = self.words();
        format!("{words}.{}", proof(ask, &words))
    }

    fn words(self) -> String {
        format!("{}.{}.{}", self.deed.word(), self.id, self.undo.map_or("-", Move::word))
    }

    /// The notice in the address of this request, if this session put it there.
    pub fn read(ask: &Ask) -> Option<Self> {
        let text = ask.param("done")?;
        let (words, sent) = text.rsplit_once('.')?;
        if proof(ask, words) != sent {
            return None;
        }
        let mut parts = words.split('.');
        let (deed, id, undo) = (parts.next()?, parts.next()?, parts.next()?);
        Some(Self { deed: Deed::from_word(deed)?, id: id.parse().ok()?, undo: Move::from_word(undo) })
    }
}

fn proof(ask: &Ask, words: &str) -> String {
    let token = ask.session.as_ref().map_or("", |session| session.form_token.as_str());
    URL_SAFE_NO_PAD.encode(ask.app().secrets.keyed_hash("desk notice", &[token.as_bytes(), words.as_bytes()]))
}

/// The move that gives a comment back the status it had, after `action`.
pub fn reverse(action: Move, before: Status) -> Option<Move> {
    match (action, before) {
        (Move::Pin, _) => Some(Move::Unpin),
        (Move::Unpin, _) => Some(Move::Pin),
        (Move::Used, _) => Some(Move::Unused),
        (Move::Unused, _) => Some(Move::Used),
        (Move::NoAnswerNeeded, _) => Some(Move::AnswerNeeded),
        (Move::AnswerNeeded, _) => Some(Move::NoAnswerNeeded),
        (Move::Hold, Status::Published) => Some(Move::Approve),
        (_, Status::Published) => Some(Move::Restore),
        (_, Status::Pending) => Some(Move::Hold),
        (_, Status::Spam) => Some(Move::Spam),
        (_, Status::Removed) => Some(Move::Remove),
        (_, Status::Withdrawn) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_has_a_way_back_to_the_status_before() {
        for (action, before, expected) in [
            (Move::Approve, Status::Pending, Move::Hold),
            (Move::Approve, Status::Spam, Move::Spam),
            (Move::Hold, Status::Published, Move::Approve),
            (Move::Hold, Status::Removed, Move::Remove),
            (Move::Spam, Status::Published, Move::Restore),
            (Move::Remove, Status::Published, Move::Restore),
            (Move::Remove, Status::Pending, Move::Hold),
            (Move::Restore, Status::Removed, Move::Remove),
            (Move::Restore, Status::Spam, Move::Spam),
            (Move::Pin, Status::Published, Move::Unpin),
            (Move::Used, Status::Published, Move::Unused),
            (Move::NoAnswerNeeded, Status::Published, Move::AnswerNeeded),
        ] {
            assert_eq!(reverse(action, before), Some(expected), "{action:?} from {before:?}");
        }
    }

    #[test]
    fn every_deed_reads_back_from_its_word() {
        let moves = Move::ALL.into_iter().map(Deed::Moved);
        let others = [Deed::Answered, Deed::Edited, Deed::Closed, Deed::Opened, Deed::Saved, Deed::Asked, Deed::Looked];
        for deed in moves.chain(others).chain(WebhookDeed::ALL.map(Deed::Webhook)) {
            assert_eq!(Deed::from_word(deed.word()), Some(deed));
        }
        assert_eq!(Deed::from_word("bought"), None);
    }
}
