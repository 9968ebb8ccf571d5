//! Takes a comment and publishes it or holds it for a moderator.

use crate::actions::{Staff, Wish, check_origin, follow::check_wish, read_own::own_comment};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::markup;
use crate::model::{Comment, Decision, Facts, NameFrom, NewComment, Page, PageAddress, Site, Submission, Timestamp, decide};
use crate::store::{Insertion, Poster};

/// What a visitor sent, and what came with it.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    pub submission: Submission,
    /// A receipt of an earlier comment of the same person.
    pub known_by: Option<String>,
    /// What the form tells about who filled it in; `None` for what is no form.
    pub form: Option<FormSigns>,
    /// Somebody with rights here.
    pub staff: Option<Staff>,
    /// What its author wants to hear of by mail. Followed only when the comment is stored; here it is looked at.
    pub wish: Option<Wish>,
}

#[derive(Clone, Debug, Default)]
pub struct FormSigns {
    pub stamp: Option<String>,
    /// The names of all fields that hold something.
    pub filled: Vec<String>,
}

/// A stored comment, with what only its author is told.
#[derive(Clone, Debug)]
pub struct Accepted {
    pub comment: Comment,
    pub page: Page,
    pub receipt: String,
    pub edit_until: Timestamp,
    /// The same submission had been stored before.
    pub repeated: bool,
}

impl Accepted {
    pub fn new(app: &App, site: &Site, stored: crate::store::Submitted) -> Self {
        let crate::store::Submitted { comment, page, repeated } = stored;
        let receipt = app.secrets.receipt(site.id, comment.id, comment.receipt_epoch);
        Self { edit_until: comment.edit_until(site.rules.edit_minutes), comment, page, receipt, repeated }
    }
}

/// Checks origin, limits and content in that order, decides, and stores. The comment is durable when this returns.
pub fn submit_comment(app: &App, visitor: &Visitor, site: &Site, sent: Sent) -> Result<Accepted, Error> {
    check_origin(app, site, visitor)?;
    let staff_poster = sent.staff.as_ref().and_then(Staff::poster);
    let poster = match (staff_poster, &sent.known_by) {
        (Some(poster), _) => poster,
        (None, Some(receipt)) => earlier_person(app, site, receipt)?,
        (None, None) => Poster::Stranger,
    };
    check_limits(app, visitor, site, sent.staff.as_ref(), poster)?;
    sent.wish.as_ref().map_or(Ok(()), |wish| check_wish(app, site, wish))?;

    let staff_names = app.store.list_staff_names(site.id)?;
    let name_from = if staff_poster.is_some() { NameFrom::Staff } else { NameFrom::Visitor { staff_names: &staff_names } };
    let mut submission = sent.submission;
    if let (Some(staff), None) = (&sent.staff, &submission.name) {
        submission.name = Some(staff.name.clone());
    }
    let comment = NewComment::new(submission, site, name_from, markup::render)?;
    if staff_poster.is_none() {
        check_new_page(app, visitor, site, &comment.page)?;
    }

    let decision = decide(&comment, facts(app, site, poster, sent.form.as_ref())?, &site.rules);
    store(app, site, &comment, &decision, poster)
}

fn check_limits(app: &App, visitor: &Visitor, site: &Site, staff: Option<&Staff>, poster: Poster) -> Result<(), Error> {
    let person = match poster {
        Poster::Known(author) => Some(author),
        _ => None,
    };
    let standing = match staff {
        Some(staff) => app.limits.check_staff(staff.limit_key()),
        None => app.limits.check_submit(visitor.address, person, site.id, site.rules.submit_limits),
    };
    standing.map(drop).map_err(Error::TooMany)
}

/// Making pages is cheap for whoever fills a server with them, so each network has few an hour.
pub fn check_new_page(app: &App, visitor: &Visitor, site: &Site, address: &PageAddress) -> Result<(), Error> {
    if app.store.find_page(site.id, address)?.is_some() {
        return Ok(());
    }
    app.limits.check_new_page(visitor.address).map(drop).map_err(Error::TooMany)
}

/// A receipt that proves nothing makes a stranger; it is no reason to lose the comment.
fn earlier_person(app: &App, site: &Site, receipt: &str) -> Result<Poster, Error> {
    match own_comment(app, site, Some(receipt)) {
        Ok(earlier) if earlier.comment.author.badge.is_none() => Ok(earlier.comment.author.id.map_or(Poster::Stranger, Poster::Known)),
        Ok(_) | Err(Error::CommentUnknown | Error::BearerMissing | Error::BearerForbids) => Ok(Poster::Stranger),
        Err(error) => Err(error),
    }
}

/// People need at least this long from opening a form to sending it.
const FILL_SECONDS_MIN: i64 = 3;

/// A form that was left open longer than this counts as no form of ours.
const STAMP_DAYS_MAX: i64 = 60;

fn facts(app: &App, site: &Site, poster: Poster, form: Option<&FormSigns>) -> Result<Facts, Error> {
    let (approved_before, staff) = match poster {
        Poster::Stranger => (false, false),
        Poster::Known(author) => (app.store.has_published(site.id, author)?, false),
        Poster::Account(..) | Poster::Token(..) => (false, true),
    };
    let (mut honeypot_filled, mut form_stamp_wrong) = (false, false);
    if let Some(form) = form.filter(|_| app.limits.is_enabled()) {
        let given_out = form.stamp.as_deref().and_then(|stamp| app.secrets.form_stamp_time(site.id, stamp));
        let now = app.now();
        form_stamp_wrong =
            given_out.is_none_or(|at| now < at.plus_seconds(FILL_SECONDS_MIN) || now > at.plus_seconds(STAMP_DAYS_MAX * 86_400));
        if let Some(at) = given_out {
            let trap = app.secrets.honeypot_name(site.id, at.seconds().div_euclid(86_400));
            honeypot_filled = form.filled.contains(&trap);
        }
    }
    Ok(Facts { approved_before, staff, honeypot_filled, form_stamp_wrong })
}

fn store(app: &App, site: &Site, comment: &NewComment, decision: &Decision, poster: Poster) -> Result<Accepted, Error> {
    let now = app.now();
    let closed_before = (site.rules.close_days > 0).then(|| now.minus_seconds(i64::from(site.rules.close_days) * 86_400));
    let insertion = Insertion { site: site.id, comment, decision, poster, content_hash: content_hash(app, comment), closed_before };
    Ok(Accepted::new(app, site, app.store.insert_comment(&insertion, now)?))
}

/// Tells whether a repeated key came with the same content.
fn content_hash(app: &App, comment: &NewComment) -> [u8; 16] {
    let parent = comment.parent.map_or(0, |id| id.0);
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let (name, website) = (text(&comment.name), text(&comment.website));
    let asks: &[u8] = if comment.asks { b"asks" } else { b"" };
    app.secrets.keyed_hash(
        "content",
        &[comment.page.key.as_bytes(), &parent.to_be_bytes(), name.as_bytes(), website.as_bytes(), comment.source.as_bytes(), asks],
    )
}
