//! What strangers write, read back through every view there is. Submitted through the actions, because the writing
//! thread takes many at once there; read over HTTP.

use std::{collections::BTreeMap, fs};

use quick_xml::{Reader, escape::unescape, events::Event};
use rejoinder::actions::{self, Accepted, Sent};
use rejoinder::app::Visitor;
use rejoinder::error::Error;
use rejoinder::model::{PageAsked, Scope, Submission};
use unicode_segmentation::UnicodeSegmentation;

use crate::corpora::{corpora, json_lines};
use crate::harness::{Person, Reply, SITE, TestServer, start};
use crate::oracle::breaches;
use crate::whole_pages::{Seen, see};

/// Cases of every kind of hole, for whoever has no corpora.
const OWN: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</textarea></title></pre></template><svg/onload=alert(1)>",
    "[a](javascript:alert(1)) [b](data:text/html,x) <https://ok.example>",
    "{{html}} {{{html}}} ${x} <%= x %>",
    "]]><x/><!-- --> &amp;lt;script&gt; &#x3c;b&#x3e;",
    "\u{202e}gnp.exe\u{2066} a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306} \u{e0041}\u{85}",
    "<a id=login name=cookie class=button form=form is=x slot=s part=p href=https://a.example>x</a>",
    "`</code>` ```\n</code></pre><b onclick=x>\n```",
];

/// Comments that one page of a thread shows.
const BATCH: usize = 50;

fn payloads() -> Vec<String> {
    let mut all: Vec<String> = OWN.iter().map(|&text| text.to_owned()).collect();
    if let Some(folder) = corpora("hostile text") {
        // NUL never gets past the readers of bodies.
        let text = |value: serde_json::Value| value["payload"].as_str().expect("a payload").replace('\0', "");
        all.extend(json_lines(&folder, "xss/payloads.jsonl").into_iter().map(text));
        assert!(all.len() >= 3838);
    }
    all
}

/// As much of a text as a name may have.
fn name_of(text: &str) -> String {
    let mut bytes = 0;
    let fits = |letter: &&str| {
        bytes += letter.len();
        bytes <= 320
    };
    text.graphemes(true).take(80).take_while(fits).collect()
}

fn submit(server: &TestServer, site: &str, submission: Submission) -> Result<Accepted, Error> {
    let site = actions::find_site(&server.app, site).expect("the site");
    actions::submit_comment(&server.app, &Visitor::default(), &site, Sent { submission, ..Sent::default() })
}

/// Submits as much of this as is taken: a website or name that is refused is left out.
fn submit_all_that_is_taken(server: &TestServer, page: &str, text: &str) -> Accepted {
    let mut submission = Submission {
        page: PageAsked { page: Some(page.into()), url: None },
        text: Some(text.into()),
        name: Some(name_of(text)),
        website: Some(text.into()),
        title: Some(text.chars().take(300).collect()),
        ..Submission::default()
    };
    loop {
        match submit(server, SITE, submission.clone()) {
            Ok(accepted) => return accepted,
            Err(Error::Field(error)) if error.field == "website" => submission.website = None,
            Err(Error::Field(error)) if error.field == "name" => submission.name = None,
            Err(Error::Field(error)) if error.field == "text" => submission.text = Some("refused".into()),
            Err(error) => panic!("{text:?}: {error}"),
        }
    }
}

