//! The style and the script of the desk: embedded files, named by what is in them.

use sha2::{Digest, Sha256};

use crate::error::Error;
use crate::web::admin::{answer::Drawn, ask::Ask};

const STYLE: &str = include_str!("desk.css");
const SCRIPT: &str = include_str!("desk.js");

/// Where pages find the files: below the desk's base, with the first half of their hash.
pub struct Assets {
    pub style_address: String,
    pub script_address: String,
}

impl Assets {
    pub fn new() -> Self {
        Self { style_address: format!("desk.css?v={}", version(STYLE)), script_address: format!("desk.js?v={}", version(SCRIPT)) }
    }
}

fn version(file: &str) -> String {
    format!("{:x}", Sha256::digest(file.as_bytes()))[..16].to_owned()
}

pub fn style(ask: &Ask) -> Result<Drawn, Error> {
    Ok(file(ask, STYLE, "text/css; charset=utf-8"))
}

pub fn script(ask: &Ask) -> Result<Drawn, Error> {
    Ok(file(ask, SCRIPT, "text/javascript; charset=utf-8"))
}

/// A page of another release may still ask for its own version; it gets this one and does not keep it.
fn file(ask: &Ask, body: &'static str, media_type: &'static str) -> Drawn {
    Drawn::File { body, media_type, forever: ask.param("v") == Some(version(body)) }
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
