//! What the renderer promises: everything escaped, everything present, and small.

use std::io::Write;

use crate::model::{
    AnswerHabit, AuthorId, Badge, Comment, CommentAuthor, CommentId, Cursor, HoldReason, Page, PageId, PageState, RootThread, Rules, Site,
    SiteId, Sort, Status, ThreadSlice, Timestamp, Turn,
};

use super::{AnsweredView, FragmentView, GiveView, PageLinks, Part, Problem, Renderer};

const AT: Timestamp = Timestamp(1_795_428_000_000);

fn site() -> Site {
    Site {
        id: SiteId(1),
        key: "demo".parse().unwrap(),
        name: "Demo".into(),
        origins: vec!["https://blog.example".parse().unwrap()],
        rules: Rules { privacy_url: Some("https://blog.example/privacy".into()), ..Rules::default() },
        version: 1,
        created_at: AT,
    }
}

fn page(total: u64) -> Page {
    Page {
        id: PageId(1),
        site_id: SiteId(1),
        key: "/hello".into(),
        url: "https://blog.example/hello".into(),
        title: "Hello".into(),
        version: 7,
        published_count: total,
        root_count: total,
        state: PageState::Open,
        last_comment_at: AT,
        changed_at: AT,
        created_at: AT,
        question: None,
    }
}

fn comment(id: i64, parent: Option<i64>, name: &str, html: &str) -> Comment {
    Comment {
        id: CommentId(id),
        page_id: PageId(1),
        parent: parent.map(CommentId),
        root: CommentId(parent.unwrap_or(id)),
        depth: u32::from(parent.is_some()),
        author: CommentAuthor { id: Some(AuthorId(id)), name: Some(name.into()), website: None, badge: None },
        parent_name: parent.map(|_| "Ada".into()),
        status: Status::Published,
        source: html.into(),
        html: html.into(),
        markup_version: 1,
        receipt_epoch: 0,
        pinned: false,
        upvotes: 0,
        downvotes: 0,
        reply_count: 0,
        held_because: vec![],
        asks: false,
        is_first: false,
        turn: Turn::Nobody,
        helped_at: None,
        used_at: None,
        created_at: AT.plus_seconds(id * 977),
        edited_at: None,
    }
}

fn slice(roots: Vec<RootThread>) -> ThreadSlice {
    ThreadSlice { page: page(roots.len() as u64), roots, next: None }
}

fn root(root: Comment, replies: Vec<Comment>) -> RootThread {
    RootThread { root: Some(root), replies, more: None }
}

fn draw(slice: &ThreadSlice, part: Part) -> String {
    let site = site();
    let view = FragmentView {
        site: &site,
        page_key: "/hello",
        page: Some(&slice.page),
        state: slice.page.state,
        sort: Sort::Oldest,
        slice: Some(slice),
        part,
        form_stamp: "1795428000.stamp",
        honeypot: "qwert",
        feed: "/feed/demo.atom?page=%2Fhello",
        mail: true,
        site_author: "Ada",
        question: None,
        thanks: &[],
        habit: None,
        lang: "en",
    };
    Renderer::new().unwrap().fragment(&view).unwrap()
}

/// The elements and attributes that a browser would make of this.
fn elements(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let found = std::cell::RefCell::new(Vec::new());
    let note = lol_html::element!("*", |element| {
        let attributes = element.attributes().iter().map(|a| (a.name(), a.value())).collect();
        found.borrow_mut().push((element.tag_name(), attributes));
        Ok(())
    });
    let settings = lol_html::RewriteStrSettings::new().append_element_content_handler(note);
    lol_html::rewrite_str(html, settings).unwrap();
    found.into_inner()
}

const HOSTILE: [&str; 8] = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</template></section><svg/onload=alert(1)>",
    "&lt;b&gt;<b>",
    "`${alert(1)}`",
    "{{constructor}}{{{x}}}",
    "--><!--<a href=javascript:alert(1)>",
];

