//! T57: what each trouble of a mail server means for the mail.

use rejoinder::config::{MailLogin, MailSettings, MailTls, Password};
use rejoinder::notify::mail::{Mailer, Outcome, Refused};

use crate::harness::{PATIENCE, SmtpServer, certificates, message, send, settings};

fn told(outcome: &Outcome) -> (&'static str, &str) {
    match outcome {
        Outcome::Sent(said) => ("sent", said),
        Outcome::Later(said) => ("later", said),
        Outcome::Never { said, refused: Refused::Recipient } => ("never to them", said),
        Outcome::Never { said, refused: Refused::Message } => ("never", said),
    }
}

async fn check(settings: &MailSettings, fault: &str, expected: (&str, &str)) {
    let outcome = send(settings).await;
    let (word, said) = told(&outcome);
    assert_eq!(word, expected.0, "{fault}: {said}");
    assert!(said.contains(expected.1), "{fault}: {said:?} lacks {:?}", expected.1);
    assert!(said.chars().count() <= 200 && !said.contains(char::is_control), "{fault}: {said:?}");
}

#[tokio::test]
async fn t57_each_fault_of_a_server_means_sent_later_or_never() {
    let Some(server) = SmtpServer::start(&[]) else { return };
    let settings = server.settings();
    for (fault, word, said) in [
        ("ok", "sent", "250 2.0.0 Taken as 123"),
        ("lines", "sent", "250 2.0.0 Taken, 2.0.0 with thanks, 2.0.0 as 123"),
        ("greylist", "later", "451 4.7.1 Greylisted"),
        ("mail-4xx", "later", "451 4.3.0"),
        ("mail-5xx", "later", "553 5.7.1 Sender address not owned by you"),
        ("rcpt-5xx", "never to them", "550 5.1.1 No such mailbox"),
        ("rcpt-lines", "never to them", "Ask the postmaster"),
        ("rcpt-relay", "never", "554 5.7.1 Relay access denied"),
        ("rcpt-auth", "later", "530 5.7.0"),
        ("rcpt-too-many", "later", "452 4.5.3"),
        ("data-4xx", "later", "452 4.3.1"),
        ("data-5xx", "never", "554 5.6.0 No mail today"),
        ("text-4xx", "later", "451 4.7.0"),
        ("text-5xx", "never", "550 5.7.1 Looks like spam"),
        ("drop-mid-data", "later", ""),
        ("drop-before-answer", "later", ""),
        ("drop-after-accepted", "later", ""),
        ("slow-answer", "later", "did not answer in time"),
        ("drop-at-connect", "later", ""),
        ("connect-421", "later", "421 4.3.2 Too busy"),
        ("connect-554", "later", "554 5.7.1 You are on a list"),
        ("slow-banner", "later", "did not answer in time"),
        ("garbage", "later", "no SMTP"),
        ("junk", "later", "not plain text"),
    ] {
        server.faults(&[fault]);
        check(&settings, fault, (word, said)).await;
    }
    let nobody = MailSettings { port: 1, ..settings };
    check(&nobody, "nobody listens", ("later", "")).await;
}

#[tokio::test]
async fn t57_a_mail_comes_through_at_a_later_try_under_the_same_identifier() {
    let Some(server) = SmtpServer::start(&[]) else { return };
    let settings = server.settings();
    server.faults(&["greylist", "drop-after-accepted", "ok"]);
    let mailer = Mailer::with_time(&settings, PATIENCE).unwrap();
    let message = message(&settings, "Hello");
    let mut words = vec![];
    for _ in 0..3 {
        words.push(told(&mailer.send(&message).await).0);
    }
    assert_eq!(words, ["later", "later", "sent"]);
    let ids: Vec<_> = server.mails().iter().map(|mail| header(mail, "Message-ID")).collect();
    assert_eq!(ids, ["<17.abc@blog.example>"; 2]);
}

fn header(mail: &serde_json::Value, name: &str) -> String {
    let headers = mail["headers"].as_array().expect("headers");
    headers.iter().find(|header| header[0] == name).expect(name)[1].as_str().expect("text").to_owned()
}

#[tokio::test]
async fn t57_no_word_goes_over_a_connection_that_is_not_proven() {
    let folder = certificates();
    let path = folder.to_str().unwrap();
    let Some(server) = SmtpServer::start(&["--certificates", path]) else { return };
    let settings = MailSettings {
        host: "localhost".into(),
        tls: MailTls::StartTls,
        ca_file: Some(folder.join("ca.pem")),
        login: Some(MailLogin { username: "talk".into(), password: Password::new("geheim") }),
        ..server.settings()
    };
    let wrong = MailSettings { login: Some(MailLogin { username: "talk".into(), password: Password::new("falsch") }), ..settings.clone() };
    for (settings, fault, word, said) in [
        (&settings, "ok", "sent", "250 2.0.0"),
        (&settings, "starttls-not-offered", "later", "does not offer STARTTLS"),
        (&settings, "tls-wrong-name", "later", "certificate is for another name"),
        (&settings, "tls-expired", "later", "certificate has expired"),
        (&settings, "tls-unknown", "later", "signed by nobody we know"),
        (&settings, "auth-not-offered", "later", "does not offer to sign in"),
        (&wrong, "ok", "later", "535"),
    ] {
        server.told(&serde_json::json!({ "faults": [fault], "auth": true, "for": said }));
        check(settings, fault, (word, said)).await;
    }
    let stranger = MailSettings { ca_file: None, ..settings };
    check(&stranger, "no ca_file", ("later", "signed by nobody we know")).await;
    assert_eq!(server.mails().len(), 1, "only the good connection carried a mail");
}

#[tokio::test]
async fn a_connection_is_encrypted_from_its_first_byte_where_the_setting_says_so() {
    let folder = certificates();
    let Some(server) = SmtpServer::start(&["--certificates", folder.to_str().unwrap(), "--tls"]) else { return };
    let by_tls = MailSettings { tls: MailTls::Tls, ca_file: Some(folder.join("ca.pem")), ..server.settings() };
    check(&by_tls, "tls", ("sent", "250")).await;
    check(&MailSettings { tls: MailTls::None, ..by_tls.clone() }, "tls without", ("later", "")).await;
    let Some(open) = SmtpServer::start(&[]) else { return };
    check(&MailSettings { port: open.port, ..by_tls }, "open port", ("later", "no encrypted connection")).await;
}

#[test]
fn a_ca_file_that_cannot_be_read_names_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    for path in [empty, folder.path().join("missing.pem")] {
        let settings = MailSettings { tls: MailTls::Tls, ca_file: Some(path), ..settings("localhost") };
        let refusal = Mailer::new(&settings).err().expect("a refusal").to_string();
        assert!(refusal.contains("mail.ca_file"), "{refusal}");
    }
}
