//! Reading costs the same wherever one reads, however large the thread is.

use std::{fs, thread};

use rejoinder::{
    model::{CommentId, PageAddress, PageId, Sort},
    store::ThreadQuery,
};

use crate::bench::{Bench, first, roots};

/// Processor time of this thread so far, in nanoseconds.
fn processor_ns() -> u64 {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse().unwrap()
}

/// The least of 9 measurements, each of 40 readings.
fn cost(bench: &Bench, page: PageId, query: &ThreadQuery) -> u64 {
    let measure = || {
        let begin = processor_ns();
        for _ in 0..40 {
            bench.store.read_thread(bench.site.id, page, query).unwrap();
        }
        // Going away for a moment brings the counter up to date.
        thread::yield_now();
        (processor_ns() - begin) / 40
    };
    (0..9).map(|_| measure()).min().unwrap()
}

/// A page with this many roots, of which every tenth has a reply, and below the first one a chain of answers.
fn fill(bench: &Bench, address: &PageAddress, roots: usize, chain: usize) -> PageId {
    let sent = bench.draft("root").on(address.clone()).send().unwrap();
    let submit = |n: usize| {
        let root = bench.draft("a root with some words in it").named("Ada").on(address.clone()).id();
        if n.is_multiple_of(10) {
            bench.draft("a reply").on(address.clone()).below(root).send().unwrap();
        }
    };
    thread::scope(|scope| {
        for caller in 0..32 {
            let submit = &submit;
            scope.spawn(move || (1..roots).filter(|n| n % 32 == caller).for_each(submit));
        }
        let mut above: CommentId = sent.comment.id;
        for _ in 0..chain {
            above = bench.draft("deeper").on(address.clone()).below(above).id();
        }
    });
    sent.page.id
}

#[test]
fn t74_any_slice_of_10000_comments_costs_at_most_twice_one_of_100() {
    let folder = tempfile::tempdir().unwrap();
    let bench = Bench::open(&folder.path().join("a.db"));
    let small = fill(&bench, &PageAddress::path("/small"), 91, 0);
    let large = fill(&bench, &PageAddress::path("/large"), 9_200, 1_000);
    let page = bench.store.find_page_by_id(bench.site.id, large).unwrap().unwrap();
    assert!(page.published_count >= 10_000);
    for sort in Sort::ALL {
        let query = first(sort);
        let usual = cost(&bench, small, &query);
        let first_slice = cost(&bench, large, &query);
        let mut deep = query.clone();
        let mut passed = 0;
        while passed < 9_000 {
            let slice = bench.store.read_thread(bench.site.id, large, &deep).unwrap();
            passed += roots(&slice).len();
            deep.cursor = slice.next;
        }
        let deep_slice = cost(&bench, large, &deep);
        println!("{sort:?}: {usual} ns of 100, {first_slice} ns of 10,000, {deep_slice} ns behind {passed} roots");
        assert!(first_slice <= 2 * usual && deep_slice <= 2 * usual, "{sort:?}: {usual} {first_slice} {deep_slice}");
    }
    // Inside the chain, and around its last answer.
    let usual = cost(&bench, small, &first(Sort::Oldest));
    let slice = bench.store.read_thread(bench.site.id, large, &first(Sort::Oldest)).unwrap();
    let mut more = slice.roots[0].more.clone();
    let (mut inside_max, mut read) = (0, 3);
    while let Some((cursor, left)) = more {
        assert_eq!(left, 1_000 - read);
        let query = ThreadQuery { cursor: Some(cursor), ..first(Sort::Oldest) };
        if read % 250 == 3 {
            inside_max = inside_max.max(cost(&bench, large, &query));
        }
        let slice = bench.store.read_thread(bench.site.id, large, &query).unwrap();
        read += slice.roots[0].replies.len() as u64;
        more = slice.roots[0].more.clone();
        if more.is_none() {
            let last = slice.roots[0].replies.last().unwrap();
            let around = bench.store.read_around(bench.site.id, large, last.id, 3).unwrap();
            assert_eq!((last.depth, around.roots[0].replies.len(), around.roots[0].more.is_none()), (12, 12, true));
        }
    }
    println!("inside the chain: at most {inside_max} ns");
    assert!(read == 1_000 && inside_max <= 2 * usual, "{inside_max} {usual}");
    bench.assert_sound();
}
