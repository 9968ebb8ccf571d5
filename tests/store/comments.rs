//! Comments: adding them once, changing them, and the queues they stand in.

use rejoinder::{
    model::{Badge, CommentId, Decision, HoldReason, Role, Status},
    store::{CommentFilter, Conflict, Error, NewAccount, NewText, Poster, Submitted},
};

use crate::bench::{Bench, PAGE, START, for_each_engine, html};

const KEY: &str = "0123456789abcdef";

fn edit(bench: &Bench, id: CommentId, text: &str, decision: &Decision) -> Result<Submitted, Error> {
    let text = NewText { source: text, html: &html(text), markup_version: 2, decision };
    bench.store.update_comment_text(bench.site.id, id, &text, bench.now())
}

#[test]
fn a_comment_reads_back_as_it_was_sent() {
    for_each_engine(|bench| {
        let sent = bench.draft("Hi").named("Ada").website("https://ada.example/").held().send().unwrap();
        let found = bench.store.find_comment(bench.site.id, sent.comment.id).unwrap().unwrap();
        assert_eq!(format!("{:?}", found.comment), format!("{:?}", sent.comment));
        let comment = found.comment;
        assert_eq!((comment.source.as_str(), comment.html.as_str(), comment.markup_version), ("Hi", "<p>Hi</p>", 1));
        assert_eq!((comment.author.name.as_deref(), comment.author.website.as_deref()), (Some("Ada"), Some("https://ada.example/")));
        assert_eq!((comment.status, &comment.held_because[..]), (Status::Pending, &[HoldReason::Everything, HoldReason::Links][..]));
        assert_eq!((comment.parent, comment.root, comment.depth, comment.edited_at), (None, comment.id, 0, None));
        assert_eq!(comment.created_at, START);
        assert_eq!(found.page.url, bench.page().url);
    });
}

#[test]
fn each_comment_keeps_the_name_it_was_sent_with() {
    for_each_engine(|bench| {
        let first = bench.draft("one").named("Ada").website("https://one.example/").send().unwrap().comment;
        let known = Poster::Known(first.author.id.unwrap());
        let second = bench.draft("two").named("Ada L.").by(known).send().unwrap().comment;
        let first = bench.find(first.id);
        assert_eq!(first.author.id, second.author.id);
        assert_eq!((first.author.name.as_deref(), second.author.name.as_deref()), (Some("Ada"), Some("Ada L.")));
        assert_eq!((first.author.website.as_deref(), second.author.website), (Some("https://one.example/"), None));
        assert_ne!(bench.draft("three").send().unwrap().comment.author.id, first.author.id);
    });
}

#[test]
fn staff_writes_with_a_badge_and_whoever_holds_its_receipt_does_not() {
    for_each_engine(|bench| {
        let account = NewAccount { name: "Ada", email: None, role: Role::Owner, site: Some(bench.site.id) };
        let account = bench.store.upsert_account(&account, START).unwrap();
        let poster = Poster::Account(account.id, Badge::Author);
        let first = bench.draft("one").by(poster).send().unwrap().comment;
        let second = bench.draft("two").named("The author").by(poster).send().unwrap().comment;
        assert_eq!((first.author.badge, first.author.name.as_deref()), (Some(Badge::Author), Some("Ada")));
        assert_eq!((second.author.id, second.author.name.as_deref()), (first.author.id, Some("The author")));
        let third = bench.draft("three").named("X").by(Poster::Known(first.author.id.unwrap())).send().unwrap().comment;
        assert_eq!(third.author.badge, None);
        let nobody = Poster::Account(rejoinder::model::AccountId(7), Badge::Author);
        assert!(matches!(bench.draft("four").by(nobody).send(), Err(Error::NotFound)));
    });
}

#[test]
fn t84_the_same_key_and_content_is_one_comment() {
    for_each_engine(|bench| {
        let first = bench.draft("Hi").key(KEY).send().unwrap();
        let second = bench.draft("Hi").key(KEY).send().unwrap();
        assert_eq!((first.repeated, second.repeated, second.comment.id), (false, true, first.comment.id));
        assert_eq!(second.page.version, first.page.version);
        bench.set(first.comment.id, Status::Withdrawn);
        let third = bench.draft("Hi").key(KEY).send().unwrap();
        assert_eq!((third.comment.id, third.comment.status), (first.comment.id, Status::Withdrawn));
        assert_eq!(bench.store.check().unwrap().comments, 1);
    });
}

