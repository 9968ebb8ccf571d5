//! The tree: places, depths, and what is shown of comments that are gone.

use rejoinder::{
    model::{CommentId, Sort, Status},
    store::{Error, ThreadQuery},
};

use crate::bench::{Bench, first, for_each_engine, ids};

fn shown(bench: &Bench) -> Vec<CommentId> {
    ids(&bench.read_all(&first(Sort::Oldest)))
}

#[test]
fn replies_stand_below_what_they_answer_oldest_first() {
    for_each_engine(|bench| {
        let (a, b) = (bench.draft("a").named("Ada").id(), bench.publish("b"));
        let a1 = bench.answer(a, "a1");
        let a2 = bench.answer(a, "a2");
        let a1x = bench.answer(a1, "a1x");
        let a1y = bench.answer(a1, "a1y");
        assert_eq!(shown(bench), [a, a1, a1x, a1y, a2, b]);
        let reply = bench.find(a1x);
        assert_eq!((reply.parent, reply.root, reply.depth, reply.parent_name), (Some(a1), a, 2, None));
        assert_eq!(bench.find(a1).parent_name.as_deref(), Some("Ada"));
        assert_eq!((bench.find(a).reply_count, bench.find(a1).reply_count), (4, 0));
    });
}

#[test]
fn stored_depth_ends_at_12_and_the_parent_stays_true() {
    for_each_engine(|bench| {
        let mut chain = vec![bench.publish("0")];
        for n in 1..20 {
            chain.push(bench.answer(chain[n - 1], &n.to_string()));
        }
        for (n, id) in chain.iter().enumerate() {
            let comment = bench.find(*id);
            assert_eq!(comment.depth as usize, n.min(12));
            assert_eq!(comment.parent, n.checked_sub(1).map(|above| chain[above]));
        }
        assert_eq!(shown(bench), chain);
        bench.assert_sound();
    });
}

#[test]
fn t49_of_a_removed_comment_only_an_empty_place_above_its_replies_is_left() {
    for_each_engine(|bench| {
        let root = bench.draft("canary").named("Canary").website("https://canary.example/").id();
        let reply = bench.answer(root, "Re");
        for status in [Status::Removed, Status::Withdrawn, Status::Spam, Status::Pending] {
            bench.set(root, status);
            let comments = bench.read_all(&first(Sort::Oldest));
            assert_eq!(ids(&comments), [root, reply]);
            let around = bench.store.read_around(bench.site.id, bench.page().id, reply, 3).unwrap();
            assert!(!format!("{comments:?} {around:?}").to_lowercase().contains("canary"));
            assert_eq!((comments[0].status, comments[0].html.as_str(), comments[0].author.id), (Status::Removed, "", None));
            assert_eq!((comments[1].parent_name.as_deref(), comments[1].status), (None, Status::Published));
            let page = bench.page();
            assert_eq!((page.published_count, page.root_count), (1, 1));
            bench.assert_sound();
        }
        bench.set(root, Status::Published);
        assert_eq!(bench.read_all(&first(Sort::Oldest))[0].source, "canary");
    });
}

#[test]
fn t49_what_waits_or_was_removed_is_nowhere_in_a_thread() {
    for_each_engine(|bench| {
        let root = bench.publish("Hi");
        let held = bench.draft("canary").named("Canary").held().below(root).id();
        let alone = bench.draft("canary").titled("Canary").held().id();
        for status in [Status::Pending, Status::Spam, Status::Removed, Status::Withdrawn] {
            bench.set(held, status);
            bench.set(alone, status);
            for sort in Sort::ALL {
                let slice = bench.slice(&first(sort));
                assert!(!format!("{slice:?}").to_lowercase().contains("canary"), "{status:?} {slice:?}");
            }
            for id in [held, alone] {
                assert!(matches!(bench.store.read_around(bench.site.id, bench.page().id, id, 3), Err(Error::NotFound)));
            }
            assert_eq!((bench.page().published_count, bench.find(root).reply_count), (1, 0));
        }
    });
}

#[test]
fn empty_places_go_with_the_last_reply_below_them_and_come_back_with_it() {
    for_each_engine(|bench| {
        let root = bench.publish("0");
        let middle = bench.answer(root, "1");
        let leaf = bench.answer(middle, "2");
        bench.set(root, Status::Removed);
        bench.set(middle, Status::Withdrawn);
        assert_eq!(shown(bench), [root, middle, leaf]);
        let version = bench.page().version;
        assert_eq!(bench.set(leaf, Status::Spam).page.version, version + 1);
        assert_eq!(shown(bench), []);
        assert_eq!((bench.page().published_count, bench.page().root_count), (0, 0));
        bench.assert_sound();
        bench.set(leaf, Status::Published);
        assert_eq!(shown(bench), [root, middle, leaf]);
        assert_eq!((bench.page().published_count, bench.page().root_count, bench.find(root).reply_count), (1, 1, 2));
        bench.set(middle, Status::Published);
        bench.set(leaf, Status::Removed);
        assert_eq!(shown(bench), [root, middle]);
        bench.assert_sound();
    });
}

#[test]
fn a_reply_approved_after_its_parent_was_removed_brings_back_the_place() {
    for_each_engine(|bench| {
        let root = bench.publish("0");
        let reply = bench.draft("1").held().below(root).id();
        bench.set(root, Status::Removed);
        assert_eq!(shown(bench), []);
        bench.set(reply, Status::Published);
        assert_eq!(shown(bench), [root, reply]);
        bench.assert_sound();
    });
}

#[test]
fn around_a_reply_are_its_root_its_ancestors_and_what_follows() {
    for_each_engine(|bench| {
        let root = bench.publish("root");
        let before: Vec<_> = (0..4).map(|n| bench.answer(root, &n.to_string())).collect();
        let a = bench.answer(root, "a");
        bench.answer(a, "a0");
        let b = bench.answer(a, "b");
        let target = bench.answer(b, "target");
        let after: Vec<_> = (0..3).map(|n| bench.answer(root, &n.to_string())).collect();
        let slice = bench.store.read_around(bench.site.id, bench.page().id, target, 2).unwrap();
        let [thread] = &slice.roots[..] else { panic!("one root") };
        assert_eq!(thread.root.as_ref().unwrap().id, root);
        assert_eq!(ids(&thread.replies), [a, b, target, after[0]]);
        let (cursor, left) = thread.more.clone().unwrap();
        assert_eq!((left, slice.next), (2, None));
        let rest = bench.slice(&ThreadQuery { cursor: Some(cursor), ..first(Sort::Oldest) });
        assert_eq!(ids(&rest.roots[0].replies), after[1..]);
        let around_root = bench.store.read_around(bench.site.id, bench.page().id, root, 2).unwrap();
        assert_eq!(ids(&around_root.roots[0].replies), before[..2]);
        assert_eq!(around_root.roots[0].more.as_ref().unwrap().1, 9);
        for wrong in [CommentId(7), CommentId(i64::MAX)] {
            assert!(matches!(bench.store.read_around(bench.site.id, bench.page().id, wrong, 2), Err(Error::NotFound)));
        }
    });
}
