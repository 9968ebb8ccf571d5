//! What the desk shows beside its lists: the sites of a person, what waits there, one comment, the pages.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{Account, CommentId, CommentOnPage, Page, PageId, Site};

/// The sites where this person has a role, by key.
pub fn list_own_sites(app: &App, account: &Account) -> Result<Vec<Site>, Error> {
    let sites = app.store.list_sites()?;
    Ok(sites.into_iter().filter(|site| account.role_on(site.id).is_some()).collect())
}

/// How many comments of a site wait for a moderator.
pub fn count_waiting(app: &App, site: &Site) -> Result<u64, Error> {
    Ok(app.store.count_pending(site.id)?)
}

/// How many comments of a site wait for the author's word.
pub fn count_turns(app: &App, site: &Site) -> Result<u64, Error> {
    Ok(app.store.count_turns(site.id)?)
}

/// Who waits for the author's word, first-timers first, then the longest waiting; at most `most` people.
pub fn list_turns(app: &App, staff: &Staff, site: &Site, most: usize) -> Result<Vec<CommentOnPage>, Error> {
    staff.require_queue()?;
    Ok(app.store.list_turns(site.id, most)?)
}

/// A comment whatever its status, for staff.
pub fn read_comment(app: &App, staff: &Staff, site: &Site, id: CommentId) -> Result<CommentOnPage, Error> {
    staff.require_queue()?;
    app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)
}

/// The pages of a site, the latest commented first.
pub fn list_pages(app: &App, staff: &Staff, site: &Site, most: u32) -> Result<Vec<Page>, Error> {
    staff.require_queue()?;
    Ok(app.store.list_pages(site.id, most)?)
}

/// One page of a site. `RouteUnknown` where it has no such page.
pub fn read_page(app: &App, staff: &Staff, site: &Site, id: PageId) -> Result<Page, Error> {
    staff.require_queue()?;
    app.store.find_page_by_id(site.id, id)?.ok_or(Error::RouteUnknown)
}
