//! The log of mail, and how staff hear of comments themselves.

use rejoinder::model::{AddressState, DeliveryState, NoticeMode, Role};

use crate::harness::TestServer;

#[test]
fn the_log_tells_what_failed_and_why_and_never_an_address() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.failed_mail("blog", "grace.hopper@reader.example", "550 <grace.hopper@reader.example>: user grace.hopper is unknown");
    for query in ["", "?show=failed"] {
        let log = ada.get(&format!("/admin/sites/blog/mail{query}"));
        assert!(log.has("News of a thread") && log.has("g…@r….example") && log.has("· failed · 1 try"), "{}", log.body);
        assert!(log.has("550 &lt;g…@r….example&gt;: user … is unknown"), "{}", log.body);
        assert!(!log.has("hopper") && !log.has("reader.example"), "{}", log.body);
    }
    assert!(!ada.get("/admin/sites/blog/mail").has("x@y"));
    let again = ada.act(&format!("/admin/sites/blog/mail/{id}/again"), &[]);
    let log = ada.get(again.location().split('#').next().unwrap());
    assert!(log.has("It is sent again now.") && log.has("· waits"), "{}", log.body);
    let state = server.app.store.find_delivery(server.site("blog").id, id).unwrap().unwrap().state;
    assert_eq!(state, DeliveryState::Waiting);
    assert!(ada.get("/admin/sites/blog/mail?show=failed").has("Nothing has failed."));
    assert_eq!(ada.act(&format!("/admin/sites/blog/mail/{id}/again"), &[]).status, 404, "what waits is not sent again");
}

#[test]
fn an_owner_looks_whether_mail_arrives_and_reads_what_to_do() {
    let server = TestServer::start();
    let ada = server.owner();
    assert!(ada.get("/admin/sites/blog/mail").has("Does mail arrive?"));
    let nowhere = ada.act("/admin/sites/blog/mail/check", &[]);
    assert!(nowhere.status == 200 && nowhere.has("this account has none yet"), "{}", nowhere.body);
    server.app.store.update_email(server.account("Ada").id, Some("ada@example.org")).unwrap();
    // Nobody has a name that ends in .example (RFC 6761), so the relay is never found.
    let looked = ada.act("/admin/sites/blog/mail/check", &[]);
    assert!(looked.has("tried to <bdi>ada@example.org</bdi>") && looked.has("data-verdict=\"fail\""), "{}", looked.body);
    assert!(looked.has("mail.example") && looked.has("<pre"), "{}", looked.body);
    let moderator = server.signed_in("Mo", Role::Moderator, Some("blog"));
    assert!(!moderator.get("/admin/sites/blog/mail").has("Does mail arrive?"));
    assert_eq!(moderator.act("/admin/sites/blog/mail/check", &[]).status, 403);
}

#[test]
fn the_log_goes_on_and_its_filter_with_it() {
    let server = TestServer::start();
    let ada = server.owner();
    for n in 0..60 {
        server.failed_mail("blog", &format!("reader{n}@reader.example"), "no");
    }
    let first = ada.get("/admin/sites/blog/mail?show=failed");
    let more = first.body.split_once("class=\"more\"><a href=\"").unwrap().1.split('"').next().unwrap();
    let more = more.replace("&#x3D;", "=").replace("&amp;", "&");
    let second = ada.get(&more);
    let lines = |body: &str| body.matches("<li id=\"d-").count();
    assert_eq!((lines(&first.body), lines(&second.body)), (50, 10));
    assert!(second.has("aria-current=\"page\">Failed"));
}

#[test]
fn an_address_is_asked_for_its_consent_and_never_more_than_once_a_day() {
    let server = TestServer::start();
    let ada = server.owner();
    let page = ada.get("/admin/you");
    assert!(page.has("Your e-mail address") && page.has("A mail for every comment"), "{}", page.body);
    for wrong in ["ada", "ada@", "a b@example.org", "ada@example.org\r\nBcc: x@example.org"] {
        let refused = ada.act("/admin/you/address", &[("email", wrong)]);
        assert!(refused.status == 422 && refused.has("id=\"email-error\" data-code=\"email_invalid\""), "{wrong}");
    }
    assert_eq!(server.account("Ada").email, None);
    let mails = || server.app.store.list_deliveries(server.site("blog").id, None, 10).unwrap().len();
    for _ in 0..3 {
        assert_eq!(ada.act("/admin/you/address", &[("email", " Ada@Example.org ")]).status, 303);
    }
    assert_eq!((server.account("Ada").email.as_deref(), mails()), (Some("ada@example.org"), 1));
    assert!(ada.get("/admin/you").has("It waits for your confirmation"));
    let address = server.app.store.find_address_by_text("ada@example.org").unwrap().unwrap();
    assert_eq!(address.state, AddressState::Unproven);
    server.app.store.confirm_address(address.id, server.app.now()).unwrap();
    assert!(ada.get("/admin/you").has("It is confirmed."));
    assert_eq!(ada.act("/admin/you/address", &[("email", "")]).status, 303);
    assert_eq!(server.account("Ada").email, None);
}

#[test]
fn how_often_is_chosen_for_each_own_site() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.account("Ada").id;
    for mode in NoticeMode::ALL {
        let done = ada.act("/admin/you/notices", &[("mode-blog", mode.word()), ("mode-other", mode.word())]);
        assert!(ada.get(done.location()).has(&format!("value=\"{}\" selected", mode.word())));
        let chosen = server.app.store.list_staff_notices(server.site("blog").id).unwrap();
        assert_eq!(chosen.iter().map(|notice| (notice.account, notice.mode)).collect::<Vec<_>>(), [(id, mode)]);
    }
    ada.act("/admin/you/notices", &[("mode-blog", "sometimes")]);
    assert_eq!(server.app.store.list_staff_notices(server.site("blog").id).unwrap()[0].mode, NoticeMode::Off);
    assert!(server.app.store.list_staff_notices(server.site("other").id).unwrap().is_empty(), "no role, no mail");
}

#[test]
fn the_log_is_for_moderators() {
    let server = TestServer::start();
    server.failed_mail("blog", "bob@reader.example", "no");
    let (vera, moderator) = (server.signed_in("Vera", Role::Viewer, Some("blog")), server.signed_in("Mod", Role::Moderator, Some("blog")));
    assert_eq!(vera.get("/admin/sites/blog/mail").status, 403);
    assert!(moderator.get("/admin/sites/blog/mail").has("b…@r….example"));
}
