//! What pages of other origins may do with an answer. No answer ever allows credentials.

use warp::{
    Reply,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

const EXPOSED: HeaderValue = HeaderValue::from_static("Retry-After, ETag, RateLimit, RateLimit-Policy");

/// Everybody may read this, so it does not vary by origin and caches well.
pub fn add_public(headers: &mut HeaderMap) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.insert("timing-allow-origin", HeaderValue::from_static("*"));
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
}

/// The answer to a JSON write: readable for `listed`, an origin that the site lists and the request named.
/// `None` says nothing, and still tells caches that it might have.
pub fn add_named(headers: &mut HeaderMap, listed: Option<&str>) {
    add_vary(headers, "Origin");
    if let Some(origin) = listed.and_then(|origin| HeaderValue::from_str(origin).ok()) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    }
}

/// The answer to a preflight of a JSON route: a yes for a listed origin, silence for any other.
pub fn preflight(listed: Option<&str>) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    add_named(headers, listed);
    if listed.is_some() {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PATCH, DELETE"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type, Authorization"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    }
    response
}

/// Adds one name to `Vary` and keeps the others.
pub fn add_vary(headers: &mut HeaderMap, name: &'static str) {
    let lines = headers.get_all(header::VARY).iter().filter_map(|line| line.to_str().ok());
    if !lines.flat_map(|line| line.split(',')).any(|own| own.trim().eq_ignore_ascii_case(name)) {
        headers.append(header::VARY, HeaderValue::from_static(name));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t23_writes_name_one_origin_and_vary_and_reads_name_all_and_do_not() {
        let mut headers = HeaderMap::new();
        add_named(&mut headers, Some("https://blog.example"));
        add_named(&mut headers, Some("https://blog.example"));
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://blog.example");
        assert_eq!(headers.get_all(header::VARY).iter().count(), 1);
        let mut headers = HeaderMap::new();
        add_public(&mut headers);
        assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert!(!headers.contains_key(header::VARY));
    }

    #[test]
    fn t23_a_preflight_of_an_unlisted_origin_gets_no_yes() {
        let silent = preflight(None);
        assert!(silent.headers().keys().all(|name| !name.as_str().starts_with("access-control")));
        assert_eq!(silent.headers()[header::VARY], "Origin");
        assert!(preflight(Some("https://a.example")).headers().contains_key(header::ACCESS_CONTROL_ALLOW_METHODS));
    }
}
