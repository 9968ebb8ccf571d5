//! T42 and T46: what proves something proves one thing only, in one place, as often as it is meant to.

use std::time::Duration;

use rejoinder::actions;
use rejoinder::model::Scope;
use serde_json::json;

use crate::harness::{Person, Reply, TestServer, start};

const PASSWORD: &str = "a long enough password";

fn desk_with(server: &TestServer, secret: &str) -> Reply {
    let plain = secret.bytes().all(|byte| byte.is_ascii_graphic());
    let person = Person { cookie: plain.then(|| format!("__Host-rejoinder={secret}")), ..server.visitor() };
    person.get("/admin/sites/blog")
}

fn set_up(server: &TestServer, code: &str) -> Reply {
    server.visitor().from(&server.base).form("/admin/setup", &[("code", code), ("name", "Maren"), ("password", PASSWORD)])
}

/// Accounts that somebody can sign in with.
fn people(server: &TestServer) -> usize {
    server.app.store.list_accounts().unwrap().iter().filter(|account| account.password.is_some()).count()
}

fn value_of(body: &str, name: &str) -> String {
    let (_, rest) = body.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no {name}: {body}"));
    rest.split_once('"').expect("an end").0.to_owned()
}

#[test]
fn t42_no_secret_stands_in_for_another() {
    let server = start();
    let visitor = server.visitor();
    let sent = visitor.submit("/hello", "Hi");
    let site = server.site();
    let path = format!("/comments/{}", sent.id());
    let token = server.token(Scope::Admin).bearer.unwrap();
    let owner = server.owner();
    let session = owner.cookie.as_deref().unwrap().split_once('=').unwrap().1.to_owned();
    let form_token = value_of(&owner.get("/admin/sites/blog").body, "token");
    let (_, invitation) = actions::invite(&server.app, "Grace", None, rejoinder::model::Role::Viewer, Some(site.id)).unwrap();
    let stamp = server.app.secrets.form_stamp(site.id, server.app.now());
    let key = "a-key-of-16-to-64-characters";
    let keyed = visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "text": "keyed", "key": key})));
    let page = value_of(&visitor.get("/t/blog?page=/hello").body, "key");
    // As if the database had been read by somebody else.
    let hash: String = rejoinder::secrets::hash_secret(&session).iter().map(|byte| format!("{byte:02x}")).collect();
    let numbered = |secret: &str| format!("{}.{}", sent.id(), secret.trim_start_matches("rj_").get(..22).unwrap_or_default());

    type Slot<'a> = (&'static str, Box<dyn Fn(&str) -> Reply + 'a>);
    let slots: Vec<Slot> = vec![
        ("receipt", Box::new(|secret| visitor.with_bearer(secret).ask("GET", &path, None))),
        ("receipt", Box::new(|secret| visitor.with_bearer(secret).ask("PATCH", &path, Some(json!({"text": "changed"}))))),
        (
            "receipt",
            Box::new(|secret| visitor.form(&format!("/w/blog/note/{}/edit", sent.id()), &[("receipt", secret), ("text", "changed")])),
        ),
        ("own page", Box::new(|secret| visitor.get(&format!("/t/blog/own/{secret}")))),
        ("token", Box::new(|secret| visitor.with_bearer(secret).ask("GET", "/rules", None))),
        ("token", Box::new(|secret| visitor.with_bearer(secret).ask("POST", &format!("{path}/hold"), None))),
        ("session", Box::new(|secret| desk_with(&server, secret))),
        ("form token", Box::new(|secret| owner.form(&format!("/admin/sites/blog/comments/{}/hold", sent.id()), &[("token", secret)]))),
        ("code", Box::new(|secret| visitor.get(&format!("/admin/setup?code={secret}")))),
        ("code", Box::new(|secret| set_up(&server, secret))),
    ];
    let other_receipt = keyed.receipt();
    let numbered_ones = [numbered(&token), numbered(&session), numbered(&stamp)];
    let secrets: Vec<(&str, &str)> = vec![
        ("receipt", &sent.body),
        ("other receipt", &other_receipt),
        ("token", &token),
        ("session", &session),
        ("hash", &hash),
        ("form token", &form_token),
        ("code", &invitation),
        ("stamp", &stamp),
        ("key", key),
        ("page key", &page),
        ("numbered", &numbered_ones[0]),
        ("numbered", &numbered_ones[1]),
        ("numbered", &numbered_ones[2]),
    ];
    let receipt = sent.receipt();
    for (wanted, act) in &slots {
        for (kind, secret) in &secrets {
            let secret = if *kind == "receipt" { receipt.as_str() } else { secret };
            // A token of staff may read and change every comment; each receipt has a page.
            let own_page = *wanted == "own page" && kind.ends_with("receipt");
            if kind == wanted || own_page || (*kind == "token" && *wanted == "receipt") {
                continue;
            }
            let reply = act(secret);
            assert!(matches!(reply.status, 401 | 403 | 404), "a {kind} for a {wanted}: {}", reply.status);
        }
        for shorter in [&receipt[..receipt.len() - 1], &token[..token.len() - 1], &session[1..], &invitation[..10], "", " "] {
            if !shorter.trim().is_empty() {
                assert!(matches!(act(shorter).status, 401 | 403 | 404), "a part of a secret for a {wanted}");
            }
        }
    }
    // And each is good where it belongs; the code last, because it is used up.
    assert_eq!(visitor.with_bearer(&receipt).ask("GET", &path, None).status, 200);
    assert_eq!(visitor.with_bearer(&token).ask("GET", "/rules", None).status, 200);
    assert_eq!(desk_with(&server, &session).status, 200);
    assert_eq!(owner.form(&format!("/admin/sites/blog/comments/{}/hold", sent.id()), &[("token", &form_token)]).status, 303);
    assert_eq!((set_up(&server, &invitation).status, set_up(&server, &invitation).brief().as_str()), (303, "403 setup_code_wrong"));
    assert_eq!(visitor.thread("/hello")["page"]["total"], 1);
}

