//! A running server in a folder of its own, and people who talk to it.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

use rejoinder::actions;
use rejoinder::app::App;
use rejoinder::clock::Clock;
use rejoinder::config::{Config, Flags};
use rejoinder::model::{Scope, Site};
use rejoinder::secrets::{hash_secret, new_secret};
use rejoinder::serve::{self, Server};
use rejoinder::web::server::Listener;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// When the clock of a test starts: 2026-11-23T10:00:00Z.
pub const START: i64 = 1_795_428_000_000;

/// The site that every server has, and the origin of its pages.
pub const SITE: &str = "blog";
pub const ORIGIN: &str = "https://blog.example";

pub struct TestServer {
    pub base: String,
    pub app: App,
    pub folder: TempDir,
    agent: ureq::Agent,
    clock: Arc<AtomicI64>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

/// A server without limits, so that tests need not wait.
pub fn start() -> TestServer {
    start_with(&[("REJOINDER_LIMITS_ENABLED", "false")])
}

/// A server with these variables in its environment.
pub fn start_with(variables: &[(&str, &str)]) -> TestServer {
    // A server that has a site makes no demo, whose long thread would cost every test a moment.
    launch(variables, |config, clock| drop(add_site(&serve::open_app(config, clock).expect("a database"))))
}

/// The same for a newcomer, who finds the demo.
pub fn start_with_demo(variables: &[(&str, &str)]) -> TestServer {
    let server = launch(variables, |_, _| ());
    add_site(&server.app);
    server
}

fn add_site(app: &App) -> Site {
    actions::add_site(app, SITE, Some("The blog"), &[ORIGIN.to_owned()]).expect("a site")
}

fn launch(variables: &[(&str, &str)], before: impl FnOnce(Config, Clock)) -> TestServer {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let flags = Flags { listen: Some("127.0.0.1:0".into()), data: Some(folder.path().display().to_string()), ..Flags::default() };
    let environment = variables.iter().map(|(name, value)| (name.into(), value.into())).collect();
    let config = Config::from_layers(&flags, environment, folder.path()).expect("good settings");
    let clock = Arc::new(AtomicI64::new(START));
    let hand = Clock::Hand(clock.clone());
    before(config.clone(), hand.clone());
    let stop = CancellationToken::new();
    let stopped = stop.clone();
    let (tell, told) = std::sync::mpsc::channel();
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let listener = Listener::bind_tcp("127.0.0.1:0".parse().expect("an address")).await.expect("a port");
            let address = listener.local_address().expect("a bound address");
            let server = Server::prepare(config.bound_to(Some(address)), hand).expect("a server");
            tell.send((server.app.clone(), address)).expect("a waiting test");
            server.run(listener, stopped).await.expect("a quiet end");
        });
    });
    let (app, address): (App, SocketAddr) = told.recv().expect("the server starts");
    TestServer { base: format!("http://{address}"), app, folder, agent: agent(), clock, stop, thread: Some(thread) }
}

/// Gives every answer back as it came, also those that ask to go elsewhere.
fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).max_redirects(0).allow_non_standard_methods(true);
    config.build().into()
}

impl Drop for TestServer {
    fn drop(&mut self) {
        // Connections that stay open would be waited for.
        self.agent = agent();
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(ended.is_ok() || std::thread::panicking(), "the server ended badly");
        }
    }
}

impl TestServer {
    pub fn site(&self) -> Site {
        actions::find_site(&self.app, SITE).expect("the site")
    }

    /// Changes rules of the site, as `site set` does.
    pub fn set(&self, name: &str, value: &str) {
        let change = actions::SiteChange { values: vec![(name.into(), value.into())] };
        actions::change_site(&self.app, &self.site(), &change).expect("a good rule");
    }

    /// Moves the time forward.
    pub fn wait(&self, time: Duration) {
        self.clock.fetch_add(time.as_millis() as i64, Ordering::SeqCst);
    }

