//! How long text may take: bounded for anything that arrives, short for what is taken, and never quadratic.

use std::{hint::black_box, time::Duration};

use rejoinder::{markup, model};

use crate::documents::{Document, cut, pathological};

/// The largest text that is ever handed to the renderer, and more.
const ANY_BYTES: usize = 64 * 1024;

#[cfg(target_os = "linux")]
fn thread_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

#[cfg(not(target_os = "linux"))]
fn thread_time() -> Duration {
    static BEGIN: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    BEGIN.elapsed()
}

/// The least CPU time of five runs; fewer where one is already short enough to tell nothing.
fn least_time(text: &str, enough: Duration) -> Duration {
    let once = || {
        let begin = thread_time();
        let _ = black_box(markup::render(black_box(text)));
        thread_time() - begin
    };
    let mut least = once();
    for _ in 0..4 {
        if least > enough {
            least = least.min(once());
        }
    }
    least
}

/// As much of the text as a comment may have.
fn acceptable(text: &str) -> &str {
    let end = text.char_indices().nth(model::limits::TEXT_CHARS_MAX).map_or(text.len(), |(at, _)| at);
    cut(&text[..end], model::limits::TEXT_BYTES_MAX)
}

fn slow(documents: &[Document], part: impl Fn(&str) -> &str, limit: Duration) -> Vec<String> {
    let mut times: Vec<(Duration, String)> =
        documents.iter().map(|document| (least_time(part(&document.text), limit / 2), document.name.clone())).collect();
    times.sort();
    times.reverse();
    for (time, name) in times.iter().take(8) {
        println!("{time:?} {name}");
    }
    times.iter().filter(|(time, _)| *time > limit).map(|(time, name)| format!("{name}: {time:?}")).collect()
}

#[test]
fn t07_any_text_takes_at_most_fifty_milliseconds() {
    let documents = pathological("markdown-pathological at 64 KiB", 4.0);
    assert_eq!(slow(&documents, |text| cut(text, ANY_BYTES), Duration::from_millis(50)), Vec::<String>::new());
}

#[test]
fn t07_a_text_of_accepted_length_takes_at_most_five_milliseconds() {
    let documents = pathological("markdown-pathological at the length limit", 1.0);
    assert_eq!(slow(&documents, acceptable, Duration::from_millis(5)), Vec::<String>::new());
}
