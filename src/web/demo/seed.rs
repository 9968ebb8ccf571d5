//! Makes the demo's site with its two threads. What a newcomer looks at first is there when the server starts;
//! the long thread may take longer and is continued at the next start when it was cut short.

use std::{collections::HashMap, sync::mpsc, time::Duration};

use crate::app::App;
use crate::config::Listen;
use crate::error::Error;
use crate::markup;
use crate::model::{
    Account, Badge, CommentId, Decision, NameFrom, NewComment, Origin, Page, PageAddress, PageAsked, Role, Rules, Site, Submission,
    SubmitLimits, Timestamp,
};
use crate::store::{self, CommentFilter, Conflict, Insertion, NewAccount, NewSite, Poster};
use crate::web::demo::{
    AUTHOR_NAMES, KEY, find_author,
    pages::{DOOR, LONG, Post},
    talk::{By, COMMENTS, GROUP, Planned, plan},
};

const SITE_NAME: &str = "Rejoinder demo";

/// How long a start waits for the long thread of a new demo. Where the disk is quick it is done by then, and the
/// three comments beside it are the newest ones, which the desk shows first.
const LONG_THREAD_WAIT: Duration = Duration::from_millis(600);

/// Makes the site `demo` where there is no site at all, and completes one that was made here before.
/// True when a site `demo` exists.
pub fn prepare(app: &App) -> Result<bool, Error> {
    let Some(site) = site(app)? else { return Ok(false) };
    let author = match find_author(app, &site)? {
        Some(author) => Some(author),
        None if is_unfinished(app, &site)? => make_author(app, &site)?,
        None => None,
    };
    // Somebody's own site may have this key; nothing is put into it.
    let Some(author) = author else { return Ok(true) };
    let site = keep_own_origins(app, site)?;
    let seed = Seed { app: app.clone(), site, author, now: app.now() };
    let (door, classic) = (seed.page(&DOOR)?, classic());
    let is_new = door.is_none();
    if seed.page(&LONG)?.is_none_or(|page| page.published_count < COMMENTS as u64) {
        let done = grow_long_thread(seed.clone())?;
        if is_new {
            // Both outcomes are fine: it is written, or it goes on while the server starts.
            let _ = done.recv_timeout(LONG_THREAD_WAIT);
        }
    }
    // Also after a start that was stopped between these few.
    if door.is_none_or(|page| page.published_count < classic.len() as u64) {
        seed.write(&DOOR, &classic, 1)?;
    }
    Ok(true)
}

fn site(app: &App) -> Result<Option<Site>, Error> {
    let found = app.store.find_site(&KEY)?;
    if found.is_some() || !app.store.list_sites()?.is_empty() {
        return Ok(found);
    }
    // People try things out in quick succession; the limits of a real site would only confuse them.
    let rules = Rules { submit_limits: SubmitLimits { in_10_seconds: 3, in_10_minutes: 30 }, ..Rules::default() };
    let origins = own_origins(app);
    let site = app.store.insert_site(&NewSite { key: &KEY, name: SITE_NAME, origins: &origins, rules: &rules }, app.now())?;
    Ok(Some(site))
}

/// True for a demo that was stopped before it had an author.
fn is_unfinished(app: &App, site: &Site) -> Result<bool, Error> {
    Ok(site.name == SITE_NAME && app.store.list_pages(site.id, 1)?.is_empty())
}

fn make_author(app: &App, site: &Site) -> Result<Option<Account>, Error> {
    for name in AUTHOR_NAMES {
        if app.store.find_account_by_name(name)?.is_none() {
            let author = NewAccount { name, email: None, role: Role::Owner, site: Some(site.id) };
            return Ok(Some(app.store.upsert_account(&author, app.now())?));
        }
    }
    Ok(None)
}

/// The addresses under which this server shows its own pages, the one for links first.
fn own_origins(app: &App) -> Vec<Origin> {
    let config = &app.config;
    let main = config.public_url().parse::<Origin>().ok();
    let port = match (&config.public_url, &config.listen) {
        (Some(_), Listen::Tcp(at)) => Some(at.port()),
        (Some(_), _) => None,
        (None, _) => main.as_ref().map(|main| main.port),
    };
    let mut origins: Vec<Origin> = main.into_iter().collect();
    for host in ["127.0.0.1", "localhost", "[::1]"] {
        let local = port.map(|port| Origin { secure: false, host: host.into(), port });
        origins.extend(local.filter(|local| !origins.contains(local)));
    }
    origins
}

/// A server that listens elsewhere today shows its demo there.
fn keep_own_origins(app: &App, site: Site) -> Result<Site, Error> {
    let mut origins = own_origins(app);
    if origins.iter().all(|own| site.origins.contains(own)) {
        return Ok(site);
    }
    let others = site.origins.iter().filter(|listed| !origins.contains(listed)).cloned().collect::<Vec<_>>();
    origins.extend(others);
    Ok(app.store.update_site(site.id, &site.name, &origins, &site.rules)?)
}

