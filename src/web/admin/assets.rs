//! The style and the script of the desk: embedded files, named by what is in them.

use std::sync::LazyLock;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};
use warp::http::{HeaderValue, header};

use crate::error::Error;
use crate::web::admin::{answer::Drawn, ask::Ask};
use crate::web::packed::{Packed, packed};

const STYLE: &str = include_str!("desk.css");
const SCRIPT: &str = include_str!("desk.js");
const ICON: &str = include_str!("desk.svg");

/// A file with the address, below the desk's base, that changes with its content.
pub struct Asset {
    pub address: String,
    version: String,
    bytes: Packed,
}

pub static STYLE_FILE: LazyLock<Asset> = LazyLock::new(|| Asset::new("desk.css", "text/css; charset=utf-8", STYLE));
pub static SCRIPT_FILE: LazyLock<Asset> = LazyLock::new(|| Asset::new("desk.js", "text/javascript; charset=utf-8", SCRIPT));

pub static ICON_FILE: LazyLock<Asset> = LazyLock::new(|| Asset::new("desk.svg", "image/svg+xml", ICON));

impl Asset {
    fn new(name: &str, media_type: &'static str, content: &'static str) -> Self {
        let version = URL_SAFE_NO_PAD.encode(&Sha256::digest(content.as_bytes())[..9]);
        Self { address: format!("{name}?v={version}"), version, bytes: Packed::new(media_type, content) }
    }
}

pub fn style(ask: &Ask) -> Result<Drawn, Error> {
    give(ask, &STYLE_FILE)
}

pub fn script(ask: &Ask) -> Result<Drawn, Error> {
    give(ask, &SCRIPT_FILE)
}

pub fn icon(ask: &Ask) -> Result<Drawn, Error> {
    give(ask, &ICON_FILE)
}

/// A page of another release may still ask for its own version; it gets this one and does not keep it.
fn give(ask: &Ask, file: &Asset) -> Result<Drawn, Error> {
    let mut response = packed(&file.bytes, ask.caller()?);
    let current = ask.param("v").as_deref() == Some(&file.version);
    let cache = if current { "public, max-age=31536000, immutable" } else { "no-cache" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    Ok(Drawn::Ready(response))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn gzipped(file: &str) -> usize {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(file.as_bytes()).unwrap();
        packer.finish().unwrap().len()
    }

    #[test]
    fn style_and_script_stay_within_their_budgets() {
        let (style, script) = (gzipped(STYLE), gzipped(SCRIPT));
        println!("desk.css {style} B, desk.js {script} B, gzip");
        assert!(style <= 6 * 1024, "desk.css has {style} bytes packed");
        assert!(script <= 5 * 1024, "desk.js has {script} bytes packed");
    }

    #[test]
    fn t15_the_script_writes_no_html() {
        for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "DOMParser", "document.write", "createContextualFragment", "eval("] {
            assert!(!SCRIPT.contains(sink), "{sink}");
        }
    }
}
