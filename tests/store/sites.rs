//! Sites: what is stored of them, and what goes with them.

use rejoinder::{
    model::{Moderation, PageAddress, Role, Rules, Scope},
    store::{Conflict, Error, NewAccount, NewSite, Poster},
};

use crate::bench::{START, add_site, for_each_engine};

#[test]
fn a_site_reads_back_as_it_was_added_and_changed() {
    for_each_engine(|bench| {
        let rules =
            Rules { moderation: Moderation::First, close_days: 30, privacy_url: Some("https://a.example/p".into()), ..Rules::default() };
        let origins = ["https://blog.example".parse().unwrap(), "http://localhost:8000".parse().unwrap()];
        let changed = bench.store.update_site(bench.site.id, "Talking", &origins, &rules).unwrap();
        let found = bench.store.find_site(&bench.site.key).unwrap().unwrap();
        for site in [&changed, &found] {
            assert_eq!((site.name.as_str(), &site.origins[..], &site.rules), ("Talking", &origins[..], &rules));
            assert_eq!(site.version, bench.site.version + 1);
            assert_eq!(site.created_at, START);
        }
        assert!(bench.store.find_site(&"nobody".parse().unwrap()).unwrap().is_none());
    });
}

#[test]
fn sites_are_listed_by_key_and_a_key_is_taken_once() {
    for_each_engine(|bench| {
        add_site(&*bench.store, "zoo");
        add_site(&*bench.store, "art");
        let keys: Vec<String> = bench.store.list_sites().unwrap().iter().map(|site| site.key.to_string()).collect();
        assert_eq!(keys, ["art", "blog", "zoo"]);
        let again = NewSite { key: &"art".parse().unwrap(), name: "", origins: &[], rules: &Rules::default() };
        assert!(matches!(bench.store.insert_site(&again, START), Err(Error::Conflict(Conflict::NameTaken))));
    });
}

#[test]
fn a_deleted_site_takes_everything_with_it_and_nothing_of_others() {
    for_each_engine(|bench| {
        let other = add_site(&*bench.store, "other");
        let kept = bench.publish("stays");
        let account = NewAccount { name: "Ada", email: None, role: Role::Owner, site: Some(other.id) };
        let account = bench.store.upsert_account(&account, START).unwrap();
        let token = bench.store.insert_token("ci", &[1; 32], Some(other.id), Scope::Admin, START).unwrap();
        let badge = Scope::Admin.badge().unwrap();
        let root = bench.draft("goes").in_site(&other).key("0123456789abcdef").titled("T").held().id();
        for poster in [Poster::Account(account.id, badge), Poster::Token(token.id, badge)] {
            bench.draft("goes").in_site(&other).by(poster).send().unwrap();
        }
        bench.store.delete_site(other.id).unwrap();
        assert!(matches!(bench.store.delete_site(other.id), Err(Error::NotFound)));
        assert!(bench.store.find_comment(other.id, root).unwrap().is_none());
        assert!(bench.store.find_token(&[1; 32]).unwrap().is_none());
        assert_eq!(bench.store.find_account_by_name("Ada").unwrap().unwrap().roles, []);
        assert_eq!(bench.find(kept).source, "stays");
        let report = bench.store.check().unwrap();
        assert_eq!((report.problems.len(), report.sites, report.pages, report.comments), (0, 1, 1, 1));
        assert!(matches!(bench.draft("too late").in_site(&other).send(), Err(Error::NotFound)));
        assert!(bench.store.list_pages(other.id, 10).unwrap().is_empty());
        assert!(bench.store.find_page(other.id, &PageAddress::path("/hello")).unwrap().is_none());
    });
}

#[test]
fn names_of_staff_are_those_with_a_role_or_a_badge_on_that_site() {
    for_each_engine(|bench| {
        let other = add_site(&*bench.store, "other");
        for (name, site) in [("Ada", Some(bench.site.id)), ("Grace", None), ("Elsewhere", Some(other.id))] {
            bench.store.upsert_account(&NewAccount { name, email: None, role: Role::Viewer, site }, START).unwrap();
        }
        let token = bench.store.insert_token("robot", &[1; 32], None, Scope::Moderate, START).unwrap();
        bench.store.insert_token("reader", &[2; 32], None, Scope::Write, START).unwrap();
        bench.draft("x").named("Bob").by(Poster::Token(token.id, Scope::Moderate.badge().unwrap())).send().unwrap();
        bench.draft("x").named("Visitor").send().unwrap();
        let mut names = bench.store.list_staff_names(bench.site.id).unwrap();
        names.sort();
        assert_eq!(names, ["Ada", "Bob", "Grace", "robot"]);
    });
}
