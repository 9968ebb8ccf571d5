//! T25: two sites, and calls of every kind with ids, receipts and cursors of both. Nothing of one is in an answer
//! to the other.

use std::sync::OnceLock;

use proptest::prelude::*;
use rejoinder::actions;
use rejoinder::model::Scope;
use serde_json::json;

use crate::harness::{Person, Reply, SITE, TestServer, start};

const OTHER: &str = "other";

/// One site's words, ids, proofs and places.
struct Tenant {
    site: &'static str,
    /// Stands in every text of that site.
    canary: &'static str,
    ids: Vec<String>,
    receipts: Vec<String>,
    cursors: Vec<String>,
    token: String,
}

struct World {
    server: TestServer,
    here: Tenant,
    there: Tenant,
}

fn world() -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| {
        let server = start();
        actions::add_site(&server.app, OTHER, None, &["https://other.example".into()]).expect("a second site");
        let here = tenant(&server, SITE, "heron", server.token(Scope::Admin).bearer.expect("a token"));
        let secret = format!("rj_{}", rejoinder::secrets::new_secret());
        let other = actions::find_site(&server.app, OTHER).expect("the second site");
        let hash = rejoinder::secrets::hash_secret(&secret);
        server.app.store.insert_token("bittern token", &hash, Some(other.id), Scope::Admin, server.app.now()).expect("a token");
        let there = tenant(&server, OTHER, "bittern", secret);
        World { server, here, there }
    })
}

fn tenant(server: &TestServer, site: &'static str, canary: &'static str, token: String) -> Tenant {
    let visitor = Person { origin: None, ..server.visitor().on(site) };
    let (mut ids, mut receipts) = (vec![], vec![]);
    let mut root = None;
    for n in 0..8 {
        let body = json!({
            "page": "/hello", "parent": root, "name": format!("{canary} {n}"), "text": format!("{canary} text {n}"), "title": format!("{canary} title"),
            "key": format!("{canary}-key-0123456789-{n}"),
        });
        let sent = visitor.ask("POST", "/comments", Some(body));
        root = root.or_else(|| Some(sent.id()));
        ids.push(sent.id());
        receipts.push(sent.receipt());
    }
    visitor.submit("/hello", &format!("{canary} root"));
    let first = visitor.ask("GET", "/thread?page=/hello&limit=1", None).json();
    let listed = visitor.with_bearer(&token).ask("GET", "/comments?limit=1", None).json();
    let cursors =
        [&first["next"], &first["comments"][0]["more"], &listed["next"]].map(|cursor| cursor.as_str().expect("a cursor").to_owned());
    Tenant { site, canary, ids, receipts, cursors: cursors.into(), token }
}

/// One call to the first site, with things of the second where `foreign` says so.
#[derive(Clone, Debug)]
struct Call {
    kind: usize,
    which: usize,
    /// Bit by bit: id, proof, cursor, page.
    foreign: u8,
    bearer: usize,
}

fn calls() -> impl Strategy<Value = Call> {
    (0..28_usize, 0..8_usize, 0..16_u8, 0..4_usize).prop_map(|(kind, which, foreign, bearer)| Call { kind, which, foreign, bearer })
}

