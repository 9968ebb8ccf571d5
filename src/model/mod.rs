//! The words of the product as types: no input, no output, no clock.
//! Rules that need nothing but their arguments live here too; whatever reads or writes lives elsewhere.

mod address;
mod comment;
mod cursor;
mod decide;
mod email;
mod habit;
mod ids;
mod letters;
mod name;
mod notice;
mod origin;
mod page;
mod person;
mod rules;
mod site;
mod submission;
mod time;

pub use address::{PageAddress, PageAsked, TRACKING_PARAMETERS};
pub use comment::{Comment, CommentAuthor, CommentOnPage, Status, Turn};
pub use cursor::Cursor;
pub use decide::{Decision, Facts, HoldReason, decide, decide_text};
pub use email::EmailAddress;
pub use habit::{AnswerHabit, Span};
pub use ids::{AccountId, AddressId, AuthorId, CommentId, DeliveryId, FollowId, PageId, SiteId, TokenId, WebhookId};
pub use letters::{Marks, is_control, is_mark, is_unseen};
pub use name::{clean_name, imitates_staff};
pub use notice::{
    AddressState, Cause, Delivery, DeliveryState, EventKind, Follow, FollowKind, Happening, MailAddress, NoticeKind, NoticeMode, Recipient,
    Report, ReportReason, Template, Webhook, WebhookState, retry_after_seconds,
};
pub use origin::{Origin, OriginError};
pub use page::{Page, PageState, Question, RootThread, Sort, ThreadSlice};
pub use person::{Account, Badge, Role, Scope, Session, Token};
pub use rules::{Courtesies, Images, Moderation, RuleError, Rules, SubmitLimits, Switch, Votes};
pub use site::{Site, SiteKey, SiteKeyError};
pub use submission::{FieldError, NameFrom, NewComment, Rendered, Submission, check_text, limits};
pub use time::Timestamp;