/// Writes the long thread beside everything else. What is given back hears when that is over.
fn grow_long_thread(seed: Seed) -> Result<mpsc::Receiver<()>, Error> {
    let (done, waits) = mpsc::channel();
    let grow = move || {
        if let Err(error) = seed.write(&LONG, &plan(), GROUP) {
            let cause = match &error {
                Error::Internal(cause) | Error::DiskFull(cause) => cause.clone(),
                other => other.to_string(),
            };
            tracing::error!(cause, "the demo's long thread is not complete; the next start goes on with it");
        }
        // Nobody waits any more when this took long.
        let _ = done.send(());
    };
    std::thread::Builder::new()
        .name("demo-thread".into())
        .spawn(grow)
        .map_err(|error| Error::Internal(format!("no thread for the demo: {error}")))?;
    Ok(waits)
}

#[derive(Clone)]
struct Seed {
    app: App,
    site: Site,
    author: Account,
    now: Timestamp,
}

impl Seed {
    fn address(&self, post: &Post) -> Result<PageAddress, Error> {
        Ok(PageAddress::resolve(&asked(post), &self.site.origins, None)?)
    }

    fn page(&self, post: &Post) -> Result<Option<Page>, Error> {
        Ok(self.app.store.find_page(self.site.id, &self.address(post)?)?)
    }

    /// Writes what is not there yet, `at_once` comments at a time, which then share their commits.
    fn write(&self, post: &Post, plan: &[Planned], at_once: usize) -> Result<(), Error> {
        let known = self.known(post)?;
        let mut ids: Vec<Option<CommentId>> = Vec::with_capacity(plan.len());
        for group in plan.chunks(at_once) {
            let written: Vec<Result<Option<CommentId>, Error>> = std::thread::scope(|scope| {
                let (known, ids) = (&known, &ids);
                let one = |planned| scope.spawn(move || self.write_one(post, planned, known, ids));
                let running: Vec<_> = group.iter().map(one).collect();
                let join =
                    |thread: std::thread::ScopedJoinHandle<'_, _>| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                running.into_iter().map(join).collect()
            });
            for id in written {
                ids.push(id?);
            }
        }
        Ok(())
    }

    /// What an earlier start has written, by its text, which is there once.
    fn known(&self, post: &Post) -> Result<HashMap<String, CommentId>, Error> {
        let Some(page) = self.page(post)? else { return Ok(HashMap::new()) };
        let mut known = HashMap::new();
        let mut filter = CommentFilter { page: Some(page.id), ..CommentFilter::default() };
        loop {
            let some = self.app.store.list_comments(self.site.id, &filter, 100)?;
            let Some(last) = some.last() else { return Ok(known) };
            filter.older_than = Some(last.comment.id);
            // Of two with one text the older one counts: the newer one is somebody's copy.
            known.extend(some.into_iter().map(|found| (found.comment.source, found.comment.id)));
        }
    }

    /// The comment's id; `None` where what it answers has gone since an earlier start.
    fn write_one(
        &self,
        post: &Post,
        planned: &Planned,
        known: &HashMap<String, CommentId>,
        ids: &[Option<CommentId>],
    ) -> Result<Option<CommentId>, Error> {
        if let Some(id) = known.get(&planned.text) {
            return Ok(Some(*id));
        }
        let parent = match planned.parent {
            None => None,
            Some(parent) => match ids.get(parent).copied().flatten() {
                None => return Ok(None),
                id => id,
            },
        };
        let (name, name_from, poster) = match planned.by {
            By::Author => (Some(self.author.name.as_str()), NameFrom::Staff, Poster::Account(self.author.id, Badge::Author)),
            By::Reader(name) => (name, NameFrom::Visitor { staff_names: &[] }, Poster::Stranger),
        };
        let submission = Submission {
            page: asked(post),
            title: Some(post.title.into()),
            parent: parent.map(|id| id.to_string()),
            name: name.map(str::to_owned),
            text: Some(planned.text.clone()),
            ..Submission::default()
        };
        let comment = NewComment::new(submission, &self.site, name_from, markup::render)?;
        let insertion = Insertion {
            site: self.site.id,
            comment: &comment,
            decision: &Decision::Publish,
            poster,
            // Counts only beside a key, and there is none.
            content_hash: [0; 16],
            closed_before: None,
        };
        let at = self.now.minus_seconds(planned.minutes_ago * 60);
        match self.app.store.insert_comment(&insertion, at) {
            Ok(stored) => Ok(Some(stored.comment.id)),
            Err(store::Error::Conflict(Conflict::ParentGone)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn asked(post: &Post) -> PageAsked {
    PageAsked { page: Some(post.path.to_owned()), url: None }
}

/// The thread beside the desk: a comment, its answer, and one that nobody has answered yet.
fn classic() -> Vec<Planned> {
    let [first, answer, second] = CLASSIC.map(|part| part.trim().to_owned());
    let planned = |parent, by, text, minutes_ago| Planned { parent, by, text, minutes_ago };
    vec![
        planned(None, By::Reader(Some("Grace")), first, 26 * 60),
        planned(Some(0), By::Author, answer, 25 * 60),
        planned(None, By::Reader(Some("Bob")), second, 3 * 60),
    ]
}

const CLASSIC: [&str; 3] =
    [include_str!("thread/classic_1.md"), include_str!("thread/classic_1_1.md"), include_str!("thread/classic_2.md")];
