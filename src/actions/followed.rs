//! What the links of mails lead to: proving an address, ending a follow, everything an address follows. A link is proof
//! enough; looking changes nothing, and whatever is done twice is done once.

use crate::app::App;
use crate::error::Error;
use crate::model::{AddressId, AddressState, Follow, FollowId, MailAddress, Page, Site, Status};
use crate::secrets::LinkFor;
use crate::store;

/// A follow, where it is and what it is about.
#[derive(Clone, Debug)]
pub struct Followed {
    pub follow: Follow,
    pub site: Site,
    pub page: Page,
    /// The text of the followed comment, while everybody may read it.
    pub text: Option<String>,
}

/// An address and everything that it follows, over all sites.
#[derive(Clone, Debug)]
pub struct Follower {
    pub address: MailAddress,
    pub follows: Vec<Followed>,
}

/// Whom a link to confirm is about. `LinkOver` when it is no link of ours, too old, or its address was forgotten.
pub fn read_confirmation(app: &App, token: &str) -> Result<Follower, Error> {
    let id = address_of(app, LinkFor::Confirm, token)?;
    find_follower(app, id)?.ok_or(Error::LinkOver)
}

/// Proves an address: mail begins. Somebody who stopped all mail takes it again on the page of all follows, not here.
pub fn confirm(app: &App, token: &str) -> Result<Follower, Error> {
    let follower = read_confirmation(app, token)?;
    if follower.address.state == AddressState::Stopped {
        return Ok(follower);
    }
    let address = app.store.confirm_address(follower.address.id, app.now()).map_err(over)?;
    Ok(Follower { address, ..follower })
}

/// The follow that a link stops; the inner `None` when it is over already. `LinkOver` when it is no link of ours.
pub fn read_stop(app: &App, token: &str) -> Result<Option<Followed>, Error> {
    match app.store.find_follow(follow_of(app, token)?)? {
        Some(follow) => describe(app, &app.store.list_sites()?, follow),
        None => Ok(None),
    }
}

/// Ends a follow, now or long ago.
pub fn stop_follow(app: &App, token: &str) -> Result<(), Error> {
    Ok(app.store.delete_follow(follow_of(app, token)?)?)
}

/// Everything the address of a link follows; the inner `None` when the address was forgotten. `LinkOver` when it is no
/// link of ours.
pub fn read_follower(app: &App, token: &str) -> Result<Option<Follower>, Error> {
    find_follower(app, address_of(app, LinkFor::AllFollows, token)?)
}

/// Ends one follow of that address; one of another address is left alone.
pub fn stop_one(app: &App, token: &str, follow: FollowId) -> Result<(), Error> {
    let id = address_of(app, LinkFor::AllFollows, token)?;
    match app.store.find_follow(follow)? {
        Some(found) if found.address == id => Ok(app.store.delete_follow(follow)?),
        _ => Ok(()),
    }
}

/// No mail goes to that address any more, whoever asks for it.
pub fn stop_all_mail(app: &App, token: &str) -> Result<(), Error> {
    Ok(app.store.stop_address(address_of(app, LinkFor::AllFollows, token)?)?)
}

/// Takes that back: the address can follow again.
pub fn take_mail_again(app: &App, token: &str) -> Result<(), Error> {
    let id = address_of(app, LinkFor::AllFollows, token)?;
    match app.store.find_address(id)? {
        Some(address) if address.state == AddressState::Stopped => app.store.confirm_address(id, app.now()).map(drop).map_err(over),
        _ => Ok(()),
    }
}

fn over(error: store::Error) -> Error {
    match error {
        store::Error::NotFound => Error::LinkOver,
        other => other.into(),
    }
}

fn address_of(app: &App, purpose: LinkFor, token: &str) -> Result<AddressId, Error> {
    match app.secrets.read_link(purpose, token, app.now()).as_deref() {
        Some([id]) => Ok(AddressId(*id)),
        _ => Err(Error::LinkOver),
    }
}

fn follow_of(app: &App, token: &str) -> Result<FollowId, Error> {
    match app.secrets.read_link(LinkFor::StopFollow, token, app.now()).as_deref() {
        Some([id]) => Ok(FollowId(*id)),
        _ => Err(Error::LinkOver),
    }
}

fn find_follower(app: &App, id: AddressId) -> Result<Option<Follower>, Error> {
    let Some(address) = app.store.find_address(id)? else { return Ok(None) };
    let sites = app.store.list_sites()?;
    let follows = app.store.list_follows(id)?.into_iter().map(|follow| describe(app, &sites, follow));
    let follows = follows.filter_map(Result::transpose).collect::<Result<_, _>>()?;
    Ok(Some(Follower { address, follows }))
}

/// `None` when its site or page is gone meanwhile. Whoever typed this address may have been a stranger, so of a comment
/// only what everybody may read is told.
fn describe(app: &App, sites: &[Site], follow: Follow) -> Result<Option<Followed>, Error> {
    let Some(site) = sites.iter().find(|site| site.id == follow.site) else { return Ok(None) };
    let Some(page) = app.store.find_page_by_id(site.id, follow.page)? else { return Ok(None) };
    let comment = follow.comment.map(|id| app.store.find_comment(site.id, id)).transpose()?.flatten();
    let text = comment.filter(|found| found.comment.status == Status::Published).map(|found| found.comment.source);
    Ok(Some(Followed { follow, site: site.clone(), page, text }))
}
