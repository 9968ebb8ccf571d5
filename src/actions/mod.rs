//! One file for each thing a person can do. Actions are plain and synchronous and read like the rule they
//! implement; they know nothing of HTTP and nothing of SQL.

mod answer_by_link;
mod answer_comment;
mod ask_readers;
mod change_site;
mod close_page;
mod count_comments;
mod edit_comment;
mod find_site;
mod follow;
mod followed;
mod give_back;
mod keep_house;
mod know_author;
mod links;
mod list_comments;
mod list_thanks;
mod moderate;
mod own_mail;
mod preview;
mod read_desk;
mod read_mail_log;
mod read_own;
mod read_thread;
mod report_comment;
mod say_helped;
mod set_up;
mod sign_in;
mod staff;
mod submit_comment;
mod webhooks;
mod withdraw_comment;

pub use answer_by_link::{LinkStaff, find_link_staff};
pub use answer_comment::answer_comment;
pub use ask_readers::ask_readers;
pub use change_site::{SiteChange, add_site, change_site};
pub use close_page::{close_page, open_page};
pub use count_comments::count_comments;
pub use edit_comment::{edit_comment, edit_comment_as_staff};
pub use find_site::{check_origin, find_site};
pub use follow::{FollowSent, Wish, follow, follow_with_comment, takes_follows};
pub use followed::{
    Followed, Follower, confirm, read_confirmation, read_follower, read_stop, stop_all_mail, stop_follow, stop_one, take_mail_again,
};
pub use give_back::find_question_to_help;
pub use keep_house::{clean_stale_markup, forget_old};
pub use know_author::{KnownAuthor, find_site_author, know_author};
pub use links::{all_follows_link, answer_link, confirm_link, sends_mail, staff_confirm_link, stop_link};
pub use list_comments::{ListQuery, Listed, list_below, list_comments, list_latest};
pub use list_thanks::list_thanks;
pub use moderate::{Move, moderate};
pub use own_mail::{OwnMail, change_own_address, choose_notices, confirm_own_address, find_confirmation, read_own_mail};
pub use preview::preview;
pub use read_desk::{count_turns, count_waiting, list_own_sites, list_pages, list_turns, read_comment, read_page};
pub use read_mail_log::{Deliveries, Logged, list_deliveries, mask, send_again};
pub use read_own::{Mine, list_answers, own_comment, read_mine, read_own};
pub use read_thread::{Thread, ThreadPart, find_thread, read_slice};
pub use report_comment::{REPORT_CHARS_MAX, forget_reports, list_reported, list_reports, report_comment};
pub use say_helped::{say_helped, unsay_helped};
pub use set_up::{SetUp, begin_set_up, check_set_up, finish_set_up, invite};
pub use sign_in::{SignedIn, find_session, sign_in, sign_in_without_password, sign_out, sign_out_everywhere};
pub use staff::{Staff, TOKEN_PREFIX, find_token_staff};
pub use submit_comment::{Accepted, FormSigns, Sent, submit_comment};
pub use webhooks::{
    CallRules, WebhookWanted, add_webhook, delete_webhook, list_calls, list_webhooks, read_webhook, resend_call, rotate_webhook_secret,
    secret_mark, switch_webhook_off, switch_webhook_on, test_webhook,
};
pub use withdraw_comment::withdraw_comment;
