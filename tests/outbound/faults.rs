//! T60: servers that are slow, endless or broken take little of our time, and soon none.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use rejoinder::notify::outbound::Failure;

use crate::{
    namespace::{Net, inside, outbound},
    server::BUSIEST,
};

/// Five seconds of a call, and what a busy machine adds.
const PATIENCE: Duration = Duration::from_secs(7);

#[test]
fn t60_no_server_keeps_a_call_longer_than_five_seconds() {
    inside("faults::t60_no_server_keeps_a_call_longer_than_five_seconds", async |_: &mut Net| {
        let outbound = outbound(&[]);
        let calls = ["silent", "slow", "endless", "headers", "gzipbomb"].map(|name| {
            let outbound = outbound.clone();
            tokio::spawn(async move {
                let began = Instant::now();
                let ended = outbound.post(&format!("http://{name}.test/"), &[], vec![]).await;
                (ended.map(|answer| answer.status), began.elapsed())
            })
        });
        let mut ends = vec![];
        for call in calls {
            let (ended, took) = call.await.unwrap();
            assert!(took < PATIENCE, "{ended:?} after {took:?}");
            ends.push(ended);
        }
        let unpacked_never = Ok(200);
        let expected = [Err(Failure::Timeout), Err(Failure::Timeout), Err(Failure::TooLarge), Err(Failure::Connect), unpacked_never];
        assert_eq!(ends, expected);
    });
}

#[test]
fn t60_after_five_failures_a_server_is_left_alone_and_others_are_not() {
    inside("faults::t60_after_five_failures_a_server_is_left_alone_and_others_are_not", async |net: &mut Net| {
        let outbound = outbound(&["refused.test:81"]);
        let post = async |url: &str| outbound.post(url, &[], vec![]).await;
        for _ in 0..5 {
            assert_eq!(post("http://refused.test:81/").await, Err(Failure::Connect));
            assert_eq!(post("http://broken.test/").await.map(|answer| answer.status), Ok(503));
        }
        let before = net.connections();
        for url in ["http://refused.test:81/", "http://broken.test/"] {
            let rest = post(url).await.unwrap_err();
            assert!(
                matches!(rest, Failure::Resting(rest) if rest > Duration::from_secs(50) && rest <= Duration::from_secs(60)),
                "{rest:?}"
            );
        }
        assert_eq!(net.connections(), before);
        assert!(post("http://public.test/").await.is_ok());
    });
}

#[test]
fn t60_a_server_gets_ten_calls_at_once() {
    inside("faults::t60_a_server_gets_ten_calls_at_once", async |_: &mut Net| {
        let outbound = outbound(&[]);
        let calls = (0..35).map(|_| {
            let outbound = outbound.clone();
            tokio::spawn(async move { outbound.post("http://busy.test/", &[], vec![]).await.map(|answer| answer.status) })
        });
        for call in calls.collect::<Vec<_>>() {
            assert_eq!(call.await.unwrap(), Ok(200));
        }
        assert_eq!(BUSIEST.load(Ordering::SeqCst), 10);
    });
}
