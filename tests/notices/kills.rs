//! The loop that sends, killed at any moment: each notice arrives, under one Message-ID.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{Arc, atomic::AtomicI64},
    time::{Duration, Instant},
};

use rejoinder::app::App;
use rejoinder::clock::Clock;
use rejoinder::config::{Config, Flags};
use rejoinder::delivery::{self, Couriers};
use rejoinder::model::{DeliveryState, PageAsked, SiteId, Submission, Timestamp};
use rejoinder::store::NewFollow;
use rejoinder::{actions, app::Visitor, serve};
use tokio_util::sync::CancellationToken;

use crate::children::{Dice, child, order, times};
use crate::harness::{ORIGIN, SITE, START};
use crate::post::{MANY, header, to};
use crate::smtp::SmtpServer;

const NAME: &str = "kills::t57_killed_at_any_moment_each_notice_arrives_under_one_message_id";
const PAGES: usize = 5;
const READERS: usize = 12;
const HOUR_MS: i64 = 3_600_000;

/// The data in `folder` at so many hours after the start.
fn open(folder: &Path, port: &str, hour: i64) -> App {
    let flags = Flags { data: Some(folder.display().to_string()), ..Flags::default() };
    let variables = [("HOST", "127.0.0.1"), ("PORT", port), ("TLS", "none"), ("FROM", "talk@blog.example")];
    let variables = variables.map(|(name, value)| (format!("REJOINDER_MAIL_{name}").into(), value.into()));
    let off = ("REJOINDER_LIMITS_ENABLED".into(), "false".into());
    let config = Config::from_layers(&flags, variables.into_iter().chain([off]).collect(), folder).unwrap();
    serve::open_app(config, Clock::Hand(Arc::new(AtomicI64::new(START + hour * HOUR_MS)))).unwrap()
}

/// Somebody writes on every page; all of it is due a moment later.
fn write_on_all_pages(app: &App, hour: i64) {
    let site = actions::find_site(app, SITE).unwrap();
    for page in 0..PAGES {
        let submission = Submission {
            page: PageAsked { page: Some(format!("/{page}")), url: None },
            text: Some(format!("hour {hour} page {page} end")),
            ..Submission::default()
        };
        actions::submit_comment(app, &Visitor::default(), &site, actions::Sent { submission, ..Default::default() }).unwrap();
    }
}

fn stuck(app: &App, site: SiteId) -> Vec<rejoinder::model::Delivery> {
    let mut all = app.store.list_deliveries(site, None, 1_000_000).unwrap();
    all.retain(|delivery| delivery.state != DeliveryState::Done);
    all
}

fn is_due(app: &App, hour: i64) -> bool {
    app.store.find_next_due().unwrap().is_some_and(|due| due <= Timestamp(START + hour * HOUR_MS))
}

#[test]
fn t57_killed_at_any_moment_each_notice_arrives_under_one_message_id() {
    if let Some((folder, order)) = order() {
        let (port, hour) = order.split_once(' ').unwrap();
        // Ten minutes after the comments were written.
        let app = open(&folder, port, hour.parse().unwrap());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let couriers = Couriers::new(&app).unwrap();
        runtime.block_on(delivery::run(app, couriers, CancellationToken::new()));
        return;
    }
    let Some(smtp) = SmtpServer::start(&[]) else { return };
    let (folder, port) = (tempfile::tempdir().unwrap(), smtp.port.to_string());
    let first = open(folder.path(), &port, 0);
    actions::add_site(&first, SITE, None, &[ORIGIN.to_owned()]).unwrap();
    write_on_all_pages(&first, 0);
    let site = actions::find_site(&first, SITE).unwrap();
    for page in first.store.list_pages(site.id, 100).unwrap() {
        for reader in 0..READERS {
            let address = format!("reader{reader}@example.org");
            first.store.vouch_for_address(&address, "en", first.now()).unwrap();
            let follow = NewFollow { site: site.id, page: page.id, comment: None, address: &address, author: None, lang: "en" };
            first.store.insert_follow(&follow, MANY, first.now()).unwrap();
        }
    }
    drop(first);
    let kills = times("REJOINDER_PROOF_NOTICE_KILLS", 40);
    let (mut dice, mut killed, mut hour) = (Dice(7), 0, 1);
    while killed < kills {
        let app = open(folder.path(), &port, hour);
        if !is_due(&app, hour) {
            hour += 1;
            // Written an hour before the next child looks.
            write_on_all_pages(&app, hour);
        }
        drop(app);
        let mut running = child(NAME, folder.path(), &format!("{port} {}", hour + 1)).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(10 + dice.below(80) as u64));
        running.kill().unwrap();
        running.wait().unwrap();
        killed += 1;
        hour += i64::from(killed % 7 == 0);
    }
    // The last one is left alone until nothing is due.
    let mut running = child(NAME, folder.path(), &format!("{port} {}", hour + 2)).spawn().unwrap();
    let app = open(folder.path(), &port, hour + 2);
    let began = Instant::now();
    let site = actions::find_site(&app, SITE).unwrap();
    let waits = || {
        let all = app.store.list_deliveries(site.id, None, 1_000_000).unwrap();
        is_due(&app, hour + 2) || all.iter().any(|delivery| matches!(delivery.state, DeliveryState::Waiting | DeliveryState::UnderWay))
    };
    while waits() {
        assert!(began.elapsed() < Duration::from_secs(60), "notices are stuck: {:?}", stuck(&app, site.id));
        std::thread::sleep(Duration::from_millis(50));
    }
    running.kill().unwrap();
    running.wait().unwrap();
    let deliveries = app.store.list_deliveries(site.id, None, 1_000_000).unwrap();
    assert!(deliveries.iter().all(|delivery| delivery.state == DeliveryState::Done), "nothing failed here");
    // Every comment in every mailbox, each under one identifier however often it arrived.
    let mut ids: BTreeMap<(String, String), String> = BTreeMap::new();
    let mails = smtp.mails();
    for mail in &mails {
        let id = header(mail, "message-id");
        for told in mail["text"].as_str().unwrap().split("hour ").skip(1) {
            let told = told.split(" end").next().unwrap().to_owned();
            let earlier = ids.insert((to(mail), told.clone()), id.clone());
            assert!(earlier.is_none_or(|earlier| earlier == id), "{told} came to {} under two identifiers", to(mail));
        }
    }
    let written = ids.keys().map(|(_, told)| told).collect::<std::collections::BTreeSet<_>>().len();
    assert_eq!(ids.len(), written * READERS, "{written} comments were told to {READERS} readers each");
    assert!(written >= 2 * PAGES, "{written}");
    println!("{kills} kills, {} deliveries, {} mails, {} of them again", deliveries.len(), mails.len(), mails.len() - deliveries.len());
}
