//! Following by mail: asking, proving, stopping, and what strangers learn or cause by it.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use rejoinder::{
    actions::{self, FollowSent, Wish},
    app::Visitor,
    model::{AddressState, Follow, MailAddress, NoticeKind, PageAddress, PageAsked},
    secrets::LinkFor,
};
use serde_json::json;

use crate::corpora::{corpora, json_lines};
use crate::harness::{ORIGIN, Person, Reply, TestServer, start, start_with};

/// A server that has mail, with nobody listening where it would go.
pub fn start_with_mail(more: &[(&str, &str)]) -> TestServer {
    let mut variables = vec![
        ("REJOINDER_LIMITS_ENABLED", "false"),
        ("REJOINDER_MAIL_HOST", "127.0.0.1"),
        ("REJOINDER_MAIL_PORT", "9"),
        ("REJOINDER_MAIL_TLS", "none"),
        ("REJOINDER_MAIL_FROM", "talk@blog.example"),
    ];
    variables.extend(more);
    start_with(&variables)
}

fn ask(person: &Person, email: &str) -> Reply {
    person.form("/w/blog/follow", &[("page", "/hello"), ("kind", "thread"), ("email", email)])
}

fn address(server: &TestServer, email: &str) -> MailAddress {
    server.app.store.find_address_by_text(email).unwrap().unwrap_or_else(|| panic!("{email} is not known"))
}

fn follows(server: &TestServer, email: &str) -> Vec<Follow> {
    server.app.store.list_follows(address(server, email).id).unwrap()
}

/// What a mail would hold, below this server's address.
fn path(server: &TestServer, link: String) -> String {
    link.strip_prefix(&server.base).unwrap_or_else(|| panic!("{link} is no link to {}", server.base)).to_owned()
}

fn confirm_path(server: &TestServer, email: &str) -> String {
    path(server, actions::confirm_link(&server.app, address(server, email).id, server.app.now()))
}

fn all_path(server: &TestServer, email: &str) -> String {
    path(server, actions::all_follows_link(&server.app, address(server, email).id))
}

fn stop_path(server: &TestServer, follow: &Follow) -> String {
    path(server, actions::stop_link(&server.app, follow.id))
}

/// Somebody whose address is proven and who follows `/hello`.
fn follower(server: &TestServer, email: &str) {
    assert_eq!(ask(&server.visitor(), email).status, 200);
    assert_eq!(server.visitor().form(&confirm_path(server, email), &[]).status, 200);
}

fn confirmations(server: &TestServer) -> usize {
    let all = server.app.store.list_deliveries(server.site().id, None, 20_000).unwrap();
    all.iter().filter(|delivery| delivery.kind == NoticeKind::Confirm).count()
}

#[test]
fn a_reader_asks_proves_the_address_and_stops_again() {
    let server = start_with_mail(&[]);
    let visitor = server.visitor();
    visitor.submit("/hello", "Hi");
    let asked = ask(&visitor, "Ada@Example.org");
    assert_eq!((asked.status, asked.header("cache-control")), (200, "no-store"));
    assert!(asked.body.starts_with("<p class=\"note\">Thank you."), "{}", asked.body);
    let page = server.app.store.find_page(server.site().id, &PageAddress::path("/hello")).unwrap().unwrap();
    let heard = || server.app.store.list_followers(server.site().id, page.id, None).unwrap().len();
    assert_eq!((heard(), confirmations(&server)), (0, 1), "nobody hears of anything before the address is proven");

    let confirm = confirm_path(&server, "ada@example.org");
    let look = visitor.get(&confirm);
    assert!(look.body.contains("ada@example.org") && look.body.contains("Yes, send me mail") && look.body.contains("every comment"));
    assert_eq!(heard(), 0);
    let done = visitor.form(&confirm, &[]);
    assert!(done.status == 200 && done.body.contains("has begun"), "{}", done.body);
    assert_eq!(heard(), 1);
    assert!(visitor.get(&confirm).body.contains("has begun"), "a proven address needs no button");

    let follow = follows(&server, "ada@example.org").remove(0);
    let look = visitor.get(&stop_path(&server, &follow));
    assert!(look.body.contains("You get mail about this") && heard() == 1);
    let done = visitor.form(&stop_path(&server, &follow), &[]);
    assert!(done.body.contains("You will get no more mail about this.") && heard() == 0, "{}", done.body);
    assert!(visitor.get(&stop_path(&server, &follow)).body.contains("You will get no more mail about this."));
    assert!(visitor.get(&all_path(&server, "ada@example.org")).body.contains("You follow nothing here."));
}

