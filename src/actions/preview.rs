//! Shows how a text will look, through the same function that makes stored HTML.

use crate::app::{App, Visitor};
use crate::error::Error;
use crate::markup;
use crate::model::check_text;

/// The HTML that this text would be stored with.
pub fn preview(app: &App, visitor: &Visitor, text: Option<String>) -> Result<String, Error> {
    app.limits.check_preview(visitor.address).map_err(Error::TooMany)?;
    Ok(markup::render(&check_text(text)?)?.html)
}
