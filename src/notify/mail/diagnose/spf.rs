//! SPF (RFC 7208): may the relay send for our domain? What its addresses to the outside are cannot be known from
//! here; those of `mail.host` are the best guess.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::config::MailSettings;
use crate::notify::mail::diagnose::{Finding, NO_DNS, record};
use crate::notify::mail::dns::{Dns, DnsSilent};

/// Terms that ask DNS, over the whole evaluation.
const LOOKUPS_MAX: usize = 10;
const STEP: &str = "SPF";

/// How an evaluation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Result {
    Pass,
    /// Matched with `-`, `~` or `?`, or nothing matched.
    NotPass,
    /// The record breaks the rules, which receivers take for a failure.
    Broken(String),
}

pub async fn look(settings: &MailSettings, dns: &Dns) -> Finding {
    match found(settings, dns).await {
        Ok(finding) => finding,
        Err(silent) => Finding::warn(STEP, silent.to_string(), NO_DNS),
    }
}

async fn found(settings: &MailSettings, dns: &Dns) -> std::result::Result<Finding, DnsSilent> {
    let domain = settings.from.address.domain();
    let records = records_of(dns, domain).await?;
    let relay = relays_term(settings);
    let [policy] = records.as_slice() else {
        return Ok(match records.len() {
            0 => Finding::fail(
                STEP,
                format!("{domain} does not say who may send its mail"),
                format!(
                    "publish: {}  (if your relay's documents name an include:, use that in the place of {relay})",
                    record(domain, &format!("v=spf1 {relay} ~all"))
                ),
            ),
            n => Finding::fail(
                STEP,
                format!("{domain} has {n} SPF records, and receivers heed none of them"),
                format!("leave only: {}", record(domain, &merged(&records))),
            ),
        });
    };
    if policy.split_whitespace().any(|term| matches!(term.to_ascii_lowercase().as_str(), "+all" | "all")) {
        let mended =
            policy.split_whitespace().map(|term| if term.trim_start_matches('+').eq_ignore_ascii_case("all") { "~all" } else { term });
        let mended = mended.collect::<Vec<_>>().join(" ");
        return Ok(Finding::fail(
            STEP,
            format!("the record of {domain} lets everybody send its mail"),
            format!("publish instead: {}", record(domain, &mended)),
        ));
    }
    let addresses = addresses_of(settings, dns).await?;
    let Some(address) = addresses.iter().find(|address| !address.is_loopback()) else {
        return Ok(Finding::warn(
            STEP,
            format!("{domain} says: {policy}. The relay is on this machine, and which address it sends from cannot be known here"),
            "look into the test mail: its line Authentication-Results should say spf=pass; if not, add ip4:<address of this machine> to the record",
        ));
    };
    Ok(match evaluate(dns, domain, *address).await? {
        Result::Pass => Finding::ok(
            STEP,
            format!("{domain} lets {address} ({}) send its mail; whether the relay sends from there cannot be known here", settings.host),
        ),
        Result::NotPass => Finding::warn(
            STEP,
            format!(
                "{domain} says: {policy}. That does not name {address} ({}); a relay may send from other addresses than it is reached by",
                settings.host
            ),
            format!(
                "look into the test mail; if it does not say spf=pass, publish: {}  (or the include: that your relay's documents name)",
                record(domain, &with_term(policy, &relay))
            ),
        ),
        Result::Broken(why) => Finding::fail(
            STEP,
            format!("the record of {domain} is broken: {why}"),
            format!("publish instead, for instance: {}", record(domain, &format!("v=spf1 {relay} ~all"))),
        ),
    })
}

fn relays_term(settings: &MailSettings) -> String {
    match settings.host.parse::<IpAddr>() {
        Ok(ip) if ip.is_loopback() => "a mx".into(),
        Ok(IpAddr::V4(ip)) => format!("ip4:{ip}"),
        Ok(IpAddr::V6(ip)) => format!("ip6:{ip}"),
        Err(_) if settings.host == "localhost" => "a mx".into(),
        Err(_) => format!("a:{}", settings.host),
    }
}

async fn addresses_of(settings: &MailSettings, dns: &Dns) -> std::result::Result<Vec<IpAddr>, DnsSilent> {
    match settings.host.parse::<IpAddr>() {
        Ok(ip) => Ok(vec![ip]),
        Err(_) => dns.addresses(&settings.host).await,
    }
}

async fn records_of(dns: &Dns, domain: &str) -> std::result::Result<Vec<String>, DnsSilent> {
    let is_spf = |text: &String| text.split(' ').next().is_some_and(|word| word.eq_ignore_ascii_case("v=spf1"));
    Ok(dns.texts(domain).await?.into_iter().filter(is_spf).collect())
}

/// One record with every term of them all. It ends softly, because terms may be missing where two records stood.
fn merged(records: &[String]) -> String {
    let mut terms: Vec<&str> = vec![];
    for term in records.iter().flat_map(|record| record.split_whitespace().skip(1)) {
        let is_end =
            term.trim_start_matches(['+', '-', '~', '?']).eq_ignore_ascii_case("all") || term.to_ascii_lowercase().starts_with("redirect=");
        if !is_end && !terms.contains(&term) {
            terms.push(term);
        }
    }
    format!("v=spf1 {} ~all", terms.join(" "))
}

