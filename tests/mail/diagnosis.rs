//! `mail-test`: each fault is found and has its fix.

use rejoinder::config::{MailLogin, MailSettings, MailTls, Password};
use rejoinder::notify::mail::diagnose::{Diagnosis, Finding, Verdict, diagnose};
use serde_json::{Value, json};

use crate::harness::{DnsServer, NOON, PATIENCE, SmtpServer, address, certificates, settings};

async fn findings(settings: Option<&MailSettings>, dns: Option<&DnsServer>, public_url: Option<&str>) -> Vec<Finding> {
    let nobody = "127.0.0.1:1".parse().expect("an address");
    diagnose(&Diagnosis {
        mail: settings,
        dns: Some(dns.map_or(nobody, DnsServer::address)),
        public_url,
        to: &address("ada@example.org"),
        message_id: "1.test@blog.example",
        at: NOON,
        time_max: PATIENCE,
    })
    .await
}

/// What the finding of that step must say, and its fix.
fn check(findings: &[Finding], step: &str, verdict: Verdict, said: &str, fix: &str) {
    let Some(found) = findings.iter().find(|finding| finding.step == step) else { panic!("no {step} in {findings:#?}") };
    assert_eq!(found.verdict, verdict, "{found:#?}");
    assert!(found.said.contains(said), "{found:#?} does not say {said:?}");
    assert!(found.fix.as_deref().unwrap_or_default().contains(fix), "{found:#?} has not the fix {fix:?}");
    for finding in findings {
        assert_eq!(finding.fix.is_some(), finding.verdict != Verdict::Ok, "{finding:#?}");
    }
}

fn good_zone() -> Value {
    json!({
        "comments.example A": ["192.0.2.9"],
        "blog.example TXT": ["google-site-verification=x", "v=spf1 ip4:192.0.2.0/24 -all"],
        "mail._domainkey.blog.example TXT": [format!("v=DKIM1; k=rsa; p={}", "A".repeat(400))],
        "_dmarc.blog.example TXT": ["v=DMARC1; p=quarantine"],
    })
}

fn with(changes: Value) -> Value {
    let mut zone = good_zone();
    for (name, records) in changes.as_object().expect("an object") {
        zone[name] = records.clone();
    }
    zone
}

#[tokio::test]
async fn a_server_without_mail_is_told_how_to_switch_it_on() {
    let found = findings(None, None, None).await;
    check(&found, "settings", Verdict::Fail, "mail.host", "[mail]\nhost = ");
}

#[tokio::test]
async fn what_is_good_is_said_to_be_good_and_the_test_mail_arrives() {
    let (Some(dns), Some(server)) = (DnsServer::start(&good_zone()), SmtpServer::start(&[])) else { return };
    let settings = MailSettings { dkim_selector: Some("mail".into()), ..server.settings() };
    let found = findings(Some(&settings), Some(&dns), Some("https://comments.example")).await;
    for (step, said) in [
        ("settings", "127.0.0.1"),
        ("links", "https://comments.example"),
        ("our name", "comments.example"),
        ("relay's name", "127.0.0.1"),
        ("connection", "answers"),
        ("greeting", "good"),
        ("test mail", "250 2.0.0"),
        ("DKIM", "mail._domainkey.blog.example"),
        ("DMARC", "p=quarantine"),
    ] {
        check(&found, step, Verdict::Ok, said, "");
    }
    check(&found, "SPF", Verdict::Warn, "cannot be known here", "spf=pass");
    let mails = server.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0]["text"].as_str().unwrap().contains("whether mail works"));
}

#[tokio::test]
async fn links_that_lead_to_this_machine_or_in_the_open_are_found() {
    let Some(dns) = DnsServer::start(&json!({})) else { return };
    let settings = MailSettings { port: 1, ..settings("127.0.0.1") };
    let found = findings(Some(&settings), Some(&dns), None).await;
    check(&found, "links", Verdict::Fail, "public_url is not set", "public_url = \"https://");
    let found = findings(Some(&settings), Some(&dns), Some("http://comments.example")).await;
    check(&found, "links", Verdict::Warn, "without encryption", "public_url = \"https://");
}

