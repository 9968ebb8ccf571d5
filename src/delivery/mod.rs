//! What happened becomes mails and calls, and those go out: the loop beside the listener. Nothing that people wait for
//! waits for anything here.
//!
//! A happening is taken apart once (`settle`), in one transaction with the deliveries that come of it. A delivery is
//! claimed, made (`letters` or `calls`), handed over, and noted, each step durable before the next: whoever is killed
//! in between tries again under the same identifier.

mod calls;
mod letters;
mod remind;
mod settle;

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{Delivery, NoticeKind, Timestamp, retry_after_seconds};
use crate::notify::mail::{Mailer, Outcome, Refused};
use crate::notify::outbound::Outbound;
use crate::store::Ended;

/// How often the store is asked whether something is due: other processes write to it too. With the nine seconds that a
/// notice waits, a mail is handed over within ten.
const LOOK_EVERY: Duration = Duration::from_millis(400);
/// After trouble with the store.
const REST: Duration = Duration::from_secs(5);
/// Mails and calls under way at a time.
const AT_ONCE: usize = 16;
/// Longer than any attempt takes. What was claimed before a kill is released at the next start, not by this.
const CLAIM_SECONDS: i64 = 300;
/// Happenings that share a transaction: few, because a submit that comes meanwhile waits for it.
const SETTLED_AT_ONCE: usize = 4;
/// How often it is looked who has waited too long.
const REMIND_EVERY_SECONDS: i64 = 3600;

/// The ways out of this server.
#[derive(Clone)]
pub struct Couriers {
    /// `None` where no mail is set up.
    mailer: Option<Arc<Mailer>>,
    outbound: Outbound,
}

impl Couriers {
    /// Reads what the settings of mail name, such as a file of certificates.
    pub fn new(app: &App) -> anyhow::Result<Self> {
        let mailer = app.config.mail.as_ref().map(Mailer::new).transpose()?;
        let outbound = Outbound::new(&app.config.outbound_allow, app.config.dns);
        Ok(Self { mailer: mailer.map(Arc::new), outbound })
    }
}

/// Runs until told to stop, then finishes what is under way.
pub async fn run(app: App, couriers: Couriers, stop: CancellationToken) {
    let mut remind_at = Timestamp(0);
    let round = Round { app, couriers, under_way: TaskTracker::new(), places: Arc::new(Semaphore::new(AT_ONCE)) };
    let mut released = false;
    while !stop.is_cancelled() {
        if !released {
            released = round.release().await;
        }
        if round.app.now() >= remind_at {
            match round.app.blocking(Work::Write, remind::remind).await {
                Ok(()) => remind_at = round.app.now().plus_seconds(REMIND_EVERY_SECONDS),
                Err(error) => report("reminding of who waits", &error),
            }
        }
        let pause = match round.once().await {
            Ok(()) => LOOK_EVERY,
            Err(error) => {
                report("looking for what has to be sent", &error);
                REST
            }
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    round.under_way.close();
    round.under_way.wait().await;
}

struct Round {
    app: App,
    couriers: Couriers,
    under_way: TaskTracker,
    places: Arc<Semaphore>,
}

impl Round {
    async fn release(&self) -> bool {
        let released = self.app.blocking(Work::Write, |app| Ok(app.store.release_claims(app.now())?)).await;
        released.inspect_err(|error| report("taking up what was under way", error)).is_ok()
    }

    /// Takes apart what is due and sends what is due.
    async fn once(&self) -> Result<(), Error> {
        while self.app.blocking(Work::Read, |app| Ok(app.store.find_next_due()?.is_some_and(|due| due <= app.now()))).await? {
            let settled = self.app.blocking(Work::Write, |app| settle::settle(app, SETTLED_AT_ONCE)).await?;
            let sent = self.send().await?;
            if settled + sent == 0 {
                break; // all places are taken
            }
        }
        Ok(())
    }

    /// Claims as much as there are free places for.
    async fn send(&self) -> Result<usize, Error> {
        let free = self.places.available_permits();
        if free == 0 {
            return Ok(0);
        }
        let claimed = self.app.blocking(Work::Write, move |app| {
            let now = app.now();
            Ok(app.store.claim_deliveries(now, now.plus_seconds(CLAIM_SECONDS), free)?)
        });
        let claimed = claimed.await?;
        let count = claimed.len();
        for delivery in claimed {
            let place = self.places.clone().try_acquire_owned();
            let (app, couriers) = (self.app.clone(), self.couriers.clone());
            self.under_way.spawn(async move {
                let _place = place;
                deliver(app, couriers, delivery).await;
            });
        }
        Ok(count)
    }
}

/// One attempt, and a note of how it ended.
async fn deliver(app: App, couriers: Couriers, delivery: Delivery) {
    let attempt = match delivery.kind {
        NoticeKind::Call => calls::call(&app, &couriers.outbound, &delivery).await,
        _ => mail(&app, couriers.mailer.as_deref(), &delivery).await,
    };
    let (ended, said) = attempt.unwrap_or_else(|error| {
        report("making a mail or call", &error);
        (again(&delivery, app.now()), error.to_string())
    });
    let id = delivery.id;
    let noted = app.blocking(Work::Write, move |app| Ok(app.store.finish_delivery(id, ended, &said, app.now())?)).await;
    if let Err(error) = noted {
        // It stays claimed and is tried again under the same identifier.
        report("noting how a mail or call ended", &error);
    }
}

async fn mail(app: &App, mailer: Option<&Mailer>, delivery: &Delivery) -> Result<(Ended, String), Error> {
    let Some(mailer) = mailer else {
        return Ok((again(delivery, app.now()), "No mail is set up on this server: the setting mail.host is empty.".into()));
    };
    let about = delivery.clone();
    let message = app.blocking(Work::Read, move |app| letters::compose(app, &about)).await?;
    let Some(message) = message else {
        return Ok((Ended::Dropped, "There was nothing to say any more.".into()));
    };
    Ok(match mailer.send(&message).await {
        Outcome::Sent(said) => (Ended::Done, said),
        Outcome::Later(said) => (again(delivery, app.now()), said),
        Outcome::Never { said, refused: Refused::Recipient } => (Ended::Refused, said),
        Outcome::Never { said, refused: Refused::Message } => (Ended::Failed, said),
    })
}

/// The next try, or the end after the last.
fn again(delivery: &Delivery, now: Timestamp) -> Ended {
    retry_after_seconds(delivery.tries).map_or(Ended::Failed, |seconds| Ended::Again(now.plus_seconds(seconds)))
}

fn report(what: &str, error: &Error) {
    let cause = match error {
        Error::Internal(cause) | Error::DiskFull(cause) => cause.clone(),
        other => other.to_string(),
    };
    tracing::error!(what, cause, "notices are late; they are tried again");
}
