//! What the author's link in a mail is good for: one comment, in the name of one account. It is looked up at each use,
//! so that it ends with the account's role.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{AccountId, CommentId, Role, Site};
use crate::secrets::LinkFor;

#[derive(Debug)]
pub struct LinkStaff {
    pub site: Site,
    pub staff: Staff,
    pub comment: CommentId,
}

/// The site, the rights and the comment of a link. `LinkOver` for one that is too old, changed or for another purpose,
/// and when its account may not moderate there any more.
pub fn find_link_staff(app: &App, token: &str) -> Result<LinkStaff, Error> {
    let ids = app.secrets.read_link(LinkFor::AnswerComment, token, app.now()).ok_or(Error::LinkOver)?;
    let [account, comment] = ids.as_slice() else { return Err(Error::LinkOver) };
    let (account, comment) = (AccountId(*account), CommentId(*comment));
    let site = app.store.find_site_of_comment(comment)?.ok_or(Error::LinkOver)?;
    let account = app.store.list_accounts()?.into_iter().find(|known| known.id == account).ok_or(Error::LinkOver)?;
    if account.role_on(site.id) < Some(Role::Moderator) {
        return Err(Error::LinkOver);
    }
    let staff = Staff::from_account(&account, site.id).ok_or(Error::LinkOver)?;
    Ok(LinkStaff { site, staff, comment })
}
