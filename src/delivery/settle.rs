//! Takes happenings apart: who hears of them by mail, and which services are called.

use crate::actions::sends_mail;
use crate::app::App;
use crate::delivery::calls;
use crate::error::Error;
use crate::model::{
    AccountId, AddressState, Cause, CommentOnPage, EventKind, Happening, HoldReason, NoticeKind, NoticeMode, Recipient, Role, Site, Status,
    Timestamp, WebhookState,
};
use crate::store::{NewCall, NewNotice, Pace, Settled};

/// Readers hear of one page at most this often; what comes meanwhile is gathered.
const READERS: Pace = Pace { most: 1, window_seconds: 15 * 60 };
/// So many comments an hour come to staff each in a mail of its own; more are gathered.
const STAFF: Pace = Pace { most: 10, window_seconds: 3600 };
/// A flood of held comments is one mail an hour.
const HELD: Pace = Pace { most: 1, window_seconds: 3600 };
const HOUR_SECONDS: i64 = 3600;
const DAY_SECONDS: i64 = 24 * HOUR_SECONDS;

/// Takes apart what is due, at most `most`, and says how many that were.
pub fn settle(app: &App, most: usize) -> Result<usize, Error> {
    let now = app.now();
    let due = app.store.list_happenings(now, most)?;
    if due.is_empty() {
        return Ok(0);
    }
    let settled = due.iter().map(|happening| take_apart(app, happening, now)).collect::<Result<Vec<_>, Error>>()?;
    app.store.settle_happenings(&settled, now)?;
    Ok(settled.len())
}

fn take_apart(app: &App, happening: &Happening, now: Timestamp) -> Result<Settled, Error> {
    let mut settled = Settled { happening: happening.id, notices: Vec::new(), calls: Vec::new() };
    let Some(site) = app.store.find_site_of_comment(happening.comment)? else { return Ok(settled) };
    let Some(found) = app.store.find_comment(site.id, happening.comment)? else { return Ok(settled) };
    // What was taken back before anybody was told leaves no trace.
    if found.comment.status == Status::Withdrawn {
        return Ok(settled);
    }
    let events = events(happening, &found);
    settled.calls = new_calls(app, &site, &found, &events, happening.at, now)?;
    if sends_mail(app) {
        if events.contains(&EventKind::Published) && site.rules.follows.is_on() {
            settled.notices.extend(for_readers(app, &site, &found, now)?);
        }
        settled.notices.extend(for_staff(app, &site, &found, &events, happening.cause, now)?);
    }
    Ok(settled)
}

/// What is to be told. A status that is over by now was followed by another happening, which tells the newer one.
fn events(happening: &Happening, found: &CommentOnPage) -> Vec<EventKind> {
    let mut events = Vec::new();
    if happening.cause == Cause::Submitted {
        events.push(EventKind::Submitted);
    }
    if found.comment.status != happening.status {
        return events;
    }
    match (happening.cause, happening.status) {
        (Cause::Reported, _) => events.push(EventKind::Reported),
        (_, Status::Published) => events.push(EventKind::Published),
        (_, Status::Pending) => events.push(EventKind::Held),
        (Cause::Moved, Status::Removed | Status::Spam) => events.push(EventKind::Removed),
        _ => {}
    }
    events
}

fn new_calls(
    app: &App,
    site: &Site,
    found: &CommentOnPage,
    events: &[EventKind],
    at: Timestamp,
    now: Timestamp,
) -> Result<Vec<NewCall>, Error> {
    let webhooks = app.store.list_webhooks(site.id)?;
    let mut new = Vec::new();
    for webhook in webhooks.iter().filter(|webhook| webhook.state == WebhookState::On) {
        for event in events.iter().filter(|event| webhook.kinds.contains(event)) {
            let body = calls::write(app, site, webhook.template, *event, found, at)?;
            new.push(NewCall { site: site.id, webhook: webhook.id, body, earliest: now });
        }
    }
    Ok(new)
}

/// Everybody who follows the thread or what is answered, except whoever wrote it.
fn for_readers(app: &App, site: &Site, found: &CommentOnPage, now: Timestamp) -> Result<Vec<NewNotice>, Error> {
    let comment = &found.comment;
    let followers = app.store.list_followers(site.id, comment.page_id, comment.parent)?;
    let others = followers.iter().filter(|follow| follow.author.is_none() || follow.author != comment.author.id);
    Ok(others
        .map(|follow| NewNotice {
            site: site.id,
            kind: NoticeKind::Answer,
            recipient: Recipient::Reader(follow.address),
            page: Some(comment.page_id),
            comment: Some(comment.id),
            earliest: now,
            pace: READERS,
        })
        .collect())
}

/// Moderators and owners, each as they chose. Staff hears of readers, not of each other or of their own decisions.
fn for_staff(
    app: &App,
    site: &Site,
    found: &CommentOnPage,
    events: &[EventKind],
    cause: Cause,
    now: Timestamp,
) -> Result<Vec<NewNotice>, Error> {
    let comment = &found.comment;
    let decided = cause != Cause::Submitted || comment.held_because.contains(&HoldReason::Moderator);
    let edited_into_waiting =
        cause == Cause::Moved && events.contains(&EventKind::Held) && !comment.held_because.contains(&HoldReason::Moderator);
    if comment.author.badge.is_some() || decided && !edited_into_waiting {
        return Ok(Vec::new());
    }
    let held = events.contains(&EventKind::Held);
    if !held && !events.contains(&EventKind::Published) {
        return Ok(Vec::new());
    }
    let mut notices = Vec::new();
    for (account, mode) in list_staff_to_mail(app, site)? {
        let (kind, pace, wait) = match (mode, held) {
            (NoticeMode::Every | NoticeMode::Pending, true) => (NoticeKind::Held, HELD, 0),
            (NoticeMode::Every, false) => (NoticeKind::New, STAFF, 0),
            (NoticeMode::Hourly, _) => (NoticeKind::Digest, Pace { most: 1, window_seconds: HOUR_SECONDS }, HOUR_SECONDS),
            (NoticeMode::Daily, _) => (NoticeKind::Digest, Pace { most: 1, window_seconds: DAY_SECONDS }, DAY_SECONDS),
            (NoticeMode::Pending, false) | (NoticeMode::Off, _) => continue,
        };
        notices.push(NewNotice {
            site: site.id,
            kind,
            recipient: Recipient::Staff(account),
            page: None,
            comment: Some(comment.id),
            earliest: now.plus_seconds(wait),
            pace,
        });
    }
    Ok(notices)
}

/// Staff of a site with an address that is proven, and how they want to hear of it.
pub fn list_staff_to_mail(app: &App, site: &Site) -> Result<Vec<(AccountId, NoticeMode)>, Error> {
    let chosen = app.store.list_staff_notices(site.id)?;
    let mut staff = Vec::new();
    for account in app.store.list_accounts()? {
        if account.role_on(site.id) < Some(Role::Moderator) {
            continue;
        }
        let Some(email) = &account.email else { continue };
        let proven = app.store.find_address_by_text(email)?.is_some_and(|address| address.state == AddressState::Confirmed);
        if proven {
            let mode = chosen.iter().find(|notice| notice.account == account.id).map(|notice| notice.mode).unwrap_or_default();
            staff.push((account.id, mode));
        }
    }
    Ok(staff)
}
