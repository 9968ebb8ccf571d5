//! Measures the real program on this machine and prints one table. Every claim is a ratio of two rows of one run,
//! or a size; times stand beside them as notes. `script/bench` builds what is needed and calls this.

use std::{
    collections::HashSet,
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

mod notices;

/// How much slower each sync of a file becomes in the rows that say so.
const SLOW_SYNC_MS: u32 = 5;

fn main() {
    let seconds = std::env::var("REJOINDER_BENCH_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(5);
    let time = Duration::from_secs(seconds);
    let mut rows = Vec::new();
    rows.extend(measure_start());
    rows.extend(measure_writes(time));
    rows.extend(notices::measure(time));
    // What a hundredth of the submits took is known after many of them; a short run only shows that it can be measured.
    if seconds < 5 {
        rows.iter_mut().filter(|row| row.name.contains("p99")).for_each(|row| row.bar = None);
    }
    print(&rows);
    if rows.iter().any(|row| row.bar.is_some_and(|bar| !bar.holds(row.value))) {
        eprintln!("a bar does not hold");
        std::process::exit(1);
    }
}

#[derive(Clone, Copy)]
enum Bar {
    AtLeast(f64),
    AtMost(f64),
}

impl Bar {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(bar) => value >= bar,
            Self::AtMost(bar) => value <= bar,
        }
    }
}

struct Row {
    name: &'static str,
    value: f64,
    unit: &'static str,
    bar: Option<Bar>,
}

fn row(name: &'static str, value: f64, unit: &'static str) -> Row {
    Row { name, value, unit, bar: None }
}

fn print(rows: &[Row]) {
    for Row { name, value, unit, bar } in rows {
        let bar = match bar {
            Some(Bar::AtLeast(bar)) => format!("at least {bar}"),
            Some(Bar::AtMost(bar)) => format!("at most {bar}"),
            None => String::new(),
        };
        println!("{name:<48} {value:>10.1} {unit:<12} {bar}");
    }
    if let Ok(path) = std::env::var("REJOINDER_BENCH_JSON") {
        let rows: Vec<_> = rows.iter().map(|row| serde_json::json!({"name": row.name, "value": row.value, "unit": row.unit})).collect();
        fs::write(path, serde_json::to_vec_pretty(&rows).expect("plain rows")).expect("the file for the figures");
    }
}

/// Start on an existing database, and memory when nothing happens.
fn measure_start() -> Vec<Row> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    drop(Server::start(folder.path(), &[]));
    let began = Instant::now();
    let server = Server::start(folder.path(), &[]);
    let first_answer = began.elapsed();
    server.client().thread();
    let status = fs::read_to_string(format!("/proc/{}/status", server.child.id())).expect("the program's memory");
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).and_then(|rest| rest.split_whitespace().next());
    let megabytes = kilobytes.and_then(|text| text.parse::<f64>().ok()).expect("a number of kilobytes") / 1024.0;
    vec![
        row("START, existing database, to first answer", first_answer.as_secs_f64() * 1000.0, "ms"),
        Row { bar: Some(Bar::AtMost(25.0)), ..row("MEM, idle", megabytes, "MB resident") },
    ]
}

/// Durable submits of one and of 64 submitters, on a disk whose sync is slowed.
fn measure_writes(time: Duration) -> Vec<Row> {
    let (library, milliseconds) = slow_sync();
    let rate = |submitters: usize| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = Server::start(folder.path(), &[("LD_PRELOAD", &library), ("SLOW_SYNC_MS", &milliseconds)]);
        let taken = Mutex::new(HashSet::new());
        let refused = AtomicU64::new(0);
        let began = Instant::now();
        std::thread::scope(|scope| {
            for submitter in 0..submitters {
                let (server, taken, refused) = (&server, &taken, &refused);
                scope.spawn(move || {
                    let mut client = server.client();
                    let mut own = Vec::new();
                    for n in 0.. {
                        if began.elapsed() >= time {
                            break;
                        }
                        match client.submit(&format!("/page-{}", submitter % 8), &format!("comment {n} of {submitter}")) {
                            Some(id) => own.push(id),
                            None => drop(refused.fetch_add(1, Ordering::Relaxed)),
                        }
                    }
                    taken.lock().expect("no panic").extend(own);
                });
            }
        });
        let rate = taken.lock().expect("no panic").len() as f64 / began.elapsed().as_secs_f64();
        assert_eq!(refused.load(Ordering::Relaxed), 0, "no submit is refused");
        server.kill();
        let again = Server::start(folder.path(), &[]);
        let stored: HashSet<String> = again.client().all_ids(8).into_iter().collect();
        let taken = taken.into_inner().expect("no panic");
        let lost = taken.iter().filter(|id| !stored.contains(*id)).count();
        assert_eq!(lost, 0, "acknowledged comments are lost after a kill");
        rate
    };
    let (one, many) = (rate(1), rate(64));
    vec![
        row("W1, durable submits, sync +5 ms", one, "a second"),
        row("W64, durable submits, sync +5 ms", many, "a second"),
        Row { bar: Some(Bar::AtLeast(8.0)), ..row("W64 : W1, nothing lost in a kill", many / one, "times") },
    ]
}

