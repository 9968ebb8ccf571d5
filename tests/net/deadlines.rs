//! T70 and T71: slow clients, many clients, and the end.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

use rejoinder::web::server::{Bounds, Deadlines, Listener};

use crate::harness::{LARGE_BYTES, Server, body_of, header, say, statuses};

const SHORT: Duration = Duration::from_millis(400);
/// What a busy machine may add to a deadline.
const SLACK: Duration = Duration::from_secs(5);

fn short() -> Bounds {
    let deadlines = Deadlines { head: SHORT, body: SHORT, write_stall: SHORT, idle: SHORT * 3, stop: SHORT };
    Bounds { deadlines, ..Bounds::default() }
}

fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(SHORT * 3 + SLACK)).unwrap();
    stream
}

/// What comes until the server closes, and how long that took. A connection that stays open fails the test.
fn until_closed(stream: &mut TcpStream) -> (Vec<u8>, Duration) {
    let began = Instant::now();
    let mut said = vec![];
    let mut part = [0; 65536];
    loop {
        match stream.read(&mut part) {
            Ok(0) => break,
            Ok(length) => said.extend_from_slice(&part[..length]),
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(error) => panic!("the server kept the connection: {error}"),
        }
    }
    (said, began.elapsed())
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn t70_a_hundred_stalled_clients_are_closed_in_time_and_others_do_not_notice() {
    // Connections may rest long here, so that only the deadline that is meant can end them.
    let deadlines = Deadlines { idle: Duration::from_secs(60), ..short().deadlines };
    let server = Server::start(Bounds { deadlines, ..short() }).await;
    let address = server.address;
    let stalled = blocking(move || {
        let begun = Instant::now();
        let half_heads = (0..34).map(|_| "GET / HTTP/1.1\r\nHost: a.te");
        let slow_bodies =
            (0..33).map(|_| "POST /json HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
        let never_reading = (0..33).map(|_| "GET /large HTTP/1.1\r\nHost: a.test\r\n\r\n");
        let all = half_heads.chain(slow_bodies).chain(never_reading);
        let streams = all.map(|bytes| {
            let mut stream = connect(address);
            stream.write_all(bytes.as_bytes()).unwrap();
            (stream, bytes)
        });
        (streams.collect::<Vec<_>>(), begun)
    });
    let (mut stalled, begun) = stalled.await;
    assert_eq!(body_of(&server.get("/").await), "the root", "while a hundred are stalled");
    let ended = blocking(move || {
        // A client that does not read must find its answer cut, so nobody reads before the time is over.
        std::thread::sleep((SHORT * 4 + Duration::from_secs(1)).saturating_sub(begun.elapsed()));
        stalled.iter_mut().map(|(stream, bytes)| (until_closed(stream), *bytes)).collect::<Vec<_>>()
    });
    for ((said, took), bytes) in ended.await {
        assert!(took < SLACK, "{bytes}: {took:?}");
        if bytes.starts_with("POST") {
            let said = String::from_utf8_lossy(&said);
            assert_eq!((statuses(&said), header(&said, "connection")), (vec![408], Some("close")), "{said}");
            assert!(said.contains("body_too_slow"), "{said}");
        } else if bytes.contains("large") {
            assert!(said.len() < LARGE_BYTES, "the whole answer was sent to a client that did not read");
        } else {
            assert!(said.is_empty());
        }
    }
    server.stop.cancel();
    tokio::time::timeout(SHORT + SLACK, server.task).await.expect("the server ends").unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn t70_a_head_that_drips_has_one_deadline_and_not_one_for_each_byte() {
    let server = Server::start(short()).await;
    let address = server.address;
    let took = blocking(move || {
        let mut stream = connect(address);
        let began = Instant::now();
        stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        // One byte every 50 ms would go on for a minute.
        for byte in "GET / HTTP/1.1\r\nHost: a.test\r\nX: ".bytes().chain(std::iter::repeat_n(b'a', 1200)) {
            let closed = stream.write_all(&[byte]).is_err() || matches!(stream.read(&mut [0; 16]), Ok(0));
            if closed {
                break;
            }
        }
        began.elapsed()
    });
    let took = took.await;
    assert!(took >= SHORT && took < SHORT + SLACK, "{took:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t70_a_connection_may_rest_between_requests_longer_than_a_head_may_take() {
    let server = Server::start(short()).await;
    let address = server.address;
    let (between, rest) = blocking(move || {
        let mut stream = connect(address);
        let ask = b"GET / HTTP/1.1\r\nHost: a.test\r\n\r\n";
        let mut answer = [0; 4096];
        stream.write_all(ask).unwrap();
        let first = stream.read(&mut answer).unwrap();
        std::thread::sleep(SHORT * 2);
        stream.write_all(ask).unwrap();
        let second = stream.read(&mut answer).unwrap();
        ((first, second), until_closed(&mut stream).1)
    })
    .await;
    assert!(between.0 > 0 && between.1 > 0, "both requests were answered");
    assert!(rest >= SHORT * 2 && rest < SHORT * 3 + SLACK, "{rest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t70_a_client_that_reads_slowly_but_reads_gets_its_whole_answer() {
    let server = Server::start(short()).await;
    let address = server.address;
    let length = blocking(move || {
        let mut stream = connect(address);
        stream.write_all(b"GET /large HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n").unwrap();
        let mut part = vec![0; 4 * 1024 * 1024];
        let mut length = 0;
        loop {
            // Longer in all than the deadline, never as long at a time.
            std::thread::sleep(SHORT / 4);
            match stream.read(&mut part) {
                Ok(0) => break length,
                Ok(more) => length += more,
                Err(error) => panic!("after {length} bytes: {error}"),
            }
        }
    });
    assert!(length.await > LARGE_BYTES);
}

#[tokio::test(flavor = "multi_thread")]
async fn t70_the_word_to_stop_lets_requests_end_and_cuts_those_that_do_not() {
    let server = Server::start(short()).await;
    let address = server.address;
    let open = |path: &'static str| {
        blocking(move || {
            let mut stream = connect(address);
            stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: a.test\r\n\r\n").as_bytes()).unwrap();
            stream
        })
    };
    // The one that waits comes first: by the time the other has its head, both are being answered.
    let _waiting = open("/waiting").await;
    let (mut events, _silent) = (open("/events").await, blocking(move || connect(address)).await);
    let head = blocking(move || {
        let mut part = [0; 4096];
        let length = events.read(&mut part).unwrap();
        (events, String::from_utf8_lossy(&part[..length]).into_owned())
    });
    let (mut events, head) = head.await;
    assert!(head.contains("text/event-stream"), "{head}");
    let began = Instant::now();
    server.stop.cancel();
    let (rest, took) = blocking(move || until_closed(&mut events)).await;
    assert!(String::from_utf8_lossy(&rest).ends_with("0\r\n\r\n"), "a stream of events ends cleanly");
    assert!(took < SHORT + SLACK, "{took:?}");
    tokio::time::timeout(SHORT + SLACK, server.task).await.expect("the server ends").unwrap();
    assert!(began.elapsed() >= SHORT, "the request that was being answered had its time");
    assert!(blocking(move || TcpStream::connect(address)).await.is_err(), "nobody listens any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn t71_connections_over_the_cap_are_refused_at_once_and_places_come_back() {
    let server = Server::start(Bounds { connections_max: 3, ..Bounds::default() }).await;
    let address = server.address;
    let held = blocking(move || (0..3).map(|_| connect(address)).collect::<Vec<_>>()).await;
    let mut refused = String::new();
    // The server may not have taken all three yet when the fourth comes.
    for _ in 0..50 {
        refused = blocking(move || say(address, b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")).await;
        if statuses(&refused) == [503] {
            break;
        }
    }
    assert_eq!((statuses(&refused), header(&refused, "retry-after")), (vec![503], Some("5")), "{refused}");
    assert!(body_of(&refused).contains("\"code\":\"busy\""), "{refused}");
    drop(held);
    let mut again = String::new();
    for _ in 0..50 {
        again = server.get("/").await;
        if body_of(&again) == "the root" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no place came back: {again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn t71_one_client_has_a_share_unless_it_is_a_trusted_proxy() {
    let bounds = Bounds { connections_per_client_max: 2, ..Bounds::default() };
    let strict = Server::start(bounds.clone()).await;
    let address = strict.address;
    let _held = blocking(move || [connect(address), connect(address)]).await;
    let mut refused = false;
    for _ in 0..50 {
        refused |= statuses(&strict.get("/").await) == [503];
    }
    assert!(refused);
    let trusting = Server::start(Bounds { trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()], ..bounds }).await;
    let address = trusting.address;
    let _held = blocking(move || (0..10).map(|_| connect(address)).collect::<Vec<_>>()).await;
    assert_eq!(body_of(&trusting.get("/").await), "the root");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unix_socket_serves_replaces_a_dead_one_and_is_removed_at_the_end() {
    use std::os::unix::net::UnixStream;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("socket");
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let listener = Listener::bind_unix(&path).unwrap();
    assert!(Listener::bind_unix(&path).is_err(), "a socket that answers is not taken away");
    let stop = tokio_util::sync::CancellationToken::new();
    let service = warp::service(warp::Filter::boxed(warp::Filter::map(warp::any(), || warp::reply::Reply::into_response("over unix"))));
    let task = tokio::spawn(rejoinder::web::server::run(listener, service, Bounds::default(), stop.clone()));
    let asked = path.clone();
    let said = blocking(move || {
        let mut stream = UnixStream::connect(asked).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n").unwrap();
        let mut said = String::new();
        stream.read_to_string(&mut said).unwrap();
        said
    });
    assert_eq!(body_of(&said.await), "over unix");
    stop.cancel();
    task.await.unwrap();
    assert!(!path.exists());
}