fn with_term(policy: &str, term: &str) -> String {
    match policy.split_once(' ') {
        Some((version, rest)) => format!("{version} {term} {rest}"),
        None => format!("{policy} {term} ~all"),
    }
}

/// What the record of this domain says of that address.
pub async fn evaluate(dns: &Dns, domain: &str, address: IpAddr) -> std::result::Result<Result, DnsSilent> {
    let mut lookups = 0;
    check(dns, domain.to_owned(), address, &mut lookups).await
}

/// Follows `include` and `redirect`, each a lookup of its own, so that no chain is longer than the limit.
fn check<'a>(
    dns: &'a Dns,
    domain: String,
    address: IpAddr,
    lookups: &'a mut usize,
) -> std::pin::Pin<Box<dyn Future<Output = std::result::Result<Result, DnsSilent>> + Send + 'a>> {
    Box::pin(async move {
        let records = records_of(dns, &domain).await?;
        let [policy] = records.as_slice() else {
            return Ok(Result::Broken(format!("{domain} has {} SPF records where one is needed", records.len())));
        };
        let mut redirect = None;
        for term in policy.split_whitespace().skip(1) {
            let lower = term.to_ascii_lowercase();
            if let Some(target) = lower.strip_prefix("redirect=") {
                redirect = Some(target.to_owned());
                continue;
            }
            if lower.split(['/', ':']).next().is_some_and(|name| name.contains('=')) {
                continue;
            }
            let passes = !lower.starts_with(['-', '~', '?']);
            let mechanism = lower.trim_start_matches(['+', '-', '~', '?']);
            match matches(dns, mechanism, &domain, address, lookups).await? {
                Ok(true) => return Ok(if passes { Result::Pass } else { Result::NotPass }),
                Ok(false) => {}
                Err(why) => return Ok(Result::Broken(why)),
            }
        }
        let Some(target) = redirect else { return Ok(Result::NotPass) };
        match counted(lookups) {
            Ok(()) => check(dns, target, address, lookups).await,
            Err(why) => Ok(Result::Broken(why)),
        }
    })
}

fn counted(lookups: &mut usize) -> std::result::Result<(), String> {
    *lookups += 1;
    if *lookups > LOOKUPS_MAX { Err(format!("it needs more than {LOOKUPS_MAX} questions to DNS")) } else { Ok(()) }
}

/// Whether one mechanism matches, or why it cannot be read.
async fn matches(
    dns: &Dns,
    mechanism: &str,
    domain: &str,
    address: IpAddr,
    lookups: &mut usize,
) -> std::result::Result<std::result::Result<bool, String>, DnsSilent> {
    let (name, rest) = mechanism.find([':', '/']).map_or((mechanism, ""), |at| mechanism.split_at(at));
    let (target, lengths) = match rest.strip_prefix(':') {
        Some(rest) if matches!(name, "ip4" | "ip6") => (rest, ""),
        Some(rest) => rest.find('/').map_or((rest, ""), |at| rest.split_at(at)),
        None => (domain, rest),
    };
    if name == "all" {
        return Ok(Ok(true));
    }
    if matches!(name, "ip4" | "ip6") {
        let net = target.parse::<IpNet>().ok().or_else(|| target.parse::<IpAddr>().ok().map(IpNet::from));
        return Ok(net.map(|net| net.contains(&address)).ok_or_else(|| format!("{mechanism} names no network")));
    }
    if !matches!(name, "a" | "mx" | "include" | "exists" | "ptr") {
        return Ok(Err(format!("{mechanism} means nothing")));
    }
    if let Err(why) = counted(lookups) {
        return Ok(Err(why));
    }
    // Macros and reverse names depend on the mail or are given up by the standard: neither helps here.
    if target.contains('%') || matches!(name, "exists" | "ptr") {
        return Ok(Ok(false));
    }
    if name == "include" {
        return Ok(match check(dns, target.to_owned(), address, lookups).await? {
            Result::Pass => Ok(true),
            Result::NotPass => Ok(false),
            Result::Broken(why) => Err(why),
        });
    }
    let hosts = if name == "mx" { dns.mail_hosts(target).await? } else { vec![target.to_owned()] };
    for host in hosts.iter().take(LOOKUPS_MAX) {
        let found = dns.addresses(host).await?;
        if found.iter().any(|own| within(*own, lengths, address)) {
            return Ok(Ok(true));
        }
    }
    Ok(Ok(false))
}

/// True when both lie in one network of the length given as `/24` or `/24//64`.
fn within(own: IpAddr, lengths: &str, address: IpAddr) -> bool {
    let (four, six) = lengths.split_once("//").unwrap_or((lengths, ""));
    let length = if own.is_ipv4() { four.trim_start_matches('/').parse().unwrap_or(32) } else { six.parse().unwrap_or(128) };
    IpNet::new(own, length).is_ok_and(|net| net.contains(&address))
}