#[test]
fn t42_a_secret_is_long_random_and_stored_as_a_hash() {
    let server = start();
    let token = server.token(Scope::Read).bearer.unwrap();
    let session = server.owner().cookie.unwrap();
    let code = actions::begin_set_up(&server.app).unwrap().unwrap();
    let sent = server.visitor().submit("/hello", "Hi").receipt();
    assert!(token.len() >= 24 && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)), "{token}");
    server.app.store.check_ready().unwrap();
    let copy = server.folder.path().join("copy.db");
    server.app.store.backup(&copy, &mut |_, _| {}).unwrap();
    let bytes = std::fs::read(copy).unwrap();
    let holds = |needle: &str| bytes.windows(needle.len()).any(|window| window == needle.as_bytes());
    assert!(holds("Hi"), "the copy is the database");
    for secret in
        [&*token, token.trim_start_matches("rj_"), session.split_once('=').unwrap().1, &code, &sent, sent.split_once('.').unwrap().1]
    {
        assert!(!holds(secret), "{secret} is in the file");
    }
}

#[test]
fn t46_nobody_comes_in_first_without_the_code_and_it_works_once() {
    let server = start();
    let first = actions::begin_set_up(&server.app).unwrap().expect("nobody has come yet");
    let code = actions::begin_set_up(&server.app).unwrap().expect("still nobody");
    assert_eq!(server.visitor().get("/admin/setup").status, 403);
    for wrong in ["", "nonsense", &first, &code.to_uppercase(), &code.replace('-', "")] {
        assert_eq!(set_up(&server, wrong).brief(), "403 setup_code_wrong", "{wrong}");
    }
    assert_eq!(people(&server), 0, "nobody was made");
    let short = server.visitor().from(&server.base).form("/admin/setup", &[("code", &code), ("name", "Maren"), ("password", "short")]);
    assert_eq!(short.brief(), "422 password_length");
    let foreign =
        server.visitor().from("https://evil.example").form("/admin/setup", &[("code", &code), ("name", "Eve"), ("password", PASSWORD)]);
    assert_eq!(foreign.brief(), "403 form_token_wrong");

    let came = set_up(&server, &code);
    assert_eq!((came.status, came.header("location")), (303, "/admin/"));
    let cookie = came.header("set-cookie").split(';').next().unwrap().to_owned();
    let owner = Person { cookie: Some(cookie), ..server.visitor() };
    assert_eq!(owner.get("/admin/sites/blog/rules").status, 200);
    assert_eq!(set_up(&server, &code).brief(), "403 setup_code_wrong");
    assert_eq!(server.visitor().get(&format!("/admin/setup?code={code}")).brief(), "403 setup_code_wrong");
    assert_eq!(actions::begin_set_up(&server.app).unwrap(), None, "whoever restarts the program gets no second code");
}

#[test]
fn t46_a_code_that_is_too_old_is_none_and_of_two_at_once_one_comes_in() {
    let server = start();
    let old = actions::begin_set_up(&server.app).unwrap().unwrap();
    server.wait(Duration::from_secs(24 * 3600 + 1));
    assert_eq!(set_up(&server, &old).brief(), "403 setup_code_wrong");
    let code = actions::begin_set_up(&server.app).unwrap().unwrap();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let both: Vec<_> = (0..4).map(|_| scope.spawn(|| set_up(&server, &code).status)).collect();
        both.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(people(&server), 1);
}
