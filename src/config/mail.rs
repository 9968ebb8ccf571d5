//! The settings of mail: which relay takes it, how we prove who we are, and whom it comes from.

use std::{net::IpAddr, path::PathBuf};

use anyhow::{Context, Result, anyhow, bail};

use crate::config::{Row, read, read_number};
use crate::model::EmailAddress;

/// How the connection to the relay is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// Begins in the open, and goes on only after both sides have switched. Usual on port 587.
    StartTls,
    /// From the first byte. Usual on port 465.
    Tls,
    /// Not at all: for a relay on the same machine.
    None,
}

/// A secret that no log shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

/// An address with the name that mail programs show for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub name: Option<String>,
    pub address: EmailAddress,
}

/// Who signs in at the relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailLogin {
    pub username: String,
    pub password: Password,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    pub host: String,
    pub port: u16,
    pub tls: MailTls,
    pub login: Option<MailLogin>,
    pub from: Mailbox,
    /// Certificates in PEM that count beside the usual ones.
    pub ca_file: Option<PathBuf>,
    /// What our mail is signed under, if the owner told us; only the diagnosis looks at it.
    pub dkim_selector: Option<String>,
    /// The name by which we greet the relay: the host of `public_url`, or the domain of `from` where that is no name.
    pub hello: String,
    pub confirmations_per_hour: u32,
    pub confirmations_per_day: u32,
}

impl MailSettings {
    /// `None` when no relay is set: then this server sends no mail.
    pub(super) fn new(rows: &[Row], public_url: Option<&str>) -> Result<Option<Self>> {
        let host = read(rows, "mail.host", read_host)?;
        let port = read(rows, "mail.port", read_port)?;
        let tls = read(rows, "mail.tls", read_tls)?;
        let username = read(rows, "mail.username", read_text)?;
        let password = read(rows, "mail.password", read_text)?;
        let from = read(rows, "mail.from", read_from)?;
        let ca_file = read(rows, "mail.ca_file", read_text)?.map(PathBuf::from);
        let dkim_selector = read(rows, "mail.dkim_selector", read_selector)?;
        let confirmations_per_hour = read(rows, "mail.confirmations_per_hour", read_number)?;
        let confirmations_per_day = read(rows, "mail.confirmations_per_day", read_number)?;
        let Some(host) = host else { return Ok(None) };
        let from = from.context(
            "the setting mail.from is missing: with mail.host set it names whom mail comes from, such as \"Blog <talk@blog.example>\"",
        )?;
        let login = match (username, password) {
            (Some(username), Some(password)) => Some(MailLogin { username, password: Password(password) }),
            (None, None) => None,
            (Some(_), None) => bail!("the setting mail.password is missing: mail.username is set"),
            (None, Some(_)) => bail!("the setting mail.username is missing: mail.password is set"),
        };
        if tls == MailTls::None && login.is_some() && !is_loopback(&host) {
            bail!("the setting mail.tls cannot be \"none\": mail.password would travel to {host} in the open; use starttls or tls");
        }
        let hello = public_url.and_then(host_name_of).unwrap_or_else(|| from.address.domain().to_owned());
        Ok(Some(Self { host, port, tls, login, from, ca_file, dkim_selector, hello, confirmations_per_hour, confirmations_per_day }))
    }
}

impl std::str::FromStr for Mailbox {
    type Err = anyhow::Error;

    /// `talk@blog.example` or `Blog <talk@blog.example>`.
    fn from_str(text: &str) -> Result<Self> {
        let (name, address) = match text.split_once('<') {
            Some((name, rest)) => {
                (name.trim().trim_matches('"').trim(), rest.strip_suffix('>').ok_or_else(|| anyhow!("it lacks a > at its end"))?)
            }
            None => ("", text),
        };
        if name.chars().any(char::is_control) {
            bail!("its name holds control characters");
        }
        let address =
            EmailAddress::parse(address.trim()).map_err(|_| anyhow!("it takes an address such as \"Blog <talk@blog.example>\""))?;
        Ok(Self { name: (!name.is_empty()).then(|| name.to_owned()), address })
    }
}

pub(super) fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// The host of an address, when it is a name with a dot in it.
fn host_name_of(url: &str) -> Option<String> {
    match url::Url::parse(url).ok()?.host()? {
        url::Host::Domain(name) if name.contains('.') => Some(name.to_owned()),
        _ => None,
    }
}

fn read_host(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(ip) = text.parse::<IpAddr>() {
        return Ok(Some(ip.to_string()));
    }
    match url::Host::parse(text) {
        Ok(url::Host::Domain(name)) if !text.contains('%') => Ok(Some(name)),
        _ => bail!("it takes the name of a mail server such as smtp.example.org, without port"),
    }
}

fn read_port(text: &str) -> Result<u16> {
    text.parse().ok().filter(|port| *port > 0).ok_or_else(|| anyhow!("it takes a port from 1 to 65535"))
}

fn read_tls(text: &str) -> Result<MailTls> {
    match text {
        "starttls" => Ok(MailTls::StartTls),
        "tls" => Ok(MailTls::Tls),
        "none" => Ok(MailTls::None),
        _ => bail!("it is starttls, tls or none"),
    }
}

fn read_text(text: &str) -> Result<Option<String>> {
    if text.chars().any(char::is_control) {
        bail!("it holds control characters");
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn read_from(text: &str) -> Result<Option<Mailbox>> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some) }
}

fn read_selector(text: &str) -> Result<Option<String>> {
    if !text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')) {
        bail!("it takes the selector alone, such as \"mail\" of mail._domainkey.blog.example");
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}
