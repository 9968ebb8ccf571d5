//! The repository as the tests of its own rules read it: files by folder.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file of the repository. `path` is relative to its root, with `/` between the parts.
pub struct File {
    pub path: String,
    pub text: String,
}

/// All files below `folder` whose names end like this, in the order of their paths.
pub fn files(folder: &str, ending: &str) -> Vec<File> {
    let mut found = vec![];
    walk(&root().join(folder), &mut |path| {
        let path = path.strip_prefix(root()).expect("walk stays below the root").to_str().expect("our paths are UTF-8");
        if path.ends_with(ending) {
            found.push(path.to_owned());
        }
    });
    found.sort();
    found.into_iter().map(|path| File { text: read(&path), path }).collect()
}

/// A file that the repository must have.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn walk(folder: &Path, see: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            if !is_foreign(&path) {
                walk(&path, see);
            }
        } else {
            see(&path);
        }
    }
}

/// What lies in the folder without being part of the repository.
pub fn is_foreign(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    matches!(name, "target" | "node_modules" | "rejoinder-data" | ".git")
}
