//! Where the test data beside the checkout lies.

use std::path::PathBuf;

/// The folder that holds `corpora/`; `None`, with one line said, when it is not there. With `CI=true` it must be.
pub fn corpora() -> Option<PathBuf> {
    let root = std::env::var_os("REJOINDER_CORPORA").map_or_else(|| PathBuf::from("../shared"), PathBuf::from);
    let folder = root.join("corpora");
    if folder.is_dir() {
        return Some(folder);
    }
    let said = format!("left out: there are no corpora at {} (set REJOINDER_CORPORA)", folder.display());
    assert!(std::env::var("CI").as_deref() != Ok("true"), "{said}");
    eprintln!("{said}");
    None
}
