//! Every route of the desk and what it needs. There is no default: a line without a need does not compile,
//! and an address without a line does not exist.

use warp::http::Method;

use crate::app::Work;
use crate::model::Role;
use crate::web::admin::{
    HASHES, Handler, READS, WRITES, act, assets, enter, mail_check, mail_log, page_list, queue, rules, webhook, webhook_list, you,
};

/// What somebody must be to use a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: the door itself, and what it looks like.
    Nothing,
    SignIn,
    /// At least that role on the site that the path names first.
    RoleOnSite(Role),
}

#[derive(Debug)]
pub struct Route {
    pub method: Method,
    /// Below the desk's base; `:site` is always the first parameter, `:id` the second.
    pub path: &'static str,
    pub needs: Needs,
    /// About accounts and whom mail goes to: a desk for one site alone, which anybody may try, does not have it.
    pub of_accounts: bool,
    pub(super) work: Work,
    pub(super) handler: Handler,
}

const fn get(path: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: Method::GET, path, needs, of_accounts: false, work: READS, handler }
}

const fn post(path: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: Method::POST, path, needs, of_accounts: false, work: WRITES, handler }
}

const fn of_accounts(method: Method, path: &'static str, needs: Needs, work: Work, handler: Handler) -> Route {
    Route { method, path, needs, of_accounts: true, work, handler }
}

const VIEWER: Needs = Needs::RoleOnSite(Role::Viewer);
const MODERATOR: Needs = Needs::RoleOnSite(Role::Moderator);
const OWNER: Needs = Needs::RoleOnSite(Role::Owner);

pub static ROUTES: &[Route] = &[
    get("desk.css", Needs::Nothing, assets::style),
    get("desk.js", Needs::Nothing, assets::script),
    get("desk.svg", Needs::Nothing, assets::icon),
    // coming and going
    of_accounts(Method::GET, "setup", Needs::Nothing, READS, enter::show_set_up),
    of_accounts(Method::POST, "setup", Needs::Nothing, HASHES, enter::set_up),
    of_accounts(Method::GET, "sign-in", Needs::Nothing, READS, enter::show_sign_in),
    of_accounts(Method::POST, "sign-in", Needs::Nothing, HASHES, enter::sign_in),
    of_accounts(Method::POST, "sign-out", Needs::SignIn, WRITES, enter::sign_out),
    of_accounts(Method::POST, "sign-out-everywhere", Needs::SignIn, WRITES, enter::sign_out_everywhere),
    // reading
    get("", Needs::SignIn, queue::show_sites),
    get("sites/:site", VIEWER, queue::show_queue),
    get("sites/:site/comments/:id", VIEWER, queue::show_one),
    get("sites/:site/pages", VIEWER, page_list::show),
    // deciding and answering
    post("sites/:site/comments/:id/answer", MODERATOR, act::answer),
    post("sites/:site/comments/:id/edit", MODERATOR, act::edit),
    post("sites/:site/comments/:id/approve", MODERATOR, act::approve),
    post("sites/:site/comments/:id/hold", MODERATOR, act::hold),
    post("sites/:site/comments/:id/spam", MODERATOR, act::spam),
    post("sites/:site/comments/:id/remove", MODERATOR, act::remove),
    post("sites/:site/comments/:id/restore", MODERATOR, act::restore),
    post("sites/:site/comments/:id/pin", MODERATOR, act::pin),
    post("sites/:site/comments/:id/unpin", MODERATOR, act::unpin),
    post("sites/:site/comments/:id/used", MODERATOR, act::used),
    post("sites/:site/comments/:id/unused", MODERATOR, act::unused),
    post("sites/:site/comments/:id/no-answer-needed", MODERATOR, act::no_answer_needed),
    post("sites/:site/comments/:id/answer-needed", MODERATOR, act::answer_needed),
    post("sites/:site/comments/:id/looked", MODERATOR, act::looked),
    post("sites/:site/pages/:id/close", MODERATOR, page_list::close),
    post("sites/:site/pages/:id/open", MODERATOR, page_list::open),
    post("sites/:site/pages/:id/question", MODERATOR, page_list::ask_there),
    post("sites/:site/pages/question", MODERATOR, page_list::ask_by_address),
    // mail
    of_accounts(Method::GET, "sites/:site/mail", MODERATOR, READS, mail_log::show),
    of_accounts(Method::POST, "sites/:site/mail/check", OWNER, WRITES, mail_check::check),
    of_accounts(Method::POST, "sites/:site/mail/:id/again", MODERATOR, WRITES, mail_log::again),
    of_accounts(Method::GET, "you", Needs::SignIn, READS, you::show),
    of_accounts(Method::POST, "you/address", Needs::SignIn, WRITES, you::change_address),
    of_accounts(Method::POST, "you/notices", Needs::SignIn, WRITES, you::choose_notices),
    // the site itself
    get("sites/:site/rules", OWNER, rules::show),
    post("sites/:site/rules", OWNER, rules::save),
    // services that hear of comments
    get("sites/:site/webhooks", OWNER, webhook_list::show),
    post("sites/:site/webhooks", OWNER, webhook_list::add),
    get("sites/:site/webhooks/:id", OWNER, webhook::show),
    post("sites/:site/webhooks/:id/secret", OWNER, webhook::rotate),
    post("sites/:site/webhooks/:id/on", OWNER, webhook::switch_on),
    post("sites/:site/webhooks/:id/off", OWNER, webhook::switch_off),
    post("sites/:site/webhooks/:id/test", OWNER, webhook::test),
    post("sites/:site/webhooks/:id/delete", OWNER, webhook::delete),
    post("sites/:site/calls/:id/resend", OWNER, webhook::resend),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t38_every_route_below_a_site_needs_a_role_there_and_nothing_else_does() {
        for route in ROUTES {
            let of_site = matches!(route.needs, Needs::RoleOnSite(_));
            assert_eq!(of_site, route.path.starts_with("sites/:site"), "{} {}", route.method, route.path);
        }
    }

    #[test]
    fn t24_what_is_fetched_with_get_never_waits_for_the_writing_thread() {
        assert!(ROUTES.iter().filter(|route| route.method == Method::GET).all(|route| route.work == READS));
    }
}
