//! What happened and has yet to be told, and the mails and calls that come of it.

use rusqlite::{OptionalExtension, Row};

use crate::model::{
    AccountId, AddressId, Cause, CommentId, Delivery, DeliveryId, DeliveryState, Happening, NoticeKind, PageId, Recipient, SiteId, Status,
    Timestamp, WebhookId,
};
use crate::store::{
    Ended, Error, NewCall, NewNotice, Outbox, Settled,
    sqlite::{
        SqliteStore,
        batch::Batch,
        rows::{self, Cells},
    },
};

/// So many refusals in a row stop all mail to an address.
const BOUNCES_MAX: u32 = 3;

impl Outbox for SqliteStore {
    fn find_next_due(&self) -> Result<Option<Timestamp>, Error> {
        self.readers.read(|conn| {
            // Two queries with an order each, because then both are one step in an index.
            let happening: Option<i64> =
                conn.prepare_cached("select run_at from outbox order by run_at, id limit 1")?.query_row([], |row| row.get(0)).optional()?;
            let delivery: Option<i64> = conn
                .prepare_cached("select run_at from delivery where state = 0 order by run_at, id limit 1")?
                .query_row([], |row| row.get(0))
                .optional()?;
            Ok(happening.into_iter().chain(delivery).min().map(Timestamp))
        })
    }

