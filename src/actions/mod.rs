//! One file for each thing a person can do. Actions are plain and synchronous and read like the rule they
//! implement; they know nothing of HTTP and nothing of SQL.

mod change_site;
mod close_page;
mod count_comments;
mod edit_comment;
mod find_site;
mod keep_house;
mod links;
mod list_comments;
mod moderate;
mod preview;
mod read_desk;
mod read_own;
mod read_thread;
mod set_up;
mod sign_in;
mod staff;
mod submit_comment;
mod webhooks;
mod withdraw_comment;

pub use change_site::{SiteChange, add_site, change_site};
pub use close_page::{close_page, open_page};
pub use count_comments::count_comments;
pub use edit_comment::{edit_comment, edit_comment_as_staff};
pub use find_site::{check_origin, find_site};
pub use keep_house::{clean_stale_markup, forget_old};
pub use links::{all_follows_link, answer_link, confirm_link, sends_mail, staff_confirm_link, stop_link};
pub use list_comments::{ListQuery, Listed, list_comments, list_latest};
pub use moderate::{Move, moderate};
pub use preview::preview;
pub use read_desk::{count_waiting, list_own_sites, list_pages, read_comment, read_page};
pub use read_own::{own_comment, read_mine, read_own};
pub use read_thread::{Thread, ThreadPart, find_thread, read_slice};
pub use set_up::{SetUp, begin_set_up, check_set_up, finish_set_up, invite};
pub use sign_in::{SignedIn, find_session, sign_in, sign_in_without_password, sign_out, sign_out_everywhere};
pub use staff::{Staff, TOKEN_PREFIX, find_token_staff};
pub use submit_comment::{Accepted, FormSigns, Sent, submit_comment};
pub use webhooks::{
    CallRules, WebhookWanted, add_webhook, delete_webhook, list_calls, list_webhooks, read_webhook, resend_call, rotate_webhook_secret,
    secret_mark, switch_webhook_off, switch_webhook_on, test_webhook,
};
pub use withdraw_comment::withdraw_comment;
