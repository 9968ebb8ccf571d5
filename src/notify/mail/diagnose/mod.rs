//! What keeps mail from arriving, step by step, with the fix for each fault: a line of settings or a DNS record.
//! A real mail is sent on the way.

mod dmarc;
mod relay;
mod spf;

use std::{net::SocketAddr, time::Duration};

use crate::config::{MailSettings, MailTls};
use crate::model::{EmailAddress, Timestamp};
use crate::notify::mail::dns::Dns;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Ok,
    /// Mail goes out; some receivers may not want it.
    Warn,
    Fail,
}

impl Verdict {
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// One word or two: what was looked at.
    pub step: &'static str,
    pub verdict: Verdict,
    pub said: String,
    /// What to do, ready to copy; with every finding that is not good.
    pub fix: Option<String>,
}

impl Finding {
    fn ok(step: &'static str, said: impl Into<String>) -> Self {
        Self { step, verdict: Verdict::Ok, said: said.into(), fix: None }
    }

    fn warn(step: &'static str, said: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { step, verdict: Verdict::Warn, said: said.into(), fix: Some(fix.into()) }
    }

    fn fail(step: &'static str, said: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { step, verdict: Verdict::Fail, said: said.into(), fix: Some(fix.into()) }
    }
}

/// What a diagnosis looks at.
pub struct Diagnosis<'a> {
    pub mail: Option<&'a MailSettings>,
    /// The DNS server to ask; `None` means those of the system.
    pub dns: Option<SocketAddr>,
    /// As set; `None` when links in mails would lead to this machine.
    pub public_url: Option<&'a str>,
    /// Who gets the test mail.
    pub to: &'a EmailAddress,
    /// Without `<` and `>`.
    pub message_id: &'a str,
    pub at: Timestamp,
    /// For each try to reach the relay.
    pub time_max: Duration,
}

/// Everything that can be found out from here, in the order in which mail travels.
pub async fn diagnose(asked: &Diagnosis<'_>) -> Vec<Finding> {
    let Some(settings) = asked.mail else {
        let fix = "[mail]\nhost = \"smtp.example.org\"\nfrom = \"My Blog <talk@blog.example>\"\nusername = \"talk@blog.example\"\npassword_file = \"/etc/rejoinder/mail-password\"";
        return vec![Finding::fail("settings", "mail is off: mail.host is not set", fix)];
    };
    let mut findings = vec![Finding::ok("settings", about(settings))];
    findings.push(links(asked.public_url));
    let dns = match Dns::new(asked.dns) {
        Ok(dns) => Some(dns),
        Err(silent) => {
            findings.push(Finding::fail("DNS", silent.to_string(), NO_DNS));
            None
        }
    };
    findings.extend(relay::look(asked, settings, dns.as_ref()).await);
    if let Some(dns) = &dns {
        findings.push(spf::look(settings, dns).await);
        findings.push(dmarc::look_at_key(settings, dns).await);
        findings.push(dmarc::look(settings, dns).await);
    }
    findings
}

const NO_DNS: &str = "let this machine reach a DNS server, or name one: outbound.dns = \"9.9.9.9:53\"";

fn about(settings: &MailSettings) -> String {
    let login = settings.login.as_ref().map_or("without signing in".into(), |login| format!("as {}", login.username));
    let tls = match settings.tls {
        MailTls::StartTls => "starttls",
        MailTls::Tls => "tls",
        MailTls::None => "no encryption",
    };
    format!("{}:{} with {tls}, {login}, from {}", settings.host, settings.port, settings.from.address)
}

fn links(public_url: Option<&str>) -> Finding {
    match public_url {
        Some(url) if url.starts_with("https://") => Finding::ok("links", format!("mails lead to {url}")),
        Some(url) => Finding::warn(
            "links",
            format!("mails lead to {url}, without encryption"),
            "public_url = \"https://comments.example\"  (yours, behind a proxy with a certificate)",
        ),
        None => Finding::fail(
            "links",
            "public_url is not set: links in mails lead to this machine, where readers are not",
            "public_url = \"https://comments.example\"  (the address under which browsers reach this server)",
        ),
    }
}

/// A record as zone files and most forms of DNS providers take it.
fn record(name: &str, text: &str) -> String {
    format!("{name}. IN TXT \"{text}\"")
}
