//! What API tokens may do.

use rejoinder::model::Scope;
use serde_json::json;

use crate::harness::{ORIGIN, start};

#[test]
fn moderators_move_comments_between_statuses_and_totals_follow() {
    let server = start();
    let visitor = server.visitor();
    let moderator = server.token(Scope::Moderate);
    let id = visitor.submit("/hello", "Hi").id();
    for (step, status, total) in [
        ("hold", "pending", 0),
        ("approve", "published", 1),
        ("spam", "spam", 0),
        ("restore", "published", 1),
        ("remove", "removed", 0),
        ("restore", "published", 1),
    ] {
        let reply = moderator.ask("POST", &format!("/comments/{id}/{step}"), None);
        assert_eq!((reply.status, &reply.json()["comment"]["status"]), (200, &json!(status)), "{step}");
        assert_eq!(visitor.thread("/hello")["page"]["total"], total, "{step}");
    }
    let listed = moderator.ask("GET", "/comments?status=published", None).json();
    assert_eq!((&listed["comments"][0]["id"], &listed["comments"][0]["page"]["url"]), (&json!(id), &json!(format!("{ORIGIN}/hello"))));
}

#[test]
fn what_its_author_took_back_no_moderator_brings_back() {
    let server = start();
    let visitor = server.visitor();
    let sent = visitor.submit("/hello", "Hi");
    visitor.with_bearer(&sent.receipt()).ask("DELETE", &format!("/comments/{}", sent.id()), None);
    for step in ["approve", "restore", "hold", "spam", "remove", "pin"] {
        assert_eq!(
            server.token(Scope::Moderate).ask("POST", &format!("/comments/{}/{step}", sent.id()), None).brief(),
            "409 status_forbids",
            "{step}"
        );
    }
}

#[test]
fn what_a_moderator_removed_its_author_cannot_bring_back_or_change() {
    let server = start();
    let visitor = server.visitor();
    let sent = visitor.submit("/hello", "Hi");
    server.token(Scope::Moderate).ask("POST", &format!("/comments/{}/remove", sent.id()), None);
    let author = visitor.with_bearer(&sent.receipt());
    assert_eq!(author.ask("PATCH", &format!("/comments/{}", sent.id()), Some(json!({"text": "again"}))).brief(), "409 status_forbids");
    assert_eq!(visitor.thread("/hello")["page"]["total"], 0);
}

#[test]
fn a_pinned_root_comes_first_and_only_once() {
    let server = start();
    let visitor = server.visitor();
    let ids: Vec<String> = (0..3).map(|n| visitor.submit("/hello", &format!("{n}")).id()).collect();
    server.token(Scope::Moderate).ask("POST", &format!("/comments/{}/pin", ids[2]), None);
    assert_eq!(crate::harness::outline(&visitor.thread("/hello")), ["0 2", "0 0", "0 1"]);
    let reply = visitor.reply("/hello", &ids[0], "no root").id();
    assert_eq!(server.token(Scope::Moderate).ask("POST", &format!("/comments/{reply}/pin"), None).brief(), "409 status_forbids");
}

#[test]
fn answers_by_token_carry_the_badge_of_their_scope_and_its_name() {
    let server = start();
    server.set("moderation", "all");
    for (scope, badge) in [(Scope::Moderate, json!("moderator")), (Scope::Admin, json!("author"))] {
        let comment = server.token(scope).submit("/hello", "answer").json()["comment"].clone();
        assert_eq!((&comment["status"], &comment["author"]["badge"]), (&json!("published"), &badge));
        assert!(comment["author"]["name"].as_str().unwrap().starts_with("Token"));
    }
    let writer = server.token(Scope::Write).submit("/hello", "not staff").json()["comment"].clone();
    assert_eq!((&writer["status"], &writer["author"]["badge"]), (&json!("pending"), &json!(null)));
    assert_eq!(server.token(Scope::Read).submit("/hello", "Hi").brief(), "403 bearer_forbids");
}

#[test]
fn t38_each_route_of_staff_asks_for_its_scope() {
    let server = start();
    let id = server.visitor().submit("/hello", "Hi").id();
    let routes = [
        ("GET", "/comments".to_owned(), None, Scope::Moderate),
        ("POST", format!("/comments/{id}/hold"), None, Scope::Moderate),
        ("POST", format!("/comments/{id}/approve"), None, Scope::Moderate),
        ("POST", format!("/comments/{id}/pin"), None, Scope::Moderate),
        ("POST", "/pages/close".to_owned(), Some(json!({"page": "/hello"})), Scope::Moderate),
        ("POST", "/pages/open".to_owned(), Some(json!({"page": "/hello"})), Scope::Moderate),
        ("POST", "/pages/question".to_owned(), Some(json!({"page": "/hello"})), Scope::Moderate),
        ("POST", format!("/comments/{id}/used"), None, Scope::Moderate),
        ("POST", format!("/comments/{id}/unused"), None, Scope::Moderate),
        ("POST", format!("/comments/{id}/no-answer-needed"), None, Scope::Moderate),
        ("POST", format!("/comments/{id}/answer-needed"), None, Scope::Moderate),
        ("GET", "/comments?status=reported".to_owned(), None, Scope::Moderate),
        ("GET", "/rules".to_owned(), None, Scope::Moderate),
        ("PATCH", "/rules".to_owned(), Some(json!({"edit_minutes": 5})), Scope::Admin),
    ];
    for (method, path, body, needed) in routes {
        assert_eq!(server.visitor().ask(method, &path, body.clone()).brief(), "401 bearer_missing", "{method} {path}");
        for scope in Scope::ALL {
            let reply = server.token(scope).ask(method, &path, body.clone());
            assert_eq!(reply.status == 200, scope >= needed, "{method} {path} with {scope}: {}", reply.brief());
            assert!(reply.status == 200 || reply.brief() == "403 bearer_forbids", "{method} {path} with {scope}: {}", reply.brief());
        }
    }
}

