//! Who waits for whom, what helped, what was used, and what readers report.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension};

use crate::model::{
    AuthorId, Cause, CommentId, CommentOnPage, Page, PageAddress, PageId, Question, Report, ReportReason, Role, SiteId, Status, Timestamp,
    Turn,
};
use crate::store::{
    Answered, Conflict, Courtesies, Error, Habit, Submitted,
    sqlite::{
        SqliteStore,
        comments::on_page,
        ids, outbox, pages,
        rows::{self, Cells},
        turns,
    },
};

/// So many of those that wait are looked at; whoever has more behind them will not see the end of the list anyway.
const TURNS_LOOKED_AT: i64 = 500;
/// Comments that a habit is measured by.
const HABIT_MAX: i64 = 200;
const ANSWERED_LOOKED_AT: usize = 50;
const ANSWERS_COUNTED: u32 = 100;
/// Comments among which those that could be answered are sought.
const HABIT_LOOKED_AT: i64 = 1000;
const REPORTS_MAX: i64 = 50;

impl Courtesies for SqliteStore {
    fn list_turns(&self, site: SiteId, most: usize) -> Result<Vec<CommentOnPage>, Error> {
        self.readers.read(|conn| {
            let mut query =
                conn.prepare_cached("select id, author_id, is_first from comment where site_id = ?1 and turn = 1 order by id limit ?2")?;
            let waiting = query
                .query_map((site.0, TURNS_LOOKED_AT), |row| Ok((CommentId(row.get(0)?), row.get(1)?, row.get(2)?)))?
                .collect::<rusqlite::Result<Vec<(CommentId, Option<i64>, bool)>>>()?;
            let mut seen = HashSet::new();
            let mut people: Vec<_> = waiting.into_iter().filter(|(id, person, _)| seen.insert(person.unwrap_or(-id.0))).collect();
            people.sort_by_key(|(id, _, is_first)| (!is_first, *id));
            people.truncate(most);
            people.into_iter().map(|(id, ..)| on_page(conn, site, rows::comment_by_id(conn, site, id)?.comment)).collect()
        })
    }

    fn count_turns(&self, site: SiteId) -> Result<u64, Error> {
        self.readers.read(|conn| {
            let mut query =
                conn.prepare_cached("select count(*) from (select 1 from comment where site_id = ?1 and turn = 1 limit 1000)")?;
            let count: i64 = query.query_row([site.0], |row| row.get(0))?;
            Ok(count.unsigned_abs())
        })
    }

    fn update_turn(&self, site: SiteId, id: CommentId, to: Turn) -> Result<Submitted, Error> {
        self.write_comment(site, id, move |batch, row| {
            if to == Turn::NoAnswerNeeded && row.comment.turn == Turn::Nobody {
                return Ok(());
            }
            let mut update = batch.conn.prepare_cached("update comment set turn = ?3 where site_id = ?1 and id = ?2")?;
            update.execute((site.0, id.0, rows::turn_code(to)))?;
            // Whether it waits is worked out, never taken from whoever asks.
            turns::refresh(batch, site, id)
        })
    }

    fn update_helped(&self, site: SiteId, id: CommentId, helped: Option<Timestamp>, at: Timestamp) -> Result<Submitted, Error> {
        self.write_comment(site, id, move |batch, row| {
            let parent = row.comment.parent.map(|parent| rows::comment_by_id(batch.conn, site, parent)).transpose()?;
            let published = |status: Status| status == Status::Published;
            if !published(row.comment.status) || !parent.is_some_and(|parent| published(parent.comment.status)) {
                return Err(Error::Conflict(Conflict::StatusForbids(row.comment.status)));
            }
            if row.comment.helped_at.is_some() == helped.is_some() {
                return Ok(());
            }
            let mut update = batch.conn.prepare_cached("update comment set helped_at = ?3 where site_id = ?1 and id = ?2")?;
            update.execute((site.0, id.0, helped.map(|at| at.0)))?;
            let mut page = batch.page(site, row.comment.page_id)?;
            batch.raise_page(&mut page, at);
            Ok(())
        })
    }

    fn update_used(&self, site: SiteId, id: CommentId, used: Option<Timestamp>, at: Timestamp) -> Result<Submitted, Error> {
        self.write_comment(site, id, move |batch, row| {
            if row.comment.status != Status::Published {
                return Err(Error::Conflict(Conflict::StatusForbids(row.comment.status)));
            }
            if row.comment.used_at.is_some() == used.is_some() {
                return Ok(());
            }
            let mut update = batch.conn.prepare_cached("update comment set used_at = ?3 where site_id = ?1 and id = ?2")?;
            update.execute((site.0, id.0, used.map(|at| at.0)))?;
            let mut page = batch.page(site, row.comment.page_id)?;
            batch.raise_page(&mut page, at);
            Ok(())
        })
    }

