//! Markdown to HTML: whatever comes in, only harmless HTML comes out.

use rejoinder::{
    markup::{HTML_BYTES_MAX, clean_html, render},
    model::is_control,
};

use crate::{
    documents::{Document, cut, hostile, pathological},
    oracle::breaches,
};

fn html(source: &str) -> String {
    render(source).unwrap_or_else(|error| panic!("{source:.60}: {error}")).html
}

const REL: &str = r#"rel="nofollow ugc noopener noreferrer""#;

#[test]
fn markdown_becomes_html() {
    for (source, expected) in [
        ("Hi", "<p>Hi</p>"),
        ("a\nb\r\nc", "<p>a<br>\nb<br>\nc</p>"),
        ("*a* **b** ~~c~~ `d`", "<p><em>a</em> <strong>b</strong> <del>c</del> <code>d</code></p>"),
        ("# a", "<h1>a</h1>"),
        (
            "> a\n\n- b\n- c\n\n3. d",
            "<blockquote>\n<p>a</p>\n</blockquote>\n<ul>\n<li>b</li>\n<li>c</li>\n</ul>\n<ol start=\"3\">\n<li>d</li>\n</ol>",
        ),
        ("```rust,ignore\n<a> & \"b\"\n```", "<pre><code class=\"language-rust\">&lt;a&gt; &amp; \"b\"\n</code></pre>"),
        ("```\"><script>\nx\n```", "<pre><code>x\n</code></pre>"),
        ("---", "<hr>"),
        ("a | b\n--|--\n1 | 2", "<p>a | b<br>\n--|--<br>\n1 | 2</p>"),
        ("", ""),
        ("[a]: https://b.example", "<p>[a]: https://b.example</p>"),
        ("- [ ] a", "<ul>\n<li>[ ] a</li>\n</ul>"),
    ] {
        assert_eq!(html(source), expected, "{source}");
    }
}

#[test]
fn t01_raw_html_shows_as_typed() {
    for (source, expected) in [
        ("I <3 <b>you</b>", "<p>I &lt;3 &lt;b&gt;you&lt;/b&gt;</p>"),
        ("<script>\nalert(1)\n\n</script>", "<p>&lt;script&gt;<br>\nalert(1)<br>\n<br>\n&lt;/script&gt;</p>"),
        ("<!-- hidden -->", "<p>&lt;!-- hidden --&gt;</p>"),
        ("&lt;img src=x&gt;", "<p>&lt;img src=x&gt;</p>"),
    ] {
        assert_eq!(html(source), expected, "{source}");
    }
}

#[test]
fn t04_one_place_calls_the_sanitiser() {
    let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/src"))];
    let mut callers = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the source") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let source = std::fs::read_to_string(&path).expect("a source file");
                let names = source.lines().filter(|line| line.contains("ammonia::") || line.contains("CLEANER.clean(")).count();
                callers.extend((names > 0).then(|| (path.file_name().expect("a name").to_owned(), names)));
            }
        }
    }
    // The line that imports it, and the line that calls it.
    assert_eq!(callers, [("clean.rs".into(), 2)]);
}

#[test]
fn t05_links_are_marked_full_and_counted() {
    let link = |href: &str, text: &str| format!("<a href=\"{href}\" {REL}>{text}</a>");
    for (source, expected, links) in [
        ("[a](https://b.example)", link("https://b.example/", "a"), 1),
        ("https://b.example/x?a=1&b=2.", link("https://b.example/x?a=1&amp;b=2", "https://b.example/x?a=1&amp;b=2") + ".", 1),
        ("(www.b.example)", format!("({})", link("http://www.b.example/", "www.b.example")), 1),
        ("<https://b.example>", link("https://b.example/", "https://b.example"), 1),
        ("[a](mailto:a@b.example)", link("mailto:a@b.example", "a"), 1),
        ("`https://b.example`", "<code>https://b.example</code>".to_owned(), 0),
        ("![a cat](https://b.example/c.png)", link("https://b.example/c.png", "a cat"), 1),
        ("[![a](https://b.example/c.png)](https://d.example)", link("https://d.example/", "a"), 1),
        ("![](https://b.example/c.png)", link("https://b.example/c.png", "https://b.example/c.png"), 1),
        ("[a](/b) [c](#d) [e](//f.example)", "a c e".to_owned(), 0),
        ("[a](javascript:b) [c](JaVa&#115;cript:d) [e](data:text/html,f) [g](vbscript:h)", "a c e g".to_owned(), 0),
        ("a@b.example ftp://b.example", "a@b.example ftp://b.example".to_owned(), 0),
        ("xhttps://b.example www. http:// a.www.b", "xhttps://b.example www. http:// a.www.b".to_owned(), 0),
    ] {
        let rendered = render(source).expect(source);
        assert_eq!(rendered.html, format!("<p>{expected}</p>"), "{source}");
        assert_eq!(rendered.links, links, "{source}");
    }
}

