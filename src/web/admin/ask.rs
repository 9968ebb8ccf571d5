//! One request to the desk: what was sent, and what `gate` found out about it.

use std::sync::Arc;

use crate::actions::Staff;
use crate::app::{App, Visitor};
use crate::error::Error;
use crate::model::{CommentId, Session, Site};
use crate::web::admin::{Desk, queue::WINDOW};
use crate::web::request::{Body, Caller, Form, Query, parse_form};

/// What is the same for every request to one desk.
pub struct Surroundings {
    pub app: App,
    pub desk: Desk,
}

impl Surroundings {
    pub fn new(app: App, desk: Desk) -> Self {
        Self { app, desk }
    }
}

pub struct Ask {
    pub around: Arc<Surroundings>,
    pub params: Vec<String>,
    /// `None` where an answer needs nothing of the request.
    pub caller: Option<Caller>,
    pub query: Query,
    pub form: Form,
    pub session: Option<Session>,
    pub on_site: Option<OnSite>,
}

/// The site that an address names, and what whoever asks may do there.
pub struct OnSite {
    pub site: Site,
    pub staff: Staff,
}

impl Ask {
    pub fn new(around: Arc<Surroundings>, params: Vec<String>, caller: Caller, query: Query) -> Self {
        Self { around, params, caller: Some(caller), query, form: Form::default(), session: None, on_site: None }
    }

    /// Nobody asking for nothing: enough to draw an error.
    pub fn blank(around: Arc<Surroundings>) -> Self {
        Self { around, params: vec![], caller: None, query: Query::default(), form: Form::default(), session: None, on_site: None }
    }

    /// Reads the body of a POST; a GET has none.
    pub fn read_form(&mut self, body: Option<Body>) -> Result<(), Error> {
        if let (Some(body), Some(caller)) = (body, &self.caller) {
            self.form = parse_form(caller, body)?;
        }
        Ok(())
    }

    pub fn app(&self) -> &App {
        &self.around.app
    }

    pub fn desk(&self) -> &Desk {
        &self.around.desk
    }

    pub fn caller(&self) -> Result<&Caller, Error> {
        self.caller.as_ref().ok_or_else(|| Error::Internal("a handler ran without a request".into()))
    }

    /// What the browser keeps for this desk.
    pub fn cookie(&self) -> Option<&str> {
        self.caller.as_ref()?.cookie(self.desk().cookie)
    }

    /// Whoever asks, as actions know them.
    pub fn visitor(&self) -> Visitor {
        self.caller.as_ref().map(Caller::visitor).unwrap_or_default()
    }

    pub fn session(&self) -> Result<&Session, Error> {
        self.session.as_ref().ok_or(Error::SignInNeeded)
    }

    pub fn on_site(&self) -> Result<&OnSite, Error> {
        self.on_site.as_ref().ok_or(Error::SiteUnknown)
    }

    /// The comment that the path names.
    pub fn comment_id(&self) -> Result<CommentId, Error> {
        self.params.get(1).and_then(|id| id.parse().ok()).ok_or(Error::CommentUnknown)
    }

    /// The address of this server as this browser knows it.
    pub fn own_url(&self) -> String {
        self.caller.as_ref().and_then(local_origin).unwrap_or_else(|| self.app().config.public_url())
    }

    /// True when the script asks: it wants the part of the page that changes, without what stands around it.
    pub fn wants_fragment(&self) -> bool {
        self.form.has("fragment") || matches!(self.query.get("fragment"), Ok(Some(_)))
    }

    /// True in the small window that a reader's page opens for its author, from the page of the comment through
    /// signing in to what was done.
    pub fn in_window(&self) -> bool {
        let next = self.form.get("next").map(str::to_owned).or_else(|| self.param("next"));
        self.form.get("show") == Some(WINDOW) || self.param("window").is_some() || next.is_some_and(|next| next.ends_with("?window=1"))
    }

    /// A parameter of the address; one that is there twice, or broken, counts as absent.
    pub fn param(&self, name: &str) -> Option<String> {
        self.query.get(name).ok().flatten()
    }
}

/// The name by which a browser on this very machine knows us: any name of it counts. `None` for everybody else.
pub fn local_origin(caller: &Caller) -> Option<String> {
    let local = caller.host_is_loopback() && caller.peer_loopback && !caller.forwarded;
    caller.host.as_deref().filter(|_| local).map(|host| format!("http://{host}"))
}
