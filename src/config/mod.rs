//! Every setting: name, default, meaning, check. Flags win over the environment, that over `rejoinder.toml`,
//! that over the defaults. The only home of the environment and of TOML.

mod mail;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    net::SocketAddr,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, anyhow, bail};
use ipnet::IpNet;

use crate::model::Origin;

mod allow;

pub use allow::AllowedServer;
pub use mail::{MailLogin, MailSettings, MailTls, Mailbox, Password};

/// A setting as the documents name it.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    /// In the text form that the file and the environment take.
    pub default: &'static str,
    pub meaning: &'static str,
}

const fn setting(name: &'static str, default: &'static str, meaning: &'static str) -> Setting {
    Setting { name, default, meaning }
}

pub const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "127.0.0.1:8080",
        "where to listen: an address with port, `unix:/path`, or `systemd` for a socket that systemd passes",
    ),
    setting("public_url", "", "the address under which browsers reach this server; empty means http:// and the listen address"),
    setting("data", "rejoinder-data", "the folder for everything that is stored; the database is rejoinder.db in it"),
    setting("database", "", "another path for the database file; empty means the one in the data folder"),
    setting("trusted_proxies", "127.0.0.0/8,::1/128", "networks whose X-Forwarded-For is believed; unix sockets always are"),
    setting("limits.enabled", "true", "false switches all rate limits and spam signals off: for tests and load only"),
    setting("limits.reads_per_minute", "600", "threads and totals that one network may read in a minute"),
    setting("limits.previews_per_minute", "60", "previews that one network may ask for in a minute"),
    setting("limits.new_pages_per_hour", "20", "pages that one network may make by their first comment in an hour"),
    setting("limits.staff_per_minute", "60", "comments and decisions of one account or API token in a minute"),
    setting("limits.connections", "1024", "connections open at a time; more are refused with 503"),
    setting("limits.connections_per_client", "256", "connections of one client at a time; trusted proxies are not counted"),
    setting(
        "outbound.allow",
        "",
        "servers of your own that webhooks may call though they are not public: host:port, address:port or network:port",
    ),
    setting("mail.host", "", "the mail server that takes our mail; empty means that this server sends none"),
    setting("mail.port", "587", "its port: usually 587 with starttls, 465 with tls"),
    setting("mail.tls", "starttls", "starttls, tls, or none for a relay on the same machine"),
    setting("mail.username", "", "who signs in there; empty means nobody does"),
    setting("mail.password", "", "the password for it; better in a file that mail.password_file names"),
    setting("mail.from", "", "whom mail comes from, such as Blog <talk@blog.example>; needed with mail.host"),
    setting("mail.ca_file", "", "a file with certificates in PEM that are trusted beside the usual ones"),
    setting("mail.dkim_selector", "", "the DKIM selector that the relay signs with; only mail-test looks at it"),
    setting("mail.confirmations_per_hour", "60", "confirmation mails to new addresses in an hour, over all sites"),
    setting("mail.confirmations_per_day", "300", "confirmation mails to new addresses in a day, over all sites"),
    setting("outbound.dns", "", "address and port of the DNS server to ask; empty means those of the system"),
    setting("log.format", "text", "text or json"),
    setting("log.level", "info", "error, warn, info, debug or trace"),
];

/// Settings that nobody is shown.
const HIDDEN: &[&str] = &["mail.password"];

/// What variables begin with that are no settings: the settings file, and what tests, long runs and benchmarks are told.
const OTHER_VARIABLES: &[&str] = &["REJOINDER_CONFIG", "REJOINDER_CORPORA", "REJOINDER_PROOF_", "REJOINDER_BENCH_"];
const PREFIX: &str = "REJOINDER_";
const FILE_NAME: &str = "rejoinder.toml";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listen {
    Tcp(SocketAddr),
    Unix(PathBuf),
    Systemd,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    pub enabled: bool,
    pub reads_per_minute: u32,
    pub previews_per_minute: u32,
    pub new_pages_per_hour: u32,
    pub staff_per_minute: u32,
    pub connections: u32,
    pub connections_per_client: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf),
    Variable(String),
    Flag(String),
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Variable(name) => write!(f, "environment {name}"),
            Self::Flag(name) => f.write_str(name),
        }
    }
}

/// A setting as it stands, for people.
#[derive(Clone, Debug)]
pub struct Row {
    pub name: &'static str,
    pub value: String,
    pub source: Source,
}

