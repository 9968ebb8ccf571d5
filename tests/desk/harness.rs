//! A server with two sites and a few people, and browsers that keep cookies and send forms as browsers do.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use rejoinder::{
    actions::{self, Sent, SiteChange},
    app::{App, Visitor},
    clock::Clock,
    config::Config,
    model::{
        Account, CommentId, DeliveryId, EventKind, NoticeKind, Page, PageAsked, Recipient, Role, Site, Status, Submission, Template,
        Timestamp, WebhookId,
    },
    serve::open_app,
    store::{Ended, NewNotice, NewWebhook, Pace},
    web::{
        self, Web,
        admin::{self, Desk, Route},
        server::{Bounds, Listener, run},
    },
};
use tokio_util::sync::CancellationToken;
use warp::Filter;

pub const PASSWORD: &str = "a few words in a row";
/// 23 November 2026, 10:00 UTC.
const START: i64 = 1_795_428_000_000;

pub struct TestServer {
    pub app: App,
    pub folder: tempfile::TempDir,
    pub url: String,
    hand: Arc<AtomicI64>,
    stop: CancellationToken,
    runtime: Option<tokio::runtime::Runtime>,
}

impl TestServer {
    /// Sites `blog` and `other`; Ada owns the blog, Mod moderates and Vera views it, Olga owns the other one.
    pub fn start() -> Self {
        Self::start_with("false")
    }

    pub fn with_limits() -> Self {
        Self::start_with("true")
    }

    fn start_with(limits: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = [
            ("REJOINDER_LIMITS_ENABLED", limits),
            ("REJOINDER_DATA", folder.path().to_str().unwrap()),
            // Nothing is sent: no loop of deliveries runs here.
            ("REJOINDER_MAIL_HOST", "mail.example"),
            ("REJOINDER_MAIL_FROM", "talk@blog.example"),
        ];
        let environment = environment.map(|(name, value)| (name.into(), value.into())).to_vec();
        let config = Config::from_layers(&Default::default(), environment, folder.path()).unwrap();
        let hand = Arc::new(AtomicI64::new(START));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(Listener::bind_tcp(([127, 0, 0, 1], 0).into())).unwrap();
        let address = listener.local_address().unwrap();
        let app = open_app(config.bound_to(Some(address)), Clock::Hand(hand.clone())).unwrap();
        for key in ["blog", "other"] {
            actions::add_site(&app, key, None, &[format!("https://{key}.example")]).unwrap();
        }
        let shared = Web::new(&app).unwrap();
        let demo = admin::routes(shared.clone(), Desk::demo("blog".parse().unwrap()));
        let routes = demo.or(web::routes(shared)).unify();
        let stop = CancellationToken::new();
        let bounds = Bounds { trusted_proxies: app.config.trusted_proxies.clone(), ..Bounds::default() };
        runtime.spawn(run(listener, warp::service(routes), bounds, stop.clone()));
        let server = Self { app, folder, url: format!("http://{address}"), hand, stop, runtime: Some(runtime) };
        server.set("blog", "moderation", "all");
        server
    }

    pub fn site(&self, key: &str) -> Site {
        actions::find_site(&self.app, key).unwrap()
    }

    pub fn set(&self, key: &str, rule: &str, value: &str) {
        actions::change_site(&self.app, &self.site(key), &SiteChange { values: vec![(rule.into(), value.into())] }).unwrap();
    }

