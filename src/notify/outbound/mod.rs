//! The one client for every call to another server. It resolves names itself, calls public addresses only, and
//! connects to exactly the addresses that it checked.

mod address;
mod answer;
mod hosts;
mod resolve;
mod tls;

use std::{
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};

use reqwest::{
    Client, Method, Response, StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, LOCATION},
    redirect::Policy,
};
use tokio::time::Instant;
use url::{Host, Url};

use crate::config::AllowedServer;

use address::is_public;
pub use answer::Answer;
use hosts::Hosts;

/// Resolving, connecting, redirects and the whole answer together.
const CALL_MAX: Duration = Duration::from_secs(5);
const REDIRECTS_MAX: usize = 3;
const PORTS: [u16; 2] = [80, 443];

/// Why a call did not end with an answer. The texts name no address that a name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    #[error("this is no complete address, or one with a name and password in it")]
    Malformed,
    #[error("only http and https addresses are called")]
    Scheme,
    #[error("the address is not public; a server of your own belongs in the setting outbound.allow")]
    ForbiddenAddress,
    #[error("only the ports 80 and 443 are called; another belongs in the setting outbound.allow")]
    ForbiddenPort,
    #[error("the server's name leads to no address")]
    Dns,
    #[error("the server cannot be reached, or ended the connection")]
    Connect,
    #[error("there is no safe connection: the server's certificate or its TLS does not fit")]
    Tls,
    #[error("the server did not finish its answer within 5 seconds")]
    Timeout,
    #[error("the answer is longer than 256 KiB")]
    TooLarge,
    #[error("the server leads elsewhere: too often, to plain http, or in a way that would lose the message")]
    Redirect,
    /// How long it is still left alone.
    #[error("the server failed too often and is left alone for {} more seconds", .0.as_secs())]
    Resting(Duration),
}

/// Cheap to clone; clones share what is known about hosts.
#[derive(Clone)]
pub struct Outbound {
    allow: Arc<[AllowedServer]>,
    /// The DNS server; without one the system's configuration and its hosts file.
    dns: Option<SocketAddr>,
    /// Made with the first call: the certificates take memory and time that a server without webhooks needs for nothing.
    tls: Arc<OnceLock<rustls::ClientConfig>>,
    hosts: Arc<Hosts>,
}

impl Outbound {
    pub fn new(allow: &[AllowedServer], dns: Option<SocketAddr>) -> Self {
        Self { allow: allow.into(), dns, tls: Arc::default(), hosts: Arc::default() }
    }

