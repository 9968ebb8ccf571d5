//! A server that takes webhooks, keeps what it got, and answers as told.

use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
    thread,
};

use serde_json::{Value, json};

use crate::harness::TestServer;
use crate::python::python;

/// A call as it arrived.
#[derive(Clone, Debug)]
pub struct Got {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Got {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }
}

pub struct Receiver {
    pub port: u16,
    status: Arc<AtomicU16>,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (status, got) = (Arc::new(AtomicU16::new(204)), Arc::<Mutex<Vec<Got>>>::default());
        let (told, kept) = (status.clone(), got.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                let call = read(&stream);
                kept.lock().unwrap().push(call);
                answer(stream, told.load(Ordering::SeqCst));
            }
        });
        Self { port, status, got }
    }

    /// Every answer from now on has that status.
    pub fn answer(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// What came since it was asked last, in the order of identifiers.
    pub fn take(&self) -> Vec<Got> {
        let mut got = std::mem::take(&mut *self.got.lock().unwrap());
        got.sort_by_key(|call| call.headers.get("webhook-id").cloned());
        got
    }
}

fn read(stream: &TcpStream) -> Got {
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    stream.read_line(&mut line).unwrap();
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        stream.read_line(&mut line).unwrap();
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers["content-length"].parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    Got { path, headers, body: String::from_utf8(body).unwrap() }
}

fn answer(mut stream: TcpStream, status: u16) {
    let said = format!("as told: {status}");
    let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", said.len()) };
    let body = if status == 204 { "" } else { &said };
    write!(stream, "HTTP/1.1 {status} As told\r\nConnection: close\r\n{length}\r\n{body}").unwrap();
}

/// Whether the calls are true ones for a receiver with this secret. `None` without the Python that can tell.
pub fn verify(server: &TestServer, secret: &str, calls: &[Got]) -> Option<Vec<bool>> {
    let python = python("webhooks")?;
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/notices/verify.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut asks = child.stdin.take().unwrap();
    for call in calls {
        let line = json!({"secret": secret, "now": server.app.now().seconds(), "headers": call.headers, "body": call.body});
        writeln!(asks, "{line}").unwrap();
    }
    drop(asks);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "verify.py ended with {}", output.status);
    Some(String::from_utf8(output.stdout).unwrap().lines().map(|line| line == "true").collect())
}
