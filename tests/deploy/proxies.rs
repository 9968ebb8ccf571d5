//! What must hold behind a proxy: https, the client's own address, answers for whom they are, and caches that
//! nobody can poison.

use std::time::{Duration, Instant};

use crate::caddy::Caddy;
use crate::client::Front;
use crate::is_installed;
use crate::nginx::{Cached, Nginx};
use crate::program::{Program, free_port};

/// Waits until something listens on this port of the machine.
pub fn wait_for(port: u16) {
    let until = Instant::now() + Duration::from_secs(20);
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < until, "nothing listens on port {port}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn has_tools(proxy: &str) -> bool {
    is_installed(proxy) & is_installed("curl") & is_installed("openssl")
}

/// The settings of `deploy/rejoinder.toml`. Previews are many in one of the tests.
const SETTINGS: &[(&str, &str)] = &[
    ("REJOINDER_PUBLIC_URL", "https://comments.example"),
    ("REJOINDER_LIMITS_PREVIEWS_PER_MINUTE", "100000"),
    ("REJOINDER_LIMITS_READS_PER_MINUTE", "100000"),
];

fn over_tcp() -> Program {
    Program::start(SETTINGS)
}

fn over_a_socket() -> Program {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let listen = format!("unix:{}", folder.path().join("socket").display());
    Program::start_at(&listen, folder, SETTINGS)
}

#[test]
fn t29_behind_nginx_each_client_has_its_own_address_and_https() {
    if !has_tools("nginx") {
        return;
    }
    let server = over_tcp();
    check_front(&Nginx::start(&server.listen, Cached::No).front);
    let server = over_a_socket();
    check_front(&Nginx::start(&server.listen, Cached::No).front);
}

#[test]
fn t29_behind_caddy_each_client_has_its_own_address_and_https() {
    if !has_tools("caddy") {
        return;
    }
    let server = over_tcp();
    check_front(&Caddy::start(&server.listen).front);
    let server = over_a_socket();
    check_front(&Caddy::start(&server.listen.replace("unix:", "unix/")).front);
}

fn check_front(front: &Front) {
    // https with a certificate for the name, and the program's own headers.
    let ready = front.ask("127.0.0.1", "/readyz", &[]);
    assert_eq!((ready.status, ready.text().as_str()), (200, "ready\n"));
    assert!(ready.header("strict-transport-security").is_some(), "{}", ready.head);

    // One network has one allowance; another has its own; claims about oneself change nothing.
    assert_eq!(front.submit("127.0.0.2", "/a/", "First of one", &[]).status, 201);
    let refused = front.submit("127.0.0.2", "/a/", "Second of one", &[]);
    assert_eq!(refused.status, 429, "{}", refused.text());
    assert!(refused.header("retry-after").is_some() && refused.header("ratelimit-policy").is_some(), "{}", refused.head);
    assert_eq!(front.submit("127.0.0.3", "/a/", "First of another", &[]).status, 201);
    for claim in [
        "X-Forwarded-For: 198.51.100.7",
        "X-Forwarded-For: 198.51.100.7, 127.0.0.1",
        "Forwarded: for=198.51.100.7",
        "X-Real-IP: 198.51.100.7",
    ] {
        assert_eq!(front.submit("127.0.0.2", "/a/", "Third of one", &["-H", claim]).status, 429, "{claim}");
    }

    // What is too large hears so in our own words, and nothing comes through that is larger still.
    let large = format!("text={}", "a".repeat(161 * 1024));
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    std::fs::write(file.path(), large).expect("the file takes text");
    let body = format!("@{}", file.path().display());
    let upload = ["-H", "Content-Type: application/json", "--data-binary", &body];
    let refused = front.ask("127.0.0.4", "/api/v1/sites/blog/comments", &upload);
    assert!(refused.status == 413 && refused.text().contains("body_too_large"), "{} {}", refused.status, refused.text());
    std::fs::write(file.path(), "a".repeat(1024 * 1024)).expect("the file takes text");
    let refused = front.ask("127.0.0.4", "/api/v1/sites/blog/comments", &upload);
    assert_eq!(refused.status, 413, "{}", refused.text());
}

#[test]
fn t31_behind_nginx_answers_are_never_swapped_between_clients() {
    if has_tools("nginx") {
        let server = over_tcp();
        check_mixed(&Nginx::start(&server.listen, Cached::Yes).front);
    }
}

#[test]
fn t31_behind_caddy_answers_are_never_swapped_between_clients() {
    if has_tools("caddy") {
        let server = over_a_socket();
        check_mixed(&Caddy::start(&server.listen.replace("unix:", "unix/")).front);
    }
}