#[test]
fn answers_are_followed_with_the_receipt_of_that_comment_alone() {
    let server = start_with_mail(&[]);
    let visitor = server.visitor();
    let (own, other) =
        (visitor.submit("/hello", "Mine, and quite long so that it is cut ".repeat(4).trim()), visitor.submit("/hello", "Theirs"));
    let ask = |comment: &str, receipt: &str| {
        let fields = [("kind", "answers"), ("email", "ada@example.org"), ("comment", comment), ("receipt", receipt)];
        visitor.form("/w/blog/follow", &fields).brief()
    };
    assert_eq!(ask(&own.id(), &other.receipt()), "403 bearer_forbids");
    assert_eq!(ask(&own.id(), ""), "401 bearer_missing");
    assert_eq!(ask("1", &own.receipt()), "403 bearer_forbids");
    assert!(server.app.store.find_address_by_text("ada@example.org").unwrap().is_none());
    assert_eq!(ask(&own.id(), &own.receipt()), "200");
    let follow = follows(&server, "ada@example.org").remove(0);
    assert_eq!((follow.comment.map(|id| id.to_string()), follow.author.is_some()), (Some(own.id()), true));
    let shown = visitor.get(&confirm_path(&server, "ada@example.org")).body;
    let begin: String = "Mine, and quite long so that it is cut ".repeat(4).chars().take(80).collect();
    assert!(shown.contains(&format!("answers to “{}…”", begin.trim_end())), "{shown}");
    // What is gone is followed by nobody, and nothing of it is told.
    assert_eq!(visitor.with_bearer(&own.receipt()).ask("DELETE", &format!("/comments/{}", own.id()), None).status, 200);
    assert_eq!(ask(&own.id(), &own.receipt()), "409 status_forbids");
    let shown = visitor.get(&confirm_path(&server, "ada@example.org")).body;
    assert!(shown.contains("answers to a comment") && !shown.contains("quite long"), "{shown}");
}

#[test]
fn a_follow_comes_with_a_comment_and_its_failure_never_loses_that() {
    let server = start_with_mail(&[("REJOINDER_MAIL_CONFIRMATIONS_PER_HOUR", "2")]);
    let visitor = server.visitor();
    let note = |follow: &str, email: &str| {
        visitor.form("/w/blog/note", &[("page", "/hello"), ("text", "Hi"), ("follow", follow), ("email", email)])
    };
    let json = |follow: &str, email: &str| {
        visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "text": "Hi", "follow": follow, "email": email})))
    };
    let sent = note("answers", "ada@example.org");
    assert!(sent.status == 201 && sent.body.contains("</article><p class=\"note\">Thank you."), "{}", sent.body);
    assert!(follows(&server, "ada@example.org")[0].comment.is_some());
    let sent = json("thread", "grace@example.org");
    assert_eq!((sent.status, &sent.json()["follow"]), (201, &json!("asked")));
    assert_eq!(follows(&server, "grace@example.org")[0].comment, None);
    assert!(json("", "ada@example.org").json().get("follow").is_none(), "nobody asked");

    // The ceiling is reached: the comment is there, and its author hears why no mail will come.
    let sent = note("answers", "bob@example.org");
    assert!(
        sent.status == 201 && sent.body.contains("<article") && sent.body.contains("No mail about answers was set up"),
        "{}",
        sent.body
    );
    let sent = json("answers", "bob@example.org");
    assert_eq!((sent.status, &sent.json()["follow"]["code"]), (201, &json!("too_many_mails")));
    assert_eq!(json("everything", "bob@example.org").json()["follow"]["code"], "follow_unknown");
    // Whoever forgot the address is asked for it while the text is still in the box.
    assert_eq!((note("answers", "").brief().as_str(), json("thread", "").brief().as_str()), ("422 email_missing", "422 email_missing"));
    assert_eq!(note("answers", "no address").brief(), "422 email_invalid");
    server.set("follows", "off");
    assert_eq!(json("answers", "bob@example.org").json()["follow"]["code"], "mail_off");
    assert_eq!(ask(&visitor, "bob@example.org").brief(), "409 mail_off");
    assert!(!visitor.get("/w/blog/thread?page=/hello").body.contains("name=\"email\""), "nothing is offered that is not there");
    let off = start();
    assert_eq!(ask(&off.visitor(), "bob@example.org").brief(), "409 mail_off");
    assert_eq!(off.visitor().ask("POST", "/comments", Some(json!({"page": "/hello", "text": "Hi", "follow": "thread"}))).status, 201);
}