    fn update_question(&self, site: SiteId, address: &PageAddress, question: Option<&Question>, at: Timestamp) -> Result<Page, Error> {
        let (address, question) = (address.clone(), question.cloned());
        self.writer.write(move |batch| {
            let mut page = pages::find_or_insert(batch, site, &address, at)?;
            if page.question != question {
                page.question.clone_from(&question);
                batch.raise_page(&mut page, at);
            }
            Ok(page)
        })
    }

    fn list_used(&self, site: SiteId, page: PageId, most: usize) -> Result<Vec<(CommentId, Option<String>)>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, author_name from comment
                 where page_id = ?2 and used_at is not null and status = 0 and site_id = ?1 order by id limit ?3",
            )?;
            let found = query.query_map((site.0, page.0, rows::number(most as u64)), |row| Ok((CommentId(row.get(0)?), row.get(1)?)))?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn find_answered(&self, site: SiteId, comments: &[CommentId], since: Option<CommentId>) -> Result<Option<Answered>, Error> {
        let since = since.map_or(0, |id| id.0);
        let comments = &comments[..comments.len().min(ANSWERED_LOOKED_AT)];
        self.readers.read(|conn| {
            let mut asked_by = HashSet::new();
            let mut query = conn.prepare_cached("select author_id from comment where site_id = ?1 and id = ?2")?;
            for id in comments {
                let author: Option<Option<i64>> = query.query_row((site.0, id.0), |row| row.get(0)).optional()?;
                asked_by.extend(author.flatten());
            }
            let mut found = Vec::new();
            for id in comments {
                found.extend(answers_after(conn, site, *id, since)?);
            }
            // One person's comments may hang on several rows; none of them is somebody else.
            found.retain(|(_, author)| author.is_none_or(|author| !asked_by.contains(&author)));
            let Some(newest) = found.iter().map(|(id, _)| *id).max() else { return Ok(None) };
            let newest = on_page(conn, site, rows::comment_by_id(conn, site, newest)?.comment)?;
            let answers = u32::try_from(found.len()).unwrap_or(u32::MAX).min(ANSWERS_COUNTED);
            Ok(Some(Answered { newest, answers }))
        })
    }

    fn list_answers(&self, site: SiteId, id: CommentId, most: usize) -> Result<Vec<CommentOnPage>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select answer.id from comment asked join comment answer on answer.parent_id = asked.id and answer.status = 0
                   and (answer.author_id is not asked.author_id)
                 where asked.site_id = ?1 and asked.id = ?2 order by answer.id limit ?3",
            )?;
            let ids = query
                .query_map((site.0, id.0, rows::number(most as u64)), |row| row.get(0).map(CommentId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            ids.into_iter().map(|id| on_page(conn, site, rows::comment_by_id(conn, site, id)?.comment)).collect()
        })
    }

    fn measure_habit(&self, site: SiteId, since: Timestamp) -> Result<Habit, Error> {
        self.readers.read(|conn| {
            // Newest first through the index of the site's published comments, so that a large site costs no more.
            let mut query = conn.prepare_cached(
                "select asked.created_at,
                   (select min(answer.created_at) from comment answer indexed by comment_staff_answers
                    where answer.parent_id = asked.id and answer.status = 0 and answer.badge <> 0 and answer.badge = 1)
                 from (
                   select id, created_at, parent_id, badge from comment indexed by comment_of_site
                   where site_id = ?1 and status = 0 and id >= ?3 order by id desc limit ?4) asked
                 where asked.badge = 0 and asked.created_at >= ?2
                   and (asked.parent_id is null or exists (select 1 from comment above where above.id = asked.parent_id and above.badge <> 0))
                 order by asked.id desc limit ?5",
            )?;
            let oldest = ids::first_of(since);
            let pairs = query
                .query_map((site.0, since.0, oldest, HABIT_LOOKED_AT, HABIT_MAX), |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<Vec<(i64, Option<i64>)>>>()?;
            let mut times: Vec<i64> = pairs.iter().filter_map(|(asked, answer)| Some((answer.as_ref()? - asked).max(0) / 1000)).collect();
            times.sort_unstable();
            Ok(Habit {
                asked: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
                answered: u32::try_from(times.len()).unwrap_or(u32::MAX),
                median_seconds: times.get(times.len().saturating_sub(1) / 2).copied().unwrap_or(0),
            })
        })
    }

    fn find_author_name(&self, site: SiteId) -> Result<Option<String>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select name from account where role_everywhere = ?2 or exists (
                   select 1 from account_site where account_id = account.id and site_id = ?1 and role = ?2)
                 order by id limit 1",
            )?;
            Ok(query.query_row((site.0, rows::role_code(Role::Owner)), |row| row.get(0)).optional()?)
        })
    }

    fn find_unanswered(
        &self,
        site: SiteId,
        page: PageId,
        asker: Option<AuthorId>,
        after: Timestamp,
        before: Timestamp,
    ) -> Result<Option<CommentOnPage>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id from (
                   select id, page_id, author_id, status, created_at from comment indexed by comment_asking
                   where site_id = ?1 and asks = 1 and id >= ?6 and id < ?7 order by id desc limit 200) asked
                 where status = 0 and created_at >= ?4 and created_at <= ?5 and author_id is not ?3 and not exists (
                   select 1 from comment answer where answer.parent_id = asked.id and answer.status = 0
                     and answer.author_id is not asked.author_id)
                 order by page_id <> ?2, id limit 1",
            )?;
            let asker = asker.map_or(0, |author| author.0);
            // Ids rise with time, so that what is older or newer is not even looked at.
            let (oldest, newest) = (ids::first_of(after), ids::first_of(Timestamp(before.0.saturating_add(1))));
            let id: Option<i64> =
                query.query_row((site.0, page.0, asker, after.0, before.0, oldest, newest), |row| row.get(0)).optional()?;
            id.map(|id| on_page(conn, site, rows::comment_by_id(conn, site, CommentId(id))?.comment)).transpose()
        })
    }

    fn insert_report(
        &self,
        site: SiteId,
        id: CommentId,
        reporter: &[u8; 16],
        reason: ReportReason,
        text: &str,
        at: Timestamp,
    ) -> Result<(), Error> {
        let (reporter, text) = (*reporter, text.to_owned());
        self.write_comment(site, id, move |batch, row| {
            if row.comment.status != Status::Published {
                return Err(Error::NotFound);
            }
            let mut insert = batch.conn.prepare_cached(
                "insert into report(comment_id, reporter, site_id, reason, text, created_at) values (?1, ?2, ?3, ?4, ?5, ?6)
                 on conflict do nothing",
            )?;
            if insert.execute((id.0, reporter, site.0, reason.word(), text, at.0))? == 1 {
                outbox::happened(batch, site, id, Cause::Reported, Status::Published, at)?;
            }
            Ok(())
        })
        .map(drop)
    }

    fn list_reports(&self, site: SiteId, id: CommentId) -> Result<Vec<Report>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select reason, text, created_at from report where site_id = ?1 and comment_id = ?2 order by created_at limit ?3",
            )?;
            let found = query.query_map((site.0, id.0, REPORTS_MAX), |row| {
                let mut cells = Cells::of(row);
                let reason: String = cells.take()?;
                let reason = ReportReason::from_word(&reason).unwrap_or(ReportReason::Other);
                Ok(Report { reason, text: cells.take()?, at: cells.take_time()? })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn list_reported(&self, site: SiteId, most: usize) -> Result<Vec<CommentOnPage>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select comment_id from report where site_id = ?1 order by created_at desc limit ?2")?;
            let ids = query
                .query_map((site.0, 10 * rows::number(most as u64)), |row| row.get(0).map(CommentId))?
                .collect::<rusqlite::Result<Vec<_>>>()?;
            let mut seen = HashSet::new();
            let mut found = Vec::new();
            for id in ids.into_iter().filter(|id| seen.insert(*id)) {
                let comment = rows::comment_by_id(conn, site, id)?.comment;
                if comment.status == Status::Published && found.len() < most {
                    found.push(on_page(conn, site, comment)?);
                }
            }
            Ok(found)
        })
    }

    fn delete_reports(&self, site: SiteId, id: CommentId) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute("delete from report where site_id = ?1 and comment_id = ?2", (site.0, id.0))?;
            Ok(())
        })
    }
}

/// The newest published answers to a comment after `since`, each with the row of whoever wrote it.
fn answers_after(conn: &Connection, site: SiteId, id: CommentId, since: i64) -> rusqlite::Result<Vec<(CommentId, Option<i64>)>> {
    let mut query = conn.prepare_cached(
        "select answer.id, answer.author_id from comment asked join comment answer on answer.parent_id = asked.id and answer.status = 0
           and answer.id > ?3
         where asked.site_id = ?1 and asked.id = ?2 order by answer.id desc limit ?4",
    )?;
    query.query_map((site.0, id.0, since, ANSWERS_COUNTED), |row| Ok((CommentId(row.get(0)?), row.get(1)?)))?.collect()
}
