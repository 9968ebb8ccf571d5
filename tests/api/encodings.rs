//! Bodies and parameters in every encoding, good and bad, at the real routes.

use std::fs;

use rejoinder::model::Scope;
use serde_json::json;

use crate::corpora::{corpora, json_lines};
use crate::harness::{ORIGIN, start};

const SUBMIT: &str = "/api/v1/sites/blog/comments";
const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn t13_no_json_is_too_much_for_the_route_and_what_is_none_is_refused() {
    let Some(folder) = corpora("JSON bodies") else { return };
    let server = start();
    let visitor = server.visitor();
    let mut seen = (0, 0);
    for entry in fs::read_dir(folder.join("json-parsing")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let body = fs::read(&path).unwrap();
        let (submit, wrapped) = (
            visitor.send_bytes("POST", SUBMIT, Some((JSON, &body)), &[]),
            visitor.send_bytes(
                "POST",
                SUBMIT,
                Some((JSON, &[b"{\"page\":\"/x\",\"text\":\"Hi\",\"more\":", &body[..], b"}"].concat())),
                &[],
            ),
        );
        assert!((400..500).contains(&submit.status), "{name}: {} {}", submit.status, submit.body);
        match name.as_bytes()[0] {
            b'y' => {
                // A NUL is good JSON, and no text that could be kept as sent.
                let nul = serde_json::from_slice(&body).is_ok_and(|value| holds_nul(&value));
                assert_eq!(wrapped.status, if nul { 400 } else { 201 }, "{name}: {}", wrapped.body);
                seen.0 += 1;
            }
            b'n' => {
                let expected = if body.len() > 160 * 1024 { "413 body_too_large" } else { "400 body_malformed" };
                assert_eq!(submit.brief(), expected, "{name}: {}", submit.body);
                seen.1 += 1;
            }
            _ => assert!(wrapped.status < 500, "{name}: {}", wrapped.status),
        }
    }
    assert!(seen.0 >= 90 && seen.1 >= 180, "{seen:?}");
}

fn holds_nul(value: &serde_json::Value) -> bool {
    value.to_string().replace("\\\\", "").contains("\\u0000")
}

#[test]
fn t13_every_text_is_kept_as_it_was_sent_or_refused() {
    let server = start();
    let visitor = server.visitor();
    let mut texts: Vec<String> =
        ["a\u{0}b", "\u{feff}a\u{feff}", "e\u{301} é", "a\r\nb\rc\n", "\u{fffe}\u{ffff}x\u{10ffff}", " a ", "\u{85}x\u{2028}y"]
            .map(str::to_owned)
            .into();
    if let Some(folder) = corpora("naughty strings") {
        let naughty = fs::read_to_string(folder.join("naughty-strings/blns.json")).unwrap();
        texts.extend(serde_json::from_str::<Vec<String>>(&naughty).unwrap());
    }
    for text in &texts {
        let by_json = visitor.submit("/naughty", text);
        let by_form = visitor.form("/w/blog/note", &[("page", "/naughty"), ("text", text)]);
        if by_json.status != 201 {
            let expected = if text.contains('\0') { "400 body_malformed" } else { "422 comment_empty" };
            assert_eq!((by_json.brief().as_str(), by_form.brief().as_str()), (expected, expected), "{text:?}");
            continue;
        }
        let read = visitor.with_bearer(&by_json.receipt()).ask("GET", &format!("/comments/{}", by_json.id()), None);
        assert_eq!(read.json()["comment"]["text"].as_str(), Some(text.as_str()));
        assert_eq!(by_form.status, 201, "{text:?}");
    }
    let moderator = server.token(Scope::Moderate);
    let listed = moderator.ask("GET", "/comments?limit=100", None).json();
    let sources: Vec<&str> = listed["comments"].as_array().unwrap().iter().filter_map(|comment| comment["text"].as_str()).collect();
    assert!(sources.len() >= 6.min(texts.len()) && sources.iter().all(|source| texts.iter().any(|text| text == source)));
}

