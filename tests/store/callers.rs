//! Many callers at once.

use std::{collections::HashSet, sync::Barrier, thread};

use rejoinder::{
    model::{PageAddress, Sort, Status},
    store::{Conflict, Error, ThreadQuery},
};

use crate::bench::{first, for_each_engine, ids};

#[test]
fn sixty_four_callers_lose_nothing_and_hurt_nobody() {
    for_each_engine(|bench| {
        let root = bench.publish("root");
        let gone = bench.publish("gone");
        bench.set(gone, Status::Removed);
        let start = Barrier::new(64);
        let call = &|caller: usize| {
            start.wait();
            let mut sent = Vec::new();
            for n in 0..10 {
                let text = format!("{caller} {n}");
                let key = format!("{caller:08}{n:08}");
                sent.push(bench.draft(&text).below(root).key(&key).id());
                assert_eq!(bench.draft(&text).below(root).key(&key).id(), sent[n], "the same key is the same comment");
                // What fails in the same batch fails alone.
                let refused = bench.draft(&text).below(gone).send();
                assert!(matches!(refused, Err(Error::Conflict(Conflict::ParentGone))));
                bench.slice(&first(Sort::Newest));
            }
            sent
        };
        let acknowledged: HashSet<_> = thread::scope(|scope| {
            let callers: Vec<_> = (0..64).map(|caller| scope.spawn(move || call(caller))).collect();
            callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
        });
        assert_eq!(acknowledged.len(), 640);
        let read = ids(&bench.read_all(&first(Sort::Oldest)));
        assert_eq!(read.len(), 641);
        assert!(acknowledged.iter().all(|id| read.contains(id)));
        assert_eq!(bench.page().published_count, 641);
        bench.assert_sound();
    });
}

#[test]
fn one_key_sent_by_many_at_once_is_one_comment() {
    for_each_engine(|bench| {
        let ids: HashSet<_> = thread::scope(|scope| {
            let callers: Vec<_> = (0..32).map(|_| scope.spawn(|| bench.draft("Hi").key("0123456789abcdef").id())).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        });
        assert_eq!((ids.len(), bench.page().published_count), (1, 1));
    });
}

#[test]
fn one_new_address_taken_by_many_at_once_is_one_page() {
    for_each_engine(|bench| {
        let pages: HashSet<_> = thread::scope(|scope| {
            let call = || bench.draft("Hi").on(PageAddress::path("/new")).send().unwrap().page.id;
            let callers: Vec<_> = (0..32).map(|_| scope.spawn(call)).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect()
        });
        assert_eq!(pages.len(), 1);
        bench.assert_sound();
    });
}

#[test]
fn a_slice_is_of_one_moment_whatever_others_do_meanwhile() {
    for_each_engine(|bench| {
        let root = bench.publish("root");
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for n in 0..150 {
                    let reply = bench.answer(root, &n.to_string());
                    if n % 3 == 0 {
                        bench.set(reply, Status::Removed);
                    }
                }
            });
            while !writer.is_finished() {
                let slice = bench.slice(&ThreadQuery { replies_max: 1000, ..first(Sort::Oldest) });
                let shown = 1 + slice.roots[0].replies.len() as u64;
                assert_eq!((slice.page.published_count, slice.roots[0].more.as_ref()), (shown, None));
            }
            writer.join().unwrap();
        });
    });
}
