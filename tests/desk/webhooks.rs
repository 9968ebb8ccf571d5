//! Webhooks at the desk: added, tried, given another secret, switched and removed; secrets are shown once.

use rejoinder::{
    model::{Role, Webhook, WebhookState},
    web::admin::{Needs, ROUTES},
};
use warp::http::Method;

use crate::harness::{Answer, Browser, TestServer};

const LIST: &str = "/admin/sites/blog/webhooks";
const RECEIVER: &str = "https://hooks.example/in/canary-of-the-path/tail";

fn add(browser: &Browser, url: &str, template: &str) -> Answer {
    browser.act(LIST, &[("url", url), ("comment.published", "1"), ("comment.held", "1"), ("template", template)])
}

fn only_webhook(server: &TestServer) -> Webhook {
    let mut all = server.app.store.list_webhooks(server.site("blog").id).unwrap();
    assert_eq!(all.len(), 1);
    all.remove(0)
}

fn own_page(server: &TestServer) -> String {
    format!("{LIST}/{}", only_webhook(server).id)
}

/// Everything that somebody of that role can read below the site.
fn everything_readable(server: &TestServer, browser: &Browser) -> String {
    let webhook = only_webhook(server).id.to_string();
    let comment = server.say("blog", "/hello", "Hi").to_string();
    let of_site = ROUTES.iter().filter(|route| route.method == Method::GET && matches!(route.needs, Needs::RoleOnSite(_)));
    let addresses = of_site.map(|route| {
        let id = if route.path.contains("webhooks/") { &webhook } else { &comment };
        format!("/admin/{}", route.path.replace(":site", "blog").replace(":id", id))
    });
    let json = ["/api/v1/sites/blog/thread?page=/hello", "/api/v1/sites/blog/rules", "/api/v1/sites/blog/comments", "/feed/blog.json"];
    addresses.chain(json.map(str::to_owned)).map(|address| browser.get(&address).body).collect()
}

#[test]
fn t90_the_secret_of_a_webhook_is_shown_once_and_nowhere_afterwards() {
    let server = TestServer::start();
    let ada = server.owner();
    let added = add(&ada, RECEIVER, "standard");
    let first = only_webhook(&server).secret;
    assert!(first.starts_with("whsec_") && added.status == 200 && added.header("cache-control") == "no-store");
    let shown = first.replace('=', "&#x3D;");
    assert!(added.has(&shown), "{}", added.body);
    let page = ada.get(&own_page(&server));
    let (mark, address) = (page.hidden("mark"), own_page(&server));
    let rotated = ada.act(&format!("{address}/secret"), &[("mark", &mark)]);
    let webhook = only_webhook(&server);
    assert_ne!(webhook.secret, first);
    assert!(rotated.has(&webhook.secret.replace('=', "&#x3D;")) && !rotated.has(&shown));
    assert_eq!(
        webhook.old_secret.as_ref().map(|(old, until)| (old.as_str(), *until)),
        Some((&*first, server.app.now().plus_seconds(86_400)))
    );
    for browser in [ada, server.signed_in("Mod", Role::Moderator, Some("blog"))] {
        let all = everything_readable(&server, &browser);
        assert!(all.contains("Hi"));
        for secret in [&first, &webhook.secret] {
            assert!(!all.contains(secret.trim_start_matches("whsec_").trim_end_matches('=')), "the secret is shown again");
        }
    }
    assert!(!format!("{webhook:?}").contains("whsec_"), "and no log can hold it by mistake");
}

#[test]
fn a_form_for_a_new_secret_that_is_sent_twice_makes_one() {
    let server = TestServer::start();
    let ada = server.owner();
    add(&ada, RECEIVER, "standard");
    let (address, first) = (own_page(&server), only_webhook(&server).secret);
    let mark = ada.get(&address).hidden("mark");
    assert_eq!(ada.act(&format!("{address}/secret"), &[("mark", &mark)]).status, 200);
    let again = ada.act(&format!("{address}/secret"), &[("mark", &mark)]);
    assert!(ada.get(again.location()).has("Nothing was done"));
    assert_eq!(only_webhook(&server).old_secret.map(|(old, _)| old), Some(first), "what receivers have is still good");
}

