//! The settings and units for systemd: the program takes the one, systemd the others.

use std::process::Command;

use crate::is_installed;
use crate::program;
use crate::recipe;
use crate::run;

/// What `systemd-analyze security` may say at most, in tenths: 0 is a fortress, 100 an open field.
const EXPOSURE_MAX: &str = "15";

#[test]
fn the_settings_of_the_recipe_are_taken() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("rejoinder.toml");
    std::fs::write(&file, recipe("rejoinder.toml", &[])).expect("the folder takes files");
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    let said = run(command.env_clear().arg("config").arg("--config").arg(&file));
    for line in ["listen = 127.0.0.1:8080", "public_url = https://comments.example", "data = /var/lib/rejoinder"] {
        assert!(said.contains(line), "{said}");
    }
}

#[test]
fn t93_systemd_takes_the_units_and_finds_the_service_closed() {
    if !is_installed("systemd-analyze") {
        return;
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    for name in ["rejoinder.service", "rejoinder-backup.service", "rejoinder-backup.timer"] {
        let program = if name.ends_with("service") { &[("/usr/local/bin/rejoinder", env!("CARGO_BIN_EXE_rejoinder"))][..] } else { &[] };
        std::fs::write(folder.path().join(name), recipe(name, program)).expect("the folder takes files");
    }
    let said = run(Command::new("systemd-analyze").arg("verify").arg(folder.path().join("rejoinder.service")));
    assert_eq!(said.lines().filter(|line| line.contains("rejoinder")).collect::<Vec<_>>(), Vec::<&str>::new());
    let service = folder.path().join("rejoinder.service");
    run(Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--no-pager"])
        .arg(format!("--threshold={EXPOSURE_MAX}"))
        .arg(service));
}

#[test]
fn a_backup_can_be_taken_while_the_server_runs_and_restored_elsewhere() {
    let server = program::Program::start(&[]);
    let copy = server.folder.path().join("copy.db");
    assert!(server.run(&["backup", copy.to_str().expect("UTF-8")]).contains("complete and sound"));
    let elsewhere = tempfile::tempdir().expect("a temporary folder");
    let said = run(program::command(elsewhere.path()).arg("restore").arg(&copy));
    assert!(said.contains("restored and sound"), "{said}");
    let said = run(program::command(elsewhere.path()).arg("check"));
    assert!(said.contains("No damage") && said.contains("1 sites"), "{said}");
}
