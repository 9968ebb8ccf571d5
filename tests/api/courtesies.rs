//! What makes people answer each other: answers that reach their reader, thanks, questions, and a hand for newcomers.
//! Sentences are compared whole, because each of them promises something.

use std::time::Duration;

use rejoinder::model::{CommentId, PageAddress, Question, Scope, Status};
use serde_json::{Value, json};

use crate::harness::{Person, Reply, TestServer, start};

const DAY: Duration = Duration::from_secs(86_400);
const MINUTE: Duration = Duration::from_secs(60);
const HIDDEN: [Status; 4] = [Status::Pending, Status::Spam, Status::Removed, Status::Withdrawn];

/// The words of the first `<p>` of that class, as people read them.
fn line(body: &str, class: &str) -> Option<String> {
    let start = body.find(&format!("<p class=\"{class}"))?;
    let rest = &body[start..body[start..].find("</p>").map(|end| start + end)?];
    let words: String = rest.split('<').filter_map(|part| part.split_once('>')).map(|(_, words)| words).collect();
    Some(words.replace("&quot;", "\"").trim().to_owned())
}

fn write(person: &Person, page: &str, name: &str, more: Value) -> Reply {
    let mut body = json!({"page": page, "name": name, "text": format!("by {name}"), "title": format!("Page {page}")});
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let sent = person.ask("POST", "/comments", Some(body));
    assert_eq!(sent.status, 201, "{}", sent.body);
    sent
}

fn answer(person: &Person, page: &str, name: &str, to: &Reply) -> Reply {
    write(person, page, name, json!({"parent": to.id()}))
}

fn mine(person: &Person, page: &str, receipts: &str, since: &str) -> Reply {
    person.form(&format!("/w/{}/mine", person.site), &[("page", page), ("receipts", receipts), ("since", since)])
}

fn fragment(server: &TestServer, page: &str) -> String {
    let reply = server.visitor().get(&format!("/w/blog/thread?page={page}"));
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body
}

/// A page without script, with its equals signs as browsers read them.
fn page(person: &Person, address: &str) -> String {
    let reply = person.get(address);
    assert_eq!(reply.status, 200, "{}", reply.body);
    reply.body.replace("&#x3D;", "=").replace("&amp;", "&")
}

fn hide(server: &TestServer, sent: &Reply, status: Status) {
    let path = format!("/comments/{}", sent.id());
    let moderator = server.token(Scope::Moderate);
    let done = match status {
        Status::Pending => moderator.ask("POST", &format!("{path}/hold"), None),
        Status::Spam => moderator.ask("POST", &format!("{path}/spam"), None),
        Status::Removed => moderator.ask("POST", &format!("{path}/remove"), None),
        _ => server.visitor().with_bearer(&sent.receipt()).ask("DELETE", &path, None),
    };
    assert_eq!(done.status, 200, "{}", done.body);
}

fn id(sent: &Reply) -> CommentId {
    sent.id().parse().unwrap()
}

fn mark_used(server: &TestServer, sent: &Reply) {
    let now = server.app.now();
    server.app.store.update_used(server.site().id, id(sent), Some(now), now).unwrap();
}

fn helped(person: &Person, answer: &str, receipt: &str, value: &str) -> Reply {
    person.form(&format!("/w/{}/note/{answer}/helped", person.site), &[("receipt", receipt), ("value", value)])
}