#[test]
fn t03_no_field_but_the_cleaned_body_can_bring_an_element_or_attribute() {
    let renderer = Renderer::new().unwrap();
    let plain = |text: &str| -> Vec<String> {
        let mut reply = comment(2, Some(1), text, "<p>b</p>");
        reply.parent_name = Some(text.into());
        reply.author.website = Some(format!("https://x.example/{text}"));
        reply.author.badge = Some(Badge::Author);
        reply.source = text.into();
        reply.status = Status::Pending;
        reply.helped_at = Some(AT);
        let slice = slice(vec![root(comment(1, None, text, "<p>a</p>"), vec![Comment { status: Status::Published, ..reply.clone() }])]);
        let mut site = site();
        site.rules.privacy_url = Some(format!("https://x.example/{text}"));
        let view = FragmentView {
            site: &site,
            page_key: text,
            page: Some(&slice.page),
            state: PageState::Open,
            sort: Sort::Newest,
            slice: Some(&slice),
            part: Part::Whole,
            form_stamp: text,
            honeypot: text,
            feed: text,
            mail: true,
            site_author: text,
            question: Some((text, text)),
            thanks: &[(CommentId(1), Some(text.to_owned())), (CommentId(2), None)],
            habit: AnswerHabit::worth_telling(10, 8, 3 * 3600),
            lang: text,
        };
        let links = PageLinks { address: &format!("/t/demo?page={text}"), takes_replies: true, courtesies: Rules::default().courtesies };
        let origins = [text.to_owned()];
        let problem = Problem { code: text, field: Some(text), limit: None, origins: &origins };
        let answered = AnsweredView { id: CommentId(2), name: Some(text), title: text, address: text, answers: 1 };
        vec![
            renderer.fragment(&view).unwrap(),
            renderer.comments(&slice, Part::Whole, links, text).unwrap(),
            renderer.own_article(&site, &reply, text, text).unwrap(),
            renderer.problem(&problem, text),
            renderer.own_articles(&site, &[], Some(&answered), text, AT).unwrap(),
            renderer.give(&GiveView { name: Some(text), address: text, days: 2 }, text).unwrap(),
            renderer.note(text),
            renderer.helped(&reply, text),
            renderer.thanks(&[(CommentId(1), Some(text.to_owned()))], text, text).unwrap().unwrap(),
            renderer.article(&slice.roots[0].replies[0], links, text).unwrap(),
        ]
    };
    let names = |views: Vec<String>| -> Vec<Vec<(String, Vec<String>)>> {
        let shape =
            |html: &String| elements(html).into_iter().map(|(tag, list)| (tag, list.into_iter().map(|(n, _)| n).collect())).collect();
        views.iter().map(shape).collect()
    };
    let expected = names(plain("Ada"));
    for text in HOSTILE {
        assert_eq!(names(plain(text)), expected, "{text}");
    }
}

#[test]
fn replies_nest_under_their_parents_and_orphans_name_theirs() {
    let threads = vec![root(
        comment(1, None, "Ada", "<p>1</p>"),
        vec![
            comment(2, Some(1), "Bob", "<p>2</p>"),
            Comment { depth: 2, ..comment(3, Some(2), "Eve", "<p>3</p>") },
            comment(9, Some(7), "Joe", "<p>9</p>"),
        ],
    )];
    let html = draw(&slice(threads), Part::Whole);
    let places: Vec<String> = elements(&html)
        .into_iter()
        .filter(|(tag, _)| tag == "li" || tag == "article")
        .map(|(tag, list)| {
            let of = |name: &str| list.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
            format!("{tag} {} {}", of("id").unwrap_or_default(), of("data-parent").unwrap_or_default()).trim().to_owned()
        })
        .collect();
    assert_eq!(places, ["li", "article comment-1", "li", "article comment-2", "li", "article comment-3", "li", "article comment-9 7"]);
    assert!(html.contains("<p>2</p></div></article><ol><li><article id=\"comment-3\""), "{html}");
}

#[test]
fn a_comment_that_is_gone_is_an_empty_place_with_a_sentence() {
    let mut gone = comment(1, None, "Ada", "<p>secret</p>");
    gone.status = Status::Withdrawn;
    gone.author.website = Some("https://ada.example".into());
    let html = draw(&slice(vec![root(gone, vec![comment(2, Some(1), "Bob", "<p>2</p>")])]), Part::Whole);
    assert!(html.contains("<article id=\"comment-1\" class=\"gone\"><p class=\"note\">Its author took this comment back.</p></article>"));
    assert!(!html.contains("secret") && !html.contains("ada.example"));
}

#[test]
fn later_parts_hold_only_their_places() {
    let mut next = slice(vec![root(comment(5, None, "Ada", "<p>5</p>"), vec![])]);
    next.next = Some(Cursor::Roots { sort: Sort::Oldest, rank: 0, id: CommentId(5) });
    let html = draw(&next, Part::MoreRoots);
    assert!(html.contains("data-next=\"") && !html.contains("<template") && !html.contains("<h2"));

    let inside = RootThread { root: None, replies: vec![comment(8, Some(1), "Bob", "<p>8</p>")], more: None };
    let html = draw(&slice(vec![inside]), Part::MoreReplies(CommentId(1)));
    assert!(html.contains("<li data-root=\"1\"><ol><li><article id=\"comment-8\" data-parent=\"1\">"), "{html}");
}

