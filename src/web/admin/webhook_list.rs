//! The webhooks of a site, and the form that adds one. Lists name the host alone: the rest of an address is often
//! as good as a password.

use serde::Serialize;
use url::Url;

use crate::actions::{self, CallRules, WebhookWanted};
use crate::error::Error;
use crate::model::{EventKind, Template as Form, Webhook, WebhookState};
use crate::notify::outbound::is_callable;
use crate::notify::webhook::Secret;
use crate::web::admin::{
    answer::{Drawn, Page, see_other},
    ask::Ask,
    notice::{Deed, Notice, WebhookDeed},
    queue::site_address,
    templates::Template,
};

/// The rules of whoever makes the calls.
pub const CALLS: CallRules = CallRules { is_callable, new_secret: || Secret::random().reveal() };

#[derive(Serialize)]
struct List {
    address: String,
    said: Option<String>,
    webhooks: Vec<Line>,
    url: String,
    kinds: Vec<Choice>,
    forms: Vec<Choice>,
    wrong: Option<Wrong>,
}

#[derive(Serialize)]
struct Line {
    id: String,
    host: String,
    hears_of: String,
    form: &'static str,
    state: &'static str,
    is_on: bool,
}

#[derive(Serialize)]
struct Choice {
    word: &'static str,
    label: &'static str,
    chosen: bool,
}

/// What is wrong, at its field.
#[derive(Serialize)]
struct Wrong {
    code: &'static str,
    said: String,
    url: bool,
    kinds: bool,
    form: bool,
}

impl Wrong {
    fn new(error: &Error) -> Self {
        let field = error.field().unwrap_or_default();
        Self { code: error.code(), said: error.to_string(), url: field == "url", kinds: field == "kinds", form: field == "template" }
    }
}

impl Line {
    fn new(webhook: &Webhook) -> Self {
        Self {
            id: webhook.id.to_string(),
            host: host(&webhook.url),
            hears_of: hears_of(webhook),
            form: form_label(webhook.template),
            state: state_words(webhook.state),
            is_on: webhook.state == WebhookState::On,
        }
    }
}

/// Where it leads, without the part that may be secret.
pub fn host(url: &str) -> String {
    Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

pub fn hears_of(webhook: &Webhook) -> String {
    webhook.kinds.iter().map(|kind| kind_label(*kind)).collect::<Vec<_>>().join(", ")
}

fn kind_label(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Submitted => "written",
        EventKind::Published => "published",
        EventKind::Held => "waiting for you",
        EventKind::Removed => "removed",
        EventKind::Reported => "reported",
    }
}

pub fn form_label(form: Form) -> &'static str {
    match form {
        Form::Standard => "signed JSON, for a program",
        Form::Ntfy => "ntfy, for a telephone",
        Form::Chat => "chat, for a room",
    }
}

pub fn state_words(state: WebhookState) -> &'static str {
    match state {
        WebhookState::On => "on",
        WebhookState::Off => "off",
        WebhookState::Failing => "off after failing for five days",
    }
}

pub fn webhooks_address(ask: &Ask) -> Result<String, Error> {
    Ok(format!("{}webhooks", site_address(ask, ask.on_site()?)))
}

pub fn show(ask: &Ask) -> Result<Drawn, Error> {
    let wanted =
        WebhookWanted { kinds: vec![EventKind::Published, EventKind::Held], template: Some(Form::Standard), ..WebhookWanted::default() };
    Ok(draw(ask, &wanted, None)?.into())
}

fn draw(ask: &Ask, wanted: &WebhookWanted, error: Option<&Error>) -> Result<Page, Error> {
    let on = ask.on_site()?;
    let list = List {
        address: site_address(ask, on),
        said: Notice::read(ask)
            .filter(|notice| notice.deed == Deed::Webhook(WebhookDeed::Deleted))
            .map(|_| "The webhook is removed. It is called no more.".to_owned()),
        webhooks: actions::list_webhooks(ask.app(), &on.staff, &on.site)?.iter().map(Line::new).collect(),
        url: wanted.url.clone(),
        kinds: EventKind::ALL
            .map(|kind| Choice { word: kind.word(), label: kind_label(kind), chosen: wanted.kinds.contains(&kind) })
            .into(),
        forms: Form::ALL.map(|form| Choice { word: form.word(), label: form_label(form), chosen: wanted.template == Some(form) }).into(),
        wrong: error.map(Wrong::new),
    };
    let page = Page::new(Template::Webhooks, format!("Webhooks of {}", on.site.name), list)?.at("webhooks");
    Ok(match error {
        Some(error) => page.because_of(error),
        None => page,
    })
}

/// Each kind is a field of its own, named after it.
pub fn add(ask: &Ask) -> Result<Drawn, Error> {
    let on = ask.on_site()?;
    let wanted = WebhookWanted {
        url: ask.form.get("url").unwrap_or_default().to_owned(),
        kinds: EventKind::ALL.into_iter().filter(|kind| ask.form.has(kind.word())).collect(),
        template: Form::from_word(ask.form.get("template").unwrap_or_default()),
    };
    match actions::add_webhook(ask.app(), &on.staff, &on.site, &wanted, CALLS) {
        Ok(webhook) if webhook.template == Form::Standard => Ok(show_secret(ask, &webhook)?.into()),
        Ok(webhook) => {
            let done = Notice { deed: Deed::Webhook(WebhookDeed::Added), id: webhook.id.0, undo: None }.encode(ask);
            Ok(see_other(format!("{}/{}?done={done}", webhooks_address(ask)?, webhook.id)))
        }
        Err(error @ Error::Field(_)) => Ok(draw(ask, &wanted, Some(&error))?.into()),
        Err(error) => Err(error),
    }
}

#[derive(Serialize)]
struct SecretOnce<'a> {
    webhooks: String,
    id: String,
    host: String,
    secret: &'a str,
    /// Until when the one before is good too.
    old_until: Option<String>,
}

/// The one page that ever shows a secret.
pub fn show_secret(ask: &Ask, webhook: &Webhook) -> Result<Page, Error> {
    let secret = SecretOnce {
        webhooks: webhooks_address(ask)?,
        id: webhook.id.to_string(),
        host: host(&webhook.url),
        secret: &webhook.secret,
        old_until: webhook.old_secret.as_ref().map(|(_, until)| until.words()),
    };
    Ok(Page::new(Template::WebhookSecret, "The webhook’s secret", secret)?.at("webhooks"))
}
