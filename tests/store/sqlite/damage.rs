//! Damaged files: a clean sentence, no panic, and no write to a file that is refused.

use std::{fs, path::Path};

use rejoinder::{
    model::{PageAddress, Sort},
    store::{CommentFilter, Error, Store, sqlite::SqliteStore},
};

use crate::{
    bench::{Bench, PAGE, START, first},
    sqlite::children::{Dice, times},
};

#[test]
fn t69_damaged_files_give_a_clean_message_and_are_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let whole = folder.path().join("whole.db");
    let bench = Bench::open(&whole);
    for n in 0..150 {
        bench.draft(&"some text ".repeat(n + 1)).key(&format!("{n:016}")).named("Ada").send().unwrap();
    }
    drop(bench);
    let bytes = fs::read(&whole).unwrap();
    let (mut dice, mut refused, mut found) = (Dice(7), 0, 0);
    let count = times("REJOINDER_PROOF_DAMAGES", 50);
    for n in 0..count {
        let path = folder.path().join(format!("{n}.db"));
        fs::write(&path, damage(&bytes, n, &mut dice)).unwrap();
        let before = fs::read(&path).unwrap();
        match SqliteStore::open(&path, START) {
            Err(error) => {
                refused += 1;
                let sentence = error.to_string();
                assert!(sentence.contains(&format!("{n}.db")) && sentence.len() < 400, "{sentence}");
                assert!(fs::read(&path).unwrap() == before, "a refused file was written to: {sentence}");
            }
            Ok(store) => found += usize::from(is_found(&store)),
        }
        forget(&path);
    }
    println!("of {count} damaged files {refused} were refused at once and {found} found by the check");
    assert!(refused >= count / 5 && refused + found >= count / 2, "{refused} refused, {found} found of {count}");
}

/// Overwrites, cuts, zeroes or swaps a part; every other time near the beginning, where the schema is.
fn damage(bytes: &[u8], n: usize, dice: &mut Dice) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let span = if n.is_multiple_of(2) { 4096 } else { bytes.len() };
    match n % 5 {
        0 | 1 => {
            for _ in 0..40 {
                let at = dice.below(span);
                bytes[at] = dice.below(256) as u8;
            }
        }
        2 => bytes.truncate(dice.below(span)),
        3 => {
            let at = dice.below(bytes.len() / 4096) * 4096;
            bytes[at..at + 4096].fill(0);
        }
        _ => {
            let (one, two) = (dice.below(bytes.len() / 4096) * 4096, dice.below(bytes.len() / 4096) * 4096);
            for at in 0..4096 {
                bytes.swap(one + at, two + at);
            }
        }
    }
    bytes
}

/// Uses a damaged store in every way; each answer is a result or a clean error. True when the check tells of damage.
fn is_found(store: &dyn Store) -> bool {
    let clean = |result: Result<(), Error>| result.err().is_none_or(|error| !error.to_string().contains("panicked"));
    for site in store.list_sites().unwrap_or_default() {
        let page = store.find_page(site.id, &PageAddress::path(PAGE));
        if let Ok(Some(page)) = page {
            assert!(clean(store.read_thread(site.id, page.id, &first(Sort::Newest)).map(drop)));
        }
        assert!(clean(store.list_comments(site.id, &CommentFilter::default(), 100).map(drop)));
        assert!(clean(store.list_staff_names(site.id).map(drop)));
    }
    assert!(clean(store.installation_key().map(drop)));
    assert!(clean(store.list_accounts().map(drop)));
    assert!(clean(store.forget_old(START)));
    if let Ok(Some(found)) = store.find_site(&"blog".parse().unwrap()) {
        assert!(clean(store.update_site(found.id, "written to a damaged file", &found.origins, &found.rules).map(drop)));
    }
    store.check().map_or(true, |report| !report.problems.is_empty())
}

fn forget(path: &Path) {
    for end in ["", "-wal", "-shm"] {
        fs::remove_file(format!("{}{end}", path.display())).ok();
    }
}

#[test]
fn the_check_tells_of_every_number_that_differs_from_a_recount() {
    for (change, problem) in [
        ("update page set published_count = 7", "says 7 published comments and 2 roots; there are 3 and 2."),
        ("update page set root_count = 1", "says 3 published comments and 1 roots; there are 3 and 2."),
        ("update comment set reply_count = 2 where depth = 0 and child_count = 1", "says 2 replies; there are 1."),
        ("update comment set reply_count = 1 where depth = 1", "counts replies, though it is one."),
        ("update comment set child_count = 2 where child_count = 1", "says 2 shown answers; there are 1."),
        ("update comment set status = 3 where depth = 1", "is shown though it should not be, or the other way round."),
        ("update comment set parent_id = 7 where depth = 1", "answers one that does not exist."),
        ("update comment set path = zeroblob(8) where depth = 1", "does not stand below the one it answers."),
        ("update comment set depth = 2 where depth = 1", "does not stand below the one it answers."),
        ("update comment set path = x'00' where depth = 0", "has no parent and is not a root."),
        ("delete from page_address", "has no address."),
        ("pragma foreign_keys = off; delete from author", "A row of comment points to a row of author that does not exist."),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let bench = Bench::open(&path);
        let root = bench.publish("one");
        bench.answer(root, "two");
        bench.publish("three");
        bench.assert_sound();
        rusqlite::Connection::open(&path).unwrap().execute_batch(change).unwrap();
        let problems = bench.store.check().unwrap().problems;
        assert!(problems.iter().any(|found| found.ends_with(problem)), "{change}: {problems:?}");
    }
}
