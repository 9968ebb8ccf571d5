//! House rules of the engine's source.

use std::{fs, path::Path};

/// Every Rust file of the engine without its unit tests.
fn sources() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let files = |folder: &Path| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let all = [files(&folder), files(&folder.join("sqlite"))].concat();
    let sources: Vec<_> = all
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap().to_owned();
            (path.file_name().unwrap().to_string_lossy().into_owned(), code)
        })
        .collect();
    assert!(sources.len() > 15);
    sources
}

/// What stands between quotes, over lines; the engine has no quotes inside its texts but in `format!`.
fn texts(code: &str) -> impl Iterator<Item = &str> {
    code.split('"').skip(1).step_by(2)
}

fn is_sql(text: &str) -> bool {
    ["select ", "insert into ", "update ", "delete from ", "with ", "pragma "].iter().any(|verb| text.trim_start().starts_with(verb))
}

#[test]
fn t67_no_sql_is_put_together_at_run_time() {
    let mut queries = 0;
    for (name, code) in sources() {
        for text in texts(&code).filter(|text| is_sql(text)) {
            queries += 1;
            assert!(!text.contains(['{', '}']), "{name}: {text}");
        }
        for (at, _) in code.match_indices("format!(").chain(code.match_indices("concat!(")).chain(code.match_indices("push_str(")) {
            let text = code[at..].split('"').nth(1).unwrap_or_default();
            assert!(!is_sql(text), "{name} formats SQL: {text}");
        }
    }
    assert!(queries > 80, "{queries} queries were found");
}

#[test]
fn t25_every_query_for_what_sites_own_names_the_site_or_the_page() {
    let owned = [
        "comment",
        "page",
        "page_address",
        "author",
        "identity",
        "submission",
        "lesson",
        "staff_name",
        "account_site",
        "webhook",
        "report",
        "staff_notice",
    ];
    // These look through the whole file on purpose.
    let whole_file = ["check.rs", "ids.rs", "upkeep.rs"];
    let mut seen = 0;
    for (name, code) in sources().into_iter().filter(|(name, _)| !whole_file.contains(&name.as_str())) {
        for text in texts(&code).filter(|text| is_sql(text)) {
            let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
            let touches = words.windows(2).any(|pair| ["from", "join", "update", "into"].contains(&pair[0]) && owned.contains(&pair[1]));
            if touches {
                seen += 1;
                let bound = text.contains("site_id") || text.contains("page_id = ?1") || text.contains("where account_id = ?1");
                assert!(bound, "{name}: {text}");
            }
        }
    }
    assert!(seen > 30, "{seen} queries were looked at");
}
