//! Which site a request is for, and whether it may write there.

use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{Origin, Site, SiteKey};

/// The site of that key. `SiteUnknown` for anything else, whether or not it could be a key.
pub fn find_site(app: &App, key: &str) -> Result<Site, Error> {
    let key: SiteKey = key.parse().map_err(|_| Error::SiteUnknown)?;
    app.store.find_site(&key)?.ok_or(Error::SiteUnknown)
}

/// A browser names the origin of the page that writes: it must be one of the site's, or our own.
/// A request without `Origin` comes from no page and is taken.
pub fn check_origin(app: &App, site: &Site, visitor: &Visitor) -> Result<(), Error> {
    let Some(sent) = visitor.origin.as_deref() else { return Ok(()) };
    let listed = sent.parse::<Origin>().is_ok_and(|origin| site.lists(&origin) || app.config.is_own_origin(&origin));
    if listed { Ok(()) } else { Err(Error::OriginUnlisted(sent.chars().take(200).collect())) }
}
