//! What a webhook says when its owner only wants to know whether it arrives. It is about no comment.

use serde_json::json;

use crate::model::{Template, Timestamp};
use crate::notify::webhook::{Written, chat, ntfy};

/// A call that somebody asked for at the desk.
#[derive(Clone, Debug)]
pub struct TestCall {
    /// The key of the site.
    pub site: String,
    pub at: Timestamp,
    /// Where this server is.
    pub url: String,
}

/// Puts the test as receivers of that template take it.
pub fn write_test(template: Template, test: &TestCall) -> Written {
    let title = format!("A test from the comments of {}", test.site);
    const TEXT: &str = "If you can read this, the webhook works.";
    match template {
        Template::Standard => {
            let body = json!({"type": "webhook.test", "timestamp": test.at.to_string(), "data": {"site": test.site}});
            Written { headers: vec![("content-type".to_owned(), "application/json".to_owned())], body: body.to_string() }
        }
        Template::Ntfy => ntfy::notification(&title, TEXT, &test.url, "white_check_mark"),
        Template::Chat => chat::line(&title, TEXT, &test.url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_says_that_it_is_one_in_each_template() {
        let test = TestCall { site: "demo".into(), at: Timestamp(1_795_428_000_000), url: "https://comments.example".into() };
        let written = |template| write_test(template, &test);
        let standard = r#"{"data":{"site":"demo"},"timestamp":"2026-11-23T10:00:00Z","type":"webhook.test"}"#;
        assert_eq!(written(Template::Standard).body, standard);
        let ntfy = written(Template::Ntfy);
        assert!(ntfy.headers.contains(&("title".into(), "A test from the comments of demo".into())), "{ntfy:?}");
        assert_eq!(ntfy.body, "If you can read this, the webhook works.");
        assert!(written(Template::Chat).body.contains("A test from the comments of demo\\nIf you can"), "{:?}", written(Template::Chat));
    }
}
