//! The recipes of `deploy/`, started for real on this machine: Rejoinder behind nginx and Caddy with exactly the
//! committed files, but for ports, certificates and folders. Clients come from several addresses of loopback.

mod caddy;
mod client;
mod nginx;
#[path = "../support/program.rs"]
mod program;
mod proxies;
mod units;

use std::process::Command;

/// True when this program can be started. Where it cannot be, the suite says so; with `CI=true` that is a failure.
fn is_installed(name: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let system = ["/usr/sbin", "/sbin"].map(std::path::PathBuf::from);
    let found = std::env::split_paths(&folders).chain(system).any(|folder| folder.join(name).is_file());
    assert!(found || std::env::var("CI").as_deref() != Ok("true"), "{name} is not installed");
    if !found {
        println!("left out: {name} is not installed");
    }
    found
}

/// Runs a program to its end and gives back what it said, or fails with its complaint.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// A file of `deploy/` with each of these texts, which must be in it, replaced.
fn recipe(path: &str, replacements: &[(&str, &str)]) -> String {
    let file = format!("{}/deploy/{path}", env!("CARGO_MANIFEST_DIR"));
    let mut text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{file}: {error}"));
    for (from, to) in replacements {
        assert!(text.contains(from), "{path} does not hold {from:?}");
        text = text.replace(from, to);
    }
    text
}