#[test]
fn t84_the_same_key_with_other_content_gives_what_was_stored() {
    for_each_engine(|bench| {
        let first = bench.draft("Hi").key(KEY).send().unwrap();
        let Err(Error::Conflict(Conflict::AlreadySent(stored))) = bench.draft("Ho").key(KEY).send() else { panic!("taken") };
        assert_eq!((stored.comment.id, stored.comment.source.as_str()), (first.comment.id, "Hi"));
        assert_eq!(stored.page.id, first.page.id);
    });
}

#[test]
fn t84_a_key_is_free_again_after_24_hours_and_never_binds_another_site() {
    for_each_engine(|bench| {
        let other = crate::bench::add_site(&*bench.store, "other");
        let first = bench.draft("Hi").key(KEY).id();
        assert!(!bench.draft("Ho").in_site(&other).key(KEY).send().unwrap().repeated);
        bench.wait_seconds(24 * 3600 - 10);
        assert!(bench.draft("Hi").key(KEY).send().unwrap().repeated);
        bench.wait_seconds(20);
        let again = bench.draft("Hi").key(KEY).send().unwrap();
        assert!(!again.repeated && again.comment.id != first);
        assert_eq!(bench.draft("Hi").key(KEY).id(), again.comment.id);
    });
}

#[test]
fn a_repeated_key_is_answered_even_if_the_page_was_closed_meanwhile() {
    for_each_engine(|bench| {
        let first = bench.draft("Hi").key(KEY).id();
        let address = rejoinder::model::PageAddress::path(PAGE);
        bench.store.update_page_state(bench.site.id, &address, rejoinder::model::PageState::Closed, bench.now()).unwrap();
        assert_eq!(bench.draft("Hi").key(KEY).id(), first);
    });
}

#[test]
fn an_answer_needs_a_parent_that_is_shown_on_that_page() {
    for_each_engine(|bench| {
        let elsewhere = bench.draft("Hi").on(rejoinder::model::PageAddress::path("/other")).id();
        let pending = bench.draft("Hi").held().id();
        let removed = bench.publish("Hi");
        bench.set(removed, Status::Removed);
        for parent in [elsewhere, pending, removed, CommentId(7)] {
            let sent = bench.draft("Re").below(parent).send();
            assert!(matches!(sent, Err(Error::Conflict(Conflict::ParentGone))), "{sent:?}");
        }
        let parent = bench.publish("Hi");
        bench.answer(parent, "Re");
        bench.set(parent, Status::Withdrawn);
        assert!(bench.draft("to an empty place").below(parent).send().is_ok());
    });
}

#[test]
fn an_edit_is_stored_with_what_was_decided_about_it() {
    for_each_engine(|bench| {
        let id = bench.publish("Hi");
        let before = bench.page();
        let edited = edit(bench, id, "Ho", &Decision::Publish).unwrap();
        assert_eq!((edited.comment.source.as_str(), edited.comment.html.as_str(), edited.comment.markup_version), ("Ho", "<p>Ho</p>", 2));
        assert!(edited.comment.edited_at.is_some() && edited.page.version > before.version);
        let held = edit(bench, id, "Hm", &Decision::Hold(vec![HoldReason::Links])).unwrap();
        assert_eq!((held.comment.status, &held.comment.held_because[..]), (Status::Pending, &[HoldReason::Links][..]));
        assert_eq!((held.page.published_count, held.page.root_count), (0, 0));
        let unseen = edit(bench, id, "Hn", &Decision::Hold(vec![HoldReason::Links])).unwrap();
        assert_eq!(unseen.page.version, held.page.version, "readers see no difference");
        let back = edit(bench, id, "Hp", &Decision::Publish).unwrap();
        assert_eq!((back.comment.status, back.comment.held_because.len(), back.page.published_count), (Status::Published, 0, 1));
        for status in [Status::Removed, Status::Withdrawn, Status::Spam] {
            bench.set(id, status);
            let edited = edit(bench, id, "no", &Decision::Publish);
            assert!(matches!(edited, Err(Error::Conflict(Conflict::StatusForbids(now))) if now == status));
        }
        assert_eq!(bench.find(id).source, "Hp");
        assert!(matches!(edit(bench, CommentId(7), "no", &Decision::Publish), Err(Error::NotFound)));
    });
}

