//! `rejoinder config`, and where settings come from.

use std::fs;

use crate::child::{done, program, run};

#[test]
fn config_shows_every_setting_with_its_value_and_source() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rejoinder.toml"), "public_url = \"https://comments.example\"\n[log]\nlevel = \"warn\"\n").unwrap();
    fs::write(folder.path().join("secret"), "https://from-a-file.example\n").unwrap();
    let mut command = program(folder.path(), &["config", "--listen", "127.0.0.1:9999"]);
    let output = command.env("REJOINDER_LOG_LEVEL", "error").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    for line in
        ["listen = 127.0.0.1:9999  (--listen)", "log.level = error  (environment REJOINDER_LOG_LEVEL)", "data = rejoinder-data  (default)"]
    {
        assert!(said.lines().any(|own| own == line), "{line} is not in {said}");
    }
    assert!(
        said.lines().any(|line| line.starts_with("public_url = https://comments.example  (") && line.contains("rejoinder.toml")),
        "{said}"
    );
    fs::remove_file(folder.path().join("rejoinder.toml")).unwrap();
    let output = program(folder.path(), &["config"]).env("REJOINDER_PUBLIC_URL_FILE", "secret").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("public_url = https://from-a-file.example  (environment REJOINDER_PUBLIC_URL_FILE)"), "{said}");
    assert!(!folder.path().join("rejoinder-data").exists(), "looking makes no files");
}

#[test]
fn an_unknown_setting_is_refused_wherever_it_stands_and_the_nearest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    for (name, near) in [("REJOINDER_PUBLC_URL", "REJOINDER_PUBLIC_URL"), ("REJOINDER_LIMIT_ENABLED", "REJOINDER_LIMITS_ENABLED")] {
        let output = program(folder.path(), &["config"]).env(name, "x").output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(name) && said.contains(near), "{said}");
    }
    for (text, near) in [
        ("publc_url = \"x\"", "public_url"),
        ("[limits]\nreads_per_minut = 5", "limits.reads_per_minute"),
        ("[log]\nlevl = \"x\"", "log.level"),
    ] {
        fs::write(folder.path().join("own.toml"), text).unwrap();
        let output = run(folder.path(), &["config", "--config", "own.toml"]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(near) && said.contains("own.toml"), "{said}");
    }
}

#[test]
fn a_value_that_cannot_be_is_refused_with_the_name_of_its_setting() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value, said) in [
        ("REJOINDER_LISTEN", "8080", "listen"),
        ("REJOINDER_PUBLIC_URL", "comments.example", "public_url"),
        ("REJOINDER_TRUSTED_PROXIES", "everybody", "trusted_proxies"),
        ("REJOINDER_LIMITS_ENABLED", "maybe", "limits.enabled"),
        ("REJOINDER_LIMITS_CONNECTIONS", "-1", "limits.connections"),
        ("REJOINDER_DATABASE", "postgres://localhost/x", "postgres"),
        ("REJOINDER_LOG_FORMAT", "xml", "log.format"),
        ("REJOINDER_PUBLIC_URL_FILE", "no-such-file", "REJOINDER_PUBLIC_URL_FILE"),
    ] {
        let output = program(folder.path(), &["serve"]).env(name, value).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && error.contains(said), "{name}={value}: {error}");
    }
    assert!(done(folder.path(), &["config"]).contains("listen = 127.0.0.1:8080  (default)"));
}