#[test]
fn lists_name_the_host_and_only_the_owners_own_page_has_the_whole_address() {
    let server = TestServer::start();
    let ada = server.owner();
    add(&ada, RECEIVER, "standard");
    let list = ada.get(LIST);
    assert!(list.has("hooks.example") && !list.has("canary-of-the-path") && list.has("<strong>on</strong>"));
    let page = ada.get(&own_page(&server));
    assert!(page.has("https://hooks.example/in/c…tail") && page.has("<details><summary>Show all of it"), "{}", page.body);
    let moderator = server.signed_in("Mod", Role::Moderator, Some("blog"));
    let all = everything_readable(&server, &moderator);
    assert!(!all.contains("canary-of-the-path") && !all.contains("hooks.example") && !all.contains("/webhooks"));
}

#[test]
fn what_is_wrong_with_a_new_webhook_is_told_at_its_field_and_nothing_is_added() {
    let server = TestServer::start();
    let ada = server.owner();
    let before = server.everything();
    let long = format!("https://hooks.example/{}", "x".repeat(2000));
    for url in ["", "hooks.example", "ftp://hooks.example/", "file:///etc/passwd", "https://ada:secret@hooks.example/", "http://", &long] {
        let answer = add(&ada, url, "standard");
        assert_eq!(answer.status, 422, "{url}");
        assert!(answer.has("id=\"fe-url\"") && answer.has("data-code=\"webhook_invalid\""), "{url}: {}", answer.body);
    }
    let nothing = ada.act(LIST, &[("url", RECEIVER), ("template", "standard")]);
    assert!(nothing.status == 422 && nothing.has("id=\"fe-kinds\"") && nothing.has(RECEIVER), "{}", nothing.body);
    assert!(add(&ada, RECEIVER, "telegram").has("id=\"fe-template\""));
    assert_eq!(server.everything(), before);
    assert_eq!(add(&ada, RECEIVER, "standard").status, 200);
    assert_eq!(add(&ada, RECEIVER, "standard").status, 422, "the same again, by a reload");
    for n in 1..20 {
        assert_eq!(add(&ada, &format!("{RECEIVER}{n}"), "ntfy").status, 303, "{n}");
    }
    assert!(add(&ada, "https://hooks.example/", "chat").has("a site has at most 20 webhooks"));
}

#[test]
fn a_webhook_is_tried_switched_and_removed_in_two_steps() {
    let server = TestServer::start();
    let ada = server.owner();
    let added = add(&ada, RECEIVER, "ntfy");
    let address = own_page(&server);
    assert!(ada.get(added.location()).has("Send a test call") && !ada.get(&address).has("New secret"), "ntfy is not signed");
    for _ in 0..3 {
        let tried = ada.act(&format!("{address}/test"), &[]);
        assert!(ada.get(tried.location()).has("on its way"));
    }
    let calls = || server.app.store.list_calls(server.site("blog").id, only_webhook(&server).id, 100).unwrap();
    assert_eq!(calls().len(), 1, "one that waits is enough");
    let off = ada.act(&format!("{address}/off"), &[]);
    assert!(ada.get(off.location()).has("<strong>off</strong>") && only_webhook(&server).state == WebhookState::Off);
    let on = ada.act(&format!("{address}/on"), &[]);
    assert!(ada.get(on.location()).has("<strong>on</strong>") && only_webhook(&server).state == WebhookState::On);
    let page = ada.get(&address).body;
    let removal = page.split_once(&format!("{address}/delete")).unwrap().0;
    assert!(removal.rfind("<details>") > removal.rfind("</details>"), "the button lies behind a first step");
    let removed = ada.act(&format!("{address}/delete"), &[]);
    assert!(ada.get(removed.location()).has("The webhook is removed"));
    assert!(server.app.store.list_webhooks(server.site("blog").id).unwrap().is_empty());
    assert_eq!(ada.get(&address).status, 404);
}

#[test]
fn the_log_shows_what_the_other_side_said_as_text_and_sends_again_once() {
    let server = TestServer::start();
    let ada = server.owner();
    let call = server.call("blog", "500 <script>alert(1)</script>");
    let address = own_page(&server);
    let page = ada.get(&address);
    assert!(page.has("500 &lt;script&gt;alert(1)") && page.has(&format!("msg_{call}")) && page.has("Send again"), "{}", page.body);
    for _ in 0..2 {
        let again = ada.act(&format!("/admin/sites/blog/calls/{call}/resend"), &[]);
        assert!(again.location().starts_with(&address));
    }
    let waiting = ada.get(&address);
    assert!(waiting.has("is tried again") && !waiting.has("Send again"));
    server.app.store.update_webhook_state(server.site("blog").id, only_webhook(&server).id, WebhookState::Failing).unwrap();
    assert!(ada.get(&address).has("off after failing for five days") && ada.get(LIST).has("off after failing for five days"));
}
