//! Rust code as the tests of its own rules read it: without comments and the content of texts.

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
