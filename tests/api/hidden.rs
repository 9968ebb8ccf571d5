//! T49: what is not published is nowhere.

use std::collections::BTreeSet;

use rejoinder::model::{Scope, Status};
use serde_json::json;

use crate::harness::{Person, Reply, TestServer, start};

const HIDDEN: [Status; 4] = [Status::Pending, Status::Spam, Status::Removed, Status::Withdrawn];

fn send(person: &Person, page: &str, parent: Option<&str>, word: &str) -> Reply {
    let body = json!({
        "page": page, "parent": parent, "text": format!("canary text {word}"), "name": format!("canary {word}"),
        "website": format!("https://canary-{word}.example/"), "title": format!("canary title {word}"),
    });
    let reply = person.ask("POST", "/comments", Some(body));
    assert_eq!(reply.status, 201, "{}", reply.body);
    reply
}

/// Brings a published or pending comment into that status.
fn hide(server: &TestServer, sent: &Reply, status: Status) {
    let path = format!("/comments/{}", sent.id());
    let reply = match status {
        Status::Pending => server.token(Scope::Moderate).ask("POST", &format!("{path}/hold"), None),
        Status::Spam => server.token(Scope::Moderate).ask("POST", &format!("{path}/spam"), None),
        Status::Removed => server.token(Scope::Moderate).ask("POST", &format!("{path}/remove"), None),
        _ => server.visitor().with_bearer(&sent.receipt()).ask("DELETE", &path, None),
    };
    assert_eq!(reply.status, 200, "{}", reply.body);
}

/// Every public answer about a page, and every answer that its links and cursors lead to.
fn every_answer(visitor: &Person, page: &str, ids: &[String], receipts: &[String]) -> Vec<(String, String)> {
    let asked: String = url::form_urlencoded::byte_serialize(page.as_bytes()).collect();
    let mut to_do: Vec<String> =
        vec!["/feed/blog.atom".into(), "/feed/blog.json".into(), "/t/blog".into(), format!("/w/blog/totals?p={asked}")];
    for sort in ["oldest", "newest", "best"] {
        to_do.push(format!("/api/v1/sites/blog/thread?page={asked}&limit=1&sort={sort}"));
        to_do.push(format!("/w/blog/thread?page={asked}&sort={sort}"));
        to_do.push(format!("/t/blog?page={asked}&sort={sort}"));
    }
    to_do.extend(["atom", "json"].map(|kind| format!("/feed/blog.{kind}?page={asked}")));
    for id in ids {
        to_do.extend([
            format!("/api/v1/sites/blog/comments/{id}"),
            format!("/w/blog/thread?page={asked}&around={id}"),
            format!("/t/blog?page={asked}&around={id}"),
            format!("/t/blog?page={asked}&reply={id}"),
            format!("/go/{id}"),
            format!("/feed/blog.atom?root={id}"),
            format!("/feed/blog.json?root={id}"),
        ]);
    }
    to_do.extend(receipts.iter().map(|receipt| format!("/t/blog/own/{receipt}")));
    let (mut seen, mut answers) = (BTreeSet::new(), vec![]);
    while let Some(address) = to_do.pop() {
        if !seen.insert(address.clone()) {
            continue;
        }
        let reply = visitor.get(&address);
        let cursors = reply
            .body
            .split(['"', '=', '&', '#'])
            .filter(|word| word.len() > 20 && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
        for cursor in cursors {
            to_do.push(format!("/api/v1/sites/blog/thread?page={asked}&cursor={cursor}"));
            to_do.push(format!("/w/blog/thread?page={asked}&cursor={cursor}"));
        }
        // The answer may name what the question named, and nothing else.
        answers.push((address, format!("{:?} {}", reply.headers, reply.body)));
    }
    let mine = visitor.form("/w/blog/mine", &[("page", page), ("receipts", &receipts.join(" "))]);
    answers.push(("mine".into(), mine.body));
    let to_hidden = ids.iter().map(|id| visitor.reply(page, id, "an answer"));
    answers.extend(to_hidden.map(|reply| (format!("an answer to it: {}", reply.status), reply.body)));
    answers
}

#[test]
fn t49_what_is_hidden_is_in_no_public_answer() {
    let server = start();
    let visitor = server.visitor();
    visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "title": "Hello", "name": "Bob", "text": "for all"})));
    let (mut ids, mut receipts, mut shown) = (vec![], vec![], 1);
    for status in HIDDEN {
        let root = send(&visitor, "/hello", None, status.word());
        let below: Vec<Reply> = (0..5).map(|n| visitor.reply("/hello", &root.id(), &format!("seen {n}"))).collect();
        let under = send(&visitor, "/hello", Some(&below[0].id()), status.word());
        let leaf = send(&visitor, "/hello", Some(&below[1].id()), status.word());
        let deeper = visitor.reply("/hello", &under.id(), "seen below");
        for hidden in [&root, &under, &leaf] {
            hide(&server, hidden, status);
            ids.push(hidden.id());
        }
        shown += 6;
        receipts.extend(below.iter().chain([&deeper]).map(Reply::receipt));
    }
    let answers = every_answer(&visitor, "/hello", &ids, &receipts);
    assert!(answers.len() > 60, "{}", answers.len());
    for (address, answer) in &answers {
        assert!(!answer.contains("canary"), "{address}: {answer}");
    }
    let all: String = answers.iter().map(|(_, answer)| answer.as_str()).collect();
    assert!(all.contains("for all") && all.contains("seen 4") && all.contains("seen below"), "the answers hold what is published");
    let answered = answers.iter().filter(|(address, _)| address == "an answer to it: 201").count() as u64;
    assert_eq!(answered, 8, "only where an empty place is shown, because somebody answered before");
    assert_eq!(visitor.thread("/hello")["page"]["total"].as_u64(), Some(shown + answered));
}

