//! What a running server has, and how blocking work enters it.

use std::{net::IpAddr, sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use crate::clock::Clock;
use crate::config::Config;
use crate::error::Error;
use crate::limits::Limits;
use crate::model::Timestamp;
use crate::secrets::Secrets;
use crate::store::Store;

/// One running server. Cloning is cheap and gives the same server.
#[derive(Clone)]
pub struct App {
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    pub limits: Arc<Limits>,
    pub secrets: Arc<Secrets>,
    pub config: Arc<Config>,
    permits: Arc<Permits>,
}

/// What a piece of blocking work mostly does; each kind has permits of its own, so that one never starves another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Waits for the writing thread. Refused at once when all permits are out.
    Write,
    /// Reads from the store.
    Read,
    /// Hashes a password or turns Markdown into HTML.
    Cpu,
}

struct Permits {
    write: Arc<Semaphore>,
    read: Arc<Semaphore>,
    cpu: Arc<Semaphore>,
}

/// Submits that may wait for the writing thread at once; also the most that one commit can hold.
const WRITES_AT_ONCE: usize = 256;

/// How long a read waits for its turn before it is told to come back.
const TURN_WAIT: Duration = Duration::from_secs(5);

impl App {
    pub fn new(store: Arc<dyn Store>, clock: Clock, limits: Limits, secrets: Secrets, config: Config) -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let permits = Permits {
            write: Arc::new(Semaphore::new(WRITES_AT_ONCE)),
            read: Arc::new(Semaphore::new(2 * cores)),
            cpu: Arc::new(Semaphore::new(cores)),
        };
        Self { store, clock, limits: Arc::new(limits), secrets: Arc::new(secrets), config: Arc::new(config), permits: Arc::new(permits) }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs blocking work off the request threads. `Busy` when there is no turn for it in time.
    pub async fn blocking<T: Send + 'static>(
        &self,
        work: Work,
        f: impl FnOnce(&App) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let permit = match work {
            Work::Write => self.permits.write.clone().try_acquire_owned().map_err(|_| Error::Busy)?,
            Work::Read => Self::turn(&self.permits.read).await?,
            Work::Cpu => Self::turn(&self.permits.cpu).await?,
        };
        let app = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            f(&app)
        });
        match done.await {
            Ok(result) => result,
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_) => Err(Error::Busy), // the runtime is stopping
        }
    }

    async fn turn(permits: &Arc<Semaphore>) -> Result<tokio::sync::OwnedSemaphorePermit, Error> {
        let turn = tokio::time::timeout(TURN_WAIT, permits.clone().acquire_owned()).await;
        turn.ok().and_then(Result::ok).ok_or(Error::Busy)
    }
}

/// Whoever is asking now, as far as rules care.
#[derive(Clone, Debug, Default)]
pub struct Visitor {
    /// `None` behind a unix socket whose proxy names nobody: such a proxy has to limit by itself.
    pub address: Option<IpAddr>,
    /// The `Origin` header, as sent.
    pub origin: Option<String>,
    /// What came as `Authorization: Bearer`, or as `receipt` in a form.
    pub bearer: Option<String>,
}
