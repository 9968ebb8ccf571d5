//! T59: whatever readers write, this server calls nobody for it; only an owner's webhook makes it call.

use std::{collections::BTreeMap, time::Duration};

use rejoinder::{
    model::{EventKind, Template},
    notify::webhook::Secret,
    store::NewWebhook,
};
use serde_json::{Value, json};

use crate::{
    corpora::{corpora, json_lines},
    harness::{TestServer, start_with},
    namespace::{Net, inside},
};

/// Everything that a reader can put an address in, each alone and all together.
fn bodies(url: &str) -> Vec<Value> {
    let plain = json!({"page": "/hello", "name": "Ada", "text": "Hi"});
    let with = |fields: &[(&str, String)]| {
        let mut body = plain.clone();
        fields.iter().for_each(|(name, value)| body[*name] = json!(value));
        body
    };
    let text = format!("{url} <{url}> [link]({url}) ![picture]({url})\n\n<img src=\"{url}\">");
    let fields = [
        ("name", url.to_owned()),
        ("website", url.to_owned()),
        ("text", text),
        ("title", url.to_owned()),
        ("url", url.to_owned()),
        ("page", url.to_owned()),
        ("email", url.to_owned()),
        ("email", format!("ada@{}", url.split('/').nth(2).unwrap_or_default())),
    ];
    fields.iter().map(|field| with(std::slice::from_ref(field))).chain([with(&fields)]).collect()
}

/// Sends it as each interface for readers takes it, and says how many were stored.
fn post(server: &TestServer, body: &Value) -> usize {
    let visitor = server.visitor();
    let fields: Vec<(&str, &str)> =
        body.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
    let followed: Vec<_> = fields.iter().copied().chain([("follow", "thread")]).collect();
    let answers = [
        visitor.ask("POST", "/comments", Some(body.clone())),
        visitor.form("/w/blog/note", &followed),
        visitor.from(&server.base).form("/t/blog/note", &followed),
        visitor.form("/w/blog/preview", &fields),
        visitor.form("/w/blog/mine", &fields),
    ];
    answers[..3].iter().filter(|answer| [200, 201, 303].contains(&answer.status)).count()
}

/// Lets the notices' time pass until nothing is due, and gives every connection except those of the test's own client.
fn connections(server: &TestServer, net: &mut Net) -> BTreeMap<String, u64> {
    server.wait(Duration::from_secs(10));
    let began = std::time::Instant::now();
    while server.app.store.find_next_due().unwrap().is_some_and(|due| due <= server.app.now()) {
        assert!(began.elapsed() < Duration::from_secs(60), "notices are stuck");
        std::thread::sleep(Duration::from_millis(20));
    }
    let own = server.base.trim_start_matches("http://").replace(':', " ");
    net.connections().into_iter().filter(|(place, _)| *place != own).collect()
}

#[test]
fn t59_no_address_that_a_reader_writes_is_called() {
    let Some(folder) = corpora("outbound") else { return };
    inside("readers::t59_no_address_that_a_reader_writes_is_called", async |net: &mut Net| {
        let server = start_with(&[("REJOINDER_LIMITS_ENABLED", "false")]);
        let cases = json_lines(&folder, "ssrf/urls.jsonl");
        assert_eq!(cases.len(), 81);
        let mut stored = 0;
        for case in &cases {
            let url = case["url"].as_str().unwrap().split(" (").next().unwrap();
            stored += bodies(url).iter().map(|body| post(&server, body)).sum::<usize>();
            let query: String = url::form_urlencoded::byte_serialize(url.as_bytes()).collect();
            for address in ["/w/blog/thread?url=", "/t/blog?url=", "/api/v1/sites/blog/thread?url=", "/w/blog/totals?p="] {
                server.visitor().get(&format!("{address}{query}"));
            }
        }
        assert!(stored > 81 * 3, "only {stored} were stored");
        assert_eq!(connections(&server, net), [].into(), "{stored} comments were stored");
        // The same server calls whom its owner named, and the counter sees it.
        let (site, secret) = (server.site().id, Secret::random().reveal());
        let kinds = [EventKind::Published];
        let new = NewWebhook { site, url: "http://public.test/in", kinds: &kinds, template: Template::Standard, secret: &secret };
        let webhook = server.app.store.insert_webhook(&new, server.app.now()).unwrap();
        server.visitor().submit("/hello", "http://10.0.0.1/").id();
        connections(&server, net);
        let done = || server.app.store.list_calls(site, webhook.id, 1).unwrap().first().is_some_and(|call| call.done_at.is_some());
        let began = std::time::Instant::now();
        while !done() {
            assert!(began.elapsed() < Duration::from_secs(30), "the call is stuck");
            std::thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(connections(&server, net), [("93.184.215.14 80".to_owned(), 1)].into());
    });
}
