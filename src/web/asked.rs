//! What the query of a reading request asks for: which page, in which order, from where, how much.

use crate::error::Error;
use crate::model::{Cursor, FieldError, PageAsked, Sort};
use crate::web::request::Query;

/// Roots that one answer holds when the request does not say.
const LIMIT: usize = 50;
const LIMIT_MAX: usize = 100;

pub fn page_asked(query: &Query) -> Result<PageAsked, Error> {
    Ok(PageAsked { page: query.get("page")?, url: query.get("url")? })
}

pub fn sort(query: &Query) -> Result<Sort, Error> {
    let Some(word) = query.get("sort")? else { return Ok(Sort::default()) };
    Sort::from_word(&word).ok_or_else(|| FieldError::new("sort_unknown", "sort", "sort is oldest, newest or best").into())
}

pub fn cursor(query: &Query) -> Result<Option<Cursor>, Error> {
    let Some(text) = query.get("cursor")? else { return Ok(None) };
    let cursor = Cursor::decode(&text)
        .ok_or_else(|| FieldError::new("cursor_invalid", "cursor", "this is no cursor of ours; begin again without one"))?;
    Ok(Some(cursor))
}

/// `limit`, 1 to 100.
pub fn limit(query: &Query) -> Result<usize, Error> {
    let Some(text) = query.get("limit")? else { return Ok(LIMIT) };
    let number = text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
    number.ok_or_else(|| FieldError::new("limit_invalid", "limit", format!("limit is a whole number from 1 to {LIMIT_MAX}")).into())
}
