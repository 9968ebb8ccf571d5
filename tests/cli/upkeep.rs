//! `rejoinder backup`, `restore` and `check`, with and without a running server.

use std::fs;

use serde_json::json;

use crate::child::{Running, done, run};

fn submit(server: &Running, text: &str) {
    let body = json!({"page": "/hello", "text": text}).to_string();
    assert_eq!(server.post_json("/api/v1/sites/blog/comments", &body).unwrap().0, 201);
}

fn thread(server: &Running) -> String {
    server.get("/w/blog/thread?page=/hello").unwrap().1
}

#[test]
fn a_backup_of_a_running_server_is_sound_complete_and_brought_back() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    let server = Running::start(folder.path(), &[]);
    submit(&server, "before the backup");
    assert!(done(folder.path(), &["check"]).contains("1 comments"));
    let said = done(folder.path(), &["backup", "copy.db"]);
    assert!(said.contains("copy.db") && said.contains("sound"), "{said}");
    submit(&server, "after the backup");
    let again = run(folder.path(), &["backup", "copy.db"]);
    assert_eq!(again.status.code(), Some(1), "a backup is never overwritten");
    let running = run(folder.path(), &["restore", "copy.db"]);
    assert_eq!(running.status.code(), Some(1), "not while the server runs: {}", String::from_utf8_lossy(&running.stdout));
    assert!(thread(&server).contains("after the backup"));
    assert!(server.stop());

    let said = done(folder.path(), &["restore", "copy.db"]);
    assert!(said.contains("before-restore"), "{said}");
    let server = Running::start(folder.path(), &[]);
    let shown = thread(&server);
    assert!(shown.contains("before the backup") && !shown.contains("after the backup"), "{shown}");
    drop(server);
    assert!(done(folder.path(), &["check"]).contains("No damage"));

    let elsewhere = tempfile::tempdir().unwrap();
    fs::copy(folder.path().join("copy.db"), elsewhere.path().join("copy.db")).unwrap();
    done(elsewhere.path(), &["restore", "copy.db"]);
    assert!(done(elsewhere.path(), &["site", "list"]).contains("blog"));
}

#[test]
fn what_is_no_sound_backup_is_not_restored() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    done(folder.path(), &["backup", "copy.db"]);
    let good = fs::read(folder.path().join("copy.db")).unwrap();
    let half = &good[..good.len() / 2];
    let mut torn = good.clone();
    torn[4096..8192].fill(0xff);
    for (name, bytes) in [("empty", &b""[..]), ("text", b"this is no database"), ("half", half), ("torn", &torn)] {
        fs::write(folder.path().join(name), bytes).unwrap();
        let output = run(folder.path(), &["restore", name]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{name}: {said}");
        assert!(!said.contains("panicked"), "{said}");
        assert!(done(folder.path(), &["site", "list"]).contains("blog"), "{name} changed nothing");
    }
}

#[test]
fn check_finds_damage_and_says_so() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    let server = Running::start(folder.path(), &[]);
    (0..200).for_each(|n| submit(&server, &format!("comment {n} {}", "word ".repeat(100))));
    server.kill();
    assert!(done(folder.path(), &["check"]).contains("200 comments"));
    let path = folder.path().join("rejoinder-data/rejoinder.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2 / 4096 * 4096;
    bytes[middle..middle + 4096].fill(0xff);
    fs::write(&path, bytes).unwrap();
    let output = run(folder.path(), &["check"]);
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(!said.contains("panicked") && !said.contains("No damage"), "{said}");
}
