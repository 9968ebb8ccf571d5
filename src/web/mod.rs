//! web

pub mod client;
pub mod cors;
pub mod face;
pub mod form;
pub mod json;
pub mod packed;
pub mod recover;
pub mod reply;
pub mod request;
pub mod server;
