//! Your turn, the author's question, and what was used in the post.

use rejoinder::model::{CommentId, Role};

use crate::harness::{Browser, TestServer};

fn ids_in(page: &str, list: &str) -> Vec<String> {
    let begin = page.find(&format!("data-list=\"{list}\"")).map(|at| &page[at..]).unwrap_or_default();
    let section = &begin[..begin.find("</section>").unwrap_or_default()];
    section.split("<li id=\"li-").skip(1).map(|part| part.split('"').next().unwrap().to_owned()).collect()
}

fn words(ids: &[CommentId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

fn open(server: &TestServer) -> Browser {
    server.set("blog", "moderation", "none");
    server.owner()
}

#[test]
fn the_desk_opens_with_who_waits_newcomers_first_then_the_longest() {
    let server = TestServer::start();
    let ada = open(&server);
    let first = server.say("blog", "/hello", "One");
    let second = server.say("blog", "/hello", "Two");
    let page = ada.get("/admin/sites/blog/");
    assert!(page.has("Your turn (2)") && page.body.find("data-list=\"turn\"") < page.body.find("data-list=\"new\""), "{}", page.body);
    assert_eq!(ids_in(&page.body, "turn"), words(&[first, second]));
    assert!(ids_in(&page.body, "new").is_empty(), "a comment stands in one section alone");
    assert!(page.has("first comment here") && page.has("Nothing else is new."));
    // Answered, it waits no more, and the answer itself never does.
    let done = ada.act(&format!("/admin/sites/blog/comments/{first}/answer"), &[("text", "Yes")]);
    assert_eq!(done.status, 303);
    let page = ada.get("/admin/sites/blog/");
    assert_eq!(ids_in(&page.body, "turn"), words(&[second]));
    assert_eq!(ids_in(&page.body, "new"), words(&[first]));
    // Answering back, they wait again.
    let back = server.say_as("blog", "/hello", Some("Grace"), Some(latest(&server)), "And then?");
    assert_eq!(ids_in(&ada.get("/admin/sites/blog/?show=turn").body, "turn"), words(&[second, back]));
}

fn latest(server: &TestServer) -> CommentId {
    server.app.store.list_comments(server.site("blog").id, &Default::default(), 1).unwrap()[0].comment.id
}

#[test]
fn no_answer_needed_clears_a_turn_and_can_be_taken_back() {
    let server = TestServer::start();
    let ada = open(&server);
    let id = server.say("blog", "/hello", "Just saying");
    let page = ada.get("/admin/sites/blog/");
    assert!(page.has("no-answer-needed\" class=\"no-answer-needed\" data-key=\"n\""), "{}", page.body);
    let done = ada.act(&format!("/admin/sites/blog/comments/{id}/no-answer-needed"), &[]);
    let page = ada.get(done.location().split('#').next().unwrap());
    assert!(
        page.has("Grace’s comment needs no answer.") && page.has("/answer-needed\" data-act data-undo") && !page.has("data-list=\"turn\"")
    );
    let done = ada.act(&format!("/admin/sites/blog/comments/{id}/answer-needed"), &[]);
    let page = ada.get(done.location().split('#').next().unwrap());
    assert!(page.has("Grace’s comment waits for your word again.") && page.has("Your turn (1)"), "{}", page.body);
}

#[test]
fn the_list_of_sites_counts_who_waits_for_a_word() {
    let server = TestServer::start();
    server.set("blog", "moderation", "none");
    let root = server.signed_in("Root", Role::Owner, None);
    server.say("blog", "/hello", "Hi");
    assert!(root.get("/admin/").has("<strong>1 waits for your word</strong>"));
    server.say("blog", "/hello", "Ho");
    assert!(root.get("/admin/").has("<strong>2 wait for your word</strong>"));
}

#[test]
fn a_viewer_reads_whose_turn_it_is_and_has_no_buttons() {
    let server = TestServer::start();
    server.set("blog", "moderation", "none");
    let vera = server.signed_in("Vera", Role::Viewer, Some("blog"));
    let id = server.say("blog", "/hello", "Hi");
    let page = vera.get("/admin/sites/blog/");
    assert!(page.has("Your turn (1)") && !page.has("No answer needed") && !page.has("Used in the post"));
    let pages = vera.get("/admin/sites/blog/pages");
    assert!(!pages.has("Ask your readers") && !pages.has("Show in my posts") && !page.has("/mail\""));
    for action in ["no-answer-needed", "used"] {
        assert_eq!(vera.act(&format!("/admin/sites/blog/comments/{id}/{action}"), &[]).status, 403);
    }
}

#[test]
fn a_comment_is_marked_as_used_in_the_post_and_that_is_taken_back() {
    let server = TestServer::start();
    let ada = open(&server);
    let id = server.say("blog", "/hello", "An idea");
    let address = format!("/admin/sites/blog/comments/{id}");
    assert!(ada.get(&address).has("data-key=\"t\""));
    let done = ada.act(&format!("{address}/used"), &[("show", "one")]);
    let page = ada.get(done.location());
    assert!(
        page.has("Grace’s comment is marked as used in the post.")
            && page.has("<strong>used in the post</strong>")
            && page.has(">Not used in the post</button>")
    );
    let done = ada.act(&format!("{address}/unused"), &[("show", "one")]);
    assert!(ada.get(done.location()).has("Grace’s comment is no longer marked as used in the post."));
    server.set("blog", "thanks", "off");
    assert!(!ada.get(&address).has("Used in the post"));
    ada.act(&format!("{address}/remove"), &[]);
    assert_eq!(ada.act(&format!("{address}/used"), &[]).status, 409);
}

#[test]
fn the_question_is_signed_and_may_come_before_any_comment() {
    let server = TestServer::start();
    let ada = open(&server);
    let asked = ada.act(
        "/admin/sites/blog/pages/question",
        &[("page", "https://blog.example/new/"), ("question", "What was  your\nfirst week like?")],
    );
    let list = ada.get(asked.location().split('#').next().unwrap());
    assert!(list.has("<q><bdi>What was your first week like?</bdi></q> <span class=\"quiet\"><bdi>Ada</bdi></span>"), "{}", list.body);
    assert!(list.has("are asked: What was your first week like?") && list.has("https://blog.example/new/#rejoinder-author\""));
    let id = server.page("blog").id;
    let address = format!("/admin/sites/blog/pages/{id}/question");
    let long = "é".repeat(201);
    let refused = ada.act(&address, &[("question", &long)]);
    assert_eq!(refused.status, 422);
    assert!(refused.has(&format!("id=\"qe-{id}\" data-code=\"question_too_long\"")) && refused.has(&long), "{}", refused.body);
    assert_eq!(ada.act(&address, &[("question", &"é".repeat(200))]).status, 303);
    let gone = ada.act(&address, &[("question", " ")]);
    assert!(ada.get(gone.location().split('#').next().unwrap()).has("Nothing is asked on"));
    assert!(server.page("blog").question.is_none());
    for (page, code) in [("https://elsewhere.example/", "page_foreign"), ("", "page_missing")] {
        let refused = ada.act("/admin/sites/blog/pages/question", &[("page", page), ("question", "Why?")]);
        assert!(
            refused.status == 422 && refused.has(&format!("id=\"qpe\" data-code=\"{code}\"")) && refused.has("value=\"Why?\""),
            "{page}: {}",
            refused.body
        );
    }
    let refused = ada.act("/admin/sites/blog/pages/question", &[("page", "/x/"), ("question", &long)]);
    assert!(refused.status == 422 && refused.has("id=\"qqe\" data-code=\"question_too_long\"") && refused.has("value=\"/x/\""));
}

#[test]
fn t49_what_is_hidden_waits_for_nobody_and_is_named_nowhere() {
    let server = TestServer::start();
    let ada = open(&server);
    let used = server.say_as("blog", "/hello", Some("Canary"), None, "canary-text");
    ada.act(&format!("/admin/sites/blog/comments/{used}/used"), &[]);
    let public = || ["/w/blog/thread?page=/hello", "/t/blog?page=/hello"].map(|address| server.browser().get(address).body).concat();
    assert!(public().contains("anary"));
    for action in ["hold", "spam", "remove"] {
        ada.act(&format!("/admin/sites/blog/comments/{used}/{action}"), &[]);
        assert!(!public().to_lowercase().contains("canary"), "{action}");
        assert!(!ada.get("/admin/sites/blog/").has("data-list=\"turn\""), "{action}");
        assert!(ids_in(&ada.get("/admin/sites/blog/?show=turn").body, "turn").is_empty(), "{action}");
        ada.act(&format!("/admin/sites/blog/comments/{used}/approve"), &[]);
        ada.act(&format!("/admin/sites/blog/comments/{used}/restore"), &[]);
    }
}
