//! What each template makes of each kind of event.

use serde_json::{Value, json};

use super::*;

fn event(kind: Kind) -> Event {
    Event {
        kind,
        at: Timestamp(1_795_428_000_000),
        site: "demo".into(),
        page_url: "https://blog.example/hello/".into(),
        page_title: "Hello".into(),
        comment: Subject {
            id: CommentId(81),
            parent: Some(CommentId(80)),
            name: Some("Ada".into()),
            website: None,
            badge: Some(Badge::Author),
            text: "Hi *there*".into(),
            html: "<p>Hi <em>there</em></p>".into(),
            status: Status::Published,
            created_at: Timestamp(1_795_428_000_000),
            url: "https://comments.example/go/81".into(),
        },
    }
}

fn call(template: Template, event: &Event) -> Call {
    let secrets = vec![Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
    let target = Target { url: "https://hooks.example/in".into(), template, secrets };
    compose(&target, "msg_1", Timestamp(1_795_428_009_000), write(template, event))
}

fn header<'a>(call: &'a Call, name: &str) -> &'a str {
    &call.headers.iter().find(|(own, _)| *own == name).unwrap().1
}

fn body(template: Template, kind: Kind) -> Value {
    serde_json::from_slice(&call(template, &event(kind)).body).unwrap()
}

#[test]
fn the_standard_payload_tells_what_happened_where_and_to_which_comment() {
    let told = body(Template::Standard, Kind::Published);
    let expected = json!({"type": "comment.published", "timestamp": "2026-11-23T10:00:00Z", "data": {
        "site": "demo",
        "page": {"url": "https://blog.example/hello/", "title": "Hello"},
        "comment": {"id": "81", "parent": "80", "author": {"name": "Ada", "website": null, "badge": "author"},
            "text": "Hi *there*", "html": "<p>Hi <em>there</em></p>", "status": "published",
            "created_at": "2026-11-23T10:00:00Z", "url": "https://comments.example/go/81"},
    }});
    assert_eq!(told, expected);
}

#[test]
fn held_and_reported_give_reasons_and_removed_tells_neither_text_nor_name() {
    let held = body(Template::Standard, Kind::Held(vec![HoldReason::Links, HoldReason::FirstComment]));
    assert_eq!(held["data"]["held_because"], json!(["links", "first_comment"]));
    let reported = body(Template::Standard, Kind::Reported(vec![("spam".into(), 3)]));
    assert_eq!(reported["data"]["reasons"], json!([{"reason": "spam", "count": 3}]));
    assert_eq!(body(Template::Standard, Kind::Submitted)["type"], "comment.submitted");
    for template in Template::ALL {
        let removed = call(template, &event(Kind::Removed));
        let told = format!("{:?} {}", removed.headers, String::from_utf8_lossy(&removed.body));
        assert!(!told.contains("there") && !told.contains("Ada"), "{template:?}: {told}");
    }
}

#[test]
fn t61_the_signature_is_the_published_one_of_the_standard() {
    // The example of the standard's own libraries.
    let secret = [Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap()];
    let headers = signature::headers(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp(1_614_265_330_000), b"{\"test\": 2432232314}");
    let signature = headers.iter().find(|(name, _)| *name == "webhook-signature").unwrap();
    assert_eq!(signature.1, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

#[test]
fn while_a_secret_is_rotated_both_sign() {
    let target = Target { url: String::new(), template: Template::Standard, secrets: vec![Secret::random(), Secret::random()] };
    let call = compose(&target, "msg_1", Timestamp(0), write(target.template, &event(Kind::Published)));
    let signatures: Vec<&str> = header(&call, "webhook-signature").split(' ').collect();
    assert!(signatures.len() == 2 && signatures[0] != signatures[1] && signatures.iter().all(|one| one.starts_with("v1,")));
}

#[test]
fn a_secret_has_24_to_64_bytes_and_is_not_shown() {
    let secret = Secret::random();
    assert_eq!(Secret::parse(&secret.reveal()), Some(secret.clone()));
    assert!(!format!("{secret:?}").contains(&secret.reveal()[6..]));
    let of = |bytes: usize| format!("whsec_{}", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, vec![7; bytes]));
    assert!(Secret::parse(&of(23)).is_none() && Secret::parse(&of(65)).is_none());
    assert!(Secret::parse(&of(24)).is_some() && Secret::parse(&of(64)).is_some());
    assert!(Secret::parse(&of(32)[6..]).is_none() && Secret::parse("whsec_?").is_none());
}

#[test]
fn t51_no_foreign_text_becomes_a_header_of_ntfy() {
    let mut hostile = event(Kind::Submitted);
    hostile.comment.name = Some("Ada\r\nX-Evil: 1\u{2028}".into());
    hostile.page_title = "Hé\nllo".into();
    let call = call(Template::Ntfy, &hostile);
    assert!(call.headers.iter().all(|(_, value)| value.bytes().all(|byte| (b' '..=b'~').contains(&byte))), "{:?}", call.headers);
    assert_eq!((header(&call, "click"), header(&call, "tags")), ("https://comments.example/go/81", "speech_balloon"));
    assert_eq!(call.body, b"Hi *there*");
    assert_eq!(call.headers.len(), 4);
}

#[test]
fn a_chat_message_is_the_headline_the_text_and_the_link() {
    let mut shouting = event(Kind::Held(vec![]));
    shouting.comment.text = "@everyone look <!here> & [x](https://evil.example)".into();
    let told: Value = serde_json::from_slice(&call(Template::Chat, &shouting).body).unwrap();
    let text = "Ada wrote on “Hello”; the comment waits for you\n@\u{200b}everyone look &lt;\u{200b}!here&gt; &amp; [x]\u{200b}(https://evil.example)\nhttps://comments.example/go/81";
    assert_eq!(told["text"], text);
    assert_eq!(told["content"], text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
    assert_eq!(told["allowed_mentions"], json!({"parse": []}));
}

#[test]
fn long_comments_are_cut_where_the_receiver_has_a_limit() {
    let mut long = event(Kind::Published);
    long.comment.text = "ö&".repeat(10_000);
    let told: Value = serde_json::from_slice(&call(Template::Chat, &long).body).unwrap();
    assert!(told["content"].as_str().unwrap().chars().count() <= 2000 && told["text"].as_str().unwrap().len() <= 2000);
    assert!(told["text"].as_str().unwrap().ends_with("…\nhttps://comments.example/go/81"));
    assert!(call(Template::Ntfy, &long).body.len() < 4096);
    let whole: Value = serde_json::from_slice(&call(Template::Standard, &long).body).unwrap();
    assert_eq!(whole["data"]["comment"]["text"], long.comment.text);
}

#[test]
fn nameless_and_untitled_are_told_in_words() {
    let mut bare = event(Kind::Reported(vec![("spam".into(), 1)]));
    bare.comment.name = None;
    bare.page_title = " ".into();
    assert_eq!(words::headline(&bare), "A reader reported Somebody's comment on “https://blog.example/hello/”");
}
