//! One page, one thread: how the addresses of a page become one key.

use percent_encoding::percent_decode_str;
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use url::Url;

use super::{FieldError, Origin, letters::is_control, submission::limits};

/// Query parameters that say how a reader came, never what is read. A trailing `*` stands for any ending.
pub const TRACKING_PARAMETERS: &[&str] = &[
    "utm_*",
    "fbclid",
    "gclid",
    "dclid",
    "msclkid",
    "mc_cid",
    "mc_eid",
    "igshid",
    "isappinstalled",
    "amp",
    "m",
    "showComment",
    "commentPage",
    "_x_tr_*",
];

/// Names of files that servers send for the folder they lie in.
const INDEX_FILES: [&str; 3] = ["index.html", "index.htm", "index.php"];

/// How a request names a page: by `page`, by `url`, or by both; `page` wins as key.
#[derive(Clone, Debug, Default)]
pub struct PageAsked {
    pub page: Option<String>,
    pub url: Option<String>,
}

/// The canonical name of a page within its site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageAddress {
    /// A path with query beginning with `/`, or a free id, which never begins so.
    pub key: String,
    /// The first 16 bytes of the SHA-256 of the key; what the store looks up.
    pub hash: [u8; 16],
    /// The full address as it was sent or follows from the site's first origin, for links.
    pub url: String,
    /// For a free id that came with an address: what else this page may be known by.
    pub alias: Option<Box<PageAddress>>,
}

impl PageAddress {
    /// The page that a request names, if it may be one of a site with these origins. `significant` lists the only
    /// query parameters that tell pages apart; without it all do that are not known to track readers.
    pub fn resolve(asked: &PageAsked, origins: &[Origin], significant: Option<&[String]>) -> Result<Self, FieldError> {
        let site = AddressRules { origins, significant };
        let page = asked.page.as_deref().map(str::trim).filter(|page| !page.is_empty());
        let url = asked.url.as_deref().map(str::trim).filter(|url| !url.is_empty());
        match (page, url) {
            (None, None) => Err(FieldError::new("page_missing", "page", "say which page this is about, by page or by url")),
            (None, Some(url)) => site.full_address(url, "url"),
            (Some(page), _) if page.starts_with('/') => site.path(page),
            (Some(page), _) if names_http(page) => site.full_address(page, "page"),
            (Some(page), url) => site.free_id(page, url),
        }
    }

    /// The same page without the address that came beside a free id: nobody has vouched for it yet.
    pub fn without_alias(&self) -> Self {
        let path = self.url.find("://").and_then(|colon| Some(colon + 3 + self.url[colon + 3..].find('/')?));
        match path.filter(|_| self.alias.is_some()) {
            Some(slash) => Self { url: self.url[..=slash].to_owned(), alias: None, ..self.clone() },
            None => Self { alias: None, ..self.clone() },
        }
    }

    /// The page at this path, which must be canonical already.
    pub fn path(key: &str) -> Self {
        let hash = Sha256::digest(key.as_bytes())[..16].try_into().expect("16 of 32 bytes");
        Self { key: key.to_owned(), hash, url: key.to_owned(), alias: None }
    }
}

fn names_http(text: &str) -> bool {
    let begins = |prefix: &str| text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    begins("http://") || begins("https://")
}

/// What a site says about its addresses.
struct AddressRules<'a> {
    origins: &'a [Origin],
    significant: Option<&'a [String]>,
}

