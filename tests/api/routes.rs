//! Every route there is, and what holds for all of them: headers, refusals, files.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
};

use rejoinder::model::Scope;
use rejoinder::web::{admin, assets};
use serde_json::json;

use crate::corpora::corpora;
use crate::harness::{Person, Reply, TestServer, start, start_with};

/// What a route gives, as far as caches and other pages care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// For everybody, on pages of any origin.
    Shared,
    /// For whoever asked, readable by pages of any origin (the widget's writes and refusals).
    Own,
    /// For whoever asked, on our own pages alone.
    Private,
    /// A file of ours that our own pages use.
    Ours,
}

struct Route {
    method: &'static str,
    address: String,
    kind: Kind,
    /// Where a body is read: in which type.
    takes: Option<&'static str>,
}

const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// All routes, with a comment of that id and receipt in the addresses.
fn routes(id: &str, receipt: &str) -> Vec<Route> {
    use Kind::*;
    let api = "/api/v1/sites/blog";
    let version = assets::version();
    let mut all: Vec<(&'static str, String, Kind, Option<&'static str>)> = vec![
        ("GET", "/embed.js".into(), Shared, None),
        ("GET", "/totals.js".into(), Shared, None),
        ("GET", format!("/v/{version}/embed.js"), Shared, None),
        ("GET", "/w/blog/thread?page=/hello".into(), Shared, None),
        ("GET", "/w/blog/totals?p=/hello".into(), Shared, None),
        ("POST", "/w/blog/note".into(), Own, Some(FORM)),
        ("POST", format!("/w/blog/note/{id}/edit"), Own, Some(FORM)),
        ("POST", format!("/w/blog/note/{id}/withdraw"), Own, Some(FORM)),
        ("POST", "/w/blog/preview".into(), Own, Some(FORM)),
        ("POST", "/w/blog/mine".into(), Own, Some(FORM)),
        ("POST", "/w/blog/follow".into(), Own, Some(FORM)),
        ("GET", "/t/page.css".into(), Ours, None),
        ("GET", "/t/blog".into(), Private, None),
        ("GET", "/t/blog?page=/hello".into(), Private, None),
        ("POST", "/t/blog/note".into(), Private, Some(FORM)),
        ("GET", format!("/t/blog/own/{receipt}"), Private, None),
        ("POST", format!("/t/blog/own/{receipt}"), Private, Some(FORM)),
        ("POST", "/t/blog/follow".into(), Private, Some(FORM)),
        ("GET", "/follow/confirm/1.x".into(), Private, None),
        ("POST", "/follow/confirm/1.x".into(), Private, None),
        ("GET", "/follow/stop/1.x".into(), Private, None),
        ("POST", "/follow/stop/1.x".into(), Private, None),
        ("GET", "/follow/all/1.x".into(), Private, None),
        ("POST", "/follow/all/1.x".into(), Private, Some(FORM)),
        ("GET", "/follow/staff/1.x".into(), Private, None),
        ("POST", "/follow/staff/1.x".into(), Private, None),
        ("GET", format!("/go/{id}"), Private, None),
        ("GET", "/feed/blog.atom".into(), Shared, None),
        ("GET", format!("/feed/blog.atom?root={id}"), Shared, None),
        ("GET", "/feed/blog.json?page=/hello".into(), Shared, None),
        ("GET", format!("{api}/thread?page=/hello"), Own, None),
        ("GET", format!("{api}/totals?p=/hello"), Own, None),
        ("GET", format!("{api}/comments/{id}"), Own, None),
        ("GET", format!("{api}/comments"), Own, None),
        ("GET", format!("{api}/rules"), Own, None),
        ("POST", format!("{api}/comments"), Private, Some(JSON)),
        ("PATCH", format!("{api}/comments/{id}"), Private, Some(JSON)),
        ("DELETE", format!("{api}/comments/{id}"), Private, None),
        ("PATCH", format!("{api}/rules"), Private, Some(JSON)),
        ("POST", format!("{api}/pages/close"), Private, Some(JSON)),
        ("POST", format!("{api}/pages/open"), Private, Some(JSON)),
        ("GET", "/healthz".into(), Private, None),
        ("GET", "/readyz".into(), Private, None),
    ];
    for step in ["approve", "hold", "spam", "remove", "restore", "pin", "unpin"] {
        all.push(("POST", format!("{api}/comments/{id}/{step}"), Private, None));
    }
    for route in admin::ROUTES {
        let address = format!("/admin/{}", route.path.replace(":site", "blog").replace(":id", id));
        let file = route.path.starts_with("desk.");
        let takes = (route.method == "POST").then_some(FORM);
        all.push((if takes.is_some() { "POST" } else { "GET" }, address, if file { Ours } else { Private }, takes));
    }
    all.into_iter().map(|(method, address, kind, takes)| Route { method, address, kind, takes }).collect()
}