#[test]
fn whoever_was_answered_hears_it_on_any_page_of_the_site_until_they_dismiss_it() {
    let server = start();
    let visitor = server.visitor();
    let asked = write(&visitor, "/a", "Ada", json!({}));
    let told = |receipts: &str, since: &str| mine(&visitor, "/b", receipts, since);
    assert_eq!(line(&told(&asked.receipt(), "").body, "answered"), None);
    let first = answer(&visitor, "/a", "Grace", &asked);
    let reply = told(&asked.receipt(), "");
    assert_eq!(reply.header("cache-control"), "private, no-store");
    assert_eq!(line(&reply.body, "answered").unwrap(), "Grace answered you on “Page /a” Dismiss");
    let link = format!("data-id=\"{0}\"><a href=\"https://blog.example/a#comment-{0}\">", first.id());
    assert!(reply.body.contains(&link), "{}", reply.body);
    assert!(!reply.body.contains("<article"), "what was written elsewhere is not of this page: {}", reply.body);
    assert_eq!(line(&told(&asked.receipt(), &first.id()).body, "answered"), None, "dismissed stays dismissed");
    let second = answer(&server.token(Scope::Admin), "/a", "Maren", &asked);
    assert_eq!(line(&told(&asked.receipt(), &first.id()).body, "answered").unwrap(), "Maren answered you on “Page /a” Dismiss");
    assert_eq!(
        line(&told(&asked.receipt(), "").body, "answered").unwrap(),
        "2 answers to you; the latest is by Maren, on “Page /a” Dismiss"
    );
    assert_eq!(line(&told(&asked.receipt(), &second.id()).body, "answered"), None);
    assert_eq!(
        line(&told(&asked.receipt(), "nonsense").body, "answered").unwrap().split(';').next(),
        Some("2 answers to you"),
        "a mark that nobody can read dismisses nothing"
    );
    for wrong in ["", "nonsense", &format!("{}.AAAAAAAAAAAAAAAAAAAAAA", asked.id()), &first.receipt()] {
        assert_eq!(line(&told(wrong, "").body, "answered"), None, "{wrong}");
    }
}

#[test]
fn nobody_is_told_of_their_own_answers() {
    let server = start();
    let visitor = server.visitor();
    let asked = write(&visitor, "/a", "Ada", json!({}));
    let own = write(&visitor, "/a", "Ada", json!({"parent": asked.id(), "as": asked.receipt()}));
    assert_eq!(line(&mine(&visitor, "/a", &asked.receipt(), "").body, "answered"), None);
    let unknown = answer(&visitor, "/a", "Ada", &asked);
    let all = format!("{} {} {}", asked.receipt(), own.receipt(), unknown.receipt());
    assert_eq!(line(&mine(&visitor, "/a", &all, "").body, "answered"), None, "the receipt says whose answer it is");
    assert!(line(&mine(&visitor, "/a", &asked.receipt(), "").body, "answered").is_some());
}

#[test]
fn a_nameless_answer_on_a_page_without_title_is_told_too() {
    let server = start();
    let visitor = server.visitor();
    let asked = visitor.submit("/a", "Hi");
    visitor.reply("/a", &asked.id(), "Hello");
    assert_eq!(line(&mine(&visitor, "/a", &asked.receipt(), "").body, "answered").unwrap(), "Somebody answered you Dismiss");
}

#[test]
fn t49_a_hidden_answer_is_not_told_and_nothing_is_told_below_a_hidden_comment() {
    for status in HIDDEN {
        let server = start();
        let visitor = server.visitor();
        let asked = write(&visitor, "/a", "Ada", json!({}));
        let hidden = answer(&visitor, "/a", "canary", &asked);
        hide(&server, &hidden, status);
        let own = format!("/t/blog/own/{}", asked.receipt());
        assert!(!mine(&visitor, "/a", &asked.receipt(), "").body.contains("canary"), "{status:?}");
        assert!(!visitor.get(&own).body.contains("canary"), "{status:?}");
        answer(&visitor, "/a", "Grace", &asked);
        assert_eq!(line(&mine(&visitor, "/a", &asked.receipt(), "").body, "answered").unwrap(), "Grace answered you on “Page /a” Dismiss");
        assert!(visitor.get(&own).body.contains("by Grace"));
        hide(&server, &asked, status);
        assert_eq!(line(&mine(&visitor, "/a", &asked.receipt(), "").body, "answered"), None, "{status:?}");
        assert!(!visitor.get(&own).body.contains("by Grace"), "{status:?}");
    }
}

