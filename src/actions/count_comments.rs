//! How many comments pages have, many pages at once.

use crate::app::App;
use crate::error::Error;
use crate::model::{FieldError, PageAddress, PageAsked, Site};

/// Most pages that one request may ask about.
pub const PAGES_MAX: usize = 100;

/// Published comments of each page, in the order asked; 0 where nobody commented and where the
/// address is none of this site's.
pub fn count_comments(app: &App, site: &Site, pages: &[String]) -> Result<Vec<u64>, Error> {
    if pages.len() > PAGES_MAX {
        let message = format!("at most {PAGES_MAX} pages in one request");
        return Err(FieldError { limit: Some(PAGES_MAX), ..FieldError::new("too_many_pages", "p", message) }.into());
    }
    let resolve = |page: &String| {
        let asked = PageAsked { page: Some(page.clone()), url: None };
        PageAddress::resolve(&asked, &site.origins, site.rules.significant_params.as_deref()).ok()
    };
    let addresses: Vec<Option<PageAddress>> = pages.iter().map(resolve).collect();
    let known: Vec<PageAddress> = addresses.iter().flatten().cloned().collect();
    let mut counts = app.store.count_comments(site.id, &known)?.into_iter();
    Ok(addresses.iter().map(|address| address.as_ref().and_then(|_| counts.next()).unwrap_or(0)).collect())
}