/// Addresses that nothing answers, and the shape of their refusal.
const NOWHERE: [&str; 17] = [
    "/",
    "/nothing",
    "/embed.jsx",
    "/v/0000/embed.js",
    "/v/embed.js",
    "/w",
    "/w/blog",
    "/w/blog/nothing",
    "/w/nobody/thread",
    "/t/nobody",
    "/t/blog/nothing",
    "/go/1",
    "/feed/nobody.atom",
    "/feed/blog.rss",
    "/api/v1/sites/nobody/thread",
    "/api/v2/sites/blog/thread",
    "/admin/nothing",
];

#[test]
fn t18_t37_every_answer_carries_its_headers() {
    for https in [false, true] {
        let mut variables = vec![("REJOINDER_LIMITS_ENABLED", "false")];
        variables.extend(https.then_some(("REJOINDER_PUBLIC_URL", "https://comments.example")));
        let server = start_with(&variables);
        let sent = server.visitor().submit("/hello", "Hi");
        let (visitor, desk, token) = (server.visitor(), server.owner(), server.token(Scope::Admin));
        for route in routes(&sent.id(), &sent.receipt()) {
            // Each as it is meant, without rights, and in a method that nobody takes.
            for (who, method) in
                [(&visitor, route.method), (&desk, route.method), (&token, route.method), (&visitor, "HEAD"), (&visitor, "PUT")]
            {
                let reply = who.send(method, &route.address, route.takes.map(|kind| (kind, if kind == JSON { "{}" } else { "a=b" })));
                check_headers(&reply, &route, method, https);
            }
        }
        for address in NOWHERE {
            for method in ["GET", "POST", "DELETE", "OPTIONS"] {
                let reply = visitor.send(method, address, None);
                let route = Route { method: "GET", address: address.into(), kind: Kind::Private, takes: None };
                // A browser that asks first gets no word about sites, and no yes.
                let silent = method == "OPTIONS" && reply.status == 204 && reply.header("access-control-allow-origin").is_empty();
                assert!(matches!(reply.status, 404 | 405) || silent, "{method} {address}: {}", reply.status);
                check_common(&reply, &route, method, https);
            }
        }
    }
}

fn check_headers(reply: &Reply, route: &Route, method: &str, https: bool) {
    check_common(reply, route, method, https);
    let at = format!("{method} {} ({})", route.address, reply.status);
    let (cache, shared_with) = (reply.header("cache-control"), reply.header("cross-origin-resource-policy"));
    let taken = reply.status < 400 && (method == route.method || method == "HEAD" && route.method == "GET");
    if !taken {
        assert_eq!(cache, "no-store", "{at}");
        return;
    }
    let (caches, sharing): (&[&str], &str) = match route.kind {
        Kind::Shared => (&["public"], "cross-origin"),
        Kind::Own => (&["no-store", "private, no-store", "private, no-cache", "public, max-age=0"], "cross-origin"),
        Kind::Private => (&["no-store", "private, no-store", "private, no-cache"], "same-origin"),
        Kind::Ours => (&["public", "no-cache"], "same-origin"),
    };
    assert!(caches.iter().any(|begin| cache.starts_with(begin)), "{at}: {cache}");
    assert_eq!(shared_with, sharing, "{at}");
    if route.method != "GET" {
        assert!(cache.contains("no-store"), "{at}: {cache}");
    }
}

fn check_common(reply: &Reply, route: &Route, method: &str, https: bool) {
    let at = format!("{method} {} ({})", route.address, reply.status);
    assert_eq!(reply.header("x-content-type-options"), "nosniff", "{at}");
    assert!(["same-origin", "no-referrer"].contains(&reply.header("referrer-policy")), "{at}");
    assert_ne!(reply.header("cache-control"), "", "{at}");
    let policy = reply.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"),
        "{at}: {policy}"
    );
    assert!(!policy.contains('*') && !policy.contains("data:") && !policy.contains("http"), "{at}: {policy}");
    assert_eq!(reply.headers.contains_key("strict-transport-security"), https, "{at}");
    assert_eq!(reply.header("access-control-allow-credentials"), "", "{at}");
    for talkative in ["server", "x-powered-by", "via"] {
        assert!(!reply.headers.contains_key(talkative), "{at}: {talkative}");
    }
    let cookies: Vec<_> = reply.headers.get_all("set-cookie").iter().map(|line| line.to_str().unwrap()).collect();
    let strict = |line: &&str| {
        line.starts_with("__Host-") && ["; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/;"].iter().all(|part| line.contains(part))
    };
    assert!(cookies.iter().all(strict) && (cookies.is_empty() || route.address.starts_with("/admin")), "{at}: {cookies:?}");
}

