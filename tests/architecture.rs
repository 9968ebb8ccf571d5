//! The shape of the code: which way dependencies point, where each library lives, and how files look.
//! A new arrow or home is a design decision: change the table here and ARCHITECTURE.md in a commit of their own.

use std::{collections::BTreeSet, fs};

#[path = "support/code.rs"]
mod code;
#[path = "support/source.rs"]
mod source;

use code::{after_word, code_of};
use source::{File, files, is_foreign, read, root};

/// Who may name what of this crate. Every place may name itself; a star stands for everything.
const ARROWS: &str = "
    model         -
    clock         model
    secrets       model
    config        model
    markup        model
    render        model error
    store         model
    store/sqlite  model store
    error         model store
    notify        model markup config render secrets error
    limits        model clock config error
    app           model store clock limits secrets config error
    actions       model store app markup limits secrets error
    delivery      model app store actions notify error
    web           model app actions render secrets config error store
    serve         *
    cli           *
    main          *
    lib           *
";

/// Where one file breaks the table, what it names, and why that is better than the alternatives.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("src/web/demo/seed.rs", "markup", "the demo's first thread is written with times of its own, which no action allows"),
    (
        "src/web/admin/webhook_list.rs",
        "notify",
        "an owner's webhook is checked and given its secret by the rules of whoever makes the calls",
    ),
    ("src/web/admin/mail_check.rs", "notify", "what keeps mail from arriving is found by whoever sends it, and shown as it was found"),
];

/// The only homes of what should not spread. Places and words; a word counts wherever it stands as a whole.
const HOMES: &str = "
    markup           ammonia:: pulldown_cmark:: linkify::
    store/sqlite     rusqlite::
    web serve        warp::
    web              hyper:: hyper_util:: tower:: listenfd:: quick_xml:: brotli:: flate2::
    limits           governor::
    clock            SystemTime::now Timestamp::now Zoned::now
    app              spawn_blocking
    actions          argon2::
    render web notify  handlebars::
    notify           lettre:: reqwest:: rustls:: rustls_native_certs:: webpki_roots:: hickory_resolver::
    secrets          hmac::
    secrets store/sqlite  getrandom::
    config           toml:: env::var env::var_os env::vars env::vars_os
    cli config       clap::
    serve            sd_notify::
";

const LINES_MAX: usize = 600;

fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).filter(|words| !words.is_empty())
}

/// The place of a file below `src`: its module at the top, or the storage engine.
fn place_of(path: &str) -> String {
    let inside = path.strip_prefix("src/").unwrap_or(path);
    if inside.starts_with("store/sqlite") {
        return "store/sqlite".into();
    }
    inside.split('/').next().unwrap_or_default().trim_end_matches(".rs").into()
}

/// What a `crate::…` path names, as a place.
fn named(rest: &str) -> String {
    let path: String = rest.chars().take_while(|c| c.is_alphanumeric() || matches!(c, '_' | ':')).collect();
    if path.starts_with("store::sqlite") { "store/sqlite".into() } else { path.split(':').next().unwrap_or_default().into() }
}

/// The code of a file without its tests, which may use more than the product does.
fn product<'a>(file: &File, code: &'a str) -> &'a str {
    if file.path.ends_with("/tests.rs") { "" } else { code.split("mod tests {").next().unwrap_or_default() }
}

fn report(rule: &str, breaches: &BTreeSet<String>) {
    assert!(breaches.is_empty(), "{rule}\n  {}", breaches.iter().cloned().collect::<Vec<_>>().join("\n  "));
}

fn check_sources(rule: &str, breach: impl Fn(&File, &str) -> Vec<String>) {
    let sources = files("src", ".rs");
    assert!(sources.len() > 40, "only {} files were found below src", sources.len());
    let found = sources.iter().flat_map(|file| {
        let code = code_of(&file.text);
        breach(file, &code).into_iter().map(|what| format!("{}: {what}", file.path)).collect::<Vec<_>>()
    });
    report(rule, &found.collect());
}

#[test]
fn dependencies_point_one_way() {
    check_sources("a layer names what it must not know", |file, code| {
        let place = place_of(&file.path);
        let row = rows(ARROWS).find(|row| row[0] == place);
        let Some(row) = row else { return vec![format!("the table of arrows has no line for {place}")] };
        let excepted = |other: &str| EXCEPTIONS.iter().any(|(path, name, _)| *path == file.path && *name == other);
        let may = |other: &str| row[1..].contains(&"*") || other == place || row[1..].contains(&other) || excepted(other);
        let others = after_word(code, "crate").filter_map(|rest| rest.strip_prefix("::")).map(named);
        // A name at the top is a macro, or a constant of the map itself.
        others.filter(|other| !other.is_empty() && !may(other)).map(|other| format!("{place} names {other}")).collect()
    });
}

