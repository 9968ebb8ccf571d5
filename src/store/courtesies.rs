//! Who waits for whom, what helped, what was used, and what readers report.

use crate::model::{
    AuthorId, CommentId, CommentOnPage, Page, PageAddress, PageId, Question, Report, ReportReason, SiteId, Timestamp, Turn,
};
use crate::store::{Error, Submitted};

/// How often and how fast the author answered readers lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habit {
    /// Readers' roots and readers' answers to staff.
    pub asked: u32,
    /// Those among them that somebody with the author's badge has answered.
    pub answered: u32,
    /// Half of the answers came within this time.
    pub median_seconds: i64,
}

/// A comment that somebody answered.
#[derive(Clone, Debug)]
pub struct Answered {
    /// The newest answer.
    pub newest: CommentOnPage,
    /// Other people's answers in all, at most 100.
    pub answers: u32,
}

pub trait Courtesies {
    /// People who wait for the author's word: of each person the oldest comment, people whose first comment it is before
    /// others, then the longest waiting first; at most `most` of the 500 oldest that wait.
    fn list_turns(&self, site: SiteId, most: usize) -> Result<Vec<CommentOnPage>, Error>;

    /// How many comments wait for the author's word, at most 1,000.
    fn count_turns(&self, site: SiteId) -> Result<u64, Error>;

    /// Says that a comment needs no answer, or takes that back. Taken back, it waits only if nobody of staff has answered.
    fn update_turn(&self, site: SiteId, id: CommentId, to: Turn) -> Result<Submitted, Error>;

    /// Notes that an answer helped whom it answers, or takes that back. `Conflict(StatusForbids)` unless it and what it
    /// answers are published.
    fn update_helped(&self, site: SiteId, id: CommentId, helped: Option<Timestamp>, at: Timestamp) -> Result<Submitted, Error>;

    /// Marks a published comment as used in the post, or takes that back.
    fn update_used(&self, site: SiteId, id: CommentId, used: Option<Timestamp>, at: Timestamp) -> Result<Submitted, Error>;

    /// Sets or clears what the author asks the readers of a page; makes the page if nobody commented there yet.
    fn update_question(&self, site: SiteId, address: &PageAddress, question: Option<&Question>, at: Timestamp) -> Result<Page, Error>;

    /// Published comments of a page that were used in the post, in the order they were written, with the names of their
    /// authors; at most `most`.
    fn list_used(&self, site: SiteId, page: PageId, most: usize) -> Result<Vec<(CommentId, Option<String>)>, Error>;

    /// Published answers to these comments that none of their authors wrote, after the comment `since`. Newer ones win;
    /// `None` when there are none. At most 50 comments are looked at, and of each its 100 newest answers.
    fn find_answered(&self, site: SiteId, comments: &[CommentId], since: Option<CommentId>) -> Result<Option<Answered>, Error>;

    /// Published answers to a comment by others, oldest first, at most `most`.
    fn list_answers(&self, site: SiteId, id: CommentId, most: usize) -> Result<Vec<CommentOnPage>, Error>;

    /// What the author did with readers' comments written since then, seen in the latest 200 of those that could be
    /// answered; at most 1,000 comments are looked at.
    fn measure_habit(&self, site: SiteId, since: Timestamp) -> Result<Habit, Error>;

    /// The name of whoever writes the posts: of the first account that owns the site. `None` without one.
    fn find_author_name(&self, site: SiteId) -> Result<Option<String>, Error>;

    /// A published question from between two moments that nobody else has answered and that is not by `asker`: on this
    /// page if there is one, else of the site; the oldest. The latest 200 of that time are looked at.
    fn find_unanswered(
        &self,
        site: SiteId,
        page: PageId,
        asker: Option<AuthorId>,
        after: Timestamp,
        before: Timestamp,
    ) -> Result<Option<CommentOnPage>, Error>;

    /// Keeps a report, once for each reporter and comment; a repeated one changes nothing. Only of published comments.
    fn insert_report(
        &self,
        site: SiteId,
        id: CommentId,
        reporter: &[u8; 16],
        reason: ReportReason,
        text: &str,
        at: Timestamp,
    ) -> Result<(), Error>;

    /// What readers reported of a comment, oldest first, at most 50.
    fn list_reports(&self, site: SiteId, id: CommentId) -> Result<Vec<Report>, Error>;

    /// Published comments that were reported, the latest report first, at most `most`.
    fn list_reported(&self, site: SiteId, most: usize) -> Result<Vec<CommentOnPage>, Error>;

    /// Forgets the reports of a comment: a moderator has looked.
    fn delete_reports(&self, site: SiteId, id: CommentId) -> Result<(), Error>;
}
