//! T31: bytes that two programs could read differently.

use std::sync::Arc;

use crate::corpora::{corpora, json_lines};
use crate::harness::{body_of, header, server, statuses};

#[derive(Debug, serde::Deserialize)]
struct Case {
    name: String,
    raw: String,
    must: String,
}

impl Case {
    /// Characters up to U+00FF are single bytes, others are UTF-8.
    fn bytes(&self) -> Vec<u8> {
        let text = self.raw.replace("{post}", "/post").replace("{admin}", "/admin");
        text.chars().flat_map(|c| u8::try_from(c).map_or_else(|_| c.to_string().into_bytes(), |byte| vec![byte])).collect()
    }

    /// What the case demands, as a judgement about statuses and text.
    fn holds(&self, said: &str) -> bool {
        let all = statuses(said);
        let one = |range: std::ops::RangeInclusive<u16>| all.len() == 1 && range.contains(&all[0]);
        let is = |status| all == [status];
        let names_evil = said.contains("evil.test");
        match self.must.as_str() {
            "2xx-4xx, exactly 1 response" => one(200..=499),
            "400 or exactly 1 response then close; /smuggled never routed" | "400 or exactly 1 response then close" => one(200..=499),
            "400" => is(400),
            "413 without 100 Continue" => is(413),
            "4xx/501" => one(400..=499) || is(501),
            "4xx" | "4xx then close" => one(400..=499),
            "trailer never read as header" => all.len() == 1 && !said.contains("1.2.3.4"),
            "400 or same route as CRLF, 1 response" => one(200..=400),
            "421/400 or page with no link built from Host" => all.len() == 1 && !names_evil,
            "421/400, never a redirect or link to evil.test" => (is(421) || is(400)) && !names_evil,
            "ignored" => is(200) && !names_evil && body_of(said) == "the root",
            "treated as POST" => is(415),
            "431" => is(431),
            "414" => is(414),
            "404/400" => is(404) || is(400),
            "404; no redirect off host" => is(404) && header(said, "location").is_none(),
            "404; no injected header" => is(404) && header(said, "set-cookie").is_none(),
            "405/501" => is(405) || is(501),
            "400/505" => is(400) || is(505),
            "400 or close" => all.is_empty() || is(400),
            "close, or a fully limited HTTP/2" => all.is_empty() || is(400),
            "415" => is(415),
            "3 responses in order" => all == [200, 200, 200],
            "refused or login page" => is(400) || said.contains("please sign in"),
            other => panic!("a demand that no judgement is written for: {other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_every_raw_request_has_its_outcome_and_the_next_honest_one_is_answered() {
    let Some(corpora) = corpora("net") else { return };
    let server = Arc::new(server().await);
    let lines = json_lines(&corpora, "http-raw/requests.jsonl");
    let cases: Vec<Case> = lines.into_iter().map(|line| serde_json::from_value(line).unwrap()).collect();
    assert!(cases.len() >= 60);
    // All at once: what one connection sends must not show in the answers of another.
    let judged = cases.into_iter().map(|case| {
        let server = server.clone();
        tokio::spawn(async move {
            let said = server.say(case.bytes()).await;
            assert_eq!(body_of(&server.get("/").await), "the root", "after {}", case.name);
            let told = || format!("{}: must {}, was {:?} {said:.300}", case.name, case.must, statuses(&said));
            (!case.holds(&said)).then(told)
        })
    });
    let mut wrong = vec![];
    for case in judged.collect::<Vec<_>>() {
        wrong.extend(case.await.unwrap());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_a_length_that_is_told_twice_ends_the_connection() {
    let server = server().await;
    for head in ["Content-Length: 4\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 4"] {
        let said = server
            .say(format!("POST /json HTTP/1.1\r\nHost: a.test\r\n{head}\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a.test\r\n\r\n"))
            .await;
        assert_eq!(statuses(&said).len(), 1, "{said}");
        assert!(!said.contains("the root"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t31_a_request_has_one_host_in_one_place() {
    let server = server().await;
    for (head, expected) in [
        ("GET / HTTP/1.1\r\nHost: a.test\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: A.test:8080\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: [::1]:8080\r\n", 200),
        ("GET http://a.test/ HTTP/1.1\r\nHost: a.test\r\n", 200),
        ("GET / HTTP/1.0\r\n", 200),
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.1\r\nHost:\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a.test\r\nHost: a.test\r\n", 400),
        ("GET / HTTP/1.0\r\nHost: a.test\r\nHost: a.test\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: u@a.test\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a.test/x\r\n", 400),
        ("GET http://b.test/ HTTP/1.1\r\nHost: a.test\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: a.test\r\nOrigin: https://a.test\r\nOrigin: https://b.test\r\n", 400),
    ] {
        let said = server.say(format!("{head}\r\n")).await;
        let answered = said.split(' ').nth(1).and_then(|status| status.parse::<u16>().ok());
        assert_eq!(answered, Some(expected), "{head} {said}");
    }
}