    /// Follows only redirects that keep method and body (307 and 308).
    pub async fn post(&self, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, Failure> {
        self.call(Method::POST, url, headers, body).await
    }

    pub async fn get(&self, url: &str, headers: &[(String, String)]) -> Result<Answer, Failure> {
        self.call(Method::GET, url, headers, vec![]).await
    }

    async fn call(&self, method: Method, url: &str, headers: &[(String, String)], body: Vec<u8>) -> Result<Answer, Failure> {
        let mut url = Url::parse(url).map_err(|_| Failure::Malformed)?;
        let mut headers = header_map(headers)?;
        let mut left = CALL_MAX;
        for _ in 0..=REDIRECTS_MAX {
            check_form(&url)?;
            // Waiting for a free place is not the server's fault and not counted as its time.
            let visit = self.hosts.enter(&place_of(&url)).await?;
            let began = Instant::now();
            let hop = self.hop(&method, &url, &headers, &body);
            let ended = tokio::time::timeout(left, hop).await.unwrap_or(Err(Failure::Timeout));
            visit.leave(&ended);
            left = left.saturating_sub(began.elapsed());
            match ended? {
                Hop::Answer(answer) => return Ok(answer),
                Hop::Redirect(next) => {
                    if next.origin() != url.origin() {
                        headers.remove(AUTHORIZATION);
                    }
                    url = next;
                }
            }
        }
        Err(Failure::Redirect)
    }

    /// One request to one server.
    async fn hop(&self, method: &Method, url: &Url, headers: &HeaderMap, body: &[u8]) -> Result<Hop, Failure> {
        let addresses = self.addresses_of(url).await?;
        let client = self.client_for(addresses)?;
        let request = client.request(method.clone(), url.clone()).headers(headers.clone()).body(body.to_vec());
        let response = request.send().await.map_err(|error| failure_of(&error))?;
        match response.status() {
            StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => redirect(url, &response),
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER if *method == Method::GET => redirect(url, &response),
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND | StatusCode::SEE_OTHER => Err(Failure::Redirect),
            _ => answer::read(response).await.map(Hop::Answer),
        }
    }

    /// Where to connect: every address the host has, when all of them may be called, else an error.
    async fn addresses_of(&self, url: &Url) -> Result<Vec<SocketAddr>, Failure> {
        let port = url.port_or_known_default().ok_or(Failure::ForbiddenPort)?;
        let (name, found) = match url.host().ok_or(Failure::Malformed)? {
            Host::Ipv4(address) => (None, vec![IpAddr::V4(address)]),
            Host::Ipv6(address) => (None, vec![IpAddr::V6(address)]),
            Host::Domain(name) if self.may_call(name, port) => (Some(name), resolve::addresses(name, self.dns).await?),
            Host::Domain(_) => return Err(Failure::ForbiddenPort),
        };
        let named = name.is_some_and(|name| self.allow.iter().any(|server| server.allows_name(name, port)));
        let checked = found.into_iter().map(|address| {
            let address = address.to_canonical();
            let listed = named || self.allow.iter().any(|server| server.allows_address(address, port));
            match () {
                () if listed => Ok(SocketAddr::new(address, port)),
                () if !is_public(address) => Err(Failure::ForbiddenAddress),
                () if !PORTS.contains(&port) => Err(Failure::ForbiddenPort),
                () => Ok(SocketAddr::new(address, port)),
            }
        });
        let checked: Vec<SocketAddr> = checked.collect::<Result<_, _>>()?;
        if checked.is_empty() { Err(Failure::Dns) } else { Ok(checked) }
    }

    /// False when no address could make this port right, so that nobody is asked for the name.
    fn may_call(&self, name: &str, port: u16) -> bool {
        PORTS.contains(&port) || self.allow.iter().any(|server| server.allows_name(name, port) || server.is_net_with(port))
    }

    /// A client that connects to these addresses, whatever a name would lead to by then.
    fn client_for(&self, addresses: Vec<SocketAddr>) -> Result<Client, Failure> {
        let client = Client::builder()
            .tls_backend_preconfigured(self.tls.get_or_init(tls::client).clone())
            .dns_resolver(Arc::new(Checked(addresses)))
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .referer(false)
            .pool_max_idle_per_host(0)
            .http1_only()
            .user_agent(concat!("Rejoinder/", env!("CARGO_PKG_VERSION")));
        client.build().map_err(|_| Failure::Tls)
    }
}

enum Hop {
    Answer(Answer),
    Redirect(Url),
}

/// The addresses that were checked; a name is never resolved a second time.
struct Checked(Vec<SocketAddr>);

impl Resolve for Checked {
    fn resolve(&self, _: Name) -> Resolving {
        let addresses: Addrs = Box::new(self.0.clone().into_iter());
        Box::pin(std::future::ready(Ok(addresses)))
    }
}

/// What can be said of an address without asking anybody.
fn check_form(url: &Url) -> Result<(), Failure> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Failure::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() || url.host().is_none() {
        return Err(Failure::Malformed);
    }
    Ok(())
}

/// True for an address that may be kept for later calls, as far as its text alone can tell.
pub fn is_callable(url: &str) -> bool {
    Url::parse(url).is_ok_and(|url| check_form(&url).is_ok())
}

/// Host and port: what rests and what is counted.
fn place_of(url: &Url) -> String {
    format!("{}:{}", url.host_str().unwrap_or_default().trim_end_matches('.'), url.port_or_known_default().unwrap_or_default())
}