#[test]
fn t05_a_link_that_shows_another_host_shows_the_real_one_too() {
    for shown in [
        "bank.example",
        "https://bank.example/login",
        "see www.bank.example now",
        "**bank**.example",
        "b\u{200b}ank.example",
        "bank。example",
        "bank．example",
        "https://bank.example@evil.example/",
        "//bank.example/evil.example",
        "evil.example/ bank.example",
        "192.168.0.1",
        "еvil.example",
        "`bank.example`",
        "![bank.example](x)",
    ] {
        let html = html(&format!("[{shown}](https://evil.example/x)"));
        assert!(html.contains(" (evil.example)</a>"), "{shown}: {html}");
    }
    for shown in [
        "evil.example",
        "https://EVIL.example:443/a.html?b.example",
        "www.evil.example.",
        "this",
        "3.14",
        "e.g. a",
        "v1.2.3",
        "evil.example/bank.example",
    ] {
        let html = html(&format!("[{shown}](https://evil.example/x)"));
        assert!(!html.contains('('), "{shown}: {html}");
    }
    assert!(html("[b](https://bank.example@evil.example/)").contains("href=\"https://evil.example/\""));
    assert!(html("https://аррӏе.example").contains(" (xn--"), "look-alikes of ASCII show what they are");
    assert!(!html("https://bücher.example/a.html").contains(" ("));
}

#[test]
fn t07_nesting_has_a_bottom() {
    let html = html(&format!("{}deep", "> ".repeat(30)));
    assert_eq!(html.matches("<blockquote>").count(), 12);
    assert!(html.contains("deep"));
    let html = self::html(&format!("{}deep", "- ".repeat(30)));
    assert_eq!((html.matches("<ul>").count(), html.matches("<li>").count()), (12, 12));
    let html = self::html(&format!("{}deep{}", "*a **b ".repeat(20), " b** a*".repeat(20)));
    assert!(html.matches("<em>").count() + html.matches("<strong>").count() <= 12, "{html}");
}

#[test]
fn t08_html_that_swells_is_refused_with_its_limit() {
    let long = format!("[a]: https://b.example/{}\n\n{}{}", "c".repeat(1_500), "[a] ".repeat(60), "d".repeat(39_000));
    let error = render(&long).expect_err("much HTML");
    assert_eq!((error.code, error.field, error.limit), ("comment_too_complex", "text", Some(HTML_BYTES_MAX)));
    let mut worst = (0.0, String::new());
    for document in pathological("markdown-pathological for size", 1.0) {
        let text = cut(&document.text, 40_000);
        if let Ok(rendered) = render(text) {
            assert!(rendered.html.len() <= HTML_BYTES_MAX, "{}", document.name);
            let ratio = rendered.html.len() as f64 / text.len() as f64;
            worst = if ratio > worst.0 { (ratio, document.name) } else { worst };
        }
    }
    println!("at most {:.1} bytes of HTML for one of text: {}", worst.0, worst.1);
}

