//! What moderators read and do: the lists, the moves and their way back, answers, pages.

use rejoinder::model::{Badge, PageState, Role, Status};

use crate::harness::{Browser, TestServer};

/// The one comment card in a page.
fn card(body: &str, id: impl std::fmt::Display) -> &str {
    let begin = body.find(&format!("id=\"li-{id}\"")).unwrap_or_else(|| panic!("no card {id} in {body}"));
    let rest = &body[begin..];
    &rest[..rest.find("</li>").unwrap()]
}

fn act(browser: &Browser, id: impl std::fmt::Display, action: &str) -> crate::harness::Answer {
    browser.act(&format!("/admin/sites/blog/comments/{id}/{action}"), &[])
}

#[test]
fn every_move_does_what_it_says_and_offers_its_way_back() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "Hi");
    use Status::{Pending, Published, Removed, Spam};
    for (before, action, after, back) in [
        (Pending, "approve", Published, "hold"),
        (Pending, "spam", Spam, "hold"),
        (Pending, "remove", Removed, "hold"),
        (Published, "hold", Pending, "approve"),
        (Published, "spam", Spam, "restore"),
        (Published, "remove", Removed, "restore"),
        (Spam, "approve", Published, "spam"),
        (Spam, "remove", Removed, "spam"),
        (Removed, "restore", Published, "remove"),
        (Removed, "spam", Spam, "remove"),
    ] {
        let way = match before {
            Pending => "hold",
            Published => "restore",
            Spam => "spam",
            _ => "remove",
        };
        // Where the comment is that already, this changes nothing or is refused; both are fine here.
        act(&ada, id, way);
        if before == Published {
            act(&ada, id, "approve");
        }
        assert_eq!(server.status("blog", id), before);
        let done = act(&ada, id, action);
        assert_eq!(done.status, 303, "{action}");
        assert_eq!(server.status("blog", id), after, "{action} from {before:?}");
        let page = ada.get(done.location().split('#').next().unwrap());
        assert!(
            page.has("Grace’s comment") && page.has(&format!("action=\"/admin/sites/blog/comments/{id}/{back}\" data-act data-undo")),
            "{action}: {}",
            page.body
        );
        assert_eq!(act(&ada, id, back).status, 303);
        assert_eq!(server.status("blog", id), before, "{back} takes {action} back");
    }
}

#[test]
fn a_move_that_does_not_fit_is_refused_with_a_sentence() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "Hi");
    let answer = act(&ada, id, "restore");
    assert!(answer.status == 409 && answer.has("data-code=\"status_forbids\""), "{}", answer.body);
    assert_eq!(server.status("blog", id), Status::Pending);
}

#[test]
fn what_waits_stands_there_with_its_reason_below_who_waits_for_a_word() {
    let server = TestServer::start();
    let ada = server.owner();
    server.set("blog", "moderation", "none");
    let shown = server.say("blog", "/hello", "Shown at once");
    server.set("blog", "moderation", "all");
    let waits = server.say_as("blog", "/hello", Some("Bob"), Some(shown), "Read me first");
    let page = ada.get("/admin/sites/blog/");
    let (first, second) = (page.body.find("Read me first").unwrap(), page.body.find("<p>Shown at once").unwrap());
    assert!(second < first && page.has("Waiting (1)") && page.has("<title>(1) blog"));
    let card = card(&page.body, waits);
    assert!(
        card.contains("every comment on this site is read first") && card.contains("answering <bdi>Grace</bdi>: <q><bdi>Shown at once"),
        "{card}"
    );
    assert!(card.contains("href=\"https://blog.example/hello\""), "what waits leads to its page: {card}");
    assert!(self::card(&page.body, shown).contains(&format!("href=\"/go/{shown}\"")));
}

#[test]
fn the_redirect_after_a_move_leads_to_the_next_card_of_the_same_list() {
    let server = TestServer::start();
    let ada = server.owner();
    let ids: Vec<_> = (0..3).map(|n| server.say("blog", "/hello", &format!("Comment {n}"))).collect();
    let list = ada.get("/admin/sites/blog/?show=waiting");
    let middle = card(&list.body, ids[1]);
    assert!(middle.contains(&format!("name=\"next\" value=\"{}\"", ids[0])), "newest first, so the next one is older: {middle}");
    let fields = [("show", "waiting"), ("next", &ids[0].to_string()), ("cursor", "")];
    let done = ada.act(&format!("/admin/sites/blog/comments/{}/approve", ids[1]), &fields);
    assert!(
        done.location().starts_with("/admin/sites/blog/?done=") && done.location().ends_with(&format!("&show=waiting#c-{}", ids[0])),
        "{}",
        done.location()
    );
    // What is no list, no cursor and no comment leads nowhere else.
    let evil = ada
        .act(&format!("/admin/sites/blog/comments/{}/approve", ids[0]), &[("show", "//evil"), ("next", "1\r\nX: y"), ("cursor", "../..")]);
    assert!(!evil.location().contains("evil") && !evil.location().contains('#') && !evil.location().contains(".."), "{}", evil.location());
}