#[test]
fn every_exception_is_still_needed_and_gives_its_reason() {
    for (path, name, reason) in EXCEPTIONS {
        let code = code_of(&read(path));
        let names: Vec<String> = after_word(&code, "crate").filter_map(|rest| rest.strip_prefix("::")).map(named).collect();
        assert!(names.iter().any(|own| own == name) && reason.len() > 20, "{path} no longer names {name}");
    }
}

#[test]
fn uses_of_one_module_stand_together_and_those_of_two_apart() {
    check_sources("write one `use crate::…` for each module", |_, code| {
        let braces = after_word(code, "crate").filter(|rest| rest.starts_with("::{"));
        braces.map(|_| "crate::{…} hides which modules are named".to_owned()).collect()
    });
}

#[test]
fn super_never_leads_past_the_table_of_arrows() {
    check_sources("name other modules by crate::…", |file, code| {
        let product = product(file, code);
        let own = file.path.strip_prefix("src/").unwrap_or_default().trim_end_matches("/mod.rs").trim_end_matches(".rs");
        let at_top = !own.contains('/');
        let mut breaches = vec![];
        if product.contains("super::super::") {
            breaches.push("super::super:: climbs out of its folder".to_owned());
        }
        if at_top && after_word(product, "super").any(|rest| rest.starts_with("::")) {
            breaches.push("super:: of a module at the top is the whole crate".to_owned());
        }
        breaches
    });
}

#[test]
fn each_library_is_named_in_its_home_alone() {
    check_sources("a library is named outside its home", |file, code| {
        let place = place_of(&file.path);
        let code = product(file, code);
        let mut breaches = vec![];
        for row in rows(HOMES) {
            let is_word = |word: &&str| word.contains("::") || *word == "spawn_blocking";
            let homes: Vec<&str> = row.iter().copied().filter(|word| !is_word(word)).collect();
            if homes.contains(&place.as_str()) {
                continue;
            }
            let words = row.iter().copied().filter(is_word);
            let used = words
                .filter(|word| after_word(code, word.trim_end_matches(':')).any(|rest| !word.ends_with(':') || rest.starts_with("::")));
            breaches.extend(used.map(|word| format!("{word} belongs to {}", homes.join(" and "))));
        }
        breaches
    });
}

#[test]
fn every_home_is_used_and_every_place_exists() {
    let sources = files("src", ".rs");
    for row in rows(ARROWS) {
        assert!(sources.iter().any(|file| place_of(&file.path) == row[0]), "the table of arrows names {}, which is not there", row[0]);
    }
    for library in [
        "ammonia",
        "pulldown_cmark",
        "rusqlite",
        "warp",
        "governor",
        "handlebars",
        "argon2",
        "hmac",
        "lettre",
        "reqwest",
        "rustls",
        "hickory_resolver",
    ] {
        let used = sources.iter().any(|file| after_word(&code_of(&file.text), library).any(|rest| rest.starts_with("::")));
        assert!(used, "{library} is not used, or not found by this test");
    }
}

#[test]
fn every_rust_file_says_first_what_lives_there() {
    let mut breaches = BTreeSet::new();
    for file in ["src", "tests", "benches", "examples", "fuzz"].iter().flat_map(|folder| files(folder, ".rs")) {
        let first = file.text.lines().next().unwrap_or_default();
        if first.strip_prefix("//! ").is_none_or(|said| said.len() <= 10) {
            breaches.insert(format!("{}: {first:?}", file.path));
        }
    }
    report("begin each file with `//!` and a sentence", &breaches);
}

#[test]
fn no_file_holds_two_topics() {
    let all = ["src", "tests", "widget/src", "widget/test", "script"].iter().flat_map(|folder| files(folder, ""));
    let code = all.filter(|file| [".rs", ".ts", ".js", ".mjs", ".hbs", ".css", ".sql"].iter().any(|ending| file.path.ends_with(ending)));
    let long =
        code.filter(|file| file.text.lines().count() > LINES_MAX).map(|file| format!("{}: {} lines", file.path, file.text.lines().count()));
    report("past 600 lines there are two topics in a file", &long.collect());
}

#[test]
fn a_folder_has_its_module_in_mod_rs() {
    let mut breaches = BTreeSet::new();
    check_folder("src", &mut breaches);
    report("a folder's parent module is its mod.rs", &breaches);
}

