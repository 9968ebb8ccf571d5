//! Following by mail without script, and what the links of mails lead to. Looking changes nothing; only a button does.

use std::time::Instant;

use serde_json::{Value, json};
use warp::{Filter, filters::BoxedFilter, http::StatusCode, reply::Response};

use crate::actions::{
    Followed, Follower, all_follows_link, confirm, find_site, read_confirmation, read_follower, read_stop, stop_all_mail, stop_follow,
    stop_one, take_mail_again,
};
use crate::app::{App, Work};
use crate::error::Error;
use crate::model::{AddressId, AddressState, MailAddress, Site};
use crate::render::Texts;
use crate::web::Web;
use crate::web::face::sentence;
use crate::web::following::{follow_asked, unhurried};
use crate::web::pages::{
    redirect, refused,
    templates::{page, words},
};
use crate::web::reply::status_of;
use crate::web::request::{BODY_BYTES_MAX, Body, Caller, Form, body, caller, parse_form};

/// Of the comment whose answers are followed, so much is repeated.
const QUOTE_CHARACTERS: usize = 80;

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let with = warp::any().map(move || web.clone());
    let from = caller().and(with);
    let sends = body(BODY_BYTES_MAX).and(from.clone());
    let look = warp::path!("follow" / "confirm" / String).and(warp::get()).and(from.clone()).then(look_confirm).boxed();
    let confirm = warp::path!("follow" / "confirm" / String).and(warp::post()).and(sends.clone()).then(do_confirm).boxed();
    let look_stop = warp::path!("follow" / "stop" / String).and(warp::get()).and(from.clone()).then(look_stop).boxed();
    let stop = warp::path!("follow" / "stop" / String).and(warp::post()).and(sends.clone()).then(do_stop).boxed();
    let all = warp::path!("follow" / "all" / String).and(warp::get()).and(from).then(show_all).boxed();
    let change = warp::path!("follow" / "all" / String).and(warp::post()).and(sends).then(change_all).boxed();
    let first = look.or(confirm).unify().or(look_stop).unify().or(stop).unify();
    first.or(all).unify().or(change).unify().boxed()
}

/// `POST /t/{site}/follow`: the whole thread, without a comment.
pub async fn ask(site: String, body: Body, caller: Caller, web: Web) -> Response {
    let asked_at = Instant::now();
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return refused(&web, error),
    };
    let draw_with = web.clone();
    let done = web.app.blocking(Work::Write, move |app| {
        let site = find_site(app, &site)?;
        let texts = draw_with.renderer.texts("en");
        match follow_asked(app, &caller.visitor(), &site, &form, texts.lang) {
            Ok(()) => asked(&site, &form, None, texts),
            Err(error @ (Error::Internal(_) | Error::DiskFull(_) | Error::TooMany(_) | Error::TooManyMails(_))) => Err(error),
            Err(error) => asked(&site, &form, Some(error), texts),
        }
    });
    let answer = done.await.unwrap_or_else(|error| refused(&web, error));
    unhurried(asked_at, answer).await
}

fn asked(site: &Site, form: &Form, problem: Option<Error>, texts: &Texts) -> Result<Response, Error> {
    let status = problem.as_ref().map_or(StatusCode::OK, status_of);
    let text = |name: &str| form.get(name).unwrap_or_default().to_owned();
    let back = url::form_urlencoded::Serializer::new(format!("/t/{}?", site.key)).append_pair("page", &text("page")).finish();
    let ask = problem.as_ref().map(|problem| {
        let problem = json!({"code": problem.code(), "sentence": sentence(problem, texts.lang)});
        ask_form(site, &text("page"), &text("url"), &text("email"), problem, texts)
    });
    let said = problem.is_none().then(|| texts.get("follow.asked").to_owned());
    let view = View { said, back: Some(back.replace("?&", "?")), ask, ..View::of("page.follow", texts) };
    page("follow", status, texts, view.json())
}

/// The form that asks for a whole thread by mail.
pub fn ask_form(site: &Site, page: &str, url: &str, email: &str, problem: Value, texts: &Texts) -> Value {
    let action = format!("/t/{}/follow", site.key);
    json!({"action": action, "page": page, "url": url, "email": email, "problem": problem, "t": words(texts)})
}

