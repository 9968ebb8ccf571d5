//! What we ship of others (T91): where it comes from, under which licence, and not below the versions that closed
//! known holes.

use std::{collections::BTreeMap, process::Command};

use serde_json::Value;

/// Licences that may stand in this program. Of a choice (`OR`) one is enough, of a sum (`AND`) all are needed.
const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// The first versions without a known hole, where an earlier one had one.
const FLOORS: &[(&str, &str)] = &[
    ("ammonia", "4.2.4"),
    ("quick-xml", "0.41.0"),
    ("rusqlite", "0.40.1"),
    ("h2", "0.4.16"),
    ("crossbeam-epoch", "0.9.20"),
    ("rustls", "0.23.45"),
];

/// Never, at any version: timing of its private keys is not constant.
const REFUSED: &[&str] = &["rsa", "openssl", "openssl-sys"];

/// Everything that is used on this platform, tests included, as `cargo metadata` tells it.
fn packages() -> Vec<Value> {
    let rustc = Command::new("rustc").arg("-vV").output().expect("rustc runs");
    let about = String::from_utf8_lossy(&rustc.stdout).into_owned();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version", "1", "--filter-platform", host, "--manifest-path"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let packages = metadata["packages"].as_array().expect("packages").clone();
    assert!(packages.len() > 100, "only {} packages were found", packages.len());
    packages
}

/// Name, version and source of everything in the lock file, for every platform. Our own has no source.
fn locked() -> Vec<(String, String, Option<String>)> {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).expect("our lock file");
    let field = |part: &str, name: &str| {
        let line = part.lines().find_map(|line| line.strip_prefix(&format!("{name} = \"")));
        line.map(|value| value.trim_end_matches('"').to_owned())
    };
    let parts = lock.split("[[package]]").skip(1);
    let locked: Vec<_> = parts
        .map(|part| (field(part, "name").expect("a name"), field(part, "version").expect("a version"), field(part, "source")))
        .collect();
    assert!(locked.len() > 100, "only {} packages were found", locked.len());
    locked
}

fn text<'a>(package: &'a Value, field: &str) -> &'a str {
    package[field].as_str().unwrap_or_default()
}

/// True when an SPDX expression allows use under licences of the list.
fn allows(expression: &str) -> bool {
    // An old way to write OR.
    let expression = expression.replace('/', " OR ");
    let (allowed, rest) = any_of(&words(&expression), 0);
    allowed && rest == words(&expression).len()
}

fn words(expression: &str) -> Vec<String> {
    expression.replace('(', " ( ").replace(')', " ) ").split_whitespace().map(str::to_owned).collect()
}

fn any_of(words: &[String], at: usize) -> (bool, usize) {
    let (mut allowed, mut at) = all_of(words, at);
    while words.get(at).is_some_and(|word| word == "OR") {
        let (also, next) = all_of(words, at + 1);
        (allowed, at) = (allowed | also, next);
    }
    (allowed, at)
}

fn all_of(words: &[String], at: usize) -> (bool, usize) {
    let (mut allowed, mut at) = one(words, at);
    while words.get(at).is_some_and(|word| word == "AND") {
        let (also, next) = one(words, at + 1);
        (allowed, at) = (allowed & also, next);
    }
    (allowed, at)
}

fn one(words: &[String], at: usize) -> (bool, usize) {
    let Some(name) = words.get(at) else { return (false, at) };
    if name == "(" {
        let (allowed, end) = any_of(words, at + 1);
        return (allowed && words.get(end).is_some_and(|word| word == ")"), end + 1);
    }
    match (words.get(at + 1).map(String::as_str), words.get(at + 2)) {
        (Some("WITH"), Some(exception)) => {
            (LICENCES.contains(&format!("{name} WITH {exception}").as_str()) || LICENCES.contains(&name.as_str()), at + 3)
        }
        _ => (LICENCES.contains(&name.as_str()), at + 1),
    }
}

#[test]
fn t91_every_licence_may_stand_in_this_program() {
    let packages = packages();
    let foreign = packages.iter().filter(|package| !allows(text(package, "license")));
    let foreign: Vec<String> =
        foreign.map(|package| format!("{} {}: {:?}", text(package, "name"), text(package, "version"), text(package, "license"))).collect();
    assert!(foreign.is_empty(), "licences outside the list: {foreign:#?}");
}

#[test]
fn t91_everything_comes_from_the_registry_or_from_here() {
    for (name, version, source) in locked() {
        match source {
            Some(source) => assert!(source.starts_with("registry+"), "{name} {version} comes from {source}"),
            None => assert_eq!(name, "rejoinder", "{name} {version} comes from a folder"),
        }
    }
}

#[test]
fn t91_no_version_lies_below_its_floor() {
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, version, _) in locked() {
        versions.entry(name).or_default().push(version);
    }
    for (name, floor) in FLOORS {
        for version in versions.get(*name).into_iter().flatten() {
            assert!(numbers(version) >= numbers(floor), "{name} {version} is below {floor}");
        }
    }
    for needed in ["ammonia", "quick-xml", "rusqlite", "crossbeam-epoch"] {
        assert!(versions.contains_key(needed), "{needed} is not there; the list of floors is out of date");
    }
    for name in REFUSED {
        assert!(!versions.contains_key(*name), "{name} came in");
    }
}

fn numbers(version: &str) -> Vec<u64> {
    let plain = version.split(['-', '+']).next().unwrap_or_default();
    plain.split('.').map(|part| part.parse().unwrap_or_else(|_| panic!("{version} is no version"))).collect()
}

#[test]
fn t91_our_own_code_forbids_unsafe() {
    let manifest = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("our manifest");
    assert!(manifest.contains("unsafe_code = \"forbid\""), "Cargo.toml does not forbid unsafe code");
}

#[test]
fn expressions_of_licences_are_read_as_they_mean() {
    for (expression, expected) in [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("GPL-3.0-only", false),
        ("GPL-3.0-only OR MIT", true),
        ("MIT AND GPL-3.0-only", false),
        ("(MIT OR GPL-3.0-only) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("(MIT", false),
        ("MIT GPL-3.0-only", false),
        ("", false),
    ] {
        assert_eq!(allows(expression), expected, "{expression:?}");
    }
    assert!(numbers("0.9.20") > numbers("0.9.3") && numbers("4.2.4") >= numbers("4.2.4"));
}
