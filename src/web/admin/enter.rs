//! Coming in and going out: set-up by the one-time code, sign-in, sign-out.

use serde::Serialize;

use crate::actions::{self, SetUp, SignedIn};
use crate::error::Error;
use crate::web::admin::{
    answer::{Drawn, Page, kept_words},
    ask::Ask,
    templates::Template,
};
use crate::web::face::sentence;

#[derive(Serialize)]
struct Door<'a> {
    name: &'a str,
    next: String,
    /// Why this page is shown in the place of another one.
    said: Option<String>,
    code: &'a str,
    kept: Option<&'a str>,
}

pub fn show_sign_in(ask: &Ask) -> Result<Drawn, Error> {
    Ok(draw_door(ask, None, ask.param("next"))?.into())
}

/// The sign-in page in the place of one that needs it; afterwards people come to where they wanted to be.
pub fn door(ask: &Ask) -> Result<Page, Error> {
    draw_door(ask, Some(&Error::SignInNeeded), ask.caller.as_ref().and(wanted(ask)))
}

/// The page that was asked for, when it was one to read.
fn wanted(ask: &Ask) -> Option<String> {
    let base = ask.desk().base;
    match ask.params.as_slice() {
        [site, id, ..] if ask.in_window() => Some(format!("{base}/sites/{site}/comments/{id}?window=1")),
        [site, ..] => Some(format!("{base}/sites/{site}/")),
        [] => None,
    }
}

fn draw_door(ask: &Ask, error: Option<&Error>, next: Option<String>) -> Result<Page, Error> {
    let door = Door {
        name: ask.form.get("name").unwrap_or_default(),
        next: next_within(ask, next),
        said: error.map(|error| sentence(error, "en")),
        code: error.map_or("", Error::code),
        kept: error.and_then(|error| kept_words(ask, error)),
    };
    Page::new(Template::Door, "Sign in", door)
}

/// Where people go after signing in: only ever a page of this desk.
fn next_within(ask: &Ask, next: Option<String>) -> String {
    let base = format!("{}/", ask.desk().base);
    next.filter(|next| is_within(&base, next)).unwrap_or(base)
}

/// True for a path below `base` in plain letters, without anything that browsers would read as another place.
fn is_within(base: &str, next: &str) -> bool {
    let plain = next.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.?=&".contains(&byte));
    plain && next.starts_with(base) && !next.contains("//") && !next.contains("..") && next.len() <= 300
}

pub fn sign_in(ask: &Ask) -> Result<Drawn, Error> {
    let name = ask.form.get("name").unwrap_or_default().trim();
    let password = ask.form.get("password").unwrap_or_default();
    let next = ask.form.get("next").map(str::to_owned);
    match actions::sign_in(ask.app(), &ask.visitor(), name, password) {
        Ok(signed_in) => begin(ask, &signed_in, next_within(ask, next)),
        Err(error @ Error::SignInWrong) => Ok(draw_door(ask, Some(&error), next)?.because_of(&error).into()),
        Err(error) => Err(error),
    }
}

/// Gives the browser its new session; the one it came with, if any, ends.
fn begin(ask: &Ask, signed_in: &SignedIn, next: String) -> Result<Drawn, Error> {
    if let Some(earlier) = ask.cookie() {
        actions::sign_out(ask.app(), earlier)?;
    }
    let seconds = signed_in.expires_at.seconds() - ask.app().now().seconds();
    Ok(Drawn::SeeOther { to: next, cookie: Some(ask.desk().cookie_line(&signed_in.secret, seconds)) })
}

pub fn sign_out(ask: &Ask) -> Result<Drawn, Error> {
    actions::sign_out(ask.app(), ask.cookie().ok_or(Error::SignInNeeded)?)?;
    Ok(forget(ask))
}

pub fn sign_out_everywhere(ask: &Ask) -> Result<Drawn, Error> {
    actions::sign_out_everywhere(ask.app(), &ask.session()?.account)?;
    Ok(forget(ask))
}

fn forget(ask: &Ask) -> Drawn {
    Drawn::SeeOther { to: format!("{}/sign-in", ask.desk().base), cookie: Some(ask.desk().cookie_line("", 0)) }
}

#[derive(Serialize)]
struct SetUpForm<'a> {
    setup_code: &'a str,
    /// The name of somebody who was invited; the first person chooses one.
    invited: Option<&'a str>,
    name: &'a str,
    wrong: Option<Wrong>,
}

/// What is wrong with which field, for the page that shows the form again.
#[derive(Serialize)]
struct Wrong {
    code: String,
    said: String,
    name: bool,
    password: bool,
}

pub fn show_set_up(ask: &Ask) -> Result<Drawn, Error> {
    let code = ask.param("code");
    match actions::check_set_up(ask.app(), code.as_deref().unwrap_or_default().trim()) {
        Ok(set_up) => Ok(draw_set_up(ask, code.as_deref().unwrap_or_default().trim(), &set_up, None)?.into()),
        Err(error @ Error::SetupCodeWrong) => Ok(ask_for_code(&error, code.is_some())?.into()),
        Err(error) => Err(error),
    }
}

fn draw_set_up(ask: &Ask, code: &str, set_up: &SetUp, error: Option<&Error>) -> Result<Page, Error> {
    let invited = match set_up {
        SetUp::First => None,
        SetUp::Invited(account) => Some(account.name.as_str()),
    };
    let wrong = error.map(|error| Wrong {
        code: error.code().to_owned(),
        said: sentence(error, "en"),
        name: error.field() == Some("name"),
        password: error.field() == Some("password"),
    });
    let form = SetUpForm { setup_code: code, invited, name: ask.form.get("name").unwrap_or_default(), wrong };
    let page = Page::new(Template::SetUp, "Set up the desk", form)?;
    Ok(match error {
        Some(error) => page.because_of(error),
        None => page,
    })
}

fn ask_for_code(error: &Error, sent: bool) -> Result<Page, Error> {
    #[derive(Serialize)]
    struct Values {
        said: Option<String>,
        code: &'static str,
    }
    let values = Values { said: sent.then(|| sentence(error, "en")), code: error.code() };
    Ok(Page::new(Template::SetUpCode, "Set up the desk", values)?.because_of(error))
}

pub fn set_up(ask: &Ask) -> Result<Drawn, Error> {
    let app = ask.app();
    let code = ask.form.get("code").unwrap_or_default().trim();
    let chosen = actions::finish_set_up(app, code, ask.form.get("name"), ask.form.get("password").unwrap_or_default());
    match chosen {
        Ok(account) => begin(ask, &actions::sign_in_without_password(app, account)?, format!("{}/", ask.desk().base)),
        Err(error @ Error::SetupCodeWrong) => Ok(ask_for_code(&error, true)?.into()),
        Err(error @ Error::Field(_)) => Ok(draw_set_up(ask, code, &actions::check_set_up(app, code)?, Some(&error))?.into()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t44_next_is_a_page_of_the_desk_or_nothing() {
        for right in ["/admin/", "/admin/sites/my-blog/", "/admin/sites/my-blog/?show=waiting"] {
            assert!(is_within("/admin/", right), "{right}");
        }
        for wrong in [
            "/admin",
            "/",
            "//evil.test/",
            "/admin//evil.test",
            "/admin/../x",
            "https://evil.test/admin/",
            "/\\evil.test",
            "/admin/\\evil",
            "/admin/%2f%2fevil",
            "/admin/\r\nx",
            "/administrator/",
            "javascript:alert(1)",
            "/admin/@evil.test",
        ] {
            assert!(!is_within("/admin/", wrong), "{wrong}");
        }
    }
}
