//! Mails, made at the moment they are sent: what was handled, taken back or removed meanwhile is left out, and a mail
//! about nothing any more is not sent.

use crate::actions::{all_follows_link, answer_link, confirm_link, staff_confirm_link, stop_link};
use crate::app::App;
use crate::error::Error;
use crate::model::{
    Account, AccountId, AddressId, AddressState, Comment, CommentOnPage, Delivery, EmailAddress, Follow, MailAddress, NoticeKind, Page,
    Recipient, Site, Status,
};
use crate::notify::mail::letters::{
    Answer, Confirm, Following, Gathered, Matter, NewComment, Reminder, Spoken, StaffConfirm, Standing, Waiting,
};
use crate::notify::mail::{Heading, Letter, MailError, Message};

/// Whoever waits less than this is not late.
const REMIND_AFTER_SECONDS: i64 = 2 * 86_400;
const REMINDED_MAX: usize = 40;

/// A letter with whom it goes to, and what stands above it.
struct Composed {
    to: EmailAddress,
    lang: String,
    letter: Letter,
    from_name: Option<String>,
    stop_link: Option<String>,
    /// Mails about one page stand together in programs that show threads.
    page: Option<Page>,
}

/// The mail of a delivery, or `None` when there is nothing to say any more.
pub fn compose(app: &App, delivery: &Delivery) -> Result<Option<Message>, Error> {
    let Some(site) = app.store.list_sites()?.into_iter().find(|site| site.id == delivery.site) else { return Ok(None) };
    let composed = match delivery.recipient {
        Recipient::Reader(address) => for_reader(app, &site, delivery, address)?,
        Recipient::Staff(account) => for_staff(app, &site, delivery, account)?,
        Recipient::Service(_) => None,
    };
    composed.map(|composed| message(app, delivery, &composed)).transpose()
}

fn message(app: &App, delivery: &Delivery, composed: &Composed) -> Result<Message, Error> {
    let failed = |error: MailError| Error::Internal(error.to_string());
    let settings = app.config.mail.as_ref().ok_or(Error::MailOff)?;
    let host = settings.from.address.domain();
    // The same at each try: it is made of the delivery alone.
    let proof = app.secrets.keyed_hash("message", &[&delivery.id.0.to_be_bytes()]);
    let message_id = format!("{}.{:016x}@{host}", delivery.id, u64::from_be_bytes(proof[..8].try_into().expect("8 of 16 bytes")));
    let above = composed.page.as_ref().map(|page| format!("page.{}@{host}", page.id));
    let heading = Heading {
        to: &composed.to,
        from_name: composed.from_name.as_deref(),
        message_id: &message_id,
        answers: above.as_deref(),
        references: &[],
        at: app.now(),
        stop_link: composed.stop_link.as_deref(),
    };
    Message::new(&settings.from, &heading, composed.letter.write(&composed.lang).map_err(failed)?).map_err(failed)
}

fn for_reader(app: &App, site: &Site, delivery: &Delivery, id: AddressId) -> Result<Option<Composed>, Error> {
    let Some(address) = app.store.find_address(id)? else { return Ok(None) };
    match (delivery.kind, address.state) {
        (NoticeKind::Confirm, AddressState::Unproven | AddressState::Bounced) => confirm(app, site, delivery, &address),
        (NoticeKind::Answer, AddressState::Confirmed) => answer(app, site, delivery, &address),
        _ => Ok(None),
    }
}

fn confirm(app: &App, site: &Site, delivery: &Delivery, address: &MailAddress) -> Result<Option<Composed>, Error> {
    // Without a follow there is nothing to consent to.
    let Some(follow) = app.store.list_follows(address.id)?.into_iter().find(|follow| follow.site == site.id) else { return Ok(None) };
    let page = app.store.find_page_by_id(site.id, follow.page)?;
    let letter = Letter::Confirm(Confirm {
        site: site.name.clone(),
        title: page.map(|page| title_of(&page)),
        following: following(&follow),
        confirm_link: confirm_link(app, address.id, delivery.created_at),
    });
    Ok(Some(Composed {
        to: parsed(&address.address)?,
        lang: follow.lang,
        letter,
        from_name: Some(site.name.clone()),
        stop_link: None,
        page: None,
    }))
}

