//! Who is really asking, when proxies stand between. Headers count only when a trusted proxy sent them.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Once,
};

use ipnet::IpNet;

use warp::http::HeaderMap;

/// The network address of whoever sent a request. `None` for a unix socket whose proxy says nothing:
/// such requests share nothing, so that one visitor never uses up the allowance of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub Option<IpAddr>);

/// The other end of the connection; `None` for a unix socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub Option<SocketAddr>);

impl Peer {
    pub fn ip(self) -> Option<IpAddr> {
        self.0.map(|address| address.ip().to_canonical())
    }

    pub fn is_loopback(self) -> bool {
        self.ip().is_some_and(|ip| ip.is_loopback())
    }

    /// Unix peers are trusted: whoever may open the socket was given it.
    pub fn is_trusted(self, trusted: &[IpNet]) -> bool {
        self.ip().is_none_or(|ip| is_in(ip, trusted))
    }
}

fn is_in(ip: IpAddr, nets: &[IpNet]) -> bool {
    nets.iter().any(|net| net.contains(&ip))
}

/// The client behind `peer`: all header lines are one list, and from its right end the first hop that is
/// not trusted is the client. What cannot be read as an address ends the walk, because nothing left of it
/// can be believed.
pub fn client_address(peer: Option<IpAddr>, trusted: &[IpNet], forwarded_for_lines: &[&str]) -> ClientAddress {
    let mut client = peer.map(|ip| ip.to_canonical());
    if client.is_some_and(|ip| !is_in(ip, trusted)) {
        return ClientAddress(client);
    }
    for hop in forwarded_for_lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Some(ip) = read_hop(hop) else { break };
        client = Some(ip);
        if !is_in(ip, trusted) {
            break;
        }
    }
    ClientAddress(client)
}

/// An address, with or without port and brackets. Octets with leading zeros are refused: some programs
/// read them as octal.
fn read_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim_matches([' ', '\t']);
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let ip = bare.parse::<IpAddr>().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()));
    ip.map(|ip| ip.to_canonical())
}

static UNEXPECTED: Once = Once::new();
static SILENT: Once = Once::new();

/// The client of a request with these headers. Says once in the log when the proxy settings look wrong.
pub fn client_of(peer: Peer, trusted: &[IpNet], headers: &HeaderMap) -> ClientAddress {
    // A line that is no text must not vanish: it would let the hops around it touch.
    let lines: Vec<&str> = headers.get_all("x-forwarded-for").iter().map(|line| line.to_str().unwrap_or("unreadable")).collect();
    if !lines.is_empty() && !peer.is_trusted(trusted) {
        UNEXPECTED.call_once(|| {
            tracing::warn!(
                "X-Forwarded-For came from an address outside trusted_proxies and is ignored; if that is your proxy, list it there"
            );
        });
    }
    let client = client_address(peer.ip(), trusted, &lines);
    if client.0.is_none() {
        SILENT.call_once(|| {
            tracing::warn!("the proxy on the unix socket sends no X-Forwarded-For: clients cannot be told apart and are not limited");
        });
    }
    client
}

/// True when any proxy says that it passed the request on.
pub fn is_forwarded(headers: &HeaderMap) -> bool {
    let named = ["forwarded", "via", "x-real-ip"].iter().any(|name| headers.contains_key(*name));
    named || headers.keys().any(|name| name.as_str().starts_with("x-forwarded-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(peer: Option<&str>, lines: &[&str], expected: Option<&str>) {
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let address = client_address(peer.map(|ip| ip.parse().unwrap()), &trusted, lines);
        assert_eq!(address.0, expected.map(|ip| ip.parse().unwrap()), "{peer:?} {lines:?}");
    }

    #[test]
    fn t29_the_rightmost_hop_that_is_not_trusted_is_the_client() {
        check(Some("203.0.113.9"), &["1.2.3.4"], Some("203.0.113.9"));
        check(Some("10.0.0.2"), &["9.9.9.9, 1.2.3.4", "10.0.0.3"], Some("1.2.3.4"));
        check(Some("10.0.0.2"), &["1.2.3.4, garbage, 10.0.0.3"], Some("10.0.0.3"));
        check(Some("10.0.0.2"), &["9.9.9.9", ""], Some("10.0.0.2"));
        check(Some("fd00::1"), &["[2001:db8::1]"], Some("2001:db8::1"));
        check(Some("::ffff:10.0.0.2"), &["::ffff:1.2.3.4"], Some("1.2.3.4"));
        check(Some("10.0.0.2"), &["010.0.0.1"], Some("10.0.0.2"));
    }

    #[test]
    fn t29_a_unix_peer_without_the_header_has_no_address_rather_than_a_shared_one() {
        check(None, &[], None);
        check(None, &["garbage"], None);
        check(None, &["1.2.3.4"], Some("1.2.3.4"));
    }

    #[test]
    fn any_header_of_a_proxy_counts_as_forwarded() {
        let mut headers = HeaderMap::new();
        assert!(!is_forwarded(&headers));
        headers.insert("x-forwarded-proto", "https".parse().unwrap());
        assert!(is_forwarded(&headers));
    }
}
