//! What readers report, and what moderators see of it.

use rejoinder::model::{CommentId, Status};

use crate::harness::{Answer, TestServer};

fn report(server: &TestServer, id: CommentId, reason: &str, text: &str, from: &str) -> Answer {
    let headers = [("origin", "https://blog.example"), ("x-forwarded-for", from)];
    server.browser().post_with(&format!("/w/blog/note/{id}/report"), &headers, &[("reason", reason), ("text", text)])
}

#[test]
fn t48_a_network_reports_a_comment_once_and_is_told_the_same_each_time() {
    let server = TestServer::start();
    let ada = server.owner();
    server.set("blog", "moderation", "none");
    let id = server.say("blog", "/hello", "Buy my pills");
    assert!(!ada.get("/admin/sites/blog/").has("Reported"));
    let mut said = vec![];
    for from in ["203.0.113.7", "203.0.113.8", "203.0.113.7", "2001:db8:1:2::1", "2001:db8:1:ffff::9", "::ffff:203.0.113.200"] {
        let answer = report(&server, id, "spam", "<b>pills</b>", from);
        said.push((answer.status, answer.body));
    }
    assert!(said.iter().all(|each| *each == (200, "<p class=\"note\">Thank you. A moderator will look at it.</p>".into())), "{said:?}");
    assert_eq!(server.app.store.list_reports(server.site("blog").id, id).unwrap().len(), 2);
    assert_eq!(report(&server, id, "abuse", "", "198.51.100.1").status, 200);
    let list = ada.get("/admin/sites/blog/?show=reported");
    assert!(
        list.has("Reported (1)") && list.has("<li>spam: <q><bdi>&lt;b&gt;pills&lt;/b&gt;</bdi></q>") && list.has("<li>abuse,"),
        "{}",
        list.body
    );
    let done = ada.act(&format!("/admin/sites/blog/comments/{id}/looked"), &[("show", "reported")]);
    let page = ada.get(done.location().split('#').next().unwrap());
    assert!(page.has("What readers reported of Grace’s comment is forgotten.") && page.has("Nothing was reported."), "{}", page.body);
    assert_eq!(server.status("blog", id), Status::Published);
}

#[test]
fn what_is_not_published_cannot_be_reported_and_what_is_wrong_is_said() {
    let server = TestServer::start();
    let waiting = server.say("blog", "/hello", "Hi");
    let foreign = server.say("other", "/hello", "Hi");
    let from = "203.0.113.7";
    for id in [waiting, foreign, CommentId(1)] {
        assert_eq!(report(&server, id, "spam", "", from).status, 404);
    }
    server.set("blog", "moderation", "none");
    let id = server.say("blog", "/hello", "Ho");
    for (reason, text, code) in [("", "", "reason_unknown"), ("rude", "", "reason_unknown"), ("spam", &"é".repeat(501), "report_too_long")]
    {
        let answer = report(&server, id, reason, text, from);
        assert!(answer.status == 422 && answer.has(&format!("data-code=\"{code}\"")), "{code}: {}", answer.body);
    }
    let unlisted =
        server.browser().post_with(&format!("/w/blog/note/{id}/report"), &[("origin", "https://evil.test")], &[("reason", "spam")]);
    assert_eq!(unlisted.status, 403);
    assert!(server.app.store.list_reports(server.site("blog").id, id).unwrap().is_empty());
    assert_eq!(report(&server, id, "spam", &"é".repeat(500), from).status, 200);
}

#[test]
fn t89_reports_and_the_hashes_of_their_networks_are_gone_after_thirty_days() {
    let server = TestServer::start();
    server.set("blog", "moderation", "none");
    let id = server.say("blog", "/hello", "Hi");
    report(&server, id, "spam", "", "203.0.113.7");
    let left = || {
        rejoinder::actions::forget_old(&server.app).unwrap();
        server.app.store.list_reports(server.site("blog").id, id).unwrap().len()
    };
    server.pass_seconds(30 * 86_400 - 1);
    assert_eq!(left(), 1);
    server.pass_seconds(1);
    assert_eq!(left(), 0);
}
