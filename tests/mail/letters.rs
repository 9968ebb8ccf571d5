//! What letters say: each kind, and the words of strangers in them.
//! With `REJOINDER_PROOF_LETTERS=folder` the HTML of every kind is written there, to be looked at.

use std::{cell::RefCell, fs};

use lol_html::{RewriteStrSettings, element, rewrite_str};
use rejoinder::model::{Badge, HoldReason};
use rejoinder::notify::mail::Letter;
use rejoinder::notify::mail::letters::{
    Answer, Confirm, Following, Gathered, Matter, NewComment, Reminder, Spoken, StaffConfirm, Standing, Waiting,
};

use crate::corpora::{corpora, json_lines};
use crate::harness::NOON;

const OURS: &str = "https://comments.example/";

fn spoken(word: &str) -> Spoken {
    Spoken {
        name: Some(word.into()),
        badge: None,
        at: NOON,
        text: word.into(),
        quote: Some(word.into()),
        title: Some(word.into()),
        held_because: vec![HoldReason::Links],
        link: format!("{OURS}go/81"),
    }
}

/// One letter of each kind, with the same words in every place that strangers fill.
fn every_kind(word: &str) -> Vec<(&'static str, Letter)> {
    let (site, title) = (word.to_owned(), Some(word.to_owned()));
    let (desk_link, settings_link) = (format!("{OURS}admin/"), format!("{OURS}admin/mail"));
    let (stop_link, all_link) = (format!("{OURS}follow/stop/7.abc"), format!("{OURS}follow/all/3.abc"));
    let confirm_link = format!("{OURS}follow/confirm/7.abc?a=1&b=2");
    let following = Following::Answers;
    let answer = |comments| Answer {
        site: site.clone(),
        title: title.clone(),
        following,
        comments,
        stop_link: stop_link.clone(),
        all_link: all_link.clone(),
    };
    let by_staff = Spoken { badge: Some(Badge::Author), title: None, held_because: vec![], ..spoken(word) };
    let gathered = |matter, comments| Gathered {
        site: site.clone(),
        matter,
        comments,
        desk_link: desk_link.clone(),
        settings_link: settings_link.clone(),
    };
    let waiting = |standing| Waiting { comment: spoken(word), standing };
    vec![
        ("confirm", Letter::Confirm(Confirm { site: site.clone(), title: title.clone(), following, confirm_link: confirm_link.clone() })),
        ("answer", Letter::Answer(answer(vec![by_staff.clone()]))),
        ("answers", Letter::Answer(answer(vec![by_staff.clone(), Spoken { quote: None, ..by_staff }]))),
        (
            "new",
            Letter::NewComment(NewComment {
                title: word.into(),
                comment: spoken(word),
                question: Some(word.into()),
                page_link: format!("{OURS}go/81"),
                settings_link: settings_link.clone(),
            }),
        ),
        ("waiting", Letter::Gathered(gathered(Matter::Waiting, vec![spoken(word); 42]))),
        ("gathered", Letter::Gathered(gathered(Matter::New, vec![spoken(word); 2]))),
        (
            "reminder",
            Letter::Reminder(Reminder {
                site: site.clone(),
                waiting: vec![waiting(Standing::FirstTime), waiting(Standing::Known)],
                desk_link,
                settings_link,
            }),
        ),
        ("staff", Letter::StaffConfirm(StaffConfirm { site: site.clone(), confirm_link })),
        ("test", Letter::Test),
    ]
}

/// The elements and what they carry, in order, without the marks that keep addresses apart.
fn skeleton(html: &str) -> Vec<String> {
    let found = RefCell::new(vec![]);
    let settings = RewriteStrSettings::new().append_element_content_handler(element!("*", |element| {
        let carried: Vec<String> = element.attributes().iter().map(|a| format!("{}={}", a.name(), a.value())).collect();
        if element.tag_name() != "span" || !carried.is_empty() {
            found.borrow_mut().push(format!("{} {}", element.tag_name(), carried.join(" ")));
        }
        Ok(())
    }));
    rewrite_str(html, settings).expect("HTML that can be read");
    found.into_inner()
}

fn strangers() -> Vec<String> {
    let by_hand = [
        "</div><script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><a href=https://evil.example>x</a>",
        "https://evil.example www.evil.example a@evil.example",
        "{{name}} {{{body}}} {title} {name}",
        "[x](javascript:alert(1)) <!-- --> ]]> &lt;b&gt;",
    ];
    let mut words: Vec<String> = by_hand.map(str::to_owned).into();
    if let Some(folder) = corpora("xss") {
        let payloads = json_lines(&folder, "xss/payloads.jsonl");
        words.extend(payloads.iter().map(|payload| payload["payload"].as_str().expect("text").to_owned()));
    }
    words
}

