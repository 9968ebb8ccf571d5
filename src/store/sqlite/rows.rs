//! From rows to the words of the model, and the codes that rows hold for them.

use rusqlite::{Connection, OptionalExtension, Row, types::FromSql};

use crate::model::{
    AuthorId, Badge, Comment, CommentAuthor, CommentId, HoldReason, Page, PageId, PageState, Question, Role, Scope, SiteId, Status,
    Timestamp, Turn,
};
use crate::store::Error;

/// Cells of a row, from left to right.
pub struct Cells<'r> {
    row: &'r Row<'r>,
    at: usize,
}

impl<'r> Cells<'r> {
    pub fn of(row: &'r Row<'r>) -> Self {
        Self { row, at: 0 }
    }

    pub fn take<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        self.at += 1;
        self.row.get(self.at - 1)
    }

    pub fn take_time(&mut self) -> rusqlite::Result<Timestamp> {
        self.take().map(Timestamp)
    }

    /// A number that stands for something; an unknown one is damage.
    pub fn take_code<T>(&mut self, meaning: impl FnOnce(i64) -> Option<T>) -> rusqlite::Result<T> {
        let code = self.take()?;
        meaning(code).ok_or(rusqlite::Error::IntegralValueOutOfRange(self.at - 1, code))
    }
}

/// Counts are far below 2^63; SQLite has no larger numbers.
pub fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

pub fn status_code(status: Status) -> i64 {
    match status {
        Status::Published => 0,
        Status::Pending => 1,
        Status::Spam => 2,
        Status::Removed => 3,
        Status::Withdrawn => 4,
    }
}

pub fn status(code: i64) -> Option<Status> {
    Status::ALL.into_iter().find(|status| status_code(*status) == code)
}

pub fn page_state_code(state: PageState) -> i64 {
    match state {
        PageState::Open => 0,
        PageState::Closed => 1,
    }
}

fn page_state(code: i64) -> Option<PageState> {
    [PageState::Open, PageState::Closed].into_iter().find(|state| page_state_code(*state) == code)
}

pub fn badge_code(badge: Option<Badge>) -> i64 {
    match badge {
        None => 0,
        Some(Badge::Author) => 1,
        Some(Badge::Moderator) => 2,
    }
}

fn badge(code: i64) -> Option<Option<Badge>> {
    [None, Some(Badge::Author), Some(Badge::Moderator)].into_iter().find(|badge| badge_code(*badge) == code)
}

pub fn role_code(role: Role) -> i64 {
    match role {
        Role::Viewer => 0,
        Role::Moderator => 1,
        Role::Owner => 2,
    }
}

pub fn role(code: i64) -> Option<Role> {
    Role::ALL.into_iter().find(|role| role_code(*role) == code)
}

pub fn scope_code(scope: Scope) -> i64 {
    match scope {
        Scope::Read => 0,
        Scope::Write => 1,
        Scope::Moderate => 2,
        Scope::Admin => 3,
    }
}

pub fn scope(code: i64) -> Option<Scope> {
    Scope::ALL.into_iter().find(|scope| scope_code(*scope) == code)
}

pub fn turn_code(turn: Turn) -> i64 {
    match turn {
        Turn::Nobody => 0,
        Turn::Author => 1,
        Turn::NoAnswerNeeded => 2,
    }
}

fn turn(code: i64) -> Option<Turn> {
    [Turn::Nobody, Turn::Author, Turn::NoAnswerNeeded].into_iter().find(|turn| turn_code(*turn) == code)
}