impl AddressRules<'_> {
    /// Everything that begins with a slash is a path on the site, `//other.example` and `/\other.example` too.
    fn path(&self, page: &str) -> Result<PageAddress, FieldError> {
        check_plain(page, "page", limits::PAGE_BYTES_MAX)?;
        let path = page.trim_start_matches(['/', '\\']);
        let url = Url::parse(&format!("{}/{path}", self.first_origin()?)).map_err(|_| invalid("page", "it cannot be read as a path"))?;
        self.address_of(url, "page")
    }

    fn full_address(&self, text: &str, field: &'static str) -> Result<PageAddress, FieldError> {
        check_plain(text, field, limits::PAGE_BYTES_MAX)?;
        let url = Url::parse(text).map_err(|_| invalid(field, "it is no full http or https address"))?;
        let origin = Origin::of(&url).map_err(|_| invalid(field, "it is no http or https address without a user name"))?;
        if self.origins.iter().any(|listed| listed.is_same_place(&origin)) {
            self.address_of(url, field)
        } else {
            Err(FieldError::new("page_foreign", field, format!("pages on {origin} do not belong to this site")))
        }
    }

    /// A name of the owner's choice. An address beside it must be the site's, since it becomes the link and the alias.
    fn free_id(&self, page: &str, url: Option<&str>) -> Result<PageAddress, FieldError> {
        check_plain(page, "page", limits::PAGE_BYTES_MAX)?;
        let id: String = page.nfc().collect();
        if id.chars().count() > limits::PAGE_ID_CHARS_MAX {
            return Err(too_long("page", limits::PAGE_ID_CHARS_MAX, "characters"));
        }
        let alias = url.map(|url| self.full_address(url, "url")).transpose()?.map(Box::new);
        let url = match &alias {
            Some(alias) => alias.url.clone(),
            None => format!("{}/", self.first_origin()?),
        };
        Ok(PageAddress { url, alias, ..PageAddress::path(&id) })
    }

    fn address_of(&self, mut url: Url, field: &'static str) -> Result<PageAddress, FieldError> {
        let mut key = canonical_path(url.path());
        let (kept, shown) = self.parameters(url.query().unwrap_or(""));
        for (before, parameter) in kept.iter().enumerate() {
            key.push(if before == 0 { '?' } else { '&' });
            key.push_str(parameter);
        }
        if key.len() > limits::PAGE_BYTES_MAX {
            return Err(too_long(field, limits::PAGE_BYTES_MAX, "bytes"));
        }
        url.set_fragment(None);
        url.set_query(Some(shown.as_str()).filter(|query| !query.is_empty()));
        Ok(PageAddress { url: url.into(), ..PageAddress::path(&key) })
    }

    /// The parameters that name the page, sorted by name with repeated ones in their order; and the query for links,
    /// which loses only what tracks readers.
    fn parameters(&self, query: &str) -> (Vec<String>, String) {
        let untracked: Vec<(String, &str)> = query
            .split('&')
            .filter(|piece| !piece.is_empty())
            .map(|piece| (canonical_escapes(piece), piece))
            .filter(|(parameter, _)| self.is_significant(name_of(parameter)) || !is_tracking(name_of(parameter)))
            .collect();
        let shown = untracked.iter().map(|(_, piece)| *piece).collect::<Vec<_>>().join("&");
        let names_page = |parameter: &String| self.significant.is_none() || self.is_significant(name_of(parameter));
        let mut kept: Vec<String> = untracked.into_iter().map(|(parameter, _)| parameter).filter(names_page).collect();
        kept.sort_by(|a, b| name_of(a).cmp(name_of(b)));
        (kept, shown)
    }

    fn is_significant(&self, name: &str) -> bool {
        self.significant.is_some_and(|listed| listed.iter().any(|listed| canonical_escapes(listed) == name))
    }

    fn first_origin(&self) -> Result<&Origin, FieldError> {
        self.origins
            .first()
            .ok_or_else(|| FieldError::new("page_foreign", "page", "this site has no origin yet, so no page can be one of it"))
    }
}

fn name_of(parameter: &str) -> &str {
    parameter.split('=').next().unwrap_or(parameter)
}

fn is_tracking(name: &str) -> bool {
    TRACKING_PARAMETERS.iter().any(|known| match known.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == *known,
    })
}

/// The path without empty segments, index files and a trailing slash. Dot segments are folded by the URL parser.
fn canonical_path(path: &str) -> String {
    let path = canonical_escapes(path);
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    while segments.last().is_some_and(|last| INDEX_FILES.contains(last)) {
        segments.pop();
    }
    format!("/{}", segments.join("/"))
}

/// Decodes escapes of unreserved characters, writes all others in upper case, and a `%` that begins no escape as one.
/// Letters beyond ASCII are brought into their composed form (NFC).
fn canonical_escapes(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let (byte, length) = match escape_at(rest) {
            Some(byte) => (Some(byte), 3),
            None => (Some(b'%').filter(|_| first == '%'), first.len_utf8()),
        };
        match byte {
            Some(byte) if is_unreserved(byte) => escaped.push(char::from(byte)),
            Some(byte) => push_escape(&mut escaped, byte),
            None if first.is_ascii() => escaped.push(first),
            None => first.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| push_escape(&mut escaped, byte)),
        }
        rest = &rest[length..];
    }
    if escaped.contains("%C") || escaped.contains("%D") || escaped.contains("%E") || escaped.contains("%F") {
        composed(&escaped)
    } else {
        escaped
    }
}

