//! The way to the relay: one connection for each mail, its steps by name, and what each failure means.

use std::{error::Error as _, io, time::Duration};

use lettre::transport::smtp::{
    Error as SmtpError,
    authentication::{Credentials, Mechanism},
    client::{AsyncSmtpConnection, Certificate, TlsParameters},
    commands::{Data, Mail, Rcpt},
    extension::ClientId,
};
use rustls::CertificateError;
use tokio::time::{Instant, timeout, timeout_at};

use crate::config::{MailSettings, MailTls};
use crate::model::is_control;
use crate::notify::mail::{MailError, Message};

/// For everything together, from the first packet to the last answer.
const TIME_MAX: Duration = Duration::from_secs(30);
/// How long a farewell may take after the mail has been handed over.
const FAREWELL_MAX: Duration = Duration::from_secs(1);
const SAID_CHARACTERS_MAX: usize = 200;
const MECHANISMS: &[Mechanism] = &[Mechanism::Plain, Mechanism::Login];
/// Answers that speak of us at any step: sign in first, wrong password, encryption needed.
const ABOUT_US: &[u16] = &[454, 530, 534, 535, 538];

/// How handing over a mail ended. The text is what the server said, in one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Sent(String),
    /// Worth another try: a passing trouble, or settings of ours that somebody can mend.
    Later(String),
    /// No other try will do better.
    Never {
        said: String,
        refused: Refused,
    },
}

/// What a server refuses for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nobody is there under this address: further mail to it is in vain.
    Recipient,
    /// This mail, or mail of ours to this address, by the server's rules; says nothing about the next.
    Message,
}

/// Where a conversation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Connect,
    /// The server's greeting and its answer to ours.
    Greeting,
    Tls,
    SignIn,
    Sender,
    Recipient,
    Content,
}

/// Why it ended there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An answer with this code.
    Answer(u16),
    TooSlow,
    /// The connection could not be made, or broke.
    Broken,
    /// What came is no SMTP.
    Unreadable,
    /// STARTTLS or AUTH, which we need.
    NotOffered,
    CertificateName,
    CertificateExpired,
    CertificateUnknownIssuer,
    Encryption,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    pub step: Step,
    pub fault: Fault,
    pub said: String,
}

impl Failure {
    fn outcome(self) -> Outcome {
        let Self { step, fault, said } = self;
        match (step, fault) {
            (Step::Recipient | Step::Content, Fault::Answer(code)) if code >= 500 && !ABOUT_US.contains(&code) => {
                // 5.7.x speaks of rules and rights ("relay access denied"), not of whether the mailbox is there.
                let by_rule = said.split(' ').nth(1).is_some_and(|word| word.starts_with("5.7."));
                let refused = if step == Step::Recipient && !by_rule { Refused::Recipient } else { Refused::Message };
                Outcome::Never { said, refused }
            }
            _ => Outcome::Later(said),
        }
    }
}

pub struct Mailer {
    host: String,
    port: u16,
    hello: ClientId,
    login: Option<Credentials>,
    secured: Secured,
    time_max: Duration,
}

enum Secured {
    StartTls(TlsParameters),
    Tls(TlsParameters),
    Open,
}

impl Mailer {
    /// Reads the file with further certificates, if one is set.
    pub fn new(settings: &MailSettings) -> Result<Self, MailError> {
        Self::with_time(settings, TIME_MAX)
    }

