//! A server with a few routes of its own, and a client that says exactly the bytes it is told.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::LazyLock,
    time::Duration,
};

use bytes::Bytes;
use rejoinder::{
    error::Error,
    web::{
        face::Face,
        recover::recover,
        reply::answer,
        request::{self, Caller, body, caller, parse_form, parse_json, query},
        server::{Bounds, Deadlines, Listener, run},
    },
};
use tokio_util::sync::CancellationToken;
use warp::{Filter, Reply, filters::BoxedFilter, reply::Response};

/// More than the buffers of two sockets hold.
pub const LARGE_BYTES: usize = 64 * 1024 * 1024;
static LARGE: LazyLock<Bytes> = LazyLock::new(|| vec![b'x'; LARGE_BYTES].into());

/// Long enough for a slow machine; every wait in these tests ends by itself long before.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Server {
    pub address: SocketAddr,
    pub stop: CancellationToken,
    pub task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(bounds: Bounds) -> Self {
        let listener = Listener::bind_tcp("127.0.0.1:0".parse().unwrap()).await.unwrap();
        let address = listener.local_address().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(run(listener, warp::service(routes()), bounds, stop.clone()));
        Self { address, stop, task }
    }

    /// Sends these bytes on a connection of their own and gives back everything until its end.
    pub async fn say(&self, bytes: impl Into<Vec<u8>>) -> String {
        let (address, bytes) = (self.address, bytes.into());
        tokio::task::spawn_blocking(move || say(address, &bytes)).await.unwrap()
    }

    pub async fn get(&self, path: &str) -> String {
        self.say(format!("GET {path} HTTP/1.1\r\nHost: comments.test\r\nConnection: close\r\n\r\n")).await
    }
}

/// A server that trusts proxies on loopback and ends connections that rest, so that a client can read to the end.
pub async fn server() -> Server {
    let second = Duration::from_secs(1);
    let deadlines = Deadlines { head: second, idle: second, ..Deadlines::default() };
    Server::start(Bounds { deadlines, trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..Bounds::default() }).await
}

pub fn say(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // A server that has already answered may have closed; what it answered is what counts.
    let _ = stream.write_all(bytes);
    let mut answer = vec![];
    let mut part = [0; 65536];
    while let Ok(length @ 1..) = stream.read(&mut part) {
        answer.extend_from_slice(&part[..length]);
    }
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of every answer in what a connection sent, in order.
pub fn statuses(said: &str) -> Vec<u16> {
    said.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)?.parse().ok()).collect()
}

pub fn header<'a>(said: &'a str, name: &str) -> Option<&'a str> {
    let head = said.split("\r\n\r\n").next()?;
    head.lines().find_map(|line| line.split_once(": ").filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

pub fn body_of(said: &str) -> &str {
    said.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

#[derive(Debug, serde::Deserialize)]
struct Note {
    text: String,
}

fn routes() -> BoxedFilter<(Response,)> {
    let root = warp::path::end().and(warp::get()).map(|| "the root".into_response());
    let who = warp::path!("who")
        .and(warp::get())
        .and(caller())
        .map(|caller: Caller| format!("{:?} {:?} {}", caller.client.0, caller.host, caller.forwarded).into_response());
    let json = warp::path!("post")
        .and(warp::post())
        .and(caller())
        .and(body(request::BODY_BYTES_MAX))
        .map(|caller: Caller, body| answer(parse_json::<Note>(&caller, body).map(|note| note.text), &Face::Json));
    let any_json = warp::path!("json")
        .and(warp::post())
        .and(caller())
        .and(body(request::BODY_BYTES_MAX))
        .map(|caller: Caller, body| answer(parse_json::<serde_json::Value>(&caller, body).map(|_| "taken"), &Face::Json));
    let form = warp::path!("w" / "note").and(warp::post()).and(caller()).and(body(1000)).map(|caller: Caller, body| {
        let text = parse_form(&caller, body).map(|form| form.get("text").unwrap_or("").to_owned());
        answer(text, &Face::FRAGMENT)
    });
    let asked = warp::path!("query")
        .and(warp::get())
        .and(query())
        .map(|query: request::Query| answer(query.get("page").map(Option::unwrap_or_default), &Face::Json));
    let panic = warp::path!("panic").and(warp::get()).map(|| -> Response { panic!("on purpose") });
    let broken = warp::path!("broken")
        .and(warp::get())
        .map(|| answer(Err::<String, _>(Error::Internal("/var/lib/rejoinder: no such table".into())), &Face::Json));
    let large = warp::path!("large").and(warp::get()).map(|| warp::http::Response::new(LARGE.clone()).into_response());
    let waiting = warp::path!("waiting").and(warp::get()).then(|| async {
        tokio::time::sleep(Duration::from_secs(3600)).await;
        "at last".into_response()
    });
    let events = warp::path!("events").and(warp::get()).map(|| {
        let never = futures_util::stream::pending::<Result<warp::sse::Event, std::convert::Infallible>>();
        warp::sse::reply(never).into_response()
    });
    let desk = warp::path!("admin")
        .and(warp::get())
        .and(caller())
        .map(|caller: Caller| caller.cookie("__Host-session").unwrap_or("please sign in").to_owned().into_response());
    let all = root.or(who).unify().or(json).unify().or(any_json).unify().or(form).unify().or(asked).unify().or(panic).unify();
    let all = all.or(broken).unify().or(large).unify().or(waiting).unify().or(events).unify().or(desk).unify();
    all.recover(recover).unify().boxed()
}