#[test]
fn a_page_is_made_by_a_follow_only_where_a_comment_could_make_it() {
    let server = start_with_mail(&[("REJOINDER_LIMITS_ENABLED", "true"), ("REJOINDER_LIMITS_NEW_PAGES_PER_HOUR", "2")]);
    let visitor = server.visitor();
    let ask = |page: &str| visitor.form("/w/blog/follow", &[("page", page), ("kind", "thread"), ("email", "ada@example.org")]).brief();
    assert_eq!(ask("https://evil.example/x"), "422 page_foreign");
    assert_eq!(ask(""), "422 page_missing");
    assert_eq!((ask("/one").as_str(), ask("/two").as_str(), ask("/three").as_str()), ("200", "200", "429 too_many"));
    assert_eq!(ask("/one"), "200");
    assert_eq!(follows(&server, "ada@example.org").len(), 2);
    assert_eq!(visitor.thread("/one")["page"]["total"], 0);
    let mut last = String::new();
    for _ in 0..12 {
        last = ask("/one");
    }
    assert_eq!(last, "429 too_many", "ten an hour for a network");
}

/// Addresses of every kind, by what is known of them.
fn kinds(server: &TestServer) -> [&'static str; 4] {
    follower(server, "confirmed@example.org");
    assert_eq!(ask(&server.visitor(), "unproven@example.org").status, 200);
    follower(server, "stopped@example.org");
    assert_eq!(server.visitor().form(&all_path(server, "stopped@example.org"), &[("do", "stop_all")]).status, 303);
    assert_eq!(address(server, "stopped@example.org").state, AddressState::Stopped);
    ["new@example.org", "confirmed@example.org", "unproven@example.org", "stopped@example.org"]
}

#[test]
fn t40_whoever_asks_hears_the_same_whatever_is_known_of_the_address() {
    let server = start_with_mail(&[]);
    let visitor = server.visitor();
    let kinds = kinds(&server);
    let mut said = BTreeSet::new();
    for email in kinds {
        let began = Instant::now();
        let widget = ask(&visitor, email);
        let page = visitor.form("/t/blog/follow", &[("page", "/hello"), ("kind", "thread"), ("email", email)]);
        assert!(began.elapsed() >= Duration::from_millis(500), "{email} was answered at once");
        let mut json =
            visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "text": "Hi", "follow": "thread", "email": email}))).json();
        let names: Vec<String> = widget.headers.keys().chain(page.headers.keys()).map(ToString::to_string).collect();
        said.insert((widget.status, widget.body, page.status, page.body, json["follow"].take().to_string(), names));
    }
    assert_eq!(said.len(), 1, "{said:#?}");
    assert!(follows(&server, "stopped@example.org").is_empty(), "and who wants no mail gets none");
}

#[test]
fn t40_at_a_ceiling_everybody_hears_the_same() {
    let server = start_with_mail(&[("REJOINDER_MAIL_CONFIRMATIONS_PER_HOUR", "3")]);
    for email in kinds(&server) {
        let refused = ask(&server.visitor(), email);
        assert_eq!(refused.brief(), "429 too_many_mails", "{email}");
        assert_eq!(refused.header("retry-after"), "3600", "{email}");
    }
    server.wait(Duration::from_secs(3601));
    assert_eq!(ask(&server.visitor(), "new@example.org").status, 200);
}

