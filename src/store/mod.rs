//! What storage promises, by topic. A method is one transaction and one promise; time and limits are
//! parameters, rules stay above. An engine is a folder below this one; nothing outside `serve`, `cli` and
//! tests names an engine.

mod courtesies;
mod follows;
mod outbox;
pub mod sqlite;
mod webhooks;

use std::path::Path;

use crate::model::{
    Account, AccountId, AuthorId, Badge, Comment, CommentId, CommentOnPage, Cursor, Decision, HoldReason, NewComment, Origin, Page,
    PageAddress, PageId, PageState, Role, Rules, Scope, Session, Site, SiteId, SiteKey, Sort, Status, ThreadSlice, Timestamp, Token,
    TokenId,
};

pub use courtesies::{Answered, Courtesies, Habit};
pub use follows::{Ceilings, Follows, NewFollow, StaffNotice};
pub use outbox::{Ended, NewCall, NewNotice, Outbox, Pace, Settled};
pub use webhooks::{NewWebhook, Webhooks};

/// Everything an engine does.
pub trait Store:
    Sites + Pages + Threads + Comments + Accounts + Tokens + Outbox + Follows + Webhooks + Courtesies + Upkeep + Send + Sync
{
}

impl<T> Store for T where
    T: Sites + Pages + Threads + Comments + Accounts + Tokens + Outbox + Follows + Webhooks + Courtesies + Upkeep + Send + Sync
{
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What was named does not exist in that site.
    #[error("not found")]
    NotFound,
    /// The change contradicts what is stored by now.
    #[error("{0:?}")]
    Conflict(Conflict),
    /// The queue of writes is full, or a lock was not had in time. Nothing was changed.
    #[error("the store is busy")]
    Busy,
    /// The disk is full or failed. Nothing was changed.
    #[error("the disk does not take more: {0}")]
    Disk(String),
    #[error("{0}")]
    Internal(String),
}

#[derive(Debug)]
pub enum Conflict {
    /// The site's key, the account's name or the token's name is taken.
    NameTaken,
    PageClosed,
    /// The parent is not on that page or is not shown.
    ParentGone,
    /// The same submission key came with other content; this is what was stored.
    AlreadySent(Box<Submitted>),
    /// The comment's status does not allow that change.
    StatusForbids(Status),
    /// No more confirmations may be sent for so many seconds.
    TooManyMails {
        retry_after_seconds: u64,
    },
}

pub struct NewSite<'a> {
    pub key: &'a SiteKey,
    pub name: &'a str,
    pub origins: &'a [Origin],
    pub rules: &'a Rules,
}

pub trait Sites {
    /// `None` when no site has that key.
    fn find_site(&self, key: &SiteKey) -> Result<Option<Site>, Error>;

    /// The site that this comment stands in, whatever the comment's status.
    fn find_site_of_comment(&self, id: CommentId) -> Result<Option<Site>, Error>;

    /// All sites, by key.
    fn list_sites(&self) -> Result<Vec<Site>, Error>;

    /// Adds a site. `Conflict(NameTaken)` if the key is used.
    fn insert_site(&self, site: &NewSite<'_>, at: Timestamp) -> Result<Site, Error>;

    /// Stores name, origins and rules of a site, raises its version and gives back what is stored.
    fn update_site(&self, id: SiteId, name: &str, origins: &[Origin], rules: &Rules) -> Result<Site, Error>;

    /// Removes a site with everything in it, for good.
    fn delete_site(&self, id: SiteId) -> Result<(), Error>;

    /// Names that visitors of this site may not imitate: of everybody with a role there, of tokens that
    /// write with a badge there, and of badged comments there.
    fn list_staff_names(&self, site: SiteId) -> Result<Vec<String>, Error>;
}

pub trait Pages {
    /// The page that this address or an alias of it names.
    fn find_page(&self, site: SiteId, address: &PageAddress) -> Result<Option<Page>, Error>;

    fn find_page_by_id(&self, site: SiteId, id: PageId) -> Result<Option<Page>, Error>;

    /// The pages of a site, the latest commented first, at most `most`.
    fn list_pages(&self, site: SiteId, most: u32) -> Result<Vec<Page>, Error>;

    /// Published comments of each address, 0 for unknown ones, in the order asked. At most 100 addresses.
    fn count_comments(&self, site: SiteId, addresses: &[PageAddress]) -> Result<Vec<u64>, Error>;

    /// The page that this address names; it is made if nobody has commented there yet.
    fn find_or_insert_page(&self, site: SiteId, address: &PageAddress, at: Timestamp) -> Result<Page, Error>;

