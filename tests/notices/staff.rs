//! What the author hears: every comment, only what waits, or a digest; without what was handled meanwhile.

use std::time::Duration;

use rejoinder::model::NoticeMode;
use serde_json::{Value, json};

use crate::post::{A_MOMENT, Post, post, to};

fn subjects(mails: &[Value]) -> Vec<&str> {
    mails
        .iter()
        .map(|mail| mail["headers"].as_array().unwrap().iter().find(|pair| pair[0] == "Subject").unwrap()[1].as_str().unwrap())
        .collect()
}

fn submit(post: &Post, name: &str, page: &str, text: &str) -> String {
    let body = json!({"page": page, "title": "My first week", "name": name, "text": text});
    post.server.visitor().ask("POST", "/comments", Some(body)).id()
}

#[test]
fn the_author_reads_who_wrote_on_what_and_finds_one_button() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    submit(&post, "Ada", "/hello", "How was it?");
    let mails = post.after(A_MOMENT);
    assert_eq!(subjects(&mails), ["Ada wrote on *My first week*"]);
    assert_eq!(to(&mails[0]), "maren@blog.example");
    let html = mails[0]["html"].as_str().unwrap();
    assert!(html.contains("How was it?"));
    assert_eq!(html.matches(&format!("{}/answer/", post.server.base)).count(), 1, "{html}");
}

#[test]
fn staff_hears_nothing_of_itself_or_of_other_staff() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Every);
    let token = post.server.token(rejoinder::model::Scope::Admin);
    token.submit("/hello", "Welcome").id();
    assert!(post.after(A_MOMENT).is_empty() && post.log().is_empty());
}

#[test]
fn forty_held_comments_in_an_hour_make_one_mail() {
    let Some(post) = post() else { return };
    post.server.set("moderation", "all");
    post.staff("Maren", "maren@blog.example", NoticeMode::Pending);
    submit(&post, "Ada", "/hello", "Text 0");
    // What waits has not told its page a title yet.
    assert_eq!(subjects(&post.after(A_MOMENT)), ["Ada wrote on */hello*"]);
    for n in 1..40 {
        submit(&post, "Ada", "/hello", &format!("Text {n}"));
        post.server.wait(Duration::from_secs(80));
    }
    assert_eq!(post.after(A_MOMENT).len(), 1, "one mail in that hour: {:?}", post.log());
    // What the hour brought is one mail after it, and what was decided meanwhile is not in it.
    let token = post.server.token(rejoinder::model::Scope::Moderate);
    let waiting = token.ask("GET", "/comments?status=pending", None).json();
    let newest = waiting["comments"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(token.ask("POST", &format!("/comments/{newest}/approve"), None).status, 200);
    let mails = post.after(Duration::from_secs(3600));
    assert_eq!(subjects(&mails)[1..], ["38 comments on The blog wait for you"]);
    assert!(!mails[1]["text"].as_str().unwrap().contains("Text 39"), "it was approved meanwhile");
}

#[test]
fn who_wants_only_what_waits_hears_of_nothing_else() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Pending);
    submit(&post, "Ada", "/hello", "Published at once");
    assert!(post.after(A_MOMENT).is_empty());
    post.server.set("moderation", "all");
    submit(&post, "Ada", "/hello", "Waits");
    assert_eq!(post.after(A_MOMENT).len(), 1);
}

#[test]
fn a_digest_gathers_an_hour_or_a_day_and_leaves_out_what_was_answered() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Hourly);
    post.staff("Grace", "grace@blog.example", NoticeMode::Daily);
    post.staff("Bob", "bob@blog.example", NoticeMode::Off);
    let answered = submit(&post, "Ada", "/hello", "Answered soon");
    submit(&post, "Ada", "/hello", "First that stays");
    submit(&post, "Ada", "/hello", "Second that stays");
    assert!(post.after(A_MOMENT).is_empty());
    post.server.token(rejoinder::model::Scope::Admin).reply("/hello", &answered, "Here you are").id();
    let mails = post.after(Duration::from_secs(3600));
    assert_eq!(mails.iter().map(to).collect::<Vec<_>>(), ["maren@blog.example"]);
    assert_eq!(subjects(&mails), ["2 new comments on The blog"]);
    assert!(!mails[0]["text"].as_str().unwrap().contains("Answered soon"));
    let mails = post.after(Duration::from_secs(23 * 3600));
    assert_eq!(mails[1..].iter().map(to).collect::<Vec<_>>(), ["grace@blog.example"]);
}

#[test]
fn a_notice_about_what_was_handled_is_not_sent_at_all() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Hourly);
    let id = submit(&post, "Ada", "/hello", "Spam, spam");
    post.after(A_MOMENT);
    let token = post.server.token(rejoinder::model::Scope::Moderate);
    assert_eq!(token.ask("POST", &format!("/comments/{id}/spam"), None).status, 200);
    assert!(post.after(Duration::from_secs(2 * 3600)).is_empty());
    assert_eq!(post.log(), [("dropped", 1)]);
}

#[test]
fn who_waits_for_a_word_is_named_once_a_week_and_not_after_the_answer() {
    let Some(post) = post() else { return };
    post.staff("Maren", "maren@blog.example", NoticeMode::Pending);
    let id = submit(&post, "Ada", "/hello", "Still there?");
    let day = Duration::from_secs(86_400);
    post.after(A_MOMENT);
    post.server.wait(day);
    assert!(post.after(Duration::from_secs(3700)).is_empty(), "one day is not long");
    let mails = settled(&post, day, 1);
    assert_eq!(subjects(&mails), ["One person on The blog waits for a word from you"]);
    assert!(mails[0]["text"].as_str().unwrap().contains("Still there?"));
    assert_eq!(settled(&post, 5 * day, 1).len(), 1, "once a week");
    assert_eq!(settled(&post, 3 * day, 2).len(), 2);
    post.server.token(rejoinder::model::Scope::Admin).reply("/hello", &id, "Yes").id();
    assert_eq!(settled(&post, 8 * day, 2).len(), 2, "nobody waits any more");
}

/// Time passes; the loop looks by itself. Gives the mails once there are so many, or after a moment.
fn settled(post: &Post, time: Duration, expected: usize) -> Vec<Value> {
    post.server.wait(time);
    let began = std::time::Instant::now();
    let more = Duration::from_millis(1200);
    while began.elapsed() < more || post.smtp.mails().len() < expected && began.elapsed() < 5 * more {
        std::thread::sleep(Duration::from_millis(20));
    }
    post.smtp.mails()
}
