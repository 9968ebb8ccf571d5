//! How people come to the desk: the first set-up by the one-time code, later ones by a link.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::app::App;
use crate::error::Error;
use crate::model::{Account, FieldError, Role, SiteId, clean_name};
use crate::secrets::{hash_secret, new_code};
use crate::store::NewAccount;

/// A set-up code that is still good.
#[derive(Clone, Debug)]
pub enum SetUp {
    /// The first person: chooses a name and becomes owner of every site.
    First,
    /// Somebody who was invited: chooses a password.
    Invited(Account),
}

/// The first set-up code works this long, or until the program starts again.
const FIRST_CODE_SECONDS: i64 = 24 * 3600;
const INVITATION_SECONDS: i64 = 7 * 24 * 3600;
const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=200;
const ACCOUNT_NAME_CHARS_MAX: usize = 80;

/// Makes the code of the first set-up, as long as nobody has a password yet; else `None`.
pub fn begin_set_up(app: &App) -> Result<Option<String>, Error> {
    if app.store.list_accounts()?.iter().any(|account| account.password.is_some()) {
        return Ok(None);
    }
    let code = new_code();
    app.store.insert_setup_code(&hash_secret(&code), None, app.now().plus_seconds(FIRST_CODE_SECONDS))?;
    Ok(Some(code))
}

/// Adds somebody to the desk and makes the code with which they choose their password.
pub fn invite(app: &App, name: &str, email: Option<&str>, role: Role, site: Option<SiteId>) -> Result<(Account, String), Error> {
    let name = check_account_name(name)?;
    let account = app.store.upsert_account(&NewAccount { name: &name, email, role, site }, app.now())?;
    let code = new_code();
    app.store.insert_setup_code(&hash_secret(&code), Some(account.id), app.now().plus_seconds(INVITATION_SECONDS))?;
    Ok((account, code))
}

/// Whom a code is for. `SetupCodeWrong` when it was used, is too old or never was.
pub fn check_set_up(app: &App, code: &str) -> Result<SetUp, Error> {
    match app.store.find_setup_code(&hash_secret(code), app.now())? {
        Some(Some(account)) => Ok(SetUp::Invited(account)),
        Some(None) => Ok(SetUp::First),
        None => Err(Error::SetupCodeWrong),
    }
}

/// Uses a code up and stores the chosen password. `name` counts only for the first person.
pub fn finish_set_up(app: &App, code: &str, name: Option<&str>, password: &str) -> Result<Account, Error> {
    let set_up = check_set_up(app, code)?;
    check_password(password)?;
    let first_name = match &set_up {
        SetUp::First => Some(check_account_name(name.unwrap_or_default())?),
        SetUp::Invited(_) => None,
    };
    let password = hash_password(password)?;
    app.store.delete_setup_code(&hash_secret(code), app.now()).map_err(|_| Error::SetupCodeWrong)?;
    let account = match (set_up, first_name) {
        (SetUp::Invited(account), _) => account,
        (SetUp::First, name) => {
            let name = name.unwrap_or_default();
            app.store.upsert_account(&NewAccount { name: &name, email: None, role: Role::Owner, site: None }, app.now())?
        }
    };
    app.store.update_password(account.id, &password)?;
    app.store.find_account_by_name(&account.name)?.ok_or(Error::SetupCodeWrong)
}

fn check_account_name(name: &str) -> Result<String, Error> {
    let name = clean_name(name);
    if name.is_empty() || name.chars().count() > ACCOUNT_NAME_CHARS_MAX {
        let message = format!("choose a name of 1 to {ACCOUNT_NAME_CHARS_MAX} characters");
        return Err(FieldError::new("account_name_invalid", "name", message).into());
    }
    Ok(name)
}

fn check_password(password: &str) -> Result<(), Error> {
    if PASSWORD_CHARS.contains(&password.chars().count()) {
        return Ok(());
    }
    let message = format!("choose a password of {} to {} characters", PASSWORD_CHARS.start(), PASSWORD_CHARS.end());
    Err(FieldError::new("password_length", "password", message).into())
}

/// argon2id with the parameters OWASP's password storage sheet names first for low memory: 19 MiB, 2 passes, 1 lane.
fn hash_password(password: &str) -> Result<String, Error> {
    let hash = Argon2::default().hash_password(password.as_bytes());
    hash.map(|hash| hash.to_string()).map_err(|error| Error::Internal(format!("argon2: {error}")))
}

/// True when this is the password behind that hash.
pub(crate) fn is_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// The hash of a password that nobody knows, so that an unknown name costs as much time as a known one.
pub(crate) fn nobodys_hash() -> &'static str {
    static HASH: std::sync::LazyLock<String> =
        std::sync::LazyLock::new(|| hash_password(&crate::secrets::new_secret()).unwrap_or_default());
    &HASH
}
