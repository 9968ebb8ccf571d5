//! What happens to a comment that somebody sends.

use std::time::Duration;

use serde_json::json;

use crate::harness::{start, start_with};

#[test]
fn a_comment_is_published_with_its_receipt_and_both_times() {
    let server = start();
    let body =
        json!({"page": "/hello/", "title": "Hello", "name": "Ada", "website": "ada.example", "email": "ada@example.org", "text": "*Hi*"});
    let reply = server.visitor().ask("POST", "/comments", Some(body));
    assert_eq!(reply.status, 201);
    let answer = reply.json();
    assert_eq!(answer["comment"]["status"], "published");
    assert_eq!(answer["comment"]["html"], "<p><em>Hi</em></p>");
    assert_eq!(answer["comment"]["author"], json!({"name": "Ada", "website": "https://ada.example/", "badge": null}));
    assert_eq!((&answer["comment"]["created_at"], &answer["edit_until"]), (&json!("2026-11-23T10:00:00Z"), &json!("2026-11-23T10:15:00Z")));
    assert_eq!(server.visitor().thread("/hello")["page"]["title"], "Hello");
    assert!(!server.visitor().get("/w/blog/thread?page=/hello").body.contains("ada@example.org"));
}

#[test]
fn every_field_that_cannot_be_is_named_with_its_limit() {
    let server = start();
    let long = |n: usize| "a".repeat(n);
    for (field, value, brief) in [
        ("text", long(10_001), "422 comment_too_long"),
        ("text", String::new(), "422 comment_empty"),
        ("name", long(81), "422 name_too_long"),
        ("email", "nobody".into(), "422 email_invalid"),
        ("website", "javascript:alert(1)".into(), "422 website_invalid"),
        ("title", long(301), "422 title_too_long"),
        ("page", String::new(), "422 page_missing"),
        ("page", "https://elsewhere.example/".into(), "422 page_foreign"),
        ("parent", "abc".into(), "422 parent_unknown"),
        ("key", "short".into(), "422 key_invalid"),
    ] {
        let mut body = json!({"page": "/hello", "text": "Hi"});
        body[field] = json!(value);
        let reply = server.visitor().ask("POST", "/comments", Some(body));
        assert_eq!(reply.brief(), brief, "{field}");
        assert_eq!(reply.json()["error"]["field"], field);
    }
}

#[test]
fn wrong_type_size_and_shape_have_their_own_status() {
    let server = start();
    let visitor = server.visitor();
    let comments = "/api/v1/sites/blog/comments";
    assert_eq!(visitor.send("POST", comments, Some(("text/plain", "{}"))).brief(), "415 media_type_wrong");
    assert_eq!(visitor.send("POST", comments, Some(("application/json", "{"))).brief(), "400 body_malformed");
    assert_eq!(visitor.send("POST", comments, Some(("application/json", "{\"text\": 5}"))).brief(), "400 body_malformed");
    let large = format!("{{\"text\": \"{}\"}}", "a".repeat(170_000));
    assert_eq!(visitor.send("POST", comments, Some(("application/json", &large))).brief(), "413 body_too_large");
    assert_eq!(visitor.send("PUT", comments, Some(("application/json", "{}"))).brief(), "405 method_not_allowed");
    assert_eq!(visitor.on("nobody").submit("/hello", "Hi").brief(), "404 site_unknown");
    assert_eq!(visitor.get("/nothing/here").brief(), "404 not_found");
}

#[test]
fn t84_the_same_key_never_makes_two_comments() {
    let server = start();
    let visitor = server.visitor();
    let send = |text: &str| visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "text": text, "key": "0123456789abcdef"})));
    let first = send("Hi");
    let second = send("Hi");
    assert_eq!((first.status, second.status), (201, 200));
    assert_eq!((first.id(), first.receipt()), (second.id(), second.receipt()));
    let other = send("Something else");
    assert_eq!(other.brief(), "409 already_sent");
    assert_eq!((other.id(), other.receipt()), (first.id(), first.receipt()));
    let ended = visitor.with_bearer(&first.receipt()).ask("DELETE", &format!("/comments/{}", first.id()), None);
    assert_eq!(ended.status, 200);
    assert_eq!(send("Something else").brief(), "409 already_sent");
    assert_eq!(visitor.thread("/hello")["page"]["total"], 0);
    server.wait(Duration::from_secs(25 * 3600));
    server.app.store.forget_old(server.app.now()).unwrap();
    assert_eq!(send("Hi").status, 201);
}

