//! `/healthz`: the program runs. `/readyz`: it can read and write.

use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

use crate::app::Work;
use crate::web::Web;
use crate::web::face::Face;
use crate::web::reply::answer;

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let alive = warp::path!("healthz").and(warp::get()).map(|| "ok\n".into_response());
    let ready = warp::path!("readyz").and(warp::get()).map(move || web.clone()).then(|web: Web| async move {
        let ready = web.app.blocking(Work::Read, |app| Ok(app.store.check_ready()?));
        answer(ready.await.map(|()| "ready\n"), &Face::Json)
    });
    alive.or(ready).unify().boxed()
}
