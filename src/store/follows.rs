//! Who wants to hear of answers, at which address, and how staff want to hear of comments.

use crate::model::{AccountId, AddressId, AuthorId, CommentId, Follow, FollowId, MailAddress, NoticeMode, PageId, SiteId, Timestamp};
use crate::store::Error;

pub struct NewFollow<'a> {
    pub site: SiteId,
    pub page: PageId,
    /// `None` for the whole thread.
    pub comment: Option<CommentId>,
    /// In the form that `EmailAddress` gives.
    pub address: &'a str,
    pub author: Option<AuthorId>,
    pub lang: &'a str,
}

/// How many confirmations this installation may send.
#[derive(Clone, Copy, Debug)]
pub struct Ceilings {
    pub per_hour: u32,
    pub per_day: u32,
}

/// How one account wants to hear of one site.
#[derive(Clone, Debug)]
pub struct StaffNotice {
    pub account: AccountId,
    pub mode: NoticeMode,
    pub reminded_at: Option<Timestamp>,
}

pub trait Follows {
    /// Adds a follow unless it is there, and the mail that asks an unproven address for its consent: at most one in 24 hours
    /// for each address, and for all of them no more than the ceilings, counted here and exact over restarts. Beyond a
    /// ceiling it is `Conflict(TooManyMails)` whatever the address. An address that wants no mail, or has 200 follows, gets
    /// nothing, and nobody is told.
    fn insert_follow(&self, follow: &NewFollow<'_>, ceilings: Ceilings, at: Timestamp) -> Result<(), Error>;

    fn find_address(&self, id: AddressId) -> Result<Option<MailAddress>, Error>;

    fn find_address_by_text(&self, address: &str) -> Result<Option<MailAddress>, Error>;

    /// Proves an address: its follows are heard of from now on. `NotFound` when it was forgotten.
    fn confirm_address(&self, id: AddressId, at: Timestamp) -> Result<MailAddress, Error>;

    /// Stores an address that the operator of this server vouches for.
    fn vouch_for_address(&self, address: &str, lang: &str, at: Timestamp) -> Result<(), Error>;

    /// Asks the owner of an address that staff typed for consent, by the same limits as for a follow.
    fn ask_staff_address(&self, account: AccountId, site: SiteId, address: &str, ceilings: Ceilings, at: Timestamp) -> Result<(), Error>;

    /// All mail to this address stops, and its follows are forgotten. Doing it again is no error.
    fn stop_address(&self, id: AddressId) -> Result<(), Error>;

    /// What an address follows, newest first.
    fn list_follows(&self, id: AddressId) -> Result<Vec<Follow>, Error>;

    fn find_follow(&self, id: FollowId) -> Result<Option<Follow>, Error>;

    /// Ends a follow. Doing it again is no error.
    fn delete_follow(&self, id: FollowId) -> Result<(), Error>;

    /// Proven addresses that hear of a comment on this page that answers `parent`.
    fn list_followers(&self, site: SiteId, page: PageId, parent: Option<CommentId>) -> Result<Vec<Follow>, Error>;

    /// The follow by which this address hears of a comment on this page that answers `parent`: what its mail names as reason.
    fn find_reason(&self, address: AddressId, page: PageId, parent: Option<CommentId>) -> Result<Option<Follow>, Error>;

    /// Gives an account another e-mail address, or none.
    fn update_email(&self, account: AccountId, address: Option<&str>) -> Result<(), Error>;

    /// How staff of a site want to hear of it; who is not listed has chosen nothing yet.
    fn list_staff_notices(&self, site: SiteId) -> Result<Vec<StaffNotice>, Error>;

    fn update_staff_notice(&self, site: SiteId, account: AccountId, mode: NoticeMode) -> Result<(), Error>;

    /// Notes that an account was reminded. False when that was less than `pause_seconds` ago: then nothing is noted.
    fn note_reminded(&self, site: SiteId, account: AccountId, at: Timestamp, pause_seconds: i64) -> Result<bool, Error>;
}