/// The folders directly below this one, by name; none where there is no such folder.
fn folders(folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(root().join(folder)) else { return vec![] };
    let entries = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir() && !is_foreign(path));
    let mut names: Vec<String> = entries.map(|path| path.file_name().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

fn check_folder(folder: &str, breaches: &mut BTreeSet<String>) {
    for name in folders(folder) {
        let inside = format!("{folder}/{name}");
        let holds_code = files(&inside, ".rs").iter().any(|file| file.path.rsplit_once('/').is_some_and(|(parent, _)| parent == inside));
        if holds_code && !root().join(&inside).join("mod.rs").exists() {
            breaches.insert(format!("{inside} has no mod.rs"));
        }
        if holds_code && root().join(format!("{inside}.rs")).exists() {
            breaches.insert(format!("{inside}.rs stands beside its folder"));
        }
        check_folder(&inside, breaches);
    }
}

#[test]
fn nothing_is_filed_under_no_topic() {
    let vague = ["utils", "util", "common", "helpers", "helper", "types", "misc", "shared"];
    let all = ["src", "tests", "widget"].iter().flat_map(|folder| files(folder, ""));
    let parts = all.flat_map(|file| {
        let vague_parts: Vec<String> =
            file.path.split('/').filter(|part| vague.contains(&part.split('.').next().unwrap_or(part))).map(str::to_owned).collect();
        vague_parts.into_iter().map(move |part| format!("{}: {part}", file.path)).collect::<Vec<_>>()
    });
    report("name a module after its topic", &parts.collect());
}

#[test]
fn no_test_is_skipped_and_nothing_is_left_to_do() {
    let mut breaches = BTreeSet::new();
    for file in ["src", "tests"].iter().flat_map(|folder| files(folder, ".rs")) {
        let code = code_of(&file.text);
        for word in ["#[ignore", "todo!(", "unimplemented!(", "dbg!(", "#[allow("] {
            if code.contains(word) {
                breaches.insert(format!("{}: {word}…", file.path));
            }
        }
    }
    report("write `#[expect(…, reason = …)]`, finish it, or leave it out", &breaches);
}

#[test]
fn rules_are_never_told_by_a_bare_true_or_false() {
    check_sources("two functions or an enum instead of a bool parameter", |file, code| {
        if !["model", "actions", "secrets"].contains(&place_of(&file.path).as_str()) {
            return vec![];
        }
        let functions = after_word(code, "pub fn").map(|rest| rest.split(['{', ';']).next().unwrap_or_default().trim());
        let parameters = functions.map(|head| head.split("->").next().unwrap_or_default());
        parameters.filter(|head| head.contains(": bool")).map(|head| head.lines().next().unwrap_or_default().to_owned()).collect()
    });
}

#[test]
fn the_map_names_every_folder_and_the_same_arrows() {
    let map = read("ARCHITECTURE.md");
    let mut breaches = BTreeSet::new();
    for top in ["src", "widget", "tests", "benches", "script", "docs", "deploy"] {
        for name in std::iter::once(String::new()).chain(folders(top)) {
            let path = if name.is_empty() { format!("{top}/") } else { format!("{top}/{name}/") };
            if !map.contains(&format!("`{path}`")) {
                breaches.insert(format!("the folder `{path}`"));
            }
        }
    }
    for row in rows(ARROWS).filter(|row| row[1] != "*") {
        let names = if row[1] == "-" { "–".to_owned() } else { row[1..].join(", ") };
        if !map.contains(&format!("| `{}` | {names} |", row[0])) {
            breaches.insert(format!("the arrow line | `{}` | {names} |", row[0]));
        }
    }
    for file in files("src", ".rs").iter().filter(|file| file.path.matches('/').count() == 1) {
        if !map.contains(&format!("`{}`", file.path)) {
            breaches.insert(format!("the file `{}`", file.path));
        }
    }
    report("ARCHITECTURE.md does not name", &breaches);
}

#[test]
fn every_invariant_of_the_map_names_tests_that_exist() {
    let map = read("ARCHITECTURE.md");
    let table = map.split_once("## Invariants").expect("the map has invariants").1;
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| what")).collect();
    assert!(rows.len() >= 10, "only {} invariants", rows.len());
    let all = ["src", "tests", "widget"].iter().flat_map(|folder| files(folder, ""));
    let all: String = all.map(|file| file.text).collect();
    let mut breaches = BTreeSet::new();
    for row in rows {
        let guards: Vec<&str> = row.rsplit('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2).collect();
        if guards.is_empty() {
            breaches.insert(format!("no test is named: {row}"));
        }
        breaches
            .extend(guards.iter().filter(|guard| !all.contains(&format!("fn {guard}("))).map(|guard| format!("there is no test {guard}")));
    }
    report("an invariant is as good as its test", &breaches);
}

/// The tests above see what they claim to see.
#[test]
fn comments_and_texts_are_no_code() {
    let code =
        code_of("let a = \"warp::x \\\" //\"; // warp::y\nlet b = r#\"warp::\"# + 'w' + '\"'; /* warp:: */ fn f<'a>(x: &'a warp::Z) {}");
    assert_eq!(after_word(&code, "warp").count(), 1, "{code}");
    assert_eq!(code.lines().count(), 2);
    assert_eq!(after_word("hyper::a hyper_util::b", "hyper").count(), 1);
    assert_eq!((named("::store::sqlite::X".trim_start_matches(':')), named("store::Error")), ("store/sqlite".into(), "store".into()));
    assert_eq!(
        (place_of("src/store/sqlite/rows.rs"), place_of("src/clock.rs"), place_of("src/web/api/mod.rs")),
        ("store/sqlite".into(), "clock".into(), "web".into())
    );
}