#[test]
fn t42_a_link_is_good_for_its_purpose_and_its_time() {
    let server = start_with_mail(&[]);
    let visitor = server.visitor().from(&server.base);
    let sent = visitor.submit("/hello", "Hi");
    follower(&server, "ada@example.org");
    let (id, now, week) = (address(&server, "ada@example.org").id, server.app.now(), 7 * 86_400);
    let secrets = &server.app.secrets;
    let end = now.plus_seconds(week);
    let follow = follows(&server, "ada@example.org").remove(0);
    let tokens = [
        ("confirm", secrets.sign_link(LinkFor::Confirm, &[id.0], Some(end))),
        ("stop", secrets.sign_link(LinkFor::StopFollow, &[follow.id.0], None)),
        ("all", secrets.sign_link(LinkFor::AllFollows, &[id.0], None)),
        ("staff", secrets.sign_link(LinkFor::StaffConfirm, &[1, id.0], Some(end))),
        ("answer", secrets.sign_link(LinkFor::AnswerComment, &[1, id.0], Some(end))),
        ("two ids", secrets.sign_link(LinkFor::AllFollows, &[id.0, id.0], None)),
        ("receipt", sent.receipt()),
        ("stamp", secrets.form_stamp(server.site().id, now)),
        ("nothing", "1.AAAAAAAAAAAAAAAAAAAAAA".into()),
    ];
    // The page for staff is acted on from itself alone.
    let at_home = visitor.from(&server.base);
    for route in ["confirm", "stop", "all", "staff"] {
        for (kind, token) in tokens.iter().filter(|(kind, _)| *kind != route) {
            for reply in
                [visitor.get(&format!("/follow/{route}/{token}")), at_home.form(&format!("/follow/{route}/{token}"), &[("do", "stop_all")])]
            {
                assert_eq!(reply.brief(), "410 link_over", "a token of {kind} for {route}");
            }
        }
    }
    // An account whose address is another one.
    assert_eq!(visitor.get(&format!("/follow/staff/{}", tokens[3].1)).brief(), "410 link_over");
    assert_eq!(address(&server, "ada@example.org").state, AddressState::Confirmed);
    server.wait(Duration::from_secs(week as u64));
    assert_eq!(visitor.form(&format!("/follow/confirm/{}", tokens[0].1), &[]).status, 200, "until its last second");
    server.wait(Duration::from_secs(1));
    assert_eq!(visitor.form(&format!("/follow/confirm/{}", tokens[0].1), &[]).brief(), "410 link_over");
    server.wait(Duration::from_secs(400 * 86_400));
    for _ in 0..2 {
        assert_eq!(visitor.form(&format!("/follow/stop/{}", tokens[1].1), &[]).status, 200);
        assert_eq!(visitor.form(&format!("/follow/all/{}", tokens[2].1), &[("do", "stop_all")]).status, 303);
    }
}

#[test]
fn t53_one_victim_gets_one_mail_however_many_ask() {
    let server = start_with_mail(&[]);
    server.visitor().submit("/hello", "Hi");
    let site = server.site();
    std::thread::scope(|scope| {
        for worker in 0..8_u32 {
            let (app, site) = (&server.app, &site);
            scope.spawn(move || {
                for n in 0..1250_u32 {
                    let ip = std::net::Ipv4Addr::from(0x0b00_0000 + worker * 1250 + n);
                    let visitor = Visitor { address: Some(ip.into()), origin: Some(ORIGIN.into()), bearer: None };
                    // No way to write it makes another address of it.
                    let email = ["victim@example.org", "Victim@Example.ORG", "VICTIM@EXAMPLE.ORG"][n as usize % 3];
                    let sent = FollowSent {
                        wish: Wish { kind: Some("thread".into()), email: Some(email.into()) },
                        page: PageAsked { page: Some("/hello".into()), url: None },
                        ..FollowSent::default()
                    };
                    actions::follow(app, &visitor, site, &sent, "en").unwrap();
                }
            });
        }
    });
    assert_eq!((confirmations(&server), follows(&server, "victim@example.org").len()), (1, 1));
    server.wait(Duration::from_secs(23 * 3600));
    ask(&server.visitor(), "victim@example.org");
    assert_eq!(confirmations(&server), 1);
}

