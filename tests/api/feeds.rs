//! Feeds as feed readers see them: of a site, a page, and a comment with everything below it. The foreign parser reads
//! Atom only; JSON Feed is held against it.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use rejoinder::model::Scope;
use serde_json::{Value, json};

use crate::harness::{Person, Reply, start};
use crate::python::python;

/// What a foreign parser makes of an Atom feed.
fn parsed(python: &std::path::Path, feed: &Reply) -> Value {
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/api/read_feed.py"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
    child.stdin.take().expect("piped").write_all(feed.body.as_bytes()).expect("python reads");
    let output = child.wait_with_output().expect("python ends");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// A thread of three levels with its neighbour; the ids of the comments, parents first.
fn thread(visitor: &Person) -> [String; 4] {
    let named = |parent: Option<&str>, text: &str| {
        let body = json!({"page": "/hello", "title": "Fish & <chips>", "parent": parent, "name": "Ada <b>", "text": text});
        visitor.ask("POST", "/comments", Some(body)).id()
    };
    let root = named(None, "the root & *more*");
    let below = named(Some(&root), "one below");
    let deeper = named(Some(&below), "two below \u{1}]]>");
    let beside = named(None, "a root beside it");
    [root, below, deeper, beside]
}

/// Ids of the comments of a JSON Feed, as it lists them.
fn items(feed: &Value) -> Vec<String> {
    let last = |item: &Value| item["url"].as_str().and_then(|url| url.rsplit('/').next()).unwrap_or_default().to_owned();
    feed["items"].as_array().expect("items").iter().map(last).collect()
}

#[test]
fn a_feed_of_a_comment_holds_it_and_everything_below_newest_first() {
    let server = start();
    let visitor = server.visitor();
    let [root, below, deeper, beside] = thread(&visitor);
    let of = |id: &str| items(&visitor.get(&format!("/feed/blog.json?root={id}")).json());
    assert_eq!(of(&root), [deeper.clone(), below.clone(), root.clone()]);
    assert_eq!(of(&below), [deeper.clone(), below.clone()]);
    assert_eq!((of(&deeper), of(&beside)), (vec![deeper.clone()], vec![beside.clone()]));
    let feed = visitor.get(&format!("/feed/blog.json?root={below}")).json();
    assert_eq!(feed["title"], "Answers to Ada <b> on Fish & <chips>");
    assert_eq!(feed["feed_url"], format!("{}/feed/blog.json?root={below}", server.base));
    for wrong in ["1", "x", "-1", "99999999999999999999"] {
        assert_eq!(visitor.get(&format!("/feed/blog.atom?root={wrong}")).brief(), "404 comment_unknown", "{wrong}");
    }
    // An empty place is named by nobody, and what stands below it is read all the same.
    server.token(Scope::Moderate).ask("POST", &format!("/comments/{below}/remove"), None);
    let feed = visitor.get(&format!("/feed/blog.json?root={below}")).json();
    assert_eq!((&feed["title"], items(&feed)), (&json!("Answers on Fish & <chips>"), vec![deeper.clone()]));
    server.token(Scope::Moderate).ask("POST", &format!("/comments/{beside}/spam"), None);
    assert_eq!(visitor.get(&format!("/feed/blog.atom?root={beside}")).brief(), "404 comment_unknown");
}

#[test]
fn a_feed_of_a_comment_reaches_below_the_depth_that_is_drawn_and_ends_after_fifty() {
    let server = start();
    let visitor = server.visitor();
    let mut chain = vec![visitor.submit("/hello", "0").id()];
    for n in 1..70 {
        chain.push(visitor.reply("/hello", chain.last().unwrap(), &n.to_string()).id());
    }
    let newest: Vec<String> = chain.iter().rev().cloned().collect();
    let of = |id: &str| items(&visitor.get(&format!("/feed/blog.json?root={id}")).json());
    for at in [0, 5, 11, 12, 13, 30, 69] {
        let expected: Vec<String> = newest.iter().take((70 - at).min(50)).cloned().collect();
        assert_eq!(of(&chain[at]), expected, "below {at}");
    }
}

#[test]
fn an_unchanged_feed_is_not_sent_again() {
    let server = start();
    let visitor = server.visitor();
    let [root, ..] = thread(&visitor);
    for feed in ["/feed/blog.atom".to_owned(), "/feed/blog.json?page=/hello".into(), format!("/feed/blog.atom?root={root}")] {
        let first = visitor.get(&feed);
        let tag = first.header("etag").to_owned();
        assert!(first.status == 200 && tag.len() > 8, "{feed}: {tag}");
        let again = |tag: &str| visitor.send_bytes("GET", &feed, None, &[("if-none-match", tag)]);
        let unchanged = again(&tag);
        assert_eq!((unchanged.status, unchanged.body.as_str(), unchanged.header("etag")), (304, "", tag.as_str()), "{feed}");
        assert_eq!(again("\"other\"").status, 200);
        visitor.reply("/hello", &root, "one more");
        let changed = again(&tag);
        assert!(changed.status == 200 && changed.header("etag") != tag && changed.body.contains("one more"), "{feed}");
    }
}

#[test]
fn feed_readers_understand_every_feed() {
    let Some(python) = python("feeds") else { return };
    let server = start();
    let visitor = server.visitor();
    let [root, below, deeper, beside] = thread(&visitor);
    for (asked, ids) in [
        ("", vec![&beside, &deeper, &below, &root]),
        ("?page=%2Fhello", vec![&beside, &deeper, &below, &root]),
        (&*format!("?root={root}"), vec![&deeper, &below, &root]),
        ("?page=%2Fempty", vec![]),
    ] {
        let address = format!("/feed/blog.atom{asked}");
        let atom = parsed(&python, &visitor.get(&address));
        assert_eq!((&atom["bozo"], &atom["version"]), (&json!(0), &json!("atom10")), "{address}: {atom}");
        assert_eq!(atom["self"], format!("{}{address}", server.base));
        let links: Vec<String> = ids.iter().map(|id| format!("{}/go/{id}", server.base)).collect();
        let found: Vec<&str> = atom["entries"].as_array().unwrap().iter().map(|entry| entry["link"].as_str().unwrap()).collect();
        assert_eq!(found, links, "{address}");

        let json = visitor.get(&format!("/feed/blog.json{asked}"));
        let json_feed = json.json();
        assert_eq!(json_feed["feed_url"], format!("{}/feed/blog.json{asked}", server.base));
        assert_eq!(json_feed["version"], "https://jsonfeed.org/version/1.1");
        let entries = json_feed["items"].as_array().unwrap();
        // What version 1.1 demands, in the types that it names.
        let is_text = |value: &Value| value.as_str().is_some_and(|text| !text.is_empty());
        assert!(is_text(&json_feed["title"]) && entries.iter().all(|entry| is_text(&entry["id"]) && is_text(&entry["content_html"])));
        let ids_of = |entries: &[Value], name: &str| entries.iter().map(|entry| entry[name].clone()).collect::<Vec<_>>();
        assert_eq!(ids_of(entries, "id"), ids_of(atom["entries"].as_array().unwrap(), "id"), "both kinds name a comment alike");
    }
}
