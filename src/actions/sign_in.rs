//! Signs people in at the desk and out again.

use crate::actions::set_up::{is_password, nobodys_hash};
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{Account, Session, Timestamp};
use crate::secrets::{hash_secret, new_secret};

/// A session as only its browser learns of it.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub account: Account,
    /// What the cookie holds; the store keeps its hash.
    pub secret: String,
    pub expires_at: Timestamp,
}

/// A session ends after this long, and sooner when it is not used.
const SESSION_SECONDS: i64 = 30 * 24 * 3600;
const IDLE_SECONDS: i64 = 7 * 24 * 3600;

/// Signs in by name and password. The same answer, after the same work, for unknown names and wrong passwords.
pub fn sign_in(app: &App, visitor: &Visitor, name: &str, password: &str) -> Result<SignedIn, Error> {
    app.limits.check_sign_in(name, visitor.address).map_err(Error::TooMany)?;
    let account = app.store.find_account_by_name(name)?;
    let hash = account.as_ref().and_then(|account| account.password.as_deref());
    let has_password = hash.is_some();
    let right = is_password(password, hash.unwrap_or_else(|| nobodys_hash()));
    match account {
        Some(account) if right && has_password => {
            app.limits.note_signed_in(name, visitor.address);
            sign_in_without_password(app, account)
        }
        _ => Err(Error::SignInWrong),
    }
}

/// Begins a session for somebody who has just proven who they are in another way.
pub fn sign_in_without_password(app: &App, account: Account) -> Result<SignedIn, Error> {
    let secret = new_secret();
    let now = app.now();
    let expires_at = now.plus_seconds(SESSION_SECONDS);
    app.store.insert_session(&hash_secret(&secret), account.id, &new_secret(), now, expires_at)?;
    Ok(SignedIn { account, secret, expires_at })
}

/// The session behind a cookie. `SignInNeeded` when there is none, or it has ended.
pub fn find_session(app: &App, secret: Option<&str>) -> Result<Session, Error> {
    let secret = secret.ok_or(Error::SignInNeeded)?;
    app.store.find_session(&hash_secret(secret), app.now(), IDLE_SECONDS)?.ok_or(Error::SignInNeeded)
}

/// Ends this browser's session.
pub fn sign_out(app: &App, secret: &str) -> Result<(), Error> {
    Ok(app.store.delete_session(&hash_secret(secret))?)
}

/// Ends every session of an account.
pub fn sign_out_everywhere(app: &App, account: &Account) -> Result<(), Error> {
    Ok(app.store.delete_sessions_of(account.id)?)
}