/// What the page of one link shows; most of it is not there most of the time.
#[derive(Default)]
struct View {
    heading: String,
    back: Option<String>,
    said: Option<String>,
    follows: Vec<Value>,
    action: String,
    button: Option<String>,
    hint: Option<String>,
    all: Option<String>,
    ask: Option<Value>,
}

impl View {
    fn of(heading: &str, texts: &Texts) -> Self {
        Self { heading: texts.get(heading).to_owned(), ..Self::default() }
    }

    fn json(self) -> Value {
        json!({
            "title": self.heading,
            "heading": self.heading,
            "back": self.back,
            "said": self.said,
            "follows": self.follows,
            "action": self.action,
            "button": self.button,
            "hint": self.hint,
            "all": self.all,
            "ask": self.ask,
        })
    }
}

/// Runs a read or a write for a link and draws what came of it.
async fn answer(
    web: Web,
    caller: Caller,
    work: Work,
    act: impl FnOnce(&App, &Web) -> Result<Response, Error> + Send + 'static,
) -> Response {
    let draw_with = web.clone();
    let done = web.app.blocking(work, move |app| {
        app.limits.check_read(caller.client.0).map_err(Error::TooMany)?;
        act(app, &draw_with)
    });
    done.await.unwrap_or_else(|error| refused(&web, error))
}

async fn look_confirm(token: String, caller: Caller, web: Web) -> Response {
    answer(web, caller, Work::Read, move |app, web| {
        let follower = read_confirmation(app, &token)?;
        let texts = web.renderer.texts(&follower.address.lang);
        if !matches!(follower.address.state, AddressState::Unproven | AddressState::Bounced) {
            return confirmed(app, &follower, texts);
        }
        let view = View {
            said: Some(about("page.follow_confirm_said", &follower.address, texts)),
            follows: rows(&follower.follows, texts),
            action: format!("/follow/confirm/{token}"),
            button: Some(texts.get("page.follow_confirm_button").to_owned()),
            hint: Some(texts.get("page.follow_confirm_hint").to_owned()),
            ..View::of("page.follow_confirm", texts)
        };
        page("follow", StatusCode::OK, texts, view.json())
    })
    .await
}

async fn do_confirm(token: String, body: Body, caller: Caller, web: Web) -> Response {
    answer(web, caller, Work::Write, move |app, web| {
        body?;
        let follower = confirm(app, &token)?;
        confirmed(app, &follower, web.renderer.texts(&follower.address.lang))
    })
    .await
}

fn confirmed(app: &App, follower: &Follower, texts: &Texts) -> Result<Response, Error> {
    let stopped = follower.address.state == AddressState::Stopped;
    let view = View {
        said: Some(about(if stopped { "page.follow_stopped" } else { "page.follow_confirmed" }, &follower.address, texts)),
        follows: rows(&follower.follows, texts),
        all: Some(own_path(app, follower.address.id)),
        ..View::of("page.follow", texts)
    };
    page("follow", StatusCode::OK, texts, view.json())
}

async fn look_stop(token: String, caller: Caller, web: Web) -> Response {
    answer(web, caller, Work::Read, move |app, web| match read_stop(app, &token)? {
        Some(followed) => {
            let texts = web.renderer.texts(&followed.follow.lang);
            let view = View {
                said: Some(texts.get("page.follow_stop_said").to_owned()),
                follows: rows(std::slice::from_ref(&followed), texts),
                action: format!("/follow/stop/{token}"),
                button: Some(texts.get("page.follow_stop_button").to_owned()),
                all: Some(own_path(app, followed.follow.address)),
                ..View::of("page.follow_stop", texts)
            };
            page("follow", StatusCode::OK, texts, view.json())
        }
        None => stopped(None, web.renderer.texts("en")),
    })
    .await
}

/// Mail programs call this by themselves (RFC 8058): any body, no page to come from, and the answer leads nowhere else.
async fn do_stop(token: String, body: Body, caller: Caller, web: Web) -> Response {
    answer(web, caller, Work::Write, move |app, web| {
        body?;
        let followed = read_stop(app, &token)?;
        stop_follow(app, &token)?;
        let all = followed.as_ref().map(|followed| own_path(app, followed.follow.address));
        stopped(all, web.renderer.texts(followed.as_ref().map_or("en", |followed| &followed.follow.lang)))
    })
    .await
}

