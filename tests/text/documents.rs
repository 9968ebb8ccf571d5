//! The shared texts, each with a name to find it by.

use crate::corpora::{corpora, json_lines};

pub struct Document {
    pub name: String,
    pub text: String,
}

/// Script injections, parser inputs, odd strings and examples of Markdown.
pub fn hostile(suite: &str) -> Vec<Document> {
    let Some(folder) = corpora(suite) else { return Vec::new() };
    let mut documents = Vec::new();
    for (file, field) in [("xss/payloads.jsonl", "payload"), ("html-parsing/tree_construction_inputs.jsonl", "data")] {
        let lines = json_lines(&folder, file);
        assert!(lines.len() > 1_000, "{file} has only {} lines", lines.len());
        documents.extend(lines.iter().enumerate().map(|(n, line)| document(file, n, &line[field])));
    }
    for (file, field) in [
        ("naughty-strings/blns.json", ""),
        ("commonmark/commonmark_examples.json", "markdown"),
        ("commonmark/gfm_examples.json", "markdown"),
    ] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        let list: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(list.len() > 500, "{file} has only {} texts", list.len());
        documents.extend(list.iter().enumerate().map(|(n, entry)| document(file, n, if field.is_empty() { entry } else { &entry[field] })));
    }
    documents
}

fn document(file: &str, n: usize, text: &serde_json::Value) -> Document {
    Document { name: format!("{file} {n}"), text: text.as_str().unwrap_or_else(|| panic!("{file} {n} is no text")).to_owned() }
}

/// Markdown made to be slow. `scale` shrinks or grows every repetition.
pub fn pathological(suite: &str, scale: f64) -> Vec<Document> {
    let Some(folder) = corpora(suite) else { return Vec::new() };
    let cases = json_lines(&folder, "markdown-pathological/cases.jsonl");
    assert!(cases.len() >= 60, "only {} cases", cases.len());
    cases.iter().map(|case| Document { name: case["name"].to_string(), text: built(&case["parts"], scale) }).collect()
}

fn built(parts: &serde_json::Value, scale: f64) -> String {
    let mut text = String::new();
    for part in parts.as_array().expect("parts are a list") {
        let (piece, times) = (part[0].as_str().expect("a text"), part[1].as_u64().expect("a number"));
        let times = if times == 1 { 1 } else { (times as f64 * scale) as usize };
        match piece {
            "__GROW__`" => text.extend((1..=times).map(|n| format!("e{}", "`".repeat(n % 400)))),
            "__NUMREF__" => {
                text.extend((1..=times).map(|n| format!("[{n}]: u\n")));
                text.extend((1..=times).map(|n| format!("[{n}] ")));
            }
            "__INDENT__" => text.extend((0..times).map(|n| format!("{}* a\n", "  ".repeat(n)))),
            plain => text.push_str(&plain.repeat(times)),
        }
    }
    text
}

/// At most so many bytes of a text, cut where a character ends.
pub fn cut(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}
