//! The log of what a site told whom, with what became of it; addresses are masked.

use serde::Serialize;

use crate::actions::{self, Deliveries, Logged, sends_mail};
use crate::error::Error;
use crate::model::{DeliveryId, DeliveryState, NoticeKind, Role};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::Ask,
    card::title,
    notice::{Deed, Notice},
    queue::site_address,
    templates::Template,
};

const LINES_ON_PAGE: usize = 50;
/// How long the log is kept.
const DAYS: i64 = 30;

#[derive(Serialize)]
struct MailLog {
    address: String,
    said: Option<&'static str>,
    sends_mail: bool,
    /// Owners can look whether mail arrives.
    checks: bool,
    failed: bool,
    days: i64,
    lines: Vec<Line>,
    more: Option<String>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    what: &'static str,
    to: String,
    page: Option<String>,
    at: String,
    at_words: String,
    state: &'static str,
    tries: Option<String>,
    next: Option<String>,
    next_words: Option<String>,
    said: Option<String>,
    again: bool,
}

impl Line {
    fn new(logged: Logged) -> Self {
        let Logged { delivery, to, said, page } = logged;
        let waits = delivery.state == DeliveryState::Waiting;
        let at = delivery.done_at.unwrap_or(delivery.created_at);
        Self {
            id: delivery.id.to_string(),
            what: what(delivery.kind),
            to,
            page: page.as_ref().map(title),
            at: at.to_string(),
            at_words: at.words(),
            state: match delivery.state {
                DeliveryState::Waiting => "waits",
                DeliveryState::UnderWay => "is being sent",
                DeliveryState::Done => "sent",
                DeliveryState::Failed => "failed",
                DeliveryState::Dropped => "left out: there was nothing to say any more",
            },
            tries: match delivery.tries {
                0 => None,
                1 => Some("1 try".into()),
                tries => Some(format!("{tries} tries")),
            },
            next: waits.then(|| delivery.run_at.to_string()),
            next_words: waits.then(|| delivery.run_at.words()),
            // What was left out was said to nobody.
            said: said.filter(|_| delivery.state != DeliveryState::Dropped),
            again: delivery.state == DeliveryState::Failed,
        }
    }
}

fn what(kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::Confirm => "Question whether an address is theirs",
        NoticeKind::Answer => "News of a thread",
        NoticeKind::New => "New comments",
        NoticeKind::Held => "Comments that wait",
        NoticeKind::Digest => "Summary of comments",
        NoticeKind::Reminder => "Reminder of people who wait",
        NoticeKind::StaffConfirm => "Question whether an address is theirs",
        NoticeKind::Call => "Call of a webhook",
    }
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let failed = ask.param("show").as_deref() == Some("failed");
    let which = if failed { Deliveries::Failed } else { Deliveries::All };
    let older_than: Option<DeliveryId> = ask.param("before").and_then(|id| id.parse().ok());
    let (logged, next) = actions::list_deliveries(ask.app(), &on.staff, &on.site, which, older_than, LINES_ON_PAGE)?;
    let address = site_address(ask, on);
    let filter = if failed { "show=failed&" } else { "" };
    let log = MailLog {
        said: Notice::read(ask).filter(|notice| notice.deed == Deed::Saved).map(|_| "It is sent again now."),
        sends_mail: sends_mail(ask.app()),
        checks: sends_mail(ask.app()) && ask.session()?.account.role_on(on.site.id) == Some(Role::Owner),
        failed,
        days: DAYS,
        lines: logged.into_iter().map(Line::new).collect(),
        more: next.map(|next| format!("{address}mail?{filter}before={next}")),
        address,
    };
    Ok(Page::new(Template::MailLog, format!("Mail of {}", on.site.name), log)?.at("mail").into())
}

pub fn again(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let id: DeliveryId = ask.params.get(1).and_then(|id| id.parse().ok()).ok_or(Error::RouteUnknown)?;
    actions::send_again(ask.app(), &on.staff, &on.site, id)?;
    let done = Notice { deed: Deed::Saved, id: id.0, undo: None }.encode(ask);
    Ok(see_other(format!("{}mail?done={done}#d-{id}", site_address(ask, on))))
}