/// The settings that are given on the command line.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Flags {
    /// Settings file [default: rejoinder.toml, if there is one]
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// Where to listen: 127.0.0.1:8080, unix:/path or systemd
    #[arg(long, global = true)]
    pub listen: Option<String>,
    /// Folder for everything that is stored
    #[arg(long, value_name = "FOLDER", global = true)]
    pub data: Option<String>,
    /// Another path for the database file
    #[arg(long, value_name = "PATH", global = true)]
    pub database: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Config {
    pub listen: Listen,
    /// Without a slash at its end; `None` when it follows from the listen address.
    pub public_url: Option<String>,
    pub data: PathBuf,
    pub database: Option<PathBuf>,
    pub trusted_proxies: Vec<IpNet>,
    pub limits: LimitSettings,
    /// Servers that may be called although their address or port is none of the public ones.
    pub outbound_allow: Vec<AllowedServer>,
    /// `None` when this server sends no mail.
    pub mail: Option<MailSettings>,
    /// The DNS server that is asked instead of those of the system.
    pub dns: Option<SocketAddr>,
    pub log_format: LogFormat,
    pub log_level: String,
    /// What was really bound, once it is.
    bound: Option<SocketAddr>,
    rows: Vec<Row>,
}

impl Config {
    /// Reads all layers of this process.
    pub fn load(flags: &Flags) -> Result<Self> {
        Self::from_layers(flags, std::env::vars_os().collect(), Path::new("."))
    }

    /// The same with a given environment; a settings file that nobody named is looked for in `folder`.
    pub fn from_layers(flags: &Flags, environment: Vec<(OsString, OsString)>, folder: &Path) -> Result<Self> {
        let environment = own_variables(environment)?;
        let named = flags.config.clone().or_else(|| environment.get("REJOINDER_CONFIG").map(PathBuf::from));
        let path = named.clone().unwrap_or_else(|| folder.join(FILE_NAME));
        let mut values: BTreeMap<&'static str, (String, Source)> = BTreeMap::new();
        if named.is_some() || path.exists() {
            let text = std::fs::read_to_string(&path).with_context(|| format!("the settings file {} cannot be read", path.display()))?;
            let read = read_file(&text, &path).with_context(|| format!("in the settings file {}", path.display()))?;
            values.extend(read);
        }
        values.extend(read_variables(&environment)?);
        for (name, value) in [("listen", &flags.listen), ("data", &flags.data), ("database", &flags.database)] {
            if let Some(value) = value {
                values.insert(name, (value.clone(), Source::Flag(format!("--{name}"))));
            }
        }
        let rows = SETTINGS.iter().map(|setting| {
            let (value, source) = values.remove(setting.name).unwrap_or_else(|| (setting.default.to_owned(), Source::Default));
            Row { name: setting.name, value, source }
        });
        Self::new(rows.collect())
    }

    fn new(mut rows: Vec<Row>) -> Result<Self> {
        let public_url = read(&rows, "public_url", read_public_url)?;
        let mail = MailSettings::new(&rows, public_url.as_deref())?;
        for row in rows.iter_mut().filter(|row| HIDDEN.contains(&row.name) && !row.value.is_empty()) {
            row.value = "(hidden)".into();
        }
        Ok(Self {
            listen: read(&rows, "listen", read_listen)?,
            public_url,
            mail,
            dns: read(&rows, "outbound.dns", read_dns)?,
            data: read(&rows, "data", read_path)?,
            database: read(&rows, "database", read_database)?,
            trusted_proxies: read(&rows, "trusted_proxies", read_nets)?,
            limits: LimitSettings {
                enabled: read(&rows, "limits.enabled", read_bool)?,
                reads_per_minute: read(&rows, "limits.reads_per_minute", read_number)?,
                previews_per_minute: read(&rows, "limits.previews_per_minute", read_number)?,
                new_pages_per_hour: read(&rows, "limits.new_pages_per_hour", read_number)?,
                staff_per_minute: read(&rows, "limits.staff_per_minute", read_number)?,
                connections: read(&rows, "limits.connections", read_number)?,
                connections_per_client: read(&rows, "limits.connections_per_client", read_number)?,
            },
            outbound_allow: read(&rows, "outbound.allow", read_allowed)?,
            log_format: read(&rows, "log.format", read_format)?,
            log_level: read(&rows, "log.level", read_level)?,
            bound: None,
            rows,
        })
    }

    /// Every setting, its value and where it came from.
    pub fn explain(&self) -> &[Row] {
        &self.rows
    }

    /// The same settings, knowing which address was really bound.
    pub fn bound_to(self, bound: Option<SocketAddr>) -> Self {
        Self { bound, ..self }
    }

    /// True for the origin of our own pages: that of `public_url`, or this machine where none is set.
    pub fn is_own_origin(&self, origin: &Origin) -> bool {
        let own = self.public_url().parse::<Origin>();
        own.is_ok_and(|own| {
            own == *origin || self.public_url.is_none() && origin.is_loopback() && (own.secure, own.port) == (origin.secure, origin.port)
        })
    }

