//! One request and its answer: what may be asked at all, panics, and what every answer carries.

use std::{
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Version, header, request::Parts, uri::Authority};
use http_body::Body;
use hyper::body::Incoming;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tower::Service;
use tracing::Instrument;

use crate::error::Error;
use crate::web::{
    client::{Peer, client_of},
    cors::add_public,
    face::{Face, area, is_public},
    reply::{Refused, add_common, draw, refuse},
    server::{
        Bounds,
        body::{ReplyBody, RequestBody},
        connection::{Phase, Pulse},
    },
};

/// The most that the address and headers of a request may have together.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;

/// 64 random bits that name a request in the log, as 16 hexadecimal digits.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

impl RequestId {
    fn new() -> Self {
        Self(format!("{:016x}", u64::from_be_bytes(crate::secrets::random_bytes())))
    }
}

static PANICS: AtomicU64 = AtomicU64::new(0);

/// Handlers that panicked since the start of the process.
pub fn panics_so_far() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

pub(super) struct Exchange<S> {
    pub bounds: Bounds,
    pub service: S,
    pub stop: CancellationToken,
}

impl<S> Exchange<S>
where
    S: Service<Request<RequestBody>, Response = warp::reply::Response, Error = Infallible> + Clone + Send + Sync,
    S::Future: Send,
{
    pub async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
        peer: Peer,
        pulse: Arc<Pulse>,
    ) -> Result<Response<ReplyBody<impl http_body::Body<Data = bytes::Bytes, Error = warp::Error> + Unpin>>, Infallible> {
        pulse.set(Phase::Busy);
        let began = Instant::now();
        let id = RequestId::new();
        let span = tracing::info_span!("request", id = %id.0);
        let (method, path) = (request.method().clone(), request.uri().path().to_owned());
        let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
        let whole = Arc::new(AtomicBool::new(request.body().is_end_stream()));
        let mut response = self.respond(request, peer, &id, whole.clone()).instrument(span.clone()).await;
        self.finish(&mut response, &method, &path, &id);
        if chunked || !whole.load(Ordering::Relaxed) {
            // Browsers send no chunked bodies; where a proxy does, whatever it sends after this one is not believed.
            // And after a body that nobody read nothing else can come, which whoever keeps connections has to know.
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        // The rest of the path may hold a receipt, and the query a page.
        let (status, duration_ms) = (response.status().as_u16(), began.elapsed().as_millis() as u64);
        span.in_scope(|| tracing::debug!(%method, area = area(&path), status, duration_ms, "answered"));
        let is_stream = response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"));
        let stop = is_stream.then(|| self.stop.clone());
        Ok(response.map(|body| ReplyBody::new(body, stop, pulse)))
    }

    async fn respond(&self, request: Request<Incoming>, peer: Peer, id: &RequestId, whole: Arc<AtomicBool>) -> warp::reply::Response {
        let (mut parts, body) = request.into_parts();
        if let Err(error) = check(&parts) {
            return refuse(error, &Face::at(parts.uri.path()));
        }
        if parts.method == Method::HEAD {
            // Routes know GET alone; hyper remembers the HEAD and sends no body.
            parts.method = Method::GET;
        }
        let path = parts.uri.path().to_owned();
        parts.extensions.insert(client_of(peer, &self.bounds.trusted_proxies, &parts.headers));
        parts.extensions.insert(peer);
        parts.extensions.insert(id.clone());
        let request = Request::from_parts(parts, RequestBody::new(body, self.bounds.deadlines.body, whole));
        let mut service = self.service.clone();
        // The service's own state is cloned per request, so a panic leaves nothing half changed in it.
        let outcome = AssertUnwindSafe(async move { service.call(request).await }).catch_unwind().await;
        match outcome {
            Ok(Ok(response)) => response,
            Ok(Err(never)) => match never {},
            Err(_) => {
                PANICS.fetch_add(1, Ordering::Relaxed);
                refuse(Error::Internal("a handler panicked".into()), &Face::at(&path))
            }
        }
    }

    fn finish(&self, response: &mut warp::reply::Response, method: &Method, path: &str, id: &RequestId) {
        // What no route took comes as JSON; it gets the shape of its address here.
        if let Some(Refused(error)) = response.extensions_mut().remove::<Refused>()
            && matches!(*error, Error::RouteUnknown | Error::MethodNotAllowed | Error::RequestMalformed(_))
        {
            *response = draw(&error, &Face::at(path));
        }
        let headers = response.headers_mut();
        if is_public(method, path) && !headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
            add_public(headers);
        }
        add_common(headers, self.bounds.https);
        if response.status().is_server_error()
            && let Ok(value) = HeaderValue::from_str(&id.0)
        {
            response.headers_mut().insert("x-request-id", value);
        }
    }
}

/// What the parser below lets pass and we do not: everything that two programs in a row could read differently.
fn check(parts: &Parts) -> Result<(), Error> {
    const METHODS: [Method; 7] = [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS];
    let headers = &parts.headers;
    let address_bytes = parts.uri.to_string().len();
    if address_bytes > HEAD_BYTES_MAX {
        return Err(Error::AddressTooLong { limit: HEAD_BYTES_MAX });
    }
    // Each line also has a colon, a blank and its end.
    let header_bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if address_bytes + header_bytes > HEAD_BYTES_MAX {
        return Err(Error::HeadTooLarge { limit: HEAD_BYTES_MAX });
    }
    check_framing(headers)?;
    check_host(parts)?;
    for name in [header::ORIGIN, header::AUTHORIZATION, header::CONTENT_TYPE, header::CONTENT_ENCODING] {
        if headers.get_all(name).iter().nth(1).is_some() {
            return Err(Error::RequestMalformed("a header that says one thing is there twice"));
        }
    }
    if !METHODS.contains(&parts.method) {
        return Err(Error::MethodNotAllowed);
    }
    match headers.get(header::CONTENT_ENCODING) {
        Some(coding) if !coding.as_bytes().eq_ignore_ascii_case(b"identity") => {
            Err(Error::MediaTypeWrong { expected: "a body that is not compressed" })
        }
        _ => Ok(()),
    }
}

/// The length of a body is told in one way only.
fn check_framing(headers: &HeaderMap) -> Result<(), Error> {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let Some(coding) = codings.next() else { return Ok(()) };
    if headers.contains_key(header::CONTENT_LENGTH) {
        return Err(Error::RequestMalformed("it has both Content-Length and Transfer-Encoding"));
    }
    if codings.next().is_some() || !coding.as_bytes().eq_ignore_ascii_case(b"chunked") {
        return Err(Error::RequestMalformed("the only Transfer-Encoding taken here is chunked"));
    }
    Ok(())
}

/// One host, and the same one wherever it is named.
fn check_host(parts: &Parts) -> Result<(), Error> {
    let mut hosts = parts.headers.get_all(header::HOST).iter();
    let Some(host) = hosts.next() else {
        // HTTP/1.0 knows no Host; some proxies still speak it.
        let old = parts.version < Version::HTTP_11;
        return if old { Ok(()) } else { Err(Error::RequestMalformed("it has no Host")) };
    };
    if hosts.next().is_some() {
        return Err(Error::RequestMalformed("it has two Hosts"));
    }
    let authority = host.to_str().ok().filter(|host| !host.contains('@')).and_then(|host| host.parse::<Authority>().ok());
    let Some(authority) = authority else {
        return Err(Error::RequestMalformed("its Host is not a host"));
    };
    match parts.uri.authority() {
        Some(named) if *named != authority => Err(Error::RequestMalformed("its address and its Host name different hosts")),
        _ => Ok(()),
    }
}
