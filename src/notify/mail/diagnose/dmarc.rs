//! DKIM and DMARC: is there a key for the relay's signatures, and what should receivers do with mail that fails?

use crate::config::MailSettings;
use crate::notify::mail::diagnose::{Finding, NO_DNS, record};
use crate::notify::mail::dns::Dns;

const KEY: &str = "DKIM";
const POLICY: &str = "DMARC";

/// The key in DNS, when its name is known. The relay signs; what it signs with cannot be seen from here.
pub async fn look_at_key(settings: &MailSettings, dns: &Dns) -> Finding {
    let domain = settings.from.address.domain();
    let Some(selector) = &settings.dkim_selector else {
        return Finding::warn(
            KEY,
            "the relay signs, not this server, and under which key cannot be seen from here",
            format!(
                "look into the test mail: its line Authentication-Results should say dkim=pass with header.d={domain}; if not, switch DKIM on at the relay, publish the record it shows, and set mail.dkim_selector to the word before ._domainkey in it"
            ),
        );
    };
    let name = format!("{selector}._domainkey.{domain}");
    let publish = format!("publish: {}", record(&name, "v=DKIM1; k=rsa; p=<the public key that your relay shows>"));
    match dns.texts(&name).await {
        Err(silent) => Finding::warn(KEY, silent.to_string(), NO_DNS),
        Ok(texts) => match texts.iter().find_map(|text| tag(text, "p")) {
            None => Finding::fail(KEY, format!("there is no key at {name}"), publish),
            Some(key) if key.is_empty() => Finding::fail(KEY, format!("the key at {name} is withdrawn: its p= is empty"), publish),
            Some(_) => {
                Finding::ok(KEY, format!("there is a key at {name}; the test mail shows whether the relay signs with it (dkim=pass)"))
            }
        },
    }
}

/// The policy of the domain, or of the one above it.
pub async fn look(settings: &MailSettings, dns: &Dns) -> Finding {
    let domain = settings.from.address.domain();
    let mut asked = domain;
    loop {
        let name = format!("_dmarc.{asked}");
        let texts = match dns.texts(&name).await {
            Ok(texts) => texts,
            Err(silent) => return Finding::warn(POLICY, silent.to_string(), NO_DNS),
        };
        let policies: Vec<String> =
            texts.into_iter().filter(|text| text.trim_start().to_ascii_lowercase().starts_with("v=dmarc1")).collect();
        match (policies.as_slice(), asked.split_once('.')) {
            ([], Some((_, above))) if above.contains('.') => asked = above,
            ([], _) => {
                let own = record(&format!("_dmarc.{domain}"), &format!("v=DMARC1; p=none; rua=mailto:{}", settings.from.address));
                return Finding::warn(POLICY, format!("{domain} has no policy; large receivers ask for one"), format!("publish: {own}"));
            }
            ([policy], _) => return judged(settings, &name, policy),
            (many, _) => {
                let said = format!("{name} has {} policies, and receivers heed none of them", many.len());
                return Finding::fail(POLICY, said, format!("leave only: {}", record(&name, &many[0])));
            }
        }
    }
}

fn judged(settings: &MailSettings, name: &str, policy: &str) -> Finding {
    let domain = settings.from.address.domain();
    match tag(policy, "p").map(|word| word.to_ascii_lowercase()).as_deref() {
        Some(word @ ("none" | "quarantine" | "reject")) => Finding::ok(
            POLICY,
            format!(
                "{name} says p={word}; From and the sender of the envelope are both of {domain}, so SPF counts as long as the relay keeps the sender, and DKIM when it signs as {domain}"
            ),
        ),
        _ => Finding::fail(
            POLICY,
            format!("{name} names no policy: {policy}"),
            format!("publish instead: {}", record(name, &format!("v=DMARC1; p=none; rua=mailto:{}", settings.from.address))),
        ),
    }
}

/// The value of a tag in `a=b; c=d`, without blanks.
fn tag(text: &str, name: &str) -> Option<String> {
    let mut tags = text.split(';').filter_map(|part| part.split_once('='));
    tags.find(|(own, _)| own.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.chars().filter(|c| !c.is_whitespace()).collect())
}
