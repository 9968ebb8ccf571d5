//! The author's page behind a link in a mail: what it shows, does and refuses, and that it is good for one comment.

use rejoinder::{
    actions::{self, answer_link},
    model::{AccountId, Badge, CommentId, Role, Status},
    secrets::LinkFor,
};

use crate::harness::{Answer, TestServer};

const WEEK: i64 = 7 * 86_400;

/// The path of the link that a mail to this person about this comment holds.
fn link(server: &TestServer, name: &str, id: CommentId) -> String {
    let link = answer_link(&server.app, server.account(name).id, id, server.app.now());
    link[link.find("/answer/").unwrap()..].to_owned()
}

fn send(server: &TestServer, path: &str, fields: &[(&str, &str)]) -> Answer {
    server.browser().post(path, fields)
}

/// The page that follows what was done.
fn after(server: &TestServer, done: &Answer) -> Answer {
    assert_eq!(done.status, 303, "{}", done.body);
    server.browser().get(done.location())
}

#[test]
fn one_form_publishes_a_badged_answer_and_approves_what_waited() {
    let server = TestServer::start();
    server.owner();
    let id = server.say("blog", "/hello", "A question");
    let path = link(&server, "Ada", id);
    let page = server.browser().get(&path);
    assert_eq!(page.status, 200);
    for shown in [
        "<bdi>Grace</bdi> on",
        // A page has no title as long as none of its comments was published.
        "on <bdi>https://blog.example/hello</bdi>",
        "A question",
        "It waits because every comment on this site is read first.",
        "Answer as <bdi>Ada</bdi>",
        ">Approve and publish answer</button>",
        ">Approve</button>",
        ">Remove</button>",
        ">Spam</button>",
    ] {
        assert!(page.has(shown), "{shown}: {}", page.body);
    }
    let done = send(&server, &path, &[("move", "answer"), ("text", "An *answer*"), ("key", &page.hidden("key"))]);
    let told = after(&server, &done);
    assert!(told.has("Your answer to Grace is published.") && told.has("See it"), "{}", told.body);
    let latest = server.app.store.list_comments(server.site("blog").id, &Default::default(), 10).unwrap();
    let answer = &latest[0].comment;
    assert_eq!((answer.author.name.as_deref(), answer.author.badge, answer.parent), (Some("Ada"), Some(Badge::Author), Some(id)));
    assert_eq!((latest.len(), answer.status, server.status("blog", id)), (2, Status::Published, Status::Published));
    // The way back, and back from there.
    let proof = told.hidden("answer");
    let back = after(&server, &send(&server, &path, &[("move", "remove"), ("answer", &proof)]));
    assert!(back.has("Your answer is removed."), "{}", back.body);
    assert_eq!(server.status("blog", answer.id), Status::Removed);
    let again = after(&server, &send(&server, &path, &[("move", "restore"), ("answer", &back.hidden("answer"))]));
    assert!(again.has("Your answer is published."), "{}", again.body);
    assert_eq!(server.status("blog", answer.id), Status::Published);
}

#[test]
fn a_double_tap_is_one_answer_and_a_later_answer_another() {
    let server = TestServer::start();
    server.owner();
    let id = server.say("blog", "/hello", "A question");
    let path = link(&server, "Ada", id);
    let key = server.browser().get(&path).hidden("key");
    for _ in 0..2 {
        assert_eq!(send(&server, &path, &[("move", "answer"), ("text", "Once"), ("key", &key)]).status, 303);
    }
    let count = || server.app.store.list_comments(server.site("blog").id, &Default::default(), 10).unwrap().len();
    assert_eq!(count(), 2);
    // Other words under the same key come back in the box.
    let other = send(&server, &path, &[("move", "answer"), ("text", "Other words"), ("key", &key)]);
    assert!(other.status == 409 && other.has("data-code=\"already_sent\"") && other.has("Other words</textarea>"), "{}", other.body);
    let key = server.browser().get(&path).hidden("key");
    assert_eq!(send(&server, &path, &[("move", "answer"), ("text", "Twice"), ("key", &key)]).status, 303);
    assert_eq!(count(), 3);
}

