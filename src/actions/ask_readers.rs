//! The author's question to the readers of a page.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{Page, PageAddress, PageAsked, Question, Scope, Site};

/// Sets what is asked above the box of a page, signed with the name of whoever asks; nothing but blanks takes it back.
/// The page need not have a comment yet.
pub fn ask_readers(app: &App, staff: &Staff, site: &Site, asked: &PageAsked, text: &str) -> Result<Page, Error> {
    staff.require(Scope::Moderate)?;
    let question = Question::check(text)?.map(|text| Question { text, by: staff.name.clone() });
    let address = PageAddress::resolve(asked, &site.origins, site.rules.significant_params.as_deref())?;
    Ok(app.store.update_question(site.id, &address, question.as_ref(), app.now())?)
}
