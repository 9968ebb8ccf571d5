//! The desk: pages where owners and moderators read, answer and decide. Its own templates, style and script
//! lie here. Everything works without the script; the script only saves reloads.
//!
//! A request passes `gate` (origin, session, form token, site, role) as its line in `table` declares, then
//! one handler, then `answer`, which sets the headers of every page.

mod act;
mod answer;
mod ask;
mod assets;
mod by_link;
mod card;
mod enter;
mod gate;
mod mail_check;
mod mail_log;
mod notice;
mod page_list;
mod queue;
mod rules;
mod table;
mod templates;
mod webhook;
mod webhook_list;
mod you;

use std::sync::Arc;

use warp::{Filter, filters::BoxedFilter, http::Method, reply::Response};

use crate::app::Work;
use crate::error::Error;
use crate::model::SiteKey;
use crate::web::Web;
use crate::web::request::{Body, Caller, Query, body, caller, query};

pub use by_link::routes as link_routes;
pub use table::{Needs, ROUTES, Route};

use answer::Drawn;
use ask::{Ask, Surroundings};

/// One mounting of the desk. The real one and the demo's differ in nothing else.
#[derive(Clone, Debug)]
pub struct Desk {
    /// What every address of this desk begins with, like `/admin`; without a slash at its end.
    pub base: &'static str,
    /// The cookie that holds the session of this desk.
    pub cookie: &'static str,
    pub framing: Framing,
    /// The one site this desk is for. Such a desk has no sign-in, no accounts and no other sites:
    /// whoever mounts it begins its sessions.
    pub only_site: Option<SiteKey>,
}

/// Who may show the desk in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    Nobody,
    OurOwnPages,
}

impl Desk {
    /// The desk at `/admin`.
    pub fn main() -> Self {
        Self { base: "/admin", cookie: "__Host-rejoinder", framing: Framing::Nobody, only_site: None }
    }

    /// The desk beside the demo's blog.
    pub fn demo(site: SiteKey) -> Self {
        Self { base: "/demo/desk", cookie: "__Host-rejoinder-demo", framing: Framing::OurOwnPages, only_site: Some(site) }
    }

    /// The `Set-Cookie` line that begins a session in a browser. `seconds` 0 ends it.
    pub fn cookie_line(&self, secret: &str, seconds: i64) -> String {
        format!("{}={secret}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict", self.cookie)
    }

    /// True when this desk has that route at all.
    pub fn has(&self, route: &Route) -> bool {
        self.only_site.is_none() || !route.of_accounts
    }
}

/// More than any form of the desk needs: a comment of the greatest size, escaped, and a few short fields.
const BODY_BYTES_MAX: usize = 160 * 1024;

/// Every address below the desk's base. What `table` does not declare is 404, another method 405.
pub fn routes(web: Web, desk: Desk) -> BoxedFilter<(Response,)> {
    let around = Arc::new(Surroundings::new(web.app, desk));
    let own: Vec<&'static Route> = ROUTES.iter().filter(|route| around.desk.has(route)).collect();
    let answered = own.iter().map(|route| answered(&around, route));
    let wrong_method = own.iter().map(|route| refused(&around, below(around.desk.base, route.path), || Error::MethodNotAllowed));
    let anything = base(around.desk.base).and(warp::path::tail()).map(|_, _| Vec::new()).boxed();
    let unknown = refused(&around, anything, || Error::RouteUnknown);
    answered.chain(wrong_method).fold(never(), |earlier, next| earlier.or(next).unify().boxed()).or(unknown).unify().boxed()
}

/// Takes no request; where a chain of routes begins.
fn never() -> BoxedFilter<(Response,)> {
    warp::any().and_then(|| async { Err::<Response, _>(warp::reject::not_found()) }).boxed()
}

fn answered(around: &Arc<Surroundings>, route: &'static Route) -> BoxedFilter<(Response,)> {
    let around = around.clone();
    let matched = below(around.desk.base, route.path).and(caller()).and(query());
    let with_body = if route.method == Method::GET {
        matched.and(warp::get().map(|| None)).boxed()
    } else {
        matched.and(warp::post()).and(body(BODY_BYTES_MAX).map(Some)).boxed()
    };
    with_body.then(move |params, caller, query, body| handle(around.clone(), route, params, caller, query, body)).boxed()
}

async fn handle(
    around: Arc<Surroundings>,
    route: &'static Route,
    params: Vec<String>,
    caller: Caller,
    query: Query,
    body: Option<Body>,
) -> Response {
    let mut ask = Ask::new(around.clone(), params, caller, query);
    if let Err(error) = ask.read_form(body) {
        return answer::refuse(&ask, error);
    }
    let done = around.app.blocking(route.work, move |_| Ok(run(ask, route))).await;
    done.unwrap_or_else(|error| answer::refuse(&Ask::blank(around), error))
}

/// The whole of one request, off the request threads: it reads and writes the store and draws a page.
fn run(mut ask: Ask, route: &Route) -> Response {
    match gate::check(&mut ask, route).and_then(|()| (route.handler)(&ask)) {
        Ok(drawn) => answer::give(&ask, drawn),
        Err(error) => answer::refuse(&ask, error),
    }
}

fn refused(
    around: &Arc<Surroundings>,
    matched: BoxedFilter<(Vec<String>,)>,
    why: impl Fn() -> Error + Clone + Send + Sync + 'static,
) -> BoxedFilter<(Response,)> {
    let around = around.clone();
    matched.map(move |_| answer::refuse(&Ask::blank(around.clone()), why())).boxed()
}

fn base(base: &'static str) -> BoxedFilter<(Vec<String>,)> {
    let empty = warp::any().map(Vec::new).boxed();
    base.split('/').filter(|part| !part.is_empty()).fold(empty, |earlier, part| earlier.and(warp::path(part)).boxed())
}

/// The path of a route below `base`, with the values of its `:parameters` in order.
fn below(at: &'static str, path: &'static str) -> BoxedFilter<(Vec<String>,)> {
    let whole = path.split('/').filter(|part| !part.is_empty()).fold(base(at), |earlier, part| {
        if part.starts_with(':') {
            let push = |mut values: Vec<String>, value: String| {
                values.push(value);
                values
            };
            earlier.and(warp::path::param()).map(push).boxed()
        } else {
            earlier.and(warp::path(part)).boxed()
        }
    });
    whole.and(warp::path::end()).boxed()
}

/// A handler is plain and synchronous: what it may do was checked before, what it gives back is drawn after.
type Handler = fn(&Ask) -> Result<Drawn, Error>;

/// Reading pages needs readers; everything that changes something waits for the writing thread.
const READS: Work = Work::Read;
const WRITES: Work = Work::Write;
/// A password is hashed: far more work than the store has with it.
const HASHES: Work = Work::Cpu;
