//! Two sites in one store: the ids of one name nothing in the other.

use rejoinder::{
    model::{Badge, Decision, PageAddress, Role, Sort, Status},
    store::{CommentFilter, Error, NewAccount, NewText, Poster},
};

use crate::bench::{START, add_site, first, for_each_engine};

#[test]
fn t25_ids_of_one_site_name_nothing_in_another() {
    for_each_engine(|bench| {
        let store = &bench.store;
        let (own, other) = (bench.site.id, add_site(&**store, "other"));
        let secret = bench.draft("secret").in_site(&other).send().unwrap();
        let (page, id, author) = (secret.page.id, secret.comment.id, secret.comment.author.id.unwrap());
        bench.publish("own");
        let not_found = |result: Result<_, Error>| matches!(result, Err(Error::NotFound));
        assert!(store.find_page_by_id(own, page).unwrap().is_none());
        assert!(not_found(store.read_thread(own, page, &first(Sort::Oldest)).map(drop)));
        assert!(not_found(store.read_around(own, page, id, 3).map(drop)));
        assert!(not_found(store.read_around(own, bench.page().id, id, 3).map(drop)));
        assert!(store.find_comment(own, id).unwrap().is_none());
        assert!(store.list_comments_by_id(own, &[id]).unwrap().is_empty());
        let on_page = CommentFilter { page: Some(page), ..CommentFilter::default() };
        assert!(store.list_comments(own, &on_page, 10).unwrap().is_empty());
        assert!(!store.has_published(own, author).unwrap());
        assert!(store.has_published(other.id, author).unwrap());
        let text = NewText { source: "x", html: "x", markup_version: 1, decision: &Decision::Publish };
        assert!(not_found(store.update_comment_text(own, id, &text, bench.now()).map(drop)));
        assert!(not_found(store.update_comment_status(own, id, &Status::ALL, Status::Spam, &[], bench.now()).map(drop)));
        assert!(not_found(store.update_comment_pinned(own, id, true, bench.now()).map(drop)));
        assert!(not_found(store.update_markup(own, id, "secret", "x", 9, bench.now())));
        assert!(bench.draft("below a foreign comment").below(id).send().is_err());
        assert!(not_found(bench.draft("as a foreign author").by(Poster::Known(author)).send().map(drop)));
        let stored = store.find_comment(other.id, id).unwrap().unwrap();
        assert_eq!((stored.comment.source.as_str(), stored.comment.status, stored.page.version), ("secret", Status::Published, 2));
    });
}

#[test]
fn t25_one_address_is_two_pages_in_two_sites() {
    for_each_engine(|bench| {
        let other = add_site(&*bench.store, "other");
        bench.publish("own");
        let theirs = bench.draft("theirs").in_site(&other).send().unwrap();
        bench.draft("theirs").in_site(&other).send().unwrap();
        assert_ne!(bench.page().id, theirs.page.id);
        let address = [PageAddress::path(crate::bench::PAGE)];
        assert_eq!(bench.store.count_comments(bench.site.id, &address).unwrap(), [1]);
        assert_eq!(bench.store.count_comments(other.id, &address).unwrap(), [2]);
        for (site, count) in [(bench.site.id, 1), (other.id, 2)] {
            assert_eq!(bench.store.list_comments(site, &CommentFilter::default(), 10).unwrap().len(), count);
            assert_eq!(bench.store.list_pages(site, 10).unwrap().len(), 1);
        }
    });
}

#[test]
fn t25_a_token_of_one_site_writes_nothing_in_another() {
    for_each_engine(|bench| {
        let other = add_site(&*bench.store, "other");
        let token = bench.store.insert_token("t", &[1; 32], Some(other.id), rejoinder::model::Scope::Admin, START).unwrap();
        let poster = Poster::Token(token.id, Badge::Author);
        assert!(matches!(bench.draft("x").by(poster).send(), Err(Error::NotFound)));
        assert!(bench.draft("x").in_site(&other).by(poster).send().is_ok());
        let account = NewAccount { name: "Ada", email: None, role: Role::Owner, site: Some(other.id) };
        let account = bench.store.upsert_account(&account, START).unwrap();
        assert_eq!(account.role_on(bench.site.id), None);
    });
}
