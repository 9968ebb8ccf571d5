//! The product through its real listener: one running server a test, a real database file, real requests.

#[path = "../support/corpora.rs"]
mod corpora;
mod courtesies;
mod demo;
mod encodings;
mod feeds;
mod follow;
mod harness;
mod hidden;
mod hostile_text;
mod limits;
mod long_threads;
#[path = "../text/oracle.rs"]
mod oracle;
mod own_comments;
mod pages_of_receipts;
#[path = "../support/python.rs"]
mod python;
mod reading;
mod routes;
mod secrets;
mod sites;
mod staff;
mod submitting;
mod tenants;
mod whole_pages;
