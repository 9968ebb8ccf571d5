//! Reading by everybody: threads and totals.

use std::collections::BTreeMap;

use warp::{Filter, filters::BoxedFilter, reply::Response};

use crate::actions::{ThreadPart, count_comments, find_thread, read_slice};
use crate::error::Error;
use crate::web::Web;
use crate::web::api::{ok, read, wire::ThreadAnswer};
use crate::web::asked::{cursor, limit, page_asked, sort};
use crate::web::packed::{Packed, packed};
use crate::web::request::{Caller, Query, caller, query};

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let base = warp::path!("api" / "v1" / "sites" / String / ..);
    let with = warp::any().map(move || web.clone());
    let thread = base.and(warp::path!("thread")).and(warp::get()).and(query()).and(caller()).and(with.clone()).then(thread).boxed();
    let totals = base.and(warp::path!("totals")).and(warp::get()).and(query()).and(caller()).and(with).then(totals).boxed();
    thread.or(totals).unify().boxed()
}

async fn thread(site: String, query: Query, caller: Caller, web: Web) -> Response {
    read(web, site, caller, move |app, site, caller| {
        let asked = page_asked(&query)?;
        let sort = sort(&query)?;
        let cursor = cursor(&query)?;
        let thread = find_thread(app, site.clone(), &asked)?;
        let part = ThreadPart::From { sort, cursor };
        let slice = read_slice(app, &thread, &part, limit(&query)?)?;
        let json = serde_json::to_vec(&ThreadAnswer::new(app, &thread, sort, slice.as_ref()));
        let json = json.map_err(|error| Error::Internal(format!("a thread as JSON: {error}")))?;
        Ok(packed(&Packed::new("application/json", json), caller))
    })
    .await
}

async fn totals(site: String, query: Query, caller: Caller, web: Web) -> Response {
    read(web, site, caller, move |app, site, _| Ok(ok(&totals_of(app, site, &query)?))).await
}

/// `{"<p>": n}` for each `p` of the query.
pub fn totals_of(app: &crate::app::App, site: &crate::model::Site, query: &Query) -> Result<BTreeMap<String, u64>, Error> {
    let pages = query.all("p")?;
    let counts = count_comments(app, site, &pages)?;
    Ok(pages.into_iter().zip(counts).collect())
}
