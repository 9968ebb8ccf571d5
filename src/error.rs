//! Every reason a request can fail. `code` is the closed list that the documents name and the widget translates.

use std::time::Duration;

use crate::model::{FieldError, RuleError};
use crate::store::{self, Conflict, Submitted};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    // what was asked for
    #[error("there is no such site")]
    SiteUnknown,
    #[error("there is no such comment")]
    CommentUnknown,
    #[error("there is nothing at this address")]
    RouteUnknown,
    #[error("this address does not take that method")]
    MethodNotAllowed,
    #[error("this is not a request that can be answered: {0}")]
    RequestMalformed(&'static str),
    #[error("the head of a request may have at most {limit} bytes")]
    HeadTooLarge { limit: usize },
    #[error("an address may have at most {limit} bytes")]
    AddressTooLong { limit: usize },
    // who asks
    #[error("this needs a token or receipt: send it as Authorization: Bearer …")]
    BearerMissing,
    #[error("this token or receipt does not allow that")]
    BearerForbids,
    #[error("pages of {0} may not write to this site; its owner can add the origin to the site's list")]
    OriginUnlisted(String),
    #[error("please sign in")]
    SignInNeeded,
    #[error("your role here does not allow that")]
    RoleForbids,
    #[error("this form is out of date: go back, reload the page and send it again")]
    FormTokenWrong,
    #[error("name or password is wrong")]
    SignInWrong,
    #[error("this set-up link was used already, or is too old")]
    SetupCodeWrong,
    // what was sent
    #[error("{0}")]
    Field(#[from] FieldError),
    #[error("{0}")]
    Rule(#[from] RuleError),
    #[error("the body is not valid: {0}")]
    BodyMalformed(String),
    #[error("the body has more than {limit} bytes")]
    BodyTooLarge { limit: usize },
    #[error("send this as {expected}")]
    MediaTypeWrong { expected: &'static str },
    #[error("the body did not arrive in time")]
    BodyTooSlow,
    // what is stored
    #[error("this page takes no more comments")]
    PageClosed,
    #[error("the comment you answer is not there any more")]
    ParentGone,
    #[error("this was sent already, with another text")]
    AlreadySent(Box<Submitted>),
    #[error("the time to edit this comment is over")]
    EditOver,
    #[error("this cannot be done with a comment that is {0}")]
    StatusForbids(&'static str),
    #[error("this name is taken")]
    NameTaken,
    // how much is asked
    #[error("no more of these mails can be sent now: please try again in {} minutes", .0.div_ceil(60))]
    TooManyMails(u64),
    #[error("this server sends no mail")]
    MailOff,
    #[error("this link is no longer good")]
    LinkOver,
    #[error("too many at once: please wait {} seconds", .0.retry_after.as_secs().max(1))]
    TooMany(Limited),
    #[error("the server is busy: please try again in a moment")]
    Busy,
    #[error("the server cannot store anything at the moment; nothing was lost, please try again later")]
    DiskFull(String),
    #[error("something went wrong on the server; it has been noted")]
    Internal(String),
}

/// A limit that was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limited {
    /// The name that `RateLimit-Policy` carries.
    pub policy: &'static str,
    pub quota: u32,
    pub window: Duration,
    pub retry_after: Duration,
}

impl Error {
    /// The name of the reason, the same for ever.
    pub fn code(&self) -> &'static str {
        match self {
            Self::SiteUnknown => "site_unknown",
            Self::CommentUnknown => "comment_unknown",
            Self::RouteUnknown => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::RequestMalformed(_) => "request_malformed",
            Self::HeadTooLarge { .. } => "head_too_large",
            Self::AddressTooLong { .. } => "address_too_long",
            Self::BearerMissing => "bearer_missing",
            Self::BearerForbids => "bearer_forbids",
            Self::OriginUnlisted(_) => "origin_unlisted",
            Self::SignInNeeded => "sign_in_needed",
            Self::RoleForbids => "role_forbids",
            Self::FormTokenWrong => "form_token_wrong",
            Self::SignInWrong => "sign_in_wrong",
            Self::SetupCodeWrong => "setup_code_wrong",
            Self::Field(error) => error.code,
            Self::Rule(_) => "rule_invalid",
            Self::BodyMalformed(_) => "body_malformed",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::MediaTypeWrong { .. } => "media_type_wrong",
            Self::BodyTooSlow => "body_too_slow",
            Self::PageClosed => "page_closed",
            Self::ParentGone => "parent_gone",
            Self::AlreadySent(_) => "already_sent",
            Self::EditOver => "edit_over",
            Self::StatusForbids(_) => "status_forbids",
            Self::NameTaken => "name_taken",
            Self::TooManyMails(_) => "too_many_mails",
            Self::MailOff => "mail_off",
            Self::LinkOver => "link_over",
            Self::TooMany(_) => "too_many",
            Self::Busy => "busy",
            Self::DiskFull(_) => "disk_full",
            Self::Internal(_) => "internal",
        }
    }

    /// The limit that was passed, where there is one to name.
    pub fn limit(&self) -> Option<usize> {
        match self {
            Self::Field(error) => error.limit,
            Self::BodyTooLarge { limit } => Some(*limit),
            _ => None,
        }
    }

    /// The field that is to blame, where one is.
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Field(error) => Some(error.field),
            Self::Rule(error) => Some(&error.name),
            Self::ParentGone => Some("parent"),
            Self::NameTaken => Some("name"),
            _ => None,
        }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::CommentUnknown,
            store::Error::Conflict(conflict) => match conflict {
                Conflict::NameTaken => Self::NameTaken,
                Conflict::PageClosed => Self::PageClosed,
                Conflict::ParentGone => Self::ParentGone,
                Conflict::AlreadySent(stored) => Self::AlreadySent(stored),
                Conflict::TooManyMails { retry_after_seconds } => Self::TooManyMails(retry_after_seconds),
                Conflict::StatusForbids(status) => Self::StatusForbids(status.word()),
            },
            store::Error::Busy => Self::Busy,
            store::Error::Disk(cause) => Self::DiskFull(cause),
            store::Error::Internal(cause) => Self::Internal(cause),
        }
    }
}
