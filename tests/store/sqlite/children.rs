//! Child processes: the test program run again for one test, told by its environment that it is the child.

use std::{
    env,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

const FOLDER: &str = "REJOINDER_TEST_CHILD";
const ORDER: &str = "REJOINDER_TEST_ORDER";

/// A command that runs `test` as a child which finds its work in `folder` and does what `order` says.
pub fn child(test: &str, folder: &Path, order: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args([test, "--exact", "--nocapture", "--test-threads=1"]).env(FOLDER, folder).env(ORDER, order);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// In a child: where to work, and what to do there.
pub fn order() -> Option<(PathBuf, String)> {
    Some((env::var_os(FOLDER)?.into(), env::var(ORDER).unwrap()))
}

/// How often something is done: `usual` times, unless the environment asks for the full size.
pub fn times(variable: &str, usual: usize) -> usize {
    env::var(variable).map_or(usual, |value| value.parse().unwrap_or_else(|_| panic!("{variable} is a number")))
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, end: usize) -> usize {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % end
    }
}