#[test]
fn t32_each_route_refuses_for_its_own_reason() {
    let server = start();
    let sent = server.visitor().submit("/hello", "Hi");
    let (visitor, desk, token) = (server.visitor(), server.owner(), server.token(Scope::Admin));
    let all = routes(&sent.id(), &sent.receipt());
    for route in &all {
        let at = format!("{} {}", route.method, route.address);
        let methods_here: Vec<&str> = all.iter().filter(|other| path(other) == path(route)).map(|other| other.method).collect();
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if !methods_here.contains(&method) {
                assert_eq!(desk.send(method, &route.address, None).brief(), "405 method_not_allowed", "{method} {at}");
            }
        }
        let shape = if ["/w/", "/t/", "/follow/", "/go/", "/admin"].iter().any(|area| route.address.starts_with(area)) {
            "text/html"
        } else {
            "application/json"
        };
        assert!(visitor.send("PUT", &route.address, None).header("content-type").starts_with(shape), "{at}");
        let Some(kind) = route.takes else { continue };
        let who: &Person = if kind == JSON && !route.address.ends_with("/comments") { &token } else { &desk };
        let large = "a".repeat(160 * 1024 + 1);
        for content_type in [kind, "text/plain", ""] {
            assert_eq!(who.send(route.method, &route.address, Some((content_type, &large))).brief(), "413 body_too_large", "{at}");
        }
        for wrong in ["text/plain", "multipart/form-data; boundary=x", if kind == JSON { FORM } else { JSON }, "application/xml", ""] {
            assert_eq!(who.send(route.method, &route.address, Some((wrong, "{}"))).brief(), "415 media_type_wrong", "{at} {wrong}");
        }
        let encoded = who.send_bytes(route.method, &route.address, Some((kind, b"{}")), &[("content-encoding", "gzip")]);
        assert_eq!(encoded.status, 415, "{at}");
        let broken = if kind == JSON { "{" } else { "%" };
        assert_eq!(who.send(route.method, &route.address, Some((kind, broken))).brief(), "400 body_malformed", "{at}");
    }
}

fn path(route: &Route) -> &str {
    route.address.split('?').next().unwrap_or("")
}

#[test]
fn t32_who_may_not_is_told_so_and_not_that_nothing_is_there() {
    let server = start();
    let sent = server.visitor().submit("/hello", "Hi");
    let evil = server.visitor().from("https://evil.example");
    for route in routes(&sent.id(), &sent.receipt()) {
        let at = format!("{} {}", route.method, route.address);
        let body = route
            .takes
            .map(|kind| (kind, if kind == JSON { "{\"page\":\"/hello\",\"text\":\"Hi\"}" } else { "page=/hello&text=Hi&do=edit" }));
        let elsewhere = route.address.replace("/blog", "/nobody");
        if route.method != "GET" {
            let refused = evil.send(route.method, &route.address, body).brief();
            let expected = match route.address.as_str() {
                address if address.starts_with("/admin") || address.starts_with("/follow/staff/") => "403 form_token_wrong",
                // Nothing is stored and nothing personal is said.
                "/w/blog/preview" | "/w/blog/mine" => "200",
                // The link is all the proof that these ask for, and mail programs come from nowhere.
                address if address.starts_with("/follow/") => "410 link_over",
                _ => "403 origin_unlisted",
            };
            assert_eq!(refused, expected, "{at}");
            if !route.address.starts_with("/admin") && elsewhere != route.address {
                let unknown = server.visitor().send(route.method, &elsewhere, body).brief();
                assert_eq!(unknown, "404 site_unknown", "{at}");
            }
        } else if elsewhere != route.address && !route.address.starts_with("/admin") {
            let unknown = server.visitor().get(&elsewhere).brief();
            assert_eq!(unknown, "404 site_unknown", "{at}");
        }
        if route.address.starts_with("/admin/sites") || route.address == "/admin/" {
            let own_page = server.visitor().from(&server.base);
            assert_eq!(own_page.send(route.method, &route.address, body).brief(), "401 sign_in_needed", "{at}");
        }
    }
    for staff in ["/rules", "/comments"] {
        assert_eq!(server.visitor().ask("GET", staff, None).brief(), "401 bearer_missing");
        assert_eq!(server.token(Scope::Write).ask("GET", staff, None).brief(), "403 bearer_forbids");
    }
    assert_eq!(
        server.visitor().ask("PATCH", &format!("/comments/{}", sent.id()), Some(json!({"text": "x"}))).brief(),
        "401 bearer_missing"
    );
}

