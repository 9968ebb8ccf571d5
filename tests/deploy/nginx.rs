//! nginx with the committed configuration, as an ordinary process with all its files in one folder.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
};

use crate::client::Front;
use crate::program::free_port;
use crate::recipe;
use crate::run;

pub struct Nginx {
    child: Child,
    pub front: Front,
    _folder: tempfile::TempDir,
}

impl Nginx {
    /// Starts in front of `upstream`, which is `127.0.0.1:port` or `unix:/path`. `cached` with the optional cache.
    pub fn start(upstream: &str, cached: Cached) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (port, plain_port) = (free_port(), free_port());
        make_certificate(folder.path());
        let at = folder.path().display();
        let cache = if cached == Cached::Yes { "include rejoinder_cache.conf;" } else { "# Optional: include rejoinder_cache.conf;" };
        let server = recipe(
            "nginx/rejoinder.conf",
            &[
                ("listen 80;", &format!("listen 127.0.0.1:{plain_port};")),
                ("    listen [::]:80;\n", ""),
                ("listen 443 ssl http2;", &format!("listen 127.0.0.1:{port} ssl http2;")),
                ("    listen [::]:443 ssl http2;\n", ""),
                ("/etc/letsencrypt/live/comments.example/fullchain.pem", &format!("{at}/certificate.pem")),
                ("/etc/letsencrypt/live/comments.example/privkey.pem", &format!("{at}/key.pem")),
                ("server 127.0.0.1:8080;", &format!("server {upstream};")),
                ("# Optional: include rejoinder_cache.conf;", cache),
            ],
        );
        let zone = recipe("nginx/rejoinder_cache_zone.conf", &[("/var/cache/nginx/rejoinder", &format!("{at}/cache"))]);
        let temporary: String =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].iter().map(|kind| format!("{kind}_temp_path {at}/{kind};\n")).collect();
        let whole = format!(
            "daemon off; pid {at}/pid; error_log {at}/error.log warn; worker_processes 2;\n{}\
             events {{ worker_connections 256; }}\nhttp {{ access_log off;\n{temporary}\n{zone}\n{server}\n}}\n",
            user()
        );
        fs::write(folder.path().join("nginx.conf"), whole).expect("the folder takes files");
        for name in ["rejoinder_proxy.conf", "rejoinder_cache.conf"] {
            fs::write(folder.path().join(name), recipe(&format!("nginx/{name}"), &[])).expect("the folder takes files");
        }
        run(command(folder.path()).arg("-t"));
        let child = command(folder.path()).spawn().expect("nginx starts");
        crate::proxies::wait_for(port);
        Self { child, front: Front { port, authority: folder.path().join("certificate.pem") }, _folder: folder }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cached {
    Yes,
    No,
}

/// Started by root, nginx would give its workers to another user, who cannot read the temporary folder.
fn user() -> &'static str {
    if run(Command::new("id").arg("-u")).trim() == "0" { "user root;\n" } else { "" }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(if Path::new("/usr/sbin/nginx").exists() { "/usr/sbin/nginx" } else { "nginx" });
    command.arg("-p").arg(folder).arg("-e").arg(folder.join("error.log")).arg("-c").arg(folder.join("nginx.conf"));
    command
}

fn make_certificate(folder: &Path) {
    let mut command = Command::new("openssl");
    command.args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]);
    command.args(["-subj", "/CN=comments.example", "-addext", "subjectAltName=DNS:comments.example"]);
    run(command.arg("-keyout").arg(folder.join("key.pem")).arg("-out").arg(folder.join("certificate.pem")));
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // The word to stop ends its workers too, which killing the master alone would not.
        let stopped = Command::new("kill").arg(self.child.id().to_string()).status();
        if stopped.is_err() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}