/// NFC of every stretch of unreserved characters and escapes beyond ASCII; bytes that are no UTF-8 stay.
fn composed(escaped: &str) -> String {
    let mut out = String::with_capacity(escaped.len());
    let mut rest = escaped;
    while !rest.is_empty() {
        let length = letters_length(rest);
        let (letters, others) = rest.split_at(length);
        match percent_decode_str(letters).decode_utf8() {
            Ok(text) => push_letters(&mut out, &text),
            Err(_) => out.push_str(letters),
        }
        // Escapes of ASCII and reserved characters are copied; an escape is three bytes, so the loop moves on.
        let other = others.len().min(if others.starts_with('%') { 3 } else { 1 });
        out.push_str(&others[..other]);
        rest = &others[other..];
    }
    out
}

fn letters_length(escaped: &str) -> usize {
    let bytes = escaped.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match escape_at(&escaped[at..]) {
            Some(byte) if !byte.is_ascii() => at += 3,
            None if is_unreserved(bytes[at]) => at += 1,
            _ => break,
        }
    }
    at
}

fn push_letters(out: &mut String, text: &str) {
    for c in text.nfc() {
        for byte in c.encode_utf8(&mut [0; 4]).bytes() {
            if is_unreserved(byte) { out.push(char::from(byte)) } else { push_escape(out, byte) }
        }
    }
}

fn push_escape(out: &mut String, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    out.extend(['%', char::from(HEX[usize::from(byte >> 4)]), char::from(HEX[usize::from(byte & 15)])]);
}