#[test]
fn this_helped_is_said_by_whoever_was_answered_and_taken_back_at_any_time() {
    let server = start();
    let visitor = server.visitor();
    let asked = write(&visitor, "/a", "Grace", json!({}));
    let reply = answer(&visitor, "/a", "Ada", &asked);
    let shown = || {
        let json = visitor.thread("/a");
        (line(&fragment(&server, "/a"), "helped"), json["comments"][1]["helped"].clone(), json["page"]["version"].as_i64().unwrap())
    };
    let (none, said, before) = shown();
    assert_eq!((none, said), (None, json!(false)));
    let told = helped(&visitor, &reply.id(), &asked.receipt(), "1");
    assert_eq!((told.status, &*told.body), (200, "<p class=\"helped\"><bdi>Grace</bdi>: this helped</p>"));
    let (words, said, after) = shown();
    assert_eq!((words.as_deref(), said, after), (Some("Grace: this helped"), json!(true), before + 1));
    helped(&visitor, &reply.id(), &asked.receipt(), "1");
    assert_eq!(shown().2, after, "once is enough");
    server.wait(DAY * 400);
    let told = helped(&visitor, &reply.id(), &asked.receipt(), "0");
    assert_eq!((told.status, &*told.body), (200, "<p class=\"helped\" hidden></p>"));
    assert_eq!((shown().0, shown().1), (None, json!(false)));

    for (receipt, refusal) in [("", "401 bearer_missing"), ("nonsense", "401 bearer_missing"), (&reply.receipt(), "403 bearer_forbids")] {
        assert_eq!(helped(&visitor, &reply.id(), receipt, "1").brief(), refusal);
    }
    assert_eq!(helped(&visitor, &asked.id(), &asked.receipt(), "1").brief(), "404 comment_unknown", "it answers nothing");
    assert_eq!(helped(&visitor, &reply.id(), &asked.receipt(), "2").brief(), "400 body_malformed");
    assert_eq!(helped(&visitor.from("https://evil.example"), &reply.id(), &asked.receipt(), "1").brief(), "403 origin_unlisted");
    let own = write(&visitor, "/a", "Grace", json!({"parent": asked.id(), "as": asked.receipt()}));
    assert_eq!(helped(&visitor, &own.id(), &asked.receipt(), "1").brief(), "403 bearer_forbids", "nobody helps themselves");
    assert_eq!(shown().0, None);
}

#[test]
fn somebody_without_a_name_and_without_script_says_that_it_helped() {
    let server = start();
    let reader = server.visitor().from(&server.base);
    let asked = reader.submit("/a", "How?");
    let reply = answer(&reader, "/a", "Ada", &asked);
    let own = format!("/t/blog/own/{}", asked.receipt());
    let body = page(&reader, &own);
    assert!(body.contains("by Ada") && body.contains(&format!("around={0}#comment-{0}", reply.id())), "{body}");
    assert!(body.contains("value=\"helped\" aria-pressed=\"false\">This helped</button>"), "{body}");
    assert_eq!(reader.form(&own, &[("do", "helped"), ("answer", &reply.id())]).status, 303);
    assert!(reader.get(&own).body.contains("value=\"unsay_helped\" aria-pressed=\"true\">"));
    assert_eq!(line(&reader.get("/t/blog?page=/a").body, "helped").unwrap(), "Somebody: this helped");
    assert_eq!(reader.form(&own, &[("do", "unsay_helped"), ("answer", &reply.id())]).status, 303);
    assert_eq!(line(&fragment(&server, "/a"), "helped"), None);
    assert_eq!(reader.form(&own, &[("do", "helped"), ("answer", "7")]).brief(), "404 comment_unknown");
}

#[test]
fn t49_hidden_comments_neither_help_nor_say_so() {
    for status in HIDDEN {
        let server = start();
        let visitor = server.visitor();
        let asked = write(&visitor, "/a", "canary", json!({}));
        let reply = answer(&visitor, "/a", "Ada", &asked);
        assert_eq!(helped(&visitor, &reply.id(), &asked.receipt(), "1").status, 200);
        hide(&server, &asked, status);
        for body in [fragment(&server, "/a"), visitor.get("/t/blog?page=/a").body, visitor.thread("/a").to_string()] {
            assert!(!body.contains("canary") && !body.contains(": this helped") && !body.contains("\"helped\":true"), "{status:?}: {body}");
        }
        assert_eq!(helped(&visitor, &reply.id(), &asked.receipt(), "0").brief(), "409 status_forbids");
        let open = write(&visitor, "/b", "Bob", json!({}));
        let gone = answer(&visitor, "/b", "Ada", &open);
        hide(&server, &gone, status);
        assert_eq!(helped(&visitor, &gone.id(), &open.receipt(), "1").brief(), "404 comment_unknown", "{status:?}");
    }
}

