//! A store to try things on, with one site in it and a clock that moves by itself, and short words for what people do.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use rejoinder::{
    model::{
        Badge, Comment, CommentId, Cursor, Decision, HoldReason, NameFrom, NewComment, Page, PageAddress, PageAsked, Rendered, Role,
        RootThread, Rules, Site, Sort, Status, Submission, ThreadSlice, Timestamp,
    },
    store::{Error, Insertion, NewAccount, NewSite, Poster, Store, Submitted, ThreadQuery, sqlite::SqliteStore},
};

/// 2026-11-23T10:00:00Z.
pub const START: Timestamp = Timestamp(1_795_428_000_000);
pub const PAGE: &str = "/hello";

/// Runs a test against a fresh store of each engine.
pub fn for_each_engine(test: impl Fn(&Bench)) {
    let folder = tempfile::tempdir().unwrap();
    test(&Bench::new(Arc::new(SqliteStore::open(&folder.path().join("rejoinder.db"), START).unwrap())));
}

pub struct Bench {
    pub store: Arc<dyn Store>,
    pub site: Site,
    clock: AtomicI64,
}

impl Bench {
    pub fn new(store: Arc<dyn Store>) -> Self {
        let found = store.find_site(&"blog".parse().unwrap()).unwrap();
        let site = found.unwrap_or_else(|| add_site(&*store, "blog"));
        Self { store, site, clock: AtomicI64::new(START.0) }
    }

    pub fn open(path: &Path) -> Self {
        Self::new(Arc::new(SqliteStore::open(path, START).unwrap()))
    }

    /// A later moment each time, a second after the one before.
    pub fn now(&self) -> Timestamp {
        Timestamp(self.clock.fetch_add(1000, Ordering::SeqCst))
    }

    pub fn wait_seconds(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// Somebody writes a text; see `Draft` for what else can be said about it.
    pub fn draft(&self, text: &str) -> Draft<'_> {
        let submission =
            Submission { page: PageAsked { page: Some(PAGE.into()), url: None }, text: Some(text.to_owned()), ..Submission::default() };
        let comment =
            NewComment::new(submission, &self.site, NameFrom::Staff, |text| Ok(Rendered { html: html(text), links: 0, markup_version: 1 }));
        Draft {
            bench: self,
            comment: comment.unwrap(),
            decision: Decision::Publish,
            poster: Poster::Stranger,
            site: self.site.clone(),
            closed_before: None,
        }
    }

    /// A published comment on `PAGE`.
    pub fn publish(&self, text: &str) -> CommentId {
        self.draft(text).id()
    }

    /// The author of the posts.
    pub fn staff(&self) -> Poster {
        let account = NewAccount { name: "Maren", email: None, role: Role::Owner, site: Some(self.site.id) };
        Poster::Account(self.store.upsert_account(&account, START).unwrap().id, Badge::Author)
    }

    /// One after the other.
    pub fn publish_many(&self, count: usize, text: &str) {
        for _ in 0..count {
            self.publish(text);
        }
    }

    pub fn answer(&self, parent: CommentId, text: &str) -> CommentId {
        self.draft(text).below(parent).id()
    }

    pub fn set(&self, id: CommentId, to: Status) -> Submitted {
        self.store.update_comment_status(self.site.id, id, &Status::ALL, to, &[HoldReason::Moderator], self.now()).unwrap()
    }

    pub fn find(&self, id: CommentId) -> Comment {
        self.store.find_comment(self.site.id, id).unwrap().unwrap().comment
    }

    pub fn page(&self) -> Page {
        self.store.find_page(self.site.id, &PageAddress::path(PAGE)).unwrap().unwrap()
    }

    pub fn slice(&self, query: &ThreadQuery) -> ThreadSlice {
        self.store.read_thread(self.site.id, self.page().id, query).unwrap()
    }

    /// Everything a reader can page to on `PAGE`: roots in order, each followed by its replies.
    pub fn read_all(&self, query: &ThreadQuery) -> Vec<Comment> {
        let mut comments = Vec::new();
        let mut next = Some(None);
        while let Some(cursor) = next.take() {
            let slice = self.slice(&ThreadQuery { cursor, ..query.clone() });
            next = slice.next.map(Some);
            for root in slice.roots {
                comments.extend(self.read_root(root, query));
            }
        }
        comments
    }

