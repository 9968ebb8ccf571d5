//! One webhook: what it hears of, a new secret, on and off, a test, its latest calls, and its removal.

use serde::Serialize;

use crate::actions;
use crate::error::Error;
use crate::model::{Delivery, DeliveryState, Template as Form, Timestamp, Webhook, WebhookId, WebhookState};
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::Ask,
    notice::{Deed, Notice, WebhookDeed},
    queue::site_address,
    templates::Template,
    webhook_list::{CALLS, form_label, hears_of, host, show_secret, state_words, webhooks_address},
};

#[derive(Serialize)]
struct One {
    address: String,
    id: String,
    said: Option<&'static str>,
    host: String,
    masked: String,
    url: String,
    hears_of: String,
    form: &'static str,
    state: &'static str,
    is_on: bool,
    is_signed: bool,
    mark: String,
    /// Until when calls are signed with the secret before, too.
    old_until: Option<String>,
    added: String,
    added_words: String,
    calls: Vec<Call>,
}

#[derive(Serialize)]
struct Call {
    id: String,
    is_test: bool,
    at: String,
    at_words: String,
    state: &'static str,
    tries: u32,
    /// When the next try is due, for a call that waits.
    next: Option<String>,
    answer: Option<String>,
    can_resend: bool,
}

impl One {
    fn new(ask: &Ask, webhook: &Webhook, calls: &[Delivery]) -> Result<Self, Error> {
        let now = ask.app().now();
        let old = webhook.old_secret.as_ref().filter(|(_, until)| now < *until);
        Ok(Self {
            address: site_address(ask, ask.on_site()?),
            id: webhook.id.to_string(),
            said: Notice::read(ask).filter(|notice| notice.id == webhook.id.0).and_then(|notice| said(notice.deed)),
            host: host(&webhook.url),
            masked: mask(&webhook.url),
            url: webhook.url.clone(),
            hears_of: hears_of(webhook),
            form: form_label(webhook.template),
            state: state_words(webhook.state),
            is_on: webhook.state == WebhookState::On,
            is_signed: webhook.template == Form::Standard,
            mark: actions::secret_mark(ask.app(), webhook),
            old_until: old.map(|(_, until)| until.words()),
            added: webhook.created_at.to_string(),
            added_words: webhook.created_at.words(),
            calls: calls.iter().map(|call| Call::new(call, now)).collect(),
        })
    }
}

impl Call {
    fn new(call: &Delivery, now: Timestamp) -> Self {
        let waits = call.state == DeliveryState::Waiting;
        Self {
            id: call.id.to_string(),
            is_test: call.body.is_none(),
            at: call.created_at.to_string(),
            at_words: call.created_at.words(),
            state: match call.state {
                DeliveryState::Waiting if call.tries == 0 => "waits for its turn",
                DeliveryState::Waiting => "is tried again",
                DeliveryState::UnderWay => "under way",
                DeliveryState::Done => "arrived",
                DeliveryState::Failed => "given up",
                DeliveryState::Dropped => "not sent",
            },
            tries: call.tries,
            next: (waits && call.run_at > now).then(|| call.run_at.words()),
            answer: call.said.clone().filter(|said| !said.is_empty()),
            can_resend: matches!(call.state, DeliveryState::Done | DeliveryState::Failed),
        }
    }
}

/// The address with the middle of what follows the host left out, so that it can be told apart but not used.
fn mask(url: &str) -> String {
    const SHOWN: usize = 4;
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let Some(path) = url[after_scheme..].find(['/', '?', '#']).map(|at| after_scheme + at) else { return url.to_owned() };
    let (place, rest) = url.split_at(path + 1);
    let letters: Vec<char> = rest.chars().collect();
    if letters.len() <= 2 * SHOWN {
        return format!("{place}{}", if letters.is_empty() { "" } else { "…" });
    }
    let part = |letters: &[char]| letters.iter().collect::<String>();
    format!("{place}{}…{}", part(&letters[..SHOWN]), part(&letters[letters.len() - SHOWN..]))
}

