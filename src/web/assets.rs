//! The scripts that sites embed: `/embed.js`, `/totals.js` and `/v/{version}/embed.js`.

use std::{collections::HashMap, path::Path, sync::Arc};

use anyhow::Context;
use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use sha2::{Digest, Sha256, Sha384};
use warp::{
    Filter,
    filters::BoxedFilter,
    http::{HeaderValue, header},
    reply::Response,
};

use crate::error::Error;
use crate::web::Web;
use crate::web::cors::add_public;
use crate::web::face::Face;
use crate::web::packed::{Packed, packed};
use crate::web::reply::answer;
use crate::web::request::{Caller, caller};

const EMBED: &[u8] = include_bytes!("../../embed.js");
const TOTALS: &[u8] = include_bytes!("../../totals.js");
const SCRIPT: &str = "text/javascript; charset=utf-8";

const SHORT: HeaderValue = HeaderValue::from_static("public, max-age=300");
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// The scripts of this release, and those of earlier ones that pages still name.
pub struct Assets {
    embed: Packed,
    totals: Packed,
    versions: HashMap<String, Packed>,
}

impl Assets {
    /// Keeps this release's script in the folder `embed` below `data`, and reads those of earlier releases from there.
    pub fn load(data: &Path) -> anyhow::Result<Self> {
        let folder = data.join("embed");
        std::fs::create_dir_all(&folder).with_context(|| format!("setting data: {} cannot be made", folder.display()))?;
        let own = folder.join(format!("{}.js", version()));
        if !own.exists() {
            // Written aside and renamed, so that a stop half-way leaves no broken script behind.
            let aside = folder.join(format!("{}.part", version()));
            std::fs::write(&aside, EMBED)
                .and_then(|()| std::fs::rename(&aside, &own))
                .with_context(|| format!("setting data: {} cannot be written", own.display()))?;
        }
        let mut versions = HashMap::new();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.extension().is_some_and(|extension| extension == "js") {
                let bytes = std::fs::read(&path)?;
                // A file that is not what its name says was damaged or put there by somebody else.
                if version_of(&bytes) == name {
                    versions.insert(name, Packed::new(SCRIPT, bytes));
                } else {
                    tracing::warn!(file = %path.display(), "not served: its name is not the hash of its content");
                }
            }
        }
        Ok(Self {
            embed: Packed::new(SCRIPT, Bytes::from_static(EMBED)),
            totals: Packed::new(SCRIPT, Bytes::from_static(TOTALS)),
            versions,
        })
    }
}

/// What names this release's script: the beginning of its SHA-256.
pub fn version() -> &'static str {
    static VERSION: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| version_of(EMBED));
    &VERSION
}

pub fn version_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The value of an `integrity` attribute for this release's script.
fn integrity() -> String {
    format!("sha384-{}", STANDARD.encode(Sha384::digest(EMBED)))
}

/// What the owner of a site pastes into a page.
pub fn script_tag(public_url: &str, site: &str) -> String {
    format!(
        "<section id=\"thread\" data-rejoinder-thread><a href=\"{public_url}/t/{site}\">Discuss this post</a></section>\n\
         <script async src=\"{public_url}/embed.js\" data-site=\"{site}\"></script>"
    )
}

/// The same with the script of this release for ever: a browser refuses any other bytes.
pub fn pinned_script_tag(public_url: &str, site: &str) -> String {
    let pinned = format!("src=\"{public_url}/v/{}/embed.js\" integrity=\"{}\" crossorigin=\"anonymous\"", version(), integrity());
    script_tag(public_url, site).replace(&format!("src=\"{public_url}/embed.js\""), &pinned)
}

pub fn routes(web: Web) -> BoxedFilter<(Response,)> {
    let assets = web.assets.clone();
    let with = warp::any().map(move || assets.clone());
    let from = caller().and(with);
    let embed = warp::path!("embed.js")
        .and(warp::get())
        .and(from.clone())
        .map(|caller: Caller, assets: Arc<Assets>| script(&assets.embed, &caller, SHORT));
    let totals = warp::path!("totals.js")
        .and(warp::get())
        .and(from.clone())
        .map(|caller: Caller, assets: Arc<Assets>| script(&assets.totals, &caller, SHORT));
    let versioned =
        warp::path!("v" / String / "embed.js").and(warp::get()).and(from).map(|version: String, caller: Caller, assets: Arc<Assets>| {
            match assets.versions.get(&version) {
                Some(found) => script(found, &caller, FOR_EVER),
                None => answer(Err::<Response, _>(Error::RouteUnknown), &Face::Json),
            }
        });
    embed.or(totals).unify().or(versioned).unify().boxed()
}

fn script(bytes: &Packed, caller: &Caller, cache: HeaderValue) -> Response {
    let mut response = packed(bytes, caller);
    let headers = response.headers_mut();
    add_public(headers);
    headers.insert(header::CACHE_CONTROL, cache);
    response
}
