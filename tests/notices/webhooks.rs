//! From a comment to a call of another server: what is told, to whom, how often, and what the log says of it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use rejoinder::model::{EventKind, ReportReason, Scope, Template, WebhookId, WebhookState};
use rejoinder::store::NewWebhook;
use serde_json::{Value, json};

use crate::harness::{Person, SITE, TestServer, start_with};
use crate::post::{A_MOMENT, log, pass};
use crate::receiver::{Got, Receiver, verify};

const DAY: Duration = Duration::from_secs(86_400);
/// 256 bits in base64, as the desk makes them.
const SECRET: &str = "whsec_Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXJ5Y2FuYXI=";
const PATH: &str = "/in/canary-of-the-path";

struct Hooked {
    server: TestServer,
    receiver: Receiver,
    id: WebhookId,
}

fn hooked(kinds: &[EventKind]) -> Hooked {
    let receiver = Receiver::start();
    let allow = format!("127.0.0.1:{}", receiver.port);
    let server = start_with(&[("REJOINDER_LIMITS_ENABLED", "false"), ("REJOINDER_OUTBOUND_ALLOW", &allow)]);
    let id = insert(&server, receiver.port, PATH, kinds);
    Hooked { server, receiver, id }
}

fn insert(server: &TestServer, port: u16, path: &str, kinds: &[EventKind]) -> WebhookId {
    let url = format!("http://127.0.0.1:{port}{path}");
    let new = NewWebhook { site: server.site().id, url: &url, kinds, template: Template::Standard, secret: SECRET };
    server.app.store.insert_webhook(&new, server.app.now()).unwrap().id
}

impl Hooked {
    /// What was told meanwhile.
    fn after(&self, time: Duration) -> Vec<Got> {
        pass(&self.server, time);
        let told = self.receiver.take();
        if !told.is_empty()
            && let Some(checked) = verify(&self.server, SECRET, &told)
        {
            assert!(checked.iter().all(|is_true| *is_true), "a call that its receiver would not take: {told:?}");
        }
        told
    }

    fn submit(&self, text: &str) -> String {
        let body = json!({"page": "/hello", "title": "Hello", "name": "Ada", "text": text});
        self.server.visitor().ask("POST", "/comments", Some(body)).id()
    }

    fn decide(&self, id: &str, action: &str) {
        assert_eq!(self.server.token(Scope::Moderate).ask("POST", &format!("/comments/{id}/{action}"), None).status, 200, "{action}");
    }

    fn state(&self) -> WebhookState {
        self.server.app.store.find_webhook(self.server.site().id, self.id).unwrap().unwrap().state
    }

    /// Presses a button of the desk.
    fn press(&self, owner: &Person<'_>, below: &str) {
        let page = owner.get(&format!("/admin/sites/{SITE}/webhooks/{}", self.id)).body;
        let token = page.split_once("name=\"token\" value=\"").unwrap().1.split_once('"').unwrap().0;
        assert_eq!(owner.form(&format!("/admin/sites/{SITE}/{below}"), &[("token", token)]).status, 303, "{below}");
    }

    fn own_page(&self) -> String {
        self.server.owner().get(&format!("/admin/sites/{SITE}/webhooks/{}", self.id)).body
    }
}

fn kinds(calls: &[Got]) -> Vec<String> {
    calls.iter().map(Got::kind).collect()
}

fn only(calls: &[Got]) -> Value {
    assert_eq!(calls.len(), 1, "{:?}", kinds(calls));
    calls[0].json()
}

