//! Calls to other servers: in a network of their own where every address answers and every connection is counted, and
//! webhooks as a foreign verifier reads them.

#[path = "../support/corpora.rs"]
mod corpora;
mod corpus;
mod dns;
mod faults;
#[path = "../api/harness.rs"]
#[expect(dead_code, reason = "each suite uses a part of it")]
mod harness;
mod namespace;
mod readers;
mod redirects;
mod server;
mod signatures;