    /// Somebody without any rights, whose browser shows a page of the site.
    pub fn visitor(&self) -> Person<'_> {
        Person { server: self, site: SITE.into(), bearer: None, cookie: None, origin: Some(ORIGIN.into()) }
    }

    /// Somebody signed in at the desk who owns every site. `bearer` is nothing; the cookie speaks.
    pub fn owner(&self) -> Person<'_> {
        let account = self.app.store.upsert_account(
            &rejoinder::store::NewAccount { name: "Maren", email: None, role: rejoinder::model::Role::Owner, site: None },
            self.app.now(),
        );
        let signed_in = actions::sign_in_without_password(&self.app, account.expect("an account")).expect("a session");
        Person { cookie: Some(format!("__Host-rejoinder={}", signed_in.secret)), origin: Some(self.base.clone()), ..self.visitor() }
    }

    /// The holder of a new API token for the site.
    pub fn token(&self, scope: Scope) -> Person<'_> {
        let secret = format!("{}{}", actions::TOKEN_PREFIX, new_secret());
        let name = format!("Token {scope} {}", &secret[3..11]);
        self.app.store.insert_token(&name, &hash_secret(&secret), Some(self.site().id), scope, self.app.now()).expect("a token");
        Person { server: self, site: SITE.into(), bearer: Some(secret), cookie: None, origin: None }
    }
}

/// Somebody who asks the server for things.
#[derive(Clone)]
pub struct Person<'a> {
    pub server: &'a TestServer,
    pub site: String,
    pub bearer: Option<String>,
    pub origin: Option<String>,
    pub cookie: Option<String>,
}

impl Person<'_> {
    pub fn with_bearer(&self, bearer: &str) -> Self {
        Self { bearer: Some(bearer.into()), ..self.clone() }
    }

    pub fn from(&self, origin: &str) -> Self {
        Self { origin: Some(origin.into()), ..self.clone() }
    }

    pub fn on(&self, site: &str) -> Self {
        Self { site: site.into(), ..self.clone() }
    }

    /// A request to a path below the site's JSON address.
    pub fn ask(&self, method: &str, path: &str, body: Option<Value>) -> Reply {
        let address = format!("/api/v1/sites/{}{path}", self.site);
        let content = body.map(|body| ("application/json", body.to_string()));
        self.send(method, &address, content.as_ref().map(|(kind, body)| (*kind, body.as_str())))
    }

    pub fn get(&self, address: &str) -> Reply {
        self.send("GET", address, None)
    }

    /// A form as browsers send it.
    pub fn form(&self, address: &str, fields: &[(&str, &str)]) -> Reply {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", address, Some(("application/x-www-form-urlencoded", &body)))
    }

    pub fn send(&self, method: &str, address: &str, content: Option<(&str, &str)>) -> Reply {
        self.send_bytes(method, address, content.map(|(kind, body)| (kind, body.as_bytes())), &[])
    }

    /// The body of a GET as it came over the wire.
    pub fn get_bytes(&self, address: &str, headers: &[(&str, &str)]) -> Vec<u8> {
        let mut request = self.server.agent.get(format!("{}{address}", self.server.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().expect("an answer").body_mut().read_to_vec().expect("a whole answer")
    }

    /// Any bytes, with these headers beside those that this person always sends.
    pub fn send_bytes(&self, method: &str, address: &str, content: Option<(&str, &[u8])>, headers: &[(&str, &str)]) -> Reply {
        let mut request = http::Request::builder().method(method).uri(format!("{}{address}", self.server.base));
        if let Some(bearer) = &self.bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        if let Some(cookie) = &self.cookie {
            request = request.header("cookie", cookie);
        }
        if let Some(origin) = self.origin.as_ref().filter(|_| method != "GET") {
            request = request.header("origin", origin);
        }
        if let Some((kind, _)) = content {
            request = request.header("content-type", kind);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let sent = content.map_or(&b""[..], |(_, body)| body);
        let request = request.body(sent).expect("a request");
        let mut response = self.server.agent.run(request).expect("an answer");
        let body = response.body_mut().read_to_string().expect("a whole answer");
        let reply = Reply { status: response.status().as_u16(), headers: response.headers().clone(), body };
        tells_nothing(&reply, address, sent);
        reply
    }

    /// Submits a root comment.
    pub fn submit(&self, page: &str, text: &str) -> Reply {
        self.ask("POST", "/comments", Some(json!({"page": page, "text": text})))
    }

    pub fn reply(&self, page: &str, parent: &str, text: &str) -> Reply {
        self.ask("POST", "/comments", Some(json!({"page": page, "parent": parent, "text": text})))
    }

    pub fn thread(&self, page: &str) -> Value {
        let page: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
        self.ask("GET", &format!("/thread?page={page}"), None).json()
    }
}

#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: http::HeaderMap,
    pub body: String,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("no JSON ({error}): {} {}", self.status, self.body))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("a readable header"))
    }

    /// Status and code of an answer, in whatever shape it came.
    pub fn brief(&self) -> String {
        let json: Option<Value> = serde_json::from_str(&self.body).ok();
        let code = json.as_ref().and_then(|json| json["error"]["code"].as_str().map(str::to_owned));
        let in_html = || self.body.split_once("data-code=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(code, _)| code.to_owned());
        match code.or_else(in_html) {
            Some(code) => format!("{} {code}", self.status),
            None => self.status.to_string(),
        }
    }

    /// The comment of a submit that was taken.
    pub fn id(&self) -> String {
        self.json()["comment"]["id"].as_str().unwrap_or_else(|| panic!("no comment: {} {}", self.status, self.body)).to_owned()
    }

    pub fn receipt(&self) -> String {
        self.json()["receipt"].as_str().unwrap_or_else(|| panic!("no receipt: {}", self.body)).to_owned()
    }
}