    /// The same with another limit on the time of one try.
    pub fn with_time(settings: &MailSettings, time_max: Duration) -> Result<Self, MailError> {
        // Fails when something else in this process chose first, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let secured = match settings.tls {
            MailTls::StartTls => Secured::StartTls(tls(settings)?),
            MailTls::Tls => Secured::Tls(tls(settings)?),
            MailTls::None => Secured::Open,
        };
        let login = settings.login.as_ref();
        Ok(Self {
            host: settings.host.clone(),
            port: settings.port,
            hello: ClientId::Domain(settings.hello.clone()),
            login: login.map(|login| Credentials::new(login.username.clone(), login.password.reveal().to_owned())),
            secured,
            time_max,
        })
    }

    pub async fn send(&self, message: &Message) -> Outcome {
        match self.hand_over(message).await {
            Ok(said) => Outcome::Sent(said),
            Err(failure) => failure.outcome(),
        }
    }

    /// The whole conversation. `Ok` is the server's word that it has taken the mail.
    pub async fn hand_over(&self, message: &Message) -> Result<String, Failure> {
        let until = Instant::now() + self.time_max;
        let mut connection = self.open(until).await?;
        let envelope = message.envelope();
        let sender = Mail::new(envelope.from().cloned(), vec![]);
        within(until, Step::Sender, connection.command(sender)).await?;
        for recipient in envelope.to() {
            within(until, Step::Recipient, connection.command(Rcpt::new(recipient.clone(), vec![]))).await?;
        }
        within(until, Step::Content, connection.command(Data)).await?;
        let answer = within(until, Step::Content, connection.message(&message.to_bytes())).await?;
        // The mail is theirs by now, however the farewell goes.
        let _ = timeout(FAREWELL_MAX, connection.quit()).await;
        Ok(one_line(&format!("{} {}", answer.code(), answer.message().collect::<Vec<_>>().join(" "))))
    }

    /// Connects, greets, encrypts and signs in.
    async fn open(&self, until: Instant) -> Result<AsyncSmtpConnection, Failure> {
        let from_start = match &self.secured {
            Secured::Tls(tls) => Some(tls.clone()),
            Secured::StartTls(_) | Secured::Open => None,
        };
        let server = (self.host.as_str(), self.port);
        let connect = AsyncSmtpConnection::connect_tokio1(server, None, &self.hello, from_start, None);
        let mut connection = within(until, Step::Connect, connect).await?;
        if let Secured::StartTls(tls) = &self.secured {
            if !connection.can_starttls() {
                return Err(not_offered(Step::Tls, "the server does not offer STARTTLS"));
            }
            within(until, Step::Tls, connection.starttls(tls.clone(), &self.hello)).await?;
        }
        if let Some(login) = &self.login {
            let info = connection.server_info();
            if info.get_auth_mechanism(MECHANISMS).is_none() {
                return Err(not_offered(Step::SignIn, "the server does not offer to sign in (AUTH PLAIN or LOGIN)"));
            }
            within(until, Step::SignIn, connection.auth(MECHANISMS, login)).await?;
        }
        Ok(connection)
    }
}

fn tls(settings: &MailSettings) -> Result<TlsParameters, MailError> {
    let mut builder = TlsParameters::builder(settings.host.clone());
    if let Some(path) = &settings.ca_file {
        let wrong = |why: String| MailError::Settings(format!("the setting mail.ca_file ({}): {why}", path.display()));
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        if !String::from_utf8_lossy(&pem).contains("-----BEGIN CERTIFICATE-----") {
            return Err(wrong("it holds no certificate in PEM".into()));
        }
        let certificate = Certificate::from_pem(&pem).map_err(|error| wrong(error.to_string()))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build().map_err(|error| MailError::Settings(format!("encryption cannot be set up: {error}")))
}

async fn within<T>(until: Instant, step: Step, work: impl Future<Output = Result<T, SmtpError>>) -> Result<T, Failure> {
    match timeout_at(until, work).await {
        Ok(result) => result.map_err(|error| failure(step, &error)),
        Err(_) => Err(Failure { step, fault: Fault::TooSlow, said: "the server did not answer in time".into() }),
    }
}

fn not_offered(step: Step, said: &str) -> Failure {
    Failure { step, fault: Fault::NotOffered, said: said.into() }
}

/// Takes an error of the library apart.
fn failure(step: Step, error: &SmtpError) -> Failure {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    // Connecting includes the server's greeting; an answer or its lack shows that the connection stood.
    let after_connect = if step == Step::Connect { Step::Greeting } else { step };
    if let Some(code) = error.status() {
        return Failure { step: after_connect, fault: Fault::Answer(code.into()), said: one_line(&format!("{code} {cause}")) };
    }
    if let Some((fault, said)) = tls_error(error).map(tls_fault) {
        return Failure { step: Step::Tls, fault, said: one_line(&said) };
    }
    if is_not_text(error) {
        let said = "the server's answer is not plain text".to_owned();
        return Failure { step: after_connect, fault: Fault::Unreadable, said };
    }
    if error.is_response() {
        let said = if cause == "incomplete response" { "the server hung up before it answered" } else { "the server's answer is no SMTP" };
        let fault = if cause == "incomplete response" { Fault::Broken } else { Fault::Unreadable };
        return Failure { step: after_connect, fault, said: said.into() };
    }
    let said = io_error(error).map(ToString::to_string).unwrap_or(if cause.is_empty() { error.to_string() } else { cause });
    Failure { step, fault: Fault::Broken, said: one_line(&said) }
}

/// The error of TLS below, which lies inside an error of the connection.
fn tls_error(error: &SmtpError) -> Option<&rustls::Error> {
    io_error(error)?.get_ref()?.downcast_ref()
}

/// The library wraps its own errors in each other, now and then.
fn io_error(error: &SmtpError) -> Option<&io::Error> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref() {
            return Some(io);
        }
        cause = error.source();
    }
    None
}

