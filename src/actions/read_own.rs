//! What belongs to whoever asks: comments shown to the holder of their receipt, whatever their status.

use crate::actions::Thread;
use crate::app::App;
use crate::error::Error;
use crate::model::{Comment, CommentId, CommentOnPage, Site, Status};
use crate::secrets::Secrets;
use crate::store::Answered;

/// Most receipts that one request may show.
pub const RECEIPTS_MAX: usize = 50;

/// Answers on the page of a receipt; the thread has them all.
const ANSWERS_SHOWN: usize = 50;

/// The comment of a receipt. `BearerMissing` for what could be no receipt, `CommentUnknown` when the site
/// has no such comment, `BearerForbids` when the receipt is not that comment's.
pub fn own_comment(app: &App, site: &Site, receipt: Option<&str>) -> Result<CommentOnPage, Error> {
    let receipt = receipt.ok_or(Error::BearerMissing)?;
    let id = Secrets::receipt_claims(receipt).ok_or(Error::BearerMissing)?;
    let found = app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)?;
    if app.secrets.is_receipt(receipt, site.id, id, found.comment.receipt_epoch) { Ok(found) } else { Err(Error::BearerForbids) }
}

/// The same for a comment named by the address as well: it is looked up in the site first, so a comment of
/// another site is unknown whoever asks.
pub fn read_own(app: &App, site: &Site, id: CommentId, receipt: Option<&str>) -> Result<CommentOnPage, Error> {
    let found = app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)?;
    let receipt = receipt.filter(|receipt| Secrets::receipt_claims(receipt).is_some()).ok_or(Error::BearerMissing)?;
    if app.secrets.is_receipt(receipt, site.id, id, found.comment.receipt_epoch) { Ok(found) } else { Err(Error::BearerForbids) }
}

/// What belongs to whoever holds some receipts of a site.
#[derive(Clone, Debug, Default)]
pub struct Mine {
    /// Their comments on this page, each with its receipt, except withdrawn ones.
    pub here: Vec<(Comment, String)>,
    /// The newest answer to a published one of theirs, on any page of the site.
    pub answered: Option<Answered>,
}

/// What these receipts prove, whichever page of the site they are of. Those that prove nothing are left out.
/// Answers up to `since` have been seen.
pub fn read_mine(app: &App, thread: &Thread, receipts: &str, since: Option<CommentId>) -> Result<Mine, Error> {
    let receipts: Vec<&str> = receipts.split_ascii_whitespace().take(RECEIPTS_MAX).collect();
    let mut ids: Vec<CommentId> = receipts.iter().filter_map(|receipt| Secrets::receipt_claims(receipt)).collect();
    ids.sort();
    ids.dedup();
    if ids.is_empty() {
        return Ok(Mine::default());
    }
    let proven = |comment: Comment| {
        let proves = |receipt: &&&str| app.secrets.is_receipt(receipt, thread.site.id, comment.id, comment.receipt_epoch);
        let receipt = (*receipts.iter().find(proves)?).to_owned();
        Some((comment, receipt))
    };
    let own: Vec<(Comment, String)> = app.store.list_comments_by_id(thread.site.id, &ids)?.into_iter().filter_map(proven).collect();
    let published: Vec<CommentId> =
        own.iter().map(|(comment, _)| comment).filter(|comment| comment.status == Status::Published).map(|comment| comment.id).collect();
    let answered = app.store.find_answered(thread.site.id, &published, since)?;
    let here = thread.page.as_ref().map(|page| page.id);
    let is_here = |comment: &Comment| Some(comment.page_id) == here && comment.status != Status::Withdrawn;
    Ok(Mine { here: own.into_iter().filter(|(comment, _)| is_here(comment)).collect(), answered })
}

/// The published answers of others to one's own published comment, oldest first.
pub fn list_answers(app: &App, site: &Site, own: &Comment) -> Result<Vec<CommentOnPage>, Error> {
    if own.status != Status::Published {
        return Ok(Vec::new());
    }
    Ok(app.store.list_answers(site.id, own.id, ANSWERS_SHOWN)?)
}