#[tokio::test]
async fn each_trouble_on_the_way_to_the_relay_has_its_fix() {
    let (Some(dns), Some(server)) = (DnsServer::start(&json!({})), SmtpServer::start(&[])) else { return };
    let settings = server.settings();
    for (fault, step, said, fix) in [
        ("connect-554", "greeting", "554", "mail.host"),
        ("garbage", "greeting", "no SMTP", "mail.tls = \"tls\""),
        ("mail-5xx", "sender", "553", "mail.username"),
        ("rcpt-relay", "recipient", "554 5.7.1", "set mail.username"),
        ("rcpt-5xx", "recipient", "550 5.1.1", "an address that exists"),
        ("greylist", "recipient", "451", "wait some minutes"),
        ("text-5xx", "test mail", "550", "SPF, DKIM or DMARC"),
        ("data-4xx", "test mail", "452", "try again"),
    ] {
        server.faults(&[fault]);
        let found = findings(Some(&settings), Some(&dns), None).await;
        check(&found, step, Verdict::Fail, said, fix);
    }
    let found = findings(Some(&settings), Some(&dns), None).await;
    check(&found, "our name", Verdict::Warn, "no address in DNS", "comments.example. IN A");
    let closed = MailSettings { port: 1, ..settings };
    check(&findings(Some(&closed), Some(&dns), None).await, "connection", Verdict::Fail, "port 1", "mail.port = 465");
    let unknown = MailSettings { host: "relay.invalid".into(), ..closed };
    check(&findings(Some(&unknown), Some(&dns), None).await, "relay's name", Verdict::Fail, "relay.invalid", "mail.host");
}

#[tokio::test]
async fn each_trouble_with_encryption_and_signing_in_has_its_fix() {
    let folder = certificates();
    let path = folder.to_str().unwrap();
    let (Some(dns), Some(server)) = (DnsServer::start(&json!({})), SmtpServer::start(&["--certificates", path])) else { return };
    let login = |password: &str| Some(MailLogin { username: "talk".into(), password: Password::new(password) });
    let settings = MailSettings {
        host: "localhost".into(),
        tls: MailTls::StartTls,
        ca_file: Some(folder.join("ca.pem")),
        login: login("geheim"),
        ..server.settings()
    };
    for (fault, step, said, fix) in [
        ("starttls-not-offered", "encryption", "STARTTLS", "mail.tls = \"none\""),
        ("tls-wrong-name", "encryption", "elsewhere.example", "mail.host"),
        ("tls-expired", "encryption", "expired", "renew"),
        ("tls-unknown", "encryption", "nobody we know", "mail.ca_file"),
        ("auth-not-offered", "sign-in", "does not offer", "mail.port = 587"),
        ("mail-5xx", "sender", "553", "an address that talk may send as"),
    ] {
        server.told(&json!({ "faults": [fault], "auth": true }));
        let found = findings(Some(&settings), Some(&dns), None).await;
        check(&found, step, Verdict::Fail, said, fix);
        check(&found, "greeting", Verdict::Ok, "", "");
    }
    server.told(&json!({ "faults": ["ok"], "auth": true }));
    let wrong = MailSettings { login: login("falsch"), ..settings.clone() };
    check(&findings(Some(&wrong), Some(&dns), None).await, "sign-in", Verdict::Fail, "535", "mail.password_file");
    let found = findings(Some(&settings), Some(&dns), None).await;
    check(&found, "sign-in", Verdict::Ok, "", "");
    check(&found, "test mail", Verdict::Ok, "250", "");
    let from_start = MailSettings { tls: MailTls::Tls, ..settings };
    check(&findings(Some(&from_start), Some(&dns), None).await, "encryption", Verdict::Fail, "", "mail.tls = \"starttls\"");
}

/// The finding about the domain's records, with a relay of this address that nobody has to reach.
async fn records(dns: &DnsServer, zone: &Value, host: &str, selector: Option<&str>) -> Vec<Finding> {
    dns.told(zone);
    let settings = MailSettings { port: 1, dkim_selector: selector.map(str::to_owned), ..settings(host) };
    findings(Some(&settings), Some(dns), None).await
}

