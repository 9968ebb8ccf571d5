//! Submits while nobody answers this server's mails and webhooks, beside the same submits on a server that has neither.

use std::{
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use rejoinder::{
    actions::{self, Sent},
    app::{App, Visitor},
    clock::Clock,
    config::{Config, Flags},
    model::{EventKind, PageAsked, Submission, Template},
    notify::webhook::Secret,
    serve::open_app,
    store::{Ceilings, NewFollow, NewWebhook},
};

use crate::{Bar, Client, Row, Server, row};

/// One measures the noise of this machine; the median of so many is a figure.
const ROUNDS: u32 = 5;
/// At once, each as fast as it is answered: a server that is really busy.
const SUBMITTERS: usize = 8;
/// Written an hour before, so that their notices are due when the server starts.
const COMMENTS: usize = 200;
const PAGES: usize = 8;
const FOLLOWERS: usize = 5;
const WEBHOOKS: usize = 3;

pub fn measure(time: Duration) -> Vec<Row> {
    let dead = Dead::start();
    let (quiet, hindered) = (tempfile::tempdir().expect("a temporary folder"), tempfile::tempdir().expect("a temporary folder"));
    drop(write(quiet.path()));
    let app = write(hindered.path());
    add_listeners(&app, dead.port);
    drop(app);
    let port = dead.port.to_string();
    let allow = format!("127.0.0.0/8:{port}");
    let mail = [("HOST", "127.0.0.1"), ("PORT", &port), ("TLS", "none"), ("FROM", "talk@bench.example")];
    let mail = mail.map(|(name, value)| (format!("REJOINDER_MAIL_{name}"), value));
    let mut variables: Vec<(&str, &str)> = mail.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    variables.push(("REJOINDER_OUTBOUND_ALLOW", &allow));
    // The same slowed disk below both, so that the machine's own matters little.
    let (slow, milliseconds) = crate::slow_sync();
    let slowed = [("LD_PRELOAD", slow.as_str()), ("SLOW_SYNC_MS", milliseconds.as_str())];
    variables.extend(slowed);
    let (without, with) = (Server::start(quiet.path(), &slowed), Server::start(hindered.path(), &variables));
    // Until the first attempts hang.
    dead.wait_for_visits(WEBHOOKS);
    let mut rounds: Vec<[Duration; 2]> = Vec::new();
    for _ in 0..ROUNDS {
        // At the same moments, so that whatever else this machine does happens to both.
        rounds.push(std::thread::scope(|scope| {
            let both = [&without, &with].map(|server| scope.spawn(move || p99_of_submits(server, time * 3 / ROUNDS)));
            both.map(|one| one.join().expect("no panic"))
        }));
    }
    let mut ratios: Vec<f64> = rounds.iter().map(|[without, with]| with.as_secs_f64() / without.as_secs_f64()).collect();
    let median = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let milliseconds = |side: usize| rounds.iter().map(|round| round[side].as_secs_f64() * 1000.0).collect::<Vec<_>>();
    vec![
        row("SUBMIT p99 of 8, sync +5 ms", median(&mut milliseconds(0)), "ms"),
        row("SUBMIT p99 of 8, dead mail and webhooks", median(&mut milliseconds(1)), "ms"),
        Row { bar: Some(Bar::AtMost(1.1)), ..row("SUBMIT p99, dead mail and webhooks : none", median(&mut ratios), "times") },
    ]
}

/// What all submits but one in a hundred took at most.
fn p99_of_submits(server: &Server, time: Duration) -> Duration {
    let began = Instant::now();
    let submits = move |submitter: usize| {
        let (mut client, mut took) = (server.client(), Vec::new());
        while began.elapsed() < time {
            let before = Instant::now();
            let taken = client.submit(&format!("/page-{}", submitter % PAGES), "How long does this take?");
            took.push(before.elapsed());
            assert!(taken.is_some(), "a submit is refused");
        }
        took
    };
    let mut took: Vec<Duration> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..SUBMITTERS).map(|submitter| scope.spawn(move || submits(submitter))).collect();
        all.into_iter().flat_map(|one| one.join().expect("no panic")).collect()
    });
    took.sort();
    took[took.len() * 99 / 100]
}

/// The data of a server with comments of an hour ago that nobody was told of yet.
fn write(folder: &Path) -> App {
    let flags = Flags { data: Some(folder.join("data").display().to_string()), ..Flags::default() };
    let config = Config::from_layers(&flags, vec![("REJOINDER_LIMITS_ENABLED".into(), "false".into())], folder).expect("good settings");
    let an_hour_ago = Clock::System.now().minus_seconds(3600);
    let app = open_app(config, Clock::Hand(Arc::new(AtomicI64::new(an_hour_ago.0)))).expect("a database");
    let site = actions::add_site(&app, "bench", None, &["https://bench.example".to_owned()]).expect("a site");
    for n in 0..COMMENTS {
        let submission = Submission {
            page: PageAsked { page: Some(format!("/page-{}", n % PAGES)), url: None },
            text: Some("Written an hour ago".into()),
            ..Submission::default()
        };
        actions::submit_comment(&app, &Visitor::default(), &site, Sent { submission, ..Sent::default() }).expect("a comment");
    }
    app
}

/// Webhooks that never answer, each on a host of its own, and readers who follow every page.
fn add_listeners(app: &App, port: u16) {
    let site = actions::find_site(app, "bench").expect("the site");
    for n in 1..=WEBHOOKS {
        let (url, secret) = (format!("http://127.0.0.{n}:{port}/"), Secret::random().reveal());
        let new = NewWebhook { site: site.id, url: &url, kinds: &EventKind::ALL, template: Template::Standard, secret: &secret };
        app.store.insert_webhook(&new, app.now()).expect("a webhook");
    }
    for page in app.store.list_pages(site.id, 100).expect("pages") {
        for reader in 0..FOLLOWERS {
            let address = format!("reader{reader}@example.org");
            app.store.vouch_for_address(&address, "en", app.now()).expect("an address");
            let follow = NewFollow { site: site.id, page: page.id, comment: None, address: &address, author: None, lang: "en" };
            let many = Ceilings { per_hour: 100_000, per_day: 100_000 };
            app.store.insert_follow(&follow, many, app.now()).expect("a follow");
        }
    }
}

/// Takes every connection and never says a word.
struct Dead {
    port: u16,
    visits: Arc<AtomicUsize>,
}

impl Dead {
    fn start() -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let visits = Arc::<AtomicUsize>::default();
        let counted = visits.clone();
        std::thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                // Held open until the benchmark ends.
                kept.push(stream);
                counted.fetch_add(1, Ordering::SeqCst);
            }
        });
        Self { port, visits }
    }

    fn wait_for_visits(&self, count: usize) {
        let began = Instant::now();
        while self.visits.load(Ordering::SeqCst) < count {
            assert!(began.elapsed() < Duration::from_secs(20), "nobody is called");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}