fn said(deed: Deed) -> Option<&'static str> {
    let Deed::Webhook(deed) = deed else { return None };
    Some(match deed {
        WebhookDeed::Added => "The webhook is added. Send a test call to see whether it arrives.",
        WebhookDeed::On => "The webhook is on. What happens from now on is told.",
        WebhookDeed::Off => "The webhook is off. What happens meanwhile is not told later.",
        WebhookDeed::Tried => "The test call is on its way. Reload this page to see the answer.",
        WebhookDeed::SentAgain => "The call goes out again, under the same identifier. Reload this page to see the answer.",
        WebhookDeed::Kept => "Nothing was done: the secret was changed since that form was shown.",
        WebhookDeed::Deleted => return None,
    })
}

fn webhook_id(ask: &Ask) -> Result<WebhookId, Error> {
    ask.params.get(1).and_then(|id| id.parse().ok()).ok_or(Error::RouteUnknown)
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, webhook_id(ask)?);
    let webhook = actions::read_webhook(ask.app(), &on.staff, &on.site, id)?;
    let calls = actions::list_calls(ask.app(), &on.staff, &on.site, id)?;
    let one = One::new(ask, &webhook, &calls)?;
    let title = format!("Webhook to {}", one.host);
    Ok(Page::new(Template::Webhook, title, one)?.at("webhooks").into())
}

pub fn rotate(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, webhook_id(ask)?);
    let mark = ask.form.get("mark").unwrap_or_default();
    match actions::rotate_webhook_secret(ask.app(), &on.staff, &on.site, id, mark, CALLS)? {
        Some(webhook) => Ok(show_secret(ask, &webhook)?.into()),
        None => back(ask, id, WebhookDeed::Kept),
    }
}

pub fn switch_on(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, webhook_id(ask)?);
    actions::switch_webhook_on(ask.app(), &on.staff, &on.site, id)?;
    back(ask, id, WebhookDeed::On)
}

pub fn switch_off(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, webhook_id(ask)?);
    actions::switch_webhook_off(ask.app(), &on.staff, &on.site, id)?;
    back(ask, id, WebhookDeed::Off)
}

pub fn test(ask: &Ask) -> Result<Drawn, Error> {
    let (on, id) = (ask.on_site()?, webhook_id(ask)?);
    actions::test_webhook(ask.app(), &on.staff, &on.site, id)?;
    back(ask, id, WebhookDeed::Tried)
}

pub fn delete(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let webhook = actions::delete_webhook(ask.app(), &on.staff, &on.site, webhook_id(ask)?)?;
    let done = notice(ask, webhook.id, WebhookDeed::Deleted);
    Ok(see_other(format!("{}?done={done}", webhooks_address(ask)?)))
}

/// The path names the call.
pub fn resend(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let id = ask.params.get(1).and_then(|id| id.parse().ok()).ok_or(Error::RouteUnknown)?;
    let webhook = actions::resend_call(ask.app(), &on.staff, &on.site, id)?;
    back(ask, webhook, WebhookDeed::SentAgain)
}

fn notice(ask: &Ask, id: WebhookId, deed: WebhookDeed) -> String {
    Notice { deed: Deed::Webhook(deed), id: id.0, undo: None }.encode(ask)
}

fn back(ask: &Ask, id: WebhookId, deed: WebhookDeed) -> Result<Drawn, Error> {
    Ok(see_other(format!("{}/{id}?done={}", webhooks_address(ask)?, notice(ask, id, deed))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_address_can_be_told_apart_but_not_used() {
        for (url, expected) in [
            ("https://chat.example/hooks/T0123/abcdefgh", "https://chat.example/hook…efgh"),
            ("https://ntfy.example/my-topic", "https://ntfy.example/…"),
            ("https://chat.example/?key=0123456789", "https://chat.example/?key…6789"),
            ("https://chat.example?key=0123456789", "https://chat.example?key=…6789"),
            ("https://chat.example/", "https://chat.example/"),
            ("https://chat.example", "https://chat.example"),
        ] {
            assert_eq!(mask(url), expected);
        }
    }
}