    fn read_root(&self, thread: RootThread, query: &ThreadQuery) -> Vec<Comment> {
        let mut comments: Vec<Comment> = thread.root.into_iter().chain(thread.replies).collect();
        let mut more = thread.more;
        while let Some((cursor, left)) = more.take() {
            let slice = self.slice(&ThreadQuery { cursor: Some(cursor), ..query.clone() });
            let [RootThread { root: None, replies, more: further }] = <[_; 1]>::try_from(slice.roots).unwrap() else {
                panic!("a slice inside a root has only replies")
            };
            assert_eq!(left, replies.len() as u64 + further.as_ref().map_or(0, |(_, left)| *left), "what remains is counted right");
            assert!(!replies.is_empty());
            comments.extend(replies);
            more = further;
        }
        comments
    }

    pub fn assert_sound(&self) {
        assert_eq!(self.store.check().unwrap().problems, Vec::<String>::new());
    }
}

pub fn add_site(store: &dyn Store, key: &str) -> Site {
    let origins = [format!("https://{key}.example").parse().unwrap()];
    let site = NewSite { key: &key.parse().unwrap(), name: key, origins: &origins, rules: &Rules::default() };
    store.insert_site(&site, START).unwrap()
}

pub fn html(text: &str) -> String {
    format!("<p>{text}</p>")
}

/// The first slice as the widget asks for it.
pub fn first(sort: Sort) -> ThreadQuery {
    ThreadQuery { sort, cursor: None, roots_max: 50, replies_max: 3, html_bytes_max: 80 * 1024 }
}

pub fn behind(query: &ThreadQuery, cursor: Option<Cursor>) -> ThreadQuery {
    ThreadQuery { cursor: Some(cursor.expect("there is more")), ..query.clone() }
}

pub fn ids(comments: &[Comment]) -> Vec<CommentId> {
    comments.iter().map(|comment| comment.id).collect()
}

pub fn roots(slice: &ThreadSlice) -> Vec<CommentId> {
    slice.roots.iter().filter_map(|root| root.root.as_ref()).map(|root| root.id).collect()
}

/// A comment before it is sent.
pub struct Draft<'b> {
    bench: &'b Bench,
    pub comment: NewComment,
    decision: Decision,
    poster: Poster,
    site: Site,
    closed_before: Option<Timestamp>,
}

impl Draft<'_> {
    pub fn below(mut self, parent: CommentId) -> Self {
        self.comment.parent = Some(parent);
        self
    }

    pub fn on(mut self, page: PageAddress) -> Self {
        self.comment.page = page;
        self
    }

    pub fn titled(mut self, title: &str) -> Self {
        self.comment.title = Some(title.into());
        self
    }

    pub fn named(mut self, name: &str) -> Self {
        self.comment.name = Some(name.into());
        self
    }

    pub fn website(mut self, website: &str) -> Self {
        self.comment.website = Some(website.into());
        self
    }

    pub fn key(mut self, key: &str) -> Self {
        self.comment.key = Some(key.into());
        self
    }

    pub fn asking(mut self) -> Self {
        self.comment.asks = true;
        self
    }

    pub fn held(mut self) -> Self {
        self.decision = Decision::Hold(vec![HoldReason::Everything, HoldReason::Links]);
        self
    }

    pub fn by(mut self, poster: Poster) -> Self {
        self.poster = poster;
        self
    }

    pub fn in_site(mut self, site: &Site) -> Self {
        self.site = site.clone();
        self
    }

    pub fn closed_before(mut self, moment: Timestamp) -> Self {
        self.closed_before = Some(moment);
        self
    }

    pub fn send(self) -> Result<Submitted, Error> {
        // Stands for a hash of everything that makes a submission another one.
        let content = format!("{}\n{:?}\n{}", self.comment.source, self.comment.name, self.comment.page.key);
        let insertion = Insertion {
            site: self.site.id,
            comment: &self.comment,
            decision: &self.decision,
            poster: self.poster,
            content_hash: PageAddress::path(&content).hash,
            closed_before: self.closed_before,
        };
        self.bench.store.insert_comment(&insertion, self.bench.now())
    }

    pub fn id(self) -> CommentId {
        self.send().unwrap().comment.id
    }
}
