//! The way to the relay: its name, the connection, encryption, signing in, and whether it takes our mail.

use std::net::IpAddr;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use crate::config::{MailSettings, MailTls};
use crate::notify::mail::diagnose::{Diagnosis, Finding, NO_DNS};
use crate::notify::mail::dns::Dns;
use crate::notify::mail::{Failure, Fault, Heading, Letter, MailError, Mailer, Message, Step};

/// Steps of the conversation, as findings name them.
const STEPS: &[(Step, &str)] = &[
    (Step::Greeting, "greeting"),
    (Step::Tls, "encryption"),
    (Step::SignIn, "sign-in"),
    (Step::Sender, "sender"),
    (Step::Recipient, "recipient"),
    (Step::Content, "test mail"),
];

pub async fn look(asked: &Diagnosis<'_>, settings: &MailSettings, dns: Option<&Dns>) -> Vec<Finding> {
    let mut findings = vec![];
    if let Some(dns) = dns {
        findings.push(look_at_hello(settings, dns).await);
    }
    let addresses = match timeout(asked.time_max, lookup_host((settings.host.as_str(), settings.port))).await {
        Ok(Ok(found)) => found.collect::<Vec<_>>(),
        Ok(Err(_)) | Err(_) => vec![],
    };
    let Some(first) = addresses.first() else {
        let fix = format!("mail.host = \"…\"  ({} is not known to DNS: is it spelled right?)", settings.host);
        findings.push(Finding::fail("relay's name", format!("{} has no address", settings.host), fix));
        return findings;
    };
    findings.push(Finding::ok("relay's name", format!("{} is {}", settings.host, first.ip())));
    match timeout(asked.time_max, TcpStream::connect(addresses.as_slice())).await {
        Ok(Ok(_)) => findings.push(Finding::ok("connection", format!("port {} answers", settings.port))),
        Ok(Err(error)) => {
            findings.push(Finding::fail("connection", format!("port {} does not answer: {error}", settings.port), unreachable(settings)));
            return findings;
        }
        Err(_) => {
            findings.push(Finding::fail("connection", format!("port {} does not answer in time", settings.port), unreachable(settings)));
            return findings;
        }
    }
    match hand_over(asked, settings).await {
        Ok(result) => findings.extend(told(settings, result)),
        Err(error) => findings.push(Finding::fail("settings", error.to_string(), "mend the setting that is named here")),
    }
    findings
}

/// Receivers may look at the name that we greet with; it should be one that DNS knows.
async fn look_at_hello(settings: &MailSettings, dns: &Dns) -> Finding {
    let name = &settings.hello;
    match dns.addresses(name).await {
        Ok(found) if !found.is_empty() => Finding::ok("our name", format!("we greet as {name}, which DNS knows")),
        Ok(_) => Finding::warn(
            "our name",
            format!("we greet as {name}, which has no address in DNS"),
            format!("set public_url to the name under which this server is known, or publish: {name}. IN A <the address of this server>"),
        ),
        Err(silent) => Finding::warn("our name", format!("we greet as {name}; {silent}"), NO_DNS),
    }
}

async fn hand_over(asked: &Diagnosis<'_>, settings: &MailSettings) -> Result<Result<String, Failure>, MailError> {
    let mailer = Mailer::with_time(settings, asked.time_max)?;
    let letter = Letter::Test.write("en")?;
    let heading = Heading {
        to: asked.to,
        from_name: None,
        message_id: asked.message_id,
        answers: None,
        references: &[],
        at: asked.at,
        stop_link: None,
    };
    let message = Message::new(&settings.from, &heading, letter)?;
    Ok(mailer.hand_over(&message).await)
}

