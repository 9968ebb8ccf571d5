//! People with rights: who signs in at the desk, and the tokens that speak for them.

use std::fmt;

use super::{AccountId, SiteId, Timestamp, TokenId};

/// What the widget and the pages draw beside a name. It comes from rights, never from typed text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Badge {
    /// The owner of the site: the author of its posts.
    Author,
    Moderator,
}

impl Badge {
    pub fn word(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Moderator => "moderator",
        }
    }
}

/// What an account may do on a site, each including those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Sees the queue and changes nothing.
    Viewer,
    /// Decides about comments, answers, and closes pages.
    Moderator,
    /// Also changes the site's rules.
    Owner,
}

impl Role {
    pub const ALL: [Role; 3] = [Role::Viewer, Role::Moderator, Role::Owner];

    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Moderator => "moderator",
            Self::Owner => "owner",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.word() == word)
    }

    /// The badge that comments under this role carry; a viewer cannot write.
    pub fn badge(self) -> Option<Badge> {
        match self {
            Self::Viewer => None,
            Self::Moderator => Some(Badge::Moderator),
            Self::Owner => Some(Badge::Author),
        }
    }
}

/// What an API token may do, each including those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Read,
    Write,
    Moderate,
    Admin,
}

impl Scope {
    pub const ALL: [Scope; 4] = [Scope::Read, Scope::Write, Scope::Moderate, Scope::Admin];

    pub fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Moderate => "moderate",
            Self::Admin => "admin",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.word() == word)
    }

    /// The badge that comments submitted with such a token carry.
    pub fn badge(self) -> Option<Badge> {
        match self {
            Self::Read | Self::Write => None,
            Self::Moderate => Some(Badge::Moderator),
            Self::Admin => Some(Badge::Author),
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Somebody who signs in at the desk.
#[derive(Clone, Debug)]
pub struct Account {
    pub id: AccountId,
    /// Shown beside the comments written at the desk, and typed to sign in.
    pub name: String,
    pub email: Option<String>,
    /// An argon2id hash in PHC form; `None` until the person has chosen a password.
    pub password: Option<String>,
    /// The role on every site, if any.
    pub role_everywhere: Option<Role>,
    /// The roles on single sites.
    pub roles: Vec<(SiteId, Role)>,
    pub created_at: Timestamp,
}

impl Account {
    /// What this person may do on that site: the higher of both roles, `None` for nothing.
    pub fn role_on(&self, site: SiteId) -> Option<Role> {
        let here = self.roles.iter().find(|(id, _)| *id == site).map(|(_, role)| *role);
        here.max(self.role_everywhere)
    }
}

/// A signed-in browser. The cookie holds a secret; the store knows only its hash.
#[derive(Clone, Debug)]
pub struct Session {
    pub account: Account,
    /// Stands in every form of the desk; a POST without it is refused.
    pub form_token: String,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
}

/// An API token. Its text is shown once; the store knows only its hash.
#[derive(Clone, Debug)]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    /// `None` speaks for every site.
    pub site: Option<SiteId>,
    pub scope: Scope,
    pub created_at: Timestamp,
}

impl Token {
    /// True when the token reaches that site with at least that scope.
    pub fn allows(&self, site: SiteId, scope: Scope) -> bool {
        self.site.is_none_or(|own| own == site) && self.scope >= scope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_higher_role_counts_and_other_sites_have_none() {
        let mut account = Account {
            id: AccountId(1),
            name: "Ada".into(),
            email: None,
            password: None,
            role_everywhere: None,
            roles: vec![(SiteId(1), Role::Moderator)],
            created_at: Timestamp(0),
        };
        assert_eq!((account.role_on(SiteId(1)), account.role_on(SiteId(2))), (Some(Role::Moderator), None));
        account.role_everywhere = Some(Role::Owner);
        assert_eq!((account.role_on(SiteId(1)), account.role_on(SiteId(2))), (Some(Role::Owner), Some(Role::Owner)));
    }

    #[test]
    fn a_token_reaches_its_site_and_scope_only() {
        let token = Token { id: TokenId(1), name: "ci".into(), site: Some(SiteId(1)), scope: Scope::Moderate, created_at: Timestamp(0) };
        assert!(token.allows(SiteId(1), Scope::Write) && token.allows(SiteId(1), Scope::Moderate));
        assert!(!token.allows(SiteId(1), Scope::Admin) && !token.allows(SiteId(2), Scope::Read));
    }
}
