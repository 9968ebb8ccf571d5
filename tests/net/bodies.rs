//! T13 and T34: what a body may be.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::corpora::corpora;
use crate::harness::{Server, body_of, server, statuses};

async fn post(server: &Server, path: &str, kind: &str, body: &[u8]) -> String {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    server.say([head.as_bytes(), body].concat()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn t13_json_that_must_be_refused_is_and_no_json_is_our_fault() {
    let Some(corpora) = corpora("net") else { return };
    let server = server().await;
    let mut cases = 0;
    for entry in std::fs::read_dir(corpora.join("json-parsing")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if !name.ends_with(".json") {
            continue;
        }
        let said = post(&server, "/json", "application/json", &std::fs::read(&path).unwrap()).await;
        let all = statuses(&said);
        assert_eq!(all.len(), 1, "{name}: {said}");
        match &name[..2] {
            // A NUL in a text is JSON, and is refused all the same.
            "y_" => assert!(all[0] == 200 || all[0] == 400 && said.contains("NUL"), "{name}: {said}"),
            "n_" => assert!((400..500).contains(&all[0]), "{name}: {said}"),
            _ => assert!(all[0] < 500, "{name}: {said}"),
        }
        cases += 1;
    }
    assert!(cases >= 300, "{cases}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t13_text_arrives_as_it_was_sent() {
    let server = server().await;
    for text in ["héllo", "😀", "e\u{301}", "\u{202e}x", " a\u{a0}", "\u{feff}b", "\u{10ffff}"] {
        let json = serde_json::json!({ "text": text }).to_string();
        assert_eq!(body_of(&post(&server, "/post", "application/json", json.as_bytes()).await), text);
        let form = format!("text={}", percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC));
        assert_eq!(body_of(&post(&server, "/w/note", "application/x-www-form-urlencoded", form.as_bytes()).await), text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn t34_a_compressed_request_is_refused_unread() {
    let server = server().await;
    for coding in ["gzip", "br", "deflate", "x-gzip", "gzip, identity"] {
        let said = server
            .say(format!("POST /post HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Encoding: {coding}\r\nContent-Length: 9\r\n\r\nnot gzip!"))
            .await;
        assert_eq!(statuses(&said), [415], "{coding}: {said}");
        assert!(said.contains("media_type_wrong"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_counted_and_not_believed() {
    let server = server().await;
    let chunks = |count: usize| format!("400\r\n{}\r\n", "a".repeat(1024)).repeat(count);
    let head = "POST /post HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let said = server.say(format!("{head}{}0\r\n\r\n", chunks(161))).await;
    assert_eq!(statuses(&said), [413], "{said}");
    assert!(said.contains("163840"), "the limit is named: {said}");
    let said = server.say(format!("{head}{}0\r\n\r\n", chunks(160))).await;
    assert_eq!(statuses(&said), [400], "{said}");
    let said = post(&server, "/w/note", "application/x-www-form-urlencoded", "text=".repeat(201).as_bytes()).await;
    assert_eq!(statuses(&said), [413], "{said}");
    assert!(body_of(&said).starts_with("<p data-code=\"body_too_large\">"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_far_too_much_still_hears_why() {
    let server = server().await;
    let address = server.address;
    let heard = tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"POST /post HTTP/1.1\r\nHost: a.test\r\nContent-Length: 600000\r\n\r\n").unwrap();
        // A connection that is closed over unread bytes is reset, which can take the answer with it.
        for _ in 0..10 {
            stream.write_all(&[b'a'; 60_000])?;
            std::thread::sleep(Duration::from_millis(20));
        }
        let mut said = String::new();
        stream.read_to_string(&mut said).map(|_| said)
    });
    let said = heard.await.unwrap().expect("the connection ends without a reset");
    assert_eq!(statuses(&said), [413], "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_asked_for_first_is_asked_for() {
    let server = server().await;
    let said = server
        .say("POST /post HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 12\r\n\r\n{\"text\":\"x\"}")
        .await;
    assert!(said.ends_with("\r\n\r\nx"), "{said}");
}