#[test]
fn a_webhook_is_told_of_each_kind_and_every_call_is_a_true_one() {
    let hooked = hooked(&EventKind::ALL);
    insert(&hooked.server, hooked.receiver.port, "/held", &[EventKind::Held]);
    let mut all = vec![];
    hooked.submit("Straight away");
    assert!(hooked.receiver.take().is_empty(), "nothing is told before its time");
    let told = hooked.after(A_MOMENT);
    assert_eq!(kinds(&told), ["comment.submitted", "comment.published"]);
    assert_eq!(told[1].json()["data"]["comment"]["text"], "Straight away");
    all.extend(told);
    hooked.server.set("moderation", "all");
    let waits = hooked.submit("Patience");
    let told = hooked.after(A_MOMENT);
    assert_eq!(kinds(&told), ["comment.submitted", "comment.held", "comment.held"]);
    assert_eq!(told.iter().filter(|call| call.path == "/held").count(), 1, "whoever wants one kind gets that one");
    assert_eq!(told[1].json()["data"]["held_because"], json!(["everything_waits"]));
    all.extend(told);
    hooked.decide(&waits, "approve");
    let told = hooked.after(A_MOMENT);
    assert_eq!(only(&told)["type"], "comment.published");
    all.extend(told);
    let store = &hooked.server.app.store;
    let (site, now) = (hooked.server.site().id, hooked.server.app.now());
    store.insert_report(site, waits.parse().unwrap(), &[7; 16], ReportReason::Spam, "an advertisement", now).unwrap();
    let told = hooked.after(A_MOMENT);
    assert_eq!(only(&told)["data"]["reasons"], json!([{"reason": "spam", "count": 1}]));
    all.extend(told);
    hooked.decide(&waits, "remove");
    let told = hooked.after(A_MOMENT);
    assert_eq!(only(&told)["data"]["comment"]["status"], "removed");
    assert!(!told[0].body.contains("Patience") && !told[0].body.contains("Ada"), "{}", told[0].body);
    all.extend(told);
    assert!(all.iter().all(|call| !call.body.contains("advertisement")), "what readers report is for the desk");
    assert!(hooked.after(DAY).is_empty(), "each is told once");
    let mut ids: Vec<&str> = all.iter().map(Got::id).collect();
    ids.dedup();
    assert_eq!(ids.len(), all.len(), "each under an identifier of its own");
}

#[test]
fn t61_each_try_is_signed_anew_under_the_same_identifier_and_says_the_same() {
    let hooked = hooked(&[EventKind::Published]);
    hooked.receiver.answer(500);
    hooked.submit("Hi");
    let mut tries = vec![];
    for (wait, status) in [(10, 500), (61, 500), (301, 200)] {
        hooked.receiver.answer(status);
        let told = hooked.after(Duration::from_secs(wait));
        assert_eq!(told.len(), 1, "after {wait} seconds: {:?}", log(&hooked.server));
        tries.extend(told);
    }
    assert_eq!(log(&hooked.server), [("done", 3)]);
    let id = tries[0].id().strip_prefix("msg_").unwrap().to_owned();
    hooked.press(&hooked.server.owner(), &format!("calls/{id}/resend"));
    tries.extend(hooked.after(Duration::ZERO));
    assert_eq!(tries.len(), 4);
    assert!(tries.iter().all(|call| call.id() == tries[0].id() && call.body == tries[0].body));
    assert_ne!(tries[0].headers["webhook-signature"], tries[2].headers["webhook-signature"]);
    assert!(hooked.own_page().contains("<bdi>200 as told: 200</bdi>"));
    // What is true for one secret is not for another, and not with another text.
    let mut changed = tries[3].clone();
    changed.body = changed.body.replace("Hi", "Ho");
    let Some(checked) = verify(&hooked.server, SECRET, &[tries[3].clone(), changed]) else { return };
    assert_eq!(checked, [true, false]);
}

#[test]
fn t61_for_a_day_after_a_rotation_calls_are_signed_with_both_secrets() {
    const NEW: &str = "whsec_bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU=";
    let hooked = hooked(&[EventKind::Published]);
    let site = hooked.server.site().id;
    hooked.server.app.store.update_webhook_secret(site, hooked.id, NEW, hooked.server.app.now().plus_seconds(86_400)).unwrap();
    hooked.submit("In between");
    let both = hooked.after(A_MOMENT);
    assert_eq!((both.len(), both[0].headers["webhook-signature"].matches("v1,").count()), (1, 2));
    let checked = |secret, calls: &[Got]| verify(&hooked.server, secret, calls);
    let taken = (checked(SECRET, &both), checked(NEW, &both));
    hooked.server.wait(DAY);
    hooked.submit("Afterwards");
    pass(&hooked.server, A_MOMENT);
    let one = hooked.receiver.take();
    assert_eq!((one.len(), one[0].headers["webhook-signature"].matches("v1,").count()), (1, 1));
    if taken.0.is_some() {
        assert_eq!(taken, (Some(vec![true]), Some(vec![true])));
        assert_eq!((checked(SECRET, &one), checked(NEW, &one)), (Some(vec![false]), Some(vec![true])));
    }
}

