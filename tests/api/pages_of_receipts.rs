//! The whole way without script: read, write, answer, change, take back.

use crate::harness::{Reply, start};

fn value_of<'a>(page: &'a Reply, name: &str) -> &'a str {
    let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\"")).unwrap_or_else(|| panic!("no field {name}: {}", page.body));
    rest.split_once('"').unwrap().0
}

#[test]
fn a_reader_without_script_writes_answers_changes_and_takes_back() {
    let server = start();
    let reader = server.visitor().from(&server.base);
    let first = reader.submit("/hello", "from the widget").id();
    let page = reader.get(&format!("/t/blog?page=/hello&reply={first}"));
    assert!(page.body.contains("You are answering Anonymous.") && page.body.contains("from the widget"), "{}", page.body);
    let fields = [
        ("page", "/hello"),
        ("parent", &*first),
        ("key", value_of(&page, "key")),
        ("stamp", value_of(&page, "stamp")),
        ("name", "Grace"),
        ("text", "an answer <b>"),
    ];
    let sent = reader.form("/t/blog/note", &fields);
    assert_eq!(sent.status, 303);
    let own = reader.get(sent.header("location"));
    assert_eq!((own.status, own.header("cache-control")), (200, "no-store"));
    assert!(own.body.contains("Your comment is published.") && own.body.contains("an answer &lt;b&gt;"), "{}", own.body);
    let again = reader.form("/t/blog/note", &fields);
    assert_eq!(again.header("location"), sent.header("location"), "the same form sent twice is one comment");

    let change = reader.form(sent.header("location"), &[("do", "edit"), ("text", "a better answer")]);
    assert_eq!(change.status, 303);
    assert!(reader.get("/t/blog?page=/hello").body.contains("a better answer"));
    assert_eq!(reader.form(sent.header("location"), &[("do", "withdraw")]).status, 303);
    assert!(reader.get(sent.header("location")).body.contains("You took this comment back."));
    assert!(!reader.get("/t/blog?page=/hello").body.contains("a better answer"));
}

#[test]
fn a_form_that_cannot_be_taken_comes_back_with_every_word() {
    let server = start();
    let reader = server.visitor().from(&server.base);
    let long = "word ".repeat(2001);
    let refused = reader.form("/t/blog/note", &[("page", "/hello"), ("name", "Grace"), ("website", "grace.example"), ("text", &long)]);
    assert_eq!(refused.brief(), "422 comment_too_long");
    assert!(refused.body.contains(&long) && refused.body.contains("value=\"Grace\"") && refused.body.contains("value=\"grace.example\""));
    let foreign = reader.from("https://evil.example").form("/t/blog/note", &[("page", "/hello"), ("text", "kept too")]);
    assert_eq!(foreign.brief(), "403 origin_unlisted");
    assert!(foreign.body.contains("kept too"));
}

#[test]
fn a_receipt_that_proves_nothing_has_no_page() {
    let server = start();
    let reader = server.visitor();
    let sent = reader.submit("/hello", "Hi");
    for wrong in ["nonsense", "1.AAAAAAAAAAAAAAAAAAAAAA", &format!("{}.AAAAAAAAAAAAAAAAAAAAAA", sent.id())] {
        assert_eq!(reader.get(&format!("/t/blog/own/{wrong}")).brief(), "404 comment_unknown", "{wrong}");
    }
}

#[test]
fn the_site_itself_lists_the_pages_that_have_comments() {
    let server = start();
    server.visitor().submit("/hello", "Hi");
    let list = server.visitor().get("/t/blog");
    assert_eq!(list.status, 200);
    assert!(list.body.contains("https://blog.example/hello"), "{}", list.body);
}