/// Does this with each, several at once, and gives back what came of them in order.
fn with_each<T: Sync, R: Send>(all: &[T], at_once: usize, act: impl Fn(usize, &T) -> R + Sync) -> Vec<R> {
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..at_once)
            .map(|worker| {
                let act = &act;
                scope.spawn(move || {
                    all.iter().enumerate().skip(worker).step_by(at_once).map(|(n, each)| (n, act(n, each))).collect::<Vec<_>>()
                })
            })
            .collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("a worker ends well")).collect()
    });
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Comments of plain people with every combination of fields, so that each shape of a comment is known.
fn write_plainly(server: &TestServer, page: &str, count: usize) {
    for n in 0..count {
        let submission = Submission {
            page: PageAsked { page: Some(page.into()), url: None },
            text: Some("Hi".into()),
            name: (n % 2 == 0).then(|| "Grace".into()),
            website: (n % 4 < 2).then(|| "https://grace.example/".into()),
            title: Some("Hello".into()),
            ..Submission::default()
        };
        submit(server, "plain", submission).expect("a plain comment");
    }
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn fine(address: &str, reply: &Reply) {
    assert_eq!(reply.status, 200, "{address}: {}", reply.body);
}

/// One entry of an Atom feed: the texts of its elements by name.
fn entries(xml: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut all, mut within): (Vec<BTreeMap<String, String>>, Vec<String>) = (vec![], vec![]);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("no XML ({error}): {xml}")) {
            Event::Eof => break,
            Event::Start(tag) => {
                within.push(tag.name().as_ref().to_owned());
                if within.last().is_some_and(|name| name == "entry") {
                    all.push(BTreeMap::new());
                }
            }
            Event::End(_) => drop(within.pop()),
            Event::Text(text) => {
                let text = text.to_string();
                if let (Some(entry), Some(name)) = (all.last_mut(), within.last()) {
                    entry.entry(name.clone()).or_default().push_str(&text);
                }
            }
            Event::GeneralRef(reference) => {
                let text = unescape(&format!("&{};", &*reference)).expect("a known reference").into_owned();
                if let (Some(entry), Some(name)) = (all.last_mut(), within.last()) {
                    entry.entry(name.clone()).or_default().push_str(&text);
                }
            }
            Event::CData(_) | Event::Comment(_) | Event::DocType(_) | Event::PI(_) => panic!("only elements and text are ours: {xml}"),
            _ => {}
        }
    }
    assert!(within.is_empty());
    all
}

fn feeds_are_harmless(atom: &Reply, json: &Reply, count: usize) {
    let entries = entries(&atom.body);
    let whole = json.json();
    let items = whole["items"].as_array().expect("items");
    assert_eq!((entries.len(), items.len()), (count, count));
    for (entry, item) in entries.iter().zip(items) {
        let html = entry.get("content").map_or("", String::as_str);
        // XML cannot hold every character, JSON can.
        let all: String =
            item["content_html"].as_str().expect("HTML").chars().filter(|c| !c.is_control() || *c == '\n' || *c == '\t').collect();
        assert_eq!(html.replace('\r', ""), all.replace('\r', ""));
        assert_eq!(breaches(html), Vec::<String>::new(), "{html}");
        for url in [item["authors"][0]["url"].as_str(), item["url"].as_str(), entry.get("uri").map(String::as_str)].into_iter().flatten() {
            assert!(url.starts_with("http://") || url.starts_with("https://"), "{url}");
        }
    }
}

/// Everything that a thread of that page is read by, compared with a page of as many plain comments.
fn views_are_harmless(server: &TestServer, page: &str, own: &[Accepted]) {
    let visitor = server.visitor();
    let (there, plain) = (encoded(page), format!("/plain/{}", own.len()));
    let view = |address: String, twin: String| {
        let (reply, twin) = (visitor.get(&address), visitor.get(&twin));
        fine(&address, &reply);
        let seen = see(&reply.body);
        assert_eq!(seen.bodies.len(), own.len(), "{address}");
        assert_eq!(seen.differs(&see(&twin.body)), Vec::<String>::new(), "{address}");
        let clean = reply.body.chars().find(|c| disturbs(*c));
        assert_eq!(clean, None, "{address}");
    };
    view(format!("/w/blog/thread?page={there}"), format!("/w/plain/thread?page={plain}"));
    view(format!("/t/blog?page={there}"), format!("/t/plain?page={plain}"));

    let thread = visitor.ask("GET", &format!("/thread?page={there}&limit=100"), None).json();
    for comment in thread["comments"].as_array().expect("comments") {
        let html = comment["html"].as_str().expect("HTML");
        assert_eq!(breaches(html), Vec::<String>::new(), "{html}");
        let website = comment["author"]["website"].as_str().unwrap_or("https://");
        assert!(website.starts_with("http://") || website.starts_with("https://"), "{website}");
    }
    feeds_are_harmless(
        &visitor.get(&format!("/feed/blog.atom?page={there}")),
        &visitor.get(&format!("/feed/blog.json?page={there}")),
        own.len(),
    );

    let receipts: Vec<&str> = own.iter().map(|accepted| accepted.receipt.as_str()).collect();
    let mine = visitor.form("/w/blog/mine", &[("page", page), ("receipts", &receipts.join(" "))]);
    fine("mine", &mine);
    let seen = see(&mine.body);
    assert_eq!((seen.harm(), seen.bodies.len()), (vec![], own.len()));
}