fn redirect(from: &Url, response: &Response) -> Result<Hop, Failure> {
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).ok_or(Failure::Redirect)?;
    let to = from.join(location).map_err(|_| Failure::Redirect)?;
    if from.scheme() == "https" && to.scheme() == "http" {
        return Err(Failure::Redirect);
    }
    Ok(Hop::Redirect(to))
}

fn header_map(headers: &[(String, String)]) -> Result<HeaderMap, Failure> {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Failure::Malformed)?;
        map.append(name, HeaderValue::from_str(value).map_err(|_| Failure::Malformed)?);
    }
    Ok(map)
}

/// The kind of a failure of the library, by what lies under it.
fn failure_of(error: &reqwest::Error) -> Failure {
    match () {
        () if lies_in_tls(error) => Failure::Tls,
        () if error.is_builder() => Failure::Malformed,
        () => Failure::Connect,
    }
}

fn lies_in_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    // An error of input or output names the cause of what it wraps as its own, and leaves out what it wraps.
    let wrapped = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.map_or_else(|| error.source().is_some_and(lies_in_tls), |wrapped| lies_in_tls(wrapped))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbound(allow: &[&str]) -> Outbound {
        let allow: Vec<AllowedServer> = allow.iter().map(|entry| entry.parse().unwrap()).collect();
        // Nothing answers there, so that a name which must not be asked for cannot be.
        Outbound::new(&allow, Some("127.0.0.1:9".parse().unwrap()))
    }

    async fn places(allow: &[&str], url: &str) -> Result<Vec<String>, Failure> {
        let url = Url::parse(url).unwrap();
        Ok(outbound(allow).addresses_of(&url).await?.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn t58_an_address_is_called_when_it_is_public_or_listed_with_its_port() {
        assert_eq!(places(&[], "https://93.184.215.14/").await, Ok(vec!["93.184.215.14:443".to_owned()]));
        assert_eq!(places(&[], "http://93.184.215.14:8080/").await, Err(Failure::ForbiddenPort));
        assert_eq!(places(&["93.184.215.14:8080"], "http://93.184.215.14:8080/").await, Ok(vec!["93.184.215.14:8080".to_owned()]));
        assert_eq!(places(&[], "http://0x7f.1/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(places(&["127.0.0.1:8090"], "http://0x7f.1:8090/").await, Ok(vec!["127.0.0.1:8090".to_owned()]));
        assert_eq!(places(&["127.0.0.1:8090"], "http://[::ffff:7f00:1]:8090/").await, Ok(vec!["127.0.0.1:8090".to_owned()]));
        assert_eq!(places(&["127.0.0.1:8090"], "http://127.0.0.1/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(places(&["127.0.0.1:8090"], "http://127.0.0.2:8090/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(places(&["10.1.0.0/16:443"], "https://10.1.2.3/").await, Ok(vec!["10.1.2.3:443".to_owned()]));
        assert_eq!(places(&["10.1.0.0/16:443"], "https://10.2.0.1/").await, Err(Failure::ForbiddenAddress));
        assert_eq!(places(&[], "http://public.test:25/").await, Err(Failure::ForbiddenPort));
    }

    #[tokio::test]
    async fn an_address_with_a_password_or_another_scheme_is_refused_unasked() {
        for (url, failure) in [
            ("http://ada:secret@93.184.215.14/", Failure::Malformed),
            ("http://ada@93.184.215.14/", Failure::Malformed),
            ("//93.184.215.14/", Failure::Malformed),
            ("ftp://93.184.215.14/", Failure::Scheme),
            ("unix:/run/app.sock", Failure::Scheme),
        ] {
            assert_eq!(outbound(&[]).post(url, &[], vec![]).await.err(), Some(failure), "{url}");
            assert!(!is_callable(url));
        }
        let broken = [("title".to_owned(), "one\r\nhost: two".to_owned())];
        assert_eq!(outbound(&[]).post("http://93.184.215.14/", &broken, vec![]).await.err(), Some(Failure::Malformed));
    }
}
