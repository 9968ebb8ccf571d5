//! Threads as everybody may see them. Queries find ids by an index that has them in order, wherever in the thread
//! reading begins; whole comments are then read one by one. There is no offset and no count of what was passed.

use rusqlite::Connection;

use crate::model::{Comment, CommentId, CommentOnPage, Cursor, Page, PageId, RootThread, SiteId, Sort, Status, ThreadSlice};
use crate::store::{
    Error, ThreadQuery, Threads,
    sqlite::{
        SqliteStore,
        comments::on_page,
        rows::{self, CommentRow},
        tree,
    },
};

/// Replies in a slice that goes on inside a root.
const REPLIES_MAX: usize = 50;
/// A link to a comment shows no more than about this much of it, its ancestors and what follows.
const AROUND_HTML_BYTES_MAX: usize = 80 * 1024;
/// How far ahead and back replies are counted when a slice does not begin at their root. Only in the middle of a root
/// with more than twice as many, the number of those that remain is an upper bound.
const COUNTED_MAX: u64 = 500;

impl Threads for SqliteStore {
    fn read_thread(&self, site: SiteId, page: PageId, query: &ThreadQuery) -> Result<ThreadSlice, Error> {
        self.readers.read(|conn| {
            let page = rows::find_page(conn, site, page)?.ok_or(Error::NotFound)?;
            let mut reading = Reading { conn, page, replies_max: query.replies_max, html_left: query.html_bytes_max };
            let roots_max = query.roots_max.clamp(1, 100);
            match &query.cursor {
                None => {
                    let pinned = reading.pinned_roots()?;
                    reading.roots_after(pinned, Position::start(query.sort), roots_max)
                }
                Some(Cursor::Roots { sort, rank, id }) => {
                    reading.roots_after(Vec::new(), Position { sort: *sort, rank: *rank, id: id.0 }, roots_max)
                }
                Some(Cursor::Replies { root, path }) => reading.inside(*root, path),
                // A place in a queue is nowhere in a thread.
                Some(Cursor::Older { .. }) => Err(Error::NotFound),
            }
        })
    }

    fn read_around(&self, site: SiteId, page: PageId, comment: CommentId, replies_max: usize) -> Result<ThreadSlice, Error> {
        self.readers.read(|conn| {
            let page = rows::find_page(conn, site, page)?.ok_or(Error::NotFound)?;
            let mut reading = Reading { conn, page, replies_max, html_left: AROUND_HTML_BYTES_MAX };
            let around = reading.find_shown(comment)?;
            if around.comment.parent.is_none() {
                let root = reading.root_thread(around)?;
                return Ok(ThreadSlice { page: reading.page, roots: vec![root], next: None });
            }
            reading.around(around)
        })
    }

    fn list_below(&self, site: SiteId, comment: CommentId, most: usize) -> Result<Vec<CommentOnPage>, Error> {
        self.readers.read(|conn| {
            let top = rows::find_comment(conn, site, comment)?.filter(|row| row.shown).ok_or(Error::NotFound)?;
            let mut found = Vec::new();
            for id in ids_below(conn, &top)? {
                if found.len() == most {
                    break;
                }
                let row = rows::comment_by_id(conn, site, id)?;
                if row.comment.status == Status::Published {
                    found.push(on_page(conn, site, row.comment)?);
                }
            }
            Ok(found)
        })
    }
}

/// A comment and all shown ones below it, newest first; read from the index alone.
fn ids_below(conn: &Connection, top: &CommentRow) -> rusqlite::Result<Vec<CommentId>> {
    let page = top.comment.page_id.0;
    let list = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| -> rusqlite::Result<Vec<CommentId>> {
        conn.prepare_cached(sql)?.query_map(parameters, |row| row.get(0).map(CommentId))?.collect()
    };
    if tree::is_lowest(&top.path) {
        // What answers down there stands beside it, and only its parent tells.
        return list(
            "with recursive below(id) as (
               select ?2 union all select comment.id from comment join below on comment.parent_id = below.id where page_id = ?1)
             select id from below order by id desc",
            &[&page, &top.comment.id.0],
        );
    }
    // No id begins with a byte above 7f.
    let mut end = top.path.clone();
    end.push(0xff);
    list(
        "select id from comment indexed by comment_thread
         where page_id = ?1 and shown = 1 and root_id = ?2 and path >= ?3 and path < ?4 order by id desc",
        &[&page, &top.comment.root.0, &top.path, &end],
    )
}