#[test]
fn a_notice_is_shown_to_the_session_that_did_it_alone() {
    let server = TestServer::start();
    let (ada, olga) = (server.owner(), server.signed_in("Olga", Role::Owner, Some("blog")));
    let id = server.say("blog", "/hello", "Hi");
    let done = act(&ada, id, "approve");
    let address = done.location().split('#').next().unwrap();
    assert!(ada.get(address).has("data-undo"));
    assert!(!olga.get(address).has("data-undo"));
    assert!(!ada.get(&address.replace("approve", "remove")).has("data-undo"));
}

#[test]
fn the_answer_carries_name_and_badge_and_sent_twice_is_one() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "A question");
    act(&ada, id, "approve");
    let page = ada.get("/admin/sites/blog/");
    let key = page.hidden("key");
    let address = format!("/admin/sites/blog/comments/{id}/answer");
    for _ in 0..2 {
        let done = ada.act(&address, &[("text", "An *answer*"), ("key", &key)]);
        assert_eq!(done.status, 303);
        let page = ada.get(done.location().split('#').next().unwrap());
        assert!(page.has("Your answer to Grace is published.") && page.has("/remove\" data-act data-undo"));
    }
    let comments = server.app.store.list_comments(server.site("blog").id, &Default::default(), 10).unwrap();
    assert_eq!(comments.len(), 2);
    let answer = &comments[0].comment;
    assert_eq!((answer.author.name.as_deref(), answer.author.badge, answer.parent), (Some("Ada"), Some(Badge::Author), Some(id)));
    assert_eq!(answer.status, Status::Published);
    assert!(answer.html.contains("<em>answer</em>"));
    let moderator = server.signed_in("Mod", Role::Moderator, Some("blog"));
    moderator.act(&address, &[("text", "Me too")]);
    let latest = server.app.store.list_comments(server.site("blog").id, &Default::default(), 1).unwrap();
    assert_eq!(latest[0].comment.author.badge, Some(Badge::Moderator));
}

#[test]
fn answering_what_waits_approves_it_and_an_empty_answer_does_neither() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "A question");
    let address = format!("/admin/sites/blog/comments/{id}/answer");
    let empty = ada.act(&address, &[("text", " \u{200b} ")]);
    assert!(empty.status == 422 && empty.has("data-code=\"comment_empty\""), "{}", empty.body);
    assert_eq!(server.status("blog", id), Status::Pending);
    assert_eq!(ada.act(&address, &[("text", "Here it is")]).status, 303);
    assert_eq!(server.status("blog", id), Status::Published);
}

#[test]
fn words_that_are_not_taken_come_back_in_their_box() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "A question");
    let long = format!("<b>{}", "x".repeat(10_001));
    for (form, label) in [("answer", "ae-"), ("edit", "ee-")] {
        let answer = ada.act(&format!("/admin/sites/blog/comments/{id}/{form}"), &[("text", &long)]);
        assert_eq!(answer.status, 422, "{form}");
        assert!(answer.has(&format!("id=\"{label}{id}\" data-code=\"comment_too_long\"")), "{form}");
        assert!(answer.has(&format!("&lt;b&gt;{}</textarea>", "x".repeat(10_001))), "{form}");
    }
}

#[test]
fn an_edit_keeps_the_status_and_passes_the_same_cleaning() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "Before");
    let done = ada.act(&format!("/admin/sites/blog/comments/{id}/edit"), &[("text", "After <script>alert(1)</script>"), ("show", "one")]);
    assert!(done.location().starts_with(&format!("/admin/sites/blog/comments/{id}?done=")), "{}", done.location());
    let page = ada.get(done.location());
    assert!(page.has("Grace’s comment has its new text.") && page.has("· edited") && !page.has("<script>alert"));
    assert_eq!(server.status("blog", id), Status::Pending);
}

#[test]
fn t03_what_readers_send_is_text_on_every_page_of_the_desk() {
    let server = TestServer::start();
    let ada = server.owner();
    let evil = "\"><script>alert(1)</script><img src=x onerror=alert(1)>{{token}}";
    let root = server.say_as("blog", &format!("/a{evil}"), Some(&evil[..60]), None, evil);
    act(&ada, root, "approve");
    let id = server.say_as("blog", &format!("/a{evil}"), Some("Bob"), Some(root), evil);
    for path in ["", "?show=waiting", "pages", &format!("comments/{id}"), &format!("comments/{root}")] {
        let page = ada.get(&format!("/admin/sites/blog/{path}"));
        assert_eq!(page.status, 200);
        assert!(!page.has("<script>alert") && !page.has("<img") && page.has("&lt;script&gt;"), "{path}");
    }
}