#[test]
fn t49_a_page_of_hidden_comments_alone_shows_nothing_of_them() {
    let server = start();
    let visitor = server.visitor();
    server.set("moderation", "all");
    let (mut ids, mut receipts) = (vec![], vec![]);
    for status in HIDDEN {
        for page in [format!("/only-{}", status.word()), format!("only {}", status.word())] {
            let body = json!({
                "page": page, "url": format!("https://blog.example/x-{}?p=canary", status.word()), "title": "canary title",
                "name": "canary name", "text": "canary text", "website": "canary.example",
            });
            let sent = visitor.ask("POST", "/comments", Some(body));
            if status != Status::Pending {
                hide(&server, &sent, status);
            }
            ids.push(sent.id());
            receipts.push(sent.receipt());
            for (address, answer) in every_answer(&visitor, &page, &[sent.id()], &[]) {
                assert!(!answer.contains("canary"), "{address}: {answer}");
            }
            assert_eq!(visitor.thread(&page)["page"]["total"], 0);
        }
    }
    // What was held is learnt when it is published.
    let (last, page) = (&ids[1], "only pending");
    assert_eq!(visitor.thread(page)["page"]["url"], "https://blog.example/");
    server.token(Scope::Moderate).ask("POST", &format!("/comments/{last}/approve"), None);
    let learnt = visitor.thread(page)["page"].clone();
    assert_eq!((&learnt["url"], &learnt["title"]), (&json!("https://blog.example/x-pending?p=canary"), &json!("canary title")));
    assert_eq!(visitor.thread("/x-pending?p=canary")["page"]["total"], 1);
    server.token(Scope::Moderate).ask("POST", &format!("/comments/{last}/hold"), None);

    // Their authors see them, and nobody without their receipts.
    assert!(visitor.get(&format!("/t/blog/own/{}", receipts[0])).body.contains("canary text"));
    for id in &ids {
        assert_eq!(visitor.get(&format!("/go/{id}")).brief(), "404 comment_unknown");
        assert_eq!(visitor.ask("GET", &format!("/comments/{id}"), None).brief(), "401 bearer_missing");
        assert_eq!(server.token(Scope::Write).ask("GET", &format!("/comments/{id}"), None).brief(), "403 bearer_forbids");
    }
    for page in ["/x-pending?p=canary", "https://blog.example/x-pending?p=canary"] {
        assert_eq!(visitor.thread(page)["page"]["total"], 0);
    }
}
