//! `rejoinder mail-test`: what keeps mail from arriving, and the fix.

use std::time::Duration;

use anyhow::{anyhow, bail};

use crate::cli::say;
use crate::clock::Clock;
use crate::config::Config;
use crate::model::EmailAddress;
use crate::notify::mail::diagnose::{Diagnosis, Verdict, diagnose};
use crate::secrets::new_secret;

const TIME_MAX: Duration = Duration::from_secs(30);

/// Sends a mail to that address and says what was found on the way. Fails when mail cannot arrive.
pub async fn test(config: &Config, address: &str) -> anyhow::Result<()> {
    let to = EmailAddress::parse(address).map_err(|error| anyhow!("{address:?}: {error}"))?;
    let domain = config.mail.as_ref().map_or("localhost", |mail| mail.from.address.domain());
    let asked = Diagnosis {
        mail: config.mail.as_ref(),
        dns: config.dns,
        public_url: config.public_url.as_deref(),
        to: &to,
        message_id: &format!("mail-test.{}@{domain}", new_secret()),
        at: Clock::System.now(),
        time_max: TIME_MAX,
    };
    let findings = diagnose(&asked).await;
    for finding in &findings {
        say!("{:<4} {}: {}", finding.verdict.word(), finding.step, finding.said);
        for line in finding.fix.iter().flat_map(|fix| fix.lines()) {
            say!("     fix: {line}");
        }
    }
    match findings.iter().filter(|finding| finding.verdict == Verdict::Fail).count() {
        0 => say!("A mail is on its way to {to}. Look whether it arrives, and not among the spam."),
        1 => bail!("one thing keeps mail from arriving"),
        n => bail!("{n} things keep mail from arriving"),
    }
    Ok(())
}
