//! Accounts, set-up codes, sessions and tokens.

use rejoinder::{
    model::{AccountId, Role, Scope, SiteId, Timestamp},
    store::{Conflict, Error, NewAccount},
};

use crate::bench::{Bench, START, add_site, for_each_engine};

fn account(bench: &Bench, name: &str, role: Role, site: Option<SiteId>) -> rejoinder::model::Account {
    bench.store.upsert_account(&NewAccount { name, email: Some("ada@blog.example"), role, site }, START).unwrap()
}

#[test]
fn an_account_gathers_roles_under_one_name() {
    for_each_engine(|bench| {
        let other = add_site(&*bench.store, "other");
        let ada = account(bench, "Ada", Role::Moderator, Some(bench.site.id));
        bench.store.update_password(ada.id, "$argon2id$x").unwrap();
        account(bench, "ADA", Role::Owner, Some(bench.site.id));
        account(bench, "\u{ff21}da", Role::Viewer, Some(other.id));
        let ada = account(bench, "ada", Role::Viewer, None);
        assert_eq!(
            (ada.name.as_str(), ada.email.as_deref(), ada.password.as_deref()),
            ("Ada", Some("ada@blog.example"), Some("$argon2id$x"))
        );
        assert_eq!((ada.role_on(bench.site.id), ada.role_on(other.id)), (Some(Role::Owner), Some(Role::Viewer)));
        assert_eq!(ada.role_everywhere, Some(Role::Viewer));
        account(bench, "Grace", Role::Owner, None);
        let names: Vec<String> = bench.store.list_accounts().unwrap().into_iter().map(|account| account.name).collect();
        assert_eq!(names, ["Ada", "Grace"]);
        assert_eq!(bench.store.find_account_by_name(" aDA").unwrap().unwrap().id, ada.id);
        assert!(bench.store.find_account_by_name("Bob").unwrap().is_none());
        let nowhere = NewAccount { name: "Bob", email: None, role: Role::Owner, site: Some(SiteId(7)) };
        assert!(matches!(bench.store.upsert_account(&nowhere, START), Err(Error::NotFound)));
        assert!(bench.store.find_account_by_name("Bob").unwrap().is_none());
    });
}

#[test]
fn a_setup_code_is_good_once_and_until_it_expires() {
    for_each_engine(|bench| {
        let ada = account(bench, "Ada", Role::Owner, None);
        let end = START.plus_seconds(60);
        bench.store.insert_setup_code(&[1; 32], None, end).unwrap();
        bench.store.insert_setup_code(&[2; 32], Some(ada.id), end).unwrap();
        bench.store.insert_setup_code(&[3; 32], None, end).unwrap();
        let find = |n: u8, at: Timestamp| bench.store.find_setup_code(&[n; 32], at).unwrap().map(|account| account.map(|a| a.id));
        assert_eq!(find(1, START), None, "another code of the first set-up took its place");
        assert_eq!((find(2, START), find(3, START)), (Some(Some(ada.id)), Some(None)));
        assert_eq!((find(2, end), find(9, START)), (None, None));
        assert!(matches!(bench.store.delete_setup_code(&[2; 32], end), Err(Error::NotFound)));
        bench.store.delete_setup_code(&[2; 32], START).unwrap();
        assert!(matches!(bench.store.delete_setup_code(&[2; 32], START), Err(Error::NotFound)));
        assert_eq!(find(2, START), None);
    });
}

#[test]
fn of_many_callers_with_one_code_one_has_it() {
    for_each_engine(|bench| {
        bench.store.insert_setup_code(&[1; 32], None, START.plus_seconds(60)).unwrap();
        let took = std::thread::scope(|scope| {
            let callers: Vec<_> = (0..16).map(|_| scope.spawn(|| bench.store.delete_setup_code(&[1; 32], START).is_ok())).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).filter(|took| *took).count()
        });
        assert_eq!(took, 1);
    });
}

#[test]
fn a_session_ends_by_age_by_idleness_and_by_being_ended() {
    for_each_engine(|bench| {
        let ada = account(bench, "Ada", Role::Owner, None).id;
        let begin = |n: u8| bench.store.insert_session(&[n; 32], ada, "form", START, START.plus_seconds(1000)).unwrap();
        let lives = |n: u8, seconds| bench.store.find_session(&[n; 32], START.plus_seconds(seconds), 100).unwrap().is_some();
        begin(1);
        let session = bench.store.find_session(&[1; 32], START, 100).unwrap().unwrap();
        assert_eq!((session.account.id, session.form_token.as_str(), session.expires_at), (ada, "form", START.plus_seconds(1000)));
        assert!(!lives(1, 101) && lives(1, 90), "it was unused for 101 seconds, then for 90");
        assert!(lives(1, 180), "being used 90 seconds before counts");
        assert!((1..13).all(|n| lives(1, 180 + n * 65)) && !lives(1, 1000), "it was used all the time, and is too old");
        begin(2);
        bench.store.delete_session(&[2; 32]).unwrap();
        bench.store.delete_session(&[2; 32]).unwrap();
        begin(3);
        assert!(!lives(2, 0) && lives(3, 0));
        bench.store.delete_sessions_of(ada).unwrap();
        assert!(!lives(3, 0));
        begin(4);
        bench.store.update_password(ada, "$argon2id$y").unwrap();
        assert!(!lives(4, 0));
        let nobody = bench.store.insert_session(&[5; 32], AccountId(7), "form", START, START.plus_seconds(9));
        assert!(matches!(nobody, Err(Error::NotFound)));
        assert!(matches!(bench.store.update_password(AccountId(7), "x"), Err(Error::NotFound)));
    });
}

#[test]
fn a_token_is_found_by_its_hash_and_its_name_is_taken() {
    for_each_engine(|bench| {
        let token = bench.store.insert_token("ci", &[1; 32], Some(bench.site.id), Scope::Moderate, START).unwrap();
        let found = bench.store.find_token(&[1; 32]).unwrap().unwrap();
        assert_eq!(format!("{found:?}"), format!("{token:?}"));
        assert_eq!((found.site, found.scope, found.created_at), (Some(bench.site.id), Scope::Moderate, START));
        assert!(bench.store.find_token(&[2; 32]).unwrap().is_none());
        let again = bench.store.insert_token("CI", &[2; 32], None, Scope::Read, START);
        assert!(matches!(again, Err(Error::Conflict(Conflict::NameTaken))));
        assert!(matches!(bench.store.insert_token("x", &[3; 32], Some(SiteId(7)), Scope::Read, START), Err(Error::NotFound)));
    });
}
