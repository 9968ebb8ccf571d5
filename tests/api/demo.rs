//! The demo: who sees which half, what its desk can reach, and that it is made once and whole.

use std::{
    collections::BTreeSet,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rejoinder::actions;
use rejoinder::clock::Clock;
use rejoinder::config::{Config, Flags};
use rejoinder::model::{CommentId, PageAddress};
use rejoinder::serve::open_app;
use rejoinder::store::CommentFilter;

use crate::harness::{Reply, SITE, TestServer, start_with_demo};

/// A browser at this very machine, with these headers.
fn ask(server: &TestServer, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
    let mut request = http::Request::builder().method(method).uri(format!("{}{path}", server.base));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut response = agent.run(request.body(String::new()).expect("a request")).expect("an answer");
    let body = response.body_mut().read_to_string().expect("a whole answer");
    Reply { status: response.status().as_u16(), headers: response.headers().clone(), body }
}

fn shows_desk(page: &Reply) -> bool {
    assert_eq!(page.status, 200, "{}", page.body);
    let (desk, picture) = (page.body.contains("action=\"/demo/enter\""), page.body.contains("<svg"));
    assert_ne!(desk, picture, "one of both halves is there");
    desk
}

/// Signs in as the demo's page does and gives back the session.
fn enter(server: &TestServer) -> String {
    let reply = ask(server, "POST", "/demo/enter", &[("origin", &server.base)]);
    assert_eq!((reply.status, reply.header("location")), (303, "/demo/desk/sites/demo/"), "{}", reply.body);
    let cookie = reply.header("set-cookie").to_owned();
    assert!(cookie.contains("; Secure; HttpOnly; SameSite=Strict"), "{cookie}");
    cookie.split(';').next().unwrap_or_default().to_owned()
}

#[test]
fn a_new_server_shows_the_classic_thread_and_its_authors_desk() {
    let server = start_with_demo(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    assert!(shows_desk(&ask(&server, "GET", "/demo/", &[])));
    let thread = server.visitor().on("demo").thread("/demo/post/");
    let comments = thread["comments"].as_array().expect("comments");
    let shape: Vec<String> = comments.iter().map(|comment| format!("{} {}", comment["depth"], comment["author"]["badge"])).collect();
    assert_eq!(shape, ["0 null", "1 \"author\"", "0 null"]);
    let desk = ask(&server, "GET", "/demo/desk/sites/demo/", &[("cookie", &enter(&server))]);
    assert_eq!(desk.status, 200);
    assert!(desk.body.contains("Grace") && desk.body.contains("Bob"));
}

#[test]
fn every_page_of_the_demo_is_there_while_its_site_is() {
    let server = start_with_demo(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    let pages = ["/demo/", "/demo/post/", "/demo/empty/", "/demo/long/", "/demo/strict/"];
    for page in pages {
        let reply = ask(&server, "GET", page, &[]);
        let policy = reply.header("content-security-policy");
        assert!(reply.status == 200 && policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{page} {policy}");
    }
    let demo = actions::find_site(&server.app, "demo").expect("the demo");
    server.app.store.delete_site(demo.id).expect("no demo");
    for page in pages.into_iter().chain(["/demo/other/"]) {
        assert_eq!(ask(&server, "GET", page, &[]).status, 404, "{page}");
    }
}

#[test]
fn t15_the_strict_page_arrives_with_the_strictest_policy() {
    let policy = ask(&start_with_demo(&[]), "GET", "/demo/strict/", &[]).header("content-security-policy").to_owned();
    for part in ["default-src 'none'", "style-src 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"] {
        assert!(policy.contains(part), "{policy}");
    }
}

#[test]
fn the_desk_half_is_a_picture_for_everybody_who_is_not_at_this_machine() {
    let server = start_with_demo(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    let session = enter(&server);
    for (name, value) in [
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("forwarded", "for=127.0.0.1"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
        ("host", "demo.example"),
        ("host", "127.0.0.1.demo.example"),
    ] {
        let from_outside = [(name, value), ("cookie", session.as_str()), ("origin", server.base.as_str())];
        assert!(!shows_desk(&ask(&server, "GET", "/demo/", &from_outside)), "{name}: {value}");
        assert_eq!(ask(&server, "GET", "/demo/desk/sites/demo/", &from_outside).status, 404, "{name}: {value}");
        let entered = ask(&server, "POST", "/demo/enter", &from_outside);
        assert_eq!((entered.status, entered.header("set-cookie")), (404, ""), "{name}: {value}");
    }
}

#[test]
fn a_server_with_a_public_address_shows_no_desk_in_its_demo() {
    let server = start_with_demo(&[("REJOINDER_PUBLIC_URL", "https://comments.example")]);
    assert!(!shows_desk(&ask(&server, "GET", "/demo/", &[])));
    assert_eq!(ask(&server, "GET", "/demo/desk/sites/demo/", &[]).status, 404);
    assert_eq!(ask(&server, "POST", "/demo/enter", &[("origin", &server.base)]).status, 404);
}

#[test]
fn t24_no_page_elsewhere_signs_a_browser_in() {
    let server = start_with_demo(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    for headers in [&[("origin", "https://evil.example")][..], &[("origin", "null")], &[("sec-fetch-site", "cross-site")], &[]] {
        let reply = ask(&server, "POST", "/demo/enter", headers);
        assert_eq!((reply.status, reply.header("set-cookie")), (403, ""), "{headers:?}");
    }
    assert_eq!(ask(&server, "GET", "/demo/enter", &[]).status, 405, "a link signs nobody in");
}

#[test]
fn t38_the_demos_session_reaches_its_own_site_alone() {
    let server = start_with_demo(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    let session = enter(&server);
    let other = format!("/demo/desk/sites/{SITE}/");
    assert_eq!(ask(&server, "GET", &other, &[("cookie", &session)]).status, 404);
    let secret = session.split_once('=').map(|(_, secret)| secret).unwrap_or_default();
    let at_the_desk = format!("__Host-rejoinder={secret}");
    assert_eq!(ask(&server, "GET", &format!("/admin/sites/{SITE}/"), &[("cookie", &at_the_desk)]).status, 404);
}

#[test]
fn entering_again_keeps_the_session_that_is_still_good() {
    let server = start_with_demo(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    let session = enter(&server);
    let again = ask(&server, "POST", "/demo/enter", &[("origin", &server.base), ("cookie", &session)]);
    assert_eq!((again.status, again.header("set-cookie")), (303, ""));
}

/// The program itself on a data folder, killed without warning when this is dropped.
struct Program(Child);

impl Program {
    fn start(data: &std::path::Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
        command.args(["--listen", "127.0.0.1:0", "--data"]).arg(data).stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().expect("the program starts"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.0.kill().and_then(|()| self.0.wait()).expect("the program is over");
    }
}

/// The ids and texts of the comments on a page of the demo; none while there is no such page.
fn texts(data: &std::path::Path, path: &str) -> Vec<(CommentId, String)> {
    let flags = Flags { data: Some(data.display().to_string()), ..Flags::default() };
    let config = Config::from_layers(&flags, vec![], data).expect("good settings");
    let app = open_app(config, Clock::System).expect("the data");
    let Ok(site) = actions::find_site(&app, "demo") else { return vec![] };
    let Some(page) = app.store.find_page(site.id, &PageAddress::path(path)).expect("an answer") else { return vec![] };
    let mut filter = CommentFilter { page: Some(page.id), ..CommentFilter::default() };
    let mut texts = vec![];
    loop {
        let some = app.store.list_comments(site.id, &filter, 100).expect("comments");
        let Some(last) = some.last() else { return texts };
        filter.older_than = Some(last.comment.id);
        texts.extend(some.into_iter().map(|found| (found.comment.id, found.comment.source)));
    }
}

#[test]
fn a_demo_that_was_killed_while_it_was_made_is_completed_and_nothing_is_there_twice() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut cut_short = 0;
    for milliseconds in [20, 40, 60, 80, 100, 120, 150, 180] {
        let program = Program::start(folder.path());
        // Whatever it is doing by then is cut off.
        std::thread::sleep(Duration::from_millis(milliseconds));
        drop(program);
        let written = texts(folder.path(), "/demo/long").len();
        cut_short += usize::from((1..300).contains(&written));
    }
    let before: BTreeSet<CommentId> = texts(folder.path(), "/demo/long").into_iter().map(|(id, _)| id).collect();
    let program = Program::start(folder.path());
    let begun = Instant::now();
    while texts(folder.path(), "/demo/long").len() < 300 || texts(folder.path(), "/demo/post").len() < 3 {
        assert!(begun.elapsed() < Duration::from_secs(30), "it is never completed");
    }
    drop(program);
    // One more start finds everything there.
    drop(Program::start(folder.path()));
    let long = texts(folder.path(), "/demo/long");
    let different: BTreeSet<&str> = long.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!((long.len(), different.len(), texts(folder.path(), "/demo/post").len()), (300, 300, 3));
    assert!(before.iter().all(|id| long.iter().any(|(own, _)| own == id)), "what was written is kept");
    eprintln!("{cut_short} of 8 kills cut the long thread short");
}
