//! Where the shared test data lies, and how its files are read.

use std::{env, fs, path::PathBuf};

/// The folder with the shared test data: `REJOINDER_CORPORA`, or `../shared` beside the checkout. Without it a suite
/// says that it was left out; where `CI=true` that is a failure.
pub fn corpora(suite: &str) -> Option<PathBuf> {
    let named = env::var_os("REJOINDER_CORPORA").map(PathBuf::from);
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared");
    let folder = named.unwrap_or_else(beside).join("corpora");
    if folder.is_dir() {
        return Some(folder);
    }
    assert_ne!(env::var("CI").as_deref(), Ok("true"), "{suite}: no test data in {}; set REJOINDER_CORPORA", folder.display());
    println!("{suite}: left out, there is no test data in {}", folder.display());
    None
}

/// The lines of a JSON Lines file below the corpora. Lone surrogates, which no Rust text can hold, become U+FFFD.
pub fn json_lines(folder: &std::path::Path, file: &str) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
    text.lines().filter(|line| !line.trim().is_empty()).map(|line| parse(line).unwrap_or_else(|error| panic!("{file}: {error}"))).collect()
}

fn parse(line: &str) -> serde_json::Result<serde_json::Value> {
    serde_json::from_str(line).or_else(|_| serde_json::from_str(&without_lone_surrogates(line)))
}

fn without_lone_surrogates(line: &str) -> String {
    let is_half = |at: usize, low: bool| {
        let unit =
            line.get(at..at + 6).filter(|escape| escape.starts_with("\\u")).and_then(|escape| u16::from_str_radix(&escape[2..], 16).ok());
        unit.is_some_and(|unit| if low { (0xdc00..0xe000).contains(&unit) } else { (0xd800..0xdc00).contains(&unit) })
    };
    let mut out = String::with_capacity(line.len());
    let mut at = 0;
    while let Some(next) = line[at..].chars().next() {
        let length = match (is_half(at, false), is_half(at, true), is_half(at + 6, true)) {
            (true, _, true) => 12,
            (true, ..) | (_, true, _) => {
                out.push_str("\\ufffd");
                at += 6;
                continue;
            }
            _ => next.len_utf8(),
        };
        out.push_str(&line[at..at + length]);
        at += length;
    }
    out
}
