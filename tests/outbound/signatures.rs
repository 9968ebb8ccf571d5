//! T61: the receiver of `docs/webhooks.md`, exactly as it stands there, with the verifier of the standard's own authors.

use std::{
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, ChildStdout, Command, Stdio},
};

use rejoinder::{
    clock::Clock,
    model::{CommentId, Status, Template, Timestamp},
    notify::webhook::{Call, Event, Kind, Secret, Subject, Target, compose, write},
};

fn root() -> PathBuf {
    env!("CARGO_MANIFEST_DIR").into()
}

/// The Python of `script/test`, which has the verifier. Without it the test says so; with `CI=true` that is a failure.
fn python() -> Option<PathBuf> {
    let python = root().join("target/python/bin/python");
    let has_verifier = || Command::new(&python).args(["-c", "import standardwebhooks"]).output();
    if has_verifier().is_ok_and(|output| output.status.success()) {
        return Some(python);
    }
    assert_ne!(env::var("CI").as_deref(), Ok("true"), "standardwebhooks is not in target/python; run script/test");
    println!("signatures: left out, standardwebhooks is not in target/python; run script/test");
    None
}

/// The first block of Python in the document.
fn sample() -> String {
    let document = fs::read_to_string(root().join("docs/webhooks.md")).unwrap();
    let (_, rest) = document.split_once("```python\n").expect("the document has a receiver in Python");
    rest.split_once("```").unwrap().0.to_owned()
}

struct Receiver {
    address: String,
    child: Child,
    /// Held, because a program whose output nobody takes ends.
    _printed: BufReader<ChildStdout>,
    _folder: tempfile::TempDir,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // It runs until it is told to end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Receiver {
    fn start(python: &PathBuf, secret: &Secret) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("receiver.py");
        fs::write(&script, sample()).unwrap();
        let mut child = Command::new(python)
            .arg("-u")
            .arg(script)
            .current_dir(folder.path())
            .env("WEBHOOK_SECRET", secret.reveal())
            .env("PORT", "0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut printed = BufReader::new(child.stdout.take().unwrap());
        printed.read_line(&mut said).unwrap();
        let port = said.trim().rsplit(' ').next().unwrap().to_owned();
        Self { address: format!("http://127.0.0.1:{port}/"), child, _printed: printed, _folder: folder }
    }

    fn answer(&self, call: &Call) -> u16 {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let request = call.headers.iter().fold(agent.post(&self.address), |request, (name, value)| request.header(name, value));
        request.send(&call.body[..]).unwrap().status().as_u16()
    }
}

fn event() -> Event {
    Event {
        kind: Kind::Published,
        at: Timestamp(1_795_428_000_000),
        site: "demo".into(),
        page_url: "https://blog.example/hello/".into(),
        page_title: "Hé, “hello”".into(),
        comment: Subject {
            id: CommentId(81),
            parent: None,
            name: Some("Ada".into()),
            website: None,
            badge: None,
            text: "Grüße &amp; \u{1f600}\n<b>".into(),
            html: "<p>Grüße</p>".into(),
            status: Status::Published,
            created_at: Timestamp(1_795_428_000_000),
            url: "https://comments.example/go/81".into(),
        },
    }
}

fn call(secrets: &[&Secret], id: &str, at: Timestamp) -> Call {
    let secrets = secrets.iter().map(|secret| (*secret).clone()).collect();
    let target = Target { url: String::new(), template: Template::Standard, secrets };
    compose(&target, id, at, write(Template::Standard, &event()))
}

#[test]
fn t61_a_receiver_takes_a_true_call_once_and_no_changed_old_or_repeated_one() {
    let Some(python) = python() else { return };
    let (own, other, now) = (Secret::random(), Secret::random(), Clock::System.now());
    let receiver = Receiver::start(&python, &own);
    assert_eq!(receiver.answer(&call(&[&own], "msg_1", now)), 204);
    assert_eq!(receiver.answer(&call(&[&own], "msg_1", now.plus_seconds(1))), 409, "told again");
    let mut changed = call(&[&own], "msg_2", now);
    *changed.body.last_mut().unwrap() = b' ';
    assert_eq!(receiver.answer(&changed), 401, "another body");
    let mut renamed = call(&[&own], "msg_2", now);
    renamed.headers.iter_mut().find(|(name, _)| name == "webhook-id").unwrap().1 = "msg_3".into();
    assert_eq!(receiver.answer(&renamed), 401, "another id");
    assert_eq!(receiver.answer(&call(&[&own], "msg_2", now.minus_seconds(301))), 401, "too old");
    assert_eq!(receiver.answer(&call(&[&own], "msg_2", now.plus_seconds(310))), 401, "from the future");
    assert_eq!(receiver.answer(&call(&[&other], "msg_2", now)), 401, "another secret");
    assert_eq!(receiver.answer(&call(&[&own], "msg_2", now)), 204, "a refused call uses up no id");
}

#[test]
fn t61_while_a_secret_is_rotated_both_are_taken_and_then_the_new_one_alone() {
    let Some(python) = python() else { return };
    let (old, new, now) = (Secret::random(), Secret::random(), Clock::System.now());
    let (with_old, with_new) = (Receiver::start(&python, &old), Receiver::start(&python, &new));
    let overlap = call(&[&new, &old], "msg_1", now);
    assert_eq!((with_old.answer(&overlap), with_new.answer(&overlap)), (204, 204));
    let after = call(&[&new], "msg_2", now);
    assert_eq!((with_old.answer(&after), with_new.answer(&after)), (401, 204));
}