/// Every step that was passed, and the one that was not.
fn told(settings: &MailSettings, result: Result<String, Failure>) -> Vec<Finding> {
    let skipped = |step: Step| step == Step::Tls && settings.tls == MailTls::None || step == Step::SignIn && settings.login.is_none();
    let passed = |step: Step| match &result {
        Ok(_) => true,
        // Encryption from the first byte comes before the greeting.
        Err(failure) if settings.tls == MailTls::Tls && failure.step <= Step::Tls => failure.step == Step::Greeting && step == Step::Tls,
        Err(failure) => step < failure.step,
    };
    let steps = STEPS.iter().filter(|(step, _)| !skipped(*step) && passed(*step));
    let mut findings: Vec<Finding> = steps
        .map(|(step, name)| match (step, &result) {
            (Step::Content, Ok(said)) => Finding::ok(name, format!("taken: {said}")),
            _ => Finding::ok(name, "good"),
        })
        .collect();
    if let Err(failure) = result {
        let name = STEPS.iter().find(|(step, _)| *step == failure.step).map_or("connection", |(_, name)| name);
        let fix = fix(settings, &failure);
        findings.push(Finding::fail(name, failure.said, fix));
    }
    findings
}

fn unreachable(settings: &MailSettings) -> String {
    let other =
        if settings.port == 465 { "mail.port = 587 with mail.tls = \"starttls\"" } else { "mail.port = 465 with mail.tls = \"tls\"" };
    format!("try {other}; if no port answers, ask who hosts this server whether it lets mail out (port 25 is often closed)")
}

fn fix(settings: &MailSettings, failure: &Failure) -> String {
    let by_rule = failure.said.split(' ').nth(1).is_some_and(|word| word.starts_with("5.7."));
    match (failure.step, failure.fault) {
        (Step::Greeting | Step::Connect, Fault::Answer(_)) => {
            "the relay takes no mail from this server: is mail.host the relay of your mail account, with mail.port = 587?".into()
        }
        (Step::Greeting | Step::Connect, _) => match settings.tls {
            MailTls::Tls => "mail.tls = \"starttls\" with mail.port = 587".into(),
            MailTls::StartTls | MailTls::None => {
                format!("mail.tls = \"tls\" with mail.port = 465, or a port that speaks SMTP (port {} does not)", settings.port)
            }
        },
        (Step::Tls, Fault::NotOffered) if is_local(&settings.host) => "mail.tls = \"none\"  (the relay is on this machine)".into(),
        (Step::Tls, Fault::NotOffered) => "mail.tls = \"tls\" with mail.port = 465; never send a password without encryption".into(),
        (Step::Tls, Fault::CertificateName) => "set mail.host to a name that the certificate holds".into(),
        (Step::Tls, Fault::CertificateExpired) => {
            "whoever runs the relay has to renew its certificate; also look whether the clock of this machine is right".into()
        }
        (Step::Tls, Fault::CertificateUnknownIssuer) => {
            "mail.ca_file = \"/etc/rejoinder/relay-ca.pem\"  (the certificate of whoever signed the relay's)".into()
        }
        (Step::Tls, _) => match settings.tls {
            MailTls::Tls => "mail.tls = \"starttls\" with mail.port = 587".into(),
            MailTls::StartTls | MailTls::None => "mail.tls = \"tls\" with mail.port = 465".into(),
        },
        (Step::SignIn, Fault::NotOffered) => {
            "use the relay's port for signing in, usually mail.port = 587; or leave mail.username and mail.password empty".into()
        }
        (Step::SignIn, _) => {
            "check mail.username and mail.password_file; many providers want a password made for this program (\"app password\")".into()
        }
        (Step::Sender, _) if settings.login.is_none() => {
            format!("set mail.username and mail.password_file, or let the relay take mail from {}", settings.from.address)
        }
        (Step::Sender, _) => {
            let username = settings.login.as_ref().map_or("", |login| login.username.as_str());
            format!("mail.from = \"…\"  (an address that {username} may send as; {} is not)", settings.from.address)
        }
        (Step::Recipient, Fault::Answer(code)) if by_rule || code == 530 => match settings.login {
            None => "set mail.username and mail.password_file: the relay forwards mail for those who sign in".into(),
            Some(_) => "the relay does not forward to that address: ask who runs it, or try another address".into(),
        },
        (Step::Recipient, Fault::Answer(code)) if code < 500 => "wait some minutes and try again: the relay wants that".into(),
        (Step::Recipient, _) => "try an address that exists".into(),
        (Step::Content, Fault::Answer(code)) if code >= 500 => {
            "the relay does not want this mail: do what its answer says; often SPF, DKIM or DMARC below are the cause".into()
        }
        (Step::Content, _) => "try again in some minutes; if it stays so, ask who runs the relay".into(),
    }
}

fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
