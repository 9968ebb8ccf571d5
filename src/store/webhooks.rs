//! Other services that hear of comments.

use crate::model::{EventKind, SiteId, Template, Timestamp, Webhook, WebhookId, WebhookState};
use crate::store::Error;

pub struct NewWebhook<'a> {
    pub site: SiteId,
    pub url: &'a str,
    pub kinds: &'a [EventKind],
    pub template: Template,
    pub secret: &'a str,
}

pub trait Webhooks {
    /// Adds a webhook. `Conflict(NameTaken)` when the site has 20 already.
    fn insert_webhook(&self, webhook: &NewWebhook<'_>, at: Timestamp) -> Result<Webhook, Error>;

    /// The webhooks of a site, oldest first.
    fn list_webhooks(&self, site: SiteId) -> Result<Vec<Webhook>, Error>;

    fn find_webhook(&self, site: SiteId, id: WebhookId) -> Result<Option<Webhook>, Error>;

    /// Gives it another secret; the one before is good beside it until `old_until`.
    fn update_webhook_secret(&self, site: SiteId, id: WebhookId, secret: &str, old_until: Timestamp) -> Result<(), Error>;

    fn update_webhook_state(&self, site: SiteId, id: WebhookId, state: WebhookState) -> Result<(), Error>;

    /// Removes it and what waits for it.
    fn delete_webhook(&self, site: SiteId, id: WebhookId) -> Result<(), Error>;

    /// Notes whether a call went well; one that has failed for five days and never worked meanwhile is switched off.
    fn note_call(&self, site: SiteId, id: WebhookId, worked: bool, at: Timestamp) -> Result<(), Error>;
}
