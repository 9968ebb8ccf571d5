//! What leaves for other servers: the only home of mail, DNS, TLS and calls out. Nothing here asks the store or decides
//! who is told.

pub mod mail;
pub mod outbound;
pub mod webhook;