    /// The address of this server for links, without a slash at its end.
    pub fn public_url(&self) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let listen = match self.listen {
            Listen::Tcp(address) => Some(address),
            Listen::Unix(_) | Listen::Systemd => None,
        };
        match self.bound.or(listen) {
            // Nobody can visit "every address"; this machine is one of them.
            Some(address) if address.ip().is_unspecified() => format!("http://localhost:{}", address.port()),
            Some(address) => format!("http://{address}"),
            None => "http://localhost".to_owned(),
        }
    }

    /// True when people reach us by https alone.
    pub fn is_https(&self) -> bool {
        self.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }

    pub fn database_path(&self) -> PathBuf {
        self.database.clone().unwrap_or_else(|| self.data.join("rejoinder.db"))
    }
}

impl Default for LimitSettings {
    /// What the table of settings says.
    fn default() -> Self {
        let rows = SETTINGS.iter().map(|setting| Row { name: setting.name, value: setting.default.to_owned(), source: Source::Default });
        Config::new(rows.collect()).expect("the defaults in the table are good values").limits
    }
}

fn read<T>(rows: &[Row], name: &str, from: impl FnOnce(&str) -> Result<T>) -> Result<T> {
    let row = rows.iter().find(|row| row.name == name).with_context(|| format!("the table of settings lacks {name}"))?;
    let shown = if HIDDEN.contains(&name) { "what was given" } else { &format!("{:?}", row.value) };
    from(row.value.trim()).with_context(|| format!("the setting {name} ({}) cannot be {shown}", row.source))
}

fn read_listen(text: &str) -> Result<Listen> {
    if text == "systemd" {
        return Ok(Listen::Systemd);
    }
    if let Some(path) = text.strip_prefix("unix:") {
        return if path.is_empty() { Err(anyhow!("it names no path after unix:")) } else { Ok(Listen::Unix(path.into())) };
    }
    let text = text.strip_prefix("localhost:").map_or_else(|| text.to_owned(), |port| format!("127.0.0.1:{port}"));
    text.parse().map(Listen::Tcp).map_err(|_| anyhow!("it takes an address with port such as 127.0.0.1:8080, unix:/path, or systemd"))
}

fn read_public_url(text: &str) -> Result<Option<String>> {
    if text.is_empty() {
        return Ok(None);
    }
    let url = url::Url::parse(text).context("it takes an address such as https://comments.example.org")?;
    let plain = matches!(url.scheme(), "http" | "https") && url.username().is_empty() && url.password().is_none();
    if !plain || url.path() != "/" || url.query().is_some() || url.fragment().is_some() || url.host_str().is_none() {
        bail!("it takes http or https, a host and perhaps a port, with nothing after them");
    }
    Ok(Some(url.as_str().trim_end_matches('/').to_owned()))
}

fn read_path(text: &str) -> Result<PathBuf> {
    if text.is_empty() { Err(anyhow!("it names no folder")) } else { Ok(text.into()) }
}

fn read_database(text: &str) -> Result<Option<PathBuf>> {
    if text.starts_with("postgres:") || text.starts_with("postgresql:") {
        bail!("PostgreSQL is not supported yet; leave database empty for SQLite in the data folder");
    }
    if text.contains("://") {
        bail!("it takes the path of an SQLite file, or nothing for the one in the data folder");
    }
    Ok((!text.is_empty()).then(|| text.into()))
}

fn read_nets(text: &str) -> Result<Vec<IpNet>> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    let one = |name: &str| name.parse::<IpNet>().ok().or_else(|| name.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    names.map(|name| one(name).ok_or_else(|| anyhow!("{name:?} is no network such as 10.0.0.0/8 or 2001:db8::/32"))).collect()
}

fn read_allowed(text: &str) -> Result<Vec<AllowedServer>> {
    let entries = text.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(|entry| entry.parse().with_context(|| format!("{entry:?} is no server such as 127.0.0.1:8090 or ntfy.lan:80"))).collect()
}

fn read_dns(text: &str) -> Result<Option<SocketAddr>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| anyhow!("it takes an address with port such as 127.0.0.1:53"))
}

fn read_bool(text: &str) -> Result<bool> {
    text.parse().map_err(|_| anyhow!("it is true or false"))
}

fn read_number(text: &str) -> Result<u32> {
    text.parse().ok().filter(|number| (1..=1_000_000).contains(number)).ok_or_else(|| anyhow!("it takes a whole number from 1 to 1000000"))
}