/// T09: characters that reach beyond the text they stand in. Sources keep them, what people see does not.
fn disturbs(c: char) -> bool {
    let control = c.is_control() && !matches!(c, '\n' | '\t');
    control || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}

#[test]
fn t01_t03_t05_t09_t11_no_text_of_a_visitor_becomes_more_than_text_in_any_view() {
    let server = start();
    actions::add_site(&server.app, "plain", None, &["https://plain.example".into()]).unwrap();
    let payloads = payloads();
    let own = with_each(&payloads, 16, |n, text| submit_all_that_is_taken(&server, &format!("/batch/{}", n / BATCH), text));
    let batches: Vec<&[Accepted]> = own.chunks(BATCH).collect();
    for size in [BATCH, batches.last().map_or(0, |last| last.len())] {
        write_plainly(&server, &format!("/plain/{size}"), size);
    }
    with_each(&batches, 3, |n, batch| views_are_harmless(&server, &format!("/batch/{n}"), batch));

    let desk = server.owner();
    queue_is_harmless(&desk);
    own_pages_are_harmless(&server, &own);
    let list = server.visitor().get("/t/blog");
    assert_eq!(see(&list.body).harm(), Vec::<String>::new());
}

/// Every list of cards, to its end, compared with the cards of plain comments.
fn queue_is_harmless(desk: &Person<'_>) {
    let plain = see(&desk.get("/admin/sites/plain?show=new").body);
    let mut next = Some("/admin/sites/blog?show=new".to_owned());
    let mut pages = 0;
    while let Some(address) = next {
        let reply = desk.get(&address);
        fine(&address, &reply);
        let seen = see(&reply.body);
        let cursor = |link: &String| link.contains("cursor=").then(|| link.clone());
        next = seen.links.iter().find_map(cursor);
        // The last page is shorter and leads nowhere.
        let expected = if next.is_some() { seen.differs(&plain) } else { seen.harm() };
        assert_eq!(expected, Vec::<String>::new(), "{address}");
        pages += 1;
    }
    assert!(pages > 1 || seen_few(desk), "the list goes on");
    for address in ["/admin/sites/blog/pages", "/admin/sites/blog/rules"] {
        assert_eq!(see(&desk.get(address).body).harm(), Vec::<String>::new(), "{address}");
    }
}

fn seen_few(desk: &Person<'_>) -> bool {
    see(&desk.get("/admin/sites/blog?show=new").body).bodies.len() <= 20
}

/// The page of a receipt holds the source in a form; the desk shows one comment alone.
fn own_pages_are_harmless(server: &TestServer, own: &[Accepted]) {
    let (visitor, desk) = (server.visitor(), server.owner());
    let plain = submit(
        server,
        "plain",
        Submission { page: PageAsked { page: Some("/x".into()), url: None }, text: Some("Hi".into()), ..Submission::default() },
    )
    .unwrap();
    let page_of = |site: &str, accepted: &Accepted| see(&visitor.get(&format!("/t/{site}/own/{}", accepted.receipt)).body);
    let card_of = |site: &str, accepted: &Accepted| see(&desk.get(&format!("/admin/sites/{site}/comments/{}", accepted.comment.id)).body);
    let frames: [Seen; 2] = [page_of("plain", &plain), card_of("plain", &plain)];
    let some: Vec<&Accepted> = own.iter().step_by(4).chain(own.iter().take(OWN.len())).collect();
    with_each(&some, 3, |_, accepted| {
        for (seen, plain) in [page_of(SITE, accepted), card_of(SITE, accepted)].iter().zip(&frames) {
            assert_eq!((&seen.frame, seen.harm(), seen.bodies.len()), (&plain.frame, vec![], 1), "{:?}", accepted.comment.source);
        }
    });
}

