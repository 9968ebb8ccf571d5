//! What is known of the authors of sites, asked of the store at most once a minute for each site.

use std::sync::Arc;

use moka::sync::Cache;

use crate::actions::{KnownAuthor, know_author};
use crate::app::App;
use crate::error::Error;
use crate::model::{Site, SiteId};

/// How long it stays as it is, by the server's clock.
const KNOWN_SECONDS: i64 = 60;

/// Sites of which it is kept; further ones take the places of those not asked for lately.
const SITES_MAX: u64 = 10_000;

/// The authors that are known.
#[derive(Clone)]
pub struct Known(Cache<Key, Arc<KnownAuthor>>);

/// A site as its owner left it, in one minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Key {
    site: SiteId,
    site_version: i64,
    minute: i64,
}

impl Default for Known {
    fn default() -> Self {
        Self(Cache::new(SITES_MAX))
    }
}

impl Known {
    /// The author of that site. Of many callers at once, one asks the store and the others wait for it.
    pub fn author(&self, app: &App, site: &Site) -> Result<Arc<KnownAuthor>, Error> {
        let key = Key { site: site.id, site_version: site.version, minute: app.now().seconds().div_euclid(KNOWN_SECONDS) };
        let mut failure = None;
        let kept = self.0.optionally_get_with(key, || know_author(app, site).map(Arc::new).map_err(|error| failure = Some(error)).ok());
        kept.ok_or_else(|| failure.unwrap_or(Error::Busy))
    }
}
