//! What belongs to whoever asks: comments shown to the holder of their receipt, whatever their status.

use crate::actions::Thread;
use crate::app::App;
use crate::error::Error;
use crate::model::{Comment, CommentId, CommentOnPage, Site, Status};
use crate::secrets::Secrets;

/// Most receipts that one request may show.
pub const RECEIPTS_MAX: usize = 50;

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

/// The comments on this page that these receipts prove, each with its receipt, except withdrawn ones. Receipts that prove nothing are left out.
pub fn read_mine(app: &App, thread: &Thread, receipts: &str) -> Result<Vec<(Comment, String)>, Error> {
    let Some(page) = &thread.page else { return Ok(Vec::new()) };
    let receipts: Vec<&str> = receipts.split_ascii_whitespace().take(RECEIPTS_MAX).collect();
    let mut ids: Vec<CommentId> = receipts.iter().filter_map(|receipt| Secrets::receipt_claims(receipt)).collect();
    ids.sort();
    ids.dedup();
    let comments = app.store.list_comments_by_id(thread.site.id, page.id, &ids)?;
    let own = |comment: Comment| {
        let proves = |receipt: &&&str| app.secrets.is_receipt(receipt, thread.site.id, comment.id, comment.receipt_epoch);
        let receipt = receipts.iter().find(proves).filter(|_| comment.status != Status::Withdrawn)?;
        let receipt = (*receipt).to_owned();
        Some((comment, receipt))
    };
    Ok(comments.into_iter().filter_map(own).collect())
}
