//! The first start, help, and exit statuses.

use crate::child::{Running, done, program, run};

#[test]
fn a_first_start_in_an_empty_folder_says_what_to_do_and_works() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[("REJOINDER_LOG_LEVEL", "error")]);
    let said = server.greeting.clone();
    assert!(said.contains(&format!("http://{}", server.address)), "{said}");
    let (_, rest) = said.split_once("/admin/setup?code=").expect("the desk's address with its code");
    let code = rest.split_whitespace().next().unwrap();
    assert_eq!(server.get(&format!("/admin/setup?code={code}")).unwrap().0, 200);
    assert!(said.contains("rejoinder site add") && said.contains("--origin"), "{said}");
    assert!(said.contains(&format!("src=\"http://{}/embed.js\"", server.address)) && said.contains("data-site="), "{said}");
    assert!(folder.path().join("rejoinder-data/rejoinder.db").is_file());
    // Where there is a demo the greeting leads to it, and where not it does not.
    assert_eq!(said.contains("/demo/"), server.get("/demo/").unwrap().0 == 200, "{said}");
    assert!(server.stop());

    let again = Running::start(folder.path(), &[]);
    let (_, rest) = again.greeting.split_once("/admin/setup?code=").expect("nobody has come yet");
    assert_ne!(rest.split_whitespace().next().unwrap(), code, "each start has a code of its own");
    assert_eq!(again.get(&format!("/admin/setup?code={code}")).unwrap().0, 403);
}

#[test]
fn t66_what_is_stored_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    done(folder.path(), &["backup", "copy.db"]);
    for file in ["rejoinder-data/rejoinder.db", "copy.db"] {
        let mode = folder.path().join(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} {mode:o}");
    }
}

/// Every command there is, found by asking for help again and again.
fn commands(of: &[String]) -> Vec<Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let arguments: Vec<&str> = of.iter().map(String::as_str).chain(["--help"]).collect();
    let help = done(folder.path(), &arguments);
    assert!(help.contains("Example:\n  rejoinder") || help.contains("Commands:"), "{of:?} has no example: {help}");
    let within = help.split_once("Commands:\n").map_or("", |(_, rest)| rest.split("\n\n").next().unwrap_or(""));
    let names = within.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    let names = names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help");
    let below = names.flat_map(|name| commands(&[of, &[name.to_owned()]].concat()));
    std::iter::once(of.to_vec()).chain(below).collect()
}

#[test]
fn the_help_of_every_command_has_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let all = commands(&[]);
    assert!(all.len() >= 14, "{all:?}");
    for command in all {
        let arguments: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let help = done(folder.path(), &arguments);
        assert!(help.contains("Example:\n  rejoinder"), "{command:?}: {help}");
        assert!(!help.contains("TODO"), "{help}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "help makes no files");
}

#[test]
fn wrong_use_is_2_and_failure_is_1_and_both_say_why() {
    let folder = tempfile::tempdir().unwrap();
    let wrong: &[&[&str]] = &[
        &["nothing"],
        &["serve", "--nothing"],
        &["site"],
        &["site", "add"],
        &["site", "add", "blog"],
        &["site", "set", "blog"],
        &["token", "add", "x", "--scope", "read"],
        &["token", "add", "x", "--site", "blog", "--all", "--scope", "read"],
        &["token", "add", "x", "--all"],
        &["moderator", "add", "Grace"],
        &["backup"],
        &["restore"],
    ];
    let failed: &[&[&str]] = &[
        &["site", "show", "nobody"],
        &["site", "set", "nobody", "moderation=all"],
        &["site", "add", "Not A Key", "--origin", "https://blog.example"],
        &["site", "add", "blog", "--origin", "nonsense"],
        &["token", "add", "x", "--site", "nobody", "--scope", "read"],
        &["token", "add", "x", "--all", "--scope", "everything"],
        &["moderator", "add", "Grace", "--all", "--role", "king"],
        &["backup", "no/such/folder/copy.db"],
        &["restore", "nothing.db"],
        &["serve", "--listen", "nowhere"],
        &["serve", "--config", "nothing.toml"],
    ];
    for (arguments, status) in wrong.iter().map(|use_of| (use_of, 2)).chain(failed.iter().map(|use_of| (use_of, 1))) {
        let output = run(folder.path(), arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
        assert!(!said.trim().is_empty() && output.stdout.is_empty(), "{arguments:?} says why, and not where results go");
        assert!(!said.contains("panicked") && !said.contains("src/"), "{arguments:?}: {said}");
    }
    assert_eq!(run(folder.path(), &["--version"]).status.code(), Some(0));
}

#[test]
fn a_port_that_is_taken_is_a_failure_that_names_the_setting() {
    let folder = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program(folder.path(), &["serve", "--listen", &address]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("listen") && said.contains("in use"), "{said}");
}