fn answer(app: &App, site: &Site, delivery: &Delivery, address: &MailAddress) -> Result<Option<Composed>, Error> {
    let (mut comments, mut reason) = (Vec::new(), None);
    for found in told(app, site, delivery)?.into_iter().filter(|found| found.comment.status == Status::Published) {
        // Whoever has stopped meanwhile hears nothing more.
        let Some(follow) = app.store.find_reason(address.id, found.page.id, found.comment.parent)? else { continue };
        reason = Some((follow, found.page.clone()));
        comments.push(found);
    }
    let Some((follow, page)) = reason else { return Ok(None) };
    let from_name = match comments.as_slice() {
        [one] => one.comment.author.name.clone().map(|name| format!("{name} – {}", site.name)),
        _ => None,
    };
    let spoken = comments.iter().map(|found| Spoken {
        quote: found.parent.as_ref().filter(|parent| parent.status == Status::Published).map(|parent| parent.source.clone()),
        ..spoken(&found.comment, go_link(app, &found.comment))
    });
    let stop = stop_link(app, follow.id);
    let letter = Letter::Answer(Answer {
        site: site.name.clone(),
        title: Some(title_of(&page)),
        following: following(&follow),
        comments: spoken.collect(),
        stop_link: stop.clone(),
        all_link: all_follows_link(app, address.id),
    });
    Ok(Some(Composed {
        to: parsed(&address.address)?,
        lang: follow.lang,
        letter,
        from_name: from_name.or_else(|| Some(site.name.clone())),
        stop_link: Some(stop),
        page: Some(page),
    }))
}

fn for_staff(app: &App, site: &Site, delivery: &Delivery, id: AccountId) -> Result<Option<Composed>, Error> {
    let account = app.store.list_accounts()?.into_iter().find(|account| account.id == id);
    let Some((account, email)) = account.and_then(|account| account.email.clone().map(|email| (account, email))) else { return Ok(None) };
    let Some(address) = app.store.find_address_by_text(&email)? else { return Ok(None) };
    let letter = match (delivery.kind, address.state) {
        (NoticeKind::StaffConfirm, AddressState::Unproven | AddressState::Bounced) => Some(Letter::StaffConfirm(StaffConfirm {
            site: site.name.clone(),
            confirm_link: staff_confirm_link(app, account.id, address.id, delivery.created_at),
        })),
        // Rights may have ended since the notice was written.
        (_, AddressState::Confirmed) if account.role_on(site.id).and_then(|role| role.badge()).is_some() => match delivery.kind {
            NoticeKind::Reminder => reminder(app, site, &account)?,
            _ => about_comments(app, site, delivery, &account)?,
        },
        _ => None,
    };
    let Some(letter) = letter else { return Ok(None) };
    Ok(Some(Composed { to: parsed(&email)?, lang: address.lang, letter, from_name: Some(site.name.clone()), stop_link: None, page: None }))
}

