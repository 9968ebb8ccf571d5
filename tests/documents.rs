//! What the documents say is what the program does: settings, rules, error codes, routes and links.

use std::collections::{BTreeMap, BTreeSet};

#[path = "support/program.rs"]
mod program;
#[path = "support/source.rs"]
mod source;

use rejoinder::{config::SETTINGS, error::Error, model::FieldError, model::Rules, web::reply::status_of};
use serde_json::Value;
use source::{File, files, read};

type Names = BTreeSet<String>;

/// Every address of the JSON API, the feeds and the health checks: what `openapi.json` describes.
const API: &str = "
    GET /api/v1/sites/{site}/thread
    GET /api/v1/sites/{site}/totals
    GET /api/v1/sites/{site}/comments
    POST /api/v1/sites/{site}/comments
    GET /api/v1/sites/{site}/comments/{id}
    PATCH /api/v1/sites/{site}/comments/{id}
    DELETE /api/v1/sites/{site}/comments/{id}
    POST /api/v1/sites/{site}/comments/{id}/{action}
    GET /api/v1/sites/{site}/rules
    PATCH /api/v1/sites/{site}/rules
    POST /api/v1/sites/{site}/pages/close
    POST /api/v1/sites/{site}/pages/open
    POST /api/v1/sites/{site}/pages/question
    GET /feed/{site}.atom
    GET /feed/{site}.json
    GET /healthz
    GET /readyz
";

/// What the widget and the pages without script use.
const WIDGET: &str = "
    GET /embed.js
    GET /totals.js
    GET /v/{version}/embed.js
    GET /w/{site}/thread
    GET /w/{site}/totals
    POST /w/{site}/note
    POST /w/{site}/note/{id}/edit
    POST /w/{site}/note/{id}/withdraw
    POST /w/{site}/note/{id}/report
    POST /w/{site}/note/{id}/helped
    POST /w/{site}/preview
    POST /w/{site}/mine
    POST /w/{site}/follow
    GET /t/{site}
    POST /t/{site}/note
    GET /t/{site}/own/{receipt}
    POST /t/{site}/own/{receipt}
    POST /t/{site}/follow
    GET /follow/confirm/{token}
    POST /follow/confirm/{token}
    GET /follow/stop/{token}
    POST /follow/stop/{token}
    GET /follow/all/{token}
    POST /follow/all/{token}
    GET /go/{id}
    GET /answer/{token}
    POST /answer/{token}
    GET /follow/staff/{token}
    POST /follow/staff/{token}
    GET /window/{site}/{id}
";

fn routes(tables: &[&str]) -> Names {
    tables.iter().flat_map(|table| table.lines()).map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

fn assert_same(what: &str, documented: &Names, real: &Names) {
    let missing: Vec<_> = real.difference(documented).collect();
    let invented: Vec<_> = documented.difference(real).collect();
    assert!(missing.is_empty() && invented.is_empty(), "{what}: not documented {missing:?}, documented but not there {invented:?}");
}

/// The first cell of each row of the tables below a heading, without its backticks.
fn first_cells(text: &str, heading: &str) -> BTreeMap<String, String> {
    let part = text.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("there is no heading {heading:?}")).1;
    let level = heading.split(' ').next().unwrap_or_default();
    let end = part.find(&format!("\n{level} ")).unwrap_or(part.len());
    let rows = part[..end].lines().filter(|line| line.starts_with("| `"));
    let cells =
        rows.map(|row| row.trim_matches('|').splitn(3, '|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect::<Vec<_>>());
    cells.map(|cells| (cells[0].clone(), cells.get(1).cloned().unwrap_or_default())).collect()
}

/// Every text in backticks of a document.
fn quoted(text: &str) -> Names {
    text.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2)).map(str::to_owned).collect()
}

#[test]
fn every_setting_is_documented_with_its_default() {
    let documented = first_cells(&read("docs/configuration.md"), "## Settings of the program");
    assert_same("settings", &documented.keys().cloned().collect(), &SETTINGS.iter().map(|setting| setting.name.to_owned()).collect());
    for setting in SETTINGS {
        let default = if setting.default.is_empty() { "empty" } else { setting.default };
        assert_eq!(documented[setting.name], default, "the default of {}", setting.name);
    }
}

#[test]
fn every_rule_of_a_site_is_documented_with_its_default() {
    let documented = first_cells(&read("docs/configuration.md"), "## Rules of a site");
    let real = Rules::NAMES.iter().chain(&["name", "origins"]).map(|name| (*name).to_owned()).collect();
    assert_same("rules", &documented.keys().cloned().collect(), &real);
    for name in Rules::NAMES {
        let default = Rules::default().get(name).filter(|text| !text.is_empty()).unwrap_or_else(|| "empty".into());
        assert_eq!(documented[name], default, "the default of {name}");
    }
}