/// What a newcomer reads in the form.
fn newcomer(server: &TestServer) -> Option<String> {
    line(&fragment(server, "/a"), "hint newcomer")
}

const PLAIN: &str = "No account is needed. You can change your comment for 15 minutes.";

#[test]
fn a_newcomer_reads_how_long_a_comment_can_be_changed() {
    let server = start();
    assert_eq!(newcomer(&server).as_deref(), Some(PLAIN));
    server.set("edit_minutes", "1");
    assert_eq!(newcomer(&server).as_deref(), Some("No account is needed. You can change your comment for a minute."));
    server.set("edit_minutes", "0");
    assert_eq!(newcomer(&server).as_deref(), Some("No account is needed."));
}

#[test]
fn nine_comments_are_silent_and_ten_speak_for_ninety_days() {
    let server = start();
    let (visitor, author) = (server.visitor(), server.token(Scope::Admin));
    let sent: Vec<Reply> = (0..9).map(|_| write(&visitor, "/a", "Ada", json!({}))).collect();
    server.wait(Duration::from_secs(3 * 3600 - 59));
    sent.iter().for_each(|sent| drop(answer(&author, "/a", "Maren", sent)));
    server.wait(MINUTE);
    assert_eq!(newcomer(&server).as_deref(), Some(PLAIN), "nine are no habit");
    let tenth = write(&visitor, "/a", "Ada", json!({}));
    answer(&author, "/a", "Maren", &tenth);
    assert_eq!(newcomer(&server).as_deref(), Some(PLAIN), "it is looked at once a minute");
    server.wait(MINUTE);
    let told = format!("{PLAIN} The blog answered 10 of the last 10 comments here, half of them within 3 hours.");
    assert_eq!(newcomer(&server).as_deref(), Some(&*told));
    server.owner();
    server.wait(MINUTE);
    assert_eq!(newcomer(&server).as_deref(), Some(&*told.replace("The blog", "Maren")), "the owner's name, once there is one");

    // Nine of them are 3 hours, 2 minutes and 1 second old; then 90 days but for two minutes.
    server.wait(DAY * 90 - Duration::from_secs(3 * 3600 + 3 * 60 + 61));
    let ask = |tag: &str| server.visitor().send_bytes("GET", "/w/blog/thread?page=/a", None, &[("if-none-match", tag)]);
    let last = ask("");
    assert_eq!(line(&last.body, "hint newcomer").as_deref(), Some(&*told.replace("The blog", "Maren")));
    assert_eq!(ask(last.header("etag")).status, 304);
    server.wait(Duration::from_secs(121));
    let after = ask(last.header("etag"));
    assert_eq!((after.status, line(&after.body, "hint newcomer").as_deref()), (200, Some(PLAIN)), "ninety days and a second");
    assert_ne!(after.header("etag"), last.header("etag"));
}

#[test]
fn fifty_nine_percent_are_silent_and_sixty_speak() {
    let server = start();
    let (visitor, author) = (server.visitor(), server.token(Scope::Admin));
    let sent: Vec<Reply> = (0..100).map(|n| visitor.submit(&format!("/{}", n % 7), "Hi")).collect();
    sent[..59].iter().for_each(|sent| drop(answer_anywhere(&author, sent)));
    // Answers of readers and of moderators are not the author's.
    answer_anywhere(&visitor, &sent[60]);
    answer_anywhere(&server.token(Scope::Moderate), &sent[60]);
    server.wait(MINUTE);
    assert_eq!(newcomer(&server).as_deref(), Some(PLAIN));
    answer_anywhere(&author, &sent[59]);
    server.wait(MINUTE);
    let told = format!("{PLAIN} The blog answered 60 of the last 100 comments here, half of them within a minute.");
    assert_eq!(newcomer(&server).as_deref(), Some(&*told));
    hide(&server, &sent[0], Status::Removed);
    server.wait(MINUTE);
    assert_eq!(newcomer(&server).as_deref(), Some(PLAIN), "t49: 59 of 99 that are shown");
}

fn answer_anywhere(person: &Person, to: &Reply) -> Reply {
    let at = person.server.app.store.find_comment(person.server.site().id, id(to)).unwrap().unwrap().page.key;
    let sent = person.reply(&at, &to.id(), "An answer");
    assert_eq!(sent.status, 201, "{}", sent.body);
    sent
}

