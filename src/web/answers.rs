//! Answers that everybody may share: built once for a version of a page and handed out as bytes.

use std::sync::Arc;

use moka::sync::Cache;

use crate::actions::{KnownAuthor, ThreadPart};
use crate::error::Error;
use crate::model::{PageId, PageState, Timestamp};
use crate::web::packed::Packed;

/// Everything that an answer's bytes depend on. Two equal keys give the same bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AnswerKey {
    pub page: PageId,
    pub page_version: i64,
    /// Tells apart two histories of one page, as after a restored backup.
    pub changed_at: Timestamp,
    pub site_version: i64,
    pub closed: bool,
    pub part: ThreadPart,
    /// Whoever writes the posts, and how they answer: it changes without the page.
    pub author: Arc<KnownAuthor>,
    pub lang: &'static str,
    /// Form stamps are given out anew with each of these; counted from 1970.
    pub half_day: i64,
}

impl AnswerKey {
    pub fn is_closed(state: PageState) -> bool {
        state == PageState::Closed
    }
}

/// How long one form stamp may travel in shared answers.
pub const HALF_DAY_SECONDS: i64 = 12 * 3600;

/// Memory that built answers may take, packed forms included.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The answers that are kept in memory.
#[derive(Clone)]
pub struct Answers(Cache<AnswerKey, Arc<Packed>>);

impl Default for Answers {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(BYTES_MAX).weigher(|_, packed: &Arc<Packed>| weight(packed)).build())
    }
}

impl Answers {
    /// The answer of that key. Of many callers at once, one builds and the others wait for it.
    pub fn get(&self, key: AnswerKey, build: impl FnOnce() -> Result<Packed, Error>) -> Result<Arc<Packed>, Error> {
        // An error is not kept; those who waited for it build for themselves.
        let mut failure = None;
        let kept = self.0.optionally_get_with(key, || build().map(Arc::new).map_err(|error| failure = Some(error)).ok());
        kept.ok_or_else(|| failure.unwrap_or(Error::Busy))
    }
}

/// Plain bytes and about half as much for the packed forms, and the key.
fn weight(packed: &Packed) -> u32 {
    u32::try_from(packed.plain().len() * 3 / 2 + 200).unwrap_or(u32::MAX)
}
