//! What a handler learns about a request: who calls, and the bytes of the body. The readers of bodies are
//! `json` and `form`.

use std::{convert::Infallible, error::Error as _};

use bytes::{Buf, Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use warp::{
    Filter, Rejection,
    http::{HeaderMap, header},
};

use crate::app::Visitor;
use crate::error::Error;
use crate::web::{
    client::{ClientAddress, Peer, is_forwarded},
    server::{BodyLate, RequestId},
};

pub use crate::web::{
    form::{Form, Query, parse_form, query},
    json::parse_json,
};

/// The most a body may have where a route does not say less.
pub const BODY_BYTES_MAX: usize = 160 * 1024;

/// A body as it arrived, or why it did not. Readers look at this first, so that size comes before media type.
pub type Body = Result<Bytes, Error>;

/// Who asks, and how.
#[derive(Clone, Debug)]
pub struct Caller {
    pub client: ClientAddress,
    pub host: Option<String>,
    pub origin: Option<String>,
    /// What follows `Authorization: Bearer`; `None` for any other or malformed authorization.
    pub bearer: Option<String>,
    pub content_type: Option<String>,
    pub if_none_match: Option<String>,
    /// All lines joined.
    pub accept_encoding: Option<String>,
    pub accept_language: Option<String>,
    pub sec_fetch_site: Option<String>,
    /// All lines joined. Read single cookies with `cookie`.
    pub cookies: String,
    /// Some proxy says that it passed the request on.
    pub forwarded: bool,
    pub peer_loopback: bool,
    pub request_id: String,
}

impl Caller {
    fn new(headers: &HeaderMap, client: Option<ClientAddress>, peer: Option<Peer>, id: Option<RequestId>) -> Self {
        let one = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let joined = |name: header::HeaderName, between: &str| {
            let lines: Vec<&str> = headers.get_all(name).iter().filter_map(|line| line.to_str().ok()).collect();
            (!lines.is_empty()).then(|| lines.join(between))
        };
        Self {
            client: client.unwrap_or(ClientAddress(None)),
            host: one(header::HOST),
            // An origin that is no text is none of ours, and must not pass for an absent one.
            origin: headers.get(header::ORIGIN).map(|value| value.to_str().unwrap_or("null").to_owned()),
            bearer: one(header::AUTHORIZATION).as_deref().and_then(read_bearer).map(str::to_owned),
            content_type: one(header::CONTENT_TYPE),
            if_none_match: joined(header::IF_NONE_MATCH, ", "),
            accept_encoding: joined(header::ACCEPT_ENCODING, ", "),
            accept_language: joined(header::ACCEPT_LANGUAGE, ", "),
            sec_fetch_site: one(header::HeaderName::from_static("sec-fetch-site")),
            cookies: joined(header::COOKIE, "; ").unwrap_or_default(),
            forwarded: is_forwarded(headers),
            peer_loopback: peer.is_some_and(Peer::is_loopback),
            request_id: id.map(|id| id.0).unwrap_or_default(),
        }
    }

    /// The one who asks, as far as rules care.
    pub fn visitor(&self) -> Visitor {
        Visitor { address: self.client.0, origin: self.origin.clone(), bearer: self.bearer.clone() }
    }

    /// The value of a cookie. One that is there twice is not read at all: nobody can say which one is ours.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        let mut named = self.cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).filter(|(own, _)| *own == name);
        match (named.next(), named.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// True when the body has this media type, in UTF-8 where a charset is named.
    pub fn sends(&self, media_type: &str) -> bool {
        let mut parts = self.content_type.as_deref().unwrap_or("").split(';').map(str::trim);
        let essence = parts.next().is_some_and(|own| own.eq_ignore_ascii_case(media_type));
        essence
            && parts.all(|parameter| match parameter.split_once('=') {
                Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                    let value = value.trim().trim_matches('"');
                    value.eq_ignore_ascii_case("utf-8") || value.eq_ignore_ascii_case("utf8")
                }
                _ => true,
            })
    }

    /// True when the request names this very machine: as people do who try the program out.
    pub fn host_is_loopback(&self) -> bool {
        let host = self.host.as_deref().unwrap_or("");
        let name = host.strip_suffix(|c: char| c.is_ascii_digit()).map_or(host, |_| host.rsplit_once(':').map_or(host, |(name, _)| name));
        matches!(name, "localhost" | "127.0.0.1" | "[::1]")
    }

    #[cfg(test)]
    pub fn for_tests() -> Self {
        Self::new(&HeaderMap::new(), None, None, None)
    }
}

fn read_bearer(line: &str) -> Option<&str> {
    let (scheme, token) = line.split_once(' ')?;
    let token = token.trim();
    let plain = token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte));
    (scheme.eq_ignore_ascii_case("bearer") && plain && !token.is_empty() && token.len() <= 512).then_some(token)
}