#[test]
fn a_window_of_replies_can_be_completed_from_its_first_reply() {
    let around = root(Comment { reply_count: 40, ..comment(1, None, "Ada", "<p>1</p>") }, vec![comment(30, Some(1), "Bob", "<p>30</p>")]);
    let html = draw(&slice(vec![around]), Part::Around(CommentId(30)));
    let start = Cursor::Replies { root: CommentId(1), path: vec![] }.encode();
    assert!(html.contains(&format!("<li data-more=\"{start}\" data-left=\"39\">")), "{html}");
    assert!(!html.contains("data-next"));
}

#[test]
fn a_closed_page_offers_no_form_and_an_empty_one_asks_to_begin() {
    let mut closed = slice(vec![]);
    closed.page.state = PageState::Closed;
    let html = draw(&closed, Part::Whole);
    assert!(html.contains("This thread is closed") && !html.contains("class=\"button reply\"") && !html.contains("Be the first"));
    let html = draw(&slice(vec![]), Part::Whole);
    assert!(html.contains("Be the first") && html.contains("name=\"stamp\" value=\"1795428000.stamp\"") && html.contains("name=\"qwert\""));
}

#[test]
fn an_author_gets_status_receipt_reasons_and_the_text_as_sent() {
    let renderer = Renderer::new().unwrap();
    let mut held = comment(4, Some(1), "Ada", "<p>two<br>lines</p>");
    held.source = "two\nlines & <more>".into();
    held.status = Status::Pending;
    held.held_because = HoldReason::ALL.into();
    let html = renderer.own_article(&site(), &held, "4.receipt", "en").unwrap();
    for expected in [
        "data-status=\"pending\"",
        "data-receipt=\"4.receipt\"",
        "data-edit-until=\"2026-11-23T11:20:08Z\"",
        "data-held=\"everything_waits first_comment links hidden_field too_quick moderator\"",
        "data-parent=\"1\"",
        "data-root=\"1\"",
        "Waiting for approval. Every comment is read here before it appears.",
        "<pre class=\"source\" hidden>\ntwo\nlines &amp; &lt;more&gt;</pre>",
    ] {
        assert!(html.contains(expected), "{expected} in {html}");
    }
    held.status = Status::Withdrawn;
    let html = renderer.own_article(&site(), &held, "4.receipt", "en").unwrap();
    assert!(html.contains("data-status=\"withdrawn\"") && !html.contains("lines"), "{html}");
}

#[test]
fn a_page_without_script_gets_readable_times_and_reply_links() {
    let links = PageLinks { address: "/t/demo?page=%2Fhello", takes_replies: true, courtesies: Rules::default().courtesies };
    let slice = slice(vec![root(comment(1, None, "Ada", "<p>1</p>"), vec![])]);
    let html = Renderer::new().unwrap().comments(&slice, Part::Whole, links, "en").unwrap();
    assert!(html.contains("<time datetime=\"2026-11-23T10:16:17Z\">23 November 2026, 10:16 UTC</time>"), "{html}");
    assert!(html.contains("href=\"/t/demo?page&#x3D;%2Fhello&amp;reply=1#form\""), "{html}");
}

#[test]
fn a_hundred_comments_with_form_and_texts_fit_the_budget() {
    let sentences: Vec<&str> = include_str!("tests/sentences.txt").lines().collect();
    let mut seed = 7u64;
    let mut sentence = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        sentences[(seed >> 33) as usize % sentences.len()]
    };
    let names = ["Ada", "Grace", "Bob", "Edsger", "Barbara", "Donald", "Frances", "Tony", "Radia", "Alan"];
    let (mut threads, mut bodies): (Vec<RootThread>, usize) = (Vec::new(), 0);
    for id in 1..=100 {
        let mut text = String::new();
        while text.len() < 160 {
            text.push_str(sentence());
            text.push(' ');
        }
        bodies += text.len();
        let html = format!("<p>{}</p>", text.trim_end());
        let name = names[id as usize * 7 % names.len()];
        match threads.last_mut().filter(|_| id % 3 != 1) {
            Some(thread) => {
                let parent = thread.root.as_ref().unwrap().id.0;
                thread.replies.push(comment(id, Some(parent), name, &html));
            }
            None => threads.push(root(comment(id, None, name, &html), vec![])),
        }
    }
    assert!((190..=230).contains(&(bodies / 100)), "{bodies} characters in a hundred comments");
    let size = gzipped(&draw(&slice(threads.clone()), Part::Whole));
    assert!(size <= 8192, "{size} bytes");
    // What people write compresses as it likes; what is ours around it has a limit of its own.
    for thread in &mut threads {
        thread.root.iter_mut().chain(&mut thread.replies).for_each(|comment| comment.html.clear());
    }
    let ours = gzipped(&draw(&slice(threads), Part::Whole));
    assert!(ours <= 3328, "{ours} bytes");
}

fn gzipped(text: &str) -> usize {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(text.as_bytes()).unwrap();
    let size = packed.finish().unwrap().len();
    println!("{} bytes, {size} gzipped", text.len());
    size
}
