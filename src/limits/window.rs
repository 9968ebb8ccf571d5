//! One allowance for many keys, in memory that does not grow without end. The only home of governor.

use std::{
    num::NonZeroU32,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use governor::{Quota, RateLimiter, clock, middleware::StateInformationMiddleware, nanos::Nanos, state::keyed::DashMapStateStore};

use crate::clock::Clock;
use crate::error::Limited;
use crate::limits::{Standing, keys::Key};

/// Keys kept for one window, about 10 MB.
pub const KEYS_MAX: usize = 100_000;
const SWEEP_NANOS: u64 = 60_000_000_000;
/// The number of keys is looked at once in this many checks.
const LOOK_EVERY: u64 = 64;

type Limiter = RateLimiter<Key, DashMapStateStore<Key>, Ticks, StateInformationMiddleware>;

/// Time that only goes forward: a system clock that is set back must not shut anybody out.
#[derive(Clone, Debug)]
pub struct Ticks {
    clock: Clock,
    began: Instant,
}

impl Ticks {
    pub fn new(clock: Clock) -> Self {
        Self { clock, began: Instant::now() }
    }

    fn nanos(&self) -> u64 {
        match &self.clock {
            Clock::System => u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX),
            hand @ Clock::Hand(_) => u64::try_from(hand.now().0).unwrap_or(0).saturating_mul(1_000_000),
        }
    }
}

impl clock::Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        Nanos::new(self.nanos())
    }
}

/// `quota` of something in `time` for each key; what is used up comes back evenly.
pub struct Window {
    policy: &'static str,
    quota: NonZeroU32,
    time: Duration,
    ticks: Ticks,
    keys_max: usize,
    limiter: RwLock<Arc<Limiter>>,
    checks: AtomicU64,
    swept_at: AtomicU64,
}

impl Window {
    pub fn new(policy: &'static str, quota: u32, time: Duration, ticks: Ticks) -> Self {
        Self::with_keys_max(policy, quota, time, ticks, KEYS_MAX)
    }

    pub fn with_keys_max(policy: &'static str, quota: u32, time: Duration, ticks: Ticks, keys_max: usize) -> Self {
        let quota = NonZeroU32::new(quota).unwrap_or(NonZeroU32::MIN);
        let limiter = RwLock::new(new_limiter(quota, time, &ticks));
        let swept_at = AtomicU64::new(ticks.nanos());
        Self { policy, quota, time, ticks, keys_max, limiter, checks: AtomicU64::new(0), swept_at }
    }

    /// Takes one from what this key has left.
    pub fn check(&self, key: &Key) -> Result<Standing, Limited> {
        self.keep_small();
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner).clone();
        match limiter.check_key(key) {
            Ok(snapshot) => Ok(Standing { left: snapshot.remaining_burst_capacity(), ..self.untouched() }),
            Err(refused) => Err(Limited {
                policy: self.policy,
                quota: self.quota.get(),
                window: self.time,
                retry_after: refused.wait_time_from(Nanos::new(self.ticks.nanos())),
            }),
        }
    }

    /// What a key has left that nobody has seen yet.
    pub fn untouched(&self) -> Standing {
        Standing { policy: self.policy, quota: self.quota.get(), window: self.time, left: self.quota.get() }
    }

    pub fn len(&self) -> usize {
        self.limiter.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// True when no key is remembered that could still be refused.
    pub fn is_unused(&self) -> bool {
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner).clone();
        limiter.retain_recent();
        limiter.is_empty()
    }

    /// Forgets the keys that have their whole allowance back: every minute, and when there are too many.
    /// When too many remain even then, everybody starts anew: memory is bounded before fairness, and whoever
    /// commands that many networks has no use for another allowance.
    fn keep_small(&self) {
        let now = self.ticks.nanos();
        let swept_at = self.swept_at.load(Ordering::Relaxed);
        let is_time = now.saturating_sub(swept_at) >= SWEEP_NANOS;
        let is_look = self.checks.fetch_add(1, Ordering::Relaxed).is_multiple_of(LOOK_EVERY);
        let is_full = || is_look && self.len() >= self.keys_max;
        if !is_time && !is_full() {
            return;
        }
        // Of several that come here at once, one sweeps; a minute that others have begun is theirs.
        if is_time && self.swept_at.compare_exchange(swept_at, now, Ordering::Relaxed, Ordering::Relaxed).is_err() {
            return;
        }
        let limiter = self.limiter.read().unwrap_or_else(PoisonError::into_inner).clone();
        limiter.retain_recent();
        limiter.shrink_to_fit();
        // A sweep that frees little would be followed by the next one at once.
        if limiter.len() >= self.keys_max / 4 * 3 {
            tracing::warn!(policy = self.policy, keys = limiter.len(), "a limit has seen too many networks and starts anew");
            *self.limiter.write().unwrap_or_else(PoisonError::into_inner) = new_limiter(self.quota, self.time, &self.ticks);
        }
    }
}

fn new_limiter(quota: NonZeroU32, time: Duration, ticks: &Ticks) -> Arc<Limiter> {
    // One comes back after each of this many parts of the window; never zero, which no quota can be made of.
    let each = (time / quota.get()).max(Duration::from_nanos(1));
    let quota = Quota::with_period(each).expect("the period is not zero").allow_burst(quota);
    Arc::new(RateLimiter::new(quota, DashMapStateStore::default(), ticks.clone()))
}
