//! Somebody with rights on a site: signed in at the desk or speaking through an API token.

use crate::app::App;
use crate::error::Error;
use crate::limits;
use crate::model::{Account, Role, Scope, SiteId, Token};
use crate::secrets::hash_secret;
use crate::store::Poster;

/// Rights on one site, whoever they were given to.
#[derive(Clone, Debug)]
pub struct Staff {
    /// The name that comments carry where none is given.
    pub name: String,
    pub scope: Scope,
    who: Who,
}

#[derive(Clone, Debug)]
enum Who {
    Account(Account),
    Token(Token),
}

impl Staff {
    /// What an account may do on a site; `None` without a role there.
    pub fn from_account(account: &Account, site: SiteId) -> Option<Self> {
        let scope = match account.role_on(site)? {
            Role::Viewer => Scope::Read,
            Role::Moderator => Scope::Moderate,
            Role::Owner => Scope::Admin,
        };
        Some(Self { name: account.name.clone(), scope, who: Who::Account(account.clone()) })
    }

    fn from_token(token: Token) -> Self {
        Self { name: token.name.clone(), scope: token.scope, who: Who::Token(token) }
    }

    /// `BearerForbids` below that scope.
    pub fn require(&self, scope: Scope) -> Result<(), Error> {
        match (&self.who, self.scope >= scope) {
            (_, true) => Ok(()),
            (Who::Account(_), false) => Err(Error::RoleForbids),
            (Who::Token(_), false) => Err(Error::BearerForbids),
        }
    }

    /// For reading what is not published: everybody with a role at the desk may, a token from `Moderate` on.
    pub fn require_queue(&self) -> Result<(), Error> {
        match self.who {
            Who::Account(_) => self.require(Scope::Read),
            Who::Token(_) => self.require(Scope::Moderate),
        }
    }

    /// Under whom comments are stored; `None` for rights that carry no badge.
    pub fn poster(&self) -> Option<Poster> {
        let badge = self.scope.badge()?;
        Some(match &self.who {
            Who::Account(account) => Poster::Account(account.id, badge),
            Who::Token(token) => Poster::Token(token.id, badge),
        })
    }

    /// What the limits of staff are counted under.
    pub fn limit_key(&self) -> limits::Staff {
        match &self.who {
            Who::Account(account) => limits::Staff::Account(account.id),
            Who::Token(token) => limits::Staff::Token(token.id),
        }
    }
}

/// What begins every API token, so that leaked ones can be found by search.
pub const TOKEN_PREFIX: &str = "rj_";

/// The rights that an API token has on that site. `None` for what is no token at all;
/// `BearerForbids` for an unknown token and for one of another site.
pub fn find_token_staff(app: &App, bearer: Option<&str>, site: SiteId) -> Result<Option<Staff>, Error> {
    let Some(text) = bearer.filter(|text| text.starts_with(TOKEN_PREFIX)) else { return Ok(None) };
    let token = app.store.find_token(&hash_secret(text))?.ok_or(Error::BearerForbids)?;
    if token.allows(site, Scope::Read) { Ok(Some(Staff::from_token(token))) } else { Err(Error::BearerForbids) }
}