#[test]
fn nothing_is_told_of_what_its_author_undid_in_time() {
    let hooked = hooked(&EventKind::ALL);
    let visitor = hooked.server.visitor();
    let sent = visitor.submit("/hello", "Oops");
    hooked.server.wait(Duration::from_secs(8));
    assert_eq!(visitor.with_bearer(&sent.receipt()).ask("DELETE", &format!("/comments/{}", sent.id()), None).status, 200);
    assert!(hooked.after(DAY).is_empty() && log(&hooked.server).is_empty());
}

#[test]
fn a_receiver_that_is_gone_for_good_is_not_asked_again() {
    let hooked = hooked(&[EventKind::Published]);
    hooked.receiver.answer(410);
    hooked.submit("Hi");
    assert_eq!(hooked.after(A_MOMENT).len(), 1);
    assert!(hooked.after(2 * DAY).is_empty());
    assert_eq!(log(&hooked.server), [("failed", 1)]);
    let page = hooked.own_page();
    assert!(page.contains("given up") && page.contains("<bdi>410 as told: 410</bdi>"), "{page}");
}

#[test]
fn five_days_of_failing_switch_a_webhook_off_and_its_owner_switches_it_on_again() {
    let hooked = hooked(&[EventKind::Published]);
    hooked.receiver.answer(500);
    hooked.submit("One");
    assert_eq!(hooked.after(A_MOMENT).len(), 1);
    // It worked in between: the days are counted anew.
    hooked.receiver.answer(200);
    assert_eq!(hooked.after(3 * DAY).len(), 1);
    hooked.receiver.answer(500);
    hooked.submit("Two");
    assert_eq!(hooked.after(4 * DAY).len(), 1);
    assert_eq!(hooked.state(), WebhookState::On);
    assert_eq!(hooked.after(5 * DAY).len(), 1);
    assert_eq!(hooked.state(), WebhookState::Failing);
    assert!(hooked.own_page().contains("off after failing for five days"));
    hooked.submit("Three");
    assert!(hooked.after(DAY).is_empty(), "it is off");
    let owner = hooked.server.owner();
    // A test goes out all the same, and once.
    hooked.press(&owner, &format!("webhooks/{}/test", hooked.id));
    let test = hooked.after(Duration::ZERO);
    assert_eq!(only(&test), json!({"type": "webhook.test", "timestamp": hooked.server.app.now().to_string(), "data": {"site": SITE}}));
    assert!(hooked.after(2 * DAY).is_empty(), "a test that failed is not made again");
    hooked.receiver.answer(204);
    hooked.press(&owner, &format!("webhooks/{}/on", hooked.id));
    hooked.submit("Four");
    assert_eq!(only(&hooked.after(A_MOMENT))["data"]["comment"]["text"], "Four");
}

#[test]
fn what_waits_for_a_removed_webhook_is_not_sent() {
    let hooked = hooked(&[EventKind::Published]);
    hooked.receiver.answer(500);
    hooked.submit("Hi");
    assert_eq!(hooked.after(A_MOMENT).len(), 1);
    hooked.press(&hooked.server.owner(), &format!("webhooks/{}/delete", hooked.id));
    hooked.submit("Nobody hears this");
    assert!(hooked.after(2 * DAY).is_empty());
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn t90_neither_secret_nor_path_of_a_webhook_is_in_any_log() {
    let kept = Log::default();
    let writer = kept.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_writer(move || writer.clone()).finish();
    // Other tests of this program may log meanwhile, which adds words and takes none away.
    tracing::subscriber::set_global_default(subscriber).unwrap();
    let hooked = hooked(&[EventKind::Published]);
    for status in [500, 410, 204] {
        hooked.receiver.answer(status);
        hooked.submit("Hi");
        assert!(!hooked.after(Duration::from_secs(120)).is_empty());
    }
    // Nobody listens there.
    insert(&hooked.server, 1, PATH, &[EventKind::Published]);
    hooked.submit("Hi");
    hooked.after(A_MOMENT);
    hooked.own_page();
    tracing::info!("the end of the test");
    let log = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("the end of the test"));
    let told: Vec<&str> = log.lines().filter(|line| line.contains("canary-of-the-path") || line.contains("Y2FuYXJ5")).collect();
    assert!(told.is_empty(), "{told:#?}");
}
