//! What leaves for other servers: the only home of mail, DNS, TLS and calls out.

pub mod mail;
