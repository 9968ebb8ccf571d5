//! How many connections there may be, in all and for one client. Beyond that they are refused at once.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use ipnet::IpNet;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::Semaphore,
};

use crate::error::Error;
use crate::web::{
    client::Peer,
    reply::error_body,
    server::{Bounds, listener::Stream},
};

/// Refusals that are being told at a time; beyond that a connection is dropped without a word.
const REFUSALS_MAX: usize = 64;
const REFUSAL_TIME: Duration = Duration::from_secs(1);

pub struct Caps {
    all_max: usize,
    client_max: usize,
    trusted: Vec<IpNet>,
    open: Arc<Mutex<Open>>,
    refusals: Arc<Semaphore>,
}

#[derive(Default)]
struct Open {
    all: usize,
    by_client: HashMap<IpAddr, usize>,
}

/// One connection's place; given back when dropped.
pub struct Place {
    open: Arc<Mutex<Open>>,
    client: Option<IpAddr>,
}

impl Caps {
    pub fn new(bounds: &Bounds) -> Self {
        Self {
            all_max: bounds.connections_max,
            client_max: bounds.connections_per_client_max,
            trusted: bounds.trusted_proxies.clone(),
            open: Arc::default(),
            refusals: Arc::new(Semaphore::new(REFUSALS_MAX)),
        }
    }

    /// A place, unless all are taken or this client has its share.
    pub fn take(&self, peer: Peer) -> Option<Place> {
        let client = if peer.is_trusted(&self.trusted) { None } else { peer.ip().map(network) };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let own = client.and_then(|client| open.by_client.get(&client).copied()).unwrap_or(0);
        if open.all >= self.all_max || own >= self.client_max {
            return None;
        }
        open.all += 1;
        if let Some(client) = client {
            open.by_client.insert(client, own + 1);
        }
        Some(Place { open: self.open.clone(), client })
    }

    /// Tells the client to come back and closes, without keeping a place for it.
    pub fn refuse(&self, mut stream: Stream) {
        let Ok(permit) = self.refusals.clone().try_acquire_owned() else { return };
        tokio::spawn(async move {
            let _permit = permit;
            let told = async {
                stream.write_all(refusal().as_bytes()).await?;
                stream.shutdown().await?;
                // Closing with unread bytes would reset the connection and take the answer away.
                let mut rest = [0; 4096];
                while stream.read(&mut rest).await? > 0 {}
                std::io::Result::Ok(())
            };
            // Whether the client heard it makes no difference to anybody.
            let _ = tokio::time::timeout(REFUSAL_TIME, told).await;
        });
    }
}

fn refusal() -> String {
    let body = error_body(&Error::Busy).to_string();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: {}\r\nRetry-After: 5\r\n\
         Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nAccess-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The address, or the /64 that one IPv6 client commands.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => IpAddr::from((u128::from(v6) >> 64 << 64).to_be_bytes()),
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.all -= 1;
        let Some(client) = self.client else { return };
        if let Some(own) = open.by_client.get_mut(&client) {
            *own -= 1;
            if *own == 0 {
                open.by_client.remove(&client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(ip: &str) -> Peer {
        Peer(Some((ip.parse::<IpAddr>().unwrap(), 1).into()))
    }

    #[test]
    fn t71_one_client_has_a_share_and_gives_it_back() {
        let trusted_proxies = vec!["10.0.0.0/8".parse().unwrap()];
        let caps = Caps::new(&Bounds { connections_max: 6, connections_per_client_max: 2, trusted_proxies, ..Bounds::default() });
        let first = caps.take(peer("2001:db8::1")).unwrap();
        let _second = caps.take(peer("2001:db8::2")).unwrap();
        assert!(caps.take(peer("2001:db8::3")).is_none(), "one /64 is one client");
        let _others = [peer("1.2.3.4"), peer("10.0.0.1"), peer("10.0.0.1"), peer("10.0.0.1")].map(|peer| caps.take(peer).unwrap());
        assert!(caps.take(Peer(None)).is_none(), "all places are taken");
        drop(first);
        assert!(caps.take(peer("2001:db8::3")).is_some());
    }
}
