//! The real program, killed and cut off: what it acknowledged is there, once.

#[path = "../support/child.rs"]
mod child;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use child::{Running, done, exchange, request};
use serde_json::{Value, json};

const COMMENTS: &str = "/api/v1/sites/blog/comments";
const WRITERS: usize = 8;

fn new_site(folder: &Path) {
    done(folder, &["site", "add", "blog", "--origin", "https://blog.example"]);
}

fn submission(key: usize) -> String {
    json!({"page": "/hello", "text": format!("comment {key}"), "key": format!("key-of-this-comment-{key:08}")}).to_string()
}

fn id_of(body: &str) -> String {
    let answer: Value = serde_json::from_str(body).expect("JSON");
    answer["comment"]["id"].as_str().expect("an id").to_owned()
}

/// Every comment of the page: its id by its text. A text that is there twice is a failure.
fn read_all(server: &Running) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let (status, body) = server.get(&format!("/api/v1/sites/blog/thread?page=/hello&limit=100&cursor={cursor}")).expect("an answer");
        assert_eq!(status, 200, "{body}");
        let answer: Value = serde_json::from_str(&body).expect("JSON");
        for comment in answer["comments"].as_array().expect("comments") {
            let (html, id) = (comment["html"].as_str().expect("HTML"), comment["id"].as_str().expect("an id"));
            let earlier = all.insert(html.replace("<p>", "").replace("</p>", ""), id.to_owned());
            assert_eq!(earlier, None, "{html} is there twice");
        }
        match answer["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return all,
        }
    }
}

/// Random enough to hit every step of a commit, and the same in every run.
fn pause(round: usize) -> Duration {
    let mixed = (round as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    Duration::from_micros(5_000 + mixed % 120_000)
}

fn from_environment(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

#[test]
fn t79_no_acknowledged_comment_is_lost_by_kills_and_none_is_there_twice() {
    let kills = from_environment("REJOINDER_PROOF_KILLS", 50);
    let folder = tempfile::tempdir().unwrap();
    new_site(folder.path());
    let (next, mut slowest) = (AtomicUsize::new(0), Duration::ZERO);
    // Ids by number, as acknowledged; and what was sent and never heard of.
    let acknowledged: Mutex<BTreeMap<usize, String>> = Mutex::default();
    let mut unsure: Vec<usize> = vec![];
    for round in 0..kills {
        let server = Running::start(folder.path(), &[]);
        slowest = slowest.max(server.first_answer);
        let again = Mutex::new(std::mem::take(&mut unsure));
        let stop = AtomicBool::new(false);
        let address = server.address;
        let left: Vec<usize> = std::thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|_| {
                    scope.spawn(|| {
                        while !stop.load(Ordering::Relaxed) {
                            let earlier = again.lock().unwrap().pop();
                            let number = earlier.unwrap_or_else(|| next.fetch_add(1, Ordering::Relaxed));
                            match exchange(address, &request("POST", COMMENTS, Some(&submission(number)))) {
                                Some((201 | 200, body)) => drop(acknowledged.lock().unwrap().insert(number, id_of(&body))),
                                Some((status, body)) => panic!("{status} {body}"),
                                None => return Some(number),
                            }
                        }
                        None
                    })
                })
                .collect();
            std::thread::sleep(pause(round));
            server.kill();
            stop.store(true, Ordering::Relaxed);
            writers.into_iter().filter_map(|writer| writer.join().unwrap()).collect()
        });
        unsure.extend(left);
        unsure.extend(again.into_inner().unwrap());
        if round % 10 == 9 {
            assert!(done(folder.path(), &["check"]).contains("No damage"));
        }
    }
    let server = Running::start(folder.path(), &[]);
    for number in &unsure {
        let (status, body) = server.post_json(COMMENTS, &submission(*number)).expect("an answer");
        assert!(matches!(status, 200 | 201), "{status} {body}");
        acknowledged.lock().unwrap().insert(*number, id_of(&body));
    }
    let (there, acknowledged) = (read_all(&server), acknowledged.into_inner().unwrap());
    println!("{kills} kills, {} comments acknowledged, slowest first answer {slowest:?}", acknowledged.len());
    assert!(acknowledged.len() > kills, "the writers wrote");
    for (number, id) in &acknowledged {
        assert_eq!(there.get(&format!("comment {number}")), Some(id), "comment {number}");
    }
    assert_eq!(there.len(), acknowledged.len(), "nothing is there that nobody sent");
    // 500 ms where nothing else runs; here other tests do.
    assert!(slowest < Duration::from_secs(10), "{slowest:?}");
    assert!(server.stop(), "a stop by SIGTERM is no failure");
    assert!(done(folder.path(), &["check"]).contains("No damage"));
}

/// Does this for each number below `count`, a few at once.
fn for_each(count: usize, act: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        for worker in 0..WRITERS {
            let act = &act;
            scope.spawn(move || (worker..count).step_by(WRITERS).for_each(act));
        }
    });
}

fn connect(server: &Running) -> TcpStream {
    let stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream
}

/// Sends it again until it is answered, as the widget does.
fn send_whole(server: &Running, number: usize) -> String {
    let (status, body) = server.post_json(COMMENTS, &submission(number)).expect("an answer");
    assert!(matches!(status, 200 | 201), "{number}: {status} {body}");
    id_of(&body)
}

#[test]
fn t84_a_request_cut_after_any_byte_and_sent_again_is_one_comment() {
    let folder = tempfile::tempdir().unwrap();
    new_site(folder.path());
    let server = Running::start(folder.path(), &[]);
    let length = request("POST", COMMENTS, Some(&submission(0))).len();
    for_each(length + 1, |bytes| {
        let whole = request("POST", COMMENTS, Some(&submission(bytes)));
        let mut stream = connect(&server);
        // The server may answer and close before the end.
        let _ = stream.write_all(&whole[..bytes]);
        if bytes % 2 == 0 {
            let _ = stream.shutdown(Shutdown::Write);
        }
        drop(stream);
        send_whole(&server, bytes);
    });
    assert_eq!(read_all(&server).len(), length + 1);
}

#[test]
fn t84_an_answer_cut_after_any_byte_and_asked_for_again_is_one_comment() {
    let folder = tempfile::tempdir().unwrap();
    new_site(folder.path());
    let server = Running::start(folder.path(), &[]);
    let mut stream = connect(&server);
    stream.write_all(&request("POST", COMMENTS, Some(&submission(9_999)))).unwrap();
    let mut answer = vec![];
    stream.read_to_end(&mut answer).unwrap();
    let ids: Mutex<BTreeSet<String>> = Mutex::default();
    for_each(answer.len() + 1, |bytes| {
        let mut stream = connect(&server);
        stream.write_all(&request("POST", COMMENTS, Some(&submission(bytes)))).unwrap();
        let mut part = vec![0; bytes];
        let mut read = 0;
        while read < bytes
            && let Ok(more @ 1..) = stream.read(&mut part[read..])
        {
            read += more;
        }
        drop(stream);
        let id = send_whole(&server, bytes);
        let said = String::from_utf8_lossy(&part[..read]);
        let named = said.split_once("\"id\":\"").and_then(|(_, rest)| rest.split_once('"'));
        assert!(named.is_none_or(|(first, _)| first == id), "{said} and then {id}");
        ids.lock().unwrap().insert(id);
    });
    assert_eq!((ids.into_inner().unwrap().len(), read_all(&server).len()), (answer.len() + 1, answer.len() + 2));
}
