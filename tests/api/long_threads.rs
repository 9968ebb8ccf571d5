//! T74: threads far longer than anybody reads.

use std::collections::BTreeSet;
use std::sync::Mutex;

use rejoinder::actions::{self, Accepted, Sent};
use rejoinder::app::Visitor;
use rejoinder::model::{PageAsked, Submission};
use serde_json::Value;

use crate::harness::{Person, TestServer, start};

const ANSWER_PACKED_BYTES_MAX: usize = 64 * 1024;

fn send(server: &TestServer, page: &str, parent: Option<&str>, text: String) -> Accepted {
    let submission = Submission {
        page: PageAsked { page: Some(page.into()), url: None },
        parent: parent.map(str::to_owned),
        name: Some("Grace".into()),
        text: Some(text),
        ..Submission::default()
    };
    let sent = Sent { submission, ..Sent::default() };
    actions::submit_comment(&server.app, &Visitor::default(), &server.site(), sent).expect("a comment")
}

/// Writes with many hands, so that one sync of the disk serves many comments.
fn write_many(count: usize, write: impl Fn(usize) + Sync) {
    let next = Mutex::new(0);
    let take = || {
        let mut next = next.lock().expect("no hand failed");
        *next += 1;
        *next - 1
    };
    std::thread::scope(|scope| {
        for _ in 0..32 {
            scope.spawn(|| {
                loop {
                    match take() {
                        n if n < count => write(n),
                        _ => return,
                    }
                }
            });
        }
    });
}

/// Reads a page by its cursors and gives back every id in the order it came, with the longest answer in bytes as sent.
fn read_whole(reader: &Person, page: &str, sort: &str) -> (Vec<String>, usize) {
    let mut to_do = vec![format!("/api/v1/sites/blog/thread?page={page}&sort={sort}&limit=100")];
    let (mut ids, mut longest) = (vec![], 0);
    while let Some(address) = to_do.pop() {
        let answer = reader.get(&address).json();
        longest = longest.max(packed_bytes(reader, &address));
        let mut go_on = |cursor: &Value| {
            if let Some(cursor) = cursor.as_str() {
                to_do.push(format!("/api/v1/sites/blog/thread?page={page}&cursor={cursor}"));
            }
        };
        go_on(&answer["next"]);
        for comment in answer["comments"].as_array().expect("comments") {
            ids.push(comment["id"].as_str().expect("an id").to_owned());
            go_on(&comment["more"]);
        }
    }
    (ids, longest)
}

/// What goes over the wire to a browser, which asks for a packed answer.
fn packed_bytes(reader: &Person, address: &str) -> usize {
    reader.get_bytes(address, &[("accept-encoding", "gzip")]).len()
}

#[test]
fn t74_a_long_thread_is_read_to_its_end_and_each_comment_once() {
    let server = start();
    let reader = server.visitor();
    let roots = Mutex::new(vec![]);
    write_many(2_000, |n| {
        let accepted = send(&server, "/long", None, format!("root {n} of a long thread"));
        roots.lock().unwrap().push(accepted.comment.id.to_string());
    });
    let roots = roots.into_inner().unwrap();
    // One root has more replies than one answer holds, the others a few each.
    write_many(8_000, |n| {
        let parent = if n < 1_000 { &roots[7] } else { &roots[n % roots.len()] };
        send(&server, "/long", Some(parent), format!("reply {n}"));
    });
    assert_eq!(reader.thread("/long")["page"]["total"], 10_000);
    for sort in ["oldest", "newest"] {
        let (ids, longest) = read_whole(&reader, "/long", sort);
        assert_eq!((ids.len(), ids.iter().collect::<BTreeSet<_>>().len()), (10_000, 10_000), "{sort}");
        assert!(longest <= ANSWER_PACKED_BYTES_MAX, "{longest}");
    }
    let whole = "/w/blog/thread?page=/long";
    for address in
        [whole.to_owned(), format!("{whole}&around={}", roots[1_999]), format!("{whole}&around={}", roots[7]), "/feed/blog.atom".into()]
    {
        assert!(packed_bytes(&reader, &address) <= ANSWER_PACKED_BYTES_MAX, "{address}");
    }
    // This one holds a secret and is never packed.
    assert!(packed_bytes(&reader, "/t/blog?page=/long") <= 4 * ANSWER_PACKED_BYTES_MAX);
    let feed = reader.get("/feed/blog.json?page=/long").json();
    assert_eq!(feed["items"].as_array().map(Vec::len), Some(50));
}

