//! Who may see the demo's desk: whoever sits at this machine. Every sign that a request came from elsewhere,
//! through a proxy, or to a server that is meant for the public, shuts the door.

use warp::{
    Rejection, Reply,
    http::{HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::actions::{find_session, sign_in_without_password};
use crate::app::{App, Work};
use crate::error::Error;
use crate::web::Web;
use crate::web::demo::{self, find_author};
use crate::web::face::Face;
use crate::web::reply::{answer, refuse};
use crate::web::request::Caller;

/// The peer is this machine, the browser was told a name of this machine (and not one that somebody else lets
/// point here), nobody passed the request on, and the owner has not named a public address.
pub fn is_local(caller: &Caller, public_url: Option<&str>) -> bool {
    caller.peer_loopback && caller.host_is_loopback() && !caller.forwarded && public_url.is_none()
}

/// For everybody else there is no desk below `/demo` at all.
pub async fn let_in(caller: Caller, web: Web) -> Result<(), Rejection> {
    if is_local(&caller, web.app.config.public_url.as_deref()) { Ok(()) } else { Err(warp::reject::not_found()) }
}

/// Signs this browser in as the demo's author and leads to the desk.
pub async fn enter(caller: Caller, web: Web) -> Response {
    if !is_local(&caller, web.app.config.public_url.as_deref()) {
        return refuse(Error::RouteUnknown, &Face::PLAIN_PAGE);
    }
    if !is_sent_by_our_page(&caller) {
        return refuse(Error::FormTokenWrong, &Face::PLAIN_PAGE);
    }
    let desk = demo::desk();
    let secret = caller.cookie(desk.cookie).map(str::to_owned);
    let begun = web.app.blocking(Work::Write, move |app| begin(app, secret.as_deref()));
    let outcome = begun.await.and_then(|begun| {
        let mut response = StatusCode::SEE_OTHER.into_response();
        let headers = response.headers_mut();
        headers.insert(header::LOCATION, line(&format!("{}/sites/{}/", desk.base, *demo::KEY))?);
        if let Some((secret, seconds)) = begun {
            headers.insert(header::SET_COOKIE, line(&desk.cookie_line(&secret, seconds))?);
        }
        Ok(response)
    });
    answer(outcome, &Face::PLAIN_PAGE)
}

fn line(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|error| Error::Internal(format!("a header of the demo: {error}")))
}

/// A new session and how long it lasts; `None` when the browser has one that is still good.
fn begin(app: &App, secret: Option<&str>) -> Result<Option<(String, i64)>, Error> {
    let site = app.store.find_site(&demo::KEY)?.ok_or(Error::RouteUnknown)?;
    let author = find_author(app, &site)?.ok_or(Error::RouteUnknown)?;
    match find_session(app, secret) {
        Ok(session) if session.account.id == author.id => return Ok(None),
        Ok(_) | Err(Error::SignInNeeded) => {}
        Err(error) => return Err(error),
    }
    let signed_in = sign_in_without_password(app, author)?;
    let seconds = signed_in.expires_at.seconds() - app.now().seconds();
    Ok(Some((signed_in.secret, seconds)))
}

/// Without this any page in the world could sign a browser on this machine in.
fn is_sent_by_our_page(caller: &Caller) -> bool {
    match (&caller.origin, &caller.host) {
        (Some(origin), Some(host)) => origin.strip_prefix("http://").is_some_and(|sent| sent.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
        (None, _) => caller.sec_fetch_site.as_deref() == Some("same-origin"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(peer_loopback: bool, host: &str, forwarded: bool) -> Caller {
        Caller { peer_loopback, host: Some(host.into()), forwarded, ..Caller::for_tests() }
    }

    #[test]
    fn the_desk_is_for_people_at_this_machine_alone() {
        for host in ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "localhost"] {
            assert!(is_local(&at(true, host, false), None), "{host}");
        }
        assert!(!is_local(&at(false, "127.0.0.1:8080", false), None), "another machine");
        assert!(!is_local(&at(true, "127.0.0.1:8080", true), None), "through a proxy");
        assert!(!is_local(&at(true, "127.0.0.1:8080", false), Some("http://127.0.0.1:8080")), "a public address is set");
        for host in ["demo.example", "127.0.0.1.demo.example:8080", "localhost.demo.example", "192.168.1.5:8080", ""] {
            assert!(!is_local(&at(true, host, false), None), "{host}");
        }
        assert!(!is_local(&Caller { peer_loopback: true, ..Caller::for_tests() }, None), "no host at all");
    }

    #[test]
    fn t24_only_our_own_page_signs_in() {
        let sent = |origin: Option<&str>, site: Option<&str>| {
            let caller = at(true, "localhost:8080", false);
            is_sent_by_our_page(&Caller { origin: origin.map(str::to_owned), sec_fetch_site: site.map(str::to_owned), ..caller })
        };
        assert!(sent(Some("http://localhost:8080"), Some("same-origin")));
        assert!(sent(None, Some("same-origin")));
        for foreign in ["http://localhost:8081", "http://127.0.0.1:8080", "https://localhost:8080", "null", "http://evil.example", ""] {
            assert!(!sent(Some(foreign), Some("same-origin")), "{foreign}");
        }
        for foreign in [None, Some("cross-site"), Some("same-site"), Some("none")] {
            assert!(!sent(None, foreign), "{foreign:?}");
        }
    }
}
