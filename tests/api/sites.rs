//! Several sites on one server.

use rejoinder::model::Scope;
use serde_json::json;

use crate::harness::{ORIGIN, start};

#[test]
fn t23_only_listed_origins_write_and_everybody_reads() {
    let server = start();
    let visitor = server.visitor();
    for (origin, taken) in [
        (ORIGIN, true),
        ("http://blog.example", true),
        ("https://www.blog.example", true),
        ("https://BLOG.example", true),
        ("https://blog.example.", true),
        (server.base.as_str(), true),
        ("https://blog.example:8443", false),
        ("https://a.blog.example", false),
        ("https://blog.example.evil.example", false),
        ("https://evilblog.example", false),
        ("https://user@blog.example", false),
        ("null", false),
        ("file://", false),
        ("https://other.example", false),
    ] {
        let reply = visitor.from(origin).submit("/hello", "Hi");
        assert_eq!(reply.status == 201, taken, "{origin}: {}", reply.brief());
        assert_eq!(reply.header("access-control-allow-origin"), if taken { origin } else { "" }, "{origin}");
        assert_eq!(reply.header("vary"), "Origin", "{origin}");
        assert_eq!(reply.header("access-control-allow-credentials"), "");
        let form = visitor.from(origin).form("/w/blog/note", &[("page", "/hello"), ("text", "Hi")]);
        assert_eq!(form.status == 201, taken, "{origin}: {}", form.brief());
        assert_eq!(form.header("access-control-allow-origin"), "*", "the widget may read why");
        let asked = visitor.from(origin).send("OPTIONS", "/api/v1/sites/blog/comments", None);
        assert_eq!(asked.header("access-control-allow-origin"), if taken { origin } else { "" }, "{origin}");
    }
    assert_eq!(visitor.ask("GET", "/thread?page=/hello", None).header("access-control-allow-origin"), "*");
}

#[test]
fn t25_nothing_of_another_site_is_reached_by_exchanging_ids() {
    let server = start();
    rejoinder::actions::add_site(&server.app, "other", None, &["https://other.example".into()]).unwrap();
    let here = server.visitor().submit("/hello", "canary of blog");
    let there = server.visitor().on("other").from("https://other.example");
    let id = here.id();
    for (method, path, body) in [
        ("GET", format!("/comments/{id}"), None),
        ("PATCH", format!("/comments/{id}"), Some(json!({"text": "x"}))),
        ("DELETE", format!("/comments/{id}"), None),
    ] {
        let reply = there.with_bearer(&here.receipt()).ask(method, &path, body);
        assert_eq!(reply.brief(), "404 comment_unknown", "{method} {path}");
    }
    assert_eq!(there.reply("/hello", &id, "answer").brief(), "409 parent_gone");
    let moderator = server.token(Scope::Admin);
    for step in ["approve", "hold", "spam", "remove", "restore", "pin", "unpin"] {
        assert_eq!(moderator.on("other").ask("POST", &format!("/comments/{id}/{step}"), None).brief(), "403 bearer_forbids");
    }
    assert_eq!(moderator.on("other").ask("GET", "/comments", None).brief(), "403 bearer_forbids");
    for address in [
        "/w/other/thread?page=/hello",
        "/t/other?page=/hello",
        "/feed/other.atom",
        "/feed/other.json",
        "/t/other",
        &format!("/w/other/thread?page=/hello&around={id}"),
    ] {
        assert!(!there.get(address).body.contains("canary"), "{address}");
    }
    let mine = there.form("/w/other/mine", &[("page", "/hello"), ("receipts", &here.receipt())]);
    assert!(!mine.body.contains("canary"));
    assert_eq!(server.visitor().thread("/hello")["page"]["total"], 1);
}

#[test]
fn t27_all_addresses_of_a_page_are_one_thread_and_t26_foreign_ones_none() {
    let server = start();
    let visitor = server.visitor();
    visitor.submit("/hello/", "Hi");
    for same in
        ["/hello", "https://blog.example/hello/", "http://www.blog.example/hello?utm_source=x#top", "//hello", "/a/../hello/index.html"]
    {
        assert_eq!(visitor.thread(same)["page"]["total"], 1, "{same}");
    }
    for other in ["/Hello", "/hello?p=2", "hello"] {
        assert_eq!(visitor.thread(other)["page"]["total"], 0, "{other}");
    }
    assert_eq!(visitor.submit("https://elsewhere.example/hello", "Hi").brief(), "422 page_foreign");
    assert_eq!(visitor.get("/w/blog/thread?url=https://elsewhere.example/hello").brief(), "422 page_foreign");
}

#[test]
fn a_free_id_learns_its_address_from_a_published_comment() {
    let server = start();
    let visitor = server.visitor();
    let body = json!({"page": "post-81", "url": "https://blog.example/2026/hello/", "text": "Hi"});
    assert_eq!(visitor.ask("POST", "/comments", Some(body)).status, 201);
    assert_eq!(visitor.thread("post-81")["page"]["url"], "https://blog.example/2026/hello/");
    assert_eq!(visitor.thread("/2026/hello")["page"]["total"], 1);
}