    /// Opens or closes a page and raises its version; makes the page if nobody commented there yet.
    fn update_page_state(&self, site: SiteId, address: &PageAddress, state: PageState, at: Timestamp) -> Result<Page, Error>;
}

/// What part of a thread is asked for.
#[derive(Clone, Debug)]
pub struct ThreadQuery {
    pub sort: Sort,
    /// Begin behind this; a cursor of roots carries its own sort.
    pub cursor: Option<Cursor>,
    /// 1 to 100.
    pub roots_max: usize,
    /// Replies sent with each root.
    pub replies_max: usize,
    /// Stop after this much HTML, though never before the first root.
    pub html_bytes_max: usize,
}

pub trait Threads {
    /// Part of a page's thread as everybody may see it, read in one snapshot. `NotFound` for another site's page.
    fn read_thread(&self, site: SiteId, page: PageId, query: &ThreadQuery) -> Result<ThreadSlice, Error>;

    /// The root above this comment and a window of its replies that holds it: its ancestors, and
    /// `replies_max` replies from it on. `NotFound` unless the comment is shown on that page.
    fn read_around(&self, site: SiteId, page: PageId, comment: CommentId, replies_max: usize) -> Result<ThreadSlice, Error>;

    /// The published ones among this comment and everything below it, newest first, at most `most`. `NotFound` unless
    /// the comment is shown on its page, if only as an empty place.
    fn list_below(&self, site: SiteId, comment: CommentId, most: usize) -> Result<Vec<CommentOnPage>, Error>;
}

/// Who a comment is stored under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Poster {
    /// Somebody this site does not know: gets an author row of their own.
    Stranger,
    /// The person behind an earlier receipt.
    Known(AuthorId),
    /// Somebody who signed in at the desk.
    Account(AccountId, Badge),
    /// An API token that may write with a badge.
    Token(TokenId, Badge),
}

pub struct Insertion<'a> {
    pub site: SiteId,
    pub comment: &'a NewComment,
    pub decision: &'a Decision,
    pub poster: Poster,
    /// Tells whether a repeated key came with the same content.
    pub content_hash: [u8; 16],
    /// Pages made before this moment take no more comments; `None` where pages never close by age.
    pub closed_before: Option<Timestamp>,
}

/// A stored comment and the page as it is after it.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub comment: Comment,
    pub page: Page,
    /// The same key and content had been stored before; nothing was added now.
    pub repeated: bool,
}

/// New text of a comment and what was decided about it.
pub struct NewText<'a> {
    pub source: &'a str,
    pub html: &'a str,
    pub markup_version: u32,
    pub decision: &'a Decision,
}

/// Which comments a queue shows.
#[derive(Clone, Debug, Default)]
pub struct CommentFilter {
    /// Any status when empty.
    pub statuses: Vec<Status>,
    pub page: Option<PageId>,
    /// Only comments without a badge.
    pub visitors_only: bool,
    /// Only older ones than this.
    pub older_than: Option<CommentId>,
}

pub trait Comments {
    /// The comment, whatever its status. `None` for one of another site.
    fn find_comment(&self, site: SiteId, id: CommentId) -> Result<Option<CommentOnPage>, Error>;

    /// These comments of a site, whatever their status; unknown ones and those of other sites are left out.
    fn list_comments_by_id(&self, site: SiteId, ids: &[CommentId]) -> Result<Vec<Comment>, Error>;

    /// Newest first, at most `most`.
    fn list_comments(&self, site: SiteId, filter: &CommentFilter, most: usize) -> Result<Vec<CommentOnPage>, Error>;

    /// How many comments of a site wait for a moderator.
    fn count_pending(&self, site: SiteId) -> Result<u64, Error>;

    /// True when this person has a published comment on this site.
    fn has_published(&self, site: SiteId, author: AuthorId) -> Result<bool, Error>;

