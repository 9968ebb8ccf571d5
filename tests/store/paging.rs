//! Paging: every shown comment once, in the order asked for, whatever the size of a slice.

use rejoinder::{
    model::{CommentId, Cursor, RootThread, Sort},
    store::{Error, ThreadQuery},
};

use crate::bench::{Bench, behind, first, for_each_engine, ids, roots};

/// Roots with replies: 7 roots, the third with 5 replies.
fn thread(bench: &Bench) -> Vec<CommentId> {
    let roots: Vec<_> = (0..7).map(|n| bench.publish(&n.to_string())).collect();
    for n in 0..5 {
        bench.answer(roots[2], &n.to_string());
    }
    roots
}

#[test]
fn every_shown_comment_comes_once_for_any_size_of_slice() {
    for_each_engine(|bench| {
        let roots = thread(bench);
        bench.store.update_comment_pinned(bench.site.id, roots[4], true, bench.now()).unwrap();
        for sort in Sort::ALL {
            for roots_max in [1, 2, 3, 6, 7, 100] {
                for replies_max in [0, 1, 4, 5, 6] {
                    let query = ThreadQuery { roots_max, replies_max, ..first(sort) };
                    let read = bench.read_all(&query);
                    let mut once = ids(&read);
                    once.sort();
                    once.dedup();
                    assert_eq!((read.len(), once.len()), (12, 12), "{query:?}");
                    assert_eq!(read[0].id, roots[4], "the pinned one comes first");
                }
            }
        }
    });
}

#[test]
fn roots_come_oldest_or_newest_first() {
    for_each_engine(|bench| {
        let mut expected = thread(bench);
        for sort in [Sort::Oldest, Sort::Best, Sort::Newest] {
            if sort == Sort::Newest {
                expected.reverse();
            }
            let query = ThreadQuery { roots_max: 3, ..first(sort) };
            let one = bench.slice(&query);
            let two = bench.slice(&behind(&query, one.next.clone()));
            let three = bench.slice(&behind(&query, two.next.clone()));
            assert_eq!([roots(&one), roots(&two), roots(&three)].concat(), expected, "{sort:?}");
            assert_eq!(three.next, None);
        }
    });
}

#[test]
fn a_cursor_carries_its_own_sort() {
    for_each_engine(|bench| {
        let expected = thread(bench);
        let one = bench.slice(&ThreadQuery { roots_max: 2, ..first(Sort::Newest) });
        let two = bench.slice(&ThreadQuery { roots_max: 2, cursor: one.next, ..first(Sort::Oldest) });
        assert_eq!(roots(&two), [expected[4], expected[3]]);
    });
}

#[test]
fn more_pinned_roots_than_a_slice_holds_lose_nobody() {
    for_each_engine(|bench| {
        let all = thread(bench);
        for id in &all[..3] {
            bench.store.update_comment_pinned(bench.site.id, *id, true, bench.now()).unwrap();
        }
        for sort in Sort::ALL {
            for roots_max in [1, 3, 4] {
                let query = ThreadQuery { roots_max, ..first(sort) };
                let slice = bench.slice(&query);
                assert_eq!(roots(&slice)[..3], all[..3]);
                assert!(slice.roots.iter().take(3).all(|root| root.root.as_ref().unwrap().pinned));
                assert_eq!(bench.read_all(&query).len(), 12, "{query:?}");
            }
        }
    });
}

#[test]
fn a_slice_ends_by_its_html_though_never_before_the_first_root() {
    for_each_engine(|bench| {
        let expected = thread(bench);
        let query = ThreadQuery { html_bytes_max: 1, ..first(Sort::Oldest) };
        assert_eq!(roots(&bench.slice(&query)), expected[..1]);
        // Every comment here has 8 bytes of HTML.
        let slice = bench.slice(&ThreadQuery { html_bytes_max: 33, replies_max: 9, ..query.clone() });
        assert_eq!(roots(&slice), expected[..3]);
        let (_, left) = slice.roots[2].more.clone().unwrap();
        assert_eq!((slice.roots[2].replies.len(), left), (2, 3));
        assert_eq!(bench.read_all(&query).len(), 12);
    });
}

#[test]
fn a_slice_inside_a_root_holds_at_most_50_replies() {
    for_each_engine(|bench| {
        let root = bench.publish("root");
        let replies: Vec<_> = (0..120).map(|n| bench.answer(root, &n.to_string())).collect();
        let query = first(Sort::Oldest);
        let more = bench.slice(&query).roots[0].more.clone();
        assert_eq!(more.as_ref().unwrap().1, 117);
        let next = bench.slice(&behind(&query, more.map(|more| more.0)));
        let [RootThread { root: None, replies: found, more: Some((_, 67)) }] = &next.roots[..] else { panic!("{next:?}") };
        assert_eq!(ids(found), replies[3..53]);
        assert_eq!(ids(&bench.read_all(&query))[1..], replies);
    });
}

#[test]
fn cursors_that_lead_nowhere_are_refused_or_empty() {
    for_each_engine(|bench| {
        let root = bench.publish("root");
        let reply = bench.answer(root, "reply");
        bench.draft("x").on(rejoinder::model::PageAddress::path("/other")).send().unwrap();
        let other = bench.draft("y").on(rejoinder::model::PageAddress::path("/other")).id();
        let read = |cursor| bench.store.read_thread(bench.site.id, bench.page().id, &behind(&first(Sort::Oldest), Some(cursor)));
        for root in [reply, other, CommentId(7)] {
            assert!(matches!(read(Cursor::Replies { root, path: vec![] }), Err(Error::NotFound)));
        }
        assert!(matches!(read(Cursor::Older { id: root }), Err(Error::NotFound)));
        assert!(read(Cursor::Replies { root, path: vec![255; 96] }).unwrap().roots[0].replies.is_empty());
        for sort in Sort::ALL {
            for (rank, id) in [(i64::MIN, 1), (i64::MAX, i64::MAX), (0, i64::MAX)] {
                assert!(read(Cursor::Roots { sort, rank, id: CommentId(id) }).unwrap().roots.len() <= 1);
            }
        }
    });
}

#[test]
fn paging_shows_each_comment_once_while_others_submit() {
    for_each_engine(|bench| {
        let before = thread(bench);
        for sort in [Sort::Oldest, Sort::Newest] {
            let query = ThreadQuery { roots_max: 2, ..first(sort) };
            let mut seen = Vec::new();
            let mut slice = bench.slice(&query);
            loop {
                seen.extend(roots(&slice));
                bench.publish("meanwhile");
                if slice.next.is_none() || seen.len() > 100 {
                    break;
                }
                if sort == Sort::Oldest && before.iter().all(|id| seen.contains(id)) {
                    break;
                }
                slice = bench.slice(&behind(&query, slice.next));
            }
            let mut once = seen.clone();
            once.sort();
            once.dedup();
            assert_eq!(once.len(), seen.len());
            assert!(before.iter().all(|id| seen.contains(id)));
        }
    });
}
