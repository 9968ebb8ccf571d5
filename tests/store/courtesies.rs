//! Who waits for whom, what helped, what was used and what was reported.

use rejoinder::{
    model::{AuthorId, CommentId, PageAddress, Question, ReportReason, Status, Timestamp, Turn},
    store::{Conflict, Error, Habit, Poster},
};

use crate::bench::{Bench, PAGE, add_site, for_each_engine};

const HIDDEN: [Status; 4] = [Status::Pending, Status::Spam, Status::Removed, Status::Withdrawn];
const DAY: i64 = 86_400;

fn author(bench: &Bench, id: CommentId) -> AuthorId {
    bench.find(id).author.id.unwrap()
}

fn waiting(bench: &Bench) -> Vec<CommentId> {
    bench.store.list_turns(bench.site.id, 100).unwrap().into_iter().map(|found| found.comment.id).collect()
}

#[test]
fn a_reader_waits_until_staff_has_answered_in_public() {
    for_each_engine(|bench| {
        let (asked, other) = (bench.publish("asked"), bench.publish("other"));
        let answer = bench.draft("answer").below(asked).by(bench.staff()).id();
        assert_eq!(waiting(bench), [other]);
        for status in HIDDEN {
            bench.set(answer, status);
            assert_eq!(waiting(bench), [asked, other], "{status:?}: an answer that nobody reads is none");
            bench.set(asked, status);
            assert_eq!(waiting(bench), [other], "{status:?}: nor does anybody wait who is not read");
            bench.set(asked, Status::Published);
            bench.set(answer, Status::Published);
            assert_eq!(waiting(bench), [other]);
        }
        let back = bench.answer(answer, "thanks, and one more thing");
        bench.answer(asked, "another reader");
        assert_eq!(waiting(bench), [other, back], "a reader's answer to staff waits, one to a reader does not");
        bench.assert_sound();
    });
}

#[test]
fn no_answer_needed_is_said_and_taken_back() {
    for_each_engine(|bench| {
        let asked = bench.publish("asked");
        let turn = |to| bench.store.update_turn(bench.site.id, asked, to).unwrap().comment.turn;
        assert_eq!(turn(Turn::NoAnswerNeeded), Turn::NoAnswerNeeded);
        assert_eq!((waiting(bench), bench.store.count_turns(bench.site.id).unwrap()), (vec![], 0));
        assert_eq!(turn(Turn::Nobody), Turn::Author, "it waits again");
        bench.draft("answer").below(asked).by(bench.staff()).id();
        assert_eq!(turn(Turn::Author), Turn::Nobody, "whether it waits is never taken from whoever asks");
        assert_eq!(turn(Turn::NoAnswerNeeded), Turn::Nobody, "nobody waits there");
    });
}

#[test]
fn of_each_person_the_oldest_waits_and_newcomers_come_first() {
    for_each_engine(|bench| {
        let old = bench.publish("known");
        let known = Poster::Known(author(bench, old));
        bench.draft("answer").below(old).by(bench.staff()).id();
        let second = bench.draft("known again").by(known).id();
        bench.draft("and again").by(known).id();
        let newcomer = bench.publish("new here");
        assert_eq!((bench.find(old).is_first, bench.find(second).is_first, bench.find(newcomer).is_first), (true, false, true));
        assert_eq!(waiting(bench), [newcomer, second]);
        assert_eq!(bench.store.count_turns(bench.site.id).unwrap(), 3, "comments, not people");
    });
}

#[test]
fn answers_are_those_of_others_that_can_be_read() {
    for_each_engine(|bench| {
        let (asked, also) = (bench.publish("asked"), bench.publish("also"));
        let find = |since: Option<CommentId>| {
            let found = bench.store.find_answered(bench.site.id, &[asked, also], since).unwrap();
            found.map(|found| (found.newest.comment.id, found.answers))
        };
        bench.draft("own").below(asked).by(Poster::Known(author(bench, asked))).id();
        bench.draft("the same person elsewhere").below(asked).by(Poster::Known(author(bench, also))).id();
        assert_eq!(find(None), None);
        let first = bench.answer(asked, "first");
        let second = bench.draft("second").below(also).by(bench.staff()).id();
        assert_eq!((find(None), find(Some(first)), find(Some(second))), (Some((second, 2)), Some((second, 1)), None));
        let listed = |id| bench.store.list_answers(bench.site.id, id, 10).unwrap().len();
        assert_eq!((listed(asked), listed(also)), (2, 1));
        for status in HIDDEN {
            bench.set(second, status);
            assert_eq!((find(None), listed(also)), (Some((first, 1)), 0), "{status:?}");
        }
        let other = add_site(&*bench.store, "other");
        assert!(bench.store.find_answered(other.id, &[asked, also], None).unwrap().is_none());
        assert!(bench.store.list_answers(other.id, asked, 10).unwrap().is_empty());
    });
}