    fn list_happenings(&self, now: Timestamp, most: usize) -> Result<Vec<Happening>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, comment_id, cause, status, created_at from outbox where run_at <= ?1 order by run_at, id limit ?2",
            )?;
            let found = query.query_map((now.0, rows::number(most as u64)), |row| {
                let mut cells = Cells::of(row);
                Ok(Happening {
                    id: cells.take()?,
                    site: SiteId(cells.take()?),
                    comment: CommentId(cells.take()?),
                    cause: cells.take_code(cause)?,
                    status: cells.take_code(rows::status)?,
                    at: cells.take_time()?,
                })
            })?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn settle_happenings(&self, settled: &[Settled], now: Timestamp) -> Result<(), Error> {
        let settled = settled.to_vec();
        self.writer.write(move |batch| {
            for Settled { happening, notices, calls } in &settled {
                let deleted = batch.conn.prepare_cached("delete from outbox where id = ?1")?.execute([happening])?;
                if deleted == 0 {
                    continue;
                }
                notices.iter().try_for_each(|notice| add_notice(batch, notice, now))?;
                calls.iter().try_for_each(|call| add_call(batch, call, now))?;
            }
            Ok(())
        })
    }

    fn insert_notice(&self, notice: &NewNotice, now: Timestamp) -> Result<(), Error> {
        let notice = notice.clone();
        self.writer.write(move |batch| add_notice(batch, &notice, now))
    }

    fn claim_deliveries(&self, now: Timestamp, until: Timestamp, most: usize) -> Result<Vec<Delivery>, Error> {
        self.writer.write(move |batch| {
            let mut claim = batch.conn.prepare_cached(
                "update delivery set tries = tries + 1, claimed = 1, run_at = ?2
                 where id in (select id from delivery where state = 0 and run_at <= ?1 order by run_at, id limit ?3)
                 returning id, site_id, kind, recipient, page_id, state + 4 * claimed, tries, run_at, body, said, created_at, done_at",
            )?;
            let claimed = claim.query_map((now.0, until.0, rows::number(most as u64)), delivery)?;
            Ok(claimed.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn finish_delivery(&self, id: DeliveryId, ended: Ended, said: &str, now: Timestamp) -> Result<(), Error> {
        let said = said.to_owned();
        self.writer.write(move |batch| {
            let (state, run_at) = match ended {
                Ended::Done => (DeliveryState::Done, None),
                Ended::Again(at) => (DeliveryState::Waiting, Some(at.0)),
                Ended::Failed | Ended::Refused => (DeliveryState::Failed, None),
                Ended::Dropped => (DeliveryState::Dropped, None),
            };
            let done_at = (state != DeliveryState::Waiting).then_some(now.0);
            let mut update = batch.conn.prepare_cached(
                "update delivery set state = ?2, run_at = coalesce(?3, run_at), said = ?4, done_at = ?5, claimed = 0 where id = ?1
                 returning kind, recipient",
            )?;
            let found: Option<(i64, i64)> =
                update.query_row((id.0, state_code(state), run_at, said, done_at), |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let (kind, recipient) = found.ok_or(Error::NotFound)?;
            if let Some(kind) = kind_of(kind)
                && matches!(ended, Ended::Done | Ended::Refused)
            {
                note_mail(batch, kind, recipient, ended == Ended::Done)?;
            }
            Ok(())
        })
    }

    fn release_claims(&self, now: Timestamp) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute("update delivery set claimed = 0, run_at = ?1 where state = 0 and claimed = 1", [now.0])?;
            Ok(())
        })
    }

    fn list_told(&self, id: DeliveryId) -> Result<Vec<CommentId>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached("select comment_id from told where delivery_id = ?1 order by comment_id")?;
            Ok(query.query_map([id.0], |row| row.get(0).map(CommentId))?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn find_delivery(&self, site: SiteId, id: DeliveryId) -> Result<Option<Delivery>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, kind, recipient, page_id, state + 4 * claimed, tries, run_at, body, said, created_at, done_at
                 from delivery where site_id = ?1 and id = ?2",
            )?;
            Ok(query.query_row((site.0, id.0), delivery).optional()?)
        })
    }

    fn list_deliveries(&self, site: SiteId, older_than: Option<DeliveryId>, most: usize) -> Result<Vec<Delivery>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, kind, recipient, page_id, state + 4 * claimed, tries, run_at, body, said, created_at, done_at
                 from delivery where site_id = ?1 and id < ?2 order by id desc limit ?3",
            )?;
            let older_than = older_than.map_or(i64::MAX, |id| id.0);
            Ok(query.query_map((site.0, older_than, rows::number(most as u64)), delivery)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn list_failed_deliveries(&self, site: SiteId, older_than: Option<DeliveryId>, most: usize) -> Result<Vec<Delivery>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, kind, recipient, page_id, state + 4 * claimed, tries, run_at, body, said, created_at, done_at
                 from delivery indexed by delivery_failed where site_id = ?1 and state = 2 and id < ?2 order by id desc limit ?3",
            )?;
            let older_than = older_than.map_or(i64::MAX, |id| id.0);
            Ok(query.query_map((site.0, older_than, rows::number(most as u64)), delivery)?.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn list_calls(&self, site: SiteId, webhook: WebhookId, most: usize) -> Result<Vec<Delivery>, Error> {
        self.readers.read(|conn| {
            let mut query = conn.prepare_cached(
                "select id, site_id, kind, recipient, page_id, state + 4 * claimed, tries, run_at, body, said, created_at, done_at
                 from delivery where kind = ?1 and recipient = ?2 and page_id = 0 and site_id = ?3 order by id desc limit ?4",
            )?;
            let found = query.query_map((kind_code(NoticeKind::Call), webhook.0, site.0, rows::number(most as u64)), delivery)?;
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
    }

    fn insert_test_call(&self, site: SiteId, webhook: WebhookId, now: Timestamp) -> Result<(), Error> {
        self.writer.write(move |batch| {
            let is_there =
                batch.conn.prepare_cached("select 1 from webhook where site_id = ?1 and id = ?2")?.exists((site.0, webhook.0))?;
            if !is_there {
                return Err(Error::NotFound);
            }
            let kind = kind_code(NoticeKind::Call);
            let waits = batch
                .conn
                .prepare_cached(
                    "select 1 from delivery
                     where kind = ?1 and recipient = ?2 and page_id = 0 and site_id = ?3 and state = 0 and body is null",
                )?
                .exists((kind, webhook.0, site.0))?;
            if waits { Ok(()) } else { insert_delivery(batch, site, kind, webhook.0, 0, now, None, now).map(drop) }
        })
    }

    fn postpone_calls(&self, site: SiteId, webhook: WebhookId, until: Timestamp) -> Result<(), Error> {
        self.writer.write(move |batch| {
            batch.conn.execute(
                "update delivery set run_at = ?4
                 where kind = ?1 and recipient = ?2 and page_id = 0 and site_id = ?3 and state = 0 and claimed = 0 and run_at < ?4",
                (kind_code(NoticeKind::Call), webhook.0, site.0, until.0),
            )?;
            Ok(())
        })
    }

    fn retry_delivery(&self, site: SiteId, id: DeliveryId, now: Timestamp) -> Result<(), Error> {
        self.writer.write(move |batch| {
            // One try is counted, so that nothing new joins what went out once.
            let changed = batch.conn.execute(
                "update delivery set state = 0, tries = 1, claimed = 0, run_at = ?3, done_at = null
                 where site_id = ?1 and id = ?2 and state in (1, 2)",
                (site.0, id.0, now.0),
            )?;
            if changed == 1 { Ok(()) } else { Err(Error::NotFound) }
        })
    }
}

/// Notes what has to be told about a comment, in the transaction of its cause.
pub fn happened(batch: &mut Batch<'_>, site: SiteId, id: CommentId, cause: Cause, status: Status, at: Timestamp) -> Result<(), Error> {
    // What its own author takes back is nobody's news.
    if status == Status::Withdrawn {
        return Ok(());
    }
    let run_at = at.plus_seconds(Happening::WAIT_SECONDS);
    let mut insert = batch
        .conn
        .prepare_cached("insert into outbox(site_id, comment_id, cause, status, run_at, created_at) values (?1, ?2, ?3, ?4, ?5, ?6)")?;
    insert.execute((site.0, id.0, cause_code(cause), rows::status_code(status), run_at.0, at.0))?;
    Ok(())
}

/// Forgets deliveries that ended, with what they were about, and says how many.
pub fn forget(batch: &Batch<'_>, before: Timestamp, most: i64) -> Result<usize, Error> {
    let mut query = batch.conn.prepare_cached("select id from delivery where created_at <= ?1 and state <> 0 order by id limit ?2")?;
    let ended = query.query_map((before.0, most), |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
    for id in &ended {
        batch.conn.prepare_cached("delete from told where delivery_id = ?1")?.execute([id])?;
        batch.conn.prepare_cached("delete from delivery where id = ?1")?.execute([id])?;
    }
    Ok(ended.len())
}

/// Adds a notice to the delivery that gathers it, or makes one.
pub fn add_notice(batch: &mut Batch<'_>, notice: &NewNotice, now: Timestamp) -> Result<(), Error> {
    let (kind, recipient) = (kind_code(notice.kind), recipient_id(notice.recipient));
    let page = notice.page.map_or(0, |page| page.0);
    if let Some(comment) = notice.comment {
        let told = batch
            .conn
            .prepare_cached("select 1 from told where kind = ?1 and recipient = ?2 and comment_id = ?3")?
            .exists((kind, recipient, comment.0))?;
        if told {
            return Ok(());
        }
    }
    let gathering: Option<i64> = batch
        .conn
        .prepare_cached(
            "select id from delivery where kind = ?1 and recipient = ?2 and page_id = ?3 and site_id = ?4 and state = 0 and tries = 0
             order by id desc limit 1",
        )?
        .query_row((kind, recipient, page, notice.site.0), |row| row.get(0))
        .optional()?;
    let delivery = match gathering {
        Some(id) => id,
        None => {
            let run_at = paced(batch, notice, now)?;
            insert_delivery(batch, notice.site, kind, recipient, page, run_at, None, now)?
        }
    };
    if let Some(comment) = notice.comment {
        batch
            .conn
            .prepare_cached("insert into told(kind, recipient, comment_id, delivery_id) values (?1, ?2, ?3, ?4)")?
            .execute((kind, recipient, comment.0, delivery))?;
    }
    Ok(())
}

/// When a notice may go out: early, or as soon as the oldest of those that fill its window has left it.
fn paced(batch: &Batch<'_>, notice: &NewNotice, now: Timestamp) -> Result<Timestamp, Error> {
    if notice.pace.window_seconds == 0 {
        return Ok(notice.earliest);
    }
    let (kind, recipient) = (kind_code(notice.kind), recipient_id(notice.recipient));
    let since = now.minus_seconds(notice.pace.window_seconds);
    let mut query = batch.conn.prepare_cached(
        "select coalesce(done_at, run_at) from delivery
         where kind = ?1 and recipient = ?2 and page_id = ?3 and site_id = ?4 and state <> 3 and coalesce(done_at, run_at) > ?5
         order by id desc limit 1 offset ?6",
    )?;
    let page = notice.page.map_or(0, |page| page.0);
    let filling: Option<i64> = query
        .query_row((kind, recipient, page, notice.site.0, since.0, i64::from(notice.pace.most.max(1) - 1)), |row| row.get(0))
        .optional()?;
    Ok(filling.map_or(notice.earliest, |at| notice.earliest.max(Timestamp(at).plus_seconds(notice.pace.window_seconds))))
}

fn add_call(batch: &mut Batch<'_>, call: &NewCall, now: Timestamp) -> Result<(), Error> {
    insert_delivery(batch, call.site, kind_code(NoticeKind::Call), call.webhook.0, 0, call.earliest, Some(&call.body), now).map(drop)
}

#[expect(clippy::too_many_arguments, reason = "one for each column")]
fn insert_delivery(
    batch: &mut Batch<'_>,
    site: SiteId,
    kind: i64,
    recipient: i64,
    page: i64,
    run_at: Timestamp,
    body: Option<&str>,
    now: Timestamp,
) -> Result<i64, Error> {
    let id = batch.next_id(now)?;
    let mut insert = batch.conn.prepare_cached(
        "insert into delivery(id, site_id, kind, recipient, page_id, state, tries, run_at, body, created_at)
         values (?1, ?2, ?3, ?4, ?5, 0, 0, ?6, ?7, ?8)",
    )?;
    insert.execute((id, site.0, kind, recipient, page, run_at.0, body, now.0))?;
    Ok(id)
}

/// Counts refusals in a row for the address that a mail went to.
fn note_mail(batch: &Batch<'_>, kind: NoticeKind, recipient: i64, worked: bool) -> Result<(), Error> {
    let address: Option<i64> = match recipient_of(kind, recipient) {
        Recipient::Reader(address) => Some(address.0),
        Recipient::Staff(account) => batch
            .conn
            .prepare_cached(
                "select mail_address.id from account join mail_address on mail_address.address = account.email where account.id = ?1",
            )?
            .query_row([account.0], |row| row.get(0))
            .optional()?,
        Recipient::Service(_) => None,
    };
    let Some(address) = address else { return Ok(()) };
    if worked {
        batch.conn.prepare_cached("update mail_address set bounces = 0 where id = ?1 and bounces <> 0")?.execute([address])?;
    } else {
        batch
            .conn
            .prepare_cached(
                "update mail_address set bounces = bounces + 1, state = case when bounces + 1 >= ?2 and state <> 2 then 3 else state end
                 where id = ?1",
            )?
            .execute((address, BOUNCES_MAX))?;
    }
    Ok(())
}

fn delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    let mut cells = Cells::of(row);
    let (id, site) = (DeliveryId(cells.take()?), SiteId(cells.take()?));
    let kind = cells.take_code(kind_of)?;
    Ok(Delivery {
        id,
        site,
        kind,
        recipient: recipient_of(kind, cells.take()?),
        page: Some(PageId(cells.take()?)).filter(|page| page.0 != 0),
        state: cells.take_code(state_of)?,
        tries: cells.take()?,
        run_at: cells.take_time()?,
        body: cells.take()?,
        said: cells.take()?,
        created_at: cells.take_time()?,
        done_at: cells.take::<Option<_>>()?.map(Timestamp),
    })
}

fn cause_code(cause: Cause) -> i64 {
    match cause {
        Cause::Submitted => 0,
        Cause::Moved => 1,
        Cause::Reported => 2,
    }
}

fn cause(code: i64) -> Option<Cause> {
    [Cause::Submitted, Cause::Moved, Cause::Reported].into_iter().find(|cause| cause_code(*cause) == code)
}

pub fn kind_code(kind: NoticeKind) -> i64 {
    match kind {
        NoticeKind::Confirm => 0,
        NoticeKind::Answer => 1,
        NoticeKind::New => 2,
        NoticeKind::Held => 3,
        NoticeKind::Digest => 4,
        NoticeKind::Reminder => 5,
        NoticeKind::StaffConfirm => 6,
        NoticeKind::Call => 7,
    }
}

fn kind_of(code: i64) -> Option<NoticeKind> {
    NoticeKind::ALL.into_iter().find(|kind| kind_code(*kind) == code)
}

fn state_code(state: DeliveryState) -> i64 {
    match state {
        DeliveryState::Waiting => 0,
        DeliveryState::Done => 1,
        DeliveryState::Failed => 2,
        DeliveryState::Dropped => 3,
        // Not stored: what waits and is claimed.
        DeliveryState::UnderWay => 4,
    }
}

fn state_of(code: i64) -> Option<DeliveryState> {
    use DeliveryState::{Done, Dropped, Failed, UnderWay, Waiting};
    [Waiting, Done, Failed, Dropped, UnderWay].into_iter().find(|state| state_code(*state) == code)
}

fn recipient_id(recipient: Recipient) -> i64 {
    match recipient {
        Recipient::Reader(AddressId(id)) | Recipient::Staff(AccountId(id)) | Recipient::Service(WebhookId(id)) => id,
    }
}

fn recipient_of(kind: NoticeKind, id: i64) -> Recipient {
    match kind {
        NoticeKind::Confirm | NoticeKind::Answer => Recipient::Reader(AddressId(id)),
        NoticeKind::Call => Recipient::Service(WebhookId(id)),
        _ => Recipient::Staff(AccountId(id)),
    }
}
