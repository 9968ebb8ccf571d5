//! Nobody is flooded, whatever happens.

use std::time::Duration;

use rejoinder::model::NoticeMode;

use crate::post::{A_MOMENT, post, to};

#[test]
fn t56_a_thousand_answers_in_a_minute_are_one_mail_to_each_address() {
    let Some(post) = post() else { return };
    let visitor = post.server.visitor();
    let root = visitor.submit("/hello", "Who is here?").id();
    let site = post.server.site().id;
    let page = post.server.app.store.find_comment(site, root.parse().unwrap()).unwrap().unwrap().page.id;
    post.follower("ada@example.org", page, Some(&root));
    post.follower("grace@example.org", page, None);
    post.after(A_MOMENT);
    for n in 0..1000 {
        assert_eq!(visitor.reply("/hello", &root, &format!("Me {n}")).status, 201);
        if n % 20 == 0 {
            post.server.wait(Duration::from_secs(1));
        }
    }
    let mails = post.after(A_MOMENT);
    let count = |address: &str| mails.iter().filter(|mail| to(mail) == address).count();
    assert_eq!((count("ada@example.org"), count("grace@example.org")), (1, 1), "{:?}", post.log());
    let mails = post.after(Duration::from_secs(15 * 60));
    assert!((3..=4).contains(&mails.len()), "the rest comes in one more mail each: {}", mails.len());
}

#[test]
fn t56_more_than_ten_comments_an_hour_are_gathered_for_the_author() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    for n in 0..30 {
        post.server.visitor().submit("/hello", &format!("Text {n}")).id();
        post.after(Duration::from_secs(30));
    }
    assert_eq!(post.after(A_MOMENT).len(), 10);
    assert_eq!(post.after(Duration::from_secs(3600)).len(), 11);
}

#[test]
fn t56_after_three_refusals_in_a_row_an_address_gets_no_more() {
    let Some(post) = post() else { return };
    let visitor = post.server.visitor();
    let page = post.page(&visitor, "/hello");
    post.follower("gone@example.org", page, None);
    post.smtp.faults(&["rcpt-5xx"]);
    for n in 0..5 {
        visitor.submit("/hello", &format!("Text {n}")).id();
        post.after(Duration::from_secs(20 * 60));
    }
    let states: Vec<&str> = post.log().into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["failed"; 3], "the fourth was not even written");
}
