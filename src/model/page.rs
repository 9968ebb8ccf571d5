//! A page and the part of its thread that one answer shows.

use super::{Comment, Cursor, FieldError, PageId, SiteId, Timestamp, is_control, is_unseen};

#[derive(Clone, Debug)]
pub struct Page {
    pub id: PageId,
    pub site_id: SiteId,
    /// The canonical name under which the page was first seen; asked for as `page`, it names this page.
    pub key: String,
    /// The address as first seen, for links.
    pub url: String,
    pub title: String,
    /// Raised in the same transaction by every change that a reader can see.
    pub version: i64,
    pub published_count: u64,
    pub root_count: u64,
    pub state: PageState,
    pub last_comment_at: Timestamp,
    pub changed_at: Timestamp,
    pub created_at: Timestamp,
    pub question: Option<Question>,
}

/// What the author asks the readers of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Plain text, at most 200 characters.
    pub text: String,
    /// The name it is signed with.
    pub by: String,
}

impl Question {
    pub const CHARS_MAX: usize = 200;

    /// Takes the text of a question: one line without what nobody sees. `None` for nothing, `question_too_long` above
    /// 200 characters.
    pub fn check(text: &str) -> Result<Option<String>, FieldError> {
        let shown: String =
            text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|c| !is_unseen(*c) && !is_control(*c)).collect();
        let text = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.chars().count() > Self::CHARS_MAX {
            return Err(FieldError::too_long("question_too_long", "question", Self::CHARS_MAX, "characters"));
        }
        Ok(Some(text).filter(|text| !text.is_empty()))
    }
}

impl Page {
    /// The state at `now`: a page also closes `close_days` after its first comment, where the site says so.
    pub fn state_at(&self, now: Timestamp, close_days: u32) -> PageState {
        let over = close_days > 0 && now >= self.created_at.plus_seconds(i64::from(close_days) * 86_400);
        if over { PageState::Closed } else { self.state }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    Open,
    /// Shows its thread and takes no more comments.
    Closed,
}

impl PageState {
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

/// The order of roots; replies are always oldest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sort {
    #[default]
    Oldest,
    Newest,
    Best,
}

impl Sort {
    pub const ALL: [Sort; 3] = [Sort::Oldest, Sort::Newest, Sort::Best];

    pub fn word(self) -> &'static str {
        match self {
            Self::Oldest => "oldest",
            Self::Newest => "newest",
            Self::Best => "best",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.word() == word)
    }
}

/// Part of a thread, read in one snapshot.
#[derive(Clone, Debug)]
pub struct ThreadSlice {
    pub page: Page,
    /// Pinned roots come first in the first slice and nowhere else.
    pub roots: Vec<RootThread>,
    /// Where to go on, when there are more roots.
    pub next: Option<Cursor>,
}

/// A root and those of its replies that the slice holds, in display order.
#[derive(Clone, Debug)]
pub struct RootThread {
    /// `None` when the slice goes on inside a root that an earlier slice has shown.
    pub root: Option<Comment>,
    pub replies: Vec<Comment>,
    /// Where to go on, when there are more replies, and how many they are.
    pub more: Option<(Cursor, u64)>,
}