    pub fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * 1000, Ordering::SeqCst);
    }

    /// The code with which this person chooses a password.
    pub fn invite(&self, name: &str, role: Role, site: Option<&str>) -> String {
        actions::invite(&self.app, name, None, role, site.map(|key| self.site(key).id)).unwrap().1
    }

    /// A browser in which somebody with that role is signed in.
    pub fn signed_in(&self, name: &str, role: Role, site: Option<&str>) -> Browser {
        let code = self.invite(name, role, site);
        let browser = self.browser();
        assert_eq!(browser.post("/admin/setup", &[("code", &code), ("password", PASSWORD)]).status, 303);
        browser
    }

    pub fn owner(&self) -> Browser {
        self.signed_in("Ada", Role::Owner, Some("blog"))
    }

    pub fn browser(&self) -> Browser {
        Browser { url: self.url.clone(), cookies: Default::default(), agent: agent() }
    }

    /// A reader's comment; on the blog it waits.
    pub fn say(&self, site: &str, page: &str, text: &str) -> CommentId {
        self.say_as(site, page, Some("Grace"), None, text)
    }

    pub fn say_as(&self, site: &str, page: &str, name: Option<&str>, parent: Option<CommentId>, text: &str) -> CommentId {
        let submission = Submission {
            page: PageAsked { page: Some(page.into()), url: None },
            title: Some(format!("About {page}")),
            parent: parent.map(|id| id.to_string()),
            name: name.map(str::to_owned),
            text: Some(text.into()),
            ..Submission::default()
        };
        let sent = Sent { submission, ..Sent::default() };
        actions::submit_comment(&self.app, &Visitor::default(), &self.site(site), sent).unwrap().comment.id
    }

    /// The account of that name.
    pub fn account(&self, name: &str) -> Account {
        self.app.store.find_account_by_name(name).unwrap().unwrap()
    }

    /// A mail to a reader at this address that was given up, as the other side had said.
    pub fn failed_mail(&self, site: &str, address: &str, said: &str) -> DeliveryId {
        let (store, now, site) = (&self.app.store, self.app.now(), self.site(site).id);
        store.vouch_for_address(address, "en", now).unwrap();
        let recipient = Recipient::Reader(store.find_address_by_text(address).unwrap().unwrap().id);
        let pace = Pace::FREE;
        let notice = NewNotice { site, kind: NoticeKind::Answer, recipient, page: None, comment: None, earliest: now, pace };
        store.insert_notice(&notice, now).unwrap();
        let claimed = store.claim_deliveries(now, now.plus_seconds(60), 10).unwrap();
        let id = claimed.iter().find(|delivery| delivery.recipient == recipient).unwrap().id;
        store.finish_delivery(id, Ended::Failed, said, now).unwrap();
        id
    }

    pub fn status(&self, site: &str, id: CommentId) -> Status {
        self.app.store.find_comment(self.site(site).id, id).unwrap().unwrap().comment.status
    }

    /// A webhook of that site in the place of all it had.
    pub fn webhook(&self, key: &str) -> WebhookId {
        let (store, site) = (&self.app.store, self.site(key).id);
        store.list_webhooks(site).unwrap().iter().for_each(|webhook| store.delete_webhook(site, webhook.id).unwrap());
        let (url, kinds) = (format!("https://hooks.{key}.example/secret/path"), [EventKind::Published]);
        let new = NewWebhook { site, url: &url, kinds: &kinds, template: Template::Standard, secret: "whsec_canary" };
        store.insert_webhook(&new, self.app.now()).unwrap().id
    }

    /// A call of such a webhook that was answered like this.
    pub fn call(&self, key: &str, said: &str) -> DeliveryId {
        let (store, now, webhook) = (&self.app.store, self.app.now(), self.webhook(key));
        store.insert_test_call(self.site(key).id, webhook, now).unwrap();
        let claimed = store.claim_deliveries(now, now, 100).unwrap();
        claimed.iter().for_each(|call| store.finish_delivery(call.id, Ended::Done, said, now).unwrap());
        claimed.last().unwrap().id
    }

    /// The address of a route under the site `blog`, with something of `key` in the place of its second parameter.
    pub fn fill(&self, route: &Route, key: &str) -> String {
        let id = match route.path {
            path if !path.contains(":id") => String::new(),
            path if path.contains("webhooks/") => self.webhook(key).to_string(),
            path if path.contains("calls/") => self.call(key, "200").to_string(),
            path if path.contains("mail/") => self.failed_mail(key, "bob@reader.example", "no").to_string(),
            path => {
                let place = self.app.store.list_pages(self.site(key).id, 1000).unwrap().len();
                let comment = self.say(key, &format!("/hello-{place}"), "Hi").to_string();
                if path.contains("pages/") { self.page(key).id.to_string() } else { comment }
            }
        };
        route.path.replace(":site", "blog").replace(":id", &id)
    }

    pub fn page(&self, site: &str) -> Page {
        self.app.store.list_pages(self.site(site).id, 1).unwrap().remove(0)
    }

    /// Everything that a request could change, as one text to compare.
    pub fn everything(&self) -> String {
        let sites = self.app.store.list_sites().unwrap();
        let of_site = |site: &Site| {
            let comments = self.app.store.list_comments(site.id, &Default::default(), 100).unwrap();
            let told = self.app.store.list_deliveries(site.id, None, 100).unwrap();
            let reports: Vec<_> = comments.iter().map(|found| self.app.store.list_reports(site.id, found.comment.id).unwrap()).collect();
            let notices = self.app.store.list_staff_notices(site.id).unwrap();
            let pages = self.app.store.list_pages(site.id, 100).unwrap();
            let webhooks = self.app.store.list_webhooks(site.id).unwrap();
            let webhooks: Vec<_> = webhooks.iter().map(|webhook| (&webhook.url, &webhook.secret, webhook.state)).collect();
            format!("{site:?} {comments:?} {pages:?} {told:?} {reports:?} {notices:?} {webhooks:?}")
        };
        let sites: String = sites.iter().map(of_site).collect();
        format!(
            "{sites} {:?} {:?}",
            self.app.store.list_accounts().unwrap(),
            self.app.store.list_happenings(Timestamp(i64::MAX), 1000).unwrap()
        )
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .max_idle_connections(0)
        .build()
        .into()
}

