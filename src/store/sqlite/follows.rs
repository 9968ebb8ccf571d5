//! Who wants to hear of answers, at which address, and how staff want to hear of comments.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::model::{
    AccountId, AddressId, AddressState, AuthorId, CommentId, Follow, FollowId, MailAddress, NoticeKind, NoticeMode, PageId, Recipient,
    SiteId, Timestamp,
};
use crate::store::{
    Ceilings, Conflict, Error, Follows, NewFollow, NewNotice, Pace, StaffNotice,
    sqlite::{SqliteStore, batch::Batch, outbox, rows::Cells},
};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;

/// Follows of one address: far more than anybody reads, few enough to fit on a page.
const FOLLOWS_MAX: i64 = 200;

impl Follows for SqliteStore {
    fn insert_follow(&self, follow: &NewFollow<'_>, ceilings: Ceilings, at: Timestamp) -> Result<(), Error> {
        let (site, page, comment, author) = (follow.site, follow.page, follow.comment, follow.author);
        let (address, lang) = (follow.address.to_owned(), follow.lang.to_owned());
        self.writer.write(move |batch| {
            check_ceilings(batch.conn, ceilings, at)?;
            let known = find_or_insert(batch, &address, &lang, at)?;
            // Something is written whatever the address, so that each commit waits for the disk and its time tells nothing.
            batch.conn.prepare_cached("update mail_address set lang = lang where id = ?1")?.execute([known.id.0])?;
            if known.state == AddressState::Stopped {
                return Ok(());
            }
            let follows: i64 = batch
                .conn
                .prepare_cached("select count(*) from follow where address_id = ?1")?
                .query_row([known.id.0], |row| row.get(0))?;
            if follows < FOLLOWS_MAX {
                let id = batch.next_id(at)?;
                let mut insert = batch.conn.prepare_cached(
                    "insert into follow(id, site_id, page_id, comment_id, address_id, author_id, lang, created_at)
                     values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     on conflict(page_id, comment_id, address_id) do update set author_id = coalesce(follow.author_id, excluded.author_id)",
                )?;
                let author = author.map(|author| author.0);
                insert.execute((id, site.0, page.0, comment.map_or(0, |comment| comment.0), known.id.0, author, &lang, at.0))?;
            }
            let notice = NewNotice {
                site,
                kind: NoticeKind::Confirm,
                recipient: Recipient::Reader(known.id),
                page: None,
                comment: None,
                earliest: at,
                pace: Pace::FREE,
            };
            ask(batch, &known, &notice, at)
        })
    }

    fn find_address(&self, id: AddressId) -> Result<Option<MailAddress>, Error> {
        self.readers.read(|conn| Ok(by_id(conn, id)?))
    }

    fn find_address_by_text(&self, address: &str) -> Result<Option<MailAddress>, Error> {
        self.readers.read(|conn| Ok(by_text(conn, address)?))
    }

    fn confirm_address(&self, id: AddressId, at: Timestamp) -> Result<MailAddress, Error> {
        self.writer.write(move |batch| {
            batch.conn.execute(
                "update mail_address set state = 1, bounces = 0, confirmed_at = coalesce(confirmed_at, ?2) where id = ?1",
                (id.0, at.0),
            )?;
            by_id(batch.conn, id)?.ok_or(Error::NotFound)
        })
    }

    fn vouch_for_address(&self, address: &str, lang: &str, at: Timestamp) -> Result<(), Error> {
        let (address, lang) = (address.to_owned(), lang.to_owned());
        self.writer.write(move |batch| {
            let known = find_or_insert(batch, &address, &lang, at)?;
            batch.conn.execute(
                "update mail_address set state = 1, bounces = 0, confirmed_at = coalesce(confirmed_at, ?2) where id = ?1",
                (known.id.0, at.0),
            )?;
            Ok(())
        })
    }

    fn ask_staff_address(&self, account: AccountId, site: SiteId, address: &str, ceilings: Ceilings, at: Timestamp) -> Result<(), Error> {
        let address = address.to_owned();
        self.writer.write(move |batch| {
            check_ceilings(batch.conn, ceilings, at)?;
            let known = find_or_insert(batch, &address, "en", at)?;
            let notice = NewNotice {
                site,
                kind: NoticeKind::StaffConfirm,
                recipient: Recipient::Staff(account),
                page: None,
                comment: None,
                earliest: at,
                pace: Pace::FREE,
            };
            ask(batch, &known, &notice, at)
        })
    }