#[test]
fn t49_hidden_comments_and_hidden_answers_are_no_part_of_the_habit() {
    for status in HIDDEN {
        let server = start();
        let (visitor, author) = (server.visitor(), server.token(Scope::Admin));
        let sent: Vec<Reply> = (0..11).map(|_| visitor.submit("/a", "Hi")).collect();
        let answers: Vec<Reply> = sent[..10].iter().map(|sent| answer_anywhere(&author, sent)).collect();
        let told = || {
            server.wait(MINUTE);
            newcomer(&server).unwrap().replace(PLAIN, "").replace(" comments here, half of them within a minute.", "")
        };
        assert_eq!(told(), " The blog answered 10 of the last 11");
        hide(&server, &sent[10], status);
        assert_eq!(told(), " The blog answered 10 of the last 10", "{status:?}");
        answers[..4].iter().for_each(|answer| hide(&server, answer, status));
        assert_eq!(told(), " The blog answered 6 of the last 10", "{status:?}");
        hide(&server, &answers[4], status);
        assert_eq!(told(), "", "{status:?}");
    }
}

#[test]
fn an_unchanged_thread_stays_the_same_bytes_from_minute_to_minute() {
    let server = start();
    server.visitor().submit("/a", "Hi");
    let first = fragment(&server, "/a");
    server.wait(MINUTE);
    assert_eq!(fragment(&server, "/a"), first);
}

#[test]
fn the_first_comment_of_a_person_is_marked() {
    let server = start();
    let visitor = server.visitor();
    let first = write(&visitor, "/a", "Ada", json!({}));
    write(&visitor, "/a", "Ada", json!({"as": first.receipt()}));
    write(&server.token(Scope::Admin), "/a", "Maren", json!({}));
    let body = fragment(&server, "/a");
    assert_eq!(body.matches(" data-first").count(), 1, "{body}");
    assert!(body.contains(&format!("<article id=\"comment-{}\" data-first", first.id())), "{body}");
    hide(&server, &first, Status::Removed);
    assert_eq!(fragment(&server, "/a").matches(" data-first").count(), 0, "t49: nothing of a hidden one");
}

#[test]
fn the_authors_question_stands_above_the_box() {
    let server = start();
    let question = Question { text: "What <b> was your first week like?".into(), by: "Maren".into() };
    server.app.store.update_question(server.site().id, &PageAddress::path("/a"), Some(&question), server.app.now()).unwrap();
    let asked = "What &lt;b&gt; was your first week like? — Maren";
    for body in [fragment(&server, "/a"), server.visitor().get("/t/blog?page=/a").body] {
        assert_eq!(line(&body, "question").as_deref(), Some(asked), "{body}");
    }
    server.set("question", "off");
    for body in [fragment(&server, "/a"), server.visitor().get("/t/blog?page=/a").body] {
        assert!(!body.contains("first week"), "{body}");
    }
}

/// What the answer to a comment asks its author to do.
fn give(person: &Person, page: &str, more: &[(&str, &str)]) -> Option<String> {
    let fields = [("page", page), ("text", "Hi"), ("give", "1")];
    let sent = person.form(&format!("/w/{}/note", person.site), &[&fields[..], more].concat());
    assert_eq!(sent.status, 201, "{}", sent.body);
    line(&sent.body, "give").inspect(|_| assert!(sent.body.find("<article") < sent.body.find("<p class=\"give"), "{}", sent.body))
}

