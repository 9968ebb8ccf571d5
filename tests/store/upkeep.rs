//! Keys, forgetting and cleaning again.

use rejoinder::model::Sort;

use crate::bench::{first, for_each_engine};

#[test]
fn an_installation_keeps_its_key_and_answers_when_ready() {
    for_each_engine(|bench| {
        let key = bench.store.installation_key().unwrap();
        assert_eq!(bench.store.installation_key().unwrap(), key);
        assert_ne!(key, [0; 32]);
        bench.store.check_ready().unwrap();
    });
    let keys = std::cell::RefCell::new(Vec::new());
    for _ in 0..2 {
        for_each_engine(|bench| keys.borrow_mut().push(bench.store.installation_key().unwrap()));
    }
    let (keys, mut distinct) = (keys.borrow(), keys.borrow().clone());
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), keys.len(), "no two installations share a key");
}

#[test]
fn html_of_an_older_markup_is_replaced_unless_the_source_changed() {
    for_each_engine(|bench| {
        let (one, two) = (bench.publish("one"), bench.draft("two").held().id());
        let site = bench.site.id;
        assert!(bench.store.list_stale_markup(1, 10).unwrap().is_empty());
        let stale = bench.store.list_stale_markup(2, 10).unwrap();
        assert_eq!(stale, [(site, one, "one".to_owned()), (site, two, "two".to_owned())]);
        assert_eq!(bench.store.list_stale_markup(0, 1).unwrap().len(), 1);
        let version = bench.page().version;
        bench.store.update_markup(site, one, "another text", "<b>x</b>", 2, bench.now()).unwrap();
        assert_eq!((bench.find(one).html.as_str(), bench.page().version), ("<p>one</p>", version));
        bench.store.update_markup(site, one, "one", "<b>one</b>", 2, bench.now()).unwrap();
        assert_eq!((bench.find(one).html.as_str(), bench.page().version), ("<b>one</b>", version + 1));
        bench.store.update_markup(site, two, "two", "<b>two</b>", 2, bench.now()).unwrap();
        assert_eq!(bench.page().version, version + 1, "nobody reads what waits");
        assert!(bench.store.list_stale_markup(2, 10).unwrap().is_empty());
        assert_eq!(bench.read_all(&first(Sort::Oldest)).len(), 1);
    });
}

#[test]
fn what_is_old_is_forgotten() {
    for_each_engine(|bench| {
        const KEY: &str = "0123456789abcdef";
        let id = bench.draft("Hi").key(KEY).id();
        bench.store.insert_setup_code(&[1; 32], None, bench.now()).unwrap();
        bench.store.forget_old(bench.now()).unwrap();
        assert!(bench.draft("Hi").key(KEY).send().unwrap().repeated);
        bench.wait_seconds(31 * 86_400);
        bench.store.forget_old(bench.now()).unwrap();
        assert!(!bench.draft("Ho").key(KEY).send().unwrap().repeated);
        assert_eq!(bench.find(id).source, "Hi");
    });
}
