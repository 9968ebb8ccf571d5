//! T33: a handler that panics harms its own request alone.

use std::sync::Arc;

use rejoinder::web::server::panics_so_far;

use crate::harness::{body_of, server, statuses};

#[tokio::test(flavor = "multi_thread")]
async fn t33_a_thousand_panics_are_answered_counted_and_harm_nobody_else() {
    // The hook would write a thousand traces into the report.
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some("on purpose") {
            usual(panic);
        }
    }));
    let server = Arc::new(server().await);
    let before = panics_so_far();
    let honest = tokio::spawn({
        let server = server.clone();
        async move {
            for _ in 0..200 {
                assert_eq!(body_of(&server.get("/").await), "the root");
            }
        }
    });
    // Ten connections, each with a hundred requests in a row.
    let panics = (0..10).map(|_| {
        let server = server.clone();
        tokio::spawn(async move {
            let last = "GET /panic HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n";
            let bytes = "GET /panic HTTP/1.1\r\nHost: a.test\r\n\r\n".repeat(99) + last;
            let said = server.say(bytes).await;
            assert_eq!(statuses(&said), vec![500; 100]);
            assert!(said.contains("\"code\":\"internal\"") && !said.contains("on purpose"));
        })
    });
    for task in panics.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    honest.await.unwrap();
    assert_eq!(panics_so_far() - before, 1000);
}
