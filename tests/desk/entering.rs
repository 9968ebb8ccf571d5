//! Set-up, sign-in and sessions: T39 to T46.

use rejoinder::{
    actions,
    model::Role,
    secrets::{hash_secret, new_code, new_secret},
};

use crate::harness::{Browser, PASSWORD, TestServer};

const COOKIE: &str = "__Host-rejoinder";

fn sign_in(browser: &Browser, name: &str, password: &str) -> crate::harness::Answer {
    browser.post("/admin/sign-in", &[("name", name), ("password", password)])
}

#[test]
fn t46_the_first_set_up_needs_the_code_and_the_code_works_once() {
    let server = TestServer::start();
    let code = actions::begin_set_up(&server.app).unwrap().unwrap();
    let first = server.browser();
    let fields = |code: &str| [("code", code.to_owned()), ("name", "Ada".into()), ("password", PASSWORD.into())];
    let send = |browser: &Browser, code: &str| {
        let fields = fields(code);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/admin/setup", &fields)
    };
    for wrong in ["", "x", &new_code(), &code[1..], &code.to_uppercase()] {
        assert_eq!(first.get(&format!("/admin/setup?code={wrong}")).status, 403, "{wrong}");
        assert_eq!(send(&first, wrong).status, 403, "{wrong}");
    }
    assert_eq!(first.get("/admin/setup").status, 403);
    assert_eq!(first.get(&format!("/admin/setup?code={code}")).status, 200);
    assert_eq!(send(&first, &code).status, 303);
    assert_eq!(first.get("/admin/").status, 200);
    let second = server.browser();
    assert_eq!(send(&second, &code).status, 403);
    assert_eq!(second.get(&format!("/admin/setup?code={code}")).status, 403);
    assert_eq!(second.get("/admin/").status, 401);
    assert_eq!(actions::begin_set_up(&server.app).unwrap(), None);
}

#[test]
fn t46_a_set_up_that_fails_shows_the_field_and_leaves_the_code_good() {
    let server = TestServer::start();
    let code = actions::begin_set_up(&server.app).unwrap().unwrap();
    let browser = server.browser();
    let short = browser.post("/admin/setup", &[("code", &code), ("name", "Ada"), ("password", "short")]);
    assert_eq!(short.status, 422);
    assert!(short.has("data-code=\"password_length\"") && short.has("value=\"Ada\"") && !short.has("short\""));
    let nameless = browser.post("/admin/setup", &[("code", &code), ("name", " "), ("password", PASSWORD)]);
    assert!(nameless.status == 422 && nameless.has("data-code=\"account_name_invalid\""));
    assert_eq!(browser.post("/admin/setup", &[("code", &code), ("name", "Ada"), ("password", PASSWORD)]).status, 303);
}

#[test]
fn t42_codes_end_in_time_and_one_secret_never_stands_in_for_another() {
    let server = TestServer::start();
    let ada = server.owner();
    let session = ada.cookie(COOKIE).unwrap();
    let id = server.say("blog", "/hello", "Hi");
    let receipt = server.app.secrets.receipt(server.site("blog").id, id, 0);
    let code = server.invite("Ivy", Role::Owner, Some("blog"));
    for wrong in [&code, &receipt, &ada.token(), &hex(&hash_secret(&session)), &new_secret()] {
        let browser = server.browser();
        browser.plant(COOKIE, wrong);
        assert_eq!(browser.get("/admin/").status, 401, "{wrong} as a session");
    }
    for wrong in [&session, &receipt, &code] {
        let answer = ada.post(&format!("/admin/sites/blog/comments/{id}/approve"), &[("token", wrong)]);
        assert_eq!(answer.status, 403, "{wrong} as a form token");
    }
    for wrong in [&session, &receipt, &ada.token()] {
        assert_eq!(ada.get(&format!("/admin/setup?code={wrong}")).status, 403, "{wrong} as a code");
    }
    server.pass_seconds(7 * 86_400 - 1);
    assert_eq!(server.browser().get(&format!("/admin/setup?code={code}")).status, 200);
    server.pass_seconds(1);
    assert_eq!(server.browser().get(&format!("/admin/setup?code={code}")).status, 403);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn t41_a_planted_session_is_not_taken_over_and_the_earlier_one_ends() {
    let server = TestServer::start();
    let ada = server.owner();
    let first = ada.cookie(COOKIE).unwrap();
    let planted = server.browser();
    planted.plant(COOKIE, "planted-by-somebody-else");
    assert_eq!(sign_in(&planted, "Ada", PASSWORD).status, 303);
    assert_ne!(planted.cookie(COOKIE).unwrap(), "planted-by-somebody-else");
    assert_eq!(sign_in(&ada, "Ada", PASSWORD).status, 303);
    assert_ne!(ada.cookie(COOKIE).unwrap(), first);
    let old = server.browser();
    old.plant(COOKIE, &first);
    assert_eq!(old.get("/admin/").status, 401);
    // Two cookies of that name: nobody can say which one is ours.
    let both = server.browser();
    both.plant(COOKIE, &format!("{}; {COOKIE}=x", ada.cookie(COOKIE).unwrap()));
    assert_eq!(both.get("/admin/").status, 401);
}

#[test]
fn t41_the_cookie_is_for_this_host_this_protocol_and_no_script() {
    let server = TestServer::start();
    let code = server.invite("Ada", Role::Owner, None);
    let answer = server.browser().post("/admin/setup", &[("code", &code), ("password", PASSWORD)]);
    let line = answer.header("set-cookie");
    assert!(line.starts_with("__Host-rejoinder="), "{line}");
    for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict", "; Max-Age=2592000"] {
        assert!(line.contains(attribute), "{line}");
    }
    assert!(!line.to_ascii_lowercase().contains("domain"));
}