/// The library that slows every sync, and by how much.
fn slow_sync() -> (String, String) {
    (std::env::var("REJOINDER_BENCH_SLOW_SYNC").expect("script/bench says where the slowed sync is"), SLOW_SYNC_MS.to_string())
}

/// The real program on a free port.
struct Server {
    child: Child,
    address: String,
}

impl Server {
    /// With these variables in its environment.
    fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let binary = env!("CARGO_BIN_EXE_rejoinder");
        let data = folder.join("data");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a free port").port();
        let address = format!("127.0.0.1:{port}");
        if !data.exists() {
            let add =
                Command::new(binary).args(["site", "add", "bench", "--origin", "https://bench.example", "--data"]).arg(&data).output();
            assert!(add.expect("the program runs").status.success());
        }
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", &address, "--data"]).arg(&data).env("REJOINDER_LIMITS_ENABLED", "false").stdout(Stdio::null());
        command.envs(variables.iter().copied());
        let child = command.spawn().expect("the program starts");
        let server = Self { child, address };
        let began = Instant::now();
        while TcpStream::connect(&server.address).is_err() {
            assert!(began.elapsed() < Duration::from_secs(20), "the program does not answer");
            std::thread::sleep(Duration::from_millis(1));
        }
        assert_eq!(server.client().ask("GET", "/healthz", "").0, 200);
        server
    }

    fn client(&self) -> Client {
        let stream = TcpStream::connect(&self.address).expect("a connection");
        stream.set_nodelay(true).expect("a socket option");
        Client { host: self.address.clone(), stream: BufReader::new(stream) }
    }

    fn kill(mut self) {
        self.child.kill().expect("a running program");
        self.child.wait().expect("an ended program");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have been killed before.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One connection that stays open.
struct Client {
    host: String,
    stream: BufReader<TcpStream>,
}

impl Client {
    fn ask(&mut self, method: &str, path: &str, body: &str) -> (u16, String) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).expect("a request is sent");
        let (mut line, mut status, mut length) = (String::new(), 0, 0);
        loop {
            line.clear();
            self.stream.read_line(&mut line).expect("an answer");
            let head = line.trim().to_ascii_lowercase();
            if let Some(rest) = head.strip_prefix("http/1.1 ") {
                status = rest[..3].parse().expect("a status");
            } else if let Some(rest) = head.strip_prefix("content-length:") {
                length = rest.trim().parse().expect("a length");
            } else if head.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body).expect("a whole answer");
        (status, String::from_utf8(body).expect("UTF-8"))
    }

    fn thread(&mut self) {
        assert_eq!(self.ask("GET", "/w/bench/thread?page=/page-0", "").0, 200);
    }

    /// The id of the stored comment; `None` when the server refused.
    fn submit(&mut self, page: &str, text: &str) -> Option<String> {
        let body = serde_json::json!({"page": page, "name": "Ada", "text": text}).to_string();
        let (status, answer) = self.ask("POST", "/api/v1/sites/bench/comments", &body);
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        (status == 201).then(|| answer["comment"]["id"].as_str().expect("an id").to_owned())
    }

    /// Every shown comment of the pages that submitters write to.
    fn all_ids(&mut self, pages: usize) -> Vec<String> {
        let mut ids = Vec::new();
        for page in 0..pages {
            let mut cursor = String::new();
            loop {
                let (status, answer) =
                    self.ask("GET", &format!("/api/v1/sites/bench/thread?page=/page-{page}&limit=100&cursor={cursor}"), "");
                assert_eq!(status, 200);
                let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
                ids.extend(
                    answer["comments"].as_array().expect("comments").iter().filter_map(|comment| comment["id"].as_str().map(str::to_owned)),
                );
                match answer["next"].as_str() {
                    Some(next) => cursor = next.to_owned(),
                    None => break,
                }
            }
        }
        ids
    }
}
