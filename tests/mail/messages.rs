//! T51: what the server got is one mail to one mailbox with the headers we meant.

use std::collections::BTreeSet;

use rejoinder::model::EmailAddress;
use rejoinder::notify::mail::{Heading, Mailer, Message, Outcome};
use serde_json::Value;

use crate::corpora::{corpora, json_lines};
use crate::harness::{NOON, PATIENCE, SmtpServer, address, heading, settings, written};

const HEADERS: [&str; 8] = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"];

fn names(mail: &Value) -> Vec<&str> {
    mail["headers"].as_array().expect("headers").iter().map(|header| header[0].as_str().expect("a name")).collect()
}

fn value<'a>(mail: &'a Value, name: &str) -> &'a str {
    mail["headers"].as_array().expect("headers").iter().find(|header| header[0] == name).expect(name)[1].as_str().expect("text")
}

/// Strangers' words for the subject and for the name of the sender.
fn hostile() -> Vec<String> {
    let mut words: Vec<String> =
        ["a\r\nBcc: v@x.test", "a\n\nb", "=?utf-8?q?=0D=0ABcc:_v@x.test?=", "\u{2028}x", "\"q\" <v@x.test>", ""].map(str::to_owned).into();
    words.push("ü".repeat(400));
    if let Some(folder) = corpora("email") {
        let cases = json_lines(&folder, "email/injection.jsonl");
        words.extend(
            cases.iter().flat_map(|case| [&case["address"], &case["subject_or_name_or_body"]]).filter_map(Value::as_str).map(str::to_owned),
        );
    }
    words
}

#[tokio::test]
async fn t51_no_word_of_a_stranger_becomes_a_header_or_a_recipient() {
    let Some(server) = SmtpServer::start(&[]) else { return };
    let settings = server.settings();
    let mailer = Mailer::with_time(&settings, PATIENCE).unwrap();
    let words = hostile();
    for word in &words {
        let to = EmailAddress::parse(word).unwrap_or_else(|_| address("ada@example.org"));
        let heading = Heading { from_name: Some(word), ..heading(&to) };
        let mut letter = written(word);
        letter.text = word.clone();
        let outcome = mailer.send(&Message::new(&settings.from, &heading, letter).unwrap()).await;
        assert!(matches!(outcome, Outcome::Sent(_)), "{word:?}: {outcome:?}");
    }
    let mails = server.mails();
    assert_eq!(mails.len(), words.len());
    for (mail, word) in mails.iter().zip(&words) {
        let to = EmailAddress::parse(word).unwrap_or_else(|_| address("ada@example.org"));
        assert_eq!(mail["to"], serde_json::json!([to.as_str()]), "{word:?}");
        assert_eq!(mail["from"], "talk@blog.example");
        let (found, expected): (BTreeSet<_>, BTreeSet<_>) = (names(mail).into_iter().collect(), HEADERS.into_iter().collect());
        assert_eq!((found, names(mail).len()), (expected, HEADERS.len()), "{word:?}");
        assert!(
            value(mail, "From").ends_with("<talk@blog.example>") || value(mail, "From") == "talk@blog.example",
            "{}",
            value(mail, "From")
        );
        assert_eq!(value(mail, "To"), to.as_str());
        assert!(!value(mail, "Subject").contains(char::is_control), "{word:?}");
    }
}

#[tokio::test]
async fn a_mail_carries_what_programs_need_to_thread_it_and_to_end_it() {
    let Some(server) = SmtpServer::start(&[]) else { return };
    let settings = server.settings();
    let to = address("ada@example.org");
    let above = ["1.a@blog.example".to_owned(), "2.b@blog.example".to_owned()];
    let heading = Heading {
        from_name: Some("Grace via Bücher"),
        answers: Some("2.b@blog.example"),
        references: &above,
        stop_link: Some("https://comments.example/follow/stop/7.abc"),
        ..heading(&to)
    };
    let message = Message::new(&settings.from, &heading, written("Grüße")).unwrap();
    assert!(matches!(Mailer::new(&settings).unwrap().send(&message).await, Outcome::Sent(_)));
    let mails = server.mails();
    for (name, expected) in [
        ("From", "Grace via Bücher <talk@blog.example>"),
        ("Subject", "Grüße"),
        ("Message-ID", "<17.abc@blog.example>"),
        ("In-Reply-To", "<2.b@blog.example>"),
        ("References", "<1.a@blog.example> <2.b@blog.example>"),
        ("List-Unsubscribe", "<https://comments.example/follow/stop/7.abc>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
        ("Auto-Submitted", "auto-generated"),
        ("Date", "Mon, 23 Nov 2026 10:00:00 +0000"),
    ] {
        assert_eq!(value(&mails[0], name), expected, "{name}");
    }
    assert!(!names(&mails[0]).contains(&"Reply-To"));
    let part = |name: &str| mails[0][name].as_str().expect("a part").trim_end().to_owned();
    assert_eq!((part("text"), part("html")), ("Hello".into(), "<p>Hello</p>".into()));
}

#[test]
fn t51_identifiers_and_links_with_more_in_them_are_refused() {
    let settings = settings("localhost");
    let to = address("ada@example.org");
    let long = format!("https://x/{}", "a".repeat(1000));
    let good = Heading { to: &to, from_name: None, message_id: "1.a@b.example", answers: None, references: &[], at: NOON, stop_link: None };
    assert!(Message::new(&settings.from, &good, written("x")).is_ok());
    for bad in [
        Heading { message_id: "1@b.example>\r\nBcc: <v@x.test", ..good },
        Heading { message_id: "1", ..good },
        Heading { answers: Some("a b@c"), ..good },
        Heading { answers: Some("a@c"), references: &["x>@y".to_owned()], ..good },
        Heading { stop_link: Some("https://x/\r\nBcc: v@x.test"), ..good },
        Heading { stop_link: Some(&long), ..good },
    ] {
        assert!(Message::new(&settings.from, &bad, written("x")).is_err(), "{bad:?}");
    }
}