#[test]
fn lists_go_on_behind_a_cursor_without_losing_any() {
    let server = TestServer::start();
    let ada = server.owner();
    let ids: Vec<String> = (0..45).map(|n| server.say("blog", "/hello", &format!("Comment {n}")).to_string()).collect();
    let (mut seen, mut address) = (vec![], "/admin/sites/blog/?show=waiting".to_owned());
    loop {
        let page = ada.get(&address);
        seen.extend(page.body.split("data-id=\"").skip(1).map(|part| part.split('"').next().unwrap().to_owned()));
        let Some((_, rest)) = page.body.split_once("<p class=\"more\"><a href=\"") else { break };
        address = rest.split('"').next().unwrap().replace("&#x3D;", "=").replace("&amp;", "&");
    }
    assert_eq!(seen, ids.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(ada.get("/admin/sites/blog/?show=waiting&cursor=broken").status, 200);
}

#[test]
fn the_script_asks_for_the_changing_part_and_hears_when_nothing_changed() {
    let server = TestServer::start();
    let ada = server.owner();
    server.say("blog", "/hello", "Hi");
    let address = "/admin/sites/blog/?fragment=1";
    let first = ada.get(address);
    assert!(first.has("id=\"queue\"") && !first.has("<html"));
    let again = ada.get_with(address, &[("if-none-match", first.header("etag"))]);
    assert_eq!((again.status, again.body.as_str()), (304, ""));
    server.say("blog", "/hello", "Ho");
    assert_eq!(ada.get_with(address, &[("if-none-match", first.header("etag"))]).status, 200);
}

#[test]
fn pages_are_closed_and_opened_again() {
    let server = TestServer::start();
    let ada = server.owner();
    server.say("blog", "/hello", "Hi");
    let id = server.page("blog").id;
    let closed = ada.act(&format!("/admin/sites/blog/pages/{id}/close"), &[]);
    assert_eq!(server.page("blog").state, PageState::Closed);
    let list = ada.get(closed.location().split('#').next().unwrap());
    assert!(list.has("takes no more comments.") && list.has(&format!("pages/{id}/open\"")), "{}", list.body);
    ada.act(&format!("/admin/sites/blog/pages/{id}/open"), &[]);
    assert_eq!(server.page("blog").state, PageState::Open);
    server.set("blog", "close_days", "1");
    server.pass_seconds(2 * 86_400);
    let list = ada.get("/admin/sites/blog/pages");
    assert!(list.has("by its age") && !list.has("<button aria-label"), "{}", list.body);
}

#[test]
fn t49_what_is_not_published_stands_at_the_desk_and_in_no_public_answer() {
    let server = TestServer::start();
    let ada = server.owner();
    server.set("blog", "moderation", "none");
    let canaries: Vec<_> =
        ["hold", "spam", "remove"].iter().map(|action| (action, server.say("blog", "/hello", &format!("canary-{action}")))).collect();
    let shown = server.say("blog", "/hello", "canary-shown");
    let public = |server: &TestServer| {
        let nobody = server.browser();
        let own = format!("/api/v1/sites/blog/comments/{}", canaries[0].1);
        let addresses = [
            "/w/blog/thread?page=/hello",
            "/t/blog?page=/hello",
            "/feed/blog.atom",
            "/feed/blog.json",
            "/api/v1/sites/blog/thread?page=/hello",
            &own,
        ];
        addresses.map(|address| nobody.get(address).body).concat()
    };
    assert!(canaries.iter().all(|(action, _)| public(&server).contains(&format!("canary-{action}"))), "published ones are public");
    for (action, id) in &canaries {
        assert_eq!(act(&ada, id, action).status, 303);
    }
    let said = public(&server);
    assert!(said.contains("canary-shown"));
    for (action, id) in &canaries {
        assert!(!said.contains(&format!("canary-{action}")), "{action}");
        assert!(ada.get(&format!("/admin/sites/blog/comments/{id}")).has(&format!("canary-{action}")));
    }
    assert!(server.browser().get(&format!("/go/{shown}")).status == 302);
}

#[test]
fn an_empty_desk_says_how_to_begin() {
    let server = TestServer::start();
    let ada = server.owner();
    let page = ada.get("/admin/sites/blog/");
    assert!(
        page.has("embed.js") && page.has("data-site&#x3D;&quot;blog&quot;") && page.has("No comments from readers yet."),
        "{}",
        page.body
    );
    server.say("blog", "/hello", "Hi");
    assert!(!ada.get("/admin/sites/blog/").has("embed.js"));
}

#[test]
fn somebody_with_several_sites_chooses_one() {
    let server = TestServer::start();
    let root = server.signed_in("Root", Role::Owner, None);
    server.say("blog", "/hello", "Hi");
    let sites = root.get("/admin/");
    assert!(sites.has("/admin/sites/blog/") && sites.has("/admin/sites/other/") && sites.has("1 waiting"));
    let olga = server.signed_in("Olga", Role::Owner, Some("other"));
    assert_eq!(olga.get("/admin").location(), "/admin/sites/other/");
}