#[test]
fn a_site_that_reads_first_holds_and_tells_why() {
    let server = start();
    let visitor = server.visitor();
    server.set("moderation", "all");
    let held = visitor.submit("/hello", "Hi");
    assert_eq!((held.status, &held.json()["held_because"]), (201, &json!(["everything_waits"])));
    assert_eq!(held.json()["comment"]["status"], "pending");
    assert_eq!(visitor.thread("/hello")["page"]["total"], 0);
    server.set("moderation", "links");
    assert_eq!(visitor.submit("/hello", "https://a.example https://b.example").json()["comment"]["status"], "published");
    let links = visitor.submit("/hello", "https://a.example https://b.example https://c.example");
    assert_eq!(links.json()["held_because"], json!(["links"]));
}

#[test]
fn under_first_a_person_is_known_by_a_receipt_and_never_by_a_typed_name() {
    let server = start();
    let visitor = server.visitor();
    server.set("moderation", "first");
    let first = visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "name": "Ada", "text": "one"})));
    assert_eq!(first.json()["held_because"], json!(["first_comment"]));
    let moderator = server.token(rejoinder::model::Scope::Moderate);
    moderator.ask("POST", &format!("/comments/{}/approve", first.id()), None);
    let same_name = visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "name": "Ada", "text": "two"})));
    assert_eq!(same_name.json()["held_because"], json!(["first_comment"]));
    let known = visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "name": "Ada", "text": "three", "as": first.receipt()})));
    assert_eq!(known.json()["comment"]["status"], "published");
    let forged = visitor.ask(
        "POST",
        "/comments",
        Some(json!({"page": "/hello", "text": "four", "as": format!("{}.AAAAAAAAAAAAAAAAAAAAAA", first.id())})),
    );
    assert_eq!(forged.json()["held_because"], json!(["first_comment"]));
}

#[test]
fn a_closed_page_refuses_new_comments_and_still_reads() {
    let server = start();
    let visitor = server.visitor();
    visitor.submit("/hello", "Hi");
    let moderator = server.token(rejoinder::model::Scope::Moderate);
    assert_eq!(moderator.ask("POST", "/pages/close", Some(json!({"page": "/hello"}))).json()["page"]["state"], "closed");
    assert_eq!(visitor.submit("/hello", "Hi again").brief(), "409 page_closed");
    assert_eq!(visitor.thread("/hello")["page"]["state"], "closed");
    moderator.ask("POST", "/pages/open", Some(json!({"page": "/hello"})));
    assert_eq!(visitor.submit("/hello", "Hi again").status, 201);
    server.set("close_days", "30");
    server.wait(Duration::from_secs(31 * 86_400));
    assert_eq!(visitor.submit("/hello", "too late").brief(), "409 page_closed");
    assert_eq!(visitor.thread("/hello")["page"]["state"], "closed");
}

#[test]
fn an_answer_needs_a_parent_that_is_there_and_on_that_page() {
    let server = start();
    let visitor = server.visitor();
    let here = visitor.submit("/hello", "Hi");
    assert_eq!(visitor.reply("/elsewhere", &here.id(), "answer").brief(), "409 parent_gone");
    assert_eq!(visitor.reply("/hello", "12345", "answer").brief(), "409 parent_gone");
    visitor.with_bearer(&here.receipt()).ask("DELETE", &format!("/comments/{}", here.id()), None);
    assert_eq!(visitor.reply("/hello", &here.id(), "answer").brief(), "409 parent_gone");
}

