//! A client on an address of its own: `curl`, because it speaks https and chooses where it comes from.

use std::{path::PathBuf, process::Command};

use crate::run;

/// A proxy in front of the program, as clients see it.
pub struct Front {
    pub port: u16,
    /// What its certificate is checked against.
    pub authority: PathBuf,
}

pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.filter(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).next()
    }
}

impl Front {
    pub fn url(&self, path: &str) -> String {
        format!("https://comments.example:{}{path}", self.port)
    }

    /// `curl` from this address of the machine, which takes the proxy for comments.example.
    pub fn curl(&self, from: &str) -> Command {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--max-time", "20", "--interface", from, "--noproxy", "*"]);
        command.arg("--resolve").arg(format!("comments.example:{}:127.0.0.1", self.port)).arg("--cacert").arg(&self.authority);
        command
    }

    pub fn ask(&self, from: &str, path: &str, arguments: &[&str]) -> Answer {
        let mut command = self.curl(from);
        let output = command.arg("--include").args(arguments).arg(self.url(path)).output().expect("curl starts");
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
        parse(&output.stdout)
    }

    /// Submits a comment by JSON and gives back the answer.
    pub fn submit(&self, from: &str, page: &str, text: &str, arguments: &[&str]) -> Answer {
        let body = serde_json::json!({"page": page, "text": text}).to_string();
        let arguments = [&["-H", "Content-Type: application/json", "--data-binary", &body], arguments].concat();
        self.ask(from, "/api/v1/sites/blog/comments", &arguments)
    }

    /// Asks for several paths over one connection, and gives back the bodies in order.
    pub fn ask_in_a_row(&self, from: &str, requests: &[Vec<String>], folder: &std::path::Path) -> Vec<String> {
        let mut command = self.curl(from);
        for (n, arguments) in requests.iter().enumerate() {
            if n > 0 {
                command.arg("--next").args(["--silent", "--show-error", "--max-time", "20", "--interface", from, "--noproxy", "*"]);
                command.arg("--cacert").arg(&self.authority);
                command.arg("--resolve").arg(format!("comments.example:{}:127.0.0.1", self.port));
            }
            command.arg("--output").arg(folder.join(n.to_string())).args(arguments);
        }
        run(&mut command);
        (0..requests.len()).map(|n| std::fs::read_to_string(folder.join(n.to_string())).unwrap_or_default()).collect()
    }
}

fn parse(answer: &[u8]) -> Answer {
    let mut rest = answer;
    loop {
        let end = rest.windows(4).position(|window| window == b"\r\n\r\n").expect("an answer has a head") + 4;
        let head = String::from_utf8_lossy(&rest[..end]).into_owned();
        rest = &rest[end..];
        let status = head.split(' ').nth(1).and_then(|word| word.trim().parse().ok()).expect("a head has a status");
        // 100 Continue is no answer yet.
        if status >= 200 {
            return Answer { status, head, body: rest.to_vec() };
        }
    }
}
