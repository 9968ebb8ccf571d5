//! The demo: a blog with the tag in it on the left, its author's desk on the right. It exists while the site
//! `demo` does. The desk half is for people at this very machine alone; everybody else sees a picture of it.

mod door;
mod pages;
mod seed;
mod talk;

use std::sync::LazyLock;

use warp::{Filter, filters::BoxedFilter, reply::Response};

use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{Account, Role, Site, SiteKey};
use crate::web::Web;
use crate::web::admin::{self, Desk};
use crate::web::request::{Caller, caller, query};

pub use seed::prepare;

use pages::PostName;

/// The key of the demo's site, and the first part of every address here.
pub static KEY: LazyLock<SiteKey> = LazyLock::new(|| "demo".parse().expect("four letters are a site key"));

/// What the author of the demo's blog may be called: the first of these that belongs to nobody else.
const AUTHOR_NAMES: [&str; 2] = ["Maren", "Maren (demo)"];

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let here = web.clone();
    let with = warp::any().map(move || here.clone());
    let from = caller().and(with);
    let front = warp::path!("demo").and(warp::get()).and(from.clone()).then(pages::front);
    let post = warp::path!("demo" / PostName).and(warp::get()).and(query()).and(from.clone()).then(pages::post);
    let enter = warp::path!("demo" / "enter").and(warp::post()).and(from.clone()).then(door::enter);
    let files = pages::files();
    let local = from.and_then(door::let_in).untuple_one();
    let desk = local.and(admin::routes(web, desk()));
    front.or(files).unify().or(post).unify().or(enter).unify().or(desk).unify().boxed()
}

fn desk() -> Desk {
    Desk::demo(KEY.clone())
}

/// The site `demo`, whoever made it. `RouteUnknown` without it.
async fn site(web: &Web, caller: &Caller) -> Result<Site, Error> {
    let address = caller.client.0;
    let found = web.app.blocking(Work::Read, move |app| {
        app.limits.check_read(address).map_err(Error::TooMany)?;
        Ok(app.store.find_site(&KEY)?)
    });
    found.await?.ok_or(Error::RouteUnknown)
}

/// The author of the demo's blog: an account that can do nothing but own this one site, and that nobody can sign
/// in to by a password. A person of the same name is somebody else.
fn find_author(app: &App, site: &Site) -> Result<Option<Account>, Error> {
    for name in AUTHOR_NAMES {
        let account = app.store.find_account_by_name(name)?;
        if let Some(author) = account.filter(|account| is_author(account, site)) {
            return Ok(Some(author));
        }
    }
    Ok(None)
}

fn is_author(account: &Account, site: &Site) -> bool {
    account.password.is_none() && account.role_everywhere.is_none() && account.roles == [(site.id, Role::Owner)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AccountId, SiteId, Timestamp};

    #[test]
    fn t38_an_account_that_can_do_more_is_never_taken_for_the_author() {
        let site = Site {
            id: SiteId(1),
            key: KEY.clone(),
            name: "Demo".into(),
            origins: vec![],
            rules: Default::default(),
            version: 1,
            created_at: Timestamp(0),
        };
        let author = Account {
            id: AccountId(1),
            name: AUTHOR_NAMES[0].into(),
            email: None,
            password: None,
            role_everywhere: None,
            roles: vec![(SiteId(1), Role::Owner)],
            created_at: Timestamp(0),
        };
        assert!(is_author(&author, &site));
        for other in [
            Account { password: Some("$argon2id$".into()), ..author.clone() },
            Account { role_everywhere: Some(Role::Viewer), ..author.clone() },
            Account { roles: vec![(SiteId(1), Role::Owner), (SiteId(2), Role::Viewer)], ..author.clone() },
            Account { roles: vec![(SiteId(2), Role::Owner)], ..author.clone() },
            Account { roles: vec![], ..author.clone() },
        ] {
            assert!(!is_author(&other, &site), "{other:?}");
        }
    }
}
