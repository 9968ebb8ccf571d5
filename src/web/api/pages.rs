//! Pages and rules by JSON, for staff.

use std::collections::BTreeMap;

use serde_json::Value;
use warp::{Filter, filters::BoxedFilter, reply::Response};

use crate::actions::{SiteChange, ask_readers, change_site, close_page, open_page};
use crate::error::Error;
use crate::model::{PageState, RuleError, Rules, Scope, Site};
use crate::web::Web;
use crate::web::api::wire::{PageAnswer, PageBody, PageStateAnswer, QuestionAnswer, QuestionBody};
use crate::web::api::{ok, read, staff, write};
use crate::web::request::{BODY_BYTES_MAX, Body, Caller, body, caller, parse_json};

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let rules = warp::path!("api" / "v1" / "sites" / String / "rules");
    let with = warp::any().map(move || web.clone());
    let from = caller().and(with);
    let show = rules.and(warp::get()).and(from.clone()).then(show_rules).boxed();
    let change = rules.and(warp::patch()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(change_rules).boxed();
    let close = warp::path!("api" / "v1" / "sites" / String / "pages" / "close").map(|site: String| (site, PageState::Closed));
    let open = warp::path!("api" / "v1" / "sites" / String / "pages" / "open").map(|site: String| (site, PageState::Open));
    let state = close.or(open).unify().untuple_one();
    let state = state.and(warp::post()).and(body(BODY_BYTES_MAX)).and(from.clone()).then(set_state).boxed();
    let question = warp::path!("api" / "v1" / "sites" / String / "pages" / "question");
    let question = question.and(warp::post()).and(body(BODY_BYTES_MAX)).and(from).then(set_question).boxed();
    show.or(change).unify().or(state).unify().or(question).unify().boxed()
}

async fn show_rules(site: String, caller: Caller, web: Web) -> Response {
    read(web, site, caller, move |app, site, caller| {
        staff(app, site, caller, Scope::Moderate)?;
        Ok(ok(&rules_of(site)))
    })
    .await
}

async fn change_rules(site: String, body: Body, caller: Caller, web: Web) -> Response {
    write(web, site, caller, move |app, site, caller| {
        staff(app, site, caller, Scope::Admin)?;
        let change = parse_rules(parse_json(caller, body)?)?;
        Ok(ok(&rules_of(&change_site(app, site, &change)?)))
    })
    .await
}

async fn set_state(site: String, state: PageState, body: Body, caller: Caller, web: Web) -> Response {
    write(web, site, caller, move |app, site, caller| {
        let staff = staff(app, site, caller, Scope::Moderate)?;
        let asked = parse_json::<PageBody>(caller, body)?.into();
        let page = match state {
            PageState::Closed => close_page(app, &staff, site, &asked)?,
            PageState::Open => open_page(app, &staff, site, &asked)?,
        };
        let state = page.state_at(app.now(), site.rules.close_days);
        Ok(ok(&PageStateAnswer { page: PageAnswer::of(&page, state) }))
    })
    .await
}

async fn set_question(site: String, body: Body, caller: Caller, web: Web) -> Response {
    write(web, site, caller, move |app, site, caller| {
        let staff = staff(app, site, caller, Scope::Moderate)?;
        let (asked, text) = parse_json::<QuestionBody>(caller, body)?.into();
        let page = ask_readers(app, &staff, site, &asked, &text)?;
        let state = page.state_at(app.now(), site.rules.close_days);
        Ok(ok(&QuestionAnswer::new(&page, state)))
    })
    .await
}

/// Name, origins and every rule, each in its text form.
fn rules_of(site: &Site) -> BTreeMap<&'static str, String> {
    let origins: Vec<String> = site.origins.iter().map(ToString::to_string).collect();
    let mut rules = BTreeMap::from([("name", site.name.clone()), ("origins", origins.join(","))]);
    rules.extend(Rules::NAMES.into_iter().filter_map(|name| Some((name, site.rules.get(name)?))));
    rules
}

/// Values may be texts, numbers, null (the default) or, for lists, arrays of texts.
fn parse_rules(body: BTreeMap<String, Value>) -> Result<SiteChange, Error> {
    let text = |name: &str, value: Value| match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        Value::Null => Ok(String::new()),
        Value::Array(values) if values.iter().all(Value::is_string) => {
            Ok(values.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","))
        }
        _ => Err(Error::from(RuleError { name: name.to_owned(), problem: "takes a text or a number".into() })),
    };
    let values = body.into_iter().map(|(name, value)| text(&name, value).map(|text| (name, text)));
    Ok(SiteChange { values: values.collect::<Result<_, _>>()? })
}
