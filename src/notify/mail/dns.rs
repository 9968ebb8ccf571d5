//! Questions to DNS about mail: texts, addresses and mail servers of a name.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use hickory_resolver::{
    TokioResolver,
    config::{NameServerConfig, ResolveHosts, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::{RData, RecordType},
};

/// For one try of one question.
const TIME_MAX: Duration = Duration::from_secs(3);

/// DNS did not answer. That a name or record is not there is an answer: an empty list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("DNS does not answer: {0}")]
pub struct DnsSilent(String);

pub struct Dns(TokioResolver);

impl Dns {
    /// Asks this server, or those of the system.
    pub fn new(server: Option<SocketAddr>) -> Result<Self, DnsSilent> {
        let builder = match server {
            Some(server) => {
                let mut asked = NameServerConfig::udp_and_tcp(server.ip());
                asked.connections.iter_mut().for_each(|connection| connection.port = server.port());
                let config = ResolverConfig::from_parts(None, vec![], vec![asked]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().map_err(silent)?,
        };
        let mut builder = builder;
        builder.options_mut().timeout = TIME_MAX;
        builder.options_mut().attempts = 2;
        // What stands in the file of hosts is not what others see.
        builder.options_mut().use_hosts_file = ResolveHosts::Never;
        builder.build().map(Self).map_err(silent)
    }

    /// Each record as one text.
    pub async fn texts(&self, name: &str) -> Result<Vec<String>, DnsSilent> {
        let text = |record: &RData| match record {
            RData::TXT(txt) => Some(txt.txt_data.iter().map(|part| String::from_utf8_lossy(part)).collect()),
            _ => None,
        };
        self.ask(name, RecordType::TXT, text).await
    }

    pub async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, DnsSilent> {
        let mut found = self.ask(name, RecordType::A, |record| if let RData::A(a) = record { Some(IpAddr::V4(a.0)) } else { None }).await?;
        let sixes = self.ask(name, RecordType::AAAA, |record| if let RData::AAAA(a) = record { Some(IpAddr::V6(a.0)) } else { None });
        found.extend(sixes.await?);
        Ok(found)
    }

    /// The names of the servers that take mail for this domain.
    pub async fn mail_hosts(&self, name: &str) -> Result<Vec<String>, DnsSilent> {
        let host = |record: &RData| if let RData::MX(mx) = record { Some(mx.exchange.to_utf8()) } else { None };
        self.ask(name, RecordType::MX, host).await
    }

    async fn ask<T>(&self, name: &str, kind: RecordType, take: impl Fn(&RData) -> Option<T>) -> Result<Vec<T>, DnsSilent> {
        // The dot keeps the domains that the system searches out of it.
        let full = format!("{}.", name.trim_end_matches('.'));
        match self.0.lookup(full, kind).await {
            Ok(lookup) => Ok(lookup.answers().iter().filter_map(|record| take(&record.data)).collect()),
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(vec![]),
            Err(error) => Err(silent(error)),
        }
    }
}

fn silent(error: NetError) -> DnsSilent {
    DnsSilent(error.to_string())
}
