//! What a site tells about its author: the name that signs, and how they answer readers.

use crate::app::App;
use crate::error::Error;
use crate::model::{AnswerHabit, Site};

/// For so long the author's answers are remembered.
const HABIT_SECONDS: i64 = 90 * 86_400;

/// What newcomers and readers are told about whoever writes the posts.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct KnownAuthor {
    pub name: String,
    /// Only where it is worth telling, and where the site tells newcomers anything.
    pub habit: Option<AnswerHabit>,
}

/// The name of the site's author: of the first account that owns the site, else the site's own.
pub fn find_site_author(app: &App, site: &Site) -> Result<String, Error> {
    Ok(app.store.find_author_name(site.id)?.unwrap_or_else(|| site.name.clone()))
}

/// Who the author is and how they answered lately. Costs more than a thread may: whoever asks often remembers it.
pub fn know_author(app: &App, site: &Site) -> Result<KnownAuthor, Error> {
    let habit = if site.rules.courtesies.newcomers.is_on() {
        let measured = app.store.measure_habit(site.id, app.now().minus_seconds(HABIT_SECONDS))?;
        AnswerHabit::worth_telling(measured.asked, measured.answered, measured.median_seconds)
    } else {
        None
    };
    Ok(KnownAuthor { name: find_site_author(app, site)?, habit })
}