#[test]
fn t09_html_has_no_controls_and_no_piles_of_marks() {
    for source in
        ["a\u{202e}b\0c\u{e0041}d\u{9f}", "a&#x202e;b&#0;c&#x9f;d", "[a\u{2066}b](https://c.example \"d&#x2067;e\")", "`a\u{1b}b`"]
    {
        let html = html(source);
        assert!(!html.contains(is_control), "{source:?}: {html:?}");
    }
    let marks = "\u{301}".repeat(4);
    assert_eq!(html(&format!("o{}", "\u{301}".repeat(40))), format!("<p>o{marks}</p>"));
    let across = html(&format!("o{marks}**\u{301}a** *b*{marks}{marks}x"));
    assert_eq!(across.matches('\u{301}').count(), 8, "{across}");
}

/// What is wrong with the HTML of a text.
fn wrong(document: &Document) -> Option<String> {
    let rendered = match render(&document.text) {
        Ok(rendered) => rendered,
        Err(error) => return Some(format!("{}: {error}", document.name)),
    };
    let mut found = breaches(&rendered.html);
    if rendered.html.contains(is_control) {
        found.push("a control".to_owned());
    }
    if clean_html(&rendered.html) != rendered.html {
        found.push(format!("cleaned again it is {}", clean_html(&rendered.html)));
    }
    if render(&document.text).map(|again| again.html) != Ok(rendered.html.clone()) {
        found.push("another HTML the second time".to_owned());
    }
    (!found.is_empty()).then(|| format!("{}: {found:?} in {:.300}", document.name, rendered.html))
}

#[test]
fn t01_hostile_texts_become_harmless_html() {
    let documents = hostile("hostile texts");
    let wrong: Vec<String> = documents.iter().filter_map(wrong).collect();
    println!("{} texts, {} wrong", documents.len(), wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn t01_hostile_texts_within_other_markdown_become_harmless_html() {
    for frame in ["[x]($)", "> - $", "**a $ b**", "[$](https://a.example)", "```$\n$\n```", "![$]($ \"$\")", "<$>", "`$`\n\n    $"] {
        for document in hostile("hostile texts in frames") {
            let framed = Document { name: format!("{frame} {}", document.name), text: frame.replace('$', &document.text) };
            assert_eq!(wrong(&framed), None);
        }
    }
}

#[test]
fn t02_html_that_was_cleaned_stays_as_it_is() {
    let by_hand = ["<p>a</p>", "<b><p>x</b>", "<svg><style><img src=x onerror=y></style>", "<math><mi><a href=javascript:x>"];
    let documents = hostile("HTML to be cleaned");
    let texts = documents.iter().map(|document| document.text.as_str()).chain(by_hand);
    let mut wrong = Vec::new();
    for text in texts {
        let once = clean_html(text);
        if clean_html(&once) != once {
            wrong.push(format!("{text:.200} became {once:.200} became {:.200}", clean_html(&once)));
        }
        let breaches = breaches(&once);
        if !breaches.is_empty() {
            wrong.push(format!("{text:.200} has {breaches:?}"));
        }
    }
    println!("{} wrong", wrong.len());
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn t13_no_text_makes_the_renderer_panic() {
    for document in hostile("texts in pieces").iter().chain(&pathological("texts in pieces", 0.1)) {
        for part in [2, 3, 5] {
            let first = cut(&document.text, document.text.len() / part);
            let second = &document.text[first.len()..];
            assert!(render(&format!("{second}{first}")).map_or_else(|error| error.code == "comment_too_complex", |_| true));
        }
    }
}

#[test]
fn t06_no_image_is_ever_shown_and_what_was_meant_stays_a_link() {
    for source in [
        "![a cat](https://a.example/cat.png)",
        "![](https://a.example/cat.svg)",
        "![a][b]\n\n[b]: https://a.example/cat.png",
        "[![a](https://a.example/cat.png)](https://a.example/)",
        "![a](data:image/svg+xml,<svg onload=alert(1)>)",
        "<img src=https://a.example/cat.png>",
    ] {
        let shown = html(source);
        assert!(!shown.contains("<img") && !shown.contains("<svg"), "{source}: {shown}");
        let meant = source.contains("](https://a.example/") || source.contains("[b]: https://");
        assert_eq!(shown.contains("<a href=\"https://a.example/"), meant, "{source}: {shown}");
    }
}