fn stopped(all: Option<String>, texts: &Texts) -> Result<Response, Error> {
    let view = View { said: Some(texts.get("page.follow_stop_done").to_owned()), all, ..View::of("page.follow_stop", texts) };
    page("follow", StatusCode::OK, texts, view.json())
}

async fn show_all(token: String, caller: Caller, web: Web) -> Response {
    answer(web, caller, Work::Read, move |app, web| {
        let follower = read_follower(app, &token)?;
        let texts = web.renderer.texts(follower.as_ref().map_or("en", |follower| &follower.address.lang));
        let state = follower.as_ref().map(|follower| follower.address.state);
        let said = follower.as_ref().and_then(|follower| {
            let text = match follower.address.state {
                AddressState::Stopped => "page.follow_stopped",
                AddressState::Unproven | AddressState::Bounced => "page.follow_all_waits",
                AddressState::Confirmed if follower.follows.is_empty() => return None,
                AddressState::Confirmed => "page.follow_all_said",
            };
            Some(about(text, &follower.address, texts))
        });
        let follows = follower.as_ref().map(|follower| rows(&follower.follows, texts)).unwrap_or_default();
        let heading = texts.get("page.follow_all");
        page(
            "follows",
            StatusCode::OK,
            texts,
            json!({
                "title": heading,
                "heading": heading,
                "said": said,
                "follows": follows,
                "action": format!("/follow/all/{token}"),
                "stopped": state == Some(AddressState::Stopped),
                "can_stop": state.is_some_and(|state| state != AddressState::Stopped),
            }),
        )
    })
    .await
}

async fn change_all(token: String, body: Body, caller: Caller, web: Web) -> Response {
    let form = match parse_form(&caller, body) {
        Ok(form) => form,
        Err(error) => return refused(&web, error),
    };
    answer(web, caller, Work::Write, move |app, _| {
        match form.get("do") {
            Some("stop") => {
                let follow = form.get("follow").and_then(|id| id.parse().ok());
                stop_one(app, &token, follow.ok_or_else(|| Error::BodyMalformed("the field follow is no number of a follow".into()))?)?;
            }
            Some("stop_all") => stop_all_mail(app, &token)?,
            Some("again") => take_mail_again(app, &token)?,
            _ => {
                read_follower(app, &token)?;
                return Err(Error::BodyMalformed("the field do is stop, stop_all or again".into()));
            }
        }
        Ok(redirect(StatusCode::SEE_OTHER, &format!("/follow/all/{token}")))
    })
    .await
}

fn about(text: &str, address: &MailAddress, texts: &Texts) -> String {
    texts.get(text).replace("{address}", &address.address)
}

/// The page of all follows, below the address that this page was asked at.
fn own_path(app: &App, address: AddressId) -> String {
    let link = all_follows_link(app, address);
    link.strip_prefix(app.config.public_url().as_str()).map(str::to_owned).unwrap_or(link)
}

fn rows(follows: &[Followed], texts: &Texts) -> Vec<Value> {
    let what = |followed: &Followed| match (followed.follow.comment, &followed.text) {
        (None, _) => texts.get("page.follow_thread").to_owned(),
        (Some(_), None) => texts.get("page.follow_answers_plain").to_owned(),
        (Some(_), Some(text)) => {
            let begin: String = text.chars().take(QUOTE_CHARACTERS).map(|c| if c.is_control() { ' ' } else { c }).collect();
            let more = if text.chars().nth(QUOTE_CHARACTERS).is_some() { "…" } else { "" };
            texts.get("page.follow_answers").replace("{text}", &format!("{}{more}", begin.trim_end()))
        }
    };
    let row = |followed: &Followed| {
        json!({
            "id": followed.follow.id.to_string(),
            "address": followed.page.url,
            "title": if followed.page.title.is_empty() { &followed.page.url } else { &followed.page.title },
            "site": followed.site.name,
            "what": what(followed),
        })
    };
    follows.iter().map(row).collect()
}
