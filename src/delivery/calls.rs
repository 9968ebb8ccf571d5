//! Calls of webhooks: written when something happened, signed and made when it is their turn.

use crate::app::{App, Work};
use crate::delivery::again;
use crate::error::Error;
use crate::model::{CommentOnPage, Delivery, EventKind, Recipient, Site, Template, Timestamp, Webhook, WebhookState};
use crate::notify::outbound::{Answer, Failure, Outbound};
use crate::notify::webhook::{self, Event, Kind, Secret, Subject, Target, TestCall, Written};
use crate::store::Ended;

/// What a webhook is told of an event, for the store to keep: later tries and a resend say the same.
pub fn write(app: &App, site: &Site, template: Template, kind: EventKind, found: &CommentOnPage, at: Timestamp) -> Result<String, Error> {
    let comment = &found.comment;
    let kind = match kind {
        EventKind::Submitted => Kind::Submitted,
        EventKind::Published => Kind::Published,
        EventKind::Held => Kind::Held(comment.held_because.clone()),
        EventKind::Removed => Kind::Removed,
        EventKind::Reported => Kind::Reported(count_reasons(app, site, found)?),
    };
    let event = Event {
        kind,
        at,
        site: site.key.to_string(),
        page_url: found.page.url.clone(),
        page_title: found.page.title.clone(),
        comment: Subject {
            id: comment.id,
            parent: comment.parent,
            name: comment.author.name.clone(),
            website: comment.author.website.clone(),
            badge: comment.author.badge,
            text: comment.source.clone(),
            html: comment.html.clone(),
            status: comment.status,
            created_at: comment.created_at,
            url: format!("{}/go/{}", app.config.public_url(), comment.id),
        },
    };
    serde_json::to_string(&webhook::write(template, &event)).map_err(|error| Error::Internal(error.to_string()))
}

fn count_reasons(app: &App, site: &Site, found: &CommentOnPage) -> Result<Vec<(String, u32)>, Error> {
    let mut counts: Vec<(String, u32)> = Vec::new();
    for report in app.store.list_reports(site.id, found.comment.id)? {
        let word = report.reason.word();
        match counts.iter_mut().find(|(reason, _)| reason == word) {
            Some((_, count)) => *count += 1,
            None => counts.push((word.to_owned(), 1)),
        }
    }
    Ok(counts)
}

/// One attempt to make a call.
pub async fn call(app: &App, outbound: &Outbound, delivery: &Delivery) -> Result<(Ended, String), Error> {
    let (site, Recipient::Service(id)) = (delivery.site, delivery.recipient) else {
        return Err(Error::Internal(format!("the call {} is for no webhook", delivery.id)));
    };
    let found = app.blocking(Work::Read, move |app| Ok(app.store.find_webhook(site, id)?)).await?;
    let is_test = delivery.body.is_none();
    let Some(webhook) = found.filter(|webhook| webhook.state == WebhookState::On || is_test) else {
        return Ok((Ended::Dropped, "The webhook is switched off or gone.".into()));
    };
    let written = match &delivery.body {
        Some(body) => {
            serde_json::from_str(body).map_err(|error| Error::Internal(format!("the call {} cannot be read: {error}", delivery.id)))?
        }
        None => write_test(app, &webhook, delivery).await?,
    };
    let now = app.now();
    // Whoever asks whether it works wants to hear of this attempt, not of one tomorrow.
    let again = |delivery, now| if is_test { Ended::Failed } else { again(delivery, now) };
    let target = Target { secrets: secrets(&webhook, now), url: webhook.url, template: webhook.template };
    let call = webhook::compose(&target, &format!("msg_{}", delivery.id), now, written);
    let (worked, ended, said) = match outbound.post(&call.url, &call.headers, call.body).await {
        Ok(answer) if answer.is_success() => (true, Ended::Done, said(&answer)),
        // The receiver says that nobody is there any more.
        Ok(answer) if answer.status == 410 => (false, Ended::Failed, said(&answer)),
        Ok(answer) => (false, again(delivery, now), said(&answer)),
        Err(failure @ (Failure::Malformed | Failure::Scheme | Failure::ForbiddenAddress | Failure::ForbiddenPort)) => {
            (false, Ended::Failed, failure.to_string())
        }
        // It is left alone as a whole, which is no fault of this call.
        Err(failure @ Failure::Resting(_)) if is_test => return Ok((Ended::Failed, failure.to_string())),
        Err(failure @ Failure::Resting(rest)) => {
            let until = now.plus_seconds(i64::try_from(rest.as_secs()).unwrap_or(i64::MAX).saturating_add(1));
            app.blocking(Work::Write, move |app| Ok(app.store.postpone_calls(site, id, until)?)).await?;
            return Ok((Ended::Again(until), failure.to_string()));
        }
        Err(failure) => (false, again(delivery, now), failure.to_string()),
    };
    app.blocking(Work::Write, move |app| Ok(app.store.note_call(site, id, worked, app.now())?)).await?;
    Ok((ended, said))
}

/// A call without a body of its own is a test; it says the same whenever it is made.
async fn write_test(app: &App, about: &Webhook, delivery: &Delivery) -> Result<Written, Error> {
    let id = about.site;
    let sites = app.blocking(Work::Read, |app| Ok(app.store.list_sites()?)).await?;
    let site = sites.into_iter().find(|site| site.id == id).ok_or(Error::SiteUnknown)?;
    let test = TestCall { site: site.key.to_string(), at: delivery.created_at, url: app.config.public_url() };
    Ok(webhook::write_test(about.template, &test))
}

fn said(answer: &Answer) -> String {
    format!("{} {}", answer.status, answer.excerpt).trim_end().to_owned()
}

/// The secrets in force, the newest first.
fn secrets(webhook: &Webhook, now: Timestamp) -> Vec<Secret> {
    let old = webhook.old_secret.as_ref().filter(|(_, until)| now < *until).map(|(secret, _)| secret);
    [Some(&webhook.secret), old].into_iter().flatten().filter_map(|secret| Secret::parse(secret)).collect()
}