/// Four clients at once with 50 requests each, every one of which names itself in its answer.
fn check_mixed(front: &Front) {
    std::thread::scope(|scope| {
        for client in 0..4 {
            scope.spawn(move || {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let own: Vec<String> = (0..50).map(|n| format!("c{client}n{n}")).collect();
                let requests: Vec<Vec<String>> = own.iter().enumerate().map(|(n, own)| request(front, n, own)).collect();
                let bodies = front.ask_in_a_row(&format!("127.0.0.{}", 10 + client), &requests, folder.path());
                for (n, (own, body)) in own.iter().zip(&bodies).enumerate() {
                    let expected = if n % 5 == 3 { "\"not_found\"" } else { own.as_str() };
                    assert!(body.contains(expected), "client {client}, request {n}: {body}");
                    let foreign = (0..4).filter(|other| *other != client).any(|other| body.contains(&format!("c{other}n")));
                    assert!(!foreign, "client {client} was sent what belongs to another: {body}");
                }
            });
        }
    });
}

fn request(front: &Front, n: usize, own: &str) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    match n % 5 {
        0 => words(&[&front.url(&format!("/api/v1/sites/blog/thread?page=/{own}/"))]),
        1 => words(&["--data-urlencode", &format!("text=**{own}**"), &front.url("/w/blog/preview")]),
        2 => words(&[&front.url(&format!("/w/blog/totals?p=/{own}/"))]),
        3 => words(&[&front.url("/nothing/here")]),
        _ => words(&[&front.url(&format!("/t/blog?page=/{own}/"))]),
    }
}

#[test]
fn t28_no_header_or_parameter_poisons_what_a_cache_keeps() {
    if !has_tools("nginx") {
        return;
    }
    let server = over_tcp();
    let proxy = Nginx::start(&server.listen, Cached::Yes);
    let front = &proxy.front;
    assert_eq!(front.submit("127.0.0.2", "/kept/", "What everybody reads", &[]).status, 201);
    let direct = |path: &str| {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut answer = agent.get(format!("http://{}{path}", server.listen)).call().expect("the program answers");
        answer.body_mut().read_to_vec().expect("a body")
    };
    for path in [
        "/w/blog/thread?page=/kept/",
        "/w/blog/thread?page=/other/",
        "/w/blog/totals?p=/kept/",
        "/feed/blog.atom",
        "/feed/blog.json",
        "/embed.js",
        "/totals.js",
    ] {
        let expected = direct(path);
        let joined = if path.contains('?') { '&' } else { '?' };
        // First the cache is filled by somebody hostile, then others ask for the same address.
        let hostile: Vec<&str> = HOSTILE.iter().flat_map(|line| ["-H", *line]).collect();
        for address in [path.to_owned(), format!("{path}{joined}{}", PARAMETERS.join("&"))] {
            let poisoned = front.ask("127.0.0.5", &address, &hostile);
            assert_eq!(poisoned.status, 200, "{address}: {}", poisoned.text());
            let plain = front.ask("127.0.0.6", &address, &[]);
            assert!(plain.body == expected && poisoned.body == expected, "{address} differs");
            let unpacked = front.ask("127.0.0.7", &address, &["--compressed"]);
            assert!(unpacked.body == expected, "{address} differs when it is packed");
            assert_eq!(plain.header("x-cache-status"), Some("HIT"), "{address}: {}", plain.head);
            assert_eq!(plain.header("set-cookie"), None);
            assert_eq!(plain.header("access-control-allow-origin"), Some("*"), "{address}: {}", plain.head);
        }
    }
    // What belongs to one visitor is kept by nobody.
    let own = front.ask("127.0.0.2", "/w/blog/mine", &["--data", "page=/kept/&receipts="]);
    assert!(own.header("cache-control").is_some_and(|value| value.contains("no-store")), "{}", own.head);
}

const HOSTILE: &[&str] = &[
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Proto: gopher",
    "X-Forwarded-Port: 1",
    "X-Forwarded-Prefix: /evil",
    "X-Forwarded-Server: evil.example",
    "X-Forwarded-For: 198.51.100.7",
    "X-Host: evil.example",
    "X-Original-URL: /admin/",
    "X-Rewrite-URL: /admin/",
    "X-HTTP-Method-Override: POST",
    "X-Method-Override: DELETE",
    "Forwarded: for=198.51.100.7;host=evil.example;proto=http",
    "Via: 1.1 evil.example",
    "Origin: https://evil.example",
    "Referer: https://evil.example/<script>",
    "Accept-Language: ar, he;q=0.9",
    "Accept: application/json",
    "Accept-Charset: utf-7",
    "User-Agent: <script>alert(1)</script>",
    "Cookie: __Host-rejoinder=x; lang=ar",
    "Authorization: Bearer 1.x",
    "From: evil@evil.example",
    "Sec-Fetch-Site: cross-site",
    "Sec-GPC: 1",
    "DNT: 1",
    "Save-Data: on",
    "X-Requested-With: XMLHttpRequest",
    "X-Wap-Profile: http://evil.example/",
    "CDN-Loop: evil",
    "True-Client-IP: 198.51.100.7",
];

const PARAMETERS: &[&str] =
    &["callback=evil", "utm_content=%3Cscript%3E", "_=1", "fbclid=1", "debug=1", "format=xml", "theme=%22%3E", "v=2", "limit=1", "q=evil"];

#[test]
fn ports_of_this_machine_are_told_apart() {
    assert_ne!(free_port(), 0);
}
