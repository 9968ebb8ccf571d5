//! The demo's pages and files: the front page with both halves, the posts of its blog, their styles and script.

use std::{str::FromStr, sync::LazyLock};

use bytes::Bytes;
use handlebars::Handlebars;
use serde_json::{Value, json};
use warp::{
    Filter, Reply,
    filters::BoxedFilter,
    http::{HeaderMap, HeaderValue, header},
    reply::Response,
};

use crate::app::Work;
use crate::error::Error;
use crate::model::Site;
use crate::web::Web;
use crate::web::demo::{self, door::is_local, find_author};
use crate::web::face::Face;
use crate::web::packed::{Packed, packed};
use crate::web::reply::answer;
use crate::web::request::{Caller, Query, caller};

/// A post of the demo's blog.
pub struct Post {
    name: &'static str,
    pub path: &'static str,
    pub title: &'static str,
    text: &'static str,
    policy: Policy,
    /// Loads its thread at once, as it is looked at in a frame where the browser cannot tell what is near.
    eager: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Policy {
    /// Whatever a blog of this server's own needs, and no more.
    Usual,
    /// The strictest one that the widget runs under: WIDGET.md, section 1.
    Strictest,
}

pub static DOOR: Post = Post {
    name: "post",
    path: "/demo/post/",
    title: "A second chair",
    text: include_str!("posts/door.html"),
    policy: Policy::Usual,
    eager: true,
};

pub static LONG: Post = Post {
    name: "long",
    path: "/demo/long/",
    title: "Everything still on the table",
    text: include_str!("posts/long.html"),
    policy: Policy::Usual,
    eager: false,
};

static EMPTY: Post = Post {
    name: "empty",
    path: "/demo/empty/",
    title: "The moment before",
    text: include_str!("posts/empty.html"),
    policy: Policy::Usual,
    eager: false,
};

static STRICT: Post = Post {
    name: "strict",
    path: "/demo/strict/",
    title: "Nobody who is not on the list",
    text: include_str!("posts/strict.html"),
    policy: Policy::Strictest,
    eager: false,
};

static POSTS: [&Post; 4] = [&DOOR, &EMPTY, &LONG, &STRICT];

/// The last part of a post's address.
pub struct PostName(&'static Post);

impl FromStr for PostName {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        POSTS.into_iter().find(|post| post.name == name).map(PostName).ok_or(())
    }
}

/// How the blog may look: names of the style sheet and words on the buttons.
const STYLES: [(&str, &str); 4] = [("paper", "Paper"), ("night", "Night"), ("serif", "Serif"), ("brutal", "Brutal")];

static TEMPLATES: LazyLock<Handlebars<'static>> = LazyLock::new(|| {
    let mut templates = Handlebars::new();
    templates.set_strict_mode(true);
    for (name, source) in [
        ("front", include_str!("front.hbs")),
        ("post", include_str!("post.hbs")),
        ("picture", include_str!("picture.hbs")),
        ("tag", include_str!("tag.hbs")),
    ] {
        templates.register_template_string(name, source).expect("a test renders every template of this program");
    }
    templates
});

fn draw(template: &str, view: &Value) -> Result<Response, Error> {
    let html = TEMPLATES.render(template, view).map_err(|error| Error::Internal(format!("the demo's {template}: {error}")))?;
    Ok(warp::reply::html(html).into_response())
}

/// The front page shows two frames of our own and runs one script of our own.
const FRONT_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; \
     frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

const POST_POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'none'; base-uri 'none'; \
     frame-ancestors 'self'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// The last three lines forbid what `default-src` does not speak of.
const STRICTEST_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

fn add_policy(headers: &mut HeaderMap, policy: HeaderValue) {
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
}

/// `GET /demo/`: both halves, or the left one and a picture of the right one.
pub async fn front(caller: Caller, web: Web) -> Response {
    let outcome = async {
        let site = demo::site(&web, &caller).await?;
        let local = is_local(&caller, web.app.config.public_url.as_deref());
        let desk = local && has_author(&web, site).await?;
        let mut response = draw("front", &front_view(&address(&web, &caller), desk))?;
        add_policy(response.headers_mut(), FRONT_POLICY);
        Ok(response)
    };
    answer(outcome.await, &Face::PLAIN_PAGE)
}

async fn has_author(web: &Web, site: Site) -> Result<bool, Error> {
    web.app.blocking(Work::Read, move |app| Ok(find_author(app, &site)?.is_some())).await
}

fn front_view(address: &str, desk: bool) -> Value {
    let styles: Vec<Value> = STYLES.iter().map(|(name, word)| json!({"name": name, "word": word, "pressed": *name == "paper"})).collect();
    json!({
        "address": address,
        "site": "my-blog",
        "post": DOOR.path,
        "desk": desk,
        "styles": styles,
        "empty": EMPTY.path,
        "long": LONG.path,
        "strict": STRICT.path,
        "plain": plain(&DOOR),
    })
}

/// Where a post's thread is read without script.
fn plain(post: &Post) -> String {
    format!("/t/{}?page={}", *demo::KEY, post.path)
}