#[test]
fn an_answer_helps_while_it_and_what_it_answers_can_be_read() {
    for_each_engine(|bench| {
        let asked = bench.publish("asked");
        let answer = bench.answer(asked, "answer");
        let say = |id, at: Option<Timestamp>| bench.store.update_helped(bench.site.id, id, at, bench.now());
        let at = Some(bench.now());
        assert!(matches!(say(asked, at), Err(Error::Conflict(Conflict::StatusForbids(Status::Published)))), "it answers nothing");
        assert_eq!(say(answer, at).unwrap().comment.helped_at, at);
        let version = bench.page().version;
        assert_eq!(say(answer, Some(bench.now())).unwrap().comment.helped_at, at, "the first time stays");
        assert_eq!(bench.page().version, version);
        for status in HIDDEN {
            bench.set(asked, status);
            assert_eq!(bench.find(answer).helped_at, None, "{status:?}");
            assert!(say(answer, None).is_err());
            bench.set(asked, Status::Published);
            assert_eq!(bench.find(answer).helped_at, at);
        }
        bench.set(answer, Status::Removed);
        assert!(matches!(say(answer, None), Err(Error::Conflict(Conflict::StatusForbids(Status::Removed)))));
        let other = add_site(&*bench.store, "other");
        assert!(matches!(bench.store.update_helped(other.id, answer, at, bench.now()), Err(Error::NotFound)));
    });
}

#[test]
fn used_comments_are_listed_in_order_while_they_can_be_read() {
    for_each_engine(|bench| {
        let names = ["Ada", "Bob"].map(|name| bench.draft("text").named(name).id());
        let nameless = bench.publish("nameless");
        for id in [nameless, names[1], names[0]] {
            bench.store.update_used(bench.site.id, id, Some(bench.now()), bench.now()).unwrap();
        }
        let list = |most| bench.store.list_used(bench.site.id, bench.page().id, most).unwrap();
        let all = [(names[0], Some("Ada".to_owned())), (names[1], Some("Bob".to_owned())), (nameless, None)];
        assert_eq!((list(9), list(2)), (all.to_vec(), all[..2].to_vec()));
        for status in HIDDEN {
            bench.set(names[0], status);
            assert_eq!(list(9), all[1..], "{status:?}");
            assert!(bench.store.update_used(bench.site.id, names[0], None, bench.now()).is_err());
        }
        let other = add_site(&*bench.store, "other");
        assert!(bench.store.list_used(other.id, bench.page().id, 9).unwrap().is_empty());
    });
}

#[test]
fn the_habit_is_the_authors_and_counts_what_could_be_answered_in_that_time() {
    for_each_engine(|bench| {
        let began = bench.publish("long ago");
        let since = bench.find(began).created_at;
        let measure = |since| bench.store.measure_habit(bench.site.id, since).unwrap();
        assert_eq!(measure(since), Habit { asked: 1, answered: 0, median_seconds: 0 });
        assert_eq!(measure(Timestamp(since.0 + 1)), Habit::default(), "a moment later it is too old");
        bench.wait_seconds(600);
        let answer = bench.draft("an answer").below(began).by(bench.staff()).id();
        bench.draft("one more").below(began).by(bench.staff()).id();
        let asked = bench.answer(answer, "to the author");
        bench.answer(asked, "among readers");
        let took = (bench.find(answer).created_at.0 - since.0) / 1000;
        assert_eq!(measure(since), Habit { asked: 2, answered: 1, median_seconds: took }, "the first answer counts");
        for status in HIDDEN {
            bench.set(asked, status);
            assert_eq!(measure(since).asked, 1, "{status:?}");
        }
        bench.publish_many(203, "more");
        assert_eq!(measure(since), Habit { asked: 200, answered: 0, median_seconds: 0 }, "the latest 200");
    });
}