#[test]
fn t13_what_is_no_text_is_malformed_in_every_field() {
    let server = start();
    let visitor = server.visitor();
    for field in ["page", "url", "title", "parent", "name", "email", "website", "text", "key", "as"] {
        for wrong in [
            &b"\"\\ud800\""[..],
            b"\"\\udc00\\ud800\"",
            b"\"a\\u0000\"",
            b"\"\xff\"",
            b"\"\xed\xa0\x80\"",
            b"\"\xc0\xaf\"",
            b"5",
            b"[]",
            b"{}",
            b"true",
        ] {
            let body = [b"{\"page\":\"/x\",\"text\":\"Hi\",\"", field.as_bytes(), b"\":", wrong, b"}"].concat();
            let reply = visitor.send_bytes("POST", SUBMIT, Some((JSON, &body)), &[]);
            assert_eq!(reply.brief(), "400 body_malformed", "{field} {}", String::from_utf8_lossy(wrong));
        }
        for wrong in [&b"%ff"[..], b"\xff", b"%00", b"%ed%a0%80", b"%c0%af", b"%", b"%4", b"%zz"] {
            let body = [field.as_bytes(), b"=", wrong].concat();
            for address in ["/w/blog/note", "/t/blog/note"] {
                let reply = visitor.send_bytes("POST", address, Some((FORM, &body)), &[]);
                assert_eq!(reply.brief(), "400 body_malformed", "{address} {field} {}", String::from_utf8_lossy(wrong));
            }
        }
    }
    assert_eq!(visitor.thread("/x")["page"]["total"], 0);
}

#[test]
fn t67_words_of_sql_as_parameters_are_the_default_or_refused() {
    let server = start();
    let visitor = server.visitor();
    visitor.submit("/hello", "still here");
    let moderator = server.token(Scope::Moderate);
    let desk = server.owner();
    let mut keys: Vec<String> =
        ["id; drop table comment", "' or ''='", "oldest--", "OLDEST", "1 union select 1", "\u{0}", "-1", "1e3", "٣", "bzE", "cnwg"]
            .map(str::to_owned)
            .into();
    if let Some(folder) = corpora("sort keys") {
        keys.extend(json_lines(&folder, "search/sort_keys.jsonl").iter().filter_map(|case| case["sort"].as_str().map(str::to_owned)));
    }
    for key in &keys {
        let asked: String = url::form_urlencoded::byte_serialize(key.as_bytes()).collect();
        if asked.len() > 12_000 {
            continue;
        }
        for parameter in ["sort", "cursor", "limit", "status", "around", "reply", "page", "url", "p", "lang", "show"] {
            let page = if matches!(parameter, "page" | "url") { "" } else { "page=/hello&" };
            for reply in [
                visitor.ask("GET", &format!("/thread?{page}{parameter}={asked}"), None),
                visitor.get(&format!("/w/blog/thread?{page}{parameter}={asked}")),
                visitor.get(&format!("/t/blog?{page}{parameter}={asked}")),
                visitor.get(&format!("/w/blog/totals?{parameter}={asked}")),
                visitor.get(&format!("/feed/blog.atom?{page}{parameter}={asked}")),
                moderator.ask("GET", &format!("/comments?{page}{parameter}={asked}"), None),
                desk.get(&format!("/admin/sites/blog?{parameter}={asked}")),
            ] {
                assert!(matches!(reply.status, 200 | 400 | 404 | 422), "{parameter}={key:.80}: {} {:.200}", reply.status, reply.body);
            }
            if matches!(parameter, "sort" | "cursor" | "limit") && !key.trim().is_empty() && !matches!(key.as_str(), "1") {
                let refused = visitor.ask("GET", &format!("/thread?page=/hello&{parameter}={asked}"), None).brief();
                let expected = [format!("422 {parameter}_unknown"), format!("422 {parameter}_invalid"), "400 body_malformed".into()];
                assert!(expected.contains(&refused), "{parameter}={key:.80}: {refused}");
            }
        }
    }
    assert_eq!(visitor.thread("/hello")["page"]["total"], 1);
    assert!(visitor.get("/w/blog/thread?page=/hello").body.contains("still here"));
    let fields = json!({"page": format!("{ORIGIN}/hello"), "text": "x'); delete from comment; --", "name": "'; drop table page; --"});
    assert_eq!(visitor.ask("POST", "/comments", Some(fields)).status, 201);
    assert_eq!(visitor.thread("/hello")["page"]["total"], 2);
    assert_eq!(server.app.store.check().unwrap().problems, Vec::<String>::new());
}