#[test]
fn a_status_changes_only_from_those_that_allow_it() {
    for_each_engine(|bench| {
        let id = bench.publish("Hi");
        let change =
            |from: &[Status], to| bench.store.update_comment_status(bench.site.id, id, from, to, &[HoldReason::Moderator], bench.now());
        assert!(matches!(change(&[Status::Pending], Status::Spam), Err(Error::Conflict(Conflict::StatusForbids(Status::Published)))));
        let version = bench.page().version;
        let same = change(&[], Status::Published).unwrap();
        assert_eq!((same.comment.status, same.page.version), (Status::Published, version));
        let held = change(&[Status::Published], Status::Pending).unwrap();
        assert_eq!((&held.comment.held_because[..], held.page.version), (&[HoldReason::Moderator][..], version + 1));
        let spam = change(&[Status::Pending], Status::Spam).unwrap();
        assert_eq!((spam.comment.held_because.len(), spam.page.version), (0, version + 1));
        assert_eq!(change(&[Status::Spam], Status::Published).unwrap().page.published_count, 1);
        bench.assert_sound();
    });
}

#[test]
fn only_published_roots_can_be_pinned() {
    for_each_engine(|bench| {
        let root = bench.publish("Hi");
        let reply = bench.answer(root, "Re");
        let pin = |id, pinned| bench.store.update_comment_pinned(bench.site.id, id, pinned, bench.now());
        assert!(matches!(pin(reply, true), Err(Error::Conflict(Conflict::StatusForbids(Status::Published)))));
        let version = bench.page().version;
        let pinned = pin(root, true).unwrap();
        assert!(pinned.comment.pinned && pinned.page.version == version + 1);
        assert_eq!(pin(root, true).unwrap().page.version, version + 1);
        bench.set(root, Status::Removed);
        assert!(matches!(pin(root, false), Err(Error::Conflict(Conflict::StatusForbids(Status::Removed)))));
    });
}

#[test]
fn queues_are_newest_first_and_filtered() {
    for_each_engine(|bench| {
        let token = bench.store.insert_token("robot", &[1; 32], None, rejoinder::model::Scope::Admin, START).unwrap();
        let one = bench.publish("one");
        let two = bench.draft("two").held().below(one).id();
        let three = bench.draft("three").on(rejoinder::model::PageAddress::path("/other")).id();
        let four = bench.draft("four").by(Poster::Token(token.id, Badge::Author)).id();
        let five = bench.publish("five");
        bench.set(five, Status::Spam);
        let list = |filter: &CommentFilter, most| {
            let listed = bench.store.list_comments(bench.site.id, filter, most).unwrap();
            listed.iter().map(|each| each.comment.id).collect::<Vec<_>>()
        };
        let any = CommentFilter::default();
        assert_eq!(list(&any, 10), [five, four, three, two, one]);
        assert_eq!(list(&any, 2), [five, four]);
        assert_eq!(list(&CommentFilter { older_than: Some(three), ..any.clone() }, 10), [two, one]);
        assert_eq!(list(&CommentFilter { visitors_only: true, ..any.clone() }, 10), [five, three, two, one]);
        assert_eq!(list(&CommentFilter { page: Some(bench.page().id), ..any.clone() }, 10), [five, four, two, one]);
        let statuses = vec![Status::Pending, Status::Published, Status::Pending];
        assert_eq!(list(&CommentFilter { statuses, ..any.clone() }, 10), [four, three, two, one]);
        let queue = CommentFilter { statuses: vec![Status::Pending], ..any };
        let queue = bench.store.list_comments(bench.site.id, &queue, 10).unwrap();
        assert_eq!((queue[0].parent.as_ref().unwrap().id, &queue[0].page.url), (one, &bench.page().url));
        assert_eq!(bench.store.count_pending(bench.site.id).unwrap(), 1);
    });
}

#[test]
fn somebody_is_known_by_a_published_comment() {
    for_each_engine(|bench| {
        let held = bench.draft("Hi").held().send().unwrap().comment;
        let author = held.author.id.unwrap();
        let known = || bench.store.has_published(bench.site.id, author).unwrap();
        assert!(!known());
        bench.set(held.id, Status::Published);
        assert!(known());
        bench.set(held.id, Status::Removed);
        assert!(!known());
    });
}

#[test]
fn comments_of_a_site_are_found_by_id_whatever_their_page_and_status() {
    for_each_engine(|bench| {
        let (one, two) = (bench.publish("one"), bench.draft("two").held().id());
        let elsewhere = bench.draft("three").on(rejoinder::model::PageAddress::path("/other")).id();
        let found = bench.store.list_comments_by_id(bench.site.id, &[two, elsewhere, CommentId(7), one]).unwrap();
        assert_eq!(crate::bench::ids(&found), [two, elsewhere, one]);
    });
}