#[test]
fn submits_are_limited_in_two_windows_and_the_answer_says_how_long() {
    let server = start_with(&[]);
    let visitor = server.visitor();
    assert_eq!(visitor.submit("/hello", "one").status, 201);
    let refused = visitor.submit("/hello", "two");
    assert_eq!(refused.brief(), "429 too_many");
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit-policy")), ("10", "\"submit\";q=1;w=10"));
    for n in 2..=5 {
        server.wait(Duration::from_secs(11));
        assert_eq!(visitor.submit("/hello", &format!("{n}")).status, 201, "{n}");
    }
    server.wait(Duration::from_secs(11));
    let refused = visitor.submit("/hello", "six");
    assert_eq!((refused.brief().as_str(), refused.header("ratelimit-policy")), ("429 too_many", "\"submit\";q=5;w=600"));
}

#[test]
fn a_form_sent_in_haste_or_with_the_trap_filled_is_held_and_never_refused() {
    let server = start_with(&[]);
    let visitor = server.visitor();
    server.set("submits_in_10_seconds", "100");
    server.set("submits_in_10_minutes", "100");
    let fragment = visitor.get("/w/blog/thread?page=/hello").body;
    let between =
        |before: &str| fragment.split_once(before).and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned()).unwrap();
    let stamp = between("name=\"stamp\" value=\"");
    let trap = between("Leave this empty<input name=\"");
    let send = |stamp: &str, trap_text: &str| {
        visitor.form("/w/blog/note", &[("page", "/hello"), ("text", "Hi"), ("stamp", stamp), (&trap, trap_text)])
    };
    server.wait(Duration::from_secs(60));
    assert!(send(&stamp, "").body.contains("data-status=\"published\""));
    assert!(send(&stamp, "me").body.contains("data-held=\"hidden_field\""));
    assert!(send("1.AAAAAAAAAAAAAAAAAAAAAA", "").body.contains("data-held=\"too_quick\""));
    visitor.submit("/new", "a new page has a stamp of its own time");
    let quick = visitor.get("/w/blog/thread?page=/new").body;
    let stamp =
        quick.split_once("name=\"stamp\" value=\"").and_then(|(_, rest)| rest.split_once('"')).map(|(value, _)| value.to_owned()).unwrap();
    server.wait(Duration::from_secs(1));
    let hasty = send(&stamp, "");
    assert_eq!(hasty.status, 201);
    assert!(hasty.body.contains("data-status=\"pending\"") && hasty.body.contains("data-held=\"too_quick\""), "{}", hasty.body);
}

#[test]
fn t10_names_of_staff_are_theirs_alone() {
    let server = start();
    let owner = server.token(rejoinder::model::Scope::Admin);
    let body = |name: &str| json!({"page": "/hello", "name": name, "text": "Hi"});
    let answer = owner.ask("POST", "/comments", Some(body("Maren")));
    assert_eq!(answer.json()["comment"]["author"], json!({"name": "Maren", "website": null, "badge": "author"}));
    for posing in ["Maren", "maren", "Mаren", "M a r e n", "Maren (author)"] {
        assert_eq!(server.visitor().ask("POST", "/comments", Some(body(posing))).brief(), "422 name_reserved", "{posing}");
    }
    assert_eq!(server.visitor().ask("POST", "/comments", Some(body("Karen"))).status, 201);
}

#[test]
fn html_made_by_older_rules_is_made_anew_from_the_text_as_sent() {
    let server = start();
    let visitor = server.visitor();
    let id: rejoinder::model::CommentId = visitor.submit("/hello", "*Hi*").id().parse().unwrap();
    let stale = server.app.store.update_markup(server.site().id, id, "*Hi*", "<p>of long ago</p>", 0, server.app.now());
    stale.unwrap();
    assert_eq!(visitor.thread("/hello")["comments"][0]["html"], "<p>of long ago</p>");
    while rejoinder::actions::clean_stale_markup(&server.app).unwrap() > 0 {}
    assert_eq!(visitor.thread("/hello")["comments"][0]["html"], "<p><em>Hi</em></p>");
}