/// The last root that was read.
#[derive(Clone, Copy)]
struct Position {
    sort: Sort,
    rank: i64,
    id: i64,
}

impl Position {
    /// Before the first root. Every value here can stand in a cursor, and no comment has it: ids of a page and its
    /// site come before those of its comments, and none reaches the maximum.
    fn start(sort: Sort) -> Self {
        match sort {
            Sort::Oldest => Self { sort, rank: 0, id: 1 },
            Sort::Newest => Self { sort, rank: 0, id: i64::MAX },
            Sort::Best => Self { sort, rank: i64::MAX, id: i64::MAX },
        }
    }

    fn of(sort: Sort, row: &CommentRow) -> Self {
        Self { sort, rank: if sort == Sort::Best { row.rank } else { 0 }, id: row.comment.id.0 }
    }

    fn cursor(self) -> Cursor {
        Cursor::Roots { sort: self.sort, rank: self.rank, id: CommentId(self.id) }
    }
}

/// Reading one page in one snapshot, until enough was read.
struct Reading<'c> {
    conn: &'c Connection,
    page: Page,
    replies_max: usize,
    html_left: usize,
}

impl Reading<'_> {
    fn roots_after(mut self, pinned: Vec<RootThread>, from: Position, roots_max: usize) -> Result<ThreadSlice, Error> {
        let room = roots_max.saturating_sub(pinned.len());
        let ids = self.list_roots(from, room + 1)?;
        let mut roots = pinned;
        let (mut last, mut taken) = (from, 0);
        for id in ids.iter().take(room) {
            if self.html_left == 0 && !roots.is_empty() {
                break;
            }
            let row = rows::comment_by_id(self.conn, self.page.site_id, *id)?;
            last = Position::of(from.sort, &row);
            taken += 1;
            roots.push(self.root_thread(row)?);
        }
        let next = (taken < ids.len()).then(|| last.cursor());
        Ok(ThreadSlice { page: self.page, roots, next })
    }

    fn pinned_roots(&mut self) -> Result<Vec<RootThread>, Error> {
        let mut query = self.conn.prepare_cached(
            "select id from comment indexed by comment_pinned where page_id = ?1 and pinned = 1 and status = 0 order by id",
        )?;
        let ids = query.query_map([self.page.id.0], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
        ids.into_iter()
            .map(|id| {
                let row = rows::comment_by_id(self.conn, self.page.site_id, CommentId(id))?;
                self.root_thread(row)
            })
            .collect()
    }

    /// Roots behind a position, without those that the first slice shows as pinned.
    fn list_roots(&self, from: Position, most: usize) -> rusqlite::Result<Vec<CommentId>> {
        let list = |sql, rank: Option<i64>, most: usize| -> rusqlite::Result<Vec<CommentId>> {
            let mut query = self.conn.prepare_cached(sql)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            query.query_map((self.page.id.0, from.id, most, rank), |row| row.get(0).map(CommentId))?.collect()
        };
        match from.sort {
            Sort::Oldest => list(
                "select id from comment indexed by comment_root_time
                 where page_id = ?1 and depth = 0 and shown = 1 and id > ?2 and (pinned = 0 or status <> 0) and ?4 is null
                 order by id limit ?3",
                None,
                most,
            ),
            Sort::Newest => list(
                "select id from comment indexed by comment_root_time
                 where page_id = ?1 and depth = 0 and shown = 1 and id < ?2 and (pinned = 0 or status <> 0) and ?4 is null
                 order by id desc limit ?3",
                None,
                most,
            ),
            Sort::Best => {
                // Two steps, because many roots share a rank and passing them one by one would make deep pages slow.
                let mut ids = list(
                    "select id from comment indexed by comment_root_rank
                     where page_id = ?1 and depth = 0 and shown = 1 and rank = ?4 and id > ?2 and (pinned = 0 or status <> 0)
                     order by id limit ?3",
                    Some(from.rank),
                    most,
                )?;
                ids.extend(list(
                    "select id from comment indexed by comment_root_rank
                     where page_id = ?1 and depth = 0 and shown = 1 and rank < ?4 and (pinned = 0 or status <> 0) and ?2 is not null
                     order by rank desc, id limit ?3",
                    Some(from.rank),
                    most - ids.len(),
                )?);
                Ok(ids)
            }
        }
    }

    /// A root with its first replies.
    fn root_thread(&mut self, row: CommentRow) -> Result<RootThread, Error> {
        let total = u64::from(row.comment.reply_count);
        let root = self.take(row);
        let (replies, last) = if total > 0 { self.replies_behind(root.id, &[], self.replies_max)? } else { Default::default() };
        let left = total.saturating_sub(replies.len() as u64);
        let more = (left > 0).then_some((Cursor::Replies { root: root.id, path: last }, left));
        Ok(RootThread { root: Some(root), replies, more })
    }

    /// Goes on behind a reply of a root.
    fn inside(mut self, root: CommentId, path: &[u8]) -> Result<ThreadSlice, Error> {
        let root = self.find_shown(root)?.comment;
        if root.parent.is_some() {
            return Err(Error::NotFound);
        }
        // At least one reply, else the reading would not get on.
        self.html_left = self.html_left.max(1);
        let (replies, last) = self.replies_behind(root.id, path, REPLIES_MAX)?;
        let more = self.more_behind(&root, last)?;
        Ok(ThreadSlice { page: self.page, roots: vec![RootThread { root: None, replies, more }], next: None })
    }

    /// A root, the ancestors of a reply of it, that reply, and what follows.
    fn around(mut self, around: CommentRow) -> Result<ThreadSlice, Error> {
        let root = self.find_shown(around.comment.root)?;
        let root = self.take(root);
        let path = around.path.clone();
        let mut replies = Vec::new();
        for id in tree::ids_of_path(&path).rev().skip(1).rev() {
            let row = self.find_shown(id)?;
            replies.push(self.take(row));
        }
        replies.push(self.take(around));
        let (following, last) = self.replies_behind(root.id, &path, self.replies_max.saturating_sub(1))?;
        replies.extend(following);
        let more = self.more_behind(&root, last)?;
        Ok(ThreadSlice { page: self.page, roots: vec![RootThread { root: Some(root), replies, more }], next: None })
    }

    /// Replies in display order, and the path of the last one, or `path` if there is none.
    fn replies_behind(&mut self, root: CommentId, path: &[u8], most: usize) -> Result<(Vec<Comment>, Vec<u8>), Error> {
        let mut query = self.conn.prepare_cached(
            "select id from comment indexed by comment_thread
             where page_id = ?1 and shown = 1 and root_id = ?2 and path > ?3 order by path limit ?4",
        )?;
        // The root has the empty path and is behind nothing.
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        let mut ids = query.query((self.page.id.0, root.0, path, most))?;
        let (mut replies, mut last) = (Vec::new(), path.to_vec());
        while self.html_left > 0
            && let Some(found) = ids.next()?
        {
            let row = rows::comment_by_id(self.conn, self.page.site_id, CommentId(found.get(0)?))?;
            last.clone_from(&row.path);
            replies.push(self.take(row));
        }
        Ok((replies, last))
    }

    fn more_behind(&self, root: &Comment, path: Vec<u8>) -> Result<Option<(Cursor, u64)>, Error> {
        let count = |sql| -> Result<u64, Error> {
            let mut query = self.conn.prepare_cached(sql)?;
            let count: i64 = query.query_row((self.page.id.0, root.id.0, &path, rows::number(COUNTED_MAX + 1)), |row| row.get(0))?;
            Ok(count.unsigned_abs())
        };
        let mut left = count(
            "select count(*) from (select 1 from comment indexed by comment_thread
               where page_id = ?1 and shown = 1 and root_id = ?2 and path > ?3 limit ?4)",
        )?;
        if left > COUNTED_MAX {
            let passed = count(
                "select count(*) from (select 1 from comment indexed by comment_thread
                   where page_id = ?1 and shown = 1 and root_id = ?2 and path > x'' and path <= ?3 limit ?4)",
            )?;
            left = left.max(u64::from(root.reply_count).saturating_sub(passed));
        }
        Ok((left > 0).then_some((Cursor::Replies { root: root.id, path }, left)))
    }

    /// A comment of this page that readers see, if only as an empty place.
    fn find_shown(&self, id: CommentId) -> Result<CommentRow, Error> {
        let row = rows::find_comment(self.conn, self.page.site_id, id)?;
        row.filter(|row| row.shown && row.comment.page_id == self.page.id).ok_or(Error::NotFound)
    }

    fn take(&mut self, row: CommentRow) -> Comment {
        let comment = row.into_shown();
        self.html_left = self.html_left.saturating_sub(comment.html.len());
        comment
    }
}
