//! Mail against a real SMTP server and a DNS server, both misbehaving as told.

#[path = "../support/corpora.rs"]
mod corpora;
#[path = "../support/python.rs"]
mod python;

mod addresses;
mod diagnosis;
mod faults;
mod harness;
mod letters;
mod messages;