/// Everything that a connection of its own answers to these bytes.
fn say(server: &TestServer, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// A connection can carry another request only when all of this one was read; else the answer says that it ends.
#[test]
fn t31_an_answer_that_did_not_wait_for_the_body_ends_the_connection_and_says_so() {
    let server = start();
    for target in ["PUT /w/blog/thread", "POST /nothing", "DELETE /api/v1/sites/blog/comments/1", "POST /w/blog/note"] {
        let mut stream = TcpStream::connect(server.base.trim_start_matches("http://")).unwrap();
        stream.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
        let body = "a=b";
        write!(stream, "{target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM}\r\nContent-Length: {}\r\n\r\n", body.len()).unwrap();
        if target.ends_with("note") {
            // This one is read before it is answered.
            write!(stream, "{body}").unwrap();
        }
        let mut said = vec![0; 16 * 1024];
        let length = stream.read(&mut said).unwrap();
        let said = String::from_utf8_lossy(&said[..length]).to_lowercase();
        assert!(said.starts_with("http/1.1 4"), "{target}: {said}");
        assert_eq!(said.contains("connection: close"), !target.ends_with("note"), "{target}: {said}");
    }
}

#[test]
fn t35_no_file_is_reached_but_those_that_are_ours_by_name() {
    let server = start();
    let data = server.folder.path();
    fs::create_dir_all(data.join("embed")).unwrap();
    fs::write(data.join("canary.js"), "canary").unwrap();
    fs::create_dir_all(data.join("embed/canary")).unwrap();
    fs::write(data.join("embed/canary.js"), "canary").unwrap();
    fs::write(data.join("embed/canary/embed.js"), "canary").unwrap();
    let mut ways: Vec<String> =
        ["..", "../..", "canary", "canary.js", "rejoinder.db", "....//", "%00", ".", "~", "embed.js%00.html", "etc/passwd", "C:\\x"]
            .into_iter()
            .flat_map(|way| {
                [way.to_owned(), way.replace("..", "%2e%2e"), way.replace('/', "%2f"), way.replace('/', "\\"), way.replace('.', "%252e")]
            })
            .collect();
    if let Some(folder) = corpora("traversal") {
        let cases = fs::read_to_string(folder.join("http-raw/requests.jsonl")).unwrap();
        let raw = cases.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["raw"].as_str().unwrap().to_owned());
        let before = ways.len();
        ways.extend(raw.filter_map(|raw| raw.strip_prefix("GET /static/")?.split(' ').next().map(str::to_owned)));
        assert!(ways.len() >= before + 4, "the corpus has its cases");
    }
    for way in &ways {
        for (before, after) in [
            ("/", ""),
            ("/v/", ""),
            ("/v/", "/embed.js"),
            ("/embed.js/", ""),
            ("/v/embed.js/", ""),
            ("/t/page.css/", ""),
            ("/t/", "/page.css"),
            ("/admin/", ""),
            ("/admin/desk.css/", ""),
            ("/admin/desk.js/", ""),
            ("/demo/", ""),
            ("/feed/", ".atom"),
            ("//", ""),
            ("/data/embed/", ""),
        ] {
            let said = say(&server, &format!("GET {before}{way}{after} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
            let text = String::from_utf8_lossy(&said);
            let status: u16 = text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
            // Dots that fold to a page of ours are no traversal.
            assert!((400..500).contains(&status) || text.contains("<title>"), "{before}{way}{after}: {text:.300}");
            assert!(!text.contains("\r\n\r\ncanary") && !text.contains("SQLite format") && !text.contains("root:"), "{before}{way}{after}");
        }
    }
    for method in ["GET", "HEAD"] {
        let said =
            say(&server, &format!("{method} /v/{}/embed.js HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", assets::version()));
        assert!(said.starts_with(b"HTTP/1.1 200"));
    }
}
