//! The first page of the author's window. Any page may open it: it says nothing, reads no cookie and loads the desk's
//! page of that comment. That request comes from a page of ours, so that browsers send the desk's strict cookie with
//! it, which they do not when another site opens the desk itself.

use serde_json::json;
use warp::{
    http::{HeaderValue, StatusCode},
    reply::Response,
};

use crate::error::Error;
use crate::model::{CommentId, SiteKey};
use crate::web::admin::{
    answer::OPENER_KEEPS_HOLD,
    by_link::{page, refused},
    templates::Template,
};

pub fn open(site: String, id: String) -> Response {
    let named = site.parse::<SiteKey>().ok().zip(id.parse::<CommentId>().ok());
    let drawn = named.ok_or(Error::RouteUnknown).and_then(|(site, id)| {
        let to = format!("/admin/sites/{site}/comments/{id}?window=1");
        page(Template::Window, StatusCode::OK, json!({"title": "The desk", "to": to}))
    });
    let mut response = drawn.unwrap_or_else(|error| refused(error, None));
    response.headers_mut().insert("cross-origin-opener-policy", HeaderValue::from_static(OPENER_KEEPS_HOLD));
    response
}