#[test]
fn rules_change_together_or_not_at_all() {
    let server = start();
    let owner = server.token(Scope::Admin);
    let wrong = owner.ask("PATCH", "/rules", Some(json!({"edit_minutes": 5, "votes": "down"})));
    assert_eq!((wrong.brief().as_str(), &wrong.json()["error"]["field"]), ("422 rule_invalid", &json!("votes")));
    assert_eq!(server.site().rules.edit_minutes, 15);
    let right = owner.ask("PATCH", "/rules", Some(json!({"edit_minutes": 5, "significant_params": ["p", "id"]})));
    assert_eq!((&right.json()["edit_minutes"], &right.json()["significant_params"]), (&json!("5"), &json!("p,id")));
}

#[test]
fn a_token_asks_the_readers_of_a_page_and_takes_the_question_back() {
    let server = start();
    let moderator = server.token(Scope::Moderate);
    let ask = |body| moderator.ask("POST", "/pages/question", Some(body));
    let asked = ask(json!({"page": "/new/", "question": " What was\nyour first week like? "})).json();
    assert_eq!(
        (&asked["question"], &asked["page"]["url"], &asked["page"]["total"]),
        (&json!("What was your first week like?"), &json!(format!("{ORIGIN}/new/")), &json!(0))
    );
    assert!(asked["by"].as_str().is_some_and(|name| !name.is_empty()), "{asked}");
    for nothing in [json!({"page": "/new/"}), json!({"page": "/new/", "question": null}), json!({"page": "/new/", "question": " "})] {
        ask(json!({"page": "/new/", "question": "Why?"}));
        let taken = ask(nothing).json();
        assert_eq!((&taken["question"], &taken["by"]), (&json!(null), &json!(null)));
    }
    assert_eq!(ask(json!({"page": "/new/", "question": "é".repeat(200)})).status, 200);
    assert_eq!(ask(json!({"page": "/new/", "question": "é".repeat(201)})).brief(), "422 question_too_long");
    assert_eq!(ask(json!({"question": "Why?"})).brief(), "422 page_missing");
    assert_eq!(ask(json!({"page": "https://elsewhere.example/", "question": "Why?"})).brief(), "422 page_foreign");
    let body = Some(json!({"page": "/new/", "question": "Why?"}));
    assert_eq!(server.token(Scope::Write).ask("POST", "/pages/question", body.clone()).brief(), "403 bearer_forbids");
    assert_eq!(server.visitor().ask("POST", "/pages/question", body).brief(), "401 bearer_missing");
}

#[test]
fn a_token_marks_what_was_used_and_says_that_no_answer_is_needed() {
    let server = start();
    let id = server.visitor().submit("/hello", "Hi").id();
    let site = server.site().id;
    let step = |scope, step| server.token(scope).ask("POST", &format!("/comments/{id}/{step}"), None);
    let turns = || server.app.store.count_turns(site).unwrap();
    let used = || server.app.store.find_comment(site, id.parse().unwrap()).unwrap().unwrap().comment.used_at.is_some();
    assert_eq!((turns(), used()), (1, false));
    for (word, waits, is_used) in
        [("used", 1, true), ("no-answer-needed", 0, true), ("unused", 0, false), ("answer-needed", 1, false), ("used", 1, true)]
    {
        assert_eq!(step(Scope::Write, word).brief(), "403 bearer_forbids", "{word}");
        assert_eq!(step(Scope::Moderate, word).status, 200, "{word}");
        assert_eq!((turns(), used()), (waits, is_used), "{word}");
    }
    step(Scope::Moderate, "remove");
    assert_eq!(step(Scope::Moderate, "used").brief(), "409 status_forbids");
    assert_eq!(turns(), 0);
}

#[test]
fn what_readers_reported_is_listed_for_moderators_alone() {
    let server = start();
    let (id, _) = (server.visitor().submit("/hello", "Hi").id(), server.visitor().submit("/hello", "Ho").id());
    let listed = || server.token(Scope::Moderate).ask("GET", "/comments?status=reported", None).json();
    assert_eq!(listed()["comments"], json!([]));
    let reply = server.visitor().form(&format!("/w/blog/note/{id}/report"), &[("reason", "abuse")]);
    assert_eq!(reply.status, 200, "{}", reply.body);
    let found = listed();
    assert_eq!((&found["comments"][0]["id"], found["comments"].as_array().unwrap().len()), (&json!(id), 1));
    assert_eq!(server.token(Scope::Write).ask("GET", "/comments?status=reported", None).brief(), "403 bearer_forbids");
}