#[test]
fn every_error_code_is_documented_and_every_documented_code_exists() {
    let documented: Names = first_cells(&read("docs/api.md"), "## Errors").into_keys().collect();
    assert_same("error codes", &documented, &codes_of_sources());
    let openapi: Value = serde_json::from_str(&read("docs/openapi.json")).expect("openapi.json is JSON");
    let listed = openapi["components"]["schemas"]["ErrorCode"]["enum"].as_array().expect("the codes are listed");
    assert_same("error codes of openapi.json", &listed.iter().map(|code| code.as_str().unwrap().to_owned()).collect(), &documented);
}

/// The codes that `Error::code` names, and those that field errors are made with.
fn codes_of_sources() -> Names {
    let error = read("src/error.rs");
    let table = error.split_once("fn code(").and_then(|(_, rest)| rest.split_once("\n    }\n")).expect("error.rs has its table of codes").0;
    let mut codes: Names = table.lines().filter_map(|line| line.split_once("=> \"")?.1.split('"').next().map(str::to_owned)).collect();
    assert!(codes.len() > 20, "only {codes:?} were found in error.rs");
    for file in files("src", ".rs") {
        let product = file.text.split("mod tests {").next().unwrap_or_default();
        for maker in ["FieldError::new(", "FieldError::too_long("] {
            let calls = product.split(maker).skip(1).map(str::trim_start);
            codes.extend(calls.filter_map(|call| call.strip_prefix('"')?.split('"').next().map(str::to_owned)));
        }
    }
    codes
}

#[test]
fn documented_statuses_are_the_ones_that_are_sent() {
    let documented = first_cells(&read("docs/api.md"), "## Errors");
    let known = [
        Error::SiteUnknown,
        Error::CommentUnknown,
        Error::RouteUnknown,
        Error::MethodNotAllowed,
        Error::BearerMissing,
        Error::BearerForbids,
        Error::OriginUnlisted(String::new()),
        Error::SignInNeeded,
        Error::RoleForbids,
        Error::FormTokenWrong,
        Error::SignInWrong,
        Error::SetupCodeWrong,
        Error::BodyMalformed(String::new()),
        Error::BodyTooLarge { limit: 1 },
        Error::MediaTypeWrong { expected: "" },
        Error::BodyTooSlow,
        Error::PageClosed,
        Error::ParentGone,
        Error::EditOver,
        Error::StatusForbids(""),
        Error::NameTaken,
        Error::Busy,
        Error::DiskFull(String::new()),
        Error::Internal(String::new()),
    ];
    for error in known {
        assert_eq!(documented[error.code()], status_of(&error).as_str(), "{}", error.code());
    }
    for code in ["comment_empty", "page_foreign", "limit_invalid"] {
        assert_eq!(documented[code], status_of(&Error::Field(FieldError::new(code, "x", "x"))).as_str(), "{code}");
    }
}

#[test]
fn every_route_is_documented_and_every_documented_route_is_in_the_sources() {
    let documented = quoted(&read("docs/api.md"));
    let methods = ["GET", "POST", "PATCH", "DELETE", "PUT"];
    let is_route = |text: &&String| text.split_once(" /").is_some_and(|(method, path)| methods.contains(&method) && !path.contains(' '));
    let documented: Names = documented.iter().filter(is_route).cloned().collect();
    assert_same("routes of api.md", &documented, &routes(&[API, WIDGET]));

    let shape = |path: &str| path.split('/').map(|part| if part.contains('{') { "{}" } else { part }).collect::<Vec<_>>().join("/");
    let known: Names = routes(&[API, WIDGET]).iter().filter_map(|route| route.split_once(' ')).map(|(_, path)| shape(path)).collect();
    assert_same("paths of the sources", &known, &paths_of_sources());
}

/// The paths that `warp::path!` is called with. What lies behind the desk and the demo is theirs, and the style of
/// our own pages is nobody else's.
fn paths_of_sources() -> Names {
    let mut paths = Names::new();
    let of_desk = |path: &str| path.starts_with("src/web/admin") && !path.starts_with("src/web/admin/by_link");
    let of_others = |file: &File| of_desk(&file.path) || file.path.starts_with("src/web/demo");
    for file in files("src/web", ".rs").into_iter().filter(|file| !of_others(file)) {
        let mut base = String::new();
        for call in file.text.split("path!(").skip(1) {
            let inside = call.split(')').next().unwrap_or_default();
            let parts: Vec<&str> = inside.split('/').map(str::trim).collect();
            let path: String = parts
                .iter()
                .filter(|part| **part != "..")
                .map(|part| if part.starts_with('"') { format!("/{}", part.trim_matches('"')) } else { "/{}".into() })
                .collect();
            match parts.last() {
                Some(&"..") => base = path,
                _ if parts.len() == 1 && !base.is_empty() => drop(paths.insert(format!("{base}{path}"))),
                _ => drop(paths.insert(path)),
            }
        }
    }
    paths.remove("/t/page.css");
    paths
}

