//! What happened and has yet to be told, and the mails and calls that come of it.

use crate::model::{CommentId, Delivery, DeliveryId, Happening, NoticeKind, PageId, Recipient, SiteId, Timestamp, WebhookId};
use crate::store::Error;

/// A notice about one comment for one recipient.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub site: SiteId,
    pub kind: NoticeKind,
    pub recipient: Recipient,
    /// Notices of one kind and page are gathered and paced together.
    pub page: Option<PageId>,
    /// `None` for what is about no single comment.
    pub comment: Option<CommentId>,
    /// Not before.
    pub earliest: Timestamp,
    pub pace: Pace,
}

/// How often one recipient may get one kind of mail: at most `most` in any `window_seconds`; what comes meanwhile waits and is
/// gathered into the next.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    pub most: u32,
    pub window_seconds: i64,
}

impl Pace {
    /// As many as there are causes.
    pub const FREE: Pace = Pace { most: u32::MAX, window_seconds: 0 };
}

/// A call of a webhook.
#[derive(Clone, Debug)]
pub struct NewCall {
    pub site: SiteId,
    pub webhook: WebhookId,
    pub body: String,
    pub earliest: Timestamp,
}

/// A happening taken apart.
#[derive(Clone, Debug)]
pub struct Settled {
    pub happening: i64,
    pub notices: Vec<NewNotice>,
    pub calls: Vec<NewCall>,
}

/// How an attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Done,
    /// To be tried again then.
    Again(Timestamp),
    /// Given up: the last try failed, or the fault is ours.
    Failed,
    /// The recipient's server refused it for good. Three in a row stop all mail to that address.
    Refused,
    /// There was nothing to say any more.
    Dropped,
}

pub trait Outbox {
    /// When the next happening or delivery is due; `None` when nothing waits.
    fn find_next_due(&self) -> Result<Option<Timestamp>, Error>;

    /// What happened and is due, the oldest first, at most `most`.
    fn list_happenings(&self, now: Timestamp, most: usize) -> Result<Vec<Happening>, Error>;

    /// Replaces happenings by their deliveries, all or nothing. A happening that is gone was settled before and adds
    /// nothing. A recipient hears of a comment once in each kind; a notice joins the delivery of its kind, recipient and
    /// page that waits and was not tried yet, else makes one, due as early as its pace allows.
    fn settle_happenings(&self, settled: &[Settled], now: Timestamp) -> Result<(), Error>;

    /// Adds a notice without a happening, by the same rules.
    fn insert_notice(&self, notice: &NewNotice, now: Timestamp) -> Result<(), Error>;

    /// Takes deliveries that are due, at most `most`: nobody else gets them before `until`, and each counts one try more.
    fn claim_deliveries(&self, now: Timestamp, until: Timestamp, most: usize) -> Result<Vec<Delivery>, Error>;

    /// Notes how an attempt ended and what the other side said.
    fn finish_delivery(&self, id: DeliveryId, ended: Ended, said: &str, now: Timestamp) -> Result<(), Error>;

    /// Makes due again what a stopped process had claimed. Only for a process that begins.
    fn release_claims(&self, now: Timestamp) -> Result<(), Error>;

    /// The comments that a delivery is about, oldest first.
    fn list_told(&self, id: DeliveryId) -> Result<Vec<CommentId>, Error>;

    fn find_delivery(&self, site: SiteId, id: DeliveryId) -> Result<Option<Delivery>, Error>;

    /// The log of a site, newest first, at most `most`, only older ones than `older_than`.
    fn list_deliveries(&self, site: SiteId, older_than: Option<DeliveryId>, most: usize) -> Result<Vec<Delivery>, Error>;

    /// The same of those that were given up.
    fn list_failed_deliveries(&self, site: SiteId, older_than: Option<DeliveryId>, most: usize) -> Result<Vec<Delivery>, Error>;

    /// The latest calls of one webhook, newest first, at most `most`.
    fn list_calls(&self, site: SiteId, webhook: WebhookId, most: usize) -> Result<Vec<Delivery>, Error>;

    /// Makes a call due that is about no comment and has no body of its own. One that waits already is enough.
    /// `NotFound` for another site's webhook.
    fn insert_test_call(&self, site: SiteId, webhook: WebhookId, now: Timestamp) -> Result<(), Error>;

    /// Puts off the calls of a webhook that wait, to `until` at the earliest: its server is left alone for a while.
    fn postpone_calls(&self, site: SiteId, webhook: WebhookId, until: Timestamp) -> Result<(), Error>;

    /// Makes a delivery that failed or is done due once more. `NotFound` for another site's.
    fn retry_delivery(&self, site: SiteId, id: DeliveryId, now: Timestamp) -> Result<(), Error>;
}