#[test]
fn t74_a_chain_of_answers_is_read_from_anywhere_and_taken_back_from_its_middle() {
    let server = start();
    let reader = server.visitor();
    let mut chain: Vec<Accepted> = vec![];
    for n in 0..1_000 {
        let parent = chain.last().map(|accepted| accepted.comment.id.to_string());
        chain.push(send(&server, "/chain", parent.as_deref(), format!("link {n}")));
    }
    let (ids, longest) = read_whole(&reader, "/chain", "oldest");
    let expected: Vec<String> = chain.iter().map(|accepted| accepted.comment.id.to_string()).collect();
    assert_eq!(ids, expected);
    assert!(longest <= ANSWER_PACKED_BYTES_MAX, "{longest}");
    for n in [0, 1, 11, 12, 13, 500, 999] {
        let id = &expected[n];
        for address in [format!("/w/blog/thread?page=/chain&around={id}"), format!("/t/blog?page=/chain&around={id}")] {
            let reply = reader.get(&address);
            assert!(reply.status == 200 && reply.body.contains(&format!("link {n}<")), "{address}: {}", reply.status);
        }
        let true_parent = reader.ask("GET", &format!("/comments/{id}"), None).json()["comment"]["parent"].clone();
        assert_eq!(true_parent.as_str(), n.checked_sub(1).map(|before| expected[before].as_str()));
    }
    let middle = &chain[500];
    let author = reader.with_bearer(&middle.receipt);
    assert_eq!(author.ask("DELETE", &format!("/comments/{}", expected[500]), None).status, 200);
    assert_eq!(reader.thread("/chain")["page"]["total"], 999);
    assert_eq!(read_whole(&reader, "/chain", "oldest").0, expected, "its place stays, because answers stand below it");
    let last = reader.with_bearer(&chain[999].receipt);
    last.ask("DELETE", &format!("/comments/{}", expected[999]), None);
    assert_eq!(read_whole(&reader, "/chain", "oldest").0, expected[..999]);
    assert!(reader.get("/feed/blog.atom").body.contains("link 998") && !reader.get("/feed/blog.atom").body.contains("link 999"));
    assert_eq!(server.app.store.check().unwrap().problems, Vec::<String>::new());
}

#[test]
fn t74_answers_stay_small_however_long_their_comments_are() {
    let server = start();
    let reader = server.visitor();
    // Letters of four bytes that do not repeat pack worst.
    let long = |seed: u64| {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut letter = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            char::from_u32(0x2_0000 + (state >> 20) as u32 % 0xa000).expect("a letter")
        };
        (0..10_000).map(|_| letter()).collect::<String>()
    };
    let root = send(&server, "/heavy", None, long(1)).comment.id.to_string();
    let mut ids = vec![root.clone()];
    for n in 2..30 {
        ids.push(send(&server, "/heavy", Some(&root), long(n)).comment.id.to_string());
    }
    let mut deep = ids[1].clone();
    for n in 30..42 {
        deep = send(&server, "/heavy", Some(&deep), long(n)).comment.id.to_string();
        ids.push(deep.clone());
    }
    for n in 42..60 {
        ids.push(send(&server, "/heavy", None, long(n)).comment.id.to_string());
    }
    let (read, longest) = read_whole(&reader, "/heavy", "oldest");
    assert_eq!((read.len(), read.iter().collect::<BTreeSet<_>>()), (ids.len(), ids.iter().collect()));
    // An answer holds at least one root with a reply, whatever their size.
    let two_comments = 2 * 40_000 + 4_000;
    assert!(longest <= two_comments, "{longest}");
    // A link to a comment shows all of its ancestors, of which there are twelve at most, and little more.
    for (id, comments) in [(&root, 4), (&ids[1], 4), (&ids[20], 4), (&deep, 14)] {
        let bytes = packed_bytes(&reader, &format!("/w/blog/thread?page=/heavy&around={id}"));
        assert!(bytes <= comments * 40_000 && bytes > 20_000, "{bytes}");
    }
}
