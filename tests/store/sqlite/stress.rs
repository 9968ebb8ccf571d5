//! Checkpoints against writes against reads.

use std::{
    fs,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use rejoinder::model::{Sort, Status};
use rusqlite::Connection;

use crate::{
    bench::{Bench, first},
    sqlite::children::times,
};

#[test]
fn t82_checkpoints_writes_and_reads_at_once_damage_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let bench = Bench::open(&path);
    let root = bench.publish("root");
    let end = Instant::now() + Duration::from_secs(times("REJOINDER_PROOF_STRESS_SECONDS", 20) as u64);
    let (over, submitted, log_max) = (AtomicBool::new(false), AtomicU64::new(2), AtomicU64::new(0));
    let again = || !over.load(Ordering::Relaxed);
    thread::scope(|scope| {
        for writer in 0..6 {
            let (bench, submitted, again) = (&bench, &submitted, &again);
            scope.spawn(move || {
                while again() {
                    let text = "text ".repeat(1 + writer * 300);
                    let id = bench.draft(&text).below(root).id();
                    submitted.fetch_add(1, Ordering::Relaxed);
                    if writer % 2 == 0 {
                        bench.set(id, Status::Removed);
                    }
                }
            });
        }
        for _ in 0..2 {
            scope.spawn(|| {
                while again() {
                    let slice = bench.slice(&first(Sort::Oldest));
                    assert_eq!(u64::from(slice.roots[0].root.as_ref().unwrap().reply_count) + 1, slice.page.published_count);
                }
            });
        }
        // Another program that checkpoints in every way, beside our own thread that does.
        scope.spawn(|| {
            let conn = Connection::open(&path).unwrap();
            conn.busy_timeout(Duration::from_millis(50)).unwrap();
            for mode in ["passive", "full", "restart", "truncate"].iter().cycle().take_while(|_| again()) {
                // Being told that it is busy is an answer too.
                conn.query_row(&format!("pragma wal_checkpoint({mode})"), [], |_| Ok(())).unwrap();
                log_max.fetch_max(fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len()), Ordering::Relaxed);
                thread::sleep(Duration::from_millis(3));
            }
        });
        thread::sleep(end.saturating_duration_since(Instant::now()));
        over.store(true, Ordering::Relaxed);
    });
    let (submitted, log_max) = (submitted.into_inner() - 1, log_max.into_inner());
    println!("{submitted} comments; the log had at most {log_max} bytes");
    assert_eq!(bench.store.check().unwrap().comments, submitted);
    bench.assert_sound();
    assert!(log_max < 64 << 20, "the log grew to {log_max} bytes");
    drop(bench);
    Bench::open(&path).assert_sound();
}

#[test]
fn t82_the_log_stays_small_by_our_own_checkpoints_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let bench = Bench::open(&path);
    let log = || fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len());
    let mut log_max = 0;
    thread::scope(|scope| {
        let writers: Vec<_> = (0..8).map(|_| scope.spawn(|| bench.publish_many(150, &"text ".repeat(2000)))).collect();
        while writers.iter().any(|writer| !writer.is_finished()) {
            log_max = log_max.max(log());
            thread::yield_now();
        }
    });
    let written = fs::metadata(&path).unwrap().len() + log();
    assert!(written > 20 << 20, "{written} bytes were written");
    assert!(log_max < 64 << 20, "the log grew to {log_max} bytes");
    // Idle, it is emptied.
    let begin = Instant::now();
    while log() > 0 {
        assert!(begin.elapsed() < Duration::from_secs(20), "the log still has {} bytes", log());
        thread::sleep(Duration::from_millis(50));
    }
}