fn read_format(text: &str) -> Result<LogFormat> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => bail!("it is text or json"),
    }
}

fn read_level(text: &str) -> Result<String> {
    if ["error", "warn", "info", "debug", "trace"].contains(&text) {
        Ok(text.to_owned())
    } else {
        bail!("it is error, warn, info, debug or trace")
    }
}

/// The variables that begin like ours, as text.
fn own_variables(environment: Vec<(OsString, OsString)>) -> Result<BTreeMap<String, String>> {
    let own = environment.into_iter().filter(|(name, _)| name.to_str().is_some_and(|name| name.starts_with(PREFIX)));
    let text = own.map(|(name, value)| {
        let name = name.to_string_lossy().into_owned();
        let value = value.into_string().map_err(|_| anyhow!("the variable {name} is not UTF-8"))?;
        Ok((name, value))
    });
    text.collect()
}

fn variable_of(name: &str) -> String {
    format!("{PREFIX}{}", name.to_uppercase().replace('.', "_"))
}

fn read_variables(environment: &BTreeMap<String, String>) -> Result<Vec<(&'static str, (String, Source))>> {
    let mut values: Vec<(&'static str, (String, Source))> = vec![];
    for (variable, value) in environment {
        if OTHER_VARIABLES.iter().any(|other| variable == other || other.ends_with('_') && variable.starts_with(other)) {
            continue;
        }
        let by = |variable: &str| SETTINGS.iter().find(|setting| variable_of(setting.name) == variable);
        let direct = by(variable);
        let by_file = variable.strip_suffix("_FILE").and_then(by);
        let (setting, value) = match (direct, by_file) {
            (Some(setting), _) => (setting, value.clone()),
            (None, Some(setting)) => (setting, read_value_file(value).with_context(|| format!("in the variable {variable}"))?),
            (None, None) => {
                let known = SETTINGS.iter().map(|setting| variable_of(setting.name)).collect::<Vec<_>>();
                bail!("{variable} is no setting{}", nearest(variable, known.iter().map(String::as_str)));
            }
        };
        if values.iter().any(|(name, _)| *name == setting.name) {
            bail!("both {0} and {0}_FILE are set; keep one of them", variable_of(setting.name));
        }
        values.push((setting.name, (value, Source::Variable(variable.clone()))));
    }
    Ok(values)
}

fn read_file(text: &str, path: &Path) -> Result<Vec<(&'static str, (String, Source))>> {
    let table: toml::Table = toml::from_str(text)?;
    let mut flat = vec![];
    flatten("", table, &mut flat)?;
    let mut values: Vec<(&'static str, (String, Source))> = vec![];
    for (key, value) in flat {
        let by = |name: &str| SETTINGS.iter().find(|setting| setting.name == name);
        let (setting, value) = match (by(&key), key.strip_suffix("_file").and_then(by)) {
            (Some(setting), _) => (setting, value),
            (None, Some(setting)) => (setting, read_value_file(&value).with_context(|| format!("in {key}"))?),
            (None, None) => bail!("{key} is no setting{}", nearest(&key, SETTINGS.iter().map(|setting| setting.name))),
        };
        if values.iter().any(|(name, _)| *name == setting.name) {
            bail!("both {0} and {0}_file are set; keep one of them", setting.name);
        }
        values.push((setting.name, (value, Source::File(path.to_owned()))));
    }
    Ok(values)
}

fn flatten(prefix: &str, table: toml::Table, flat: &mut Vec<(String, String)>) -> Result<()> {
    for (key, value) in table {
        let name = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&name, inner, flat)?,
            toml::Value::String(text) => flat.push((name, text)),
            toml::Value::Integer(number) => flat.push((name, number.to_string())),
            toml::Value::Boolean(truth) => flat.push((name, truth.to_string())),
            toml::Value::Array(values) => {
                let texts: Option<Vec<&str>> = values.iter().map(toml::Value::as_str).collect();
                flat.push((name.clone(), texts.with_context(|| format!("{name} takes a list of texts"))?.join(",")));
            }
            toml::Value::Float(_) | toml::Value::Datetime(_) => bail!("{name} takes a text, a whole number, true or false"),
        }
    }
    Ok(())
}

/// The content of a file that holds a value, without the end of its line.
fn read_value_file(path: &str) -> Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("the file {path} cannot be read"))?;
    Ok(text.trim_end_matches(['\r', '\n']).to_owned())
}

fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    let best = known.max_by(|a, b| strsim::jaro_winkler(wrong, a).total_cmp(&strsim::jaro_winkler(wrong, b)));
    best.map(|best| format!("; did you mean {best}?")).unwrap_or_default()
}

#[cfg(test)]
mod tests;