/// Every row of every table.
fn dump(server: &TestServer) -> String {
    let file = rusqlite::Connection::open(server.app.config.database_path()).unwrap();
    let mut tables = file.prepare("select name from sqlite_schema where type = 'table' order by name").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut text = String::new();
    for table in tables {
        let mut rows = file.prepare(&format!("select * from \"{table}\" order by 1, 2")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let cells: Vec<String> = (0..columns).map(|at| format!("{:?}", row.get::<_, rusqlite::types::Value>(at).unwrap())).collect();
            text += &format!("{table}: {}\n", cells.join(" | "));
        }
    }
    text
}

/// Until what was to be sent was tried, after which nothing happens by itself before the clock moves.
fn settle(server: &TestServer) {
    let until = Instant::now() + Duration::from_secs(20);
    let all = || server.app.store.list_deliveries(server.site().id, None, 100).unwrap();
    while !all().iter().all(|delivery| delivery.said.is_some())
        || server.app.store.find_next_due().unwrap().is_some_and(|at| at <= server.app.now())
    {
        assert!(Instant::now() < until, "{:?}", all());
        std::thread::yield_now();
    }
}

#[test]
fn t54_looking_at_a_link_changes_nothing() {
    let server = start_with_mail(&[]);
    let visitor = server.visitor();
    let own = visitor.submit("/hello", "Hi");
    ask(&visitor, "ada@example.org");
    follower(&server, "grace@example.org");
    server.wait(Duration::from_secs(10));
    settle(&server);
    let follow = follows(&server, "grace@example.org").remove(0);
    let account = server.app.store.upsert_account(
        &rejoinder::store::NewAccount { name: "Maren", email: Some("ada@example.org"), role: rejoinder::model::Role::Owner, site: None },
        server.app.now(),
    );
    let staff = actions::staff_confirm_link(&server.app, account.unwrap().id, address(&server, "ada@example.org").id, server.app.now());
    let links = [
        confirm_path(&server, "ada@example.org"),
        confirm_path(&server, "grace@example.org"),
        stop_path(&server, &follow),
        all_path(&server, "ada@example.org"),
        all_path(&server, "grace@example.org"),
        path(&server, staff),
        format!("/t/blog/own/{}?follow=asked", own.receipt()),
    ];
    let before = dump(&server);
    assert!(before.contains("grace@example.org") && before.contains("follow: "));
    for link in &links {
        for _ in 0..3 {
            for (method, header) in
                [("GET", ("accept", "*/*")), ("HEAD", ("accept", "*/*")), ("GET", ("sec-purpose", "prefetch;prerender"))]
            {
                let reply = visitor.send_bytes(method, link, None, &[header]);
                assert_eq!(reply.status, 200, "{method} {link}");
                assert_eq!((reply.header("cache-control"), reply.header("referrer-policy")), ("no-store", "same-origin"), "{link}");
                assert!(reply.header("content-security-policy").contains("frame-ancestors 'none'"), "{link}");
            }
        }
    }
    assert_eq!(dump(&server), before);
    assert_eq!(visitor.form(&links[2], &[]).status, 200);
    assert_ne!(dump(&server), before, "a change is seen");
}

#[test]
fn t55_one_click_stops_a_follow_for_ever_without_a_page_to_come_from() {
    let server = start_with_mail(&[]);
    follower(&server, "ada@example.org");
    server.visitor().form("/w/blog/follow", &[("page", "/other"), ("kind", "thread"), ("email", "ada@example.org")]);
    let all = follows(&server, "ada@example.org");
    let stop = stop_path(&server, &all[0]);
    let program = Person { origin: None, ..server.visitor() };
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--\r\n";
    for body in [
        Some(("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")),
        Some(("multipart/form-data; boundary=x", multipart)),
        None,
    ] {
        let done = program.send("POST", &stop, body);
        assert!(done.status == 200 && done.body.contains("You will get no more mail about this."), "{}", done.brief());
        let left: Vec<_> = follows(&server, "ada@example.org").into_iter().map(|follow| follow.id).collect();
        assert_eq!(left, [all[1].id], "this follow alone");
    }
    assert_eq!(server.visitor().from("https://mail.example").form(&stop, &[("List-Unsubscribe", "One-Click")]).status, 200);
    assert_eq!(program.send("POST", &stop.replace("/stop/", "/stop/1"), None).brief(), "410 link_over");
    server.app.store.delete_site(server.site().id).unwrap();
    let gone = stop_path(&server, &all[1]);
    assert_eq!((program.send("POST", &gone, None).status, program.get(&gone).status), (200, 200), "also when all of it is erased");
}

