//! What the holder of a receipt may do.

use std::time::Duration;

use serde_json::json;

use crate::harness::start;

#[test]
fn an_author_edits_within_the_window_and_a_little_longer() {
    let server = start();
    let visitor = server.visitor();
    let sent = visitor.submit("/hello", "Hi");
    let author = visitor.with_bearer(&sent.receipt());
    let edit = |text: &str| author.ask("PATCH", &format!("/comments/{}", sent.id()), Some(json!({"text": text})));
    assert_eq!(edit("Hi there").json()["comment"]["html"], "<p>Hi there</p>");
    assert_eq!(visitor.thread("/hello")["comments"][0]["edited_at"], "2026-11-23T10:00:00Z");
    server.wait(Duration::from_secs(34 * 60));
    assert_eq!(edit("begun in time").status, 200);
    server.wait(Duration::from_secs(2 * 60));
    assert_eq!(edit("too late").brief(), "403 edit_over");
    assert_eq!(edit("").brief(), "403 edit_over");
}

#[test]
fn an_edit_is_decided_again_like_a_submit() {
    let server = start();
    let visitor = server.visitor();
    server.set("moderation", "links");
    let sent = visitor.submit("/hello", "Hi");
    let author = visitor.with_bearer(&sent.receipt());
    let edited = author.ask(
        "PATCH",
        &format!("/comments/{}", sent.id()),
        Some(json!({"text": "https://a.example https://b.example https://c.example"})),
    );
    assert_eq!(edited.json()["comment"]["status"], "pending");
    assert_eq!(visitor.thread("/hello")["page"]["total"], 0);
    let again = author.ask("PATCH", &format!("/comments/{}", sent.id()), Some(json!({"text": "Hi"})));
    assert_eq!(again.json()["comment"]["status"], "published");
}

#[test]
fn a_withdrawn_comment_with_replies_leaves_an_empty_place() {
    let server = start();
    let visitor = server.visitor();
    let sent = visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "name": "Ada", "text": "gone soon"})));
    let answer = visitor.reply("/hello", &sent.id(), "answer");
    server.wait(Duration::from_secs(400 * 86_400));
    let gone = visitor.with_bearer(&sent.receipt()).ask("DELETE", &format!("/comments/{}", sent.id()), None);
    assert_eq!(gone.json()["comment"]["status"], "withdrawn");
    let thread = visitor.thread("/hello");
    assert_eq!(
        (&thread["comments"][0]["status"], &thread["comments"][0]["author"], &thread["comments"][0]["html"]),
        (&json!("removed"), &json!(null), &json!(""))
    );
    assert_eq!(thread["page"]["total"], 1);
    assert!(!thread.to_string().contains("Ada") && !thread.to_string().contains("gone soon"));
    visitor.with_bearer(&answer.receipt()).ask("DELETE", &format!("/comments/{}", answer.id()), None);
    assert_eq!(visitor.thread("/hello")["comments"], json!([]));
}

#[test]
fn t47_a_receipt_is_for_one_comment_of_one_site() {
    let server = start();
    let visitor = server.visitor();
    rejoinder::actions::add_site(&server.app, "other", None, &["https://other.example".into()]).unwrap();
    let mine = visitor.submit("/hello", "mine");
    let theirs = visitor.submit("/hello", "theirs");
    let path = format!("/comments/{}", theirs.id());
    for method in ["PATCH", "DELETE"] {
        let body = (method == "PATCH").then(|| json!({"text": "changed"}));
        assert_eq!(visitor.ask(method, &path, body.clone()).brief(), "401 bearer_missing");
        assert_eq!(visitor.with_bearer("nonsense").ask(method, &path, body.clone()).brief(), "401 bearer_missing");
        assert_eq!(visitor.with_bearer(&mine.receipt()).ask(method, &path, body.clone()).brief(), "403 bearer_forbids");
        let elsewhere = visitor.on("other").from("https://other.example").with_bearer(&theirs.receipt());
        assert_eq!(elsewhere.ask(method, &path, body).brief(), "404 comment_unknown");
    }
    for guess in 0..500_u32 {
        let receipt = format!("{}.{guess:022}", theirs.id());
        let reply = visitor.with_bearer(&receipt).ask("DELETE", &path, None);
        assert!(reply.status == 403 || reply.status == 401, "{}", reply.brief());
    }
    assert_eq!(visitor.thread("/hello")["page"]["total"], 2);
}

#[test]
fn a_pending_comment_is_seen_by_its_author_and_moderators_alone() {
    let server = start();
    let visitor = server.visitor();
    server.set("moderation", "all");
    let sent = visitor.submit("/hello", "only I see this");
    let path = format!("/comments/{}", sent.id());
    assert_eq!(visitor.ask("GET", &path, None).brief(), "401 bearer_missing");
    assert_eq!(visitor.with_bearer(&sent.receipt()).ask("GET", &path, None).json()["comment"]["text"], "only I see this");
    assert_eq!(server.token(rejoinder::model::Scope::Write).ask("GET", &path, None).brief(), "403 bearer_forbids");
    assert_eq!(server.token(rejoinder::model::Scope::Moderate).ask("GET", &path, None).status, 200);
    let other = visitor.submit("/hello", "mine too");
    let receipts = format!("{} {} nonsense {}.AAAAAAAAAAAAAAAAAAAAAA", sent.receipt(), other.receipt(), sent.id());
    let mine = visitor.form("/w/blog/mine", &[("page", "/hello"), ("receipts", &receipts)]);
    assert_eq!((mine.status, mine.header("cache-control")), (200, "private, no-store"));
    assert_eq!(mine.body.matches("<article").count(), 2, "{}", mine.body);
    assert!(mine.body.contains("data-held=\"everything_waits\""));
}
