//! T38: every route × everybody × the own and another site, made from the table of routes itself.

use rejoinder::{
    model::Role,
    web::admin::{Needs, ROUTES, Route},
};
use warp::http::Method;

use crate::harness::{Browser, PASSWORD, TestServer};

struct Person {
    name: &'static str,
    browser: Browser,
    /// The role on the blog.
    role: Option<Role>,
    signed_in: bool,
}

/// Everybody there can be, seen from the blog.
fn people(server: &TestServer) -> Vec<Person> {
    let person = |name, browser, role, signed_in| Person { name, browser, role, signed_in };
    server.invite("Ivy", Role::Owner, Some("blog"));
    let invited = server.browser();
    assert_eq!(invited.post("/admin/sign-in", &[("name", "Ivy"), ("password", PASSWORD)]).status, 403);
    let gone = server.signed_in("Gus", Role::Owner, Some("blog"));
    let kept = gone.clone();
    assert_eq!(gone.act("/admin/sign-out", &[]).status, 303);
    vec![
        person("nobody", server.browser(), None, false),
        person("invited, without a password", invited, None, false),
        person("signed out, cookie kept", kept, None, false),
        person("of another site", server.signed_in("Olga", Role::Owner, Some("other")), None, true),
        person("viewer", server.signed_in("Vera", Role::Viewer, Some("blog")), Some(Role::Viewer), true),
        person("moderator", server.signed_in("Mod", Role::Moderator, Some("blog")), Some(Role::Moderator), true),
        person("owner", server.signed_in("Ada", Role::Owner, Some("blog")), Some(Role::Owner), true),
        person("owner of everything", server.signed_in("Root", Role::Owner, None), Some(Role::Owner), true),
    ]
}

fn ask(person: &Person, route: &Route, address: &str) -> u16 {
    if route.method == Method::GET {
        return person.browser.get(address).status;
    }
    let token = if person.signed_in { person.browser.token() } else { "x".into() };
    let url = format!("https://hooks.example/{}", person.name.replace(' ', "-"));
    let fields =
        [("token", token.as_str()), ("text", "words"), ("page", "/asked"), ("url", &url), ("comment.held", "1"), ("template", "chat")];
    person.browser.post(address, &fields).status
}

#[test]
fn t38_everybody_reaches_what_their_role_reaches_and_nothing_else() {
    let server = TestServer::start();
    let everybody = people(&server);
    for route in ROUTES {
        let Needs::RoleOnSite(needed) = route.needs else { continue };
        for person in &everybody {
            // Something of their own for each try, so that none finds it as another one left it.
            let address = format!("/admin/{}", server.fill(route, "blog"));
            let before = server.everything();
            let status = ask(person, route, &address);
            let expected: &[u16] = match person.role {
                _ if !person.signed_in => &[401],
                None => &[404],
                Some(role) if role < needed => &[403],
                // 409: this move does not fit a comment that waits.
                Some(_) => &[200, 303, 409],
            };
            assert!(expected.contains(&status), "{} {address} as {}: {status}", route.method, person.name);
            if expected[0] >= 400 {
                assert_eq!(server.everything(), before, "{address} as {}", person.name);
            }
        }
    }
}

#[test]
fn t38_a_comment_or_page_of_another_site_does_not_exist_under_the_own_one() {
    let server = TestServer::start();
    let ada = server.owner();
    server.say("blog", "/hello", "Hi");
    let token = ada.token();
    for route in ROUTES.iter().filter(|route| route.path.contains(":id")) {
        let address = format!("/admin/{}", server.fill(route, "other"));
        let before = server.everything();
        let answer = if route.method == Method::GET { ada.get(&address) } else { ada.post(&address, &[("token", &token), ("text", "x")]) };
        assert_eq!(answer.status, 404, "{address}");
        assert!(!answer.has("<p>Hi</p>") && !answer.has("hello-") && !answer.has("hooks.other") && !answer.has("reader"), "{address}");
        assert_eq!(server.everything(), before, "{address}");
    }
}

#[test]
fn t38_the_desk_of_one_site_has_no_accounts_and_no_other_sites() {
    let server = TestServer::start();
    let root = server.signed_in("Root", Role::Owner, None);
    // Even the session of somebody who owns everything reaches one site there.
    root.plant("__Host-rejoinder-demo", &root.cookie("__Host-rejoinder").unwrap());
    assert_eq!(root.get("/demo/desk/").location(), "/demo/desk/sites/blog/");
    assert_eq!(root.get("/demo/desk/sites/blog/").status, 200);
    assert_eq!(root.get("/demo/desk/sites/other/").status, 404);
    for path in ["setup", "sign-in", "sign-out", "sign-out-everywhere", "you", "sites/blog/mail"] {
        assert_eq!(root.get(&format!("/demo/desk/{path}")).status, 404, "{path}");
        assert_eq!(root.act(&format!("/demo/desk/{path}"), &[]).status, 404, "{path}");
    }
    assert_eq!(server.browser().get("/demo/desk/sites/blog/").status, 401);
    assert!(!root.get("/demo/desk/sites/blog/").has("/admin"));
}

#[test]
fn viewers_see_no_buttons_and_moderators_no_rules() {
    let server = TestServer::start();
    server.say("blog", "/hello", "Hi");
    let vera = server.signed_in("Vera", Role::Viewer, Some("blog")).get("/admin/sites/blog/");
    assert!(vera.has("<p>Hi</p>") && !vera.has("/approve") && !vera.has("<textarea") && !vera.has("/rules"));
    let moderator = server.signed_in("Mod", Role::Moderator, Some("blog")).get("/admin/sites/blog/");
    assert!(moderator.has("/approve") && !moderator.has("/rules"));
    assert!(server.owner().get("/admin/sites/blog/").has("/admin/sites/blog/rules"));
}