#[test]
fn t03_no_name_of_a_page_and_no_title_becomes_more_than_text() {
    let server = start();
    actions::add_site(&server.app, "plain", None, &["https://plain.example".into()]).unwrap();
    let visitor = server.visitor();
    write_plainly(&server, "post", 1);
    let plain = ["/w/plain/thread?page=post", "/t/plain?page=post"].map(|address| see(&visitor.get(address).body));
    let taken = with_each(&payloads(), 8, |_, text| {
        let page: String = text.trim().chars().take(255).collect();
        let submission = Submission {
            page: PageAsked { page: Some(page.clone()), url: None },
            text: Some("Hi".into()),
            title: Some(text.chars().take(300).collect()),
            name: Some("Grace".into()),
            website: Some("https://grace.example/".into()),
            ..Submission::default()
        };
        match submit(&server, SITE, submission) {
            Ok(_) => {}
            Err(Error::Field(error)) if error.field == "page" => return 0,
            Err(error) => panic!("{text:?}: {error}"),
        }
        let asked = encoded(&page);
        let views = [format!("/w/blog/thread?page={asked}"), format!("/t/blog?page={asked}&title={asked}")];
        for (address, plain) in views.iter().zip(&plain) {
            let reply = visitor.get(address);
            fine(address, &reply);
            // Two payloads may name one page, which then has two comments.
            let seen = see(&reply.body);
            let wrong = if seen.bodies.len() == 1 { seen.differs(plain) } else { seen.harm() };
            assert_eq!(wrong, Vec::<String>::new(), "{address}");
        }
        let atom = visitor.get(&format!("/feed/blog.atom?page={asked}"));
        fine("feed", &atom);
        assert!(!entries(&atom.body).is_empty());
        1
    });
    let taken: usize = taken.into_iter().sum();
    assert!(taken * 10 > payloads().len() * 8, "{taken}");
    assert_eq!(see(&visitor.get("/t/blog").body).harm(), Vec::<String>::new());
    feeds_are_harmless(&visitor.get("/feed/blog.atom"), &visitor.get("/feed/blog.json"), 50.min(taken));
}

/// What was refused comes back in its form, and what cannot be refused is said again in a sentence.
#[test]
fn t03_refusals_say_back_only_text() {
    let server = start();
    let reader = server.visitor().from(&server.base);
    let fields = ["text", "name", "email", "website", "title", "url", "parent", "key", "stamp", "as", "lang"];
    let plain = see(&reader.form("/t/blog/note", &[("page", "/x"), ("text", "")]).body);
    assert!(!plain.frame.is_empty() && !plain.links.is_empty());
    let some: Vec<String> =
        payloads().into_iter().enumerate().filter(|(n, _)| n % 4 == 0 || *n < OWN.len()).map(|(_, text)| text).collect();
    with_each(&some, 3, |_, text| {
        let mut sent: Vec<(&str, &str)> = fields.iter().map(|field| (*field, text.as_str())).collect();
        sent.push(("page", "/x"));
        // A parent that is no number is always refused.
        let page = reader.form("/t/blog/note", &sent);
        assert!((400..500).contains(&page.status), "{text:?} {}", page.status);
        let seen = see(&page.body);
        assert_eq!(seen.harm(), Vec::<String>::new(), "{text:?}");
        let elements = |seen: &Seen| seen.frame.iter().filter(|shape| !shape.contains("aria-invalid")).cloned().collect::<Vec<_>>();
        if page.body.contains("<textarea") {
            assert_eq!(elements(&seen).len() + invalid(&seen), elements(&plain).len() + invalid(&plain), "{text:?} {}", page.body);
        }
        let fragment = reader.form("/w/blog/note", &sent);
        let seen = see(&fragment.body);
        assert_eq!((seen.frame.len(), seen.comments.len(), seen.harm()), (1, 0, vec![]), "{text:?} {}", fragment.body);
        let mut unknown = sent.clone();
        unknown.extend([(text.as_str(), ""), (text.as_str(), "")]);
        for address in ["/w/blog/note", "/t/blog/note", "/w/blog/preview", "/w/blog/mine"] {
            assert_eq!(see(&reader.form(address, &unknown).body).harm(), Vec::<String>::new(), "{address} {text:?}");
        }
        let asked = encoded(text);
        for address in [
            format!("/w/blog/thread?page={asked}&url={asked}&sort={asked}&cursor={asked}&around={asked}&lang={asked}"),
            format!("/t/blog?page={asked}&url={asked}&title={asked}&reply={asked}"),
            format!("/t/blog?page=/x&title={asked}&sort={asked}"),
            format!("/w/{asked}/thread"),
            format!("/t/{asked}"),
            format!("/t/blog/own/{asked}"),
            format!("/go/{asked}"),
            format!("/admin/sites/{asked}"),
            format!("/admin/setup?code={asked}"),
            format!("/admin/sign-in?next={asked}"),
            format!("/admin/{asked}"),
        ] {
            let reply = reader.get(&address);
            let html = reply.header("content-type").starts_with("text/html");
            assert!(html || reply.header("content-type").starts_with("application/json"), "{address}: {}", reply.header("content-type"));
            if html {
                assert_eq!(see(&reply.body).harm(), Vec::<String>::new(), "{address}");
            }
        }
        let origin: String = text.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect();
        let foreign = server.visitor().from(origin.trim()).form("/w/blog/note", &[("page", "/x"), ("text", "Hi")]);
        assert_eq!((see(&foreign.body).frame.len(), see(&foreign.body).harm()), (1, vec![]), "{origin}");
    });
}