fn is_not_text(error: &SmtpError) -> bool {
    io_error(error).is_some_and(|error| error.kind() == io::ErrorKind::InvalidData)
}

fn tls_fault(error: &rustls::Error) -> (Fault, String) {
    use CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext, UnknownIssuer,
    };
    let rustls::Error::InvalidCertificate(certificate) = error else {
        return (Fault::Encryption, format!("no encrypted connection: {error}"));
    };
    match certificate {
        NotValidForName => (Fault::CertificateName, "the server's certificate is for another name".into()),
        NotValidForNameContext { presented, .. } => {
            (Fault::CertificateName, format!("the server's certificate is for another name: {}", presented.join(", ")))
        }
        Expired | ExpiredContext { .. } => (Fault::CertificateExpired, "the server's certificate has expired".into()),
        NotValidYet | NotValidYetContext { .. } => {
            (Fault::CertificateExpired, "the server's certificate is not valid yet, or our clock is wrong".into())
        }
        UnknownIssuer => {
            (Fault::CertificateUnknownIssuer, "the server's certificate is signed by nobody we know, perhaps by itself".into())
        }
        other => (Fault::Encryption, format!("the server's certificate is not good: {other}")),
    }
}

/// What a server said, fit for a line of a log.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !is_control(*c)).collect();
    match line.char_indices().nth(SAID_CHARACTERS_MAX - 1) {
        Some((end, _)) if line.chars().count() > SAID_CHARACTERS_MAX => format!("{}…", &line[..end]),
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(step: Step, said: &str, expected: &str) {
        let code = said[..3].parse().unwrap();
        let outcome = Failure { step, fault: Fault::Answer(code), said: said.into() }.outcome();
        let word = match outcome {
            Outcome::Sent(_) => "sent",
            Outcome::Later(_) => "later",
            Outcome::Never { refused: Refused::Recipient, .. } => "never again",
            Outcome::Never { refused: Refused::Message, .. } => "never",
        };
        assert_eq!(word, expected, "{step:?} {said}");
    }

    #[test]
    fn only_a_refused_recipient_or_text_is_final() {
        check(Step::Recipient, "550 5.1.1 No such mailbox", "never again");
        check(Step::Recipient, "554 5.7.1 Relay access denied", "never");
        check(Step::Recipient, "530 5.7.0 Authentication required", "later");
        check(Step::Recipient, "450 4.2.0 Greylisted", "later");
        check(Step::Content, "554 5.6.0 No thanks", "never");
        check(Step::Content, "452 4.3.1 Disk full", "later");
        check(Step::Sender, "553 5.7.1 Sender not yours", "later");
        check(Step::SignIn, "535 5.7.8 Wrong password", "later");
        check(Step::Greeting, "554 5.7.1 Go away", "later");
    }

    #[test]
    fn what_a_server_says_is_one_short_line() {
        assert_eq!(one_line("250 a\r\nb\u{1b}[31m\t c"), "250 a b [31m c");
        assert_eq!(one_line(&"é".repeat(500)).chars().count(), 200);
        assert_eq!(one_line(&"é".repeat(200)).chars().count(), 200);
    }
}