    /// Adds a comment, making its page and author where needed. It is durable when this returns.
    /// The same key and content within 24 hours gives the stored comment back, other content is
    /// `Conflict(AlreadySent)`. `Conflict(PageClosed)` and `Conflict(ParentGone)` if that is so by now.
    /// A published comment of a page named by a free id also teaches that page its address.
    fn insert_comment(&self, insertion: &Insertion<'_>, at: Timestamp) -> Result<Submitted, Error>;

    /// Gives a published or pending comment new text. `Conflict(StatusForbids)` for any other.
    fn update_comment_text(&self, site: SiteId, id: CommentId, text: &NewText<'_>, at: Timestamp) -> Result<Submitted, Error>;

    /// Sets a comment's status if it is one of `from`, else `Conflict(StatusForbids)`. A comment that has
    /// that status already is left as it is. `because` is kept while the comment is pending.
    fn update_comment_status(
        &self,
        site: SiteId,
        id: CommentId,
        from: &[Status],
        to: Status,
        because: &[HoldReason],
        at: Timestamp,
    ) -> Result<Submitted, Error>;

    /// Pins or unpins a published root. `Conflict(StatusForbids)` for any other comment.
    fn update_comment_pinned(&self, site: SiteId, id: CommentId, pinned: bool, at: Timestamp) -> Result<Submitted, Error>;
}

pub struct NewAccount<'a> {
    pub name: &'a str,
    pub email: Option<&'a str>,
    pub role: Role,
    /// `None` gives the role on every site.
    pub site: Option<SiteId>,
}

/// SHA-256 of a secret with at least 128 random bits.
pub type SecretHash = [u8; 32];

pub trait Accounts {
    fn list_accounts(&self) -> Result<Vec<Account>, Error>;

    /// Names are compared without regard to case and width.
    fn find_account_by_name(&self, name: &str) -> Result<Option<Account>, Error>;

    /// Adds an account, or gives an existing one of that name a further role. The password stays as it is.
    fn upsert_account(&self, account: &NewAccount<'_>, at: Timestamp) -> Result<Account, Error>;

    /// Stores a password and ends every session of that account.
    fn update_password(&self, account: AccountId, password: &str) -> Result<(), Error>;

    /// Keeps a one-time set-up code. `None` for an account makes it the code of the first set-up, which
    /// replaces an earlier one of that kind.
    fn insert_setup_code(&self, hash: &SecretHash, account: Option<AccountId>, expires: Timestamp) -> Result<(), Error>;

    /// The account of a code that is still good, without using it up; the inner `None` is the first set-up.
    fn find_setup_code(&self, hash: &SecretHash, now: Timestamp) -> Result<Option<Option<Account>>, Error>;

    /// Uses a code up: of two callers with one code, one gets `NotFound`.
    fn delete_setup_code(&self, hash: &SecretHash, now: Timestamp) -> Result<(), Error>;

    fn insert_session(
        &self,
        hash: &SecretHash,
        account: AccountId,
        form_token: &str,
        at: Timestamp,
        expires: Timestamp,
    ) -> Result<(), Error>;

    /// The session, if it has not ended and was used within `idle_seconds`. Being used is noted at most once a minute.
    fn find_session(&self, hash: &SecretHash, now: Timestamp, idle_seconds: i64) -> Result<Option<Session>, Error>;

    /// Ends one session; ending one that is over is no error.
    fn delete_session(&self, hash: &SecretHash) -> Result<(), Error>;

    fn delete_sessions_of(&self, account: AccountId) -> Result<(), Error>;
}

pub trait Tokens {
    /// Adds a token. `Conflict(NameTaken)` if one of that name exists.
    fn insert_token(&self, name: &str, hash: &SecretHash, site: Option<SiteId>, scope: Scope, at: Timestamp) -> Result<Token, Error>;

    fn find_token(&self, hash: &SecretHash) -> Result<Option<Token>, Error>;
}

/// What a look through the whole file found.
#[derive(Clone, Debug, Default)]
pub struct CheckReport {
    /// Sentences, each a problem. Empty means sound.
    pub problems: Vec<String>,
    pub sites: u64,
    pub pages: u64,
    pub comments: u64,
}

pub trait Upkeep {
    /// The key of this installation: 32 random bytes, made with the file.
    fn installation_key(&self) -> Result<[u8; 32], Error>;

    /// Answers as soon as a read and the writing thread do.
    fn check_ready(&self) -> Result<(), Error>;

    /// Writes a consistent copy while the store is in use. `progress` hears done and total pages of the file.
    /// The copy is complete, checked and durable when this returns; `path` must not exist.
    fn backup(&self, path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<(), Error>;

    /// Looks for damage and for numbers that differ from a recount.
    fn check(&self) -> Result<CheckReport, Error>;

    /// Comments whose HTML was made by another markup version than this one, at most `most`.
    fn list_stale_markup(&self, version: u32, most: usize) -> Result<Vec<(SiteId, CommentId, String)>, Error>;

    /// Replaces the HTML of a comment, unless its source changed meanwhile.
    fn update_markup(&self, site: SiteId, id: CommentId, source: &str, html: &str, version: u32, at: Timestamp) -> Result<(), Error>;

    /// Forgets submission keys older than 24 hours, ended sessions and set-up codes, reports and ended deliveries older than
    /// 30 days, and with what they follow the e-mail addresses that were not proven in the seven days after they were asked.
    fn forget_old(&self, now: Timestamp) -> Result<(), Error>;
}
