//! The real program as a child process, in a folder of its own.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// Long enough for a slow machine; every wait ends by itself long before.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program with these arguments, free of settings from the surroundings, its data in `folder`.
pub fn program(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REJOINDER_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(arguments).stdin(Stdio::null());
    command
}

pub fn run(folder: &Path, arguments: &[&str]) -> Output {
    program(folder, arguments).output().expect("the program starts")
}

/// What a command printed, which must have done its work.
pub fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let said = String::from_utf8(output.stdout).expect("text");
    assert!(output.status.success(), "{arguments:?}: {said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// A running server.
pub struct Running {
    pub address: SocketAddr,
    /// What it printed until it answered.
    pub greeting: String,
    /// From the start of the process to its first answer.
    pub first_answer: Duration,
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Running {
    /// Starts the server in `folder`. Without limits where `variables` does not say otherwise.
    pub fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        (0..5).find_map(|_| Self::try_start(folder, variables)).expect("one of five free ports stays free")
    }

    /// `None` when somebody else took the port first.
    fn try_start(folder: &Path, variables: &[(&str, &str)]) -> Option<Self> {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = program(folder, &["serve", "--listen", &address.to_string()]);
        command.env("REJOINDER_LIMITS_ENABLED", "false").envs(variables.iter().copied());
        let began = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the program starts");
        let mut printed = BufReader::new(child.stdout.take().expect("its output"));
        let mut greeting = String::new();
        // The greeting ends with the script tag.
        while !greeting.contains("</script>\n") {
            if printed.read_line(&mut greeting).expect("text") == 0 {
                child.wait().expect("an end");
                return None;
            }
        }
        let mut running = Self { address, greeting, first_answer: Duration::ZERO, child };
        while began.elapsed() < PATIENCE {
            if running.get("/readyz").is_some_and(|(status, _)| status == 200) {
                running.first_answer = began.elapsed();
                return Some(running);
            }
        }
        panic!("the server does not answer: {}", running.greeting)
    }

    /// SIGKILL: nothing can be finished.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("an end");
    }

    /// SIGTERM, and how it ended.
    pub fn stop(mut self) -> bool {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill is there");
        assert!(sent.success());
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        false
    }

    pub fn get(&self, address: &str) -> Option<(u16, String)> {
        exchange(self.address, &request("GET", address, None))
    }

    pub fn post_json(&self, address: &str, body: &str) -> Option<(u16, String)> {
        exchange(self.address, &request("POST", address, Some(body)))
    }
}

/// A request on a connection of its own.
pub fn request(method: &str, address: &str, json: Option<&str>) -> Vec<u8> {
    let head = format!("{method} {address} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    match json {
        Some(body) => format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        None => format!("{head}\r\n"),
    }
    .into_bytes()
}

/// Status and body of the whole answer; `None` when the connection broke before its end.
pub fn exchange(address: SocketAddr, request: &[u8]) -> Option<(u16, String)> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(request).ok()?;
    let mut answer = vec![];
    stream.read_to_end(&mut answer).ok()?;
    let answer = String::from_utf8(answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.to_lowercase().split_once("content-length: ").and_then(|(_, rest)| rest.lines().next()?.trim().parse::<usize>().ok());
    (length.is_none_or(|length| length == body.len())).then(|| (status, body.to_owned()))
}
