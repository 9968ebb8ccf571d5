//! Links that mails carry. They name this server by its configured address only, whatever a request says, and are
//! signed for one purpose; nothing about them is stored.

use crate::app::App;
use crate::model::{AccountId, AddressId, CommentId, FollowId, Timestamp};
use crate::secrets::LinkFor;

const WEEK_SECONDS: i64 = 7 * 86_400;

/// True when this server can send mail at all.
pub fn sends_mail(app: &App) -> bool {
    app.config.mail.is_some()
}

/// Proves an address; good for seven days from `asked_at`.
pub fn confirm_link(app: &App, address: AddressId, asked_at: Timestamp) -> String {
    let token = app.secrets.sign_link(LinkFor::Confirm, &[address.0], Some(asked_at.plus_seconds(WEEK_SECONDS)));
    format!("{}/follow/confirm/{token}", app.config.public_url())
}

/// Ends one follow; good for ever.
pub fn stop_link(app: &App, follow: FollowId) -> String {
    format!("{}/follow/stop/{}", app.config.public_url(), app.secrets.sign_link(LinkFor::StopFollow, &[follow.0], None))
}

/// Everything an address follows; good for ever.
pub fn all_follows_link(app: &App, address: AddressId) -> String {
    format!("{}/follow/all/{}", app.config.public_url(), app.secrets.sign_link(LinkFor::AllFollows, &[address.0], None))
}

/// The page where one account answers and decides about one comment without a password; good for seven days from `sent_at`.
pub fn answer_link(app: &App, account: AccountId, comment: CommentId, sent_at: Timestamp) -> String {
    let token = app.secrets.sign_link(LinkFor::AnswerComment, &[account.0, comment.0], Some(sent_at.plus_seconds(WEEK_SECONDS)));
    format!("{}/answer/{token}", app.config.public_url())
}

/// Proves the address of an account, and only the one that the mail went to; good for seven days from `asked_at`.
pub fn staff_confirm_link(app: &App, account: AccountId, address: AddressId, asked_at: Timestamp) -> String {
    let token = app.secrets.sign_link(LinkFor::StaffConfirm, &[account.0, address.0], Some(asked_at.plus_seconds(WEEK_SECONDS)));
    format!("{}/follow/staff/{token}", app.config.public_url())
}
