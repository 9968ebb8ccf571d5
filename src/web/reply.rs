//! How an outcome becomes an answer: the only status table, the three shapes of an error, the only log line
//! for causes inside the server, and the headers that every answer carries.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use warp::{
    Reply,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    reply::Response,
};

use crate::error::{Error, Limited};
use crate::web::face::{Face, sentence};

/// How long a client should wait before it asks a busy or full server again.
const BUSY_SECONDS: u64 = 2;
const DISK_SECONDS: u64 = 60;

/// The error behind an answer, for whoever has to give that answer another shape.
#[derive(Clone, Debug)]
pub struct Refused(pub Arc<Error>);

/// The only place where a reason becomes a status.
pub fn status_of(error: &Error) -> StatusCode {
    match error {
        Error::RequestMalformed(_) | Error::BodyMalformed(_) => StatusCode::BAD_REQUEST,
        Error::BearerMissing | Error::SignInNeeded => StatusCode::UNAUTHORIZED,
        Error::BearerForbids
        | Error::OriginUnlisted(_)
        | Error::RoleForbids
        | Error::FormTokenWrong
        | Error::SignInWrong
        | Error::SetupCodeWrong
        | Error::EditOver => StatusCode::FORBIDDEN,
        Error::SiteUnknown | Error::CommentUnknown | Error::RouteUnknown => StatusCode::NOT_FOUND,
        Error::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Error::BodyTooSlow => StatusCode::REQUEST_TIMEOUT,
        Error::AlreadySent(_) | Error::PageClosed | Error::ParentGone | Error::StatusForbids(_) | Error::NameTaken | Error::MailOff => {
            StatusCode::CONFLICT
        }
        Error::LinkOver => StatusCode::GONE,
        Error::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        Error::AddressTooLong { .. } => StatusCode::URI_TOO_LONG,
        Error::MediaTypeWrong { .. } => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Error::Field(_) | Error::Rule(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Error::TooMany(_) | Error::TooManyMails(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::HeadTooLarge { .. } => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        Error::Busy => StatusCode::SERVICE_UNAVAILABLE,
        Error::DiskFull(_) => StatusCode::INSUFFICIENT_STORAGE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// An outcome as an answer in this shape.
pub fn answer(outcome: Result<impl Reply, Error>, face: &Face<'_>) -> Response {
    match outcome {
        Ok(reply) => reply.into_response(),
        Err(error) => refuse(error, face),
    }
}

/// An error as an answer, with its cause noted where that is ours.
pub fn refuse(error: Error, face: &Face<'_>) -> Response {
    match &error {
        Error::Internal(cause) => tracing::error!(cause, "a request failed"),
        Error::DiskFull(cause) => tracing::error!(cause, "the disk does not take more"),
        _ => {}
    }
    let mut response = draw(&error, face);
    response.extensions_mut().insert(Refused(Arc::new(error)));
    response
}

/// The answer for an error, without a line in the log.
pub fn draw(error: &Error, face: &Face<'_>) -> Response {
    let status = status_of(error);
    let mut response = match face {
        Face::Json => warp::reply::json(&error_body(error)).into_response(),
        Face::Fragment { lang } => warp::reply::html(error_fragment(error, lang)).into_response(),
        Face::Page { render } => warp::reply::html(render(status, error)).into_response(),
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    match error {
        Error::TooMany(limited) => add_limited(headers, limited),
        Error::TooManyMails(seconds) => add_retry(headers, *seconds),
        Error::Busy => add_retry(headers, BUSY_SECONDS),
        Error::DiskFull(_) => add_retry(headers, DISK_SECONDS),
        Error::BearerMissing => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        // Whatever is still on its way belongs to this request, so the connection cannot carry another one.
        Error::BodyTooSlow | Error::BodyTooLarge { .. } | Error::RequestMalformed(_) => {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        _ => {}
    }
    response
}

/// `{"error":{"code","message","field"}}`; `field` is null where no field is to blame.
pub fn error_body(error: &Error) -> Value {
    json!({"error": {"code": error.code(), "message": message(error), "field": error.field()}})
}

/// For whoever writes programs: in English, with every detail that is not a secret.
fn message(error: &Error) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    let end = if text.ends_with(['.', '!', '?', '…']) { "" } else { "." };
    format!("{first}{}{end}", letters.as_str())
}

/// `<p data-code data-field>sentence</p>`, for the widget and for forms.
pub fn error_fragment(error: &Error, lang: &str) -> String {
    let escape = handlebars::html_escape;
    let field = error.field().map(|field| format!(" data-field=\"{}\"", escape(field))).unwrap_or_default();
    format!("<p data-code=\"{}\"{field}>{}</p>", escape(error.code()), escape(&sentence(error, lang)))
}

fn add_retry(headers: &mut HeaderMap, seconds: u64) {
    headers.insert(header::RETRY_AFTER, seconds.into());
}

fn add_limited(headers: &mut HeaderMap, limited: &Limited) {
    let seconds = whole_seconds(limited.retry_after);
    add_retry(headers, seconds);
    add_allowance(headers, limited.policy, limited.quota, limited.window, 0, seconds);
}

/// What is left of an allowance, as `RateLimit` and `RateLimit-Policy` fields.
pub fn add_allowance(headers: &mut HeaderMap, policy: &str, quota: u32, window: Duration, left: u32, reset_seconds: u64) {
    let policy_line = format!("\"{policy}\";q={quota};w={}", window.as_secs().max(1));
    let state_line = format!("\"{policy}\";r={left};t={reset_seconds}");
    // Both lines are made of our own words and numbers, which are always good header values.
    for (name, line) in [("ratelimit-policy", policy_line), ("ratelimit", state_line)] {
        if let Ok(value) = HeaderValue::from_str(&line) {
            headers.insert(name, value);
        }
    }
}

/// Rounded up, so that whoever waits that long is not told to wait again; at least 1.
fn whole_seconds(duration: Duration) -> u64 {
    (duration.as_secs() + u64::from(duration.subsec_nanos() > 0)).max(1)
}

/// Headers of every answer, where the route has not set its own. `https` is true when people reach us by
/// https alone.
pub fn add_common(headers: &mut HeaderMap, https: bool) {
    let defaults = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in defaults {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static("max-age=31536000"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldError;

    fn line(response: &Response, name: &str) -> String {
        response.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned()
    }

    #[test]
    fn a_limit_is_told_in_three_headers() {
        let limited = Limited { policy: "submit", quota: 5, window: Duration::from_secs(600), retry_after: Duration::from_millis(12_100) };
        let response = refuse(Error::TooMany(limited), &Face::Json);
        assert_eq!(response.status(), 429);
        assert_eq!(line(&response, "retry-after"), "13");
        assert_eq!(line(&response, "ratelimit"), "\"submit\";r=0;t=13");
        assert_eq!(line(&response, "ratelimit-policy"), "\"submit\";q=5;w=600");
    }

    #[test]
    fn t36_causes_stay_inside() {
        for error in [Error::Internal("no such table: comment".into()), Error::DiskFull("/var/lib/x: disk I/O error".into())] {
            let text = error_body(&error).to_string() + &error_fragment(&error, "en");
            assert!(!text.contains("table") && !text.contains("/var") && !text.contains("I/O"), "{text}");
        }
    }

    #[test]
    fn a_fragment_names_code_and_field_and_escapes_what_was_sent() {
        let error =
            Error::Field(FieldError { limit: Some(80), ..FieldError::new("name_too_long", "name", "name may have at most 80 letters") });
        assert_eq!(
            error_fragment(&error, "en"),
            "<p data-code=\"name_too_long\" data-field=\"name\">The name is too long: at most 80 fit.</p>"
        );
        let error = Error::OriginUnlisted("\"><script>".into());
        assert!(!error_fragment(&error, "en").contains("<script"));
    }

    #[test]
    fn t37_common_headers_leave_those_of_the_route_alone() {
        let mut headers = HeaderMap::new();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300"));
        add_common(&mut headers, true);
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=300");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
        assert!(headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
    }
}