#[test]
fn every_move_is_told_with_its_way_back_and_only_those_that_make_sense_are_there() {
    let server = TestServer::start();
    server.owner();
    let id = server.say("blog", "/hello", "Hi");
    let path = link(&server, "Ada", id);
    let buttons = |page: &Answer| -> Vec<String> {
        let parts = page.body.split("name=\"move\" value=\"").skip(1);
        parts.map(|part| part.split('"').next().unwrap().to_owned()).collect()
    };
    use Status::{Pending, Published, Removed, Spam};
    for (action, told, status, undo, then) in [
        ("approve", "Grace’s comment is published.", Published, "hold", &["answer", "remove", "spam"][..]),
        ("spam", "Grace’s comment is marked as spam.", Spam, "restore", &["approve", "remove"]),
        ("remove", "Grace’s comment is removed.", Removed, "spam", &["restore", "spam"]),
        ("restore", "Grace’s comment is published.", Published, "remove", &["answer", "remove", "spam"]),
        ("hold", "Grace’s comment waits and is not shown.", Pending, "approve", &["answer", "approve", "remove", "spam"]),
    ] {
        let page = after(&server, &send(&server, &path, &[("move", action)]));
        assert!(page.has(told), "{action}: {}", page.body);
        assert_eq!(server.status("blog", id), status, "{action}");
        let expected: Vec<&str> = [undo].into_iter().chain(then.iter().copied()).collect();
        assert_eq!(buttons(&page), expected, "{action}");
    }
    for wrong in ["pin", "used", "", "no-answer-needed", "edit"] {
        assert_eq!(send(&server, &path, &[("move", wrong)]).status, 400, "{wrong}");
    }
}

#[test]
fn words_are_never_lost() {
    let server = TestServer::start();
    server.owner();
    let id = server.say("blog", "/hello", "A question");
    let path = link(&server, "Ada", id);
    let long = format!("<b>{}", "x".repeat(10_001));
    let refused = send(&server, &path, &[("move", "answer"), ("text", &long)]);
    assert_eq!(refused.status, 422);
    assert!(refused.has("data-code=\"comment_too_long\"") && refused.has(&format!("&lt;b&gt;{}</textarea>", "x".repeat(10_001))));
    assert_eq!(server.status("blog", id), Status::Pending, "a refused answer approves nothing");
    let aside = send(&server, &path, &[("move", "approve"), ("text", "half a sent")]);
    assert!(aside.status == 200 && aside.has("half a sent</textarea>") && aside.has("Grace’s comment is published."), "{}", aside.body);
    server
        .app
        .store
        .update_page_state(server.site("blog").id, &address(&server), rejoinder::model::PageState::Closed, server.app.now())
        .unwrap();
    let closed = send(&server, &path, &[("move", "answer"), ("text", "too late?")]);
    assert!(closed.status == 409 && closed.has("too late?</textarea>"), "{}", closed.body);
    server.pass_seconds(WEEK + 1);
    let over = send(&server, &path, &[("move", "answer"), ("text", "my words")]);
    assert!(over.status == 410 && over.has("my words</textarea>") && over.has("href=\"/admin/\""), "{}", over.body);
}

fn address(server: &TestServer) -> rejoinder::model::PageAddress {
    let site = server.site("blog");
    let asked = rejoinder::model::PageAsked { page: Some(server.page("blog").key), url: None };
    rejoinder::model::PageAddress::resolve(&asked, &site.origins, None).unwrap()
}

