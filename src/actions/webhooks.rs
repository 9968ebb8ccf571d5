//! Webhooks of a site: added, given another secret, switched, tried, removed, and what became of their calls.
//! For owners alone: whoever adds one makes this server call another.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{Delivery, DeliveryId, EventKind, FieldError, Recipient, Scope, Site, Template, Webhook, WebhookId, WebhookState};
use crate::store::{self, NewWebhook};

/// While both are good, receivers can be given the new secret.
const OLD_SECRET_SECONDS: i64 = 24 * 3600;
const URL_CHARS_MAX: usize = 2000;
/// Calls shown of one webhook.
const CALLS_SHOWN: usize = 20;

/// What only those know who make the calls.
#[derive(Clone, Copy)]
pub struct CallRules {
    /// True for an address that could be called, as far as its text can tell.
    pub is_callable: fn(&str) -> bool,
    pub new_secret: fn() -> String,
}

/// A webhook as its owner wants it.
#[derive(Clone, Debug, Default)]
pub struct WebhookWanted {
    pub url: String,
    pub kinds: Vec<EventKind>,
    /// `None` for a word that names no template.
    pub template: Option<Template>,
}

/// The webhooks of a site, oldest first.
pub fn list_webhooks(app: &App, staff: &Staff, site: &Site) -> Result<Vec<Webhook>, Error> {
    staff.require(Scope::Admin)?;
    Ok(app.store.list_webhooks(site.id)?)
}

/// One webhook. `RouteUnknown` where the site has no such one.
pub fn read_webhook(app: &App, staff: &Staff, site: &Site, id: WebhookId) -> Result<Webhook, Error> {
    staff.require(Scope::Admin)?;
    app.store.find_webhook(site.id, id)?.ok_or(Error::RouteUnknown)
}

/// Adds a webhook; its secret is in the answer and shown to nobody afterwards.
pub fn add_webhook(app: &App, staff: &Staff, site: &Site, wanted: &WebhookWanted, rules: CallRules) -> Result<Webhook, Error> {
    let known = list_webhooks(app, staff, site)?;
    let refuse = |field, message: &str| Err(FieldError::new("webhook_invalid", field, message).into());
    let url = wanted.url.trim();
    if url.chars().count() > URL_CHARS_MAX {
        return Err(FieldError::too_long("webhook_invalid", "url", URL_CHARS_MAX, "characters").into());
    }
    if !(rules.is_callable)(url) {
        return refuse("url", "an address begins with https:// or http:// and has no name and password in it");
    }
    if wanted.kinds.is_empty() {
        return refuse("kinds", "choose at least one thing to hear of");
    }
    let Some(template) = wanted.template else { return refuse("template", "there is no such form of message") };
    if known.iter().any(|webhook| webhook.url == url && webhook.template == template) {
        return refuse("url", "this address is called already: remove that webhook first, or choose another form of message");
    }
    let secret = (rules.new_secret)();
    let new = NewWebhook { site: site.id, url, kinds: &wanted.kinds, template, secret: &secret };
    match app.store.insert_webhook(&new, app.now()) {
        Err(store::Error::Conflict(store::Conflict::NameTaken)) => refuse("url", "a site has at most 20 webhooks"),
        stored => Ok(stored?),
    }
}

/// Tells secrets apart without telling them: a form that was made for one is no good for the next.
pub fn secret_mark(app: &App, webhook: &Webhook) -> String {
    let id = webhook.id.to_string();
    URL_SAFE_NO_PAD.encode(app.secrets.keyed_hash("webhook secret mark", &[id.as_bytes(), webhook.secret.as_bytes()]))
}

/// Gives a webhook another secret; the one before is good beside it for a day. `None`, and nothing is changed, when the
/// secret is no longer the one of that mark: a form sent twice would end the secret that receivers still have.
pub fn rotate_webhook_secret(
    app: &App,
    staff: &Staff,
    site: &Site,
    id: WebhookId,
    mark: &str,
    rules: CallRules,
) -> Result<Option<Webhook>, Error> {
    let webhook = read_webhook(app, staff, site, id)?;
    if secret_mark(app, &webhook) != mark {
        return Ok(None);
    }
    app.store.update_webhook_secret(site.id, id, &(rules.new_secret)(), app.now().plus_seconds(OLD_SECRET_SECONDS))?;
    read_webhook(app, staff, site, id).map(Some)
}

/// What waits for a webhook that is off is dropped when its turn comes.
pub fn switch_webhook_off(app: &App, staff: &Staff, site: &Site, id: WebhookId) -> Result<(), Error> {
    read_webhook(app, staff, site, id)?;
    Ok(app.store.update_webhook_state(site.id, id, WebhookState::Off)?)
}

/// Whatever it failed at before is forgotten.
pub fn switch_webhook_on(app: &App, staff: &Staff, site: &Site, id: WebhookId) -> Result<(), Error> {
    read_webhook(app, staff, site, id)?;
    Ok(app.store.update_webhook_state(site.id, id, WebhookState::On)?)
}

/// Removes a webhook and what waits for it.
pub fn delete_webhook(app: &App, staff: &Staff, site: &Site, id: WebhookId) -> Result<Webhook, Error> {
    let webhook = read_webhook(app, staff, site, id)?;
    app.store.delete_webhook(site.id, id)?;
    Ok(webhook)
}

/// Calls it once about no comment, also while it is off.
pub fn test_webhook(app: &App, staff: &Staff, site: &Site, id: WebhookId) -> Result<(), Error> {
    read_webhook(app, staff, site, id)?;
    Ok(app.store.insert_test_call(site.id, id, app.now())?)
}

/// Its latest calls, newest first, at most 20.
pub fn list_calls(app: &App, staff: &Staff, site: &Site, id: WebhookId) -> Result<Vec<Delivery>, Error> {
    staff.require(Scope::Admin)?;
    Ok(app.store.list_calls(site.id, id, CALLS_SHOWN)?)
}

/// Makes a call once more that is done or failed, under the same identifier, and says whose it is.
/// `RouteUnknown` for what is no call of this site.
pub fn resend_call(app: &App, staff: &Staff, site: &Site, id: DeliveryId) -> Result<WebhookId, Error> {
    staff.require(Scope::Admin)?;
    let delivery = app.store.find_delivery(site.id, id)?.ok_or(Error::RouteUnknown)?;
    let Recipient::Service(webhook) = delivery.recipient else { return Err(Error::RouteUnknown) };
    match app.store.retry_delivery(site.id, id, app.now()) {
        // It waits already, or was dropped.
        Err(store::Error::NotFound) => Ok(webhook),
        retried => Ok(retried.map(|()| webhook)?),
    }
}
