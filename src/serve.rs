//! Wiring: settings → store → App → web → listener. The program, tests and benchmarks start the same server here.

use std::{sync::Arc, time::Duration};

use anyhow::Context;
use tokio_util::sync::CancellationToken;

use crate::actions;
use crate::app::{App, Work};
use crate::clock::Clock;
use crate::config::{Config, Listen};
use crate::delivery::{self, Couriers};
use crate::error::Error;
use crate::limits::Limits;
use crate::secrets::Secrets;
use crate::store::Upkeep;
use crate::store::sqlite::SqliteStore;
use crate::web::assets::script_tag;
use crate::web::server::{self, Bounds, Listener};
use crate::web::{self, Web};

/// Opens the data that the settings name. Makes the folder and the file where there are none.
pub fn open_app(config: Config, clock: Clock) -> anyhow::Result<App> {
    let path = config.database_path();
    let folder = path.parent().context("setting database: names no file")?;
    std::fs::create_dir_all(folder).with_context(|| format!("setting data: the folder {} cannot be made", folder.display()))?;
    let store = SqliteStore::open(&path, clock.now()).with_context(|| format!("setting data: {}", path.display()))?;
    let secrets = Secrets::new(store.installation_key()?);
    let limits = Limits::new(&config.limits, clock.clone());
    Ok(App::new(Arc::new(store), clock, limits, secrets, config))
}

/// A server that is ready to run: its data is open and its first site exists.
pub struct Server {
    pub app: App,
    greeting: String,
}

impl Server {
    /// Opens the data, makes the demo where no site exists, and begins the first set-up where nobody has signed in yet.
    pub fn prepare(config: Config, clock: Clock) -> anyhow::Result<Self> {
        let app = open_app(config, clock)?;
        let demo = web::demo::prepare(&app)?;
        let code = actions::begin_set_up(&app)?;
        let greeting = greet(&app, demo, code.as_deref())?;
        Ok(Self { app, greeting })
    }

    /// What a newcomer is told: where the demo and the desk are, what to paste, and how to add a site.
    pub fn greeting(&self) -> &str {
        &self.greeting
    }

    /// Serves until told to stop, then finishes what was begun.
    pub async fn run(self, listener: Listener, stop: CancellationToken) -> anyhow::Result<()> {
        let app = self.app;
        let chores = tokio::spawn(keep_house(app.clone(), stop.clone()));
        let deliveries = tokio::spawn(delivery::run(app.clone(), Couriers::new(&app)?, stop.clone()));
        let routes = web::routes(Web::new(&app)?);
        server::run(listener, warp::service(routes), bounds(&app.config), stop.clone()).await;
        stop.cancel();
        chores.await.context("housekeeping")?;
        deliveries.await.context("deliveries")?;
        Ok(())
    }
}

/// The command `serve`: listens where the settings say, greets, and serves until SIGTERM or Ctrl-C.
pub async fn serve_until_stopped(config: Config) -> anyhow::Result<()> {
    web::log::start(&config)?;
    raise_file_limit();
    let listener = listen(&config.listen).await.context("setting listen")?;
    let server = Server::prepare(config.bound_to(listener.local_address()), Clock::System)?;
    print!("{}", server.greeting());
    let stop = CancellationToken::new();
    tokio::spawn(cancel_on_signal(stop.clone()));
    // Without systemd there is nobody to notify, which is no failure.
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    server.run(listener, stop).await
}

/// Each connection is an open file, and the usual limit is lower than what the system would give.
fn raise_file_limit() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        if current != maximum
            && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
        {
            tracing::warn!(%error, "the limit of open files stays as it is");
        }
    }
}

async fn listen(listen: &Listen) -> std::io::Result<Listener> {
    match listen {
        Listen::Tcp(address) => Listener::bind_tcp(*address).await,
        Listen::Unix(path) => Listener::bind_unix(path),
        Listen::Systemd => Listener::inherit(),
    }
}

fn bounds(config: &Config) -> Bounds {
    Bounds {
        connections_max: config.limits.connections as usize,
        connections_per_client_max: config.limits.connections_per_client as usize,
        trusted_proxies: config.trusted_proxies.clone(),
        https: config.is_https(),
        ..Bounds::default()
    }
}

async fn cancel_on_signal(stop: CancellationToken) {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminate => {}
    }
    stop.cancel();
}

fn greet(app: &App, demo: bool, code: Option<&str>) -> Result<String, Error> {
    let at = app.config.public_url();
    let mut lines = vec![format!("Rejoinder is listening on {at}"), String::new()];
    if demo {
        lines.push(format!("  Look at it       {at}/demo/"));
    }
    lines.push(match code {
        Some(code) => format!("  Your desk        {at}/admin/setup?code={code}   (works once)"),
        None => format!("  Your desk        {at}/admin/"),
    });
    lines.push(format!("  Add your site    {} site add my-blog --origin https://blog.example", program()));
    lines.push("  Paste the tag".into());
    let sites = app.store.list_sites()?;
    let own = sites.iter().map(|site| site.key.as_str()).find(|key| *key != "demo");
    lines.extend(script_tag(&at, own.unwrap_or("my-blog")).lines().map(|line| format!("    {line}")));
    Ok(lines.join("\n") + "\n\n")
}

/// What people type to start this very program.
fn program() -> String {
    std::env::args().next().unwrap_or_else(|| "rejoinder".into())
}

/// Forgets in time, cleans old HTML again and keeps the limits small, until told to stop.
async fn keep_house(app: App, stop: CancellationToken) {
    let mut minute = tokio::time::interval(Duration::from_secs(60));
    let mut minutes = 0_u64;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = minute.tick() => {}
        }
        if minutes.is_multiple_of(60) {
            let forget = app.blocking(Work::Write, actions::forget_old).await;
            report("forgetting what is old", forget);
        }
        while !stop.is_cancelled() {
            match app.blocking(Work::Write, actions::clean_stale_markup).await {
                Ok(0) => break,
                Ok(cleaned) => tracing::info!(cleaned, "comments were cleaned by the new rules"),
                Err(error) => {
                    report("cleaning comments again", Err(error));
                    break;
                }
            }
        }
        minutes += 1;
    }
}

fn report(chore: &str, done: Result<(), Error>) {
    if let Err(error) = done {
        let cause = match &error {
            Error::Internal(cause) | Error::DiskFull(cause) => cause.clone(),
            other => other.to_string(),
        };
        tracing::error!(chore, cause, "a chore failed; it is tried again later");
    }
}
