//! The author's window: its cookie-less first page, the slim page of the comment, and what stands there when it is done.

use rejoinder::model::Status;

use crate::harness::TestServer;

#[test]
fn the_first_page_says_nothing_of_the_comment_and_leads_to_the_desk() {
    let server = TestServer::start();
    let id = server.say("blog", "/hello", "Nobody should read this yet");
    for path in [format!("/window/blog/{id}"), "/window/nowhere/99".into()] {
        let page = server.browser().get_with(&path, &[("sec-fetch-site", "cross-site")]);
        let to = format!("/admin/sites/{}?window=1", path.strip_prefix("/window/").unwrap().replace('/', "/comments/"));
        assert_eq!(page.status, 200);
        assert!(page.body.replace("&#x3D;", "=").contains(&format!("content=\"0;url={to}\"")), "{}", page.body);
        assert!(!page.has("Nobody should") && page.header("set-cookie").is_empty());
        assert_eq!(page.header("cross-origin-opener-policy"), "unsafe-none", "the page that opened it sees when it is closed");
    }
    for wrong in ["/window/blog/x", "/window/BLOG/1", "/window/blog/01", "/window/%2f%2fevil.test/1", "/window/blog/1?window=/evil"] {
        let answer = server.browser().get(wrong);
        assert!(answer.status == 404 || !answer.has("evil"), "{wrong}: {}", answer.body);
    }
}

#[test]
fn the_window_has_no_menu_and_ends_with_what_was_done() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "A question");
    let address = format!("/admin/sites/blog/comments/{id}");
    let page = ada.get(&format!("{address}?window=1"));
    assert!(page.has("<details class=\"answer\" open>") && !page.has("aria-label=\"Site\"") && !page.has("id=\"queue\""), "{}", page.body);
    assert_eq!(page.header("cross-origin-opener-policy"), "unsafe-none");
    assert_eq!(ada.get(&address).header("cross-origin-opener-policy"), "same-origin");
    let done = ada.act(&format!("{address}/approve"), &[("show", "window")]);
    assert_eq!(done.header("cross-origin-opener-policy"), "unsafe-none");
    let told = ada.get(done.location());
    assert!(told.has("Done. You can close this window.") && told.has("Grace’s comment is published.") && !told.has("data-close-soon"));
    assert!(told.has(&format!("action=\"{address}/hold\"")) && told.has("name=\"show\" value=\"window\""), "{}", told.body);
    let done = ada.act(&format!("{address}/answer"), &[("show", "window"), ("text", "Here")]);
    let told = ada.get(done.location());
    assert!(told.has("Done. You can close this window.") && told.has("data-close-soon"), "{}", told.body);
    let refused = ada.act(&format!("{address}/answer"), &[("show", "window"), ("text", "\u{200b}")]);
    assert!(refused.status == 422 && refused.has("data-code=\"comment_empty\"") && !refused.has("aria-label=\"Site\""));
    assert_eq!(server.status("blog", id), Status::Published);
}

#[test]
fn t44_signing_in_inside_the_window_leads_back_to_the_comment() {
    let server = TestServer::start();
    server.owner();
    let id = server.say("blog", "/hello", "A question");
    let address = format!("/admin/sites/blog/comments/{id}?window=1");
    let somebody = server.browser();
    let door = somebody.get(&address);
    assert_eq!((door.status, door.header("cross-origin-opener-policy")), (401, "unsafe-none"));
    let next = door.hidden("next").replace("&#x3D;", "=");
    assert_eq!(next, address);
    let wrong = somebody.post("/admin/sign-in", &[("name", "Ada"), ("password", "not the one"), ("next", &next)]);
    assert_eq!(wrong.hidden("next").replace("&#x3D;", "="), address);
    let right = somebody.post("/admin/sign-in", &[("name", "Ada"), ("password", crate::harness::PASSWORD), ("next", &next)]);
    assert_eq!((right.status, right.location()), (303, address.as_str()));
    assert_eq!(right.header("cross-origin-opener-policy"), "unsafe-none");
    assert!(somebody.get(&address).has("A question"));
}
