//! T29 and T30: whose request it is.

use std::net::IpAddr;

use ipnet::IpNet;
use rejoinder::{
    clock::Clock,
    config::LimitSettings,
    limits::Limits,
    web::{client::client_address, server::Bounds},
};

use crate::corpora::corpora;
use crate::harness::{Server, body_of};

#[derive(serde::Deserialize)]
struct Forwarded {
    peer: IpAddr,
    trusted: Vec<String>,
    x_forwarded_for_lines: Vec<String>,
    client_ip: IpAddr,
}

#[derive(serde::Deserialize)]
struct Bucket {
    a: IpAddr,
    b: IpAddr,
    same_bucket: Option<bool>,
}

#[test]
fn t29_every_forwarded_address_is_read_as_stated() {
    let Some(corpora) = corpora("net") else { return };
    let lines = std::fs::read_to_string(corpora.join("client-ip/forwarded_for.jsonl")).unwrap();
    let cases: Vec<Forwarded> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), 24);
    for case in cases {
        let trusted: Vec<IpNet> = case.trusted.iter().map(|net| net.parse().unwrap()).collect();
        let lines: Vec<&str> = case.x_forwarded_for_lines.iter().map(String::as_str).collect();
        let said = client_address(Some(case.peer), &trusted, &lines);
        assert_eq!(said.0, Some(case.client_ip), "{} {:.100}", case.peer, lines.join(" | "));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t29_only_a_trusted_proxy_names_the_client() {
    let ask = "GET /who HTTP/1.1\r\nHost: a.test\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 1.2.3.4\r\nConnection: close\r\n\r\n";
    let trusting = Server::start(Bounds { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..Bounds::default() }).await;
    assert_eq!(body_of(&trusting.say(ask).await), "Some(1.2.3.4) Some(\"a.test\") true");
    let wary = Server::start(Bounds::default()).await;
    assert_eq!(body_of(&wary.say(ask).await), "Some(127.0.0.1) Some(\"a.test\") true");
}

#[test]
fn t30_addresses_share_a_limit_as_stated() {
    let Some(corpora) = corpora("net") else { return };
    let lines = std::fs::read_to_string(corpora.join("client-ip/buckets.jsonl")).unwrap();
    let cases: Vec<Bucket> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(cases.len(), 8);
    for case in cases {
        let limits = Limits::new(&LimitSettings { previews_per_minute: 1, ..LimitSettings::default() }, Clock::Hand(Default::default()));
        limits.check_preview(Some(case.a)).unwrap();
        let shared = limits.check_preview(Some(case.b)).is_err();
        assert_eq!(Some(shared), case.same_bucket.or(Some(shared)), "{} {}", case.a, case.b);
    }
}
