//! Reads the thread of a page, as everybody may see it.

use crate::app::App;
use crate::error::Error;
use crate::model::{CommentId, Cursor, FieldError, Page, PageAddress, PageAsked, PageState, Site, Sort, ThreadSlice};
use crate::store::{self, ThreadQuery};

/// A page of a site as it was asked for. Nobody may have commented there yet.
#[derive(Clone, Debug)]
pub struct Thread {
    pub site: Site,
    pub address: PageAddress,
    pub page: Option<Page>,
}

impl Thread {
    /// The page's state now, by a moderator's word or by its age.
    pub fn state(&self, app: &App) -> PageState {
        self.page.as_ref().map_or(PageState::Open, |page| page.state_at(app.now(), self.site.rules.close_days))
    }
}

/// What part of a thread to read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ThreadPart {
    /// From the beginning, or behind a cursor.
    From { sort: Sort, cursor: Option<Cursor> },
    /// The replies around this comment, under their root.
    Around(CommentId),
}

/// Replies sent with each root before the reader asks for more.
pub const REPLIES_SHOWN: usize = 3;

/// Replies sent when the reader asks for more, or follows a link to one.
const REPLIES_MAX: usize = 50;

/// An answer ends after this much HTML, so that it stays small however long its comments are.
const ANSWER_HTML_BYTES_MAX: usize = 80 * 1024;

/// Finds the page that a request names, without reading its comments.
pub fn find_thread(app: &App, site: Site, asked: &PageAsked) -> Result<Thread, Error> {
    let address = PageAddress::resolve(asked, &site.origins, site.rules.significant_params.as_deref())?;
    let page = app.store.find_page(site.id, &address)?;
    Ok(Thread { site, address, page })
}

/// Reads part of a thread. `roots_max` is 1 to 100. `None` where nobody commented yet.
/// `CommentUnknown` for a comment that is not shown there, `cursor_invalid` for a cursor of another sort.
pub fn read_slice(app: &App, thread: &Thread, part: &ThreadPart, roots_max: usize) -> Result<Option<ThreadSlice>, Error> {
    let Some(page) = &thread.page else {
        return if matches!(part, ThreadPart::Around(_)) { Err(Error::CommentUnknown) } else { Ok(None) };
    };
    let slice = match part {
        ThreadPart::Around(id) => app.store.read_around(thread.site.id, page.id, *id, REPLIES_MAX),
        ThreadPart::From { sort, cursor } => {
            let sort = match cursor {
                Some(Cursor::Roots { sort: own, .. }) => *own,
                Some(Cursor::Older { .. }) => {
                    return Err(FieldError::new("cursor_invalid", "cursor", "this cursor is not one of a thread").into());
                }
                Some(Cursor::Replies { .. }) | None => *sort,
            };
            let query = ThreadQuery {
                sort,
                cursor: cursor.clone(),
                roots_max: roots_max.clamp(1, 100),
                replies_max: REPLIES_SHOWN,
                html_bytes_max: ANSWER_HTML_BYTES_MAX,
            };
            app.store.read_thread(thread.site.id, page.id, &query)
        }
    };
    match slice {
        Ok(slice) => Ok(Some(slice)),
        Err(store::Error::NotFound) => Err(Error::CommentUnknown),
        Err(error) => Err(error.into()),
    }
}