#[test]
fn whoever_was_published_may_be_asked_to_help_once_a_question_is_a_day_old() {
    let server = start();
    let visitor = server.visitor();
    let asked = write(&visitor, "/a", "Ada", json!({"asks": true}));
    assert_eq!(visitor.thread("/a")["comments"][0]["asks"], true);
    server.wait(DAY - Duration::from_secs(1));
    assert_eq!(give(&visitor, "/b", &[]), None, "not a day yet");
    server.wait(Duration::from_secs(1));
    assert_eq!(give(&visitor, "/b", &[]).as_deref(), Some("Ada asked something yesterday and nobody has answered: can you help?"));
    for (days, words) in [(2, "two"), (10, "ten"), (11, "11"), (30, "30")] {
        let now = server.app.now().days_since(rejoinder::model::Timestamp(crate::harness::START));
        server.wait(DAY * (days - u32::try_from(now).unwrap()));
        let told = format!("Ada asked something {words} days ago and nobody has answered: can you help?");
        assert_eq!(give(&visitor, "/b", &[]), Some(told));
    }
    let body = visitor.form("/w/blog/note", &[("page", "/b"), ("text", "Hi"), ("give", "1")]).body;
    assert!(body.contains(&format!("<a href=\"https://blog.example/a#comment-{}\"><bdi>Ada</bdi></a>", asked.id())), "{body}");
    assert!(!visitor.form("/w/blog/note", &[("page", "/b"), ("text", "Hi")]).body.contains("can you help"), "only where it is wanted");
    assert_eq!(give(&visitor, "/b", &[("as", &asked.receipt())]), None, "not by whoever asked");
    server.wait(Duration::from_secs(1));
    assert_eq!(give(&visitor, "/b", &[]), None, "after thirty days it is over");
}

#[test]
fn a_question_of_the_same_page_comes_first_and_an_answered_one_never() {
    let server = start();
    let visitor = server.visitor();
    write(&visitor, "/a", "Ada", json!({"asks": true}));
    let near = write(&visitor, "/b", "Bob", json!({"asks": true}));
    answer(&visitor, "/b", "Ada", &near);
    let own = write(&visitor, "/b", "Grace", json!({"asks": true}));
    write(&visitor, "/b", "Grace", json!({"parent": own.id(), "as": own.receipt()}));
    server.wait(DAY * 2);
    let two = |name: &str| Some(format!("{name} asked something two days ago and nobody has answered: can you help?"));
    assert_eq!(give(&visitor, "/b", &[]), two("Grace"), "her own word is no answer");
    assert_eq!(give(&visitor, "/a", &[]), two("Ada"));
    assert_eq!(give(&visitor, "/c", &[]), two("Ada"), "the oldest of the site");
    assert_eq!(give(&visitor, "/b", &[("parent", &own.id())]), two("Ada"), "this very answer counts");
    server.set("moderation", "all");
    assert_eq!(give(&visitor, "/b", &[]), None, "nobody who waits is asked");
    server.set("moderation", "none");
    server.set("give_back", "off");
    assert_eq!(give(&visitor, "/b", &[]), None);
    assert!(!fragment(&server, "/b").contains("name=\"asks\""));
    assert_eq!(write(&visitor, "/b", "Eve", json!({"asks": true})).json()["comment"]["asks"], false, "nobody asks there");
}

#[test]
fn t49_a_hidden_question_is_not_asked_again_and_a_hidden_answer_answers_nothing() {
    for status in HIDDEN {
        let server = start();
        let visitor = server.visitor();
        let hidden = write(&visitor, "/a", "canary", json!({"asks": true}));
        let open = write(&visitor, "/a", "Ada", json!({"asks": true}));
        let reply = answer(&visitor, "/a", "canary", &open);
        hide(&server, &hidden, status);
        server.wait(DAY * 2);
        assert_eq!(give(&visitor, "/a", &[]), None);
        hide(&server, &reply, status);
        assert_eq!(
            give(&visitor, "/a", &[]).as_deref(),
            Some("Ada asked something two days ago and nobody has answered: can you help?"),
            "{status:?}"
        );
    }
}

#[test]
fn t25_nobody_is_asked_to_help_on_another_site_or_told_of_answers_there() {
    let server = start();
    rejoinder::actions::add_site(&server.app, "other", None, &["https://other.example".into()]).unwrap();
    let (here, there) = (server.visitor(), server.visitor().on("other").from("https://other.example"));
    let asked = write(&there, "/a", "Ada", json!({"asks": true}));
    server.wait(DAY * 2);
    assert_eq!(give(&here, "/a", &[]), None);
    assert!(give(&there, "/a", &[]).is_some());
    let reply = answer(&there, "/a", "Grace", &asked);
    assert_eq!(line(&mine(&here, "/a", &asked.receipt(), "").body, "answered"), None);
    assert!(line(&mine(&there, "/a", &asked.receipt(), "").body, "answered").is_some());
    assert_eq!(helped(&here, &reply.id(), &asked.receipt(), "1").brief(), "404 comment_unknown");
    let now = server.app.now();
    assert!(server.app.store.update_used(server.site().id, id(&reply), Some(now), now).is_err());
}

