//! What everybody reads: threads, order, paging, totals, feeds, links to comments.

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha384};

use crate::harness::{ORIGIN, outline, start};

#[test]
fn a_page_nobody_commented_on_is_empty_and_no_error() {
    let server = start();
    let thread = server.visitor().thread("/hello/");
    assert_eq!((&thread["page"]["total"], &thread["page"]["state"]), (&0.into(), &"open".into()));
    assert_eq!(thread["comments"].as_array().map(Vec::len), Some(0));
    assert_eq!(server.visitor().get("/w/blog/thread?page=/hello/").status, 200);
}

#[test]
fn replies_stand_below_their_parent_and_roots_in_the_order_asked_for() {
    let server = start();
    let visitor = server.visitor();
    let first = visitor.submit("/hello", "one").id();
    visitor.submit("/hello", "two");
    let answer = visitor.reply("/hello", &first, "answer").id();
    visitor.reply("/hello", &answer, "answer to it");
    assert_eq!(outline(&visitor.thread("/hello")), ["0 one", "1 answer", "2 answer to it", "0 two"]);
    let newest = visitor.ask("GET", "/thread?page=/hello&sort=newest", None).json();
    assert_eq!(outline(&newest), ["0 two", "0 one", "1 answer", "2 answer to it"]);
}

#[test]
fn roots_and_replies_are_read_to_the_end_by_their_cursors() {
    let server = start();
    let visitor = server.visitor();
    let roots: Vec<String> = (0..7).map(|n| visitor.submit("/hello", &format!("root {n}")).id()).collect();
    for n in 0..8 {
        visitor.reply("/hello", &roots[0], &format!("reply {n}"));
    }
    let mut seen = Vec::new();
    let mut more = None;
    let mut cursor = String::new();
    loop {
        let answer = visitor.ask("GET", &format!("/thread?page=/hello&limit=3&cursor={cursor}"), None).json();
        seen.extend(outline(&answer));
        more = more.or_else(|| answer["comments"][0]["more"].as_str().map(str::to_owned));
        match answer["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let rest = visitor.ask("GET", &format!("/thread?page=/hello&cursor={}", more.expect("more replies")), None).json();
    seen.extend(outline(&rest));
    seen.sort();
    let mut all: Vec<String> = (0..7).map(|n| format!("0 root {n}")).chain((0..8).map(|n| format!("1 reply {n}"))).collect();
    all.sort();
    assert_eq!(seen, all);
}

#[test]
fn a_wrong_sort_cursor_or_limit_is_named() {
    let server = start();
    for (query, brief) in [
        ("sort=worst", "422 sort_unknown"),
        ("cursor=abc", "422 cursor_invalid"),
        ("limit=0", "422 limit_invalid"),
        ("limit=101", "422 limit_invalid"),
    ] {
        assert_eq!(server.visitor().ask("GET", &format!("/thread?page=/hello&{query}"), None).brief(), brief);
    }
}

#[test]
fn t28_unlisted_parameters_and_headers_change_nothing_and_the_tag_answers_304() {
    let server = start();
    let visitor = server.visitor();
    visitor.submit("/hello", "Hi");
    let plain = visitor.get("/w/blog/thread?page=/hello");
    let other = visitor.get("/w/blog/thread?utm_source=x&page=/hello&visitor=9&nocache=1");
    assert_eq!((&plain.body, plain.header("etag")), (&other.body, other.header("etag")));
    assert_eq!(plain.header("cache-control"), "public, max-age=0, s-maxage=5, stale-if-error=86400");
    assert_eq!(plain.header("access-control-allow-origin"), "*");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let again =
        agent.get(format!("{}/w/blog/thread?page=/hello", server.base)).header("if-none-match", plain.header("etag")).call().unwrap();
    assert_eq!(again.status(), 304);
    visitor.submit("/hello", "Again");
    assert_ne!(visitor.get("/w/blog/thread?page=/hello").header("etag"), plain.header("etag"));
}

#[test]
fn totals_of_many_pages_come_in_one_answer() {
    let server = start();
    let visitor = server.visitor();
    visitor.submit("/one", "Hi");
    visitor.submit("/two", "Hi");
    visitor.submit("/two", "Hi again");
    let totals = visitor.get(&format!("/w/blog/totals?p=/one&p={ORIGIN}/two/&p=/none&p=https://elsewhere.example/")).json();
    assert_eq!(totals, serde_json::json!({"/one": 1, "https://blog.example/two/": 2, "/none": 0, "https://elsewhere.example/": 0}));
    let many = "p=/x&".repeat(101);
    assert_eq!(visitor.get(&format!("/w/blog/totals?{many}")).brief(), "422 too_many_pages");
}

#[test]
fn feeds_hold_published_comments_and_links_lead_to_the_post() {
    let server = start();
    let visitor = server.visitor();
    let id = visitor.submit("/hello", "In the <feed> & about").id();
    server.set("moderation", "all");
    visitor.submit("/hello", "canary");
    for feed in ["/feed/blog.atom", "/feed/blog.json", "/feed/blog.atom?page=/hello", "/feed/blog.json?page=/hello"] {
        let reply = visitor.get(feed);
        assert_eq!(reply.status, 200, "{feed}");
        assert!(reply.body.contains("about") && !reply.body.contains("canary"), "{feed}: {}", reply.body);
    }
    let go = visitor.get(&format!("/go/{id}"));
    assert_eq!((go.status, go.header("location")), (302, format!("{ORIGIN}/hello#comment-{id}").as_str()));
    assert_eq!(visitor.get("/feed/nobody.atom").brief(), "404 site_unknown");
    assert_eq!(visitor.get("/go/1").brief(), "404 comment_unknown");
}

#[test]
fn t21_the_pinned_script_is_what_its_integrity_says_for_ever() {
    let server = start();
    let tag = rejoinder::web::assets::pinned_script_tag(&server.base, "blog");
    let attribute = |name: &str| tag.split_once(&format!("{name}=\"")).and_then(|(_, rest)| rest.split_once('"')).unwrap().0.to_owned();
    let source = tag.split("src=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    let script = server.visitor().get(source.strip_prefix(&server.base).unwrap());
    assert_eq!((script.status, script.header("cache-control")), (200, "public, max-age=31536000, immutable"));
    assert_eq!(script.header("access-control-allow-origin"), "*");
    let hash = STANDARD.encode(Sha384::digest(&script.body));
    assert_eq!(attribute("integrity"), format!("sha384-{hash}"));
    assert_eq!(server.visitor().get("/v/0123456789abcdef/embed.js").brief(), "404 not_found");
}