/// What no refusal may hold, in lower case: places, programs, SQL, and words of whoever wrote this.
const INSIDE: [&str; 24] = [
    "rusqlite",
    "sqlite",
    "panicked",
    "src/",
    ".rs:",
    "/tmp",
    "/home/",
    "/root",
    "/var/",
    "/usr/",
    "select ",
    "insert into",
    "no such table",
    "constraint",
    "backtrace",
    "stack",
    "unwrap",
    "err(",
    "some(",
    "rejection",
    "serde",
    "hyper",
    "tokio",
    "handlebars",
];

/// T36: every refusal that any test gets is looked at, whatever that test is about. Words that were sent may come back.
fn tells_nothing(reply: &Reply, address: &str, sent: &[u8]) {
    if reply.status < 400 {
        return;
    }
    assert!(reply.status != 500, "500 for {address}: {}", reply.body);
    let asked = format!("{address} {}", String::from_utf8_lossy(sent));
    let asked = format!("{asked} {}", percent_encoding::percent_decode_str(&asked.replace('+', " ")).decode_utf8_lossy()).to_lowercase();
    // A list to choose from is no query.
    let said = reply.body.to_lowercase().replace("<select ", "");
    let told: Vec<&str> = INSIDE.into_iter().filter(|word| said.contains(word) && !asked.contains(word)).collect();
    assert!(told.is_empty(), "{address} tells {told:?}: {}", reply.body);
}

#[test]
#[should_panic(expected = "tells [\"sqlite\", \"src/\"]")]
fn t36_a_refusal_that_tells_of_the_inside_is_seen() {
    let body = "SQLite said so in src/store".to_owned();
    tells_nothing(&Reply { status: 422, headers: http::HeaderMap::new(), body }, "/", b"");
}

/// Texts of the shown comments, with the depth of each before it.
pub fn outline(thread: &Value) -> Vec<String> {
    let line = |comment: &Value| {
        let text = comment["html"].as_str().unwrap_or("").replace("<p>", "").replace("</p>", "");
        format!("{} {}", comment["depth"], if text.is_empty() { comment["status"].as_str().unwrap_or("").to_owned() } else { text })
    };
    thread["comments"].as_array().expect("comments").iter().map(line).collect()
}
