//! What is told to whom: happenings, the mails and calls that come of them, who follows what, and reports.

use super::{AccountId, AddressId, AuthorId, CommentId, DeliveryId, FollowId, PageId, SiteId, Status, Timestamp, WebhookId};

/// Something that happened to a comment and has yet to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Happening {
    pub id: i64,
    pub site: SiteId,
    pub comment: CommentId,
    pub cause: Cause,
    /// The comment's status after it.
    pub status: Status,
    pub at: Timestamp,
}

impl Happening {
    /// Nothing is told before: for so long a comment can be undone without a trace in any mailbox.
    pub const WAIT_SECONDS: i64 = 9;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    Submitted,
    /// Somebody gave the comment another status.
    Moved,
    Reported,
}

/// What a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// Asks whether an address belongs to whoever typed it.
    Confirm,
    /// Answers and comments that somebody follows.
    Answer,
    /// A new comment, to staff.
    New,
    /// A comment that waits for a decision, to staff.
    Held,
    /// Everything of an hour or a day, to staff.
    Digest,
    /// People who wait for the author's word, at most once a week.
    Reminder,
    /// Asks staff whether their address is theirs.
    StaffConfirm,
    /// A call of a webhook.
    Call,
}

impl NoticeKind {
    pub const ALL: [NoticeKind; 8] = [
        NoticeKind::Confirm,
        NoticeKind::Answer,
        NoticeKind::New,
        NoticeKind::Held,
        NoticeKind::Digest,
        NoticeKind::Reminder,
        NoticeKind::StaffConfirm,
        NoticeKind::Call,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Answer => "answer",
            Self::New => "new",
            Self::Held => "held",
            Self::Digest => "digest",
            Self::Reminder => "reminder",
            Self::StaffConfirm => "staff_confirm",
            Self::Call => "call",
        }
    }
}

/// Whom a delivery goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recipient {
    Reader(AddressId),
    /// At the e-mail address of that account.
    Staff(AccountId),
    Service(WebhookId),
}

/// A mail or call, from being due to how it ended.
#[derive(Clone, Debug)]
pub struct Delivery {
    pub id: DeliveryId,
    pub site: SiteId,
    pub kind: NoticeKind,
    pub recipient: Recipient,
    pub page: Option<PageId>,
    pub state: DeliveryState,
    /// Attempts that were begun.
    pub tries: u32,
    /// When the next attempt is due.
    pub run_at: Timestamp,
    /// What a call sends; mails are made when they are sent.
    pub body: Option<String>,
    /// What the other side answered last.
    pub said: Option<String>,
    pub created_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    Waiting,
    /// An attempt was begun and has not ended yet.
    UnderWay,
    Done,
    /// Given up after the last try, or refused for good.
    Failed,
    /// There was nothing to say any more.
    Dropped,
}

impl DeliveryState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::UnderWay => "under_way",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Dropped => "dropped",
        }
    }
}

/// How long to wait after the so-manieth failed try, counted from 1; `None` when it was the last. About two days in all.
pub fn retry_after_seconds(tries: u32) -> Option<i64> {
    const MINUTES: [i64; 8] = [1, 5, 15, 60, 180, 360, 720, 1440];
    MINUTES.get(tries.max(1) as usize - 1).map(|minutes| minutes * 60)
}

/// An e-mail address that mail may go to.
#[derive(Clone, Debug)]
pub struct MailAddress {
    pub id: AddressId,
    pub address: String,
    pub state: AddressState,
    pub lang: String,
    /// When a confirmation was sent last.
    pub asked_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressState {
    /// Somebody typed it; nobody has proven that it is theirs.
    Unproven,
    Confirmed,
    /// Its owner wants no mail at all.
    Stopped,
    /// Mail to it was refused for good, several times in a row.
    Bounced,
}

/// What is followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowKind {
    /// The answers to a comment of one's own.
    Answers,
    /// Every comment on a page.
    Thread,
}

impl FollowKind {
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "answers" => Some(Self::Answers),
            "thread" => Some(Self::Thread),
            _ => None,
        }
    }
}

