//! The Python that `script/test` keeps for the tests, with what `tests/requirements.txt` names.

use std::{env, path::PathBuf};

/// Its path. Without it a suite says that it was left out; where `CI=true` that is a failure.
pub fn python(suite: &str) -> Option<PathBuf> {
    let python = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/python/bin/python");
    if python.exists() {
        return Some(python);
    }
    assert_ne!(env::var("CI").as_deref(), Ok("true"), "{suite}: there is no {}; script/test makes it", python.display());
    println!("{suite}: left out, script/test makes the Python it needs");
    None
}
