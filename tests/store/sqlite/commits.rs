//! Callers share commits, which is where the rate of a slow disk comes from.

use std::{sync::Arc, thread};

use rejoinder::store::sqlite::SqliteStore;

use crate::bench::{Bench, START};

#[test]
fn many_submitters_share_commits_and_a_lone_one_does_not_wait_for_company() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let store = Arc::new(SqliteStore::open(&path, START).unwrap());
    let bench = Bench::new(store.clone());
    let commits = |callers: usize, each: usize| {
        let before = store.commits();
        thread::scope(|scope| {
            for _ in 0..callers {
                scope.spawn(|| bench.publish_many(each, "Hi"));
            }
        });
        store.commits() - before
    };
    assert_eq!(commits(1, 40), 40);
    let together = commits(64, 20);
    println!("1,280 submits of 64 callers took {together} commits");
    assert!(together * 4 <= 64 * 20, "{together} commits");
}
