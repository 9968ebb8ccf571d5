//! A server with mail, and the people around it.

use std::time::{Duration, Instant};

use rejoinder::model::{NoticeMode, PageId, Recipient, Role};
use rejoinder::store::{Ceilings, NewAccount, NewFollow};
use serde_json::{Value, json};

use crate::harness::{Person, TestServer, start_with};
use crate::smtp::SmtpServer;

pub const MANY: Ceilings = Ceilings { per_hour: 100_000, per_day: 100_000 };
/// Longer than notices wait.
pub const A_MOMENT: Duration = Duration::from_secs(10);

pub struct Post {
    pub server: TestServer,
    pub smtp: SmtpServer,
}

/// `None` where there is no Python for the SMTP server.
pub fn post() -> Option<Post> {
    let smtp = SmtpServer::start(&[])?;
    let port = smtp.port.to_string();
    let server = start_with(&[
        ("REJOINDER_LIMITS_ENABLED", "false"),
        ("REJOINDER_MAIL_HOST", "127.0.0.1"),
        ("REJOINDER_MAIL_PORT", &port),
        ("REJOINDER_MAIL_TLS", "none"),
        ("REJOINDER_MAIL_FROM", "Blog <talk@blog.example>"),
    ]);
    Some(Post { server, smtp })
}

impl Post {
    /// Somebody who may decide, with an address that is proven.
    pub fn staff(&self, name: &str, email: &str, mode: NoticeMode) {
        let store = &self.server.app.store;
        let (site, now) = (self.server.site().id, self.server.app.now());
        let account = NewAccount { name, email: Some(email), role: Role::Owner, site: Some(site) };
        let account = store.upsert_account(&account, now).unwrap();
        store.vouch_for_address(email, "en", now).unwrap();
        store.update_staff_notice(site, account.id, mode).unwrap();
    }

    /// A reader who has proven an address and follows a page, or the answers to one comment.
    pub fn follower(&self, email: &str, page: PageId, comment: Option<&str>) {
        let store = &self.server.app.store;
        let now = self.server.app.now();
        let comment = comment.map(|id| id.parse().unwrap());
        let follow = NewFollow { site: self.server.site().id, page, comment, address: email, author: None, lang: "en" };
        store.vouch_for_address(email, "en", now).unwrap();
        store.insert_follow(&follow, MANY, now).unwrap();
    }

    pub fn page(&self, visitor: &Person<'_>, path: &str) -> PageId {
        let id = visitor.submit(path, "The first").id();
        let site = self.server.site().id;
        self.server.app.store.find_comment(site, id.parse().unwrap()).unwrap().unwrap().page.id
    }

    /// Lets the time pass that notices wait, and gives every mail once nothing is due any more.
    pub fn after(&self, time: Duration) -> Vec<Value> {
        pass(&self.server, time);
        self.smtp.mails()
    }

    /// State and tries of every delivery, newest first.
    pub fn log(&self) -> Vec<(&'static str, u32)> {
        log(&self.server)
    }
}