#[test]
fn t41_sessions_end_by_word_by_rest_and_by_age() {
    let server = TestServer::start();
    let ada = server.owner();
    let elsewhere = server.browser();
    sign_in(&elsewhere, "Ada", PASSWORD);
    let stolen = elsewhere.clone();
    assert_eq!(elsewhere.act("/admin/sign-out", &[]).status, 303);
    assert_eq!((elsewhere.cookie(COOKIE), stolen.get("/admin/").status), (None, 401));

    sign_in(&elsewhere, "Ada", PASSWORD);
    let (here, there) = (ada.clone(), elsewhere.clone());
    assert_eq!(ada.act("/admin/sign-out-everywhere", &[]).status, 303);
    assert_eq!((here.get("/admin/").status, there.get("/admin/").status), (401, 401));

    sign_in(&ada, "Ada", PASSWORD);
    for _ in 0..4 {
        server.pass_seconds(7 * 86_400 - 60);
        assert_eq!(ada.get("/admin/sites/blog/").status, 200);
    }
    server.pass_seconds(3 * 86_400);
    assert_eq!(ada.get("/admin/sites/blog/").status, 401, "after 30 days");
    sign_in(&ada, "Ada", PASSWORD);
    server.pass_seconds(7 * 86_400 + 1);
    assert_eq!(ada.get("/admin/sites/blog/").status, 401, "after 7 idle days");
}

#[test]
fn t41_what_the_database_holds_opens_no_session() {
    let server = TestServer::start();
    let ada = server.owner();
    let secret = ada.cookie(COOKIE).unwrap();
    let code = server.invite("Ivy", Role::Owner, None);
    let mut bytes = vec![];
    for entry in std::fs::read_dir(server.folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            bytes.extend(std::fs::read(path).unwrap());
        }
    }
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("Ivy"), "the file is the one that is looked at");
    assert!(!holds(&secret) && !holds(&code) && !holds(PASSWORD));
}

#[test]
fn t40_a_wrong_password_and_an_unknown_name_look_the_same() {
    let server = TestServer::start();
    server.owner();
    server.invite("Ivy", Role::Owner, None);
    let answers = ["Ada", "Ivy", "Zoe"].map(|name| {
        let answer = sign_in(&server.browser(), name, "not the password");
        (answer.status, answer.body.replace(&format!("value=\"{name}\""), "value=\"\""))
    });
    assert_eq!(answers[0].0, 403);
    assert!(answers[0].1.contains("data-code=\"sign_in_wrong\""));
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[test]
fn t39_guessing_is_slowed_down_and_the_owner_is_back_in_a_quarter_of_an_hour() {
    let server = TestServer::with_limits();
    server.owner();
    let guesser = server.browser();
    let statuses: Vec<u16> = (0..12).map(|n| sign_in(&guesser, "Ada", &format!("guess {n}")).status).collect();
    assert_eq!(statuses[..10], [403; 10]);
    assert_eq!(statuses[10..], [429; 2]);
    let refused = sign_in(&guesser, "Ada", PASSWORD);
    assert_eq!(refused.status, 429);
    assert!(refused.header("retry-after").parse::<u64>().unwrap() <= 900);
    server.pass_seconds(900);
    assert_eq!(sign_in(&guesser, "Ada", PASSWORD).status, 303);
}

#[test]
fn t44_signing_in_leads_to_pages_of_the_desk_only() {
    let server = TestServer::start();
    server.owner();
    let to = |next: &str| {
        let answer = server.browser().post("/admin/sign-in", &[("name", "Ada"), ("password", PASSWORD), ("next", next)]);
        answer.location().to_owned()
    };
    assert_eq!(to("/admin/sites/blog/?show=waiting"), "/admin/sites/blog/?show=waiting");
    for wrong in
        ["//evil.test/", "https://evil.test/", "/\\evil.test", "/admin/../..//evil.test", "/t/blog", "javascript:alert(1)", "/admin/\t/x"]
    {
        assert_eq!(to(wrong), "/admin/", "{wrong}");
    }
    // Who comes to a page without a session finds the door there, and it leads back.
    let door = server.browser().get("/admin/sites/blog/rules");
    assert_eq!((door.status, door.hidden("next").as_str()), (401, "/admin/sites/blog/"));
}

#[test]
fn words_sent_without_a_session_come_back_to_be_copied() {
    let server = TestServer::start();
    let id = server.say("blog", "/hello", "Hi");
    let answer = server.browser().post(&format!("/admin/sites/blog/comments/{id}/answer"), &[("token", "x"), ("text", "typed for <long>")]);
    assert_eq!(answer.status, 401);
    assert!(answer.has("typed for &lt;long&gt;</textarea>"), "{}", answer.body);
}
