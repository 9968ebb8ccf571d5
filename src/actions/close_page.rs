//! Closes a page to further comments, and opens it again.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{Page, PageAddress, PageAsked, PageState, Scope, Site};

/// The page takes no more comments; what is there stays readable.
pub fn close_page(app: &App, staff: &Staff, site: &Site, asked: &PageAsked) -> Result<Page, Error> {
    set_state(app, staff, site, asked, PageState::Closed)
}

/// The page takes comments again.
pub fn open_page(app: &App, staff: &Staff, site: &Site, asked: &PageAsked) -> Result<Page, Error> {
    set_state(app, staff, site, asked, PageState::Open)
}

fn set_state(app: &App, staff: &Staff, site: &Site, asked: &PageAsked, state: PageState) -> Result<Page, Error> {
    staff.require(Scope::Moderate)?;
    let address = PageAddress::resolve(asked, &site.origins, site.rules.significant_params.as_deref())?;
    Ok(app.store.update_page_state(site.id, &address, state, app.now())?)
}