#[test]
fn t42_a_link_is_good_for_seven_days_its_comment_its_account_and_its_purpose() {
    let server = TestServer::start();
    server.owner();
    let (id, other, foreign) = (server.say("blog", "/hello", "Hi"), server.say("blog", "/hello", "Ho"), server.say("other", "/x", "Hu"));
    let ada = server.account("Ada").id;
    let path = link(&server, "Ada", id);
    let secrets = &server.app.secrets;
    let later = Some(server.app.now().plus_seconds(60));
    let made = |purpose, ids: &[i64], until| format!("/answer/{}", secrets.sign_link(purpose, ids, until));
    let before = server.everything();
    for (what, wrong) in [
        ("another comment", path.replace(&id.to_string(), &other.to_string())),
        ("a comment of a site without a role", made(LinkFor::AnswerComment, &[ada.0, foreign.0], later)),
        ("an unknown account", made(LinkFor::AnswerComment, &[AccountId(99).0, id.0], later)),
        ("an unknown comment", made(LinkFor::AnswerComment, &[ada.0, 99], later)),
        ("too few numbers", made(LinkFor::AnswerComment, &[ada.0], later)),
        ("too many numbers", made(LinkFor::AnswerComment, &[ada.0, id.0, 1], later)),
        ("another purpose", made(LinkFor::StaffConfirm, &[ada.0, id.0], later)),
        ("a later end", path.replacen(&server.app.now().plus_seconds(WEEK).seconds().to_string(), "9999999999", 1)),
        ("one letter less", path[..path.len() - 1].to_owned()),
        ("nothing", "/answer/x".to_owned()),
    ] {
        assert_ne!(wrong, path);
        for answer in [server.browser().get(&wrong), send(&server, &wrong, &[("move", "approve")])] {
            assert_eq!(answer.status, 410, "{what}");
            assert!(answer.has("data-code=\"link_over\"") && answer.has("Sign in at the desk"), "{what}");
            assert!(!answer.has("Grace"), "{what}");
        }
    }
    assert_eq!(server.everything(), before);
    server.pass_seconds(WEEK);
    assert_eq!(server.browser().get(&path).status, 200);
    server.pass_seconds(1);
    assert_eq!(server.browser().get(&path).status, 410);
}

#[test]
fn t38_a_link_ends_with_the_role_and_a_viewer_has_none() {
    let server = TestServer::start();
    for (name, role, expected) in [("Vera", Role::Viewer, 410), ("Mod", Role::Moderator, 200), ("Olga", Role::Owner, 200)] {
        server.invite(name, role, Some("blog"));
        let path = link(&server, name, server.say("blog", "/hello", "Hi"));
        assert_eq!(server.browser().get(&path).status, expected, "{name}");
        let moved = send(&server, &path, &[("move", "approve")]).status;
        assert_eq!(moved, if expected == 200 { 303 } else { 410 }, "{name}");
    }
}

#[test]
fn t38_the_proof_of_an_answer_reaches_no_other_comment() {
    let server = TestServer::start();
    server.owner();
    let (id, other) = (server.say("blog", "/hello", "Hi"), server.say("blog", "/hello", "Ho"));
    let (path, second) = (link(&server, "Ada", id), link(&server, "Ada", other));
    let told = after(&server, &send(&server, &path, &[("move", "answer"), ("text", "Mine")]));
    let proof = told.hidden("answer");
    let (answer, hash) = proof.split_once('.').unwrap();
    for (path, proof) in [(&path, format!("{other}.{hash}")), (&path, answer.to_owned()), (&second, proof.clone()), (&path, "x".into())] {
        assert_eq!(send(&server, path, &[("move", "remove"), ("answer", &proof)]).status, 410, "{proof}");
    }
    assert_eq!(server.status("blog", other), Status::Pending);
    assert_eq!(server.status("blog", answer.parse().unwrap()), Status::Published);
}

#[test]
fn t24_only_our_own_page_or_no_page_at_all_acts() {
    let server = TestServer::start();
    server.owner();
    let id = server.say("blog", "/hello", "Hi");
    let path = link(&server, "Ada", id);
    let before = server.everything();
    for origin in ["https://evil.test", "null", "https://blog.example", "http://127.0.0.1:1"] {
        let answer = server.browser().post_with(&path, &[("origin", origin)], &[("move", "approve"), ("text", "forged")]);
        assert_eq!(answer.status, 403, "{origin}");
        assert!(!answer.has("forged") && !answer.has("Grace"), "{origin}: {}", answer.body);
    }
    assert_eq!(server.everything(), before);
    assert_eq!(server.browser().post_with(&path, &[], &[("move", "approve")]).status, 303);
}