#[derive(Clone)]
pub struct Browser {
    pub url: String,
    cookies: std::cell::RefCell<BTreeMap<String, String>>,
    agent: ureq::Agent,
}

pub struct Answer {
    pub status: u16,
    pub body: String,
    headers: BTreeMap<String, String>,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The part of an address after which another one begins.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    pub fn has(&self, text: &str) -> bool {
        self.body.contains(text)
    }

    /// The value of the first hidden field of that name.
    pub fn hidden(&self, name: &str) -> String {
        let after = self.body.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, after)| after);
        let value = after.and_then(|after| after.split_once('"')).map(|(value, _)| value.to_owned());
        value.unwrap_or_else(|| panic!("no field {name} in {}", self.body))
    }
}

impl Browser {
    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("{}{path}", self.url)).header("cookie", self.cookie_line());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.keep(request.call().unwrap())
    }

    /// A form as our own page sends it, without a form token.
    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_with(path, &[("origin", &self.url)], fields)
    }

    pub fn post_with(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut request = self.agent.post(format!("{}{path}", self.url)).header("cookie", self.cookie_line());
        request = request.header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.keep(request.send(body).unwrap())
    }

    /// The same with the token of this browser's session.
    pub fn act(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let token = self.token();
        let all: Vec<(&str, &str)> = [("token", token.as_str())].into_iter().chain(fields.iter().copied()).collect();
        self.post(path, &all)
    }

    /// What stands in every form of this browser's pages.
    pub fn token(&self) -> String {
        let sites = self.get("/admin/");
        if sites.status == 303 { self.get(sites.location()).hidden("token") } else { sites.hidden("token") }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    pub fn plant(&self, name: &str, value: &str) {
        self.cookies.borrow_mut().insert(name.into(), value.into());
    }

    fn cookie_line(&self) -> String {
        self.cookies.borrow().iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    fn keep(&self, mut response: http::Response<ureq::Body>) -> Answer {
        let headers: BTreeMap<String, String> =
            response.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        if let Some(line) = headers.get("set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            match value {
                "" => self.cookies.borrow_mut().remove(name),
                value => self.cookies.borrow_mut().insert(name.into(), value.into()),
            };
        }
        Answer { status: response.status().as_u16(), body: response.body_mut().read_to_string().unwrap(), headers }
    }
}
