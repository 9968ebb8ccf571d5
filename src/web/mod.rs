//! Everything that speaks HTTP. Routes lie in one file for each kind of visitor; `server` accepts connections.

pub mod admin;
pub mod answers;
pub mod api;
pub mod asked;
pub mod assets;
pub mod client;
pub mod cors;
pub mod demo;
pub mod face;
pub mod feeds;
pub mod following;
pub mod form;
pub mod health;
pub mod json;
pub mod known;
pub mod log;
pub mod packed;
pub mod pages;
pub mod recover;
pub mod reply;
pub mod request;
pub mod server;
pub mod widget;

use std::sync::Arc;

use anyhow::Context;
use warp::{Filter, filters::BoxedFilter, reply::Response};

use crate::app::App;
use crate::render::Renderer;

/// What handlers share beside the App.
#[derive(Clone)]
pub struct Web {
    pub app: App,
    pub renderer: Arc<Renderer>,
    pub answers: answers::Answers,
    pub known: known::Known,
    pub assets: Arc<assets::Assets>,
}

impl Web {
    pub fn new(app: &App) -> anyhow::Result<Self> {
        let data = app.config.data.clone();
        Ok(Self {
            app: app.clone(),
            renderer: Arc::new(Renderer::new().context("templates")?),
            answers: answers::Answers::default(),
            known: known::Known::default(),
            assets: Arc::new(assets::Assets::load(&data)?),
        })
    }
}

/// Every route there is. What none of them takes becomes an error in the shape of its address.
pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let widget = widget::routes(web.clone()).or(assets::routes(web.clone())).unify();
    let pages = pages::routes(web.clone()).or(feeds::routes(web.clone())).unify();
    let rest = api::routes(web.clone()).or(health::routes(web.clone())).unify();
    let desk = admin::routes(web.clone(), admin::Desk::main()).or(admin::link_routes(web.clone())).unify();
    let staff = desk.or(demo::routes(web)).unify();
    widget.or(pages).unify().or(rest).unify().or(staff).unify().recover(recover::recover).unify().boxed()
}
