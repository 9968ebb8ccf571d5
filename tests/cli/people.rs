//! `rejoinder moderator …` and `rejoinder token …`: secrets stand alone on the last line.

use crate::child::{Running, done, run};

#[test]
fn a_token_stands_alone_on_the_last_line_and_is_shown_once() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    let mut seen = std::collections::BTreeSet::new();
    for scope in ["read", "write", "moderate", "admin"] {
        for reach in [&["--all"][..], &["--site", "blog"]] {
            let name = format!("{scope} {}", reach.len());
            let said = done(folder.path(), &[&["token", "add", &name, "--scope", scope], reach].concat());
            let secret = said.lines().last().unwrap().to_owned();
            assert!(secret.len() >= 24 && secret.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b)), "{said}");
            assert!(said.ends_with(&format!("\n{secret}\n")) && said.lines().count() >= 2, "{said}");
            assert!(seen.insert(secret));
        }
    }
    let twice = run(folder.path(), &["token", "add", "read 1", "--all", "--scope", "read"]);
    assert_eq!(twice.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("taken"));
    for name in ["", " ", "\u{202e}", &"x".repeat(81)] {
        assert_eq!(run(folder.path(), &["token", "add", name, "--all", "--scope", "read"]).status.code(), Some(1), "{name:?}");
    }
}

#[test]
fn a_moderator_is_invited_by_a_link_that_works_once() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    let server = Running::start(folder.path(), &[]);
    let listen = server.address.to_string();
    let said = done(folder.path(), &["moderator", "add", "Grace", "--site", "blog", "--role", "viewer", "--listen", &listen]);
    let link = said.lines().last().unwrap();
    let path = link.strip_prefix(&format!("http://{listen}")).unwrap_or_else(|| panic!("{said}"));
    let (status, page) = server.get(path).unwrap();
    assert!(status == 200 && page.contains("Grace"), "{status} {page}");
    let code = path.split_once("code=").unwrap().1;
    let body = format!("code={code}&password=a+long+enough+password");
    let form = format!(
        "POST /admin/setup HTTP/1.1\r\nHost: {listen}\r\nOrigin: http://{listen}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_eq!(crate::child::exchange(server.address, form.as_bytes()).unwrap().0, 303);
    assert_eq!(crate::child::exchange(server.address, form.as_bytes()).unwrap().0, 403);
    assert_eq!(server.get(path).unwrap().0, 403);
}

#[test]
fn the_address_of_a_moderator_is_taken_as_theirs_and_a_wrong_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    done(folder.path(), &["site", "add", "blog", "--origin", "https://blog.example"]);
    for wrong in ["grace", "grace@", "a b@example.org", "grace@example.org\r\nBcc: x@example.org"] {
        let said = run(folder.path(), &["moderator", "add", "Grace", "--site", "blog", "--email", wrong]);
        assert_eq!(said.status.code(), Some(1), "{wrong:?}");
        assert!(String::from_utf8_lossy(&said.stderr).contains("--email"), "{wrong:?}");
    }
    done(folder.path(), &["moderator", "add", "Grace", "--site", "blog", "--email", "Grace@Example.org"]);
    let file = rusqlite::Connection::open(folder.path().join("rejoinder-data/rejoinder.db")).unwrap();
    let read = |sql: &str| file.query_row(sql, [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(read("select email from account where name = 'Grace'"), "grace@example.org");
    assert_eq!(read("select address || ' ' || state from mail_address"), "grace@example.org 1");
}