#[test]
fn a_question_is_found_between_two_moments_on_its_page_first() {
    for_each_engine(|bench| {
        let far = bench.draft("far").asking().on(PageAddress::path("/far")).id();
        let later = bench.draft("later").asking().on(PageAddress::path("/far")).id();
        bench.publish("no question");
        let (start, page) = (bench.find(far).created_at, bench.page().id);
        let find = |asker: Option<AuthorId>, after: Timestamp, before: Timestamp| {
            bench.store.find_unanswered(bench.site.id, page, asker, after, before).unwrap().map(|found| found.comment.id)
        };
        let (end, tomorrow) = (bench.find(later).created_at, start.plus_seconds(DAY));
        assert_eq!((find(None, start, start), find(None, start, end)), (Some(far), Some(far)), "both moments count, the oldest is found");
        assert_eq!((find(None, Timestamp(start.0 + 1), end), find(None, start, Timestamp(start.0 - 1))), (Some(later), None));
        assert_eq!(find(Some(author(bench, far)), start, end), Some(later), "not to whoever asks");
        let near = bench.draft("near").asking().id();
        assert_eq!(find(None, start, tomorrow), Some(near));
        bench.draft("own word").below(near).by(Poster::Known(author(bench, near))).id();
        assert_eq!(find(None, start, tomorrow), Some(near));
        let answer = bench.answer(near, "an answer");
        assert_eq!(find(None, start, tomorrow), Some(far));
        for status in HIDDEN {
            bench.set(answer, status);
            assert_eq!(find(None, start, tomorrow), Some(near), "{status:?}");
            bench.set(near, status);
            assert_eq!(find(None, start, tomorrow), Some(far), "{status:?}");
            bench.set(near, Status::Published);
        }
        let other = add_site(&*bench.store, "other");
        assert!(bench.store.find_unanswered(other.id, page, None, start, tomorrow).unwrap().is_none());
    });
}

#[test]
fn a_question_of_the_author_makes_its_page_and_shows_at_once() {
    for_each_engine(|bench| {
        let ask = |text: Option<&str>| {
            let question = text.map(|text| Question { text: text.into(), by: "Maren".into() });
            bench.store.update_question(bench.site.id, &PageAddress::path(PAGE), question.as_ref(), bench.now()).unwrap()
        };
        let page = ask(Some("What was your first week like?"));
        assert_eq!((page.published_count, bench.page().question.unwrap().text.as_str()), (0, "What was your first week like?"));
        assert_eq!(ask(Some("What was your first week like?")).version, page.version, "nothing changed");
        assert_eq!(ask(None).version, page.version + 1);
        assert!(bench.page().question.is_none());
        bench.assert_sound();
    });
}

#[test]
fn the_author_is_the_first_who_owns_the_site() {
    for_each_engine(|bench| {
        use rejoinder::{model::Role, store::NewAccount};
        let name = |site| bench.store.find_author_name(site).unwrap();
        let other = add_site(&*bench.store, "other");
        let add = |name: &str, role, site| {
            bench.store.upsert_account(&NewAccount { name, email: None, role, site }, bench.now()).unwrap();
        };
        add("Eve", Role::Moderator, None);
        add("Bob", Role::Owner, Some(other.id));
        assert_eq!((name(bench.site.id), name(other.id)), (None, Some("Bob".into())));
        add("Maren", Role::Owner, None);
        add("Ada", Role::Owner, Some(bench.site.id));
        assert_eq!((name(bench.site.id), name(other.id)), (Some("Maren".into()), Some("Bob".into())));
    });
}

#[test]
fn a_comment_is_reported_once_by_each_reader_and_forgotten_once_looked_at() {
    for_each_engine(|bench| {
        let (one, two) = (bench.publish("one"), bench.publish("two"));
        let report = |id, reporter: u8, text: &str| {
            bench.store.insert_report(bench.site.id, id, &[reporter; 16], ReportReason::Spam, text, bench.now())
        };
        report(one, 1, "first").unwrap();
        report(one, 1, "again").unwrap();
        report(one, 2, "second").unwrap();
        report(two, 1, "").unwrap();
        let texts = |id| bench.store.list_reports(bench.site.id, id).unwrap().into_iter().map(|report| report.text).collect::<Vec<_>>();
        assert_eq!(texts(one), ["first", "second"]);
        let listed = || {
            let found = bench.store.list_reported(bench.site.id, 10).unwrap();
            found.into_iter().map(|found| found.comment.id).collect::<Vec<_>>()
        };
        assert_eq!(listed(), [two, one]);
        bench.set(two, Status::Removed);
        assert_eq!(listed(), [one]);
        assert!(report(two, 3, "").is_err(), "only what can be read is reported");
        bench.store.delete_reports(bench.site.id, one).unwrap();
        assert_eq!((texts(one), listed()), (vec![], vec![]));
        let other = add_site(&*bench.store, "other");
        assert!(bench.store.insert_report(other.id, one, &[1; 16], ReportReason::Spam, "", bench.now()).is_err());
    });
}