/// Who asks. It never refuses.
pub fn caller() -> impl Filter<Extract = (Caller,), Error = Infallible> + Clone {
    warp::header::headers_cloned()
        .and(warp::ext::optional::<ClientAddress>())
        .and(warp::ext::optional::<Peer>())
        .and(warp::ext::optional::<RequestId>())
        .map(|headers: HeaderMap, client, peer, id| Caller::new(&headers, client, peer, id))
}

/// The body, counted as it arrives: at most `limit` bytes are kept, whatever `Content-Length` says.
/// A refusal is a value and not a rejection, so that no other route answers in this one's place.
pub fn body(limit: usize) -> impl Filter<Extract = (Body,), Error = Rejection> + Copy {
    warp::header::optional::<u64>("content-length").and(warp::body::stream()).then(move |length, stream| collect(length, stream, limit))
}

async fn collect<B: Buf>(length: Option<u64>, stream: impl Stream<Item = Result<B, warp::Error>>, limit: usize) -> Body {
    // Refused before anything is read, so that a client that asked first (Expect) need not send it.
    if length.is_some_and(|length| length > limit as u64) {
        return Err(Error::BodyTooLarge { limit });
    }
    let mut whole = BytesMut::new();
    let mut stream = std::pin::pin!(stream);
    while let Some(chunk) = stream.next().await {
        let mut chunk = chunk.map_err(|error| refusal(&error))?;
        if whole.len() + chunk.remaining() > limit {
            return Err(Error::BodyTooLarge { limit });
        }
        while chunk.has_remaining() {
            let part = chunk.chunk();
            whole.extend_from_slice(part);
            let length = part.len();
            chunk.advance(length);
        }
    }
    Ok(whole.freeze())
}

fn refusal(error: &warp::Error) -> Error {
    let late = error.source().is_some_and(|cause| cause.is::<BodyLate>());
    if late { Error::BodyTooSlow } else { Error::BodyMalformed("it broke off or was sent wrongly".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(lines: &[(&'static str, &str)]) -> Caller {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        Caller::new(&headers, None, None, None)
    }

    #[test]
    fn a_bearer_is_read_or_is_absent() {
        assert_eq!(caller(&[("authorization", "bearer 81.abc_-")]).bearer.as_deref(), Some("81.abc_-"));
        for wrong in ["Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer é", "abc"] {
            assert_eq!(caller(&[("authorization", wrong)]).bearer, None, "{wrong}");
        }
    }

    #[test]
    fn t41_a_cookie_that_is_there_twice_is_not_read() {
        let caller = caller(&[("cookie", "a=1; b=2"), ("cookie", "__Host-x=3; b=4")]);
        assert_eq!(
            (caller.cookie("a"), caller.cookie("__Host-x"), caller.cookie("b"), caller.cookie("c")),
            (Some("1"), Some("3"), None, None)
        );
    }

    #[test]
    fn media_types_are_compared_without_their_parameters() {
        for (line, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=\"UTF-8\"", true),
            ("application/json; charset=utf-16", false),
            ("application/json+x", false),
            ("text/plain", false),
        ] {
            assert_eq!(caller(&[("content-type", line)]).sends("application/json"), expected, "{line}");
        }
        assert!(!caller(&[]).sends("application/json"));
    }

    #[test]
    fn only_names_of_this_machine_are_loopback_hosts() {
        for (host, expected) in [
            ("localhost", true),
            ("localhost:8080", true),
            ("127.0.0.1:80", true),
            ("127.0.0.1", true),
            ("[::1]:8080", true),
            ("[::1]", true),
            ("localhost.evil.example:80", false),
            ("127.0.0.1.evil.example", false),
            ("blog.example", false),
        ] {
            assert_eq!(caller(&[("host", host)]).host_is_loopback(), expected, "{host}");
        }
    }
}
