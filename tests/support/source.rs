//! The repository as the tests of its own rules read it: files by folder, and Rust code without comments and texts.

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

/// The folders directly below this one, by name; none where there is no such folder.
pub fn folders(folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return vec![] };
    let entries = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir() && !is_foreign(path));
    let mut names: Vec<String> = entries.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
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
fn is_foreign(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    matches!(name, "target" | "node_modules" | "rejoinder-data" | ".git")
}

/// Rust code with comments and the content of texts taken out; line breaks stay.
pub fn code_of(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < bytes.len() {
        let rest = &text[at..];
        let skipped = comment(rest).or_else(|| raw_text(rest, code.chars().last())).or_else(|| plain_text(rest)).or_else(|| letter(rest));
        if let Some(length) = skipped {
            code.push(' ');
            code.extend(rest[..length].chars().filter(|c| *c == '\n'));
            at += length;
        } else {
            let c = rest.chars().next().expect("at is before the end");
            code.push(c);
            at += c.len_utf8();
        }
    }
    code
}

fn comment(rest: &str) -> Option<usize> {
    if rest.starts_with("//") {
        return Some(rest.find('\n').unwrap_or(rest.len()));
    }
    rest.strip_prefix("/*").map(|inner| inner.find("*/").map_or(rest.len(), |end| end + 4))
}

fn plain_text(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('"')?;
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return Some(at + 2),
            _ => {}
        }
    }
    Some(rest.len())
}

fn raw_text(rest: &str, before: Option<char>) -> Option<usize> {
    let inner = rest.strip_prefix('r').filter(|_| !before.is_some_and(|c| c.is_alphanumeric() && c != 'b' || c == '_'))?;
    let marks = inner.len() - inner.trim_start_matches('#').len();
    inner[marks..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(marks));
    let from = 1 + marks + 1;
    Some(rest[from..].find(&end).map_or(rest.len(), |at| from + at + end.len()))
}

/// A `char`, so that a quotation mark in one begins no text. A lifetime has no second apostrophe that near.
fn letter(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if let Some(escape) = inner.strip_prefix('\\') {
        return escape.char_indices().skip(1).find(|(_, c)| *c == '\'').map(|(at, _)| at + 3);
    }
    let first = inner.chars().next()?;
    inner[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}

/// Every place where this name stands as a whole word, as what follows it.
pub fn after_word<'a>(code: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
    code.match_indices(name).filter_map(move |(at, _)| {
        let joined = |c: char| c.is_alphanumeric() || c == '_';
        let rest = &code[at + name.len()..];
        (!code[..at].ends_with(joined) && !rest.starts_with(joined)).then_some(rest)
    })
}
