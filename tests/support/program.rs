//! The built program on a free port of this machine, with its data in a temporary folder.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// A running server; killed when dropped.
pub struct Program {
    child: Child,
    pub folder: tempfile::TempDir,
    /// `127.0.0.1:port`, or `unix:/path`.
    pub listen: String,
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("this machine has a free port").port()
}

/// The program with this folder as its data and nothing of the surroundings' settings.
pub fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rejoinder"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REJOINDER_")) {
        command.env_remove(name);
    }
    command.current_dir(folder).arg("--data").arg(folder.join("data"));
    command
}

impl Program {
    /// Starts on a free port, with these settings as `REJOINDER_…` variables.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_at(&format!("127.0.0.1:{}", free_port()), tempfile::tempdir().expect("a temporary folder"), settings)
    }

    /// Starts there, with one site `blog` of https://blog.example, and waits until it is ready.
    pub fn start_at(listen: &str, folder: tempfile::TempDir, settings: &[(&str, &str)]) -> Self {
        let mut site = command(folder.path());
        let added = site.args(["site", "add", "blog", "--origin", "https://blog.example"]).output().expect("the program starts");
        assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
        let mut command = command(folder.path());
        command.env("REJOINDER_LISTEN", listen).envs(settings.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let (greeting, log) = (child.stdout.take().expect("piped"), child.stderr.take().expect("piped"));
        let mut program = Self { child, folder, listen: listen.to_owned() };
        // Read to the end in the background, so that a full pipe never stops the program.
        std::thread::spawn(move || BufReader::new(log).lines().map_while(Result::ok).for_each(|line| eprintln!("{line}")));
        let (told, heard) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in BufReader::new(greeting).lines().map_while(Result::ok) {
                // Nobody may be listening any more, which is fine.
                let _ = told.send(line);
            }
        });
        let until = Instant::now() + Duration::from_secs(20);
        while !program.is_listening() {
            let ended = program.child.try_wait().expect("the child can be asked");
            assert!(
                ended.is_none() && Instant::now() < until,
                "the program is not ready: {ended:?} {:?}",
                heard.try_iter().collect::<Vec<_>>()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
        program
    }

    fn is_listening(&self) -> bool {
        match self.listen.strip_prefix("unix:") {
            Some(path) => std::os::unix::net::UnixStream::connect(path).is_ok(),
            None => std::net::TcpStream::connect(&self.listen).is_ok(),
        }
    }

    /// Runs a command on the same data, beside the running server, and gives back what it printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = command(self.folder.path()).args(arguments).output().expect("the program starts");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("the program prints UTF-8")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; either way it is gone afterwards.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
