//! Calls to other servers: in a network of their own where every address answers and every connection is counted, and
//! webhooks as a foreign verifier reads them.

#[path = "../support/corpora.rs"]
mod corpora;
mod corpus;
mod dns;
mod faults;
mod namespace;
mod redirects;
mod server;
mod signatures;
