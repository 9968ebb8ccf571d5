//! A network in which every address of the world is this machine: whoever is called by mistake answers, and is counted.

use std::{
    collections::BTreeMap,
    env, fs,
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use rejoinder::{config::AllowedServer, notify::outbound::Outbound};

use crate::{dns, server};

/// Set in the process that runs inside; holds the folder with the certificate.
const INSIDE: &str = "OUTBOUND_INSIDE";
/// The names of the server with TLS.
const SECURE_NAMES: &str = "DNS:public.test,DNS:redirect-https-http.test";

/// What the network is made and watched with.
const TOOLS: &str = "ip link set lo up && command -v mount && command -v openssl && command -v python3";
const LEFT_OUT: &str = "no network of its own can be made: that takes unshare, ip, mount, openssl and python3, and the right to use them";

/// Runs this test, named as the test harness names it, again in a network and mounts of its own, and `test` there.
pub fn inside(name: &str, test: impl AsyncFnOnce(&mut Net)) {
    if let Some(folder) = env::var_os(INSIDE) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        return runtime.block_on(async { test(&mut Net::new(&PathBuf::from(folder))).await });
    }
    if !Command::new("unshare").args(["-rnm", "sh", "-c", TOOLS]).output().is_ok_and(|output| output.status.success()) {
        assert_ne!(env::var("CI").as_deref(), Ok("true"), "{name}: {LEFT_OUT}");
        println!("{name}: left out, {LEFT_OUT}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    make_certificate(folder.path());
    let output = Command::new("unshare")
        .args(["-rnm", "--"])
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, folder.path())
        .env("SSL_CERT_FILE", folder.path().join("certificate.pem"))
        .env_remove("SSL_CERT_DIR")
        // Nobody's proxy is used: a call by way of this one would be counted as one to an address inside.
        .envs(["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy"].map(|name| (name, "http://10.0.0.9:3128")))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
}

pub struct Net {
    counter: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Drop for Net {
    fn drop(&mut self) {
        // It may have ended already, which is what is wanted.
        let _ = self.counter.kill();
        let _ = self.counter.wait();
    }
}

impl Net {
    fn new(folder: &Path) -> Self {
        run("ip", &["link", "set", "lo", "up"]);
        run("ip", &["route", "add", "local", "0.0.0.0/0", "dev", "lo"]);
        run("ip", &["-6", "route", "add", "local", "::/0", "dev", "lo"]);
        fs::write(folder.join("resolv.conf"), "nameserver 127.0.0.1\nsearch search.test\n").unwrap();
        fs::write(folder.join("hosts"), dns::HOSTS_FILE).unwrap();
        for file in ["resolv.conf", "hosts"] {
            run("mount", &["--bind", folder.join(file).to_str().unwrap(), &format!("/etc/{file}")]);
        }
        dns::start();
        server::start(folder);
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outbound/count_connections.py");
        let mut counter =
            Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python3 is there");
        let asks = counter.stdin.take().unwrap();
        let answers = BufReader::new(counter.stdout.take().unwrap());
        let mut net = Self { counter, asks, answers };
        assert_eq!(net.line(), "ready");
        net
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Connections begun so far, by address and port.
    pub fn connections(&mut self) -> BTreeMap<String, u64> {
        writeln!(self.asks).unwrap();
        let line = self.line();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    /// Those to other addresses than the public ones of the test.
    pub fn connections_inside(&mut self) -> BTreeMap<String, u64> {
        let is_public = |place: &str| dns::PUBLIC.iter().any(|address| place.split(' ').next() == Some(*address));
        self.connections().into_iter().filter(|(place, _)| !is_public(place)).collect()
    }
}

/// A client that asks the test's name server.
pub fn outbound(allow: &[&str]) -> Outbound {
    Outbound::new(&allowed(allow), Some("127.0.0.1:53".parse().unwrap()))
}

pub fn allowed(allow: &[&str]) -> Vec<AllowedServer> {
    allow.iter().map(|entry| entry.parse().unwrap()).collect()
}

fn run(program: &str, arguments: &[&str]) {
    let output = Command::new(program).args(arguments).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

fn make_certificate(folder: &Path) {
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    let names = format!("subjectAltName={SECURE_NAMES}");
    let (key, certificate) = (path("key.pem"), path("certificate.pem"));
    let mut arguments = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    arguments.extend(["-subj", "/CN=public.test", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", &names]);
    arguments.extend(["-keyout", &key, "-out", &certificate]);
    run("openssl", &arguments);
}