#[test]
fn t52_no_word_of_a_stranger_becomes_an_element_or_a_link() {
    let plain: Vec<Vec<String>> = every_kind("word").iter().map(|(_, letter)| skeleton(&letter.write("en").unwrap().html)).collect();
    for word in strangers() {
        // 42 comments take long and say nothing more than two.
        for ((kind, letter), plain) in every_kind(&word).iter().zip(&plain).filter(|((kind, _), _)| *kind != "waiting") {
            let written = letter.write("en").unwrap();
            assert_eq!(&skeleton(&written.html), plain, "{kind}: {word}");
        }
    }
}

#[test]
fn t45_t52_nothing_in_a_mail_reads_as_an_address_but_our_own() {
    for word in strangers() {
        for (kind, letter) in every_kind(&word).iter().filter(|(kind, _)| *kind != "waiting") {
            let written = letter.write("en").unwrap();
            for part in [&written.text, &written.html] {
                for (at, _) in part.match_indices("://") {
                    let begin = part[..at].rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |before| before + 1);
                    assert!(part[begin..].starts_with(OURS), "{kind}: {:.60} in {word}", &part[begin..]);
                }
            }
            assert!(!written.text.to_lowercase().contains("www."), "{kind}: {word}");
        }
    }
}

#[test]
fn every_kind_says_what_it_is_for_and_no_text_is_missing() {
    for (kind, letter) in every_kind("word") {
        let written = letter.write("en").unwrap();
        for part in [&written.subject, &written.text, &written.html] {
            let names = part.match_indices("mail.").filter(|(at, _)| part[at + 5..].starts_with(|c: char| c.is_ascii_lowercase()));
            assert!(names.count() == 0 && !part.contains('{') && !part.trim().is_empty(), "{kind}: {part}");
        }
    }
    let subjects: Vec<String> = every_kind("word").iter().map(|(_, letter)| letter.write("en").unwrap().subject).collect();
    assert_eq!(
        subjects,
        [
            "Please confirm: answers on word",
            "word answered you on *word*",
            "2 new comments on *word*",
            "word wrote on *word*",
            "42 comments on word wait for you",
            "2 new comments on word",
            "2 people on word wait for a word from you",
            "Please confirm: comments of word by mail",
            "Mail from Rejoinder works",
        ]
    );
}

#[test]
fn somebody_without_a_name_and_a_page_without_a_title_are_named_all_the_same() {
    let comment = Spoken { name: None, ..spoken("Hello") };
    let new = Letter::NewComment(NewComment {
        title: "/hello/".into(),
        comment: comment.clone(),
        question: None,
        page_link: OURS.into(),
        settings_link: OURS.into(),
    });
    let written = new.write("en").unwrap();
    assert_eq!(written.subject, "Somebody wrote on */hello/*");
    assert!(written.text.contains("It waits for you, and nobody else sees it yet: it has more than two links."), "{}", written.text);
    let answer = Letter::Answer(Answer {
        site: "My Blog".into(),
        title: None,
        following: Following::Thread,
        comments: vec![comment],
        stop_link: OURS.into(),
        all_link: OURS.into(),
    });
    assert_eq!(answer.write("xx").unwrap().subject, "Somebody wrote on *a page of My Blog*");
}

#[test]
fn a_confirmation_holds_no_word_of_a_comment_and_one_button() {
    let (_, letter) = every_kind("word").remove(0);
    let html = letter.write("en").unwrap().html;
    assert_eq!(html.matches("<a ").count(), 1);
    assert!(html.contains("this address gets no further mail"));
}

#[test]
fn a_gathered_mail_shows_forty_and_counts_the_others() {
    let (_, letter) = every_kind("word").remove(4);
    let written = letter.write("en").unwrap();
    assert!(written.text.contains("and 2 more at the desk"), "{}", written.text);
    assert_eq!(written.text.matches("Answer or decide: ").count(), 40);
}

#[test]
fn letters_are_written_to_a_folder_for_people_to_look_at() {
    let folder = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("REJOINDER_PROOF_LETTERS").map_or(folder.path().to_owned(), Into::into);
    fs::create_dir_all(&folder).unwrap();
    let text = "I had the same in my first week.\n\nWhat helped me was https://evil.example/a?b=c, and a walk.";
    for (kind, mut letter) in every_kind("Ada Lovelace") {
        match &mut letter {
            Letter::Answer(it) => it.comments.iter_mut().for_each(|comment| comment.text = text.into()),
            Letter::NewComment(it) => {
                it.title = "Notes on the Analytical Engine".into();
                it.comment.text = text.repeat(3);
                it.question = Some("What was your first week like?".into());
            }
            Letter::Gathered(it) => it.comments.iter_mut().for_each(|comment| comment.text = text.repeat(9)),
            _ => {}
        }
        let written = letter.write("en").unwrap();
        fs::write(folder.join(format!("{kind}.html")), &written.html).unwrap();
        fs::write(folder.join(format!("{kind}.txt")), format!("{}\n\n{}", written.subject, written.text)).unwrap();
        assert!(written.html.len() < 100_000, "{kind}: mail programs cut what is longer: {}", written.html.len());
    }
}
