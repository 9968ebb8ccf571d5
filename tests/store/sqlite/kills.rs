//! Killing the process at any moment loses nothing that was acknowledged.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use rejoinder::model::CommentId;

use crate::{
    bench::Bench,
    sqlite::children::{Dice, child, order, times},
};

const NAME: &str = "sqlite::kills::t79_no_acknowledged_comment_is_lost_by_killing_the_process";
const WRITERS: usize = 8;
const FILE: &str = "rejoinder.db";

#[test]
fn t79_no_acknowledged_comment_is_lost_by_killing_the_process() {
    if let Some((folder, _)) = order() {
        return submit_until_killed(&Bench::open(&folder.join(FILE)));
    }
    let folder = tempfile::tempdir().unwrap();
    let (mut acknowledged, mut dice) = (HashSet::new(), Dice(81));
    let mut slowest = Duration::ZERO;
    let kills = times("REJOINDER_PROOF_KILLS", 50);
    for _ in 0..kills {
        let mut child = child(NAME, folder.path(), "").spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The first acknowledgement tells that the child is at work; then it gets a random moment to live.
        acknowledged.extend(lines.by_ref().find_map(|line| acknowledgement(&line.unwrap())));
        thread::sleep(Duration::from_micros(dice.below(60_000) as u64));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(lines.filter_map(|line| acknowledgement(&line.unwrap())));

        let begin = Instant::now();
        let bench = Bench::open(&folder.path().join(FILE));
        bench.page();
        slowest = slowest.max(begin.elapsed());
        for id in &acknowledged {
            assert!(bench.store.find_comment(bench.site.id, *id).unwrap().is_some(), "comment {id} was acknowledged and is lost");
        }
        bench.assert_sound();
    }
    println!("{} acknowledged comments survived {kills} kills; the slowest start took {slowest:?}", acknowledged.len());
    assert!(acknowledged.len() >= kills * 2);
    assert!(slowest < Duration::from_millis(500), "{slowest:?}");
}

/// A whole line; one that was cut by the kill has no full stop.
fn acknowledgement(line: &str) -> Option<CommentId> {
    line.strip_prefix("acknowledged ")?.strip_suffix('.')?.parse().ok()
}

fn submit_until_killed(bench: &Bench) {
    let bench = Arc::new(bench);
    thread::scope(|scope| {
        for _ in 0..WRITERS {
            scope.spawn(|| {
                loop {
                    let id = bench.publish("Hi");
                    let mut out = std::io::stdout().lock();
                    writeln!(out, "acknowledged {id}.").and_then(|()| out.flush()).unwrap();
                }
            });
        }
    });
}
