//! Where a request or a page comes from: scheme, host and port (RFC 6454), as browsers send it.

use std::{fmt, str::FromStr};

/// An http or https origin. The host is lower case, in its ASCII form and without a trailing dot.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Origin {
    pub secure: bool,
    pub host: String,
    pub port: u16,
}

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an origin looks like https://blog.example or http://localhost:8000, with nothing after it")]
pub struct OriginError;

impl Origin {
    /// The origin of a parsed address, if it is http or https and names no person.
    pub fn of(url: &url::Url) -> Result<Self, OriginError> {
        let secure = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(OriginError),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(OriginError);
        }
        let host = url.host_str().unwrap_or("");
        let host = host.strip_suffix('.').unwrap_or(host);
        let port = url.port_or_known_default().ok_or(OriginError)?;
        if host.is_empty() { Err(OriginError) } else { Ok(Self { secure, host: host.to_owned(), port }) }
    }

    /// True for the same host and port, where http and https, and www and no www, name one place.
    /// The default ports of the two schemes count as one.
    pub fn is_same_place(&self, other: &Self) -> bool {
        self.bare_host() == other.bare_host() && self.variant_port() == other.variant_port()
    }

    fn bare_host(&self) -> &str {
        self.host.strip_prefix("www.").unwrap_or(&self.host)
    }

    fn variant_port(&self) -> Option<u16> {
        let default = if self.secure { 443 } else { 80 };
        (self.port != default).then_some(self.port)
    }

    /// True for localhost and loopback literals.
    pub fn is_loopback(&self) -> bool {
        matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "[::1]")
    }
}

impl FromStr for Origin {
    type Err = OriginError;

    /// Takes an origin as a browser sends it; a single trailing slash is forgiven, a path is not.
    fn from_str(text: &str) -> Result<Self, OriginError> {
        let rest = text.split_once("://").ok_or(OriginError)?.1;
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@', '\\', ' ', '\t', '\r', '\n']) {
            return Err(OriginError);
        }
        Self::of(&url::Url::parse(text).map_err(|_| OriginError)?)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}", self.host)?;
        self.variant_port().map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn same(a: &str, b: &str) -> bool {
        a.parse::<Origin>().unwrap().is_same_place(&b.parse().unwrap())
    }

    #[test]
    fn scheme_and_www_variants_are_one_place_and_nothing_else_is() {
        for same_place in ["https://blog.example", "http://blog.example", "https://www.blog.example", "HTTPS://BLOG.example.:443/"] {
            assert!(same("https://blog.example", same_place), "{same_place}");
        }
        for other in ["https://blog.example:8443", "https://a.blog.example", "https://blog.example.evil.test", "https://xblog.example"] {
            assert!(!same("https://blog.example", other), "{other}");
        }
        assert!(same("http://localhost:8000", "https://localhost:8000"));
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for wrong in [
            "",
            "null",
            "blog.example",
            "ftp://a.b",
            "https://",
            "https://a.b/c",
            "https://u@a.b",
            "https://a.b?x",
            "https://a.b\\c",
            "file:///x",
        ] {
            assert_eq!(wrong.parse::<Origin>(), Err(OriginError), "{wrong}");
        }
    }

    #[test]
    fn an_origin_prints_as_browsers_send_it() {
        for text in ["https://blog.example", "http://localhost:8000", "http://[::1]:81", "https://xn--bcher-kva.example"] {
            assert_eq!(text.parse::<Origin>().unwrap().to_string(), text);
        }
    }
}
