//! The addresses of a name, asked for anew at each call: nothing is kept between calls, so that a changed hosts file
//! or name server counts at once.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
};

use super::Failure;

/// One question; each is asked twice, and all of it fits the five seconds of a call.
const QUESTION_MAX: Duration = Duration::from_secs(2);

/// Every address of a name, IPv4 and IPv6: from this DNS server alone, or as the system is set up, hosts file included.
pub async fn addresses(name: &str, dns: Option<SocketAddr>) -> Result<Vec<IpAddr>, Failure> {
    let mut builder = match dns {
        Some(server) => {
            let mut resolver = TokioResolver::builder_with_config(only(server), TokioRuntimeProvider::default());
            resolver.options_mut().use_hosts_file = ResolveHosts::Never;
            resolver
        }
        None => TokioResolver::builder_tokio().unwrap_or_else(|_| {
            // Without name servers the hosts file is what is left.
            TokioResolver::builder_with_config(ResolverConfig::from_parts(None, vec![], vec![]), TokioRuntimeProvider::default())
        }),
    };
    let options = builder.options_mut();
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.timeout = QUESTION_MAX;
    options.attempts = 2;
    options.cache_size = 0;
    let resolver = builder.build().map_err(|_| Failure::Dns)?;
    // With a dot at its end a name is complete: no search list of the system makes another name of it.
    let found = resolver.lookup_ip(format!("{}.", name.trim_end_matches('.'))).await.map_err(|_| Failure::Dns)?;
    Ok(found.iter().collect())
}

fn only(server: SocketAddr) -> ResolverConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = server.port();
        connection
    });
    ResolverConfig::from_parts(None, vec![], vec![NameServerConfig::new(server.ip(), true, connections.into())])
}
