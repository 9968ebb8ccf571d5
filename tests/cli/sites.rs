//! `rejoinder site …`, also while the server runs.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::child::{Running, done, run};

const ADD: [&str; 5] = ["site", "add", "blog", "--origin", "https://blog.example"];

fn submit(server: &Running, text: &str) -> (u16, Value) {
    let body = json!({"page": "/hello", "text": text}).to_string();
    let (status, said) = server.post_json("/api/v1/sites/blog/comments", &body).expect("an answer");
    (status, serde_json::from_str(&said).expect("JSON"))
}

/// Waits for what a running server has to notice, which it does within a second.
fn within_a_second(mut noticed: impl FnMut() -> bool) {
    let began = Instant::now();
    while !noticed() {
        assert!(began.elapsed() < Duration::from_secs(1), "a second went by");
    }
}

#[test]
fn sites_are_added_listed_shown_changed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let added = done(folder.path(), &[&ADD[..], &["--origin", "http://localhost:1313", "--name", "My blog"]].concat());
    assert!(added.contains("data-site=\"blog\"") && added.contains("/embed.js"), "{added}");
    assert!(done(folder.path(), &["site", "list"]).contains("blog\tMy blog\thttps://blog.example http://localhost:1313"));
    let shown = done(folder.path(), &["site", "show", "blog"]);
    assert!(shown.contains("moderation = none") && shown.contains("edit_minutes = 15"), "{shown}");
    let set =
        done(folder.path(), &["site", "set", "blog", "moderation=first", "edit_minutes=30", "origins=https://a.example,https://b.example"]);
    assert!(
        set.contains("moderation = first")
            && set.contains("edit_minutes = 30")
            && set.contains("origins = https://a.example,https://b.example"),
        "{set}"
    );

    let twice = run(folder.path(), &ADD);
    assert_eq!(twice.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("taken"));
    let kept = run(folder.path(), &["site", "remove", "blog"]);
    assert_eq!(kept.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&kept.stderr).contains("--yes"));
    done(folder.path(), &["site", "remove", "blog", "--yes"]);
    assert!(!done(folder.path(), &["site", "list"]).contains("blog"));
}

#[test]
fn a_setting_that_is_none_changes_nothing_and_the_nearest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &ADD);
    for (settings, named) in [
        (&["edit_minutes=5", "moderatoin=all"][..], "moderation"),
        (&["edit_minutes=5", "moderation=some"], "moderation"),
        (&["edit_minutes=many"], "edit_minutes"),
        (&["origins="], "origins"),
        (&["origins=ftp://x"], "origins"),
        (&["moderation"], "moderation=first"),
    ] {
        let output = run(folder.path(), &[&["site", "set", "blog"], settings].concat());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{settings:?}");
        assert!(said.contains(named), "{settings:?}: {said}");
    }
    assert!(done(folder.path(), &["site", "show", "blog"]).contains("edit_minutes = 15"));
}

#[test]
fn a_running_server_sees_what_commands_change_within_a_second() {
    let folder = tempfile::tempdir().unwrap();
    let server = Running::start(folder.path(), &[]);
    assert_eq!(submit(&server, "nobody knows this site").0, 404);
    done(folder.path(), &ADD);
    within_a_second(|| submit(&server, "Hi").0 == 201);
    done(folder.path(), &["site", "set", "blog", "moderation=all"]);
    within_a_second(|| submit(&server, "Hi").1["comment"]["status"] == "pending");
    let token = done(folder.path(), &["token", "add", "reports", "--site", "blog", "--scope", "moderate"]);
    let token = token.lines().last().unwrap();
    let listed = format!(
        "GET /api/v1/sites/blog/comments HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    within_a_second(|| crate::child::exchange(server.address, listed.as_bytes()).unwrap().0 == 200);
    done(folder.path(), &["site", "remove", "blog", "--yes"]);
    within_a_second(|| submit(&server, "gone").0 == 404);
}