/// Somebody's wish to hear of answers on a page.
#[derive(Clone, Debug)]
pub struct Follow {
    pub id: FollowId,
    pub site: SiteId,
    pub page: PageId,
    /// Answers to this comment; `None` for the whole thread.
    pub comment: Option<CommentId>,
    pub address: AddressId,
    /// Who asked for it, where that is known: people get no mail about themselves.
    pub author: Option<AuthorId>,
    pub lang: String,
    pub created_at: Timestamp,
}

/// How staff want to hear of comments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoticeMode {
    #[default]
    Every,
    /// Only what waits for a decision.
    Pending,
    Hourly,
    Daily,
    Off,
}

impl NoticeMode {
    pub const ALL: [NoticeMode; 5] = [NoticeMode::Every, NoticeMode::Pending, NoticeMode::Hourly, NoticeMode::Daily, NoticeMode::Off];

    pub fn word(self) -> &'static str {
        match self {
            Self::Every => "every",
            Self::Pending => "pending",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Off => "off",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }
}

/// Another service that hears of comments.
#[derive(Clone)]
pub struct Webhook {
    pub id: WebhookId,
    pub site: SiteId,
    pub url: String,
    pub kinds: Vec<EventKind>,
    pub template: Template,
    /// `whsec_` and base64: signs every call.
    pub secret: String,
    /// Signs beside it until the moment given.
    pub old_secret: Option<(String, Timestamp)>,
    pub state: WebhookState,
    pub created_at: Timestamp,
}

/// Secrets and addresses (which often hold one) stay out of logs.
impl std::fmt::Debug for Webhook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Webhook({})", self.id)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookState {
    On,
    Off,
    /// Switched off by us after failing for days.
    Failing,
}

/// What a call looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Template {
    /// JSON, as the specification Standard Webhooks has it.
    Standard,
    /// A text for an ntfy topic.
    Ntfy,
    /// `{"text": …}`, as chat services take it.
    Chat,
}

impl Template {
    pub const ALL: [Template; 3] = [Template::Standard, Template::Ntfy, Template::Chat];

    pub fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Ntfy => "ntfy",
            Self::Chat => "chat",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|template| template.word() == word)
    }
}

/// What a webhook can hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EventKind {
    Submitted,
    Published,
    Held,
    Removed,
    Reported,
}

impl EventKind {
    pub const ALL: [EventKind; 5] = [EventKind::Submitted, EventKind::Published, EventKind::Held, EventKind::Removed, EventKind::Reported];

    pub fn word(self) -> &'static str {
        match self {
            Self::Submitted => "comment.submitted",
            Self::Published => "comment.published",
            Self::Held => "comment.held",
            Self::Removed => "comment.removed",
            Self::Reported => "comment.reported",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What readers said of a comment, without who said it.
#[derive(Clone, Debug)]
pub struct Report {
    pub reason: ReportReason,
    pub text: String,
    pub at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportReason {
    Spam,
    Abuse,
    OffTopic,
    Private,
    Other,
}

impl ReportReason {
    pub const ALL: [ReportReason; 5] =
        [ReportReason::Spam, ReportReason::Abuse, ReportReason::OffTopic, ReportReason::Private, ReportReason::Other];

    pub fn word(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Abuse => "abuse",
            Self::OffTopic => "off_topic",
            Self::Private => "private",
            Self::Other => "other",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_end_after_about_two_days() {
        let waits: Vec<i64> = (1..).map_while(retry_after_seconds).collect();
        assert_eq!((waits.len(), waits[0]), (8, 60));
        let hours = waits.iter().sum::<i64>() / 3600;
        assert!((36..=50).contains(&hours), "{hours}");
        assert_eq!(retry_after_seconds(0), Some(60));
    }

    #[test]
    fn every_word_reads_back() {
        assert!(NoticeMode::ALL.into_iter().all(|each| NoticeMode::from_word(each.word()) == Some(each)));
        assert!(EventKind::ALL.into_iter().all(|each| EventKind::from_word(each.word()) == Some(each)));
        assert!(Template::ALL.into_iter().all(|each| Template::from_word(each.word()) == Some(each)));
        assert!(ReportReason::ALL.into_iter().all(|each| ReportReason::from_word(each.word()) == Some(each)));
    }
}