/// How whoever reads this reaches the server: the owner's word, or on this machine what the browser says.
fn address(web: &Web, caller: &Caller) -> String {
    let config = &web.app.config;
    match (&config.public_url, &caller.host) {
        (None, Some(host)) if caller.host_is_loopback() => format!("http://{host}"),
        _ => config.public_url(),
    }
}

/// A post of the blog, in one of its styles.
pub async fn post(PostName(post): PostName, query: Query, caller: Caller, web: Web) -> Response {
    let outcome = async {
        demo::site(&web, &caller).await?;
        let asked = query.get("style")?;
        let style = STYLES.iter().map(|(name, _)| *name).find(|name| asked.as_deref() == Some(*name));
        let mut response = draw("post", &post_view(post, style))?;
        let policy = match post.policy {
            Policy::Usual => POST_POLICY,
            Policy::Strictest => HeaderValue::from_static(STRICTEST_POLICY),
        };
        add_policy(response.headers_mut(), policy);
        Ok(response)
    };
    answer(outcome.await, &Face::PLAIN_PAGE)
}

fn post_view(post: &Post, style: Option<&str>) -> Value {
    let strictest = post.policy == Policy::Strictest;
    json!({
        "site": demo::KEY.as_str(),
        "title": post.title,
        "text": post.text,
        "path": post.path,
        "plain": plain(post),
        "style": style,
        "styled": !strictest,
        "policy": strictest.then_some(STRICTEST_POLICY),
        "eager": post.eager,
    })
}

const CSS: &str = "text/css; charset=utf-8";

static FRONT_CSS: LazyLock<Packed> = LazyLock::new(|| Packed::new(CSS, Bytes::from_static(include_bytes!("front.css"))));
static POST_CSS: LazyLock<Packed> = LazyLock::new(|| Packed::new(CSS, Bytes::from_static(include_bytes!("post.css"))));
static SCRIPT: LazyLock<Packed> =
    LazyLock::new(|| Packed::new("text/javascript; charset=utf-8", Bytes::from_static(include_bytes!("front.js"))));
static ICON: LazyLock<Packed> = LazyLock::new(|| Packed::new("image/svg+xml", Bytes::from_static(include_bytes!("icon.svg"))));

/// What the pages are made of. The same for everybody and small, so that it is there whether or not the site is.
pub fn files() -> BoxedFilter<(Response,)> {
    let file = |name: &'static str, file: &'static LazyLock<Packed>| {
        warp::path("demo").and(warp::path(name)).and(warp::path::end()).and(warp::get()).and(caller()).map(move |caller: Caller| {
            let mut response = packed(file, &caller);
            response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            response
        })
    };
    let styles = file("demo.css", &FRONT_CSS).or(file("post.css", &POST_CSS)).unify();
    styles.or(file("demo.js", &SCRIPT)).unify().or(file("icon.svg", &ICON)).unify().boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_of_the_demo_renders() {
        for desk in [true, false] {
            let html = TEMPLATES.render("front", &front_view("http://localhost:8080", desk)).unwrap();
            assert_eq!(html.contains("/demo/enter"), desk, "the way to the desk is on the page where the desk is");
            assert_eq!(html.contains("<svg"), !desk);
            assert!(html.contains("&lt;script async src=&quot;http://localhost:8080/embed.js&quot; data-site=&quot;my-blog&quot;&gt;"));
        }
        for post in POSTS {
            let html = TEMPLATES.render("post", &post_view(post, Some("night"))).unwrap();
            assert!(html.contains("<script async src=\"/embed.js\" data-site=\"demo\"></script>"), "{}", post.path);
        }
    }

    #[test]
    fn the_address_of_a_reader_is_escaped() {
        let html = TEMPLATES.render("front", &front_view("http://\"><script>alert(1)</script>", false)).unwrap();
        assert!(!html.contains("<script>alert"));
    }

    #[test]
    fn t15_the_strictest_page_has_nothing_that_its_policy_forbids() {
        let html = TEMPLATES.render("post", &post_view(&STRICT, Some("night"))).unwrap();
        for forbidden in ["<style", "style=", "rel=\"stylesheet\"", "rel=\"icon\"", "<img", "onclick"] {
            assert!(!html.contains(forbidden), "{forbidden}");
        }
        for part in ["default-src 'none'", "style-src 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"] {
            assert!(STRICTEST_POLICY.contains(part), "{part}");
        }
    }

    #[test]
    fn t15_no_page_of_the_demo_allows_anything_unsafe() {
        for policy in [FRONT_POLICY.to_str().unwrap(), POST_POLICY.to_str().unwrap(), STRICTEST_POLICY] {
            assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        }
    }

    #[test]
    fn a_post_is_found_by_the_last_part_of_its_path() {
        for post in POSTS {
            let name = post.path.trim_matches('/').rsplit('/').next().unwrap();
            assert!(PostName::from_str(name).is_ok_and(|found| found.0.path == post.path));
        }
        assert!(PostName::from_str("desk").is_err() && PostName::from_str("enter").is_err());
    }
}
