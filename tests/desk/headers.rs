//! T18, T28, T37, T45: the headers of every answer of the desk, errors included.

use rejoinder::{model::Role, web::admin::ROUTES};
use warp::http::Method;

use crate::harness::{Answer, TestServer};

fn check(answer: &Answer, what: &str, ancestors: &str, frame: &str) {
    let policy = answer.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains(&format!("frame-ancestors {ancestors}")), "{what}: {policy}");
    assert!(
        !policy.contains("unsafe") && !policy.contains('*') && policy.contains("base-uri 'none'") && policy.contains("form-action 'self'"),
        "{what}: {policy}"
    );
    assert_eq!(answer.header("x-frame-options"), frame, "{what}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(answer.header("referrer-policy"), "same-origin", "{what}");
    assert_eq!(answer.header("access-control-allow-origin"), "", "{what}");
    assert!(!answer.body.contains("style=\"") && !answer.body.contains(" onclick") && !answer.body.contains("<style"), "{what}");
}

#[test]
fn t18_t37_every_answer_of_the_desk_has_its_headers() {
    let server = TestServer::start();
    let root = server.signed_in("Root", Role::Owner, None);
    root.plant("__Host-rejoinder-demo", &root.cookie("__Host-rejoinder").unwrap());
    let nobody = server.browser();
    for (base, ancestors, frame) in [("/admin", "'none'", "DENY"), ("/demo/desk", "'self'", "SAMEORIGIN")] {
        for route in ROUTES.iter().filter(|route| !route.path.starts_with("sign-out")) {
            let address = format!("{base}/{}", server.fill(route, "blog"));
            for browser in [&nobody, &root] {
                let answers = match route.method {
                    Method::GET => vec![browser.get(&address), browser.get_with(&address, &[("if-none-match", "W/\"x\"")])],
                    _ => vec![
                        browser.post(&address, &[("token", "wrong")]),
                        browser.post_with(&address, &[("origin", "https://evil.test")], &[]),
                    ],
                };
                for answer in answers {
                    check(&answer, &format!("{} {address} {}", route.method, answer.status), ancestors, frame);
                    let kept = answer.header("cache-control");
                    let file = address.contains("/desk.");
                    assert_eq!(kept, if file { "no-cache" } else { "no-store" }, "{address}");
                }
            }
        }
        for wrong in ["/nowhere", "/sites/blog/comments", "/sites/none/", "/sites/blog/comments/x", "/desk.css/x"] {
            let answer = root.get(&format!("{base}{wrong}"));
            assert_eq!(answer.status, 404, "{base}{wrong}");
            check(&answer, wrong, ancestors, frame);
        }
    }
}

#[test]
fn files_are_kept_for_ever_under_the_address_that_pages_use() {
    let server = TestServer::start();
    let page = server.browser().get("/admin/sign-in");
    for (before, media_type) in
        [("href=\"/admin/desk.css", "text/css"), ("src=\"/admin/desk.js", "text/javascript"), ("href=\"/admin/desk.svg", "image/svg+xml")]
    {
        let rest = page.body.split_once(before).unwrap().1.split_once('"').unwrap().0.replace("&#x3D;", "=");
        let path = format!("{}{rest}", before.split_once('"').unwrap().1);
        let file = server.browser().get(&path);
        assert_eq!(file.status, 200, "{path}");
        assert!(file.header("cache-control").contains("immutable") && file.header("content-type").starts_with(media_type), "{path}");
        assert!(file.header("set-cookie").is_empty());
    }
}

#[test]
fn t45_other_names_of_the_server_reach_no_page() {
    let server = TestServer::start();
    let ada = server.owner();
    for headers in
        [[("host", "evil.test"), ("x-forwarded-for", "1.2.3.4")], [("x-forwarded-host", "evil.test"), ("forwarded", "host=evil.test")]]
    {
        for path in ["/admin/", "/admin/sites/blog/", "/admin/sites/blog/rules", "/admin/sign-in", "/admin/nowhere"] {
            let answer = ada.get_with(path, &headers);
            assert!(!answer.has("evil.test") && !answer.location().contains("evil"), "{path}");
        }
    }
}