    fn stop_address(&self, id: AddressId) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute("delete from follow where address_id = ?1", [id.0])?;
            batch.conn.execute("update mail_address set state = 2 where id = ?1", [id.0])?;
            Ok(())
        })
    }

    fn list_follows(&self, id: AddressId) -> Result<Vec<Follow>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, page_id, comment_id, address_id, author_id, lang, created_at
                 from follow where address_id = ?1 order by id desc",
            )?;
            Ok(query.query_map([id.0], follow)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn find_follow(&self, id: FollowId) -> Result<Option<Follow>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, page_id, comment_id, address_id, author_id, lang, created_at from follow where id = ?1",
            )?;
            Ok(query.query_row([id.0], follow).optional()?)
        })
    }

    fn delete_follow(&self, id: FollowId) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute("delete from follow where id = ?1", [id.0])?;
            Ok(())
        })
    }

    fn list_followers(&self, site: SiteId, page: PageId, parent: Option<CommentId>) -> Result<Vec<Follow>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select follow.id, follow.site_id, follow.page_id, follow.comment_id, follow.address_id, follow.author_id, follow.lang,
                   follow.created_at
                 from follow join mail_address on mail_address.id = follow.address_id
                 where follow.page_id = ?2 and follow.comment_id in (0, ?3) and follow.site_id = ?1 and mail_address.state = 1",
            )?;
            let parent = parent.map_or(0, |parent| parent.0);
            Ok(query.query_map((site.0, page.0, parent), follow)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn find_reason(&self, address: AddressId, page: PageId, parent: Option<CommentId>) -> Result<Option<Follow>, Error> {
        self.readers.read(|conn| {
            // Answers to a comment say more than a whole thread.
            let mut query = conn.prepare_cached(
                "select id, site_id, page_id, comment_id, address_id, author_id, lang, created_at
                 from follow where page_id = ?2 and comment_id in (0, ?3) and address_id = ?1 order by comment_id desc limit 1",
            )?;
            Ok(query.query_row((address.0, page.0, parent.map_or(0, |parent| parent.0)), follow).optional()?)
        })
    }

    fn update_email(&self, account: AccountId, address: Option<&str>) -> Result<(), Error> {
        let address = address.map(str::to_owned);
        self.writer.write(move |batch| {
            let changed = batch.conn.execute("update account set email = ?2 where id = ?1", (account.0, address))?;
            if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    }

    fn list_staff_notices(&self, site: SiteId) -> Result<Vec<StaffNotice>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select account_id, mode, reminded_at from staff_notice where site_id = ?1")?;
            let found = query.query_map([site.0], |row| {
                let mut cells = Cells::of(row);
                Ok(StaffNotice {
                    account: AccountId(cells.take()?),
                    mode: cells.take_code(mode)?,
                    reminded_at: cells.take::<Option<_>>()?.map(Timestamp),
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn update_staff_notice(&self, site: SiteId, account: AccountId, to: NoticeMode) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute(
                "insert into staff_notice(account_id, site_id, mode) values (?2, ?1, ?3)
                 on conflict(account_id, site_id) do update set mode = excluded.mode",
                (site.0, account.0, mode_code(to)),
            )?;
            Ok(())
        })
    }

    fn note_reminded(&self, site: SiteId, account: AccountId, at: Timestamp, pause_seconds: i64) -> Result<bool, Error> {
        self.writer.write(move |batch| {
            let changed = batch.conn.execute(
                "insert into staff_notice(account_id, site_id, mode, reminded_at) values (?2, ?1, ?3, ?4)
                 on conflict(account_id, site_id) do update set reminded_at = excluded.reminded_at
                 where reminded_at is null or reminded_at <= ?5",
                (site.0, account.0, mode_code(NoticeMode::default()), at.0, at.minus_seconds(pause_seconds).0),
            )?;
            Ok(changed == 1)
        })
    }
}

/// Everybody hears the same at a ceiling, whether the address would have needed a mail or not.
fn check_ceilings(conn: &Connection, ceilings: Ceilings, at: Timestamp) -> Result<(), Error> {
    for (most, window) in [(ceilings.per_hour, HOUR_MS), (ceilings.per_day, DAY_MS)] {
        // The mail that fills the window: as soon as it has left, there is room for one more.
        let mut query =
            conn.prepare_cached("select asked_at from mail_address where asked_at > ?1 order by asked_at desc limit 1 offset ?2")?;
        let filling: Option<i64> = query.query_row((at.0 - window, i64::from(most.max(1)) - 1), |row| row.get(0)).optional()?;
        if let Some(filling) = filling {
            let retry_after_seconds = ((filling + window - at.0).max(1000) / 1000).unsigned_abs();
            return Err(Error::Conflict(Conflict::TooManyMails { retry_after_seconds }));
        }
    }
    Ok(())
}

/// Asks an unproven address for its consent, once in 24 hours; counted before anything is sent.
fn ask(batch: &mut Batch<'_>, known: &MailAddress, notice: &NewNotice, at: Timestamp) -> Result<(), Error> {
    let lately = known.asked_at.is_some_and(|asked| asked.0 > at.0 - DAY_MS);
    if lately || !matches!(known.state, AddressState::Unproven | AddressState::Bounced) {
        return Ok(());
    }
    batch.conn.prepare_cached("update mail_address set asked_at = ?2 where id = ?1")?.execute((known.id.0, at.0))?;
    outbox::add_notice(batch, notice, at)
}

fn find_or_insert(batch: &mut Batch<'_>, address: &str, lang: &str, at: Timestamp) -> Result<MailAddress, Error> {
    if let Some(known) = by_text(batch.conn, address)? {
        return Ok(known);
    }
    let id = AddressId(batch.next_id(at)?);
    let mut insert =
        batch.conn.prepare_cached("insert into mail_address(id, address, state, lang, created_at) values (?1, ?2, 0, ?3, ?4)")?;
    insert.execute((id.0, address, lang, at.0))?;
    Ok(MailAddress { id, address: address.to_owned(), state: AddressState::Unproven, lang: lang.to_owned(), asked_at: None })
}

fn by_id(conn: &Connection, id: AddressId) -> rusqlite::Result<Option<MailAddress>> {
    let mut query = conn.prepare_cached("select id, address, state, lang, asked_at from mail_address where id = ?1")?;
    query.query_row([id.0], mail_address).optional()
}

fn by_text(conn: &Connection, address: &str) -> rusqlite::Result<Option<MailAddress>> {
    let mut query = conn.prepare_cached("select id, address, state, lang, asked_at from mail_address where address = ?1")?;
    query.query_row([address], mail_address).optional()
}

fn mail_address(row: &Row<'_>) -> rusqlite::Result<MailAddress> {
    let mut cells = Cells::of(row);
    Ok(MailAddress {
        id: AddressId(cells.take()?),
        address: cells.take()?,
        state: cells.take_code(state)?,
        lang: cells.take()?,
        asked_at: cells.take::<Option<_>>()?.map(Timestamp),
    })
}

fn follow(row: &Row<'_>) -> rusqlite::Result<Follow> {
    let mut cells = Cells::of(row);
    Ok(Follow {
        id: FollowId(cells.take()?),
        site: SiteId(cells.take()?),
        page: PageId(cells.take()?),
        comment: Some(CommentId(cells.take()?)).filter(|comment| comment.0 != 0),
        address: AddressId(cells.take()?),
        author: cells.take::<Option<_>>()?.map(AuthorId),
        lang: cells.take()?,
        created_at: cells.take_time()?,
    })
}

fn state(code: i64) -> Option<AddressState> {
    use AddressState::{Bounced, Confirmed, Stopped, Unproven};
    [Unproven, Confirmed, Stopped, Bounced].into_iter().nth(usize::try_from(code).ok()?)
}

fn mode_code(mode: NoticeMode) -> i64 {
    match mode {
        NoticeMode::Every => 0,
        NoticeMode::Pending => 1,
        NoticeMode::Hourly => 2,
        NoticeMode::Daily => 3,
        NoticeMode::Off => 4,
    }
}

fn mode(code: i64) -> Option<NoticeMode> {
    NoticeMode::ALL.into_iter().find(|mode| mode_code(*mode) == code)
}