/// Hold reasons as a row keeps them; `None` for none.
pub fn reason_words(reasons: &[HoldReason]) -> Option<String> {
    let words: Vec<&str> = reasons.iter().map(|reason| reason.word()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn reasons(words: Option<&str>) -> Vec<HoldReason> {
    words.unwrap_or_default().split_whitespace().filter_map(HoldReason::from_word).collect()
}

pub fn find_page(conn: &Connection, site: SiteId, id: PageId) -> rusqlite::Result<Option<Page>> {
    let mut query = conn.prepare_cached(
        "select id, site_id, key, url, title, version, published_count, root_count, state, last_comment_at, changed_at, created_at,
           question, question_by
         from page where site_id = ?1 and id = ?2",
    )?;
    query.query_row((site.0, id.0), |row| page(&mut Cells::of(row))).optional()
}

fn page(cells: &mut Cells<'_>) -> rusqlite::Result<Page> {
    Ok(Page {
        id: PageId(cells.take()?),
        site_id: SiteId(cells.take()?),
        key: cells.take()?,
        url: cells.take()?,
        title: cells.take()?,
        version: cells.take()?,
        published_count: cells.take_code(|count| count.try_into().ok())?,
        root_count: cells.take_code(|count| count.try_into().ok())?,
        state: cells.take_code(page_state)?,
        last_comment_at: cells.take_time()?,
        changed_at: cells.take_time()?,
        created_at: cells.take_time()?,
        question: cells.take::<Option<_>>()?.zip(cells.take::<Option<_>>()?).map(|(text, by)| Question { text, by }),
    })
}

/// A comment with what only the engine knows of it.
#[derive(Debug)]
pub struct CommentRow {
    pub comment: Comment,
    pub path: Vec<u8>,
    pub shown: bool,
    /// Shown direct replies.
    pub child_count: u32,
    pub rank: i64,
}

/// The only query for whole comments: others find ids.
pub fn find_comment(conn: &Connection, site: SiteId, id: CommentId) -> rusqlite::Result<Option<CommentRow>> {
    let mut query = conn.prepare_cached(
        "select c.id, c.page_id, c.parent_id, c.root_id, c.depth, c.author_id, c.author_name, c.author_website, c.badge,
           case when parent.status = 0 then parent.author_name end,
           c.status, c.source, c.html, c.markup_version, c.receipt_epoch, c.pinned, c.upvotes, c.downvotes, c.reply_count,
           c.held_because, c.asks, c.is_first, c.turn, case when parent.status = 0 then c.helped_at end, c.used_at,
           c.created_at, c.edited_at, c.path, c.shown, c.child_count, c.rank
         from comment c left join comment parent on parent.id = c.parent_id and parent.site_id = c.site_id
         where c.site_id = ?1 and c.id = ?2",
    )?;
    query.query_row((site.0, id.0), |row| comment(&mut Cells::of(row))).optional()
}

/// A comment that the same transaction has named already.
pub fn comment_by_id(conn: &Connection, site: SiteId, id: CommentId) -> Result<CommentRow, Error> {
    find_comment(conn, site, id)?.ok_or_else(|| Error::Internal(format!("comment {id} is missing")))
}

fn comment(cells: &mut Cells<'_>) -> rusqlite::Result<CommentRow> {
    let comment = Comment {
        id: CommentId(cells.take()?),
        page_id: PageId(cells.take()?),
        parent: cells.take::<Option<_>>()?.map(CommentId),
        root: CommentId(cells.take()?),
        depth: cells.take()?,
        author: CommentAuthor {
            id: cells.take::<Option<_>>()?.map(AuthorId),
            name: cells.take()?,
            website: cells.take()?,
            badge: cells.take_code(badge)?,
        },
        parent_name: cells.take()?,
        status: cells.take_code(status)?,
        source: cells.take()?,
        html: cells.take()?,
        markup_version: cells.take()?,
        receipt_epoch: cells.take()?,
        pinned: cells.take()?,
        upvotes: cells.take()?,
        downvotes: cells.take()?,
        reply_count: cells.take()?,
        held_because: reasons(cells.take::<Option<String>>()?.as_deref()),
        asks: cells.take()?,
        is_first: cells.take()?,
        turn: cells.take_code(turn)?,
        helped_at: cells.take::<Option<_>>()?.map(Timestamp),
        used_at: cells.take::<Option<_>>()?.map(Timestamp),
        created_at: cells.take_time()?,
        edited_at: cells.take::<Option<_>>()?.map(Timestamp),
    };
    Ok(CommentRow { comment, path: cells.take()?, shown: cells.take()?, child_count: cells.take()?, rank: cells.take()? })
}

impl CommentRow {
    /// The comment as everybody may see it. Of one that is not published only its place is left.
    pub fn into_shown(self) -> Comment {
        let comment = self.comment;
        if comment.status == Status::Published {
            return comment;
        }
        Comment {
            author: CommentAuthor { id: None, name: None, website: None, badge: None },
            status: Status::Removed,
            source: String::new(),
            html: String::new(),
            pinned: false,
            upvotes: 0,
            downvotes: 0,
            held_because: Vec::new(),
            asks: false,
            is_first: false,
            turn: Turn::Nobody,
            helped_at: None,
            used_at: None,
            edited_at: None,
            ..comment
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_reads_back_as_what_it_stands_for() {
        assert!(Status::ALL.into_iter().all(|each| status(status_code(each)) == Some(each)));
        assert!(Role::ALL.into_iter().all(|each| role(role_code(each)) == Some(each)));
        assert!(Scope::ALL.into_iter().all(|each| scope(scope_code(each)) == Some(each)));
        for each in [None, Some(Badge::Author), Some(Badge::Moderator)] {
            assert_eq!(badge(badge_code(each)), Some(each));
        }
        for each in [PageState::Open, PageState::Closed] {
            assert_eq!(page_state(page_state_code(each)), Some(each));
        }
        assert_eq!((status(5), role(-1), scope(4), badge(3), page_state(2)), (None, None, None, None, None));
        assert_eq!(reasons(reason_words(&HoldReason::ALL).as_deref()), HoldReason::ALL);
        assert_eq!(reason_words(&[]), None);
    }
}
