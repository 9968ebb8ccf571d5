//! T24: requests that some other page sends with the cookies of somebody who is signed in.

use rejoinder::{
    model::Role,
    web::admin::{Needs, ROUTES},
};
use warp::http::Method;

use crate::harness::TestServer;

/// One of each that routes name.
struct Things {
    comment: String,
    page: String,
    webhook: String,
    call: String,
    mail: String,
}

impl Things {
    fn new(server: &TestServer) -> Self {
        let call = server.call("blog", "200").to_string();
        let webhook = server.app.store.list_webhooks(server.site("blog").id).unwrap()[0].id.to_string();
        let mail = server.failed_mail("blog", "bob@reader.example", "no").to_string();
        let comment = server.say("blog", "/hello", "Hi").to_string();
        Self { comment, page: server.page("blog").id.to_string(), webhook, call, mail }
    }

    /// Every route of that method, with its parameters filled in.
    fn addresses(&self, method: Method) -> Vec<(String, Needs)> {
        let id = |path: &str| match path {
            path if path.contains("pages/") => &self.page,
            path if path.contains("webhooks/") => &self.webhook,
            path if path.contains("calls/") => &self.call,
            path if path.contains("mail/") => &self.mail,
            _ => &self.comment,
        };
        let of_method = ROUTES.iter().filter(|route| route.method == method);
        of_method
            .map(|route| (format!("/admin/{}", route.path.replace(":site", "blog").replace(":id", id(route.path))), route.needs))
            .collect()
    }
}

#[test]
fn t24_no_unsafe_route_takes_a_request_without_token_with_a_foreign_one_or_from_a_foreign_page() {
    let server = TestServer::start();
    let (ada, other) = (server.owner(), server.signed_in("Olga", Role::Owner, Some("blog")));
    let (token, foreign) = (ada.token(), other.token());
    let posts = Things::new(&server).addresses(Method::POST);
    assert!(posts.len() >= 16);
    let before = server.everything();
    let own: &str = &server.url;
    for (address, needs) in &posts {
        let fields =
            |token: &str| [("token", token.to_owned()), ("text", "forged".into()), ("name", "forged".into()), ("password", "x".into())];
        let send = |headers: &[(&str, &str)], token: &str| {
            let fields = fields(token);
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            ada.post_with(address, headers, &fields)
        };
        for origin in
            ["https://evil.test", "null", "http://127.0.0.1", "https://blog.example", "http://127.0.0.1:1", &format!("{own}.evil.test")]
        {
            let answer = send(&[("origin", origin)], &token);
            assert_eq!(answer.status, 403, "{address} from {origin}");
            assert!(answer.has("data-code=\"form_token_wrong\"") && !answer.has(">forged"), "{address}: {}", answer.body);
        }
        for site in ["cross-site", "same-site", "none"] {
            assert_eq!(send(&[("sec-fetch-site", site)], &token).status, 403, "{address} {site}");
        }
        assert_eq!(send(&[], &token).status, 403, "{address} without origin");
        if *needs != Needs::Nothing {
            for wrong in ["", "x", &foreign, &token[1..], &token.to_uppercase()] {
                assert_eq!(send(&[("origin", own)], wrong).status, 403, "{address} with token {wrong:?}");
            }
        }
    }
    assert_eq!(server.everything(), before);
}

#[test]
fn t24_the_own_page_is_taken_by_its_origin_or_by_what_the_browser_says_of_it() {
    let server = TestServer::start();
    let ada = server.owner();
    let id = server.say("blog", "/hello", "Hi");
    let token = ada.token();
    for (headers, action) in [(("origin", server.url.as_str()), "approve"), (("sec-fetch-site", "same-origin"), "hold")] {
        let answer = ada.post_with(&format!("/admin/sites/blog/comments/{id}/{action}"), &[headers], &[("token", &token)]);
        assert_eq!(answer.status, 303, "{headers:?}");
    }
}

#[test]
fn t24_reading_changes_nothing_and_unsafe_routes_cannot_be_read() {
    let server = TestServer::start();
    let ada = server.owner();
    let things = Things::new(&server);
    let (gets, posts) = (things.addresses(Method::GET), things.addresses(Method::POST));
    let before = server.everything();
    for (address, _) in &gets {
        assert!([200, 303, 403].contains(&ada.get(address).status), "{address}");
    }
    for (address, _) in posts.iter().filter(|(address, _)| !gets.iter().any(|(get, _)| get == address)) {
        assert_eq!(ada.get(address).status, 405, "{address}");
    }
    assert_eq!(server.everything(), before);
}

#[test]
fn t24_a_form_token_of_the_same_person_in_another_browser_is_a_foreign_one() {
    let server = TestServer::start();
    let ada = server.owner();
    let elsewhere = server.browser();
    assert_eq!(elsewhere.post("/admin/sign-in", &[("name", "Ada"), ("password", crate::harness::PASSWORD)]).status, 303);
    let id = server.say("blog", "/hello", "Hi");
    let address = format!("/admin/sites/blog/comments/{id}/approve");
    assert_eq!(ada.post(&address, &[("token", &elsewhere.token())]).status, 403);
    assert_eq!(ada.act(&address, &[]).status, 303);
}
