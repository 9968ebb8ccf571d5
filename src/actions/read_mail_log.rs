//! The log of what was told to whom: every mail and every call of a webhook of a site.

use crate::actions::Staff;
use crate::app::App;
use crate::error::Error;
use crate::model::{Delivery, DeliveryId, Page, Recipient, Scope, Site};

/// A delivery with what its recipient is called; never the address itself.
#[derive(Debug)]
pub struct Logged {
    pub delivery: Delivery,
    pub to: String,
    /// What the other side said last, without any address in it.
    pub said: Option<String>,
    pub page: Option<Page>,
}

/// Deliveries of a site, newest first, and the one to go on behind. `failed` leaves out all others.
pub fn list_deliveries(
    app: &App,
    staff: &Staff,
    site: &Site,
    which: Deliveries,
    older_than: Option<DeliveryId>,
    most: usize,
) -> Result<(Vec<Logged>, Option<DeliveryId>), Error> {
    staff.require(Scope::Moderate)?;
    let mut found = match which {
        Deliveries::All => app.store.list_deliveries(site.id, older_than, most + 1)?,
        Deliveries::Failed => app.store.list_failed_deliveries(site.id, older_than, most + 1)?,
    };
    let more = found.len() > most;
    found.truncate(most);
    let next = found.last().filter(|_| more).map(|last| last.id);
    let accounts = app.store.list_accounts()?;
    let log = |delivery: Delivery| {
        let (to, secret) = match delivery.recipient {
            Recipient::Reader(id) => {
                let address = app.store.find_address(id)?.map(|known| known.address);
                (address.as_deref().map_or_else(|| "somebody who is forgotten".to_owned(), mask), address)
            }
            Recipient::Staff(id) => {
                let account = accounts.iter().find(|account| account.id == id);
                let name = account.map_or_else(|| "somebody who left".to_owned(), |account| account.name.clone());
                (name, account.and_then(|account| account.email.clone()))
            }
            Recipient::Service(id) => {
                let webhook = app.store.find_webhook(site.id, id)?;
                let host = webhook.and_then(|webhook| url::Url::parse(&webhook.url).ok()?.host_str().map(str::to_owned));
                (host.unwrap_or_else(|| "a webhook that was removed".to_owned()), None)
            }
        };
        let page = delivery.page.map(|page| app.store.find_page_by_id(site.id, page)).transpose()?.flatten();
        let said = delivery.said.as_deref().filter(|said| !said.is_empty()).map(|said| without_addresses(said, secret.as_deref()));
        Ok(Logged { delivery, to, said, page })
    };
    Ok((found.into_iter().map(log).collect::<Result<_, Error>>()?, next))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deliveries {
    All,
    Failed,
}

/// Sends a delivery that was given up once more.
pub fn send_again(app: &App, staff: &Staff, site: &Site, id: DeliveryId) -> Result<(), Error> {
    staff.require(Scope::Moderate)?;
    app.store.retry_delivery(site.id, id, app.now()).map_err(|error| match error {
        crate::store::Error::NotFound => Error::RouteUnknown,
        other => other.into(),
    })
}

/// An address that its owner recognises and nobody else can use: `a…@e….example`.
pub fn mask(address: &str) -> String {
    let Some((local, domain)) = address.rsplit_once('@') else { return "…".to_owned() };
    let first = |text: &str| text.chars().next().map(String::from).unwrap_or_default();
    let end = domain.rsplit_once('.').map(|(_, end)| format!(".{end}")).unwrap_or_default();
    format!("{}…@{}…{end}", first(local), first(domain))
}

/// What a server said, with every address in it masked, and the part before the `@` of the one it is about as well:
/// mail servers like to repeat either.
fn without_addresses(said: &str, about: Option<&str>) -> String {
    let apart = |c: char| c.is_whitespace() || "<>()[]{}\"',;:".contains(c);
    let local = about.and_then(|address| address.rsplit_once('@')).map(|(local, _)| local.to_lowercase());
    let shown = |word: &str| {
        if word.contains('@') {
            mask(word)
        } else if local.as_deref().is_some_and(|local| word.trim_matches('.').to_lowercase() == local) {
            "…".to_owned()
        } else {
            word.to_owned()
        }
    };
    let mut clean = String::with_capacity(said.len());
    let mut word = String::new();
    for letter in said.chars() {
        if apart(letter) {
            clean.push_str(&shown(&word));
            word.clear();
            clean.push(letter);
        } else {
            word.push(letter);
        }
    }
    clean.push_str(&shown(&word));
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_masked_wherever_it_stands() {
        assert_eq!(mask("ada@example.org"), "a…@e….org");
        assert_eq!(mask("a@localhost"), "a…@l…");
        for (said, expected) in [
            ("550 5.1.1 <ada@example.org>: no such user", "550 5.1.1 <a…@e….org>: no such user"),
            ("550 unknown user ada.", "550 unknown user …"),
            ("rcpt to:ADA@EXAMPLE.ORG, sorry", "rcpt to:A…@E….ORG, sorry"),
            ("250 2.0.0 queued as 81", "250 2.0.0 queued as 81"),
        ] {
            assert_eq!(without_addresses(said, Some("ada@example.org")), expected);
        }
    }
}
