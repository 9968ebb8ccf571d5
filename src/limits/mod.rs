//! Who may do how much in how long. Limits are kept in memory for networks (an IPv4 address, an IPv6 /64 and,
//! looser, its /48), people and names; each question uses up what it asks for when the answer is yes.

mod keys;
mod window;

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use crate::clock::Clock;
use crate::config::LimitSettings;
use crate::error::Limited;
use crate::model::{AccountId, AuthorId, SiteId, SubmitLimits, TokenId};

use keys::Key;
use window::{Ticks, Window};

/// A /48 may do this many times what one /64 may: it is a household or a hoster.
const WIDE_FACTOR: u32 = 16;
/// Kinds of quotas that sites may have at a time, before the windows of unused ones are dropped.
const QUOTAS_MAX: usize = 200;

/// What is left after a question that was answered with yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub policy: &'static str,
    pub quota: u32,
    pub window: Duration,
    pub left: u32,
}

impl Standing {
    /// Seconds until one more is there, rounded up.
    pub fn reset_seconds(&self) -> u64 {
        (self.window / self.quota.max(1)).as_secs_f64().ceil() as u64
    }
}

/// Whoever writes under a staff name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Staff {
    Account(AccountId),
    Token(TokenId),
}

/// All limits of a running server. A client without an address is not limited by network.
pub struct Limits {
    enabled: bool,
    ticks: Ticks,
    /// One pair of windows for each kind of quota that some site has.
    submits: RwLock<Vec<(SubmitLimits, Arc<SubmitWindows>)>>,
    reads: Window,
    reads_wide: Window,
    previews: Window,
    previews_wide: Window,
    new_pages: Window,
    new_pages_wide: Window,
    follows: Window,
    follows_wide: Window,
    staff: Window,
    sign_ins: Window,
    sign_ins_of_name: Window,
    token_failures: Window,
    /// Networks from which a name has signed in: others who guess that name do not slow those down.
    known: moka::sync::Cache<Key, ()>,
}

struct SubmitWindows {
    short: Window,
    short_wide: Window,
    long: Window,
    long_wide: Window,
}

impl Limits {
    pub fn new(settings: &LimitSettings, clock: Clock) -> Self {
        let ticks = Ticks::new(clock);
        let (minute, hour, quarter) = (Duration::from_secs(60), Duration::from_secs(3600), Duration::from_secs(900));
        let window = |policy, quota, time| Window::new(policy, quota, time, ticks.clone());
        let wide = |policy, quota: u32, time| Window::new(policy, quota.saturating_mul(WIDE_FACTOR), time, ticks.clone());
        Self {
            enabled: settings.enabled,
            submits: RwLock::default(),
            reads: window("read", settings.reads_per_minute, minute),
            reads_wide: wide("read", settings.reads_per_minute, minute),
            previews: window("preview", settings.previews_per_minute, minute),
            previews_wide: wide("preview", settings.previews_per_minute, minute),
            new_pages: window("new-page", settings.new_pages_per_hour, hour),
            new_pages_wide: wide("new-page", settings.new_pages_per_hour, hour),
            follows: window("follow", settings.follows_per_hour, hour),
            follows_wide: wide("follow", settings.follows_per_hour, hour),
            staff: window("staff", settings.staff_per_minute, minute),
            sign_ins: window("sign-in", 10, quarter),
            sign_ins_of_name: window("sign-in-name", 40, quarter),
            token_failures: window("token", 30, minute),
            known: moka::sync::Cache::builder().max_capacity(1000).time_to_live(Duration::from_secs(30 * 86_400)).build(),
            ticks,
        }
    }

    /// False when the settings switch every limit off.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }

    /// A comment by a visitor, in both windows of the site: for their network, and for themselves where an
    /// earlier receipt says who they are.
    pub fn check_submit(
        &self,
        client: Option<IpAddr>,
        person: Option<AuthorId>,
        site: SiteId,
        limits: SubmitLimits,
    ) -> Result<Standing, Limited> {
        let windows = self.windows_for(limits);
        let (near, far) = (client.map(|ip| Key::network(site.0, ip)), client.and_then(|ip| Key::wide_network(site.0, ip)));
        let person = person.map(|author| Key::person(site.0, author.0));
        // The short windows first: who is refused there has used up nothing of the long ones.
        self.all([
            (&windows.short, near),
            (&windows.short, person),
            (&windows.short_wide, far),
            (&windows.long, near),
            (&windows.long, person),
            (&windows.long_wide, far),
        ])
    }

