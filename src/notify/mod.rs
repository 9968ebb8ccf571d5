//! What leaves this server by itself: calls to other servers. Nothing here asks the store or decides who is told.

pub mod outbound;
pub mod webhook;
