//! How many calls a host gets at once, and for how long a host that keeps failing is left alone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};

use super::{Failure, Hop};

const AT_ONCE_MAX: usize = 10;
const FAILURES_MAX: u32 = 5;
const REST_MIN: Duration = Duration::from_secs(60);
const REST_MAX: Duration = Duration::from_secs(3600);
/// After a rest one call goes first, and the others wait for how it ends; it takes at most five seconds.
const TRIAL: Duration = Duration::from_secs(6);
/// Hosts that are remembered; those that neither fail nor are in use are forgotten first.
const HOSTS_MAX: usize = 1024;

#[derive(Default)]
pub struct Hosts {
    known: Mutex<HashMap<String, Host>>,
}

struct Host {
    places: Arc<Semaphore>,
    breaker: Breaker,
}

/// A place at a host, held while it is called.
pub struct Visit {
    hosts: Arc<Hosts>,
    host: String,
    is_trial: bool,
    _place: OwnedSemaphorePermit,
}

impl Hosts {
    /// Waits for a place at the host. An error while it rests, also when it began to rest in the meantime.
    pub async fn enter(self: &Arc<Self>, host: &str) -> Result<Visit, Failure> {
        let places = {
            let mut known = self.lock();
            if let Some(rest) = known.get(host).and_then(|host| host.breaker.rest(Instant::now())) {
                return Err(Failure::Resting(rest));
            }
            if known.len() >= HOSTS_MAX {
                known.retain(|_, host| host.breaker.failures > 0 || host.places.available_permits() < AT_ONCE_MAX);
            }
            known.entry(host.to_owned()).or_default().places.clone()
        };
        let place = places.acquire_owned().await.map_err(|_| Failure::Connect)?;
        let is_trial = self.lock().entry(host.to_owned()).or_default().breaker.begin(Instant::now()).map_err(Failure::Resting)?;
        Ok(Visit { hosts: self.clone(), host: host.to_owned(), is_trial, _place: place })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Host>> {
        // Nothing in here is half done when a holder panics.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// Tells how the call ended. Our own refusals say nothing about the host.
    pub fn leave(self, ended: &Result<Hop, Failure>) {
        let mut known = self.hosts.lock();
        let breaker = &mut known.entry(self.host.clone()).or_default().breaker;
        match ended {
            Ok(Hop::Answer(answer)) if answer.status >= 500 || answer.status == 429 => breaker.fail(Instant::now(), self.is_trial),
            Ok(_) => *breaker = Breaker::default(),
            Err(Failure::Dns | Failure::Connect | Failure::Tls | Failure::Timeout | Failure::TooLarge) => {
                breaker.fail(Instant::now(), self.is_trial);
            }
            Err(_) => {}
        }
    }
}

impl Default for Host {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE_MAX)), breaker: Breaker::default() }
    }
}

/// Failures in a row, and the end of the rest that follows from them.
#[derive(Clone, Copy, Debug, Default)]
struct Breaker {
    failures: u32,
    rests_until: Option<Instant>,
}

impl Breaker {
    fn rest(&self, now: Instant) -> Option<Duration> {
        self.rests_until.map(|until| until.saturating_duration_since(now)).filter(|rest| !rest.is_zero())
    }

    /// Whether the call that begins now is the trial after a rest; an error while the host rests.
    fn begin(&mut self, now: Instant) -> Result<bool, Duration> {
        if let Some(rest) = self.rest(now) {
            return Err(rest);
        }
        let is_trial = self.failures >= FAILURES_MAX;
        if is_trial {
            self.rests_until = Some(now + TRIAL);
        }
        Ok(is_trial)
    }

    /// Calls that were under way when the rest began do not make it longer.
    fn fail(&mut self, now: Instant, is_trial: bool) {
        if self.failures >= FAILURES_MAX && !is_trial {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES_MAX {
            let doubled = 2_u32.saturating_pow(self.failures - FAILURES_MAX);
            self.rests_until = Some(now + REST_MIN.saturating_mul(doubled).min(REST_MAX));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notify::outbound::Answer;

    #[test]
    fn t60_five_failures_in_a_row_begin_a_rest_that_doubles_up_to_an_hour() {
        let mut now = Instant::now();
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            assert_eq!(breaker.begin(now), Ok(false));
            breaker.fail(now, false);
        }
        for seconds in [60, 120, 240, 480, 960, 1920, 3600, 3600] {
            assert_eq!(breaker.rest(now), Some(Duration::from_secs(seconds)));
            now += Duration::from_secs(seconds - 1);
            assert_eq!(breaker.begin(now), Err(Duration::from_secs(1)));
            now += Duration::from_secs(1);
            assert_eq!(breaker.begin(now), Ok(true));
            assert_eq!(breaker.begin(now), Err(TRIAL), "one trial at a time");
            breaker.fail(now, false);
            breaker.fail(now, true);
        }
    }

    #[tokio::test]
    async fn a_success_forgives_earlier_failures_and_our_own_refusals_count_for_nothing() {
        let hosts = Arc::new(Hosts::default());
        let call = async |ended: Result<u16, Failure>| {
            let visit = hosts.enter("a:443").await?;
            visit.leave(&ended.map(|status| Hop::Answer(Answer { status, excerpt: String::new() })));
            Ok::<_, Failure>(())
        };
        for ended in [Err(Failure::Connect), Ok(500), Ok(429), Err(Failure::Tls), Ok(404), Err(Failure::ForbiddenAddress)] {
            assert_eq!(call(ended).await, Ok(()));
        }
        for ended in [Err(Failure::Timeout), Err(Failure::Dns), Err(Failure::ForbiddenAddress), Ok(503), Ok(500), Err(Failure::TooLarge)] {
            assert_eq!(call(ended).await, Ok(()));
        }
        assert!(matches!(call(Ok(200)).await, Err(Failure::Resting(_))));
    }

    #[tokio::test]
    async fn t60_the_eleventh_call_of_a_host_waits_for_a_place() {
        let hosts = Arc::new(Hosts::default());
        let mut visits = vec![];
        for _ in 0..10 {
            visits.push(hosts.enter("a:443").await.ok().unwrap());
        }
        let mut waiting = Box::pin(hosts.enter("a:443"));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        assert!(hosts.enter("b:443").await.is_ok(), "another host has places of its own");
        visits.pop().unwrap().leave(&Err(Failure::Redirect));
        assert!(waiting.await.is_ok());
    }
}