/// Lets time pass, and waits until nothing is due or under way any more.
pub fn pass(server: &TestServer, time: Duration) {
    server.wait(time);
    let began = Instant::now();
    let is_idle = || {
        let due = server.app.store.find_next_due().unwrap();
        due.is_none_or(|due| due > server.app.now())
    };
    while !is_idle() || log(server).into_iter().any(|(state, _)| state == "under_way") {
        assert!(began.elapsed() < Duration::from_secs(30), "notices are stuck: {:?}", log(server));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// State and tries of every delivery of the site, newest first.
pub fn log(server: &TestServer) -> Vec<(&'static str, u32)> {
    let deliveries = server.app.store.list_deliveries(server.site().id, None, 10_000).unwrap();
    deliveries.into_iter().map(|delivery| (delivery.state.word(), delivery.tries)).collect()
}

pub fn to(mail: &Value) -> String {
    mail["to"][0].as_str().unwrap_or_default().to_owned()
}

pub fn header(mail: &Value, name: &str) -> String {
    let headers = mail["headers"].as_array().cloned().unwrap_or_default();
    let found = headers.iter().find(|pair| pair[0].as_str().is_some_and(|own| own.eq_ignore_ascii_case(name)));
    found.and_then(|pair| pair[1].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn an_answer_reaches_whoever_follows_and_nobody_hears_of_oneself() {
    let Some(post) = post() else { return };
    let ada = post.server.visitor();
    let asked = ada.submit("/hello", "Who can help?");
    let site = post.server.site().id;
    let found = post.server.app.store.find_comment(site, asked.id().parse().unwrap()).unwrap().unwrap();
    post.follower("ada@example.org", found.page.id, Some(&asked.id()));
    assert!(post.after(A_MOMENT).is_empty());
    ada.reply("/hello", &asked.id(), "I can").id();
    ada.submit("/hello", "Something else").id();
    assert!(post.smtp.mails().is_empty(), "nothing is told before its time");
    let mails = post.after(A_MOMENT);
    assert_eq!(mails.iter().map(to).collect::<Vec<_>>(), ["ada@example.org"]);
    assert!(mails[0]["text"].as_str().unwrap().contains("I can"), "{}", mails[0]["text"]);
    assert!(header(&mails[0], "list-unsubscribe").starts_with(&format!("<{}/follow/stop/", post.server.base)), "{}", mails[0]);
    assert!(post.after(Duration::from_secs(3600)).len() == 1, "once");
}

#[test]
fn what_was_undone_in_time_leaves_no_trace() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    let visitor = post.server.visitor();
    let sent = visitor.submit("/hello", "Oops");
    post.server.wait(Duration::from_secs(8));
    let undone = visitor.with_bearer(&sent.receipt()).ask("DELETE", &format!("/comments/{}", sent.id()), None);
    assert_eq!(undone.status, 200);
    assert!(post.after(A_MOMENT).is_empty() && post.log().is_empty());
}

#[test]
fn a_mail_is_handed_over_within_ten_seconds_of_the_comment() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    post.server.visitor().submit("/hello", "Hi").id();
    // The notice waits nine seconds by the clock; what is left for finding, making and sending it is one.
    post.server.wait(Duration::from_secs(9));
    let began = Instant::now();
    while post.smtp.mails().is_empty() {
        assert!(began.elapsed() < Duration::from_secs(1), "the mail is late");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn t57_a_mail_that_is_not_taken_is_tried_for_two_days_and_then_listed_as_failed() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    post.smtp.faults(&["greylist"]);
    post.server.visitor().submit("/hello", "Hi").id();
    post.after(A_MOMENT);
    assert_eq!(post.log(), [("waiting", 1)]);
    for (tries, minutes) in [1, 5, 15, 60, 180, 360, 720, 1440].into_iter().enumerate() {
        post.after(Duration::from_secs(minutes * 60 + 1));
        assert_eq!(post.log(), [(if tries < 7 { "waiting" } else { "failed" }, tries as u32 + 2)]);
    }
    assert!(post.smtp.mails().is_empty());
    let site = post.server.site().id;
    let failed = &post.server.app.store.list_deliveries(site, None, 1).unwrap()[0];
    assert!(failed.said.as_deref().unwrap().contains("Greylisted"), "{:?}", failed.said);
    assert!(matches!(failed.recipient, Recipient::Staff(_)));
    // Somebody looks, mends the relay and sends it again.
    post.smtp.faults(&["ok"]);
    post.server.app.store.retry_delivery(site, failed.id, post.server.app.now()).unwrap();
    assert_eq!(post.after(Duration::ZERO).len(), 1);
}

#[test]
fn t57_each_try_carries_the_same_message_id() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    // The server takes the mail and breaks off before it says so.
    post.smtp.faults(&["drop-after-accepted", "ok"]);
    post.server.visitor().submit("/hello", "Hi").id();
    post.after(A_MOMENT);
    let mails = post.after(Duration::from_secs(61));
    assert_eq!(mails.len(), 2);
    let ids: Vec<String> = mails.iter().map(|mail| header(mail, "message-id")).collect();
    assert_eq!(ids[0], ids[1]);
    assert!(ids[0].ends_with("@blog.example>"), "{}", ids[0]);
}

#[test]
fn json_of_a_comment_tells_nothing_of_who_follows() {
    let Some(post) = post() else { return };
    let visitor = post.server.visitor();
    let page = post.page(&visitor, "/hello");
    post.follower("canary@example.org", page, None);
    let thread = visitor.thread("/hello").to_string();
    assert!(!thread.contains("canary") && thread.contains("The first"));
    assert_eq!(visitor.ask("GET", "/thread?page=/hello", None).json()["page"]["total"], json!(1));
}
