//! The JSON API: `/api/v1/sites/{site}/…`.

mod comments;
mod pages;
mod threads;
mod wire;

pub use threads::totals_of;

use warp::{
    Filter, Rejection, Reply,
    filters::BoxedFilter,
    http::{Method, StatusCode},
    reply::Response,
};

use crate::actions::{Staff, check_origin, find_site, find_token_staff};
use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{Scope, Site};
use crate::web::Web;
use crate::web::cors;
use crate::web::face::Face;
use crate::web::reply::answer;
use crate::web::request::{Caller, caller};

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    threads::routes(web.clone())
        .or(comments::routes(web.clone()))
        .unify()
        .or(pages::routes(web.clone()))
        .unify()
        .or(preflight(web))
        .unify()
        .boxed()
}

/// A browser asks before a page of another origin may write JSON: yes for the origins of that site.
fn preflight(web: Web) -> BoxedFilter<(Response,)> {
    warp::path!("api" / "v1" / "sites" / String / ..)
        .and(warp::path::tail())
        .and(asks_first())
        .and(caller())
        .map(move |site: String, _, caller: Caller| (site, caller, web.clone()))
        .untuple_one()
        .then(|site: String, caller: Caller, web: Web| async move {
            let origin = caller.origin.clone();
            let listed = web.app.blocking(Work::Read, move |app| {
                let site = find_site(app, &site)?;
                check_origin(app, &site, &caller.visitor())
            });
            match listed.await {
                Err(error @ Error::SiteUnknown) => answer(Err::<Response, _>(error), &Face::Json),
                listed => cors::preflight(origin.as_deref().filter(|_| listed.is_ok())),
            }
        })
        .boxed()
}

/// Any other method here is not refused but not ours, so that an address nobody takes is 404 and not 405.
fn asks_first() -> impl Filter<Extract = (), Error = Rejection> + Copy {
    let other = |method: Method| async move { if method == Method::OPTIONS { Ok(()) } else { Err(warp::reject::not_found()) } };
    warp::method().and_then(other).untuple_one()
}

/// Runs a read that everybody may make and turns its outcome into an answer.
async fn read(
    web: Web,
    site: String,
    caller: Caller,
    act: impl FnOnce(&App, &Site, &Caller) -> Result<Response, Error> + Send + 'static,
) -> Response {
    let outcome = web.app.blocking(Work::Read, move |app| {
        let site = find_site(app, &site)?;
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        act(app, &site, &caller)
    });
    answer(outcome.await, &Face::Json)
}

/// Runs a write: the origin is checked before anything else is looked at, and named in the answer when it is listed.
async fn write(
    web: Web,
    site: String,
    caller: Caller,
    act: impl FnOnce(&App, &Site, &Caller) -> Result<Response, Error> + Send + 'static,
) -> Response {
    let origin = caller.origin.clone();
    let outcome = web.app.blocking(Work::Write, move |app| {
        let site = find_site(app, &site)?;
        check_origin(app, &site, &caller.visitor())?;
        // From here on the origin is listed, and its page may read why something failed.
        Ok(answer(act(app, &site, &caller), &Face::Json))
    });
    let outcome = outcome.await;
    let listed = outcome.is_ok();
    let mut response = answer(outcome, &Face::Json);
    cors::add_named(response.headers_mut(), origin.as_deref().filter(|_| listed));
    response
}

/// The staff behind the request's token. `BearerMissing` without one, `BearerForbids` below that scope.
fn staff(app: &App, site: &Site, caller: &Caller, scope: Scope) -> Result<Staff, Error> {
    let failed = || app.limits.check_token_failure(caller.client.0).map_err(Error::TooMany);
    match find_token_staff(app, caller.bearer.as_deref(), site.id) {
        Ok(Some(staff)) => staff.require(scope).map(|()| staff),
        Ok(None) => Err(Error::BearerMissing),
        Err(error) => {
            failed()?;
            Err(error)
        }
    }
}

fn json(status: StatusCode, body: &impl serde::Serialize) -> Response {
    warp::reply::with_status(warp::reply::json(body), status).into_response()
}

fn ok(body: &impl serde::Serialize) -> Response {
    json(StatusCode::OK, body)
}
