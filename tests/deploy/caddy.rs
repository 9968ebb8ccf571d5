//! Caddy with the committed configuration and an authority of its own, as an ordinary process in one folder.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::client::Front;
use crate::program::free_port;
use crate::recipe;
use crate::run;

pub struct Caddy {
    child: Child,
    pub front: Front,
    _folder: tempfile::TempDir,
}

impl Caddy {
    /// Starts in front of `upstream`, which is `127.0.0.1:port` or `unix//path`.
    pub fn start(upstream: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (port, plain_port) = (free_port(), free_port());
        let at = folder.path().display();
        let site = recipe("Caddyfile", &[("reverse_proxy 127.0.0.1:8080", &format!("reverse_proxy {upstream}"))]);
        // These options stand for what only a real server has: ports below 1024 and a name that the world knows.
        let whole = format!(
            "{{\n\tadmin off\n\tlocal_certs\n\tskip_install_trust\n\tstorage file_system {at}/storage\n\
             \thttp_port {plain_port}\n\thttps_port {port}\n\tdefault_bind 127.0.0.1\n}}\n\n{site}"
        );
        let file = folder.path().join("Caddyfile");
        fs::write(&file, whole).expect("the folder takes files");
        let command = |words: &[&str]| {
            let mut command = Command::new("caddy");
            command.args(words).arg("--config").arg(&file).args(["--adapter", "caddyfile"]);
            command.env("HOME", folder.path()).env("XDG_CONFIG_HOME", folder.path()).env("XDG_DATA_HOME", folder.path());
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command
        };
        run(command(&["validate"]).stderr(Stdio::piped()));
        let child = command(&["run"]).spawn().expect("caddy starts");
        let authority = folder.path().join("storage/pki/authorities/local/root.crt");
        let until = Instant::now() + Duration::from_secs(20);
        while !authority.exists() || !folder.path().join("storage/certificates").exists() {
            assert!(Instant::now() < until, "caddy made no certificate");
            std::thread::sleep(Duration::from_millis(20));
        }
        let front = Front { port, authority };
        while !front
            .curl("127.0.0.1")
            .arg("--output")
            .arg("/dev/null")
            .arg(front.url("/healthz"))
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|s| s.success())
        {
            assert!(Instant::now() < until, "caddy does not answer");
            std::thread::sleep(Duration::from_millis(50));
        }
        Self { child, front, _folder: folder }
    }
}

impl Drop for Caddy {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