/// One comment or several, without what was answered or decided meanwhile.
fn about_comments(app: &App, site: &Site, delivery: &Delivery, account: &Account) -> Result<Option<Letter>, Error> {
    let mut comments = Vec::new();
    for found in told(app, site, delivery)? {
        let is_open = match found.comment.status {
            Status::Pending => true,
            Status::Published => delivery.kind != NoticeKind::Held && !is_answered(app, site, &found.comment)?,
            _ => false,
        };
        if is_open {
            comments.push(found);
        }
    }
    let now = app.now();
    let link = |comment: &Comment| answer_link(app, account.id, comment.id, now);
    let settings_link = format!("{}/admin/you", app.config.public_url());
    Ok(match comments.as_slice() {
        [] => None,
        [one] => Some(Letter::NewComment(NewComment {
            title: title_of(&one.page),
            question: one.page.question.as_ref().filter(|_| site.rules.courtesies.question.is_on()).map(|question| question.text.clone()),
            page_link: one.page.url.clone(),
            comment: Spoken {
                quote: one.parent.as_ref().map(|parent| parent.source.clone()),
                held_because: one.comment.held_because.clone(),
                ..spoken(&one.comment, link(&one.comment))
            },
            settings_link,
        })),
        many => Some(Letter::Gathered(Gathered {
            site: site.name.clone(),
            matter: if many.iter().all(|found| found.comment.status == Status::Pending) { Matter::Waiting } else { Matter::New },
            comments: many
                .iter()
                .map(|found| Spoken {
                    title: Some(title_of(&found.page)),
                    held_because: found.comment.held_because.clone(),
                    ..spoken(&found.comment, link(&found.comment))
                })
                .collect(),
            desk_link: desk_link(app, site),
            settings_link,
        })),
    })
}

fn is_answered(app: &App, site: &Site, comment: &Comment) -> Result<bool, Error> {
    let answers = app.store.list_answers(site.id, comment.id, 100)?;
    Ok(answers.iter().any(|answer| answer.comment.author.badge.is_some()))
}

/// Who has waited for two days and more.
fn reminder(app: &App, site: &Site, account: &Account) -> Result<Option<Letter>, Error> {
    let waiting = list_late(app, site)?;
    let now = app.now();
    let waiting: Vec<Waiting> = waiting
        .iter()
        .map(|found| Waiting {
            comment: Spoken {
                title: Some(title_of(&found.page)),
                ..spoken(&found.comment, answer_link(app, account.id, found.comment.id, now))
            },
            standing: if found.comment.is_first { Standing::FirstTime } else { Standing::Known },
        })
        .collect();
    let letter = Reminder {
        site: site.name.clone(),
        waiting,
        desk_link: desk_link(app, site),
        settings_link: format!("{}/admin/you", app.config.public_url()),
    };
    Ok((!letter.waiting.is_empty()).then_some(Letter::Reminder(letter)))
}

/// People who have waited for the author's word for two days and more.
pub fn list_late(app: &App, site: &Site) -> Result<Vec<CommentOnPage>, Error> {
    let late_before = app.now().minus_seconds(REMIND_AFTER_SECONDS);
    let mut waiting = app.store.list_turns(site.id, REMINDED_MAX)?;
    waiting.retain(|found| found.comment.created_at <= late_before);
    Ok(waiting)
}

fn told(app: &App, site: &Site, delivery: &Delivery) -> Result<Vec<CommentOnPage>, Error> {
    let mut comments = Vec::new();
    for id in app.store.list_told(delivery.id)? {
        comments.extend(app.store.find_comment(site.id, id)?);
    }
    Ok(comments)
}

fn spoken(comment: &Comment, link: String) -> Spoken {
    Spoken {
        name: comment.author.name.clone(),
        badge: comment.author.badge,
        at: comment.created_at,
        text: comment.source.clone(),
        quote: None,
        title: None,
        held_because: Vec::new(),
        link,
    }
}

fn following(follow: &Follow) -> Following {
    if follow.comment.is_some() { Following::Answers } else { Following::Thread }
}

/// The page's title, or where it is when nobody has told its title.
fn title_of(page: &Page) -> String {
    if page.title.is_empty() { page.key.clone() } else { page.title.clone() }
}

fn go_link(app: &App, comment: &Comment) -> String {
    format!("{}/go/{}", app.config.public_url(), comment.id)
}

fn desk_link(app: &App, site: &Site) -> String {
    format!("{}/admin/sites/{}/", app.config.public_url(), site.key)
}

/// An address that passed when it was stored.
fn parsed(address: &str) -> Result<EmailAddress, Error> {
    Ok(EmailAddress::parse(address)?)
}
