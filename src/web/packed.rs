//! Answers that are sent compressed. The compressed forms are made when first asked for and kept with the bytes.
//! Only for answers without secrets: packed sizes tell about their content.

use std::{io::Write, sync::OnceLock};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use warp::{
    Reply,
    http::{HeaderValue, Response as HttpResponse, StatusCode, header},
    reply::Response,
};

use crate::web::{cors::add_vary, request::Caller};

/// Below this size a compressed answer fills the same one packet.
const WORTH_PACKING_BYTES: usize = 1000;
const GZIP_LEVEL: u32 = 6;
const BROTLI_LEVEL: i32 = 5;
/// Base 2 logarithm of brotli's window.
const BROTLI_WINDOW: i32 = 20;

/// Bytes with their media type and tag.
pub struct Packed {
    content_type: &'static str,
    /// Weak and the same for all encodings, so that a copy in one is known to be fresh when asked in another.
    etag: HeaderValue,
    plain: Bytes,
    gzip: OnceLock<Bytes>,
    br: OnceLock<Bytes>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Br,
    Gzip,
    Plain,
}

impl Packed {
    /// The tag is made of the bytes.
    pub fn new(content_type: &'static str, plain: impl Into<Bytes>) -> Self {
        let plain = plain.into();
        let hash = Sha256::digest(&plain);
        let name: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        let etag = HeaderValue::try_from(format!("W/\"{name}\"")).expect("hexadecimal digits are a header value");
        Self { content_type, etag, plain, gzip: OnceLock::new(), br: OnceLock::new() }
    }

    pub fn plain(&self) -> &Bytes {
        &self.plain
    }

    fn coded(&self, coding: Coding) -> &Bytes {
        match coding {
            Coding::Br => self.br.get_or_init(|| brotli(&self.plain)),
            Coding::Gzip => self.gzip.get_or_init(|| gzip(&self.plain)),
            Coding::Plain => &self.plain,
        }
    }
}

/// The bytes in the best encoding that the caller takes, or 304 when the caller has them.
pub fn packed(bytes: &Packed, caller: &Caller) -> Response {
    let fresh = caller.if_none_match.as_deref().is_some_and(|tags| matches_any(tags, &bytes.etag));
    let worth = bytes.plain.len() >= WORTH_PACKING_BYTES;
    let coding = if worth { best_coding(caller.accept_encoding.as_deref().unwrap_or("")) } else { Coding::Plain };
    let mut response =
        if fresh { StatusCode::NOT_MODIFIED.into_response() } else { HttpResponse::new(bytes.coded(coding).clone()).into_response() };
    let headers = response.headers_mut();
    headers.insert(header::ETAG, bytes.etag.clone());
    add_vary(headers, "Accept-Encoding");
    if !fresh {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(bytes.content_type));
        match coding {
            Coding::Br => headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br")),
            Coding::Gzip => headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
            Coding::Plain => None,
        };
    }
    response
}

/// Weak comparison, as `If-None-Match` has it.
fn matches_any(tags: &str, etag: &HeaderValue) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let own = bare(etag.to_str().unwrap_or(""));
    tags.trim() == "*" || tags.split(',').any(|tag| bare(tag) == own)
}

/// The encoding with the highest weight; brotli before gzip before none where weights are equal.
/// A weight of 0 forbids an encoding, `*` speaks for those that are not named.
fn best_coding(accept: &str) -> Coding {
    let weight = |coding: &str, unnamed: f32| {
        let mut star = None;
        for part in accept.split(',') {
            let mut pieces = part.split(';').map(str::trim);
            let name = pieces.next().unwrap_or("");
            let q = pieces.find_map(|piece| piece.strip_prefix("q=").or_else(|| piece.strip_prefix("Q=")));
            // A weight that cannot be read forbids, which costs bytes and never breaks an answer.
            let q = q.map_or(1.0, |q| q.trim().parse::<f32>().ok().filter(|q| (0.0..=1.0).contains(q)).unwrap_or(0.0));
            if name.eq_ignore_ascii_case(coding) {
                return q;
            }
            if name == "*" {
                star = Some(q);
            }
        }
        star.unwrap_or(unnamed)
    };
    // No encoding is always possible; it wins only where a client prefers it by weight.
    let (br, gzip) = (weight("br", 0.0), weight("gzip", 0.0));
    let named =
        accept.split(',').any(|part| part.trim().split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("identity")));
    let plain = if named { weight("identity", 0.0) } else { 0.0 };
    match () {
        () if br > 0.0 && br >= gzip && br >= plain => Coding::Br,
        () if gzip > 0.0 && gzip >= plain => Coding::Gzip,
        () => Coding::Plain,
    }
}

fn gzip(bytes: &[u8]) -> Bytes {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(GZIP_LEVEL));
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("writing to memory does not fail").into()
}

fn brotli(bytes: &[u8]) -> Bytes {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: BROTLI_LEVEL, lgwin: BROTLI_WINDOW, ..Default::default() };
    brotli::BrotliCompress(&mut &bytes[..], &mut packed, &parameters).expect("writing to memory does not fail");
    packed.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn the_weights_of_the_client_decide() {
        for (accept, expected) in [
            ("", Coding::Plain),
            ("gzip, deflate, br", Coding::Br),
            ("gzip", Coding::Gzip),
            ("br;q=0, gzip", Coding::Gzip),
            ("br;q=0.000,gzip; q=0.0", Coding::Plain),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("*", Coding::Br),
            ("*;q=0", Coding::Plain),
            ("*, br;q=0", Coding::Gzip),
            ("identity", Coding::Plain),
            ("identity, br;q=0.1", Coding::Plain),
            ("BR", Coding::Br),
            ("br;q=x", Coding::Plain),
            ("brotli", Coding::Plain),
        ] {
            assert_eq!(best_coding(accept), expected, "{accept}");
        }
    }

    #[test]
    fn both_encodings_unpack_to_the_same_bytes() {
        let text = "Write left, the card appears right. ".repeat(100);
        let bytes = Packed::new("text/plain", text.clone());
        let mut plain = String::new();
        flate2::read::GzDecoder::new(&bytes.coded(Coding::Gzip)[..]).read_to_string(&mut plain).unwrap();
        assert_eq!(plain, text);
        let mut plain = Vec::new();
        brotli::BrotliDecompress(&mut &bytes.coded(Coding::Br)[..], &mut plain).unwrap();
        assert_eq!(plain, text.as_bytes());
    }

    #[test]
    fn a_fresh_copy_is_not_sent_again_whatever_its_encoding() {
        let bytes = Packed::new("text/html; charset=utf-8", "x".repeat(2000));
        let mut caller = Caller { accept_encoding: Some("br".into()), ..Caller::for_tests() };
        let first = packed(&bytes, &caller);
        assert_eq!((first.status().as_u16(), &first.headers()[header::CONTENT_ENCODING]), (200, &HeaderValue::from_static("br")));
        let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
        caller.accept_encoding = None;
        for tags in [tag.clone(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".into()] {
            caller.if_none_match = Some(tags);
            let again = packed(&bytes, &caller);
            assert_eq!((again.status().as_u16(), &again.headers()[header::VARY]), (304, &HeaderValue::from_static("Accept-Encoding")));
        }
        caller.if_none_match = Some("\"other\"".into());
        assert_eq!(packed(&bytes, &caller).status(), 200);
    }
}