fn make(world: &World, call: &Call) -> Reply {
    let side = |bit: u8| if call.foreign & bit == 0 { &world.here } else { &world.there };
    let (id, receipt) = (&side(1).ids[call.which], &side(2).receipts[call.which]);
    let cursor = &side(4).cursors[call.which % 3];
    let page = if call.foreign & 8 == 0 { "/hello" } else { "https://other.example/hello" };
    let mut person = Person { origin: None, ..world.server.visitor().on(world.here.site) };
    person.bearer = [None, Some(receipt.clone()), Some(side(2).token.clone()), Some("nonsense".into())][call.bearer].clone();
    let site = world.here.site;
    let form = |address: String, fields: &[(&str, &str)]| person.form(&address, fields);
    match call.kind {
        0 => person.ask("GET", &format!("/thread?page={page}&cursor={cursor}"), None),
        1 => person.ask("GET", &format!("/thread?page={page}"), None),
        2 => person.ask("GET", &format!("/comments/{id}"), None),
        3 => person.ask("PATCH", &format!("/comments/{id}"), Some(json!({"text": "heron edited"}))),
        4 => person.ask("GET", "/comments?limit=100", None),
        5 => person.ask("GET", &format!("/comments?cursor={cursor}"), None),
        6 => person.ask("GET", "/rules", None),
        7 => person.ask("POST", &format!("/comments/{id}/hold"), None),
        8 => person.ask("POST", &format!("/comments/{id}/approve"), None),
        9 => person.ask("POST", &format!("/comments/{id}/pin"), None),
        10 => person.ask("POST", "/comments", Some(json!({"page": page, "text": "heron", "parent": id, "as": receipt}))),
        11 => person.ask(
            "POST",
            "/comments",
            Some(json!({"page": page, "text": "heron", "key": format!("bittern-key-0123456789-{}", call.which)})),
        ),
        12 => person.get(&format!("/w/{site}/thread?page={page}&cursor={cursor}")),
        13 => person.get(&format!("/w/{site}/thread?page={page}&around={id}")),
        14 => form(format!("/w/{site}/mine"), &[("page", page), ("receipts", &format!("{receipt} {}", world.there.receipts[call.which]))]),
        15 => form(format!("/w/{site}/note/{id}/edit"), &[("receipt", receipt), ("text", "heron form")]),
        16 => form(format!("/w/{site}/note"), &[("page", page), ("text", "heron"), ("parent", id), ("as", receipt)]),
        17 => person.get(&format!("/t/{site}?page={page}&reply={id}&cursor={cursor}")),
        18 => person.get(&format!("/t/{site}?page={page}&around={id}")),
        19 => person.get(&format!("/t/{site}/own/{receipt}")),
        20 => form(format!("/t/{site}/own/{receipt}"), &[("do", "edit"), ("text", "heron page")]),
        21 => person.get(&format!("/feed/{site}.{}?page={page}", if call.which.is_multiple_of(2) { "atom" } else { "json" })),
        22 => person.get(&format!("/t/{site}")),
        23 => person.get(&format!("/feed/{site}.{}?root={id}", if call.which.is_multiple_of(2) { "atom" } else { "json" })),
        24 => form(format!("/w/{site}/follow"), &[("page", page), ("kind", "answers"), ("receipt", receipt), ("email", "a@example.org")]),
        25 => form(format!("/w/{site}/note/{id}/helped"), &[("receipt", receipt), ("value", "1")]),
        26 => form(format!("/t/{site}/own/{receipt}"), &[("do", "helped"), ("answer", id)]),
        _ => person.ask("POST", "/pages/open", Some(json!({"page": page}))),
    }
}

/// What the first site may never be told. A call that named an id or receipt itself may hear it again.
fn told_of(other: &Tenant, call: &Call, reply: &Reply) -> Option<String> {
    let body = &reply.body;
    let named = other
        .ids
        .iter()
        .filter(|id| **id != other.ids[call.which])
        .find(|id| body.contains(&format!("\"{id}\"")) || body.contains(&format!("comment-{id}\"")));
    named.cloned().or_else(|| body.contains(other.canary).then(|| other.canary.to_owned()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn t25_no_word_and_no_id_of_one_site_is_in_an_answer_to_another(calls in proptest::collection::vec(calls(), 1..8)) {
        let world = world();
        for call in &calls {
            let reply = make(world, call);
            prop_assert!(reply.status < 500, "{:?}: {} {}", call, reply.status, reply.body);
            let told = told_of(&world.there, call, &reply);
            prop_assert!(told.is_none(), "{:?} tells {:?}: {}", call, told, reply.body);
            if call.foreign & 1 == 1 && [2, 3, 7, 8, 9].contains(&call.kind) && call.bearer != 2 {
                prop_assert!([401, 403, 404].contains(&reply.status), "{:?}: {}", call, reply.status);
            }
        }
    }
}

#[test]
fn t25_whatever_was_called_the_other_site_is_as_it_was() {
    let world = world();
    for kind in 0..28 {
        for foreign in 0..16 {
            for bearer in 0..4 {
                make(world, &Call { kind, which: foreign as usize % 8, foreign, bearer });
            }
        }
    }
    let there = Person { origin: None, ..world.server.visitor().on(OTHER) };
    let listed = there.with_bearer(&world.there.token).ask("GET", "/comments?limit=100", None).json();
    let listed = listed["comments"].as_array().expect("comments");
    assert_eq!(listed.len(), 9);
    assert!(
        listed
            .iter()
            .all(|comment| comment["text"].as_str().is_some_and(|text| text.starts_with("bittern")) && comment["status"] == "published")
    );
}