#[test]
fn t54_fetching_the_links_of_mails_three_times_changes_nothing() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "Hi");
    ada.act("/admin/you/address", &[("email", "ada@example.org")]);
    let address = server.app.store.find_address_by_text("ada@example.org").unwrap().unwrap();
    let confirm = actions::staff_confirm_link(&server.app, server.account("Ada").id, address.id, server.app.now());
    let confirm = confirm[confirm.find("/follow/").unwrap()..].to_owned();
    let before = server.everything();
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    for path in [link(&server, "Ada", id), confirm.clone(), format!("/window/blog/{id}")] {
        for headers in [&[][..], &[("purpose", "prefetch")], &[("sec-purpose", "prefetch;prerender")]] {
            assert_eq!(server.browser().get_with(&path, headers).status, 200, "{path}");
            let head = agent.head(format!("{}{path}", server.url)).call().unwrap();
            assert_eq!(head.status(), 200, "{path}");
            assert_eq!(server.browser().get(&format!("{path}?done=approve&move=approve&text=x")).status, 200, "{path}");
        }
    }
    let state = || server.app.store.find_address(address.id).unwrap().unwrap().state;
    assert_eq!((server.everything(), state()), (before, rejoinder::model::AddressState::Unproven));
    // The button does.
    assert!(send(&server, &confirm, &[]).has("From now on mail for"));
    assert_eq!(state(), rejoinder::model::AddressState::Confirmed);
}

#[test]
fn t18_t37_the_pages_behind_links_have_their_headers_and_no_cookie() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "Hi");
    let path = link(&server, "Ada", id);
    let done = send(&server, &path, &[("move", "approve")]);
    for answer in [
        ada.get(&path),
        ada.get("/answer/x"),
        ada.get("/follow/staff/x"),
        ada.get(&format!("/window/blog/{id}")),
        ada.get("/window/blog/x"),
        send(&server, &path, &[("move", "nothing")]),
        done,
    ] {
        let policy = answer.header("content-security-policy");
        for part in ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'"] {
            assert!(policy.contains(part) && !policy.contains("unsafe"), "{} {policy}", answer.status);
        }
        assert_eq!((answer.header("cache-control"), answer.header("referrer-policy")), ("no-store", "same-origin"));
        assert_eq!((answer.header("x-frame-options"), answer.header("set-cookie")), ("DENY", ""));
        assert!(!answer.has("<script") && !answer.has("style=\""));
    }
}

#[test]
fn t03_what_readers_send_is_text_behind_a_link() {
    let server = TestServer::start();
    server.owner();
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{key}}";
    let id = server.say_as("blog", &format!("/a{evil}"), Some(&evil[..60]), None, evil);
    let path = link(&server, "Ada", id);
    for page in [
        server.browser().get(&path),
        send(&server, &path, &[("move", "x"), ("text", evil)]),
        after(&server, &send(&server, &path, &[("move", "approve")])),
    ] {
        assert!(!page.has("<script") && !page.has("<img") && page.has("&lt;script&gt;"), "{}", page.body);
    }
}

#[test]
fn t42_a_confirmation_proves_the_address_that_the_mail_went_to_and_no_other() {
    let server = TestServer::start();
    let ada = server.owner();
    ada.act("/admin/you/address", &[("email", "ada@example.org")]);
    let first = server.app.store.find_address_by_text("ada@example.org").unwrap().unwrap().id;
    let confirm = actions::staff_confirm_link(&server.app, server.account("Ada").id, first, server.app.now());
    let confirm = &confirm[confirm.find("/follow/").unwrap()..];
    let page = server.browser().get(confirm);
    assert!(page.has("Is this your address?") && page.has("a…@e….org") && !page.has("ada@example"), "{}", page.body);
    ada.act("/admin/you/address", &[("email", "victim@example.org")]);
    assert_eq!(server.browser().get(confirm).status, 410);
    assert_eq!(send(&server, confirm, &[]).status, 410);
    let second = server.app.store.find_address_by_text("victim@example.org").unwrap().unwrap();
    assert_eq!(second.state, rejoinder::model::AddressState::Unproven);
}
