//! How somebody of the staff hears of comments by mail: their address, its proof, and how often.

use crate::actions::list_own_sites;
use crate::app::App;
use crate::error::Error;
use crate::model::{Account, AccountId, AddressId, AddressState, EmailAddress, MailAddress, NoticeMode, Site, SiteId};
use crate::secrets::LinkFor;
use crate::store::Ceilings;

/// What the page about oneself shows.
#[derive(Debug)]
pub struct OwnMail {
    pub address: Option<String>,
    /// `None` without an address.
    pub state: Option<AddressState>,
    /// Each site where the account has a role, with the mode that counts there.
    pub sites: Vec<(Site, NoticeMode)>,
}

pub fn read_own_mail(app: &App, account: &Account) -> Result<OwnMail, Error> {
    let state = match &account.email {
        Some(email) => Some(app.store.find_address_by_text(email)?.map_or(AddressState::Unproven, |known| known.state)),
        None => None,
    };
    let sites = list_own_sites(app, account)?;
    let with_mode = |site: Site| {
        let notices = app.store.list_staff_notices(site.id)?;
        let mode = notices.iter().find(|notice| notice.account == account.id).map_or(NoticeMode::default(), |notice| notice.mode);
        Ok((site, mode))
    };
    let sites = sites.into_iter().map(with_mode).collect::<Result<_, Error>>()?;
    Ok(OwnMail { address: account.email.clone(), state, sites })
}

/// Gives an account another address, which is asked for its consent by mail; nothing but blanks takes the address away.
/// `MailOff` where nobody could be asked.
pub fn change_own_address(app: &App, account: &Account, typed: &str) -> Result<(), Error> {
    if typed.trim().is_empty() {
        return Ok(app.store.update_email(account.id, None)?);
    }
    let mail = app.config.mail.as_ref().ok_or(Error::MailOff)?;
    let address = EmailAddress::parse(typed.trim())?.key();
    let ceilings = Ceilings { per_hour: mail.confirmations_per_hour, per_day: mail.confirmations_per_day };
    let site = list_own_sites(app, account)?.first().map_or(SiteId(0), |site| site.id);
    // The mail is made when it is sent and goes to the account's address, so that has to be there first.
    app.store.update_email(account.id, Some(&address))?;
    Ok(app.store.ask_staff_address(account.id, site, &address, ceilings, app.now())?)
}

/// How this account wants to hear of each site; sites where it has no role are left out.
pub fn choose_notices(app: &App, account: &Account, modes: &[(SiteId, NoticeMode)]) -> Result<(), Error> {
    for (site, mode) in modes.iter().filter(|(site, _)| account.role_on(*site).is_some()) {
        app.store.update_staff_notice(*site, account.id, *mode)?;
    }
    Ok(())
}

/// The account and the address that a link is to prove. `LinkOver` when it is too old or changed, and when the account
/// has another address by now.
pub fn find_confirmation(app: &App, token: &str) -> Result<(Account, MailAddress), Error> {
    let ids = app.secrets.read_link(LinkFor::StaffConfirm, token, app.now()).ok_or(Error::LinkOver)?;
    let [account, address] = ids.as_slice() else { return Err(Error::LinkOver) };
    let (account, address) = (AccountId(*account), AddressId(*address));
    let account = app.store.list_accounts()?.into_iter().find(|known| known.id == account).ok_or(Error::LinkOver)?;
    let address = app.store.find_address(address)?.ok_or(Error::LinkOver)?;
    if account.email.as_deref() == Some(address.address.as_str()) { Ok((account, address)) } else { Err(Error::LinkOver) }
}

/// Proves the address; doing it again is no error.
pub fn confirm_own_address(app: &App, token: &str) -> Result<(Account, MailAddress), Error> {
    let (account, address) = find_confirmation(app, token)?;
    let address = app.store.confirm_address(address.id, app.now()).map_err(|_| Error::LinkOver)?;
    Ok((account, address))
}