#[tokio::test]
async fn spf_is_followed_as_far_as_receivers_do() {
    let Some(dns) = DnsServer::start(&json!({})) else { return };
    let spf = |text: &str| with(json!({ "blog.example TXT": [text] }));
    let chain = |n: usize| {
        let mut zone = with(json!({ "blog.example TXT": ["v=spf1 include:s1.example ~all"] }));
        for at in 1..=n {
            let next = if at == n { "ip4:192.0.2.1".into() } else { format!("include:s{}.example", at + 1) };
            zone[format!("s{at}.example TXT")] = json!([format!("v=spf1 {next} -all")]);
        }
        zone
    };
    let by_name = with(json!({
        "blog.example TXT": ["v=spf1 a:relay.example/24 ~all"], "relay.example A": ["192.0.2.200"],
    }));
    let by_mx = with(json!({
        "blog.example TXT": ["v=spf1 mx redirect=other.example"], "blog.example MX": ["mx.example"], "mx.example A": ["192.0.2.1"],
    }));
    let redirected = with(json!({
        "blog.example TXT": ["v=spf1 redirect=other.example"], "other.example TXT": ["v=spf1 ip4:192.0.2.1 -all"],
    }));
    let own = "blog.example. IN TXT \"v=spf1 ";
    for (zone, verdict, said, fix) in [
        (good_zone(), Verdict::Ok, "lets 192.0.2.1", String::new()),
        (by_name, Verdict::Ok, "lets 192.0.2.1", String::new()),
        (by_mx, Verdict::Ok, "lets 192.0.2.1", String::new()),
        (redirected, Verdict::Ok, "lets 192.0.2.1", String::new()),
        (chain(10), Verdict::Ok, "lets 192.0.2.1", String::new()),
        (chain(11), Verdict::Fail, "more than 10 questions", format!("{own}ip4:192.0.2.1 ~all\"")),
        (
            spf("v=spf1 ip4:198.51.100.0/24 -all"),
            Verdict::Warn,
            "does not name 192.0.2.1",
            format!("{own}ip4:192.0.2.1 ip4:198.51.100.0/24 -all\""),
        ),
        (spf("v=spf1 -ip4:192.0.2.1 +ip4:192.0.2.0/24 -all"), Verdict::Warn, "does not name", own.into()),
        (spf("v=spf1 ip4:192.0.2.0/24 +all"), Verdict::Fail, "everybody", format!("{own}ip4:192.0.2.0/24 ~all\"")),
        (spf("v=spf1 ip5:1 -all"), Verdict::Fail, "ip5:1 means nothing", own.into()),
        (spf("v=spf1 include:nothing.example -all"), Verdict::Fail, "nothing.example has 0", own.into()),
        (spf("verification=x"), Verdict::Fail, "does not say who may send", format!("{own}ip4:192.0.2.1 ~all\"")),
        (
            with(json!({ "blog.example TXT": ["v=spf1 a -all", "v=spf1 mx a ~all"] })),
            Verdict::Fail,
            "2 SPF records",
            format!("{own}a mx ~all\""),
        ),
        (with(json!({ "blog.example SILENT": [] })), Verdict::Warn, "DNS does not answer", "outbound.dns".into()),
    ] {
        let found = records(&dns, &zone, "192.0.2.1", None).await;
        check(&found, "SPF", verdict, said, &fix);
    }
}

#[tokio::test]
async fn keys_and_policies_that_are_missing_or_wrong_are_named() {
    let Some(dns) = DnsServer::start(&json!({})) else { return };
    let key = |text: &str| with(json!({ "mail._domainkey.blog.example TXT": [text] }));
    for (zone, selector, verdict, said, fix) in [
        (good_zone(), None, Verdict::Warn, "cannot be seen from here", "header.d=blog.example"),
        (good_zone(), Some("mail"), Verdict::Ok, "there is a key", ""),
        (
            good_zone(),
            Some("none"),
            Verdict::Fail,
            "no key at none._domainkey.blog.example",
            "none._domainkey.blog.example. IN TXT \"v=DKIM1",
        ),
        (key("v=DKIM1; p="), Some("mail"), Verdict::Fail, "withdrawn", "IN TXT \"v=DKIM1"),
    ] {
        let found = records(&dns, &zone, "127.0.0.1", selector).await;
        check(&found, "DKIM", verdict, said, fix);
    }
    let policy = |texts: Value| with(json!({ "_dmarc.blog.example TXT": texts }));
    let own = "_dmarc.blog.example. IN TXT \"v=DMARC1; p=none; rua=mailto:talk@blog.example\"";
    for (zone, verdict, said, fix) in [
        (policy(json!([])), Verdict::Warn, "no policy", own),
        (policy(json!(["v=DMARC1; rua=mailto:x@y.example"])), Verdict::Fail, "names no policy", own),
        (
            policy(json!(["v=DMARC1; p=reject", "v=DMARC1; p=none"])),
            Verdict::Fail,
            "2 policies",
            "leave only: _dmarc.blog.example. IN TXT \"v=DMARC1; p=reject\"",
        ),
        (policy(json!(["v=DMARC1; p=reject"])), Verdict::Ok, "p=reject", ""),
    ] {
        let found = records(&dns, &zone, "127.0.0.1", None).await;
        check(&found, "DMARC", verdict, said, fix);
    }
}
