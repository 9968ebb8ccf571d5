//! One entry of the setting `outbound.allow`: a server of the owner's own that may be called though it is not public.

use std::{net::IpAddr, str::FromStr};

use anyhow::{Context, Error, Result, anyhow, bail};
use ipnet::IpNet;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedServer {
    host: AllowedHost,
    port: u16,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum AllowedHost {
    /// In lower case, without a dot at its end.
    Name(String),
    Net(IpNet),
}

impl AllowedServer {
    /// True for the name itself; whatever it leads to is allowed then.
    pub fn allows_name(&self, name: &str, port: u16) -> bool {
        matches!(&self.host, AllowedHost::Name(own) if self.port == port && own.eq_ignore_ascii_case(name.trim_end_matches('.')))
    }

    pub fn allows_address(&self, address: IpAddr, port: u16) -> bool {
        matches!(&self.host, AllowedHost::Net(net) if self.port == port && net.contains(&address))
    }

    /// True when some addresses may be called at this port.
    pub fn is_net_with(&self, port: u16) -> bool {
        self.port == port && matches!(self.host, AllowedHost::Net(_))
    }
}

impl FromStr for AllowedServer {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (host, port) = text.rsplit_once(':').context("it names no port")?;
        let port = port.parse().ok().filter(|port| *port > 0).with_context(|| format!("{port:?} is no port"))?;
        let inner = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let net = inner.unwrap_or(host);
        let net = net.parse::<IpNet>().ok().or_else(|| net.parse::<IpAddr>().ok().map(IpNet::from));
        let host = match net {
            Some(IpNet::V6(_)) if inner.is_none() => bail!("an IPv6 address stands in brackets, as in [fd00::1]:8090"),
            Some(net) => AllowedHost::Net(net),
            None if inner.is_some() || host.contains('/') => bail!("{host:?} is no network"),
            None => match url::Host::parse(host).map_err(|_| anyhow!("{host:?} is no host"))? {
                url::Host::Domain(name) => AllowedHost::Name(name.trim_end_matches('.').to_owned()),
                url::Host::Ipv4(address) => AllowedHost::Net(IpNet::from(IpAddr::V4(address))),
                url::Host::Ipv6(_) => bail!("an IPv6 address stands in brackets, as in [fd00::1]:8090"),
            },
        };
        Ok(Self { host, port })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_name_an_address_or_a_network_with_a_port() {
        let entry = |text: &str| text.parse::<AllowedServer>().unwrap();
        assert!(entry("Ntfy.lan:8090").allows_name("ntfy.lan.", 8090));
        assert!(!entry("ntfy.lan:8090").allows_name("ntfy.lan", 80));
        assert!(!entry("ntfy.lan:8090").allows_name("my-ntfy.lan", 8090));
        assert!(entry("127.0.0.1:8090").allows_address("127.0.0.1".parse().unwrap(), 8090));
        assert!(!entry("127.0.0.1:8090").allows_address("127.0.0.2".parse().unwrap(), 8090));
        assert!(entry("10.0.0.0/8:443").allows_address("10.9.8.7".parse().unwrap(), 443));
        assert!(entry("[fd00::/8]:443").allows_address("fd00::7".parse().unwrap(), 443));
        for wrong in ["127.0.0.1", "a:b", "ntfy.lan:0", "fd00::1:8090", "10.0.0.0/99:80", "http://ntfy.lan:80", ":80", "a b:80"] {
            assert!(wrong.parse::<AllowedServer>().is_err(), "{wrong}");
        }
    }
}
