//! The SMTP server of the tests (`smtp.py`), its certificates, and mails to send to it.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use rejoinder::config::{MailSettings, MailTls, Mailbox};
use rejoinder::model::{EmailAddress, Timestamp};
use rejoinder::notify::mail::{Heading, Mailer, Message, Outcome, Written};
use serde_json::Value;

use crate::python::python;

/// Long enough for an answer on this machine, short enough to wait for in vain.
pub const PATIENCE: Duration = Duration::from_millis(1200);
pub const NOON: Timestamp = Timestamp(1_795_428_000_000);

/// A program of Python that prints its port and ends with us.
struct Script {
    child: Child,
    port: u16,
}

impl Script {
    /// `None` where there is no Python for it.
    fn start(name: &str, arguments: &[&str]) -> Option<Self> {
        let mut command = Command::new(python("mail")?);
        command.arg(format!("{}/tests/mail/{name}", env!("CARGO_MANIFEST_DIR"))).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("piped")).read_line(&mut first).expect("text");
        let port = first.trim().parse().unwrap_or_else(|_| panic!("{name} printed {first:?}"));
        Some(Self { child, port })
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A DNS server with this zone.
pub struct DnsServer {
    script: Script,
    folder: tempfile::TempDir,
}

impl DnsServer {
    pub fn start(zone: &Value) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let script = Script::start("dns.py", &[folder.path().join("zone").to_str().expect("text")])?;
        let server = Self { script, folder };
        server.told(zone);
        Some(server)
    }

    /// From now on.
    pub fn told(&self, zone: &Value) {
        fs::write(self.folder.path().join("zone"), zone.to_string()).expect("a file");
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.script.port))
    }
}

pub struct SmtpServer {
    _script: Script,
    pub folder: tempfile::TempDir,
    pub port: u16,
}

impl SmtpServer {
    pub fn start(options: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = |name: &str| folder.path().join(name).to_str().expect("text").to_owned();
        let (mails, faults) = (path("mails"), path("faults"));
        let script = Script::start("smtp.py", &[&[mails.as_str(), &faults], options].concat())?;
        Some(Self { port: script.port, _script: script, folder })
    }

    /// The faults of the connections to come, in order; the last one stays.
    pub fn faults(&self, faults: &[&str]) {
        self.told(&serde_json::json!({ "faults": faults }));
    }

    pub fn told(&self, what: &Value) {
        fs::write(self.folder.path().join("faults"), what.to_string()).expect("a file");
    }

    /// Every mail that was taken, as Python's parser reads it.
    pub fn mails(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.folder.path().join("mails")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
    }

    pub fn settings(&self) -> MailSettings {
        MailSettings { port: self.port, ..settings("127.0.0.1") }
    }
}

pub fn settings(host: &str) -> MailSettings {
    MailSettings {
        host: host.into(),
        port: 587,
        tls: MailTls::None,
        login: None,
        from: Mailbox { name: Some("Blog".into()), address: address("talk@blog.example") },
        ca_file: None,
        dkim_selector: None,
        hello: "comments.example".into(),
        confirmations_per_hour: 60,
        confirmations_per_day: 300,
    }
}

pub fn address(text: &str) -> EmailAddress {
    EmailAddress::parse(text).expect("an address")
}

pub fn heading(to: &EmailAddress) -> Heading<'_> {
    Heading { to, from_name: None, message_id: "17.abc@blog.example", answers: None, references: &[], at: NOON, stop_link: None }
}

pub fn written(subject: &str) -> Written {
    Written { subject: subject.into(), text: "Hello\n".into(), html: "<p>Hello</p>\n".into() }
}

pub fn message(settings: &MailSettings, subject: &str) -> Message {
    let to = address("ada@example.org");
    Message::new(&settings.from, &heading(&to), written(subject)).expect("a message")
}

pub async fn send(settings: &MailSettings) -> Outcome {
    let mailer = Mailer::with_time(settings, PATIENCE).expect("good settings");
    mailer.send(&message(settings, "Hello")).await
}

/// A folder with certificates for localhost: good, for another name, expired, and of an issuer that nobody knows.
/// `ca.pem` is the issuer of the others.
pub fn certificates() -> &'static Path {
    static MADE: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = MADE.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        authority(folder.path(), "ca");
        authority(folder.path(), "other");
        let soon = ["-days", "2"];
        let past = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"];
        certificate(folder.path(), "good", "ca", "DNS:localhost,IP:127.0.0.1", &soon);
        certificate(folder.path(), "wrong", "ca", "DNS:elsewhere.example", &soon);
        certificate(folder.path(), "unknown", "other", "DNS:localhost,IP:127.0.0.1", &soon);
        certificate(folder.path(), "expired", "ca", "DNS:localhost,IP:127.0.0.1", &past);
        folder
    });
    folder.path()
}

fn openssl(folder: &Path, arguments: &[&str]) {
    let output = Command::new("openssl").current_dir(folder).args(arguments).output().expect("openssl is there");
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn authority(folder: &Path, name: &str) {
    let (key, pem, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN={name}"));
    openssl(
        folder,
        &[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            &key,
            "-out",
            &pem,
            "-subj",
            &subject,
            "-days",
            "2",
        ],
    );
    fs::write(folder.join(format!("{name}.index")), "").expect("a file");
}

fn certificate(folder: &Path, name: &str, issuer: &str, names: &str, validity: &[&str]) {
    let (key, csr, pem) = (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
    openssl(
        folder,
        &[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            &key,
            "-out",
            &csr,
            "-subj",
            &format!("/CN={name}"),
        ],
    );
    let config = format!(
        "[ca]\ndefault_ca=own\n[own]\ndatabase={issuer}.index\nnew_certs_dir=.\ncertificate={issuer}.pem\nprivate_key={issuer}.key\n\
         rand_serial=yes\ndefault_md=sha256\npolicy=any\nx509_extensions=leaf\nunique_subject=no\n[any]\ncommonName=supplied\n\
         [leaf]\nbasicConstraints=CA:FALSE\nsubjectAltName={names}\n"
    );
    fs::write(folder.join(format!("{name}.cnf")), config).expect("a file");
    let config = format!("{name}.cnf");
    openssl(folder, &[&["ca", "-batch", "-notext", "-config", &config, "-in", &csr, "-out", &pem], validity].concat());
}