#[test]
fn one_page_lists_all_follows_of_an_address_and_stops_one_or_all_mail() {
    let server = start_with_mail(&[]);
    let visitor = server.visitor();
    actions::add_site(&server.app, "other", Some("Another site"), &["https://other.example".into()]).unwrap();
    follower(&server, "ada@example.org");
    let other = Person { origin: Some("https://other.example".into()), ..visitor.clone() };
    let asked = other.form("/w/other/follow", &[("page", "/there"), ("kind", "thread"), ("email", "ada@example.org")]);
    assert_eq!(asked.status, 200);
    follower(&server, "grace@example.org");
    let all = all_path(&server, "ada@example.org");
    let shown = visitor.get(&all).body;
    assert!(shown.contains("Another site") && shown.contains("The blog") && !shown.contains("grace"), "{shown}");

    // A follow of somebody else is not stopped from here.
    let theirs = follows(&server, "grace@example.org")[0].id.to_string();
    assert_eq!(visitor.form(&all, &[("do", "stop"), ("follow", &theirs)]).status, 303);
    assert_eq!(follows(&server, "grace@example.org").len(), 1);
    let own = follows(&server, "ada@example.org")[0].id.to_string();
    assert_eq!(visitor.form(&all, &[("do", "stop"), ("follow", &own)]).header("location"), all);
    assert_eq!(follows(&server, "ada@example.org").len(), 1);

    assert_eq!(visitor.form(&all, &[("do", "stop_all")]).status, 303);
    let shown = visitor.get(&all).body;
    assert!(shown.contains("No mail from here goes to ada@example.org.") && shown.contains("Take mail again"), "{shown}");
    // Whoever wants no mail is asked nothing any more, also by a link of earlier.
    ask(&visitor, "ada@example.org");
    assert!(visitor.form(&confirm_path(&server, "ada@example.org"), &[]).body.contains("No mail from here goes to"));
    assert_eq!((address(&server, "ada@example.org").state, follows(&server, "ada@example.org").len()), (AddressState::Stopped, 0));
    assert_eq!(visitor.form(&all, &[("do", "again")]).status, 303);
    assert_eq!(address(&server, "ada@example.org").state, AddressState::Confirmed);
    for wrong in [&[("do", "everything")][..], &[("do", "stop")], &[("do", "stop"), ("follow", "x")], &[]] {
        assert_eq!(visitor.form(&all, wrong).brief(), "400 body_malformed");
    }
}

#[test]
fn t49_a_stranger_who_types_an_address_shows_its_owner_nothing_that_is_hidden() {
    let server = start_with_mail(&[]);
    server.set("moderation", "all");
    let fields = [("page", "/hello"), ("text", "canary text"), ("name", "canary"), ("follow", "answers"), ("email", "ada@example.org")];
    assert_eq!(server.visitor().form("/w/blog/note", &fields).status, 201);
    for link in [confirm_path(&server, "ada@example.org"), all_path(&server, "ada@example.org")] {
        let shown = server.visitor().get(&link).body;
        assert!(shown.contains("answers to a comment") && !shown.contains("canary"), "{shown}");
    }
}

#[test]
fn t45_links_name_the_configured_address_whatever_a_request_says() {
    let server = start_with_mail(&[]);
    follower(&server, "ada@example.org");
    let evil = [("x-forwarded-host", "evil.example"), ("forwarded", "host=evil.example"), ("host", "evil.example")];
    for link in [confirm_path(&server, "ada@example.org"), all_path(&server, "ada@example.org")] {
        let reply = server.visitor().send_bytes("GET", &link, None, &evil);
        assert!(reply.status == 200 && !format!("{:?} {}", reply.headers, reply.body).contains("evil.example"), "{}", reply.body);
    }
}

