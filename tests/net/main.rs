//! The server under its routes, through real sockets: what it takes, what it refuses, and when it ends what.

mod bodies;
mod client_address;
#[path = "../support/corpora.rs"]
mod corpora;
mod deadlines;
mod harness;
mod panics;
mod refusals;
mod smuggling;
