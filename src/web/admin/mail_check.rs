//! Whether mail of this server arrives: what `mail-test` finds, for owners who would rather look than type a command.

use std::time::Duration;

use serde::Serialize;

use crate::actions::sends_mail;
use crate::error::Error;
use crate::model::EmailAddress;
use crate::notify::mail::diagnose::{Diagnosis, Finding, diagnose};
use crate::secrets::new_secret;
use crate::web::admin::{
    answer::{Drawn, Page},
    ask::Ask,
    queue::site_address,
    templates::Template,
};

/// Shorter than a stop of the server waits for what is under way.
const TIME_MAX: Duration = Duration::from_secs(9);

#[derive(Serialize)]
struct MailCheck {
    address: String,
    /// Where the test mail went; `None` when the account has no address yet and nothing was looked at.
    to: Option<String>,
    lines: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    verdict: &'static str,
    step: &'static str,
    said: String,
    fix: Option<String>,
}

impl From<Finding> for Line {
    fn from(finding: Finding) -> Self {
        Self { verdict: finding.verdict.word(), step: finding.step, said: finding.said, fix: finding.fix }
    }
}

/// Sends a mail to the own address of whoever asks, and shows what was found on the way.
pub fn check(ask: &Ask) -> Result<Drawn, Error> {
    let (on, app) = (ask.on_site()?, ask.app());
    if !sends_mail(app) {
        return Err(Error::MailOff);
    }
    app.limits.check_staff(on.staff.limit_key()).map_err(Error::TooMany)?;
    let to = ask.session()?.account.email.as_deref().map(EmailAddress::parse).transpose()?;
    let findings = to.as_ref().map(|to| find(ask, to)).unwrap_or_default();
    let page = MailCheck {
        address: site_address(ask, on),
        to: to.map(|to| to.to_string()),
        lines: findings.into_iter().map(Line::from).collect(),
    };
    Ok(Page::new(Template::MailCheck, "Does mail arrive?", page)?.at("mail").into())
}

fn find(ask: &Ask, to: &EmailAddress) -> Vec<Finding> {
    let config = &ask.app().config;
    let domain = config.mail.as_ref().map_or("localhost", |mail| mail.from.address.domain());
    let asked = Diagnosis {
        mail: config.mail.as_ref(),
        dns: config.dns,
        public_url: config.public_url.as_deref(),
        to,
        message_id: &format!("mail-check.{}@{domain}", new_secret()),
        at: ask.app().now(),
        time_max: TIME_MAX,
    };
    // Handlers run off the request threads, where waiting for the network keeps nobody else waiting.
    tokio::runtime::Handle::current().block_on(diagnose(&asked))
}