#[test]
fn openapi_describes_these_routes_and_points_to_what_it_has() {
    let openapi: Value = serde_json::from_str(&read("docs/openapi.json")).expect("openapi.json is JSON");
    assert_eq!(openapi["openapi"], "3.1.0");
    let mut described = Names::new();
    let mut ids = Names::new();
    for (path, item) in openapi["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item").iter().filter(|(key, _)| *key != "parameters") {
            described.insert(format!("{} {path}", method.to_uppercase()));
            let id = operation["operationId"].as_str().unwrap_or_else(|| panic!("{method} {path} has no operationId"));
            assert!(ids.insert(id.to_owned()), "{id} is there twice");
            assert!(operation["responses"].as_object().is_some_and(|responses| !responses.is_empty()), "{id} has no responses");
            let own = [item, operation].into_iter().flat_map(|holder| holder["parameters"].as_array().into_iter().flatten());
            let own: Vec<&Value> = own.map(|parameter| parameter["$ref"].as_str().map_or(parameter, |at| resolve(&openapi, at))).collect();
            for name in path.split('{').skip(1).filter_map(|part| part.split('}').next()) {
                assert!(
                    own.iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path"),
                    "{id} does not describe {{{name}}}"
                );
            }
        }
    }
    assert_same("routes of openapi.json", &described, &routes(&[API]));
    check_references(&openapi, &openapi);
}

fn resolve<'a>(openapi: &'a Value, reference: &str) -> &'a Value {
    let target = reference.strip_prefix('#').and_then(|pointer| openapi.pointer(pointer));
    target.unwrap_or_else(|| panic!("{reference} points to nothing"))
}

fn check_references(openapi: &Value, value: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                resolve(openapi, reference);
            }
            members.values().for_each(|member| check_references(openapi, member));
        }
        Value::Array(values) => values.iter().for_each(|value| check_references(openapi, value)),
        _ => {}
    }
}

#[test]
fn t32_every_documented_route_answers_and_refuses_other_methods() {
    let server = program::Program::start(&[("REJOINDER_LIMITS_ENABLED", "false")]);
    let real = routes(&[API, WIDGET]);
    let paths: Names = real.iter().filter_map(|route| route.split_once(' ')).map(|(_, path)| path.to_owned()).collect();
    for path in &paths {
        for method in ["GET", "POST", "PATCH", "DELETE"] {
            let (status, text) = ask(&server, method, path);
            let taken = real.contains(&format!("{method} {path}"));
            assert_ne!(status, 500, "{method} {path}: {text}");
            assert_eq!(status == 405, !taken, "{method} {path}: {status} {text}");
            // A script of an unknown version is all that a route of ours may not know.
            assert!(!taken || !text.contains("\"not_found\"") || path.starts_with("/v/"), "{method} {path}: {text}");
        }
    }
    for method in ["GET", "POST"] {
        let (status, text) = ask(&server, method, "/api/v1/sites/blog/nothing");
        assert!(status == 404 && text.contains("\"not_found\""), "{method}: {status} {text}");
    }
    assert!(server.run(&["check"]).contains("No damage"));
}

/// One request with plausible values in the path and an empty body.
fn ask(server: &program::Program, method: &str, path: &str) -> (u16, String) {
    let filled = path
        .replace("{site}", "blog")
        .replace("{id}", "1")
        .replace("{action}", "approve")
        .replace("{version}", "0")
        .replace("{receipt}", "1.x")
        .replace("{token}", "1.x");
    let query = if method == "GET" && path.ends_with("/thread") { "?page=/hello/" } else { "" };
    let request = ureq::http::Request::builder().method(method).uri(format!("http://{}{filled}{query}", server.listen));
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let mut answer = agent
        .run(request.header("content-type", "application/json").body("").unwrap())
        .unwrap_or_else(|error| panic!("{method} {filled}: {error}"));
    (answer.status().as_u16(), answer.body_mut().read_to_string().unwrap_or_default())
}

fn markdown() -> Vec<File> {
    let all = files("", ".md");
    assert!(all.len() > 10, "only {} documents were found", all.len());
    all
}

