//! People who wait for the author's word: at most one mail a week about them.

use crate::actions::sends_mail;
use crate::app::App;
use crate::delivery::letters::list_late;
use crate::delivery::settle::list_staff_to_mail;
use crate::error::Error;
use crate::model::{NoticeKind, NoticeMode, Recipient, Site};
use crate::store::{NewNotice, Pace};

const WEEK_SECONDS: i64 = 7 * 86_400;

/// Writes the reminders that are due, on every site that has them.
pub fn remind(app: &App) -> Result<(), Error> {
    if !sends_mail(app) {
        return Ok(());
    }
    let sites = app.store.list_sites()?;
    sites.iter().filter(|site| site.rules.courtesies.turn_reminder.is_on()).try_for_each(|site| remind_of(app, site))
}

fn remind_of(app: &App, site: &Site) -> Result<(), Error> {
    if list_late(app, site)?.is_empty() {
        return Ok(());
    }
    let now = app.now();
    for (account, mode) in list_staff_to_mail(app, site)? {
        if mode == NoticeMode::Off || !app.store.note_reminded(site.id, account, now, WEEK_SECONDS)? {
            continue;
        }
        let notice = NewNotice {
            site: site.id,
            kind: NoticeKind::Reminder,
            recipient: Recipient::Staff(account),
            page: None,
            comment: None,
            earliest: now,
            pace: Pace { most: 1, window_seconds: WEEK_SECONDS },
        };
        app.store.insert_notice(&notice, now)?;
    }
    Ok(())
}