fn invalid(seen: &Seen) -> usize {
    seen.frame.iter().filter(|shape| shape.contains("aria-invalid")).count()
}

#[test]
fn t04_create_edit_edit_by_staff_and_preview_make_the_same_html() {
    let server = start();
    let (visitor, moderator) = (server.visitor(), server.token(Scope::Moderate));
    let one = visitor.submit("/edited", "Hi");
    let author = visitor.with_bearer(&one.receipt());
    let path = format!("/comments/{}", one.id());
    for text in payloads().iter().step_by(12).chain(payloads().iter().take(OWN.len())) {
        let preview = visitor.form("/w/blog/preview", &[("text", text)]);
        let edit = author.ask("PATCH", &path, Some(serde_json::json!({"text": text})));
        if preview.status != 200 {
            assert!(matches!(preview.status, 400 | 422), "{text:?}: {}", preview.brief());
            assert_eq!(edit.brief(), preview.brief(), "{text:?}");
            continue;
        }
        let seen = see(&preview.body);
        assert_eq!((seen.harm(), seen.bodies.len()), (vec![], 1), "{text:?}");
        let html = |reply: &Reply| reply.json()["comment"]["html"].as_str().expect("HTML").to_owned();
        assert_eq!(html(&edit), seen.bodies[0], "{text:?}");
        let by_staff = moderator.ask("PATCH", &path, Some(serde_json::json!({"text": text})));
        assert_eq!(html(&by_staff), seen.bodies[0], "{text:?}");
        let form = visitor.form(&format!("/w/blog/note/{}/edit", one.id()), &[("receipt", &one.receipt()), ("text", text)]);
        assert_eq!(see(&form.body).bodies, seen.bodies, "{text:?}");
        let created = visitor.submit("/created", text);
        assert_eq!(html(&created), seen.bodies[0], "{text:?}");
    }
}

#[test]
fn t09_names_and_texts_of_every_writing_stay_within_their_place() {
    let server = start();
    let mut texts: Vec<String> = OWN.iter().map(|&text| text.to_owned()).collect();
    if let Some(folder) = corpora("direction and marks") {
        texts.extend(json_lines(&folder, "unicode/identities.jsonl").iter().filter_map(|value| value["name"].as_str().map(str::to_owned)));
        let naughty = fs::read_to_string(folder.join("naughty-strings/blns.json")).unwrap();
        texts.extend(serde_json::from_str::<Vec<String>>(&naughty).unwrap());
    }
    texts.retain(|text| !text.trim().is_empty() && !text.contains('\0'));
    with_each(&texts, 8, |_, text| {
        let submission = Submission {
            page: PageAsked { page: Some("/marks".into()), url: None },
            name: Some(name_of(text)),
            title: Some(name_of(text)),
            text: Some(text.clone()),
            ..Submission::default()
        };
        let unnamed = Submission { name: None, ..submission.clone() };
        let nothing = |error: &Error| error.code() == "comment_empty";
        let taken = submit(&server, SITE, submission).or_else(|_| submit(&server, SITE, unnamed));
        assert!(taken.is_ok() || taken.as_ref().is_err_and(nothing), "{text:?}");
    });
    let mut cursor = String::new();
    loop {
        for address in [format!("/w/blog/thread?page=/marks&cursor={cursor}"), format!("/t/blog?page=/marks&cursor={cursor}")] {
            let body = server.visitor().get(&address).body;
            assert_eq!(body.chars().find(|c| disturbs(*c)), None, "{address}");
            assert!(most_marks(&body) <= 4, "{address}");
            assert_eq!(see(&body).harm(), Vec::<String>::new(), "{address}");
        }
        let thread = server.visitor().ask("GET", &format!("/thread?page=/marks&cursor={cursor}"), None).json();
        match thread["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
}

/// The most marks that follow one another anywhere.
fn most_marks(text: &str) -> usize {
    use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};
    let (mut most, mut run) = (0, 0);
    for c in text.chars() {
        run = if c.general_category_group() == GeneralCategoryGroup::Mark { run + 1 } else { 0 };
        most = most.max(run);
    }
    most
}
