//! A reader tells the moderators of a comment; moderators look.

use std::net::{IpAddr, Ipv6Addr};

use crate::actions::{Staff, check_origin};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{CommentId, CommentOnPage, FieldError, Report, ReportReason, Scope, Site, Timestamp};

/// Letters of what a reader says beside the reason.
pub const REPORT_CHARS_MAX: usize = 500;

/// So many reported comments are listed.
pub const REPORTED_MAX: usize = 50;

/// Notes what a reader says of a published comment. Said again from the same network it changes nothing, and nobody
/// is told whether it did.
pub fn report_comment(app: &App, visitor: &Visitor, site: &Site, id: CommentId, reason: Option<&str>, text: &str) -> Result<(), Error> {
    check_origin(app, site, visitor)?;
    app.limits.check_preview(visitor.address).map_err(Error::TooMany)?;
    let reason = reason.and_then(ReportReason::from_word).ok_or_else(unknown_reason)?;
    let text = text.trim();
    if text.chars().count() > REPORT_CHARS_MAX {
        return Err(FieldError::too_long("report_too_long", "text", REPORT_CHARS_MAX, "characters").into());
    }
    let now = app.now();
    Ok(app.store.insert_report(site.id, id, &reporter(app, visitor.address, id, now), reason, text, now)?)
}

fn unknown_reason() -> Error {
    let words: Vec<&str> = ReportReason::ALL.iter().map(|reason| reason.word()).collect();
    FieldError::new("reason_unknown", "reason", format!("reason is one of {}", words.join(", "))).into()
}

/// One report for each network: an IPv4 /24, an IPv6 /48. The hash holds the comment and the month as well, so that
/// hashes of two comments or months cannot be compared.
fn reporter(app: &App, address: Option<IpAddr>, id: CommentId, now: Timestamp) -> [u8; 16] {
    let network: [u8; 6] = match address.map(|ip| ip.to_canonical()) {
        Some(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            [4, a, b, c, 0, 0]
        }
        Some(IpAddr::V6(v6)) => first_six(v6),
        None => [0; 6],
    };
    let month = now.to_string().chars().take(7).collect::<String>();
    app.secrets.keyed_hash("reporter", &[&network, &id.0.to_be_bytes(), month.as_bytes()])
}

fn first_six(address: Ipv6Addr) -> [u8; 6] {
    std::array::from_fn(|at| address.octets()[at])
}

/// Published comments that readers reported, the latest report first.
pub fn list_reported(app: &App, staff: &Staff, site: &Site) -> Result<Vec<CommentOnPage>, Error> {
    staff.require_queue()?;
    Ok(app.store.list_reported(site.id, REPORTED_MAX)?)
}

/// What readers said of a comment.
pub fn list_reports(app: &App, staff: &Staff, site: &Site, id: CommentId) -> Result<Vec<Report>, Error> {
    staff.require_queue()?;
    Ok(app.store.list_reports(site.id, id)?)
}

/// A moderator has looked: the reports of a comment are forgotten.
pub fn forget_reports(app: &App, staff: &Staff, site: &Site, id: CommentId) -> Result<CommentOnPage, Error> {
    staff.require(Scope::Moderate)?;
    let found = app.store.find_comment(site.id, id)?.ok_or(Error::CommentUnknown)?;
    app.store.delete_reports(site.id, id)?;
    Ok(found)
}
