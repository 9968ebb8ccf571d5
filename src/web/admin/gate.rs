//! What stands before every handler, in this order: origin, session, form token, site, role.
//! A handler runs only after all of it; which of it applies is the route's line in `table`.

use warp::http::Method;

use crate::actions::{Staff, find_session, find_site};
use crate::app::App;
use crate::error::Error;
use crate::model::{Origin, Role};
use crate::secrets::hash_secret;
use crate::web::admin::{
    Needs, Route,
    ask::{Ask, OnSite, local_origin},
};
use crate::web::request::Caller;

pub fn check(ask: &mut Ask, route: &Route) -> Result<(), Error> {
    if route.method != Method::GET {
        check_own_origin(ask)?;
    }
    if route.needs == Needs::Nothing {
        return Ok(());
    }
    ask.session = Some(find_session(ask.app(), ask.cookie())?);
    if route.method != Method::GET {
        check_form_token(ask)?;
    }
    if let Needs::RoleOnSite(role) = route.needs {
        ask.on_site = Some(find_on_site(ask, role)?);
    }
    Ok(())
}

/// Only our own pages may change something. A browser that sends no `Origin` with a POST still says whether
/// the page was of the same origin; whatever says neither is no form of ours.
fn check_own_origin(ask: &Ask) -> Result<(), Error> {
    let caller = ask.caller.as_ref();
    let same = match caller.and_then(|caller| caller.origin.as_deref()) {
        Some(sent) => caller.is_some_and(|caller| is_own_origin(ask.app(), caller, sent)),
        None => caller.and_then(|caller| caller.sec_fetch_site.as_deref()) == Some("same-origin"),
    };
    if same { Ok(()) } else { Err(Error::FormTokenWrong) }
}

/// The configured origin; and on this very machine, without a proxy between, the one the request was sent to.
pub fn is_own_origin(app: &App, caller: &Caller, sent: &str) -> bool {
    let local = local_origin(caller).and_then(|local| local.parse::<Origin>().ok());
    sent.parse::<Origin>().is_ok_and(|origin| local.as_ref() == Some(&origin) || app.config.is_own_origin(&origin))
}

fn check_form_token(ask: &Ask) -> Result<(), Error> {
    let sent = ask.form.get("token").unwrap_or_default();
    // Hashes are compared, so that the time taken says nothing about the token.
    if hash_secret(sent) == hash_secret(&ask.session()?.form_token) { Ok(()) } else { Err(Error::FormTokenWrong) }
}

/// A site where somebody has no role is as unknown to them as one that does not exist.
fn find_on_site(ask: &Ask, role: Role) -> Result<OnSite, Error> {
    let key = ask.params.first().map(String::as_str).unwrap_or_default();
    if ask.desk().only_site.as_ref().is_some_and(|only| only.as_str() != key) {
        return Err(Error::SiteUnknown);
    }
    let site = find_site(ask.app(), key)?;
    let account = &ask.session()?.account;
    let staff = Staff::from_account(account, site.id).ok_or(Error::SiteUnknown)?;
    if account.role_on(site.id) < Some(role) {
        return Err(Error::RoleForbids);
    }
    Ok(OnSite { site, staff })
}
