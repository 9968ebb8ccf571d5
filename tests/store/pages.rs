//! Pages: their addresses, titles, states and counts.

use rejoinder::{
    model::{PageAddress, PageState, Status},
    store::{Conflict, Error},
};

use crate::bench::{Bench, PAGE, for_each_engine};

/// A free id that came together with the address of a page.
fn free_id(id: &str, path: &str) -> PageAddress {
    PageAddress { alias: Some(Box::new(PageAddress::path(path))), ..PageAddress::path(id) }
}

fn known_by(bench: &Bench, key: &str) -> Option<String> {
    bench.store.find_page(bench.site.id, &PageAddress::path(key)).unwrap().map(|page| page.key)
}

#[test]
fn a_page_is_made_by_its_first_comment() {
    for_each_engine(|bench| {
        assert_eq!(known_by(bench, PAGE), None);
        let sent = bench.draft("Hi").send().unwrap();
        let page = bench.page();
        assert_eq!((page.id, page.version, page.published_count, page.root_count), (sent.page.id, sent.page.version, 1, 1));
        assert_eq!(
            (page.state, page.last_comment_at, page.created_at),
            (PageState::Open, sent.comment.created_at, sent.comment.created_at)
        );
        assert_eq!(bench.store.find_page_by_id(bench.site.id, page.id).unwrap().unwrap().url, page.url);
    });
}

#[test]
fn the_first_published_comment_gives_the_page_its_title() {
    for_each_engine(|bench| {
        let held = bench.draft("held").titled("Held").held().id();
        assert_eq!(bench.page().title, "");
        bench.publish("without a title");
        bench.set(held, Status::Published);
        assert_eq!(bench.page().title, "Held");
        bench.draft("later").titled("Other").send().unwrap();
        assert_eq!(bench.page().title, "Held");
    });
}

#[test]
fn a_free_id_learns_one_address_from_a_published_comment() {
    for_each_engine(|bench| {
        bench.draft("held").on(free_id("post-1", "/held")).held().send().unwrap();
        assert_eq!(known_by(bench, "/held"), None);
        bench.draft("published").on(free_id("post-1", "/one")).send().unwrap();
        bench.draft("published").on(free_id("post-1", "/two")).send().unwrap();
        assert_eq!((known_by(bench, "/one").as_deref(), known_by(bench, "/two")), (Some("post-1"), None));
    });
}

#[test]
fn a_comment_approved_later_teaches_its_address_too() {
    for_each_engine(|bench| {
        let held = bench.draft("held").on(free_id("post-1", "/one")).held().id();
        bench.set(held, Status::Removed);
        assert_eq!(known_by(bench, "/one"), None);
        bench.set(held, Status::Published);
        assert_eq!(known_by(bench, "/one").as_deref(), Some("post-1"));
    });
}

#[test]
fn no_free_id_takes_an_address_that_another_page_has() {
    for_each_engine(|bench| {
        bench.draft("first").on(PageAddress::path("/one")).send().unwrap();
        bench.draft("second").on(free_id("post-1", "/one")).send().unwrap();
        assert_eq!(known_by(bench, "/one").as_deref(), Some("/one"));
        assert_eq!(known_by(bench, "post-1").as_deref(), Some("post-1"));
        bench.assert_sound();
    });
}

#[test]
fn a_closed_page_takes_no_comments_until_it_is_opened() {
    for_each_engine(|bench| {
        let address = PageAddress::path(PAGE);
        let closed = bench.store.update_page_state(bench.site.id, &address, PageState::Closed, bench.now()).unwrap();
        assert_eq!((closed.state, closed.published_count), (PageState::Closed, 0));
        assert!(matches!(bench.draft("Hi").send(), Err(Error::Conflict(Conflict::PageClosed))));
        let open = bench.store.update_page_state(bench.site.id, &address, PageState::Open, bench.now()).unwrap();
        assert!(open.version > closed.version && open.id == closed.id);
        assert!(bench.draft("Hi").send().is_ok());
    });
}

#[test]
fn a_page_older_than_the_site_allows_takes_no_comments() {
    for_each_engine(|bench| {
        bench.publish("Hi");
        let made = bench.page().created_at;
        assert!(bench.draft("in time").closed_before(made).send().is_ok());
        let late = bench.draft("late").closed_before(made.plus_seconds(1)).send();
        assert!(matches!(late, Err(Error::Conflict(Conflict::PageClosed))));
        assert!(bench.draft("new page").on(PageAddress::path("/new")).closed_before(made.plus_seconds(1)).send().is_ok());
    });
}

#[test]
fn counts_come_in_the_order_asked_with_0_for_unknown_addresses() {
    for_each_engine(|bench| {
        bench.publish("one");
        bench.publish("two");
        bench.draft("held").held().send().unwrap();
        bench.draft("alias").on(free_id("post-1", "/one")).send().unwrap();
        let asked = ["/one", "/nowhere", PAGE, "post-1"].map(PageAddress::path);
        assert_eq!(bench.store.count_comments(bench.site.id, &asked).unwrap(), [1, 0, 2, 1]);
        assert!(bench.store.count_comments(bench.site.id, &vec![PageAddress::path(PAGE); 101]).is_err());
    });
}

#[test]
fn pages_are_listed_with_the_latest_commented_first() {
    for_each_engine(|bench| {
        for path in ["/a", "/b", "/c", "/a"] {
            bench.draft("Hi").on(PageAddress::path(path)).send().unwrap();
        }
        let urls = |most| bench.store.list_pages(bench.site.id, most).unwrap().into_iter().map(|page| page.url).collect::<Vec<_>>();
        assert_eq!(urls(10), ["/a", "/c", "/b"]);
        assert_eq!(urls(2), ["/a", "/c"]);
    });
}
