//! Work that nobody asks for: forgetting in time, and cleaning old HTML again.

use crate::app::App;
use crate::error::Error;
use crate::markup;

/// Comments cleaned again in one go, so that submits come in between.
const BATCH: usize = 100;

/// Forgets what was promised to be kept only for a time.
pub fn forget_old(app: &App) -> Result<(), Error> {
    Ok(app.store.forget_old(app.now())?)
}

/// Makes the HTML of some comments anew whose markup version is old. Gives back how many there were;
/// 0 means all are up to date. A text that the present rules refuse is shown as plain text.
pub fn clean_stale_markup(app: &App) -> Result<usize, Error> {
    let stale = app.store.list_stale_markup(markup::MARKUP_VERSION, BATCH)?;
    for (site, id, source) in &stale {
        let html = markup::render(source).map_or_else(|_| markup::plain(source), |rendered| rendered.html);
        app.store.update_markup(*site, *id, source, &html, markup::MARKUP_VERSION, app.now())?;
    }
    Ok(stale.len())
}
