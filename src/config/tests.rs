//! The settings, from layers made up here.

use super::*;

struct Layers {
    folder: tempfile::TempDir,
    environment: Vec<(OsString, OsString)>,
    flags: Flags,
}

impl Layers {
    fn new(file: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE_NAME), file).unwrap();
        Self { folder, environment: vec![], flags: Flags::default() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    fn load(&self) -> Result<Config> {
        Config::from_layers(&self.flags, self.environment.clone(), self.folder.path())
    }

    fn refusal(&self) -> String {
        format!("{:#}", self.load().unwrap_err())
    }
}

fn row<'a>(config: &'a Config, name: &str) -> &'a Row {
    config.explain().iter().find(|row| row.name == name).unwrap()
}

#[test]
fn without_any_layer_the_defaults_stand() {
    let folder = tempfile::tempdir().unwrap();
    let config = Config::from_layers(&Flags::default(), vec![("PATH".into(), "/bin".into())], folder.path()).unwrap();
    assert_eq!(config.listen, Listen::Tcp("127.0.0.1:8080".parse().unwrap()));
    assert_eq!(config.public_url(), "http://127.0.0.1:8080");
    assert_eq!(config.database_path(), Path::new("rejoinder-data/rejoinder.db"));
    assert!(config.limits.enabled && config.explain().iter().all(|row| row.source == Source::Default));
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_the_defaults() {
    let mut layers = Layers::new("listen = \"1.1.1.1:1\"\ndata = \"from-file\"\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n[limits]\nenabled = false\nstaff_per_minute = 7\n")
        .with("REJOINDER_LISTEN", "2.2.2.2:2")
        .with("REJOINDER_LIMITS_STAFF_PER_MINUTE", "8");
    layers.flags.listen = Some("3.3.3.3:3".into());
    let config = layers.load().unwrap();
    assert_eq!(config.listen, Listen::Tcp("3.3.3.3:3".parse().unwrap()));
    assert_eq!((config.limits.staff_per_minute, config.limits.enabled), (8, false));
    assert_eq!(config.data, Path::new("from-file"));
    assert_eq!(config.trusted_proxies.len(), 2);
    assert_eq!(row(&config, "listen").source.to_string(), "--listen");
    assert_eq!(row(&config, "limits.staff_per_minute").source.to_string(), "environment REJOINDER_LIMITS_STAFF_PER_MINUTE");
    assert!(row(&config, "data").source.to_string().ends_with("rejoinder.toml"));
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_known_one() {
    assert!(Layers::new("[limit]\nenabled = true").refusal().contains("limit.enabled is no setting; did you mean limits.enabled?"));
    assert!(Layers::new("public_uri = \"x\"").refusal().contains("did you mean public_url?"));
    let refusal = Layers::new("").with("REJOINDER_LISTN", "x").refusal();
    assert!(refusal.contains("REJOINDER_LISTN is no setting; did you mean REJOINDER_LISTEN?"), "{refusal}");
    assert!(Layers::new("").with("REJOINDER_CORPORA", "/x").load().is_ok());
}

#[test]
fn a_wrong_value_is_refused_with_its_setting_and_source() {
    for (name, value) in [
        ("REJOINDER_LISTEN", "8080"),
        ("REJOINDER_LISTEN", "unix:"),
        ("REJOINDER_PUBLIC_URL", "comments.example"),
        ("REJOINDER_PUBLIC_URL", "https://a.example/path"),
        ("REJOINDER_PUBLIC_URL", "javascript:x"),
        ("REJOINDER_TRUSTED_PROXIES", "10.0.0.0/33"),
        ("REJOINDER_LIMITS_ENABLED", "yes"),
        ("REJOINDER_LIMITS_CONNECTIONS", "0"),
        ("REJOINDER_LOG_FORMAT", "xml"),
        ("REJOINDER_LOG_LEVEL", "loud"),
        ("REJOINDER_DATABASE", "postgres://localhost/x"),
        ("REJOINDER_DATABASE", "mysql://localhost/x"),
    ] {
        let refusal = Layers::new("").with(name, value).refusal();
        assert!(refusal.contains(&format!("environment {name}")) && refusal.contains(value), "{refusal}");
    }
    assert!(Layers::new("").with("REJOINDER_DATABASE", "postgres://x").refusal().contains("PostgreSQL"));
}

#[test]
fn a_value_may_lie_in_a_file_of_its_own() {
    let layers = Layers::new("");
    let path = layers.folder.path().join("url");
    std::fs::write(&path, "https://comments.example\n").unwrap();
    let path = path.to_str().unwrap().to_owned();
    let layers = layers.with("REJOINDER_PUBLIC_URL_FILE", &path);
    let config = layers.load().unwrap();
    assert_eq!((config.public_url().as_str(), config.is_https()), ("https://comments.example", true));
    assert!(Layers::new("").with("REJOINDER_DATA_FILE", "/nowhere/at/all").refusal().contains("REJOINDER_DATA_FILE"));
    assert_eq!(Layers::new(&format!("public_url_file = {path:?}")).load().unwrap().public_url(), "https://comments.example");
    assert!(layers.with("REJOINDER_PUBLIC_URL", "https://b.example").refusal().contains("keep one of them"));
}

#[test]
fn the_public_address_follows_what_was_bound() {
    let config = Layers::new("listen = \"0.0.0.0:0\"").load().unwrap();
    assert_eq!(config.clone().bound_to(Some("0.0.0.0:4711".parse().unwrap())).public_url(), "http://localhost:4711");
    assert_eq!(config.bound_to(Some("[::1]:81".parse().unwrap())).public_url(), "http://[::1]:81");
    let config = Layers::new("listen = \"unix:/run/x\"").load().unwrap();
    assert_eq!((config.listen.clone(), config.public_url().as_str()), (Listen::Unix("/run/x".into()), "http://localhost"));
}

#[test]
fn a_file_that_was_named_must_be_there_and_be_toml() {
    let mut layers = Layers::new("listen = ");
    assert!(layers.refusal().contains("rejoinder.toml"));
    layers.flags.config = Some("/nowhere/at/all.toml".into());
    assert!(layers.refusal().contains("/nowhere/at/all.toml"));
}

const MAIL: &str = "[mail]\nhost = \"smtp.example.org\"\nfrom = \"Blog <talk@blog.example>\"\n";

#[test]
fn without_a_host_there_is_no_mail_and_with_one_it_says_whom_mail_comes_from() {
    assert_eq!(Layers::new("").load().unwrap().mail, None);
    let mail = Layers::new(MAIL).load().unwrap().mail.unwrap();
    assert_eq!((mail.host.as_str(), mail.port, mail.tls, mail.login), ("smtp.example.org", 587, MailTls::StartTls, None));
    assert_eq!((mail.from.name.as_deref(), mail.from.address.as_str()), (Some("Blog"), "talk@blog.example"));
    assert_eq!((mail.hello.as_str(), mail.confirmations_per_hour, mail.confirmations_per_day), ("blog.example", 60, 300));
    let named = Layers::new(&format!("public_url = \"https://talk.example\"\n{MAIL}")).load().unwrap();
    assert_eq!(named.mail.unwrap().hello, "talk.example");
    let refusal = Layers::new("[mail]\nhost = \"smtp.example.org\"\n").refusal();
    assert!(refusal.contains("mail.from is missing"), "{refusal}");
}

#[test]
fn a_password_is_read_from_a_file_and_shown_to_nobody() {
    let layers = Layers::new(&format!("{MAIL}username = \"talk\"\npassword_file = \"PATH\"\n"));
    let path = layers.folder.path().join("secret");
    std::fs::write(&path, "geheim\n").unwrap();
    let file = layers.folder.path().join(FILE_NAME);
    let text = std::fs::read_to_string(&file).unwrap().replace("PATH", path.to_str().unwrap());
    std::fs::write(&file, text).unwrap();
    let config = layers.load().unwrap();
    assert_eq!(config.mail.as_ref().unwrap().login.as_ref().unwrap().password.reveal(), "geheim");
    assert_eq!(row(&config, "mail.password").value, "(hidden)");
    assert!(!format!("{config:?}").contains("geheim"));
    let layers = Layers::new(MAIL).with("REJOINDER_MAIL_USERNAME", "talk").with("REJOINDER_MAIL_PASSWORD_FILE", path.to_str().unwrap());
    assert_eq!(layers.load().unwrap().mail.unwrap().login.unwrap().password.reveal(), "geheim");
    let refusal = Layers::new(MAIL).with("REJOINDER_MAIL_PASSWORD", "geh\u{7}eim").refusal();
    assert!(refusal.contains("mail.password") && !refusal.contains("eim"), "{refusal}");
}

#[test]
fn a_password_never_travels_in_the_open() {
    let open = |host: &str| {
        let layers = Layers::new(MAIL).with("REJOINDER_MAIL_HOST", host).with("REJOINDER_MAIL_TLS", "none");
        layers.with("REJOINDER_MAIL_USERNAME", "talk").with("REJOINDER_MAIL_PASSWORD", "geheim")
    };
    let refusal = open("smtp.example.org").refusal();
    assert!(refusal.contains("mail.tls") && refusal.contains("smtp.example.org") && !refusal.contains("geheim"), "{refusal}");
    for host in ["127.0.0.1", "::1", "localhost"] {
        assert_eq!(open(host).load().unwrap().mail.unwrap().tls, MailTls::None, "{host}");
    }
}

#[test]
fn every_wrong_setting_of_mail_is_named() {
    for (name, value) in [
        ("MAIL_HOST", "smtp://x"),
        ("MAIL_HOST", "smtp.example.org:25"),
        ("MAIL_PORT", "0"),
        ("MAIL_PORT", "65536"),
        ("MAIL_TLS", "yes"),
        ("MAIL_FROM", "Blog"),
        ("MAIL_FROM", "Blog <talk@blog.example"),
        ("MAIL_FROM", "a@b.example, c@d.example"),
        ("MAIL_USERNAME", "without-password"),
        ("MAIL_DKIM_SELECTOR", "a b"),
        ("MAIL_CONFIRMATIONS_PER_HOUR", "0"),
        ("OUTBOUND_DNS", "dns.example"),
    ] {
        let refusal = Layers::new(MAIL).with(&format!("REJOINDER_{name}"), value).refusal();
        let names = [name.to_lowercase().replacen('_', ".", 1), "mail.password".into()];
        assert!(names.iter().any(|name| refusal.contains(name)), "{name}={value}: {refusal}");
    }
}