/// The targets of links and pictures of a document, outside of code.
fn links(text: &str) -> Vec<String> {
    let mut in_code = false;
    let prose = text.lines().filter(|line| {
        let fence = line.trim_start().starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    });
    let pieces = prose.flat_map(|line| line.split("](").skip(1)).filter_map(|rest| rest.split(')').next());
    pieces.map(|target| target.split(' ').next().unwrap_or_default().to_owned()).collect()
}

/// How a heading is named in a link.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.map(|c| if c == ' ' { '-' } else { c.to_ascii_lowercase() }).collect()
}

#[test]
fn every_relative_link_leads_somewhere() {
    let mut broken = vec![];
    for file in markdown() {
        let folder = source::root().join(&file.path).parent().expect("a file lies in a folder").to_owned();
        for target in links(&file.text).iter().filter(|target| !target.contains("://") && !target.starts_with("mailto:")) {
            let (path, part) = target.split_once('#').unwrap_or((target, ""));
            let place = if path.is_empty() { source::root().join(&file.path) } else { folder.join(path) };
            if !place.exists() {
                broken.push(format!("{}: {target}", file.path));
            } else if !part.is_empty() && path.ends_with(".md") | path.is_empty() {
                let text = std::fs::read_to_string(&place).unwrap_or_default();
                if !text.lines().any(|line| line.starts_with('#') && anchor(line) == part) {
                    broken.push(format!("{}: {target} (no such heading)", file.path));
                }
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n  {}", broken.join("\n  "));
}

#[test]
fn the_documents_speak_of_the_product_and_of_no_machine() {
    // Put together here, so that this file does not hold what it looks for.
    let foreign: Vec<String> = [
        ("/", "work/"),
        ("/", "root/"),
        ("/", "tmp/bash"),
        ("C:", "\\"),
        ("crates", ".io"),
        ("registry.npmjs", ".org"),
        ("TO", "DO"),
        ("FIX", "ME"),
    ]
    .map(|(a, b)| format!("{a}{b}"))
    .into();
    for file in markdown() {
        let found: Vec<&String> = foreign.iter().filter(|word| file.text.contains(word.as_str())).collect();
        assert!(found.is_empty(), "{} names {found:?}", file.path);
    }
}

#[test]
fn the_first_screen_of_the_readme_holds_what_newcomers_need() {
    let readme = read("README.md");
    let screen: Vec<&str> = readme.lines().take(40).collect();
    let screen = screen.join("\n");
    for needed in [
        "docs/pictures/three-pages.png",
        "cargo run --release",
        "/demo/",
        "<script async src=",
        "data-site=",
        "Isso",
        "Remark42",
        "Disqus",
        "not measured",
        "rejoinder backup",
    ] {
        assert!(screen.contains(needed), "the first 40 lines of README.md lack {needed}");
    }
    assert!(readme.contains("script/test"), "README.md does not say how to run the tests");
    let picture = std::fs::metadata(source::root().join("docs/pictures/three-pages.png")).expect("the picture of README.md").len();
    assert!((5_000..=200_000).contains(&picture), "the picture has {picture} bytes");
}

#[test]
fn the_changelog_has_an_entry_for_what_is_coming_or_released() {
    let changelog = read("CHANGELOG.md");
    let version = env!("CARGO_PKG_VERSION");
    let newest = changelog.split("\n## ").nth(1).expect("CHANGELOG.md has a section");
    assert!(
        newest.starts_with("[Unreleased]") || newest.starts_with(&format!("[{version}]")),
        "the newest section is {:?}",
        newest.lines().next()
    );
    assert!(newest.lines().filter(|line| line.starts_with("- ")).count() >= 5, "the newest section says nothing");
}

#[test]
fn commands_of_the_documents_exist() {
    let folder = tempfile::tempdir().unwrap();
    for words in [
        &["site", "add"][..],
        &["site", "set"],
        &["site", "list"],
        &["site", "show"],
        &["site", "remove"],
        &["moderator", "add"],
        &["token", "add"],
        &["config"],
        &["backup"],
        &["restore"],
        &["check"],
        &["serve"],
    ] {
        let output = program::command(folder.path()).args(words).arg("--help").output().expect("the program starts");
        assert!(
            output.status.success() && String::from_utf8_lossy(&output.stdout).contains("Example:"),
            "{words:?} has no example in its help"
        );
        let named = markdown().iter().any(|file| file.text.contains(&format!("rejoinder {}", words.join(" "))));
        assert!(named, "no document names rejoinder {}", words.join(" "));
    }
}