/// The byte that an escape at the beginning of the text stands for.
fn escape_at(text: &str) -> Option<u8> {
    let [b'%', high, low, ..] = text.as_bytes() else { return None };
    let digit = |hex: &u8| char::from(*hex).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// RFC 3986, section 2.3.
fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn check_plain(text: &str, field: &'static str, bytes_max: usize) -> Result<(), FieldError> {
    if text.len() > bytes_max {
        return Err(too_long(field, bytes_max, "bytes"));
    }
    if text.chars().any(|c| is_control(c) || matches!(c, '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}')) {
        return Err(invalid(field, "it contains control characters"));
    }
    Ok(())
}

fn invalid(field: &'static str, why: &str) -> FieldError {
    FieldError::new("page_invalid", field, format!("this {field} names no page: {why}"))
}

fn too_long(field: &'static str, limit: usize, unit: &str) -> FieldError {
    FieldError { limit: Some(limit), ..FieldError::new("page_too_long", field, format!("{field} may have at most {limit} {unit}")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(page: Option<&str>, url: Option<&str>) -> Result<PageAddress, FieldError> {
        let origins = ["https://blog.example", "https://bücher.example"].map(|origin| origin.parse().unwrap());
        PageAddress::resolve(&PageAsked { page: page.map(str::to_owned), url: url.map(str::to_owned) }, &origins, None)
    }

    fn key(page: &str) -> String {
        resolve(Some(page), None).unwrap().key
    }

    fn refused(page: Option<&str>, url: Option<&str>) -> (&'static str, &'static str) {
        let error = resolve(page, url).unwrap_err();
        (error.code, error.field)
    }

    #[test]
    fn t27_spellings_of_one_address_have_one_key() {
        for (sent, expected) in [
            ("/", "/"),
            ("///", "/"),
            ("/index.html", "/"),
            ("/a/index.html/index.php/", "/a"),
            ("/post/", "/post"),
            ("/a//b/./c/../", "/a/b"),
            ("/%70ost%2f%7e%2B", "/post%2F~%2B"),
            ("/caf\u{e9}", "/caf%C3%A9"),
            ("/cafe\u{301}", "/caf%C3%A9"),
            ("/caf%c3%a9#top", "/caf%C3%A9"),
            ("/100%", "/100%25"),
            ("/%2%65", "/%252e"),
            ("/%ff%41", "/%FFA"),
            ("/?", "/"),
            ("/?b=2&a=1&&b=1", "/?a=1&b=2&b=1"),
            ("/?utm_source=x&%75tm_medium=y&p=12&m=1&showComment=5", "/?p=12"),
            ("/x y", "/x%20y"),
            ("http://www.blog.example:80/post/", "/post"),
            ("HTTPS://BLOG.example./post", "/post"),
            ("https://xn--bcher-kva.example/p", "/p"),
        ] {
            assert_eq!(key(sent), expected, "{sent}");
            assert_eq!(key(expected), expected, "{sent} again");
        }
    }

    #[test]
    fn t26_a_path_stays_on_the_site_and_an_address_must_be_the_sites() {
        for path in ["//evil.example/x", "/\\evil.example/x", "/\\/evil.example/x", "///evil.example/x"] {
            let address = resolve(Some(path), None).unwrap();
            assert_eq!((address.key.as_str(), address.url.as_str()), ("/evil.example/x", "https://blog.example/evil.example/x"), "{path}");
        }
        for foreign in
            ["https://evil.example/", "https://blog.example.evil.example/", "https://blog.example:8443/", "http://a.blog.example"]
        {
            assert_eq!(refused(Some(foreign), None), ("page_foreign", "page"), "{foreign}");
            assert_eq!(refused(None, Some(foreign)), ("page_foreign", "url"), "{foreign}");
            assert_eq!(refused(Some("id"), Some(foreign)), ("page_foreign", "url"), "{foreign}");
        }
        assert!(resolve(None, Some("https://evil.example/")).unwrap_err().message.contains("evil.example"));
        for broken in ["http://", "https://a@blog.example/", "https://[", "https://blog.example/\nx", "https://blog.example/\u{202e}"] {
            assert_eq!(refused(Some(broken), None).0, "page_invalid", "{broken}");
        }
        for broken in ["javascript:alert(1)", "data:text/html,x", "file:///post/", "/post", "post"] {
            assert_eq!(refused(None, Some(broken)), ("page_invalid", "url"), "{broken}");
            assert_eq!(refused(Some("id"), Some(broken)), ("page_invalid", "url"), "{broken}");
        }
    }

    #[test]
    fn a_free_id_is_its_own_key_and_learns_the_address_it_came_with() {
        let alone = resolve(Some(" post-17 "), None).unwrap();
        assert_eq!((alone.key.as_str(), alone.url.as_str(), alone.alias), ("post-17", "https://blog.example/", None));
        let with_url = resolve(Some("post-17"), Some("http://blog.example/a/?b=1&fbclid=2#c")).unwrap();
        assert_eq!(with_url.url, "http://blog.example/a/?b=1");
        assert_eq!(with_url.alias.unwrap().key, "/a?b=1");
        assert_eq!(key("javascript:alert(1)"), "javascript:alert(1)");
        assert_eq!(key("cafe\u{301}"), "café");
    }

    #[test]
    fn the_url_beside_a_path_is_neither_key_nor_link_nor_alias() {
        for url in ["https://evil.example/", "https://blog.example/other", "javascript:x"] {
            let address = resolve(Some("/Post/?x=1&gclid=2#c"), Some(url)).unwrap();
            assert_eq!((address.key.as_str(), address.url.as_str()), ("/Post?x=1", "https://blog.example/Post/?x=1"));
            assert_eq!(address.alias, None);
        }
        assert_eq!(resolve(Some("http://www.blog.example/a/#b"), None).unwrap().url, "http://www.blog.example/a/");
    }

    #[test]
    fn a_name_for_a_page_is_needed_and_has_limits() {
        assert_eq!(refused(None, None), ("page_missing", "page"));
        assert_eq!(refused(Some(" "), Some("")), ("page_missing", "page"));
        assert_eq!(key(&"a".repeat(255)).len(), 255);
        assert_eq!(resolve(Some(&"ä".repeat(256)), None).unwrap_err().limit, Some(255));
        assert_eq!(key(&format!("/{}", "a".repeat(2047))).len(), 2048);
        for too_long in [format!("/{}", "a".repeat(2048)), format!("/{}", "語".repeat(600)), format!("/?a={}", " ".repeat(700) + "b")] {
            assert_eq!(resolve(Some(&too_long), None).unwrap_err().code, "page_too_long");
        }
        assert_eq!(refused(Some("a\0b"), None), ("page_invalid", "page"));
        assert_eq!(PageAddress::resolve(&PageAsked { page: Some("/".into()), url: None }, &[], None).unwrap_err().code, "page_foreign");
    }

    #[test]
    fn a_site_may_list_the_only_parameters_that_count() {
        let origins = ["https://blog.example".parse().unwrap()];
        let significant = ["p".to_owned(), "m".to_owned()];
        let asked = PageAsked { page: Some("/?x=1&p=2&m=3&utm_id=4".into()), url: None };
        let address = PageAddress::resolve(&asked, &origins, Some(&significant)).unwrap();
        assert_eq!((address.key.as_str(), address.url.as_str()), ("/?m=3&p=2", "https://blog.example/?x=1&p=2&m=3"));
    }

    proptest::proptest! {
        #[test]
        fn t27_a_key_is_its_own_key(page in "[/\\\\.%a-fA-F0-9=&?#+;:@é\u{301}\u{37e}<> ]{0,60}|/\\PC{0,60}") {
            if let Ok(address) = resolve(Some(&page), None) {
                let again = resolve(Some(&address.key), None);
                proptest::prop_assert_eq!(again.map(|again| again.key), Ok(address.key));
            }
        }
    }
}
