//! T32, T36 and T37: a request that is not taken has one exact answer, in the shape of its address.

use rejoinder::web::server::Bounds;

use crate::harness::{Server, body_of, header, server, statuses};

async fn refusal(server: &Server, method: &str, path: &str, more: &str) -> (u16, String) {
    let said = server.say(format!("{method} {path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n{more}\r\n")).await;
    (statuses(&said)[0], body_of(&said).to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn t32_a_refused_request_is_answered_by_no_other_route() {
    let server = server().await;
    for (method, path, more, status, code) in [
        ("GET", "/nowhere", "", 404, "not_found"),
        ("GET", "/post", "", 405, "method_not_allowed"),
        ("PUT", "/post", "Content-Length: 0\r\n", 405, "method_not_allowed"),
        ("DELETE", "/", "", 405, "method_not_allowed"),
        ("BREW", "/", "", 405, "method_not_allowed"),
        ("POST", "/post", "Content-Length: 0\r\n", 415, "media_type_wrong"),
        ("POST", "/post", "Content-Type: application/json\r\nContent-Length: 0\r\n", 400, "body_malformed"),
        ("POST", "/post", "Content-Type: text/plain\r\nContent-Length: 163841\r\n", 413, "body_too_large"),
        ("GET", "/query?page=a&page=b", "", 400, "body_malformed"),
    ] {
        let (was, body) = refusal(&server, method, path, more).await;
        let body: serde_json::Value = serde_json::from_str(&body).unwrap_or_else(|error| panic!("{method} {path}: {error} in {body}"));
        assert_eq!((was, body["error"]["code"].as_str()), (status, Some(code)), "{method} {path} {more}");
        assert!(body["error"]["message"].as_str().is_some_and(|message| message.ends_with('.')), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t32_the_widget_and_the_pages_have_errors_of_their_own_shape() {
    let server = server().await;
    let (status, body) = refusal(&server, "GET", "/w/nowhere", "").await;
    assert_eq!((status, body.as_str()), (404, "<p data-code=\"not_found\">There is nothing at this address.</p>"));
    let (status, body) = refusal(&server, "POST", "/w/note", "Content-Type: text/plain\r\nContent-Length: 0\r\n").await;
    assert_eq!((status, body.starts_with("<p data-code=\"media_type_wrong\">")), (415, true), "{body}");
    for path in ["/t/nowhere", "/admin/nowhere"] {
        let (status, body) = refusal(&server, "GET", path, "").await;
        assert_eq!((status, body.starts_with("<!doctype html>")), (404, true), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t36_a_cause_inside_the_server_is_not_told() {
    let (status, body) = refusal(&server().await, "GET", "/broken", "").await;
    assert_eq!(status, 500);
    assert!(!body.contains("/var") && !body.contains("table") && body.contains("\"internal\""), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t37_every_answer_carries_the_common_headers() {
    let server = Server::start(Bounds { https: true, ..Bounds::default() }).await;
    for path in ["/", "/nowhere", "/broken", "/w/nowhere", "/admin"] {
        let said = server.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("strict-transport-security", "max-age=31536000"),
            ("cross-origin-resource-policy", if path.starts_with("/w/") { "cross-origin" } else { "same-origin" }),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ] {
            assert_eq!(header(&said, name), Some(value), "{path}");
        }
    }
    assert_eq!(header(&crate::harness::server().await.get("/").await, "strict-transport-security"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn t23_refusals_of_public_answers_can_be_read_by_any_origin_and_others_cannot() {
    let server = server().await;
    for path in ["/w/nowhere", "/api/v1/nowhere"] {
        assert_eq!(header(&server.get(path).await, "access-control-allow-origin"), Some("*"), "{path}");
    }
    for path in ["/admin/nowhere", "/t/nowhere", "/nowhere"] {
        assert_eq!(header(&server.get(path).await, "access-control-allow-origin"), None, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn head_is_answered_like_get_without_the_body() {
    let server = server().await;
    let said = server.say("HEAD / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n").await;
    assert_eq!((statuses(&said), header(&said, "content-length"), body_of(&said)), (vec![200], Some("8"), ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_may_have_16_kib_and_100_lines() {
    let server = server().await;
    let with = |header: String| format!("Connection: close\r\n{header}");
    assert_eq!(refusal(&server, "GET", "/", &with(format!("X: {}\r\n", "a".repeat(15_000)))).await.0, 200);
    let (status, body) = refusal(&server, "GET", "/", &with(format!("X: {}\r\n", "a".repeat(17_000)))).await;
    assert_eq!((status, body.contains("head_too_large")), (431, true), "{body}");
    let (status, body) = refusal(&server, "GET", &format!("/{}", "a".repeat(17_000)), "").await;
    assert_eq!((status, body.contains("address_too_long")), (414, true), "{body}");
    let lines = |count: usize| (0..count).map(|n| format!("X{n}: 1\r\n")).collect::<String>();
    assert_eq!(refusal(&server, "GET", "/", &lines(98)).await.0, 200);
    assert_eq!(refusal(&server, "GET", "/", &lines(99)).await.0, 431);
}