#[test]
fn t51_an_address_is_one_plain_mailbox_or_refused() {
    let Some(folder) = corpora("email") else { return };
    let server = start_with_mail(&[("REJOINDER_MAIL_CONFIRMATIONS_PER_HOUR", "1000"), ("REJOINDER_MAIL_CONFIRMATIONS_PER_DAY", "1000")]);
    let visitor = server.visitor();
    let cases = json_lines(&folder, "email/injection.jsonl");
    assert!(cases.len() >= 60);
    for case in &cases {
        let Some(typed) = case["address"].as_str() else { continue };
        let form = visitor.form("/w/blog/note", &[("page", "/hello"), ("text", "Hi"), ("follow", "thread"), ("email", typed)]);
        let json = visitor.ask("POST", "/comments", Some(json!({"page": "/hello", "text": "Hi", "follow": "thread", "email": typed})));
        for reply in [&form, &json] {
            assert!(matches!(reply.status, 201 | 400 | 422), "{typed:?}: {}", reply.brief());
        }
        assert_eq!(form.status == 201, json.status == 201, "{typed:?}: {} {}", form.brief(), json.brief());
    }
    let file = rusqlite::Connection::open(server.app.config.database_path()).unwrap();
    let mut stored = file.prepare("select address from mail_address").unwrap();
    let stored: Vec<String> = stored.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for address in stored {
        let (local, domain) = address.split_once('@').unwrap();
        let plain =
            |text: &str, more: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || more.as_bytes().contains(&b));
        assert!(plain(local, ".!#$&'*+-/=?^_`{|}~") && plain(domain, ".-") && domain.contains('.'), "{address}");
    }
}

#[test]
fn a_reader_without_script_follows_from_the_thread_with_a_comment_and_from_their_own() {
    let server = start_with_mail(&[]);
    let reader = server.visitor().from(&server.base);
    reader.submit("/hello", "Hi");
    let page = reader.get("/t/blog?page=/hello").body;
    assert!(page.contains("action=\"/t/blog/follow\"") && page.contains("name=\"follow\""), "{page}");
    let asked = reader.form("/t/blog/follow", &[("page", "/hello"), ("kind", "thread"), ("email", "ada@example.org")]);
    assert!(asked.status == 200 && asked.body.contains("Thank you."), "{}", asked.body);
    let wrong = reader.form("/t/blog/follow", &[("page", "/hello"), ("kind", "thread"), ("email", "ada@")]);
    assert!(wrong.brief() == "422 email_invalid" && wrong.body.contains("value=\"ada@\""), "{}", wrong.body);

    let fields = [("page", "/hello"), ("text", "An answer"), ("follow", "answers"), ("email", "bob@example.org")];
    let sent = reader.form("/t/blog/note", &fields);
    let own = reader.get(sent.header("location"));
    assert!(sent.status == 303 && own.body.contains("Thank you. If this address is new here"), "{}", own.body);
    let forgotten = reader.form("/t/blog/note", &[("page", "/hello"), ("text", "Kept words"), ("follow", "thread")]);
    assert!(
        forgotten.brief() == "422 email_missing"
            && forgotten.body.contains("Kept words")
            && forgotten.body.contains("value=\"thread\" selected")
    );

    let own = sent.header("location").split('?').next().unwrap();
    let asked = reader.form(own, &[("do", "follow"), ("email", "grace@example.org")]);
    assert!(asked.status == 200 && asked.body.contains("Thank you."), "{}", asked.body);
    assert_eq!(follows(&server, "grace@example.org")[0].comment, follows(&server, "bob@example.org")[0].comment);
    assert_eq!(reader.form(own, &[("do", "follow"), ("email", "")]).brief(), "422 email_missing");
}

#[test]
fn an_address_that_nobody_proves_is_forgotten_after_a_week() {
    let server = start_with_mail(&[]);
    ask(&server.visitor(), "ada@example.org");
    follower(&server, "grace@example.org");
    let link = confirm_path(&server, "ada@example.org");
    server.wait(Duration::from_secs(7 * 86_400 - 60));
    actions::forget_old(&server.app).unwrap();
    assert_eq!(server.visitor().get(&link).status, 200);
    server.wait(Duration::from_secs(60));
    actions::forget_old(&server.app).unwrap();
    assert_eq!(server.visitor().get(&link).brief(), "410 link_over");
    assert!(server.app.store.find_address_by_text("ada@example.org").unwrap().is_none());
    assert_eq!(follows(&server, "grace@example.org").len(), 1);
}