#[test]
fn whoever_wrote_what_was_used_in_the_post_is_thanked_by_name() {
    let server = start();
    let visitor = server.visitor();
    let thanked = || line(&fragment(&server, "/a"), "thanks");
    let ada = write(&visitor, "/a", "Ada", json!({}));
    assert_eq!(thanked(), None);
    mark_used(&server, &ada);
    assert_eq!(thanked().as_deref(), Some("With thanks to Ada"));
    let bob = write(&visitor, "/a", "Bob", json!({"parent": ada.id()}));
    mark_used(&server, &bob);
    assert_eq!(thanked().as_deref(), Some("With thanks to Ada and Bob"));
    mark_used(&server, &visitor.submit("/a", "no name"));
    assert_eq!(thanked().as_deref(), Some("With thanks to Ada, Bob and Somebody"));
    assert!(fragment(&server, "/a").contains(&format!("<a href=\"#comment-{}\"><bdi>Bob</bdi></a>", bob.id())));
    let page = page(&visitor, "/t/blog?page=/a");
    assert_eq!(line(&page, "thanks").as_deref(), Some("With thanks to Ada, Bob and Somebody"));
    assert!(page.contains(&format!("around={0}#comment-{0}\"><bdi>Bob</bdi>", bob.id())), "{page}");
    let part = visitor.get(&format!("/w/blog/thread?page=/a&around={}", bob.id())).body;
    assert_eq!(line(&part, "thanks"), None, "only in the whole fragment");
    (0..50).for_each(|_| mark_used(&server, &write(&visitor, "/a", "Eve", json!({}))));
    assert_eq!(thanked().unwrap().matches("Eve").count(), 47, "fifty names at most");
    server.set("thanks", "off");
    assert_eq!((thanked(), line(&visitor.get("/t/blog?page=/a").body, "thanks")), (None, None));
}

#[test]
fn t49_nobody_is_thanked_for_a_hidden_comment() {
    for status in HIDDEN {
        let server = start();
        let visitor = server.visitor();
        let (hidden, open) = (write(&visitor, "/a", "canary", json!({})), write(&visitor, "/a", "Ada", json!({})));
        mark_used(&server, &hidden);
        mark_used(&server, &open);
        assert_eq!(line(&fragment(&server, "/a"), "thanks").as_deref(), Some("With thanks to canary and Ada"));
        answer(&visitor, "/a", "Bob", &hidden);
        hide(&server, &hidden, status);
        for body in [fragment(&server, "/a"), visitor.get("/t/blog?page=/a").body] {
            assert_eq!(line(&body, "thanks").as_deref(), Some("With thanks to Ada"), "{status:?}");
            assert!(!body.contains("canary"), "{status:?}: {body}");
        }
    }
}

#[test]
fn what_the_owner_switches_off_is_gone() {
    let server = start();
    let visitor = server.visitor();
    let asked = write(&visitor, "/a", "Grace", json!({"asks": true}));
    let reply = answer(&visitor, "/a", "Ada", &asked);
    helped(&visitor, &reply.id(), &asked.receipt(), "1");
    mark_used(&server, &reply);
    let shown =
        ["This helped", ": this helped", " data-first", "No account is needed", "With thanks", "name=\"asks\"", "class=\"question\""];
    let body = fragment(&server, "/a");
    shown.iter().for_each(|words| assert!(body.contains(words), "{words}: {body}"));
    for rule in ["question", "helped", "newcomers", "give_back", "thanks"] {
        server.set(rule, "off");
    }
    let body = fragment(&server, "/a");
    shown.iter().for_each(|words| assert!(!body.contains(words), "{words}: {body}"));
    assert_eq!(helped(&visitor, &reply.id(), &asked.receipt(), "0").brief(), "404 not_found");
    let own = visitor.get(&format!("/t/blog/own/{}", asked.receipt())).body;
    assert!(own.contains("by Ada") && !own.contains("This helped") && !own.contains(": this helped"), "{own}");
    assert_eq!(
        server
            .visitor()
            .from(&server.base)
            .form(&format!("/t/blog/own/{}", asked.receipt()), &[("do", "helped"), ("answer", &reply.id())])
            .status,
        404
    );
}
