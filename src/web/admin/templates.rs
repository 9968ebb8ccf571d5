//! The desk's templates. Values are escaped; raw are only the cleaned HTML of a comment and pages drawn before.

use std::sync::LazyLock;

use handlebars::Handlebars;
use serde::Serialize;

use crate::error::Error;

/// The templates are the same for every desk.
pub static TEMPLATES: LazyLock<Templates> = LazyLock::new(Templates::new);

pub struct Templates(Handlebars<'static>);

macro_rules! templates {
    ($($name:ident = $file:literal),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Template { $($name),* }

        impl Template {
            const ALL: &[(Template, &str, &str)] = &[$((Template::$name, $file, include_str!(concat!("templates/", $file, ".hbs")))),*];

            fn file(self) -> &'static str {
                match self { $(Self::$name => $file),* }
            }
        }
    };
}

templates! {
    Frame = "frame",
    Card = "card",
    Moves = "moves",
    Notice = "notice",
    Tag = "tag",
    Door = "door",
    SetUp = "set_up",
    SetUpCode = "set_up_code",
    Sites = "sites",
    Queue = "queue",
    One = "one",
    PageList = "page_list",
    Rules = "rules",
    Webhooks = "webhooks",
    Webhook = "webhook",
    WebhookSecret = "webhook_secret",
    Problem = "problem",
    Done = "done",
    MailLog = "mail_log",
    MailCheck = "mail_check",
    You = "you",
    Bare = "bare",
    AnswerByLink = "answer_by_link",
    ConfirmByLink = "confirm_by_link",
    LinkProblem = "link_problem",
    Window = "window",
}

impl Template {
    /// True for pages that the script asks for without what stands around them.
    pub fn has_fragment(self) -> bool {
        matches!(self, Self::Queue | Self::One)
    }
}

impl Templates {
    fn new() -> Self {
        let mut registry = Handlebars::new();
        registry.set_strict_mode(true);
        for (_, file, source) in Template::ALL {
            registry.register_template_string(file, source).expect("the templates are part of the program and parse");
        }
        Self(registry)
    }

    pub fn draw(&self, template: Template, values: &impl Serialize) -> Result<String, Error> {
        self.0.render(template.file(), values).map_err(|error| Error::Internal(format!("template {}: {error}", template.file())))
    }
}