    /// A comment or decision by staff.
    pub fn check_staff(&self, staff: Staff) -> Result<Standing, Limited> {
        let key = match staff {
            Staff::Account(id) => Key::person(0, id.0),
            Staff::Token(id) => Key::person(1, id.0),
        };
        self.all([(&self.staff, Some(key))])
    }

    /// The first comment on a page makes a page; a network may not make many.
    pub fn check_new_page(&self, client: Option<IpAddr>) -> Result<Standing, Limited> {
        self.for_network(&self.new_pages, &self.new_pages_wide, client)
    }

    /// Asking for mail may have a stranger asked for consent; a network may not cause much of that.
    pub fn check_follow(&self, client: Option<IpAddr>) -> Result<Standing, Limited> {
        self.for_network(&self.follows, &self.follows_wide, client)
    }

    pub fn check_preview(&self, client: Option<IpAddr>) -> Result<Standing, Limited> {
        self.for_network(&self.previews, &self.previews_wide, client)
    }

    pub fn check_read(&self, client: Option<IpAddr>) -> Result<Standing, Limited> {
        self.for_network(&self.reads, &self.reads_wide, client)
    }

    /// A try to sign in under this name; ask before the password is looked at. Ten in 15 minutes for a name and
    /// network, 40 for a name from everywhere, after which one is taken every 22.5 seconds: a crowd that
    /// guesses slows the owner down and never shuts them out, and not at all where they have signed in before.
    pub fn check_sign_in(&self, name: &str, client: Option<IpAddr>) -> Result<Standing, Limited> {
        let own = Key::name_from(name, client);
        let crowd = (!self.known.contains_key(&own)).then(|| Key::name(name));
        self.all([(&self.sign_ins, Some(own)), (&self.sign_ins_of_name, crowd)])
    }

    /// Somebody signed in under this name from there.
    pub fn note_signed_in(&self, name: &str, client: Option<IpAddr>) {
        self.known.insert(Key::name_from(name, client), ());
    }

    /// A token or receipt that was wrong. Ask after each; a refusal means that no more are looked at for a while.
    pub fn check_token_failure(&self, client: Option<IpAddr>) -> Result<Standing, Limited> {
        self.all([(&self.token_failures, client.map(|ip| Key::network(0, ip)))])
    }

    fn for_network(&self, near: &Window, wide: &Window, client: Option<IpAddr>) -> Result<Standing, Limited> {
        self.all([(near, client.map(|ip| Key::network(0, ip))), (wide, client.and_then(|ip| Key::wide_network(0, ip)))])
    }

    /// The scarcest standing of all, or the first refusal.
    fn all<const N: usize>(&self, questions: [(&Window, Option<Key>); N]) -> Result<Standing, Limited> {
        let mut scarcest = questions[0].0.untouched();
        if !self.enabled {
            return Ok(scarcest);
        }
        for (window, key) in questions {
            let Some(key) = key else { continue };
            let standing = window.check(&key)?;
            if standing.left < scarcest.left {
                scarcest = standing;
            }
        }
        Ok(scarcest)
    }

    fn windows_for(&self, limits: SubmitLimits) -> Arc<SubmitWindows> {
        let find =
            |all: &[(SubmitLimits, Arc<SubmitWindows>)]| all.iter().find(|(own, _)| *own == limits).map(|(_, windows)| windows.clone());
        if let Some(windows) = find(&self.submits.read().unwrap_or_else(PoisonError::into_inner)) {
            return windows;
        }
        let mut all = self.submits.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(windows) = find(&all) {
            return windows;
        }
        if all.len() >= QUOTAS_MAX {
            all.retain(|(_, windows)| !windows.is_unused());
        }
        if all.len() >= QUOTAS_MAX {
            all.remove(0);
        }
        let windows = Arc::new(SubmitWindows::new(limits, &self.ticks));
        all.push((limits, windows.clone()));
        windows
    }
}

impl SubmitWindows {
    fn new(limits: SubmitLimits, ticks: &Ticks) -> Self {
        let window = |quota, seconds| Window::new("submit", quota, Duration::from_secs(seconds), ticks.clone());
        let SubmitLimits { in_10_seconds: short, in_10_minutes: long } = limits;
        Self {
            short: window(short, 10),
            short_wide: window(short.saturating_mul(WIDE_FACTOR), 10),
            long: window(long, 600),
            long_wide: window(long.saturating_mul(WIDE_FACTOR), 600),
        }
    }

    fn is_unused(&self) -> bool {
        [&self.short, &self.short_wide, &self.long, &self.long_wide].into_iter().all(Window::is_unused)
    }
}

#[cfg(test)]
mod tests;
