//! Asks for mail about answers: to a comment of one's own, or about a whole thread. Whoever asks hears the same,
//! whatever is known of the address.

use crate::actions::{Accepted, check_origin, own_comment, sends_mail, submit_comment::check_new_page};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{AuthorId, CommentId, CommentOnPage, EmailAddress, FieldError, FollowKind, Page, PageAddress, PageAsked, Site, Status};
use crate::store::{Ceilings, NewFollow};

/// What somebody wants to hear of and where, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `answers` or `thread`.
    pub kind: Option<String>,
    pub email: Option<String>,
}

/// A wish that came without a comment.
#[derive(Clone, Debug, Default)]
pub struct FollowSent {
    pub wish: Wish,
    /// The page whose thread is followed.
    pub page: PageAsked,
    /// The comment whose answers are followed; its receipt says so too.
    pub comment: Option<String>,
    /// Of a comment of the same person: needed for answers to it, and for a thread keeps their own comments out of
    /// their mail.
    pub receipt: Option<String>,
}

impl Wish {
    fn kind(&self) -> Result<FollowKind, Error> {
        let word = self.kind.as_deref().unwrap_or_default();
        FollowKind::from_word(word).ok_or_else(|| FieldError::new("follow_unknown", "follow", "follow is answers or thread").into())
    }

    fn address(&self) -> Result<EmailAddress, Error> {
        let missing = || FieldError::new("email_missing", "email", "mail needs an e-mail address to go to");
        Ok(EmailAddress::parse(self.email.as_deref().ok_or_else(missing)?)?)
    }
}

/// True when readers of this site may ask for mail.
pub fn takes_follows(app: &App, site: &Site) -> bool {
    sends_mail(app) && site.rules.follows.is_on()
}

/// A wish that comes with a comment has an address to go to, if it can be granted at all. Looked at before the comment
/// is stored, so that whoever forgot it is asked while their text is still in the box.
pub fn check_wish(app: &App, site: &Site, wish: &Wish) -> Result<(), Error> {
    if takes_follows(app, site) && wish.kind().is_ok() { wish.address().map(drop) } else { Ok(()) }
}

/// Follows what came with a comment that is stored: the answers to it, or its thread.
pub fn follow_with_comment(app: &App, visitor: &Visitor, site: &Site, accepted: &Accepted, wish: &Wish, lang: &str) -> Result<(), Error> {
    let asking = Asking::begin(app, visitor, site, wish)?;
    let comment = &accepted.comment;
    let about = match asking.kind {
        FollowKind::Answers => Some(comment.id),
        FollowKind::Thread => None,
    };
    asking.store(&accepted.page, about, comment.author.id, lang)
}

/// Follows a thread, or the answers to a comment whose receipt comes along.
pub fn follow(app: &App, visitor: &Visitor, site: &Site, sent: &FollowSent, lang: &str) -> Result<(), Error> {
    check_origin(app, site, visitor)?;
    let asking = Asking::begin(app, visitor, site, &sent.wish)?;
    match asking.kind {
        FollowKind::Answers => {
            let own = own_comment(app, site, sent.receipt.as_deref())?;
            let is_meant = sent.comment.as_ref().is_none_or(|id| id.parse() == Ok(own.comment.id));
            if !is_meant {
                return Err(Error::BearerForbids);
            }
            follow_own(&asking, &own, lang)
        }
        FollowKind::Thread => {
            let author = known_author(app, site, sent.receipt.as_deref())?;
            let page = page_to_follow(app, visitor, site, &sent.page)?;
            asking.store(&page, None, author, lang)
        }
    }
}

/// Nobody answers what is not there, and what was taken for spam is answered by nobody.
fn follow_own(asking: &Asking<'_>, own: &CommentOnPage, lang: &str) -> Result<(), Error> {
    let comment = &own.comment;
    match comment.status {
        Status::Published | Status::Pending => asking.store(&own.page, Some(comment.id), comment.author.id, lang),
        status => Err(Error::StatusForbids(status.word())),
    }
}

/// A page that nobody has commented on is made by being followed, by the same limits as by a comment.
fn page_to_follow(app: &App, visitor: &Visitor, site: &Site, asked: &PageAsked) -> Result<Page, Error> {
    let address = PageAddress::resolve(asked, &site.origins, site.rules.significant_params.as_deref())?;
    if let Some(page) = app.store.find_page(site.id, &address)? {
        return Ok(page);
    }
    check_new_page(app, visitor, site, &address)?;
    // Only what is published teaches a page a further address.
    Ok(app.store.find_or_insert_page(site.id, &address.without_alias(), app.now())?)
}

/// A receipt that proves nothing makes a stranger, who may follow a thread all the same.
fn known_author(app: &App, site: &Site, receipt: Option<&str>) -> Result<Option<AuthorId>, Error> {
    match own_comment(app, site, receipt) {
        Ok(own) => Ok(own.comment.author.id),
        Err(Error::CommentUnknown | Error::BearerMissing | Error::BearerForbids) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A wish that was read, from somebody who may ask.
struct Asking<'a> {
    app: &'a App,
    site: &'a Site,
    kind: FollowKind,
    address: EmailAddress,
    ceilings: Ceilings,
}

impl<'a> Asking<'a> {
    fn begin(app: &'a App, visitor: &Visitor, site: &'a Site, wish: &Wish) -> Result<Self, Error> {
        let mail = app.config.mail.as_ref().filter(|_| takes_follows(app, site)).ok_or(Error::MailOff)?;
        let ceilings = Ceilings { per_hour: mail.confirmations_per_hour, per_day: mail.confirmations_per_day };
        app.limits.check_follow(visitor.address).map_err(Error::TooMany)?;
        Ok(Self { app, site, kind: wish.kind()?, address: wish.address()?, ceilings })
    }

    fn store(&self, page: &Page, comment: Option<CommentId>, author: Option<AuthorId>, lang: &str) -> Result<(), Error> {
        // In one spelling, so that nobody is asked once for each way to write their address.
        let address = self.address.key();
        let follow = NewFollow { site: self.site.id, page: page.id, comment, address: &address, author, lang };
        Ok(self.app.store.insert_follow(&follow, self.ceilings, self.app.now())?)
    }
}
